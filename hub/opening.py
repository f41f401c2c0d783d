"""opening: the store that the settings name. Apart from `hub.wiring`, so that a look into the log is quick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hub.settings import Settings
from hub.store import Archive, Store


def utc_now() -> datetime:
    """Return the time of this machine, aware, in UTC."""
    return datetime.now(UTC)


def make_store(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Store:
    """Return the store, migrated to what this version needs."""
    Path(settings.paths.var).mkdir(mode=0o700, parents=True, exist_ok=True)
    url = settings.store.url or f"sqlite:///{settings.paths.var}/hub.sqlite3"
    store = Store(url, Archive(Path(settings.store.archive)), clock)
    store.migrate()
    return store
