"""working: who drains the lanes of a hub, in this process or in others, as the settings say.

`hub run` serves and works; on PostgreSQL any number of `hub worker` work beside it. With the runner "celery",
`hub run` only serves, and the workers and one `hub worker --beat` do the rest.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hub.jobs import HubJobs
from hub.model.errors import ConfigError
from hub.runners.local import LocalRunner
from hub.runners.port import Runner
from hub.runners.turns import Turns
from hub.secrets import Secrets
from hub.settings import Settings
from hub.store import is_shared
from hub.whereabouts import beside
from hub.wiring import Hub

if TYPE_CHECKING:
    from celery import Celery

_NOT_SHARED = (
    "workers beside the hub need PostgreSQL, SQLite is one process's own: set [store] url in hub.toml"
)


def make_runner(hub: Hub) -> Runner:
    """Return the runner of a hub: its own threads, or what offers work to the workers of a cluster.

    Raises ConfigError for a cluster on a store that is one process's own, or without a broker.
    """
    if hub.settings.workers.runner == "celery":
        from hub.runners.celery import CeleryRunner

        return CeleryRunner(make_celery(hub.settings, hub.secrets))
    turns = Turns(hub.store, hub.heart) if hub.store.shared else None
    return LocalRunner(hub.store, hub.pipeline, hub.settings.workers.count, HubJobs(hub), turns)


def make_celery(settings: Settings, secrets: Secrets) -> Celery:
    """Return the Celery application of the settings. Raises ConfigError as `make_runner` does."""
    broker = settings.workers.broker
    if not is_shared(settings.store.url):
        raise ConfigError(_NOT_SHARED)
    if not broker:
        raise ConfigError('[workers] broker is empty: name the broker, as in broker = "env:HUB_BROKER_URL"')
    try:
        from hub.runners.celery import make_app
    except ImportError:
        raise ConfigError(
            "the runner \"celery\" needs Celery; install it with: pip install 'partner-hub[celery]'"
        ) from None
    return make_app(secrets.text(broker))


class LocalWorker:
    """A process that works beside `hub run` on the same PostgreSQL, with threads of its own."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        if not is_shared(settings.store.url):
            raise ConfigError(_NOT_SHARED)
        self._hub = Hub(*beside(settings, environ))
        self._runner = make_runner(self._hub)
        self._hub.nudge = self._runner.nudge

    def run(self, stopping: threading.Event, ready: Callable[[], None]) -> None:
        """Work until told to stop, then finish the steps that are under way. Calls `ready` when it works."""
        self._hub.noticer.begin(self._hub.clock())
        self._runner.start()
        ready()
        stopping.wait()
        self._runner.stop()
        self._hub.close()


class _Parts:
    """What the Celery tasks of one process work with: a hub of its own."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], runner: Runner) -> None:
        self._hub = Hub(settings, environ)
        self._hub.nudge = runner.nudge
        self._hub.noticer.begin(self._hub.clock())
        self.store, self.pipeline = self._hub.store, self._hub.pipeline
        self.jobs, self.turns = HubJobs(self._hub), Turns(self._hub.store, self._hub.heart)

    def close(self) -> None:
        self._hub.close()


def run_celery(
    settings: Settings, environ: Mapping[str, str], ready: Callable[[], None], *, beat: bool, verbose: bool
) -> None:
    """Be a Celery worker, or beat, until a signal says stop. Calls `ready` when it works.

    Raises ConfigError as `make_runner` does.
    """
    settings, environ = beside(settings, environ)
    app = make_celery(settings, Secrets(Path(settings.paths.secrets), environ))
    level = "INFO" if verbose else "WARNING"
    from hub.runners.celery import ODOO_QUEUE, QUICK_QUEUE, Tasks, tell_when_ready

    tell_when_ready(ready)
    if beat:
        app.Beat(loglevel=level, quiet=True).run()
        return
    Tasks(app, partial(_Parts, settings, environ))
    worker = app.Worker(
        hostname=f"hub-{os.getpid()}@{socket.gethostname()}",
        queues=(ODOO_QUEUE, QUICK_QUEUE),
        concurrency=settings.workers.count,
        loglevel=level,
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    )
    worker.start()
