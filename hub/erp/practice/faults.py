"""Faults to order, for tests and drills: the next call meets one of them.

down: 503, nothing is done · timeout_after_commit: the work is done, then the connection drops without an answer ·
serialization: Odoo lost a race (`load` tells it in its messages, everything else as an error) · slow: the answer
comes late.
"""

from __future__ import annotations

import threading
from typing import Literal, get_args

from msgspec import Struct

Kind = Literal["down", "timeout_after_commit", "serialization", "slow"]


class Fault(Struct, frozen=True):
    """One fault to come. `method` empty: any call; `seconds` is how late a slow answer is."""

    kind: Kind
    method: str = ""
    seconds: float = 2.0


class Faults:
    """The faults that are still to come, in order. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: list[Fault] = []

    def add(self, fault: Fault, times: int) -> None:
        """Order a fault for the next `times` calls; raise ValueError for a kind that does not exist."""
        if fault.kind not in get_args(Kind):
            raise ValueError(f"{fault.kind!r} is no fault: choose one of {', '.join(get_args(Kind))}")
        with self._lock:
            self._coming += [fault] * times

    def take(self, method: str) -> Fault | None:
        """Return and use up the fault that a call of this method meets, if any."""
        with self._lock:
            for fault in self._coming:
                if fault.method in {"", method}:
                    self._coming.remove(fault)
                    return fault
        return None

    def __len__(self) -> int:
        """Return how many are still to come."""
        with self._lock:
            return len(self._coming)

    def clear(self) -> None:
        """Forget what was ordered."""
        with self._lock:
            self._coming.clear()
