"""heart: keeps the leases of this process alive while its steps last.

A lease is short, so that the work of a process that died is taken over soon; a step may be long. One thread
extends all leases that are held, three times a lease. What hangs is not kept alive for ever: after the
longest step that can be, its lease runs out, another takes the lane, and the fence refuses the late commit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hub.model.errors import Retryable
from hub.store import Lease, Store

_log = logging.getLogger("hub.heart")

#: How long a lane is claimed for. A dead worker's lane is taken over after at most this.
LEASE_SECONDS = 30.0
#: Nothing that works takes longer for one step; a call to the outside ends after minutes at most.
LONGEST_STEP_SECONDS = 900.0


class Heart:
    """Extends leases. Safe to use from many threads; its thread ends by itself when nothing is held."""

    def __init__(
        self,
        store: Store,
        lease_seconds: float = LEASE_SECONDS,
        longest_seconds: float = LONGEST_STEP_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lease_seconds = lease_seconds
        self._store, self._longest, self._seconds = store, longest_seconds, seconds
        self._held: dict[int, tuple[Lease, float]] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._idle, self._failing = threading.Event(), False

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[Callable[[], None]]:
        """Keep a lease alive; what it gives is called when a new step begins, which may be as long again."""
        key = id(lease)

        def begin_step() -> None:
            self._held[key] = (lease, self._seconds())

        with self._guard:
            begin_step()
            self._idle.clear()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)
                self._thread.start()
        try:
            yield begin_step
        finally:
            with self._guard:
                del self._held[key]

    def stop(self) -> None:
        """End the thread, if there is one; leases that are still held run out by themselves."""
        self._idle.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _beat(self) -> None:
        while not self._idle.wait(self.lease_seconds / 3):
            with self._guard:
                if not self._held:
                    self._thread = None
                    return
                held = [lease for lease, since in self._held.values() if self._lives(since)]
            self._extend(held)

    def _lives(self, since: float) -> bool:
        return self._seconds() - since < self._longest

    def _extend(self, held: list[Lease]) -> None:
        try:
            with self._store.begin() as tx:
                for lease in held:
                    tx.renew_lane(lease, self.lease_seconds)
        except Retryable as fault:  # who holds a lease that runs out meanwhile cannot commit: harmless
            if not self._failing:
                _log.warning("leases were not extended: %s", fault)
            self._failing = True
        else:
            self._failing = False
