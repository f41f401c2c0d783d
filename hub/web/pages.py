"""What the ops pages need of a hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hub.formats import Formats
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.operations import Operations
from hub.outages import Outages
from hub.store import Store
from hub.storing import Storing


class Book(Protocol):
    """The partners by key, and what is wrong with the profiles that don't load."""

    @property
    def findings(self) -> Sequence[Finding]: ...

    def __call__(self) -> Mapping[str, Partner]: ...


class Pages(Protocol):
    """What the pages show and act on; `hub.wiring.Hub` is one."""

    store: Store
    formats: Formats
    operations: Operations
    nudge: Callable[[str], None]
    clock: Callable[[], datetime]
    outages: Outages
    storing: Storing

    @property
    def partners(self) -> Book: ...
