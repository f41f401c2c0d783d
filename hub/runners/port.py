"""What a runner is: it offers lanes to whoever drains them, and has jobs done again and again.

The store owns the truth. A runner only carries names: a lost one is offered again by the sweeper, a doubled one
finds the lane taken or nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from msgspec import Struct

#: How often the sweeper looks for lanes with work that nobody was told of.
SWEEP_SECONDS = 0.5
#: How long a worker stays with one lane while others wait: a lane of thousands delays nobody for longer.
SLICE_SECONDS = 2.0


class Job(Struct, frozen=True):
    """Something done again and again: poll a mailbox, watch Odoo, look at deadlines."""

    name: str
    every_seconds: float
    run: Callable[[], object]


class Jobs(Protocol):
    """The jobs that there are now; asked again and again, as partners come and go."""

    def names(self) -> Collection[str]:
        """Return the names of all."""
        ...

    def get(self, name: str) -> Job | None:
        """Return the job of that name; None when there is none any more."""
        ...


class Runner(Protocol):
    """Has the work done. All methods may be called from any thread."""

    def start(self) -> None:
        """Begin to work."""
        ...

    def nudge(self, lane: str) -> None:
        """Offer a lane now; offering it twice, or not at all, is harmless."""
        ...

    def wake(self, job: str) -> None:
        """Have a job done now instead of at its next turn."""
        ...

    def stop(self) -> None:
        """Finish the steps that are under way, and stop."""
        ...
