"""clockwatch: sees that this machine's clock jumped, by a clock that can't, and mends what that would delay.

Back by hours (a wrong time was set right, or a right one wrong): what waits for its next try is tried now, and leases
of processes that died run out in time. Forwards: what waits comes early, and decides for itself whether to go on
waiting; acknowledgments may be called overdue before their time, and settle what they answer all the same. A hub that
starts holds the clock against the newest line of its log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from hub.store import Store

_log = logging.getLogger("hub.clockwatch")

#: Smaller differences are the clock being kept right, or the machine being busy.
BACK_SECONDS, FORWARD_SECONDS = 30.0, 600.0


class ClockWatch:
    """Looks at the clock, once a call; one thread at a time."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        lease_seconds: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._clock, self._seconds = store, clock, seconds
        self._lease_seconds = lease_seconds
        self._last: tuple[datetime, float] | None = None

    def run(self) -> float:
        """Return by how many seconds the clock jumped since the last look (0: it went on); mend what that delays."""
        now, told = self._clock(), self._seconds()
        last, self._last = self._last, (now, told)
        jumped = (now - last[0]).total_seconds() - (told - last[1]) if last else self._behind_the_log(now)
        if jumped < -BACK_SECONDS:
            with self._store.begin() as tx:
                freed = tx.clock_went_back(self._lease_seconds)
            _log.warning(
                "the clock went back by %.0f seconds; %d things that waited are tried now", -jumped, freed
            )
        elif jumped > FORWARD_SECONDS:
            _log.warning("the clock went forward by %.0f seconds, or this machine slept", jumped)
        else:
            return 0.0
        return jumped

    def _behind_the_log(self, now: datetime) -> float:
        with self._store.read() as tx:
            newest = tx.newest_event()
        return min((now - newest).total_seconds(), 0.0) if newest else 0.0
