"""local: threads in the one process drain the lanes; a sweeper offers those that are due.

A nudge after a commit keeps latency low; the sweeper makes a lost nudge harmless. This runner is alone on its
store: whoever starts it holds the lock of `take_lock`, which refuses a second process.
"""

from __future__ import annotations

import fcntl
import logging
import os
import queue
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from msgspec import Struct

from hub.model.errors import ConfigError, Retryable, Undeliverable
from hub.pipeline import Pipeline
from hub.store import Store

_log = logging.getLogger("hub.runner")

SWEEP_SECONDS = 0.5


class Job(Struct, frozen=True):
    """Something done again and again: poll a mailbox, watch Odoo, look at deadlines."""

    name: str
    every_seconds: float
    run: Callable[[], object]


class LocalRunner:
    """Drains lanes with `workers` threads and runs jobs, each in a thread of its own."""

    def __init__(self, store: Store, pipeline: Pipeline, workers: int) -> None:
        self._store, self._pipeline, self._workers = store, pipeline, workers
        self._lanes: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._queued: set[str] = set()
        self._busy: set[str] = set()
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._wakes: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def start(self, jobs: list[Job]) -> None:
        """Clear what a killed process left, and start all threads."""
        with self._store.begin() as tx:
            tx.clear_leases()
        for number in range(self._workers):
            self._thread(f"worker-{number}", self._work)
        for job in [*jobs, Job("sweeper", SWEEP_SECONDS, self._sweep)]:
            self.add(job)

    def add(self, job: Job) -> None:
        """Start a job; one that runs under that name already is left as it is."""
        if job.name not in self._wakes:
            self._wakes[job.name] = threading.Event()
            self._thread(job.name, partial(self._repeat, job))

    def nudge(self, lane: str) -> None:
        """Offer a lane to the workers now; offering it twice is harmless."""
        with self._guard:
            if lane in self._queued:
                return
            self._queued.add(lane)
        self._lanes.put(lane)

    def wake(self, job: str) -> None:
        """Run a job now instead of at its next tick."""
        if job in self._wakes:
            self._wakes[job].set()

    def stop(self) -> None:
        """Let every thread finish the step it is in."""
        self._stopping.set()
        for wake in self._wakes.values():
            wake.set()
        for _ in range(self._workers):
            self._lanes.put(None)
        for thread in self._threads:
            thread.join()

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        owner = f"{os.getpid()}:{threading.current_thread().name}"
        while not self._stopping.is_set():
            lane = self._lanes.get()
            if lane is None:
                return
            if self._take(lane):
                try:
                    self._drain(lane, owner)
                finally:
                    with self._guard:
                        self._busy.discard(lane)

    def _take(self, lane: str) -> bool:
        """Take a lane for this thread. While a step lasts longer than its lease, or the clock jumps, no other
        thread may begin the same step; and there is no other process: the lock of the folder sees to that."""
        with self._guard:
            self._queued.discard(lane)
            if lane in self._busy:
                return False
            self._busy.add(lane)
            return True

    def _drain(self, lane: str, owner: str) -> None:
        try:
            if self._pipeline.drain(lane, owner, self._stopping.is_set):
                self._sweep()  # its steps may have made work for other lanes: an answer to send
        except Exception:  # noqa: BLE001 - the sweeper offers the lane again
            _log.exception("lane %s stopped; the sweeper offers it again", lane)

    def _sweep(self) -> None:
        with self._store.read() as tx:
            lanes = tx.due_lanes()
        for lane in lanes:
            self.nudge(lane)

    def _repeat(self, job: Job) -> None:
        """Run a job until the end; a fault is logged once until the job works again."""
        wake, failing = self._wakes[job.name], ""
        while not self._stopping.is_set():
            try:
                job.run()
                if failing:
                    _log.info("%s works again", job.name)
                failing = ""
            except Exception as fault:  # noqa: BLE001 - one job's fault is not the others'
                expected = isinstance(fault, Retryable | Undeliverable | ConfigError)
                if str(fault) != failing:
                    _log.warning("%s: %s", job.name, fault, exc_info=None if expected else fault)
                failing = str(fault)
            wake.wait(job.every_seconds)
            wake.clear()


def take_lock(path: Path) -> IO[str]:
    """Return the open lock file of a hub; closing it frees it, and so does the end of the process.

    Raises ConfigError when another process holds it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "?"
        lock.close()
        raise ConfigError(
            f"another hub (process {holder}) works on this store already; stop it first ({path})"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
