"""local: threads of this process drain the lanes; a sweeper offers those that are due.

A nudge after a commit keeps latency low; the sweeper makes a lost nudge harmless. On SQLite this runner is alone
on its store: whoever starts it holds the lock of `take_lock`, which refuses a second process. On PostgreSQL any
number of processes and machines may run one each: leases keep them apart.
"""

from __future__ import annotations

import fcntl
import logging
import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from hub.model.errors import ConfigError, Retryable
from hub.pipeline import Pipeline
from hub.runners.port import SLICE_SECONDS, SWEEP_SECONDS, Job, Jobs
from hub.runners.troubles import EXPECTED, LANES, Troubles
from hub.runners.turns import Turns
from hub.stages import lanes
from hub.store import Store

_log = logging.getLogger("hub.runner")

#: How often the runner looks for jobs that came after its start.
_ADOPT_SECONDS = 2.0


class LocalRunner:
    """Drains lanes with `workers` threads and runs jobs, each in a thread of its own.

    `turns` is for a store that others work on, too: a job is then done by one of them at a time.
    """

    def __init__(
        self, store: Store, pipeline: Pipeline, workers: int, jobs: Jobs, turns: Turns | None = None
    ) -> None:
        self._store, self._pipeline, self._workers = store, pipeline, workers
        self._jobs, self._turns = jobs, turns
        self._own: dict[str, Job] = {}
        self._lanes: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._queued: set[str] = set()
        self._busy: set[str] = set()
        self._guard, self._troubles = threading.Lock(), Troubles(_log)
        self._stopping = threading.Event()
        self._wakes: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Clear what a killed process left (when nobody else works on the store), and start all threads."""
        if self._turns is None:
            with self._store.begin() as tx:
                tx.clear_leases()
        for number in range(self._workers):
            self._thread(f"worker-{number}", self._work)
        self._own = {
            job.name: job
            for job in (
                Job("sweeper", SWEEP_SECONDS, self._sweep),
                Job("adopter", _ADOPT_SECONDS, self._adopt),
            )
        }
        for name in self._own:
            self._begin(name)

    def _adopt(self) -> None:
        """Begin the jobs that came since the last look."""
        for name in self._jobs.names():
            if name not in self._wakes:
                self._begin(name)

    def _begin(self, name: str) -> None:
        self._wakes[name] = threading.Event()
        self._thread(name, partial(self._repeat, name))

    def nudge(self, lane: str) -> None:
        """Offer a lane to the workers now; offering it twice is harmless."""
        with self._guard:
            if lane in self._queued:
                return
            self._queued.add(lane)
        self._lanes.put(lane)

    def wake(self, job: str) -> None:
        """Run a job now instead of at its next tick."""
        wake = self._wakes.get(job)
        if wake is not None:
            wake.set()

    def stop(self) -> None:
        """Let every thread finish the step it is in."""
        self._stopping.set()
        for wake in tuple(self._wakes.values()):
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
        owner = f"{socket.gethostname()}:{os.getpid()}:{threading.current_thread().name}"
        while not self._stopping.is_set():
            lane = self._lanes.get()
            if lane is None:
                return
            if self._take(lane):
                self._drain(lane, owner)

    def _take(self, lane: str) -> bool:
        """Take a lane for this thread. While a step lasts longer than its lease, or the clock jumps, no other
        thread of this process begins the same step; on SQLite there is no other process (`take_lock`)."""
        with self._guard:
            self._queued.discard(lane)
            if lane in self._busy or not self._may_wait(lane):
                return False
            self._busy.add(lane)
            return True

    def _may_wait(self, lane: str) -> bool:
        """Say whether one more thread may wait for Odoo: one is always left to open files and to answer them.

        A lane that may not is offered again by the sweeper, and by the next thread that is done with another.
        """
        if self._workers == 1 or not lanes.waits_for_odoo(lane):
            return True
        return sum(map(lanes.waits_for_odoo, self._busy)) < self._workers - 1

    def _drain(self, lane: str, owner: str) -> None:
        until = time.monotonic() + SLICE_SECONDS
        try:
            try:
                steps = self._pipeline.drain(
                    lane, owner, lambda: self._stopping.is_set() or time.monotonic() > until
                )
            finally:
                with self._guard:
                    self._busy.discard(lane)
            if steps:
                self._troubles.over(LANES)
                self._sweep()  # what is left of it, behind the others, and what its steps made for other lanes
        except Retryable as fault:
            self._troubles.tell(LANES, fault)
        except Exception:  # noqa: BLE001 - the sweeper offers the lane again
            _log.exception("lane %s stopped; the sweeper offers it again", lane)

    def _sweep(self) -> None:
        with self._store.read() as tx:
            due = tx.due_lanes()
        for lane in due:
            self.nudge(lane)

    def _repeat(self, name: str) -> None:
        """Do a job until it is gone or all ends."""
        wake = self._wakes[name]
        while not self._stopping.is_set():
            job = self._own.get(name) or self._jobs.get(name)
            if job is None:
                break
            woken = wake.is_set()
            wake.clear()
            try:
                self._do(job, early=woken)
                self._troubles.over(name)
            except Exception as fault:  # noqa: BLE001 - one job's fault is not the others'
                self._troubles.tell(name, fault, expected=isinstance(fault, EXPECTED))
            wake.wait(job.every_seconds)
        del self._wakes[name]

    def _do(self, job: Job, *, early: bool) -> None:
        if self._turns is None or job.name in self._own:
            job.run()
        else:
            self._turns.take(job, f"{socket.gethostname()}:{os.getpid()}:{job.name}", early=early)


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
