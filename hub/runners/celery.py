"""celery: lanes and jobs as tasks of Celery, on RabbitMQ or Redis, for a cluster of workers.

A task carries the name of a lane or of a job and nothing else: the store holds the truth, its leases decide who
works. So a lost task is harmless (beat's tick offers again what is due), and so is a doubled one (the lane is
taken, or nothing is due). No results are kept, and a task that waited for long is dropped unread.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from celery import Celery
from celery.signals import beat_init, worker_process_shutdown, worker_ready
from kombu.exceptions import OperationalError

from hub.pipeline import Pipeline
from hub.runners.port import SLICE_SECONDS, Jobs
from hub.runners.troubles import EXPECTED, LANES, Troubles
from hub.runners.turns import Turns
from hub.stages import lanes
from hub.store import Store

_log = logging.getLogger("hub.runner")

TICK_SECONDS = 1.0
#: A task that waited longer says nothing new: the tick has offered its lane again.
EXPIRES_SECONDS = 30.0
#: All processes may be with a lane, or with an Odoo that hangs, for some seconds; a few ticks too many do no harm.
TICK_EXPIRES_SECONDS = 10.0
#: While the broker is away, we try it no oftener than this: a nudge only saves time.
BROKER_PAUSE_SECONDS = 5.0

DRAIN, JOB, TICK = "hub.drain", "hub.job", "hub.tick"
#: Lanes that wait for Odoo have a queue, all else has another. Workers take from both in turn: however many orders
#: wait, mailboxes are looked at, and files opened and answered.
ODOO_QUEUE, QUICK_QUEUE = "hub.odoo", "hub.quick"


class Parts(Protocol):
    """What the tasks of one process work with."""

    @property
    def store(self) -> Store: ...
    @property
    def pipeline(self) -> Pipeline: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def turns(self) -> Turns: ...
    def close(self) -> None: ...


def make_app(broker: str) -> Celery:
    """Return the Celery application of a hub: where tasks go, and what beat sends."""
    app = Celery("hub", broker=broker)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=QUICK_QUEUE,
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        broker_connection_timeout=3.0,
        broker_connection_retry_on_startup=True,
        beat_scheduler="celery.beat:Scheduler",  # nothing to remember: the store knows what is due
        beat_schedule={
            "tick": {"task": TICK, "schedule": TICK_SECONDS, "options": {"expires": TICK_EXPIRES_SECONDS}}
        },
    )
    return app


def tell_when_ready(ready: Callable[[], None]) -> None:
    """Call back when the worker or beat of this process has begun."""

    def tell(**_signal: object) -> None:
        ready()

    worker_ready.connect(tell, weak=False)
    beat_init.connect(tell, weak=False)


class CeleryRunner:
    """Offers lanes and jobs through the broker; the work is done by `hub worker`."""

    def __init__(self, app: Celery, seconds: Callable[[], float] = time.monotonic) -> None:
        self._app, self._seconds = app, seconds
        self._not_before = 0.0
        self._guard = threading.Lock()

    def start(self) -> None:
        """Nothing to start: workers and beat are processes of their own."""

    def nudge(self, lane: str) -> None:
        """Offer a lane to the workers."""
        self._send(DRAIN, lane, ODOO_QUEUE if lanes.waits_for_odoo(lane) else QUICK_QUEUE)

    def wake(self, job: str) -> None:
        """Ask for a job now."""
        self._send(JOB, job, early=True)

    def stop(self) -> None:
        """Let go of the broker."""
        self._app.close()

    def offer_job(self, job: str) -> None:
        """Ask for a job if its turn has come."""
        self._send(JOB, job, early=False)

    def _send(self, task: str, name: str, queue: str = QUICK_QUEUE, **more: bool) -> None:
        """Send a task; while the broker cannot be had, nothing is sent and nothing is lost."""
        if self._seconds() < self._not_before:
            return
        try:
            self._app.send_task(
                task, (name,), more, queue=queue, expires=EXPIRES_SECONDS, retry=False, ignore_result=True
            )
        except (OperationalError, OSError) as fault:
            with self._guard:
                self._not_before = self._seconds() + BROKER_PAUSE_SECONDS
            _log.warning("the broker cannot be reached, work waits in the store: %s", fault)


class Tasks:
    """The tasks, done by the parts that each process makes for itself at its first task."""

    def __init__(self, app: Celery, make_parts: Callable[[CeleryRunner], Parts]) -> None:
        self._make_parts, self._runner, self._troubles = make_parts, CeleryRunner(app), Troubles(_log)
        self._parts: Parts | None = None
        self._guard = threading.Lock()
        self._owner = ""
        for name, task in ((DRAIN, self.drain), (JOB, self.job), (TICK, self.tick)):
            app.task(name=name)(_named(name, task))
        worker_process_shutdown.connect(self._close, weak=False)

    def drain(self, lane: str) -> None:
        """Take the due steps of a lane, for one slice of time; then it queues again behind the others."""
        with self._telling(LANES):
            parts = self._ready()
            until = time.monotonic() + SLICE_SECONDS
            if parts.pipeline.drain(lane, self._owner, lambda: time.monotonic() > until):
                self._offer_lanes(parts)

    def job(self, name: str, *, early: bool = False) -> None:
        """Do a job if its turn has come."""
        with self._telling(name):
            parts = self._ready()
            job = parts.jobs.get(name)
            if job is not None:
                parts.turns.take(job, self._owner, early=early)

    def tick(self) -> None:
        """Offer every lane with work that nobody has taken, and every job whose turn has come."""
        with self._telling(LANES):
            parts = self._ready()
            self._offer_lanes(parts)
            for name in set(parts.jobs.names()) - parts.turns.resting():
                self._runner.offer_job(name)

    def _offer_lanes(self, parts: Parts) -> None:
        with parts.store.read() as tx:
            due = tx.due_lanes()
        for lane in due:
            self._runner.nudge(lane)

    @contextmanager
    def _telling(self, what: str) -> Iterator[None]:
        """Tell the log of an expected fault within; Celery tells of all others, and goes on."""
        try:
            yield
        except EXPECTED as fault:
            self._troubles.tell(what, fault)
        else:
            self._troubles.over(what)

    def _ready(self) -> Parts:
        with self._guard:
            if self._parts is None:
                self._owner = f"{socket.gethostname()}:{os.getpid()}"
                self._parts = self._make_parts(self._runner)
            return self._parts

    def _close(self, **_signal: object) -> None:
        if self._parts is not None:
            self._parts.close()


def _named(name: str, task: Callable[..., None]) -> Callable[..., None]:
    """Return a plain function for Celery, which writes on what it is given."""

    def run(*args: str, **more: bool) -> None:
        task(*args, **more)

    run.__name__ = name.rpartition(".")[2]
    return run
