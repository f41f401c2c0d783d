"""Lanes and leases: who may step which lane's work, and what is due in it.

A lease ends by itself, so a worker that died jams nothing; each new holder raises the fence, so a worker that
only seemed dead cannot commit. Leases of PostgreSQL run on the database's clock (several machines share it);
those of SQLite, and all due times, on the clock that was passed in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from hub.model.exchange import ASKING, Exchange, Transmission
from hub.store.base import TxPart
from hub.store.records import Lease, LeaseLost
from hub.store.rows import to_exchange, to_transmission
from hub.store.schema import TRIED_AGAIN, exchanges, leases, transmissions

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NOBODY = ""  # the owner of a lane that was given back, or rests
#: What the part of a lane is called that asks the other side, where it rests. A partner's key has no slash.
_ASKING_PART = "/asking"
_BULK = ":bulk"  # how the name of a lane of bulk documents ends (hub.stages.lanes)


class Lanes(TxPart):
    """Leases on lanes, and the next thing to do in a lane."""

    def due_lanes(self, limit: int = 100) -> list[str]:
        """Return lanes of which `due` has something and that nobody holds: bulk last, then the longest wait first."""
        taken = select(leases.c.lane).where(leases.c.expires_at > self._lease_clock())
        work = union_all(*(self._work(table) for table in (transmissions, exchanges))).subquery()
        statement = (
            select(work.c.lane)
            .where(work.c.lane.not_in(taken))
            .group_by(work.c.lane)
            .order_by(work.c.lane.endswith(_BULK), func.min(work.c.since), work.c.lane)
            .limit(limit)
        )
        return [row.lane for row in self._rows(statement)]

    def due(self, lane: str, limit: int = 1) -> list[Transmission] | list[Exchange]:
        """Return the oldest things in a lane that may be stepped now; its transmissions come before its exchanges.

        What would ask the other side does not come while that rests (`rest_asking`).
        What is tried again blocks what came after it for the same order, and nothing else.
        """
        asked = {"lane": lane, "now": self._clock(), "most": limit}
        sent = self._connection.execute(_due(transmissions, self._postgres), asked).all()
        if sent:
            return [to_transmission(row) for row in sent]
        asked["asking"] = lane + _ASKING_PART
        return [to_exchange(row) for row in self._connection.execute(_due(exchanges, self._postgres), asked)]

    def rest_asking(self, lease: Lease, seconds: float, why: str) -> None:
        """Let all in a lane wait that would ask the other side (ASKING), for so many seconds, whoever takes the lane.

        What comes meanwhile waits behind it. No try is counted and no story told; what failed before and would wait
        for longer goes on with the others.
        """
        self._locked.clear()
        now = self._clock()
        until = now + timedelta(seconds=seconds)
        asking = update(exchanges).where(exchanges.c.work_lane == lease.lane, exchanges.c.state.in_(ASKING))
        failed = exchanges.c.attempts > 0
        waiting = asking.where(or_(_is_due(exchanges, now), failed))
        self._connection.execute(waiting.where(exchanges.c.why != why).values(why=why))
        self._connection.execute(asking.where(failed, exchanges.c.due_at > until).values(due_at=until))
        rest = {"owner": NOBODY, "expires_at": self._lease_clock() + timedelta(seconds=seconds)}
        if self._insert_once(leases, lane=lease.lane + _ASKING_PART, fence=0, **rest) is None:
            self._connection.execute(
                update(leases).where(leases.c.lane == lease.lane + _ASKING_PART).values(**rest)
            )

    def held_bulk(self) -> int:
        """Return how many lanes of bulk documents are being worked on."""
        held = select(func.count()).where(
            leases.c.lane.endswith(_BULK), leases.c.owner != NOBODY, leases.c.expires_at > self._lease_clock()
        )
        return self._connection.execute(held).scalar_one()

    def claim_lane(self, lane: str, owner: str, seconds: float, *, early: bool = False) -> Lease | None:
        """Take the lease of a lane for so many seconds, or return None while somebody else has it.

        `early` takes a lane that only rests (`rest_lane`), too.
        """
        now = self._lease_clock()
        expires_at = now + timedelta(seconds=seconds)
        free = leases.c.expires_at <= now
        row = self._insert_once(leases, lane=lane, owner=owner, fence=1, expires_at=expires_at)
        if row is None:
            row = self._connection.execute(
                update(leases)
                .where(leases.c.lane == lane, or_(free, leases.c.owner == NOBODY) if early else free)
                .values(owner=owner, fence=leases.c.fence + 1, expires_at=expires_at)
                .returning(*leases.c)
            ).one_or_none()
        if row is None:
            return None
        return Lease(lane=lane, owner=owner, fence=row.fence, expires_at=expires_at)

    def renew_lane(self, lease: Lease, seconds: float) -> bool:
        """Hold a lease for so many seconds from now; False when it was given back or taken over."""
        expires_at = self._lease_clock() + timedelta(seconds=seconds)
        statement = update(leases).where(*_held(lease)).values(expires_at=expires_at)
        return self._connection.execute(statement).rowcount == 1

    def rest_lane(self, lease: Lease, seconds: float) -> None:
        """Give a lease back so that nobody takes the lane for so many seconds, but who must (`early`)."""
        expires_at = self._lease_clock() + timedelta(seconds=seconds)
        self._connection.execute(
            update(leases).where(*_held(lease)).values(owner=NOBODY, expires_at=expires_at)
        )

    def taken_lanes(self, start: str) -> set[str]:
        """Return the lanes of a beginning that somebody holds, or that rest."""
        now = self._lease_clock()
        named = leases.c.lane.startswith(start, autoescape=True)
        return {row.lane for row in self._rows(select(leases.c.lane).where(named, leases.c.expires_at > now))}

    def release_lane(self, lease: Lease) -> None:
        """Give a lease back; nothing happens when it was lost already. A heart beat that comes late revives nothing."""
        self._connection.execute(
            update(leases).where(*_held(lease)).values(owner=NOBODY, expires_at=_LONG_AGO)
        )

    def check_lease(self, lease: Lease) -> None:
        """Raise LeaseLost when the lane was taken over; else nobody can take it until this commits."""
        named = {"lane": lease.lane, "owner": lease.owner, "fence": lease.fence}
        if not self._found(leases, named, lock=True):
            raise LeaseLost(
                f"lane {lease.lane} was taken over from {lease.owner} ({lease.fence}): nothing was stored"
            )

    def clear_leases(self) -> None:
        """Void all leases: for the embedded runner, which is alone, when it starts."""
        self._connection.execute(update(leases).values(fence=leases.c.fence + 1, expires_at=_LONG_AGO))

    def _work(self, table: Table) -> Select[Any]:
        """Select lane and time of everything in one table that may be stepped now."""
        since = func.coalesce(table.c.due_at, table.c.updated_at).label("since")
        work = select(table.c.work_lane.label("lane"), since).where(
            table.c.work_lane.is_not(None), _is_due(table, self._clock())
        )
        if table is transmissions:
            return work
        rests = leases.c.lane.endswith(_ASKING_PART), leases.c.expires_at > self._lease_clock()
        return work.where(
            _goes_on((exchanges.c.work_lane + _ASKING_PART).in_(select(leases.c.lane).where(*rests)))
        )

    def _lease_clock(self) -> datetime:
        if not self._postgres:
            return self._clock()
        now = self._connection.execute(select(func.clock_timestamp())).scalar_one()
        assert isinstance(now, datetime)
        return now


@cache
def _due(table: Table, postgres: bool) -> Select[Any]:
    """Return the SELECT of at most `most` rows of the lane `lane` that are due at `now`, oldest first."""
    found = (
        select(table)
        .where(table.c.work_lane == bindparam("lane"), _is_due(table, bindparam("now")))
        .order_by(table.c.id)
        .limit(bindparam("most"))
    )
    if table is transmissions:
        return found
    lease_now = func.clock_timestamp() if postgres else bindparam("now")
    rests = leases.c.lane == bindparam("asking"), leases.c.expires_at > lease_now
    return found.where(_goes_on(exists().where(*rests)))


def _is_due(table: Table, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(table.c.due_at.is_(None), table.c.due_at <= now)


def _goes_on(asking_rests: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say of an exchange that nothing before it, and nobody's being away, keeps it."""
    return and_(~_is_behind(), or_(exchanges.c.state.not_in(ASKING), ~asking_rests))


def _is_behind() -> ColumnElement[bool]:
    """Say of an exchange that an earlier one for the same order failed to go on in its lane and is tried again.

    One that waits for something (a change for its order) was not tried in vain, and blocks nothing: it may be
    what comes behind that it waits for.
    """
    earlier = exchanges.alias("earlier")
    return exists().where(
        exchanges.c.order_number != "",
        earlier.c.order_number == exchanges.c.order_number,
        earlier.c.partner == exchanges.c.partner,
        earlier.c.work_lane == exchanges.c.work_lane,
        earlier.c.id < exchanges.c.id,
        literal_column(f"earlier.{TRIED_AGAIN}"),
    )


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return leases.c.lane == lease.lane, leases.c.owner == lease.owner, leases.c.fence == lease.fence
