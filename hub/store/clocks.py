"""Clocks: what the log says of the time, and what is mended when this machine's clock was put back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from hub.store.lanes import NOBODY, Lanes
from hub.store.schema import events, exchanges, leases, transmissions


class Clocks(Lanes):
    """Waits are instants of a clock: one that goes back would make minutes of waiting hours."""

    def newest_event(self) -> datetime | None:
        """Return when the last thing was told, by the clock of then; None for an empty log."""
        newest = select(events.c.at).order_by(events.c.id.desc()).limit(1)
        return self._connection.execute(newest).scalar_one_or_none()

    def clock_went_back(self, lease_seconds: float) -> int:
        """Let what waits be looked at now, and no lease last for longer than one that is taken now.

        Doing it twice does no harm: a step that is taken early decides anew whether to wait. Deadlines of
        acknowledgments stay: a partner gets some hours more. Returns how many things had waited.
        """
        now, freed = self._clock(), 0
        for table in (exchanges, transmissions):
            waiting = update(table).where(table.c.work_lane.is_not(None), table.c.due_at > now)
            freed += self._connection.execute(waiting.values(due_at=now)).rowcount
        lease_now = self._lease_clock()
        latest = lease_now + timedelta(seconds=lease_seconds)
        too_late = update(leases).where(leases.c.expires_at > latest)
        self._connection.execute(too_late.where(leases.c.owner != NOBODY).values(expires_at=latest))
        self._connection.execute(too_late.where(leases.c.owner == NOBODY).values(expires_at=lease_now))
        return freed
