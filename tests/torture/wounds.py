"""How long each lane stood still that a killed process held: from the kill until somebody else takes it.

A lane counts when it was held by the killed process and had something due. Read beside the hub, in its leases.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime

from msgspec import Struct, structs
from sqlalchemy import Row, select

from hub.store import Store
from hub.store.engine import READ_ONLY, make_engine
from hub.store.schema import leases

LOOK_SECONDS = 0.2
#: After so long we look again whether there was anything to do: a commit may have come in with the kill.
_DOUBT_SECONDS = 35.0
_JOB = "/job/"


class Wound(Struct, frozen=True):
    """A lane whose holder was killed. `since` is in seconds of the monotonic clock."""

    lane: str
    owner: str
    fence: int
    since: float


class Wounds:
    """Looks after the lanes of killed processes in a thread of its own."""

    def __init__(self, url: str, store: Store) -> None:
        self._engine, self._store = make_engine(url).execution_options(**{READ_ONLY: True}), store
        self._guard = threading.Lock()
        self._open: list[Wound] = []
        self.healed: list[tuple[str, float]] = []  # lane, seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wounds", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End, and take what is still open for as old as it is."""
        self._ending.set()
        self._thread.join()
        self.healed += [(w.lane, time.monotonic() - w.since) for w in self._open if self._is_due(w.lane)]
        self._engine.dispose()

    def add(self, pids: Collection[int], since: float, *, alone: bool) -> None:
        """Note the lanes that processes held when they were killed.

        `alone`: there is no other that could have taken over what an earlier kill left, so that counts from now.
        """
        dead, now = {str(pid) for pid in pids}, datetime.now(UTC)
        held = [
            Wound(row.lane, row.owner, row.fence, since)
            for row in self._leases().values()
            if _pid(row) in dead and row.expires_at > now and self._is_due(row.lane)
        ]
        with self._guard:
            open_ones = [structs.replace(w, since=since) for w in self._open] if alone else self._open
            self._open = open_ones + held

    def wait_for_work(self, pids: Collection[int], seconds: float) -> None:
        """Return when one of these processes holds a lane (no mere job), or after so many seconds."""
        names, end = {str(pid) for pid in pids}, time.monotonic() + seconds
        while time.monotonic() < end:
            now = datetime.now(UTC)
            for row in self._leases().values():
                if _pid(row) in names and row.expires_at > now and not row.lane.startswith(_JOB):
                    return
            time.sleep(0.01)

    def _run(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            if self._open:
                self._look(self._leases())

    def _look(self, rows: dict[str, Row[tuple[object, ...]]]) -> None:
        now = time.monotonic()
        with self._guard:
            for wound in tuple(self._open):
                row = rows[wound.lane]
                if (
                    row.fence > wound.fence and row.owner != wound.owner
                ):  # a start on SQLite raises fences, too
                    self.healed.append((wound.lane, now - wound.since))
                    self._open.remove(wound)
                elif now - wound.since > _DOUBT_SECONDS and not self._is_due(wound.lane):
                    self._open.remove(wound)

    def _leases(self) -> dict[str, Row[tuple[object, ...]]]:
        with self._engine.connect() as connection:
            return {row.lane: row for row in connection.execute(select(leases))}

    def _is_due(self, lane: str) -> bool:
        if lane.startswith(_JOB):
            return True
        with self._store.read() as tx:
            return bool(tx.due(lane))


def _pid(row: Row[tuple[object, ...]]) -> str:
    """Return the process of an owner (host:pid, host:pid:thread); empty for a lane that rests."""
    return next(iter(row.owner.split(":")[1:2]), "")
