"""breaker: when somebody outside is away, one looks whether they are back, and all others wait.

Closed, everybody asks. After OPENS_AFTER failures in a row it opens: nobody asks until a pause is over, then one
probe goes through (half open) while the others go on waiting. A probe that is answered closes it; one that fails opens
it again for twice as long, up to LONGEST_PAUSE_SECONDS. Pauses differ a little each time, so that the processes of a
cluster do not come back together. Each process has breakers of its own: n processes send n probes a pause; what they
find is told to the others by hub/outages.py.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from msgspec import Struct

from hub.model.errors import Retryable

OPENS_AFTER = 3
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 10.0
#: What a server asks for (Retry-After) is respected up to this.
LONGEST_ASKED_SECONDS = 300.0
#: How long the others wait while a probe is under way.
PROBE_SECONDS = 1.0

State = Literal["closed", "open", "half open"]


class Health(Struct, frozen=True):
    """How one endpoint is doing, as seen from this process."""

    name: str
    state: State
    failures: int = 0  # in a row
    why: str = ""  # the last failure
    wait_seconds: float = 0.0  # until the next probe
    away_seconds: float = 0.0  # since it opened


class Breaker:
    """The breaker of one endpoint. Safe for many threads; the clock (seconds) and the jitter come in.

    `changed` is called when it opened, looked in vain or closed.
    """

    def __init__(
        self,
        name: str,
        seconds: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = lambda: random.uniform(0.8, 1.2),  # noqa: S311 - no secret
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.name, self._seconds, self._jitter, self._changed = name, seconds, jitter, changed
        self._guard = threading.Lock()
        self._failures, self._why = 0, ""
        self._open_until: float | None = None
        self._opened_at = 0.0
        self._probe: int | None = None  # the thread whose probe is under way

    def health(self) -> Health:
        """Return how the endpoint is doing."""
        with self._guard:
            state: State = "closed"
            if self._open_until is not None:
                state = "half open" if self._probe is not None else "open"
            away = 0.0 if self._open_until is None else self._seconds() - self._opened_at
            return Health(self.name, state, self._failures, self._why, round(self._wait(), 1), round(away, 1))

    def enter(self) -> None:
        """Let the caller ask; it must say `worked`, `failed` or `left`.

        Raises Retryable with `wait_seconds` while the endpoint is away and it is not this thread's probe.
        """
        with self._guard:
            me = threading.get_ident()
            if self._open_until is None or self._probe == me:
                return
            wait = self._wait()
            if wait <= 0 and self._probe is None:
                self._probe = me
                return
            raise Retryable(
                f"{self.name} is away: {self._why}",
                wait_seconds=max(wait, PROBE_SECONDS),
            )

    def worked(self) -> None:
        """Note an answer, whatever it says: the endpoint is there."""
        with self._guard:
            if self._open_until is not None and self._probe != threading.get_ident():
                return
            was_open = self._open_until is not None
            self._failures, self._why, self._open_until, self._probe = 0, "", None, None
        if was_open:
            self._changed()

    def failed(self, why: str, asked_seconds: float = 0.0) -> None:
        """Note that there was no answer, or that the server asks to be left alone for so many seconds."""
        with self._guard:
            probing = self._probe == threading.get_ident()
            if self._open_until is not None and not probing:
                return  # one that was under way when it opened
            self._failures, self._why, self._probe = self._failures + 1, why, None
            if self._failures < OPENS_AFTER and not asked_seconds:
                return
            now = self._seconds()
            self._opened_at = now if self._open_until is None else self._opened_at
            self._open_until = now + self._pause(asked_seconds)
        self._changed()

    def left(self) -> None:
        """Note that the caller asked nothing after all: the next one may be the probe."""
        with self._guard:
            if self._probe == threading.get_ident():
                self._probe = None

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask within: no exception is an answer, Retryable is none (its `wait_seconds`: as the server asked), any other
        says nothing of the endpoint.
        """
        self.enter()
        try:
            yield
        except Retryable as fault:
            self.failed(str(fault), fault.wait_seconds or 0.0)
            self.tell(fault)
            raise
        except BaseException:
            self.left()
            raise
        self.worked()

    def tell(self, fault: Retryable) -> None:
        """Say in a fault, when nothing was done for sure, how long there is no use in asking again."""
        wait = self.health().wait_seconds
        if wait > 0 and not fault.in_doubt:
            fault.wait_seconds = wait

    def _pause(self, asked_seconds: float) -> float:
        grown = FIRST_PAUSE_SECONDS * 2.0 ** min(max(self._failures - OPENS_AFTER, 0), 10)
        pause = min(grown, LONGEST_PAUSE_SECONDS) * self._jitter()
        return max(pause, min(asked_seconds, LONGEST_ASKED_SECONDS))

    def _wait(self) -> float:
        return 0.0 if self._open_until is None else max(0.0, self._open_until - self._seconds())


class Breakers:
    """The breakers of one process by the names of their endpoints."""

    def __init__(
        self, seconds: Callable[[], float] = time.monotonic, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._seconds, self._changed = seconds, changed
        self._known: dict[str, Breaker] = {}
        self._guard = threading.Lock()

    def of(self, name: str) -> Breaker:
        """Return the breaker of an endpoint, made at first use."""
        with self._guard:
            return self._known.setdefault(name, Breaker(name, self._seconds, changed=self._changed))

    def health(self) -> tuple[Health, ...]:
        """Return how each endpoint that was ever asked is doing, by name."""
        with self._guard:
            known = sorted(self._known.items())
        return tuple(breaker.health() for _, breaker in known)
