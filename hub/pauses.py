"""pauses: how long to wait before the next try, by what went wrong. Pure: the tries and the chance come in.

A lost race is tried again at once, a server that fails is left alone for longer and longer, a profile in repair is
looked at every few seconds. Pauses differ a little each time, so that what failed together does not come back together.
Who is known to be away is another matter (`hub.breaker`): there one asks, and nobody's tries are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from hub.model.errors import Trouble


class Schedule(Struct, frozen=True, kw_only=True):
    """The pauses of one class of trouble: the first, each so many times the one before, up to the longest."""

    first: float  # seconds
    factor: float
    longest: float  # seconds
    jitter: float  # 0.1: between 10 % shorter and 10 % longer


SCHEDULES: Mapping[Trouble, Schedule] = MappingProxyType(
    {
        Trouble.BUSY: Schedule(first=0.2, factor=2.0, longest=10.0, jitter=0.5),
        Trouble.FAILED: Schedule(first=1.0, factor=2.0, longest=60.0, jitter=0.1),
        Trouble.OVERLOADED: Schedule(first=5.0, factor=2.0, longest=120.0, jitter=0.3),
        Trouble.IN_DOUBT: Schedule(first=1.0, factor=2.0, longest=30.0, jitter=0.1),
        Trouble.STORAGE: Schedule(first=1.0, factor=1.5, longest=5.0, jitter=0.2),
        Trouble.IN_REPAIR: Schedule(first=2.0, factor=1.5, longest=60.0, jitter=0.1),
    }
)

#: After an hour of pauses that grew to a minute, look every five, whatever it is.
PATIENT_AFTER_TRIES, PATIENT_PAUSE_SECONDS = 65, 300.0
#: About two weeks: an outage of a weekend is waited out, what will never work is not hidden for ever.
MAX_TRIES = 4000


def pause_seconds(trouble: Trouble, attempts: int, chance: float) -> float:
    """Return the pause after so many tries that failed before this one; `chance` is drawn from 0 to 1."""
    schedule = SCHEDULES[trouble]
    if attempts >= PATIENT_AFTER_TRIES:
        grown = PATIENT_PAUSE_SECONDS
    else:
        grown = min(schedule.first * schedule.factor**attempts, schedule.longest)
    return grown * (1 + schedule.jitter * (2 * chance - 1))
