"""How many calls Odoo gets at once, and how many records in one call, learned from how it answers: a little more after
a good answer, half of it after a bad one (additive increase, multiplicative decrease; RFC 5681 does it for packets).

Bad are timeouts, 429, 503 and lost races: more at once would only make more of them. Never more than the setting says,
never less than one. A bad moment counts once: the calls that were under way with it tell the same again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.model.errors import Retryable, Trouble

#: Bad answers within this are one bad moment.
MOMENT_SECONDS = 1.0


class Flow:
    """The calls under way, and how many there may be. Safe for many threads."""

    def __init__(self, most: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds = most, seconds
        self._limit, self._under_way = float(most), 0
        self._halved_at = float("-inf")
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """Return how many calls there may be at once now."""
        return int(self._limit)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a place among the calls under way, and hold it."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way < self.limit)
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def good(self) -> None:
        """Note an answer that came without trouble."""
        with self._changed:
            self._limit = min(self._limit + 1.0 / self._limit, float(self._most))
            self._changed.notify_all()

    def bad(self) -> None:
        """Note that Odoo has too much to do."""
        with self._changed:
            if self._seconds() - self._halved_at >= MOMENT_SECONDS:
                self._limit, self._halved_at = max(self._limit / 2, 1.0), self._seconds()


class BatchSize:
    """How many records go into one call. Safe for many threads.

    A call that got no answer, lost a race or took too long halves it; each full one that was soon done adds `step`.
    Never more than `most`, never less than one.
    """

    def __init__(
        self, most: int, *, soon_seconds: float, step: int = 2, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._soon, self._step, self._seconds = most, soon_seconds, step, seconds
        self._size = most
        self._guard = threading.Lock()

    @property
    def size(self) -> int:
        """Return how many records to put into one call now."""
        return self._size

    @contextmanager
    def learning(self, count: int) -> Iterator[None]:
        """Learn from a call of so many records that is made within."""
        began = self._seconds()
        try:
            yield
        except Retryable as fault:
            if fault.trouble is not Trouble.FAILED:  # nobody there says nothing of the size
                self._halve(count)
            raise
        took = self._seconds() - began
        if took > 2 * self._soon:
            self._halve(count)
        elif took <= self._soon and count >= self._size:
            with self._guard:
                self._size = min(self._size + self._step, self._most)

    def _halve(self, count: int) -> None:
        with self._guard:
            self._size = max(min(self._size, count) // 2, 1)
