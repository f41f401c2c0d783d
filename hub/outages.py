"""outages: tells in the store whom this process finds away, so that any other process can show it.

A breaker is of its process. Each time one opens, looks again in vain or closes, what is away is written anew; while
anything is away it is also written every TELL_SECONDS, so that what a process told that died is seen to be old.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from hub.breaker import Breakers
from hub.model.errors import Retryable
from hub.store import Outage, Store

_log = logging.getLogger("hub.outages")

TELL_SECONDS = 20.0


class Outages:
    """The breakers of this process, and a thread that tells of them; it lives only while somebody is away."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
        process: str = "",
    ) -> None:
        self.breakers = Breakers(seconds, self._changed)
        self.process = process or f"{socket.gethostname()}:{os.getpid()}"
        self._store, self._clock = store, clock
        self._guard = threading.Lock()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def stop(self) -> None:
        """Take back what was told, and end the thread, if there is one."""
        with self._guard:
            self._stopped, thread = True, self._thread
            self._news.set()
        if thread is not None:
            thread.join()

    def _changed(self) -> None:
        with self._guard:
            self._news.set()
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._go_on, name="outages", daemon=True)
                self._thread.start()

    def _go_on(self) -> None:
        """Tell at each change, and now and then between; end when nobody is away and that is told."""
        while True:
            self._news.wait(TELL_SECONDS)
            self._news.clear()
            away = () if self._stopped else self._away()
            told = self._tell(away)
            with self._guard:
                if self._stopped or (told and not away and not self._news.is_set()):
                    self._thread = None
                    return

    def _away(self) -> tuple[Outage, ...]:
        now = self._clock()
        return tuple(
            Outage(
                endpoint=one.name,
                process=self.process,
                why=one.why,
                since=now - timedelta(seconds=one.away_seconds),
                next_look_at=now + timedelta(seconds=one.wait_seconds),
                told_at=now,
            )
            for one in self.breakers.health()
            if one.state != "closed"
        )

    def _tell(self, away: tuple[Outage, ...]) -> bool:
        try:
            with self._store.begin() as tx:
                tx.tell_outages(self.process, away)
        except Retryable as fault:  # it is told at the next look
            _log.warning("who is away could not be noted: %s", fault)
            return False
        return True
