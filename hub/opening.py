"""opening: the store that the settings name. Apart from `hub.wiring`, so that a look into the log is quick."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from hub.model.errors import ConfigError
from hub.secrets import Secrets
from hub.settings import Settings
from hub.store import Archive, Store
from hub.store.sealing import Keyring, key_from


def utc_now() -> datetime:
    """Return the time of this machine, aware, in UTC."""
    return datetime.now(UTC)


def make_archive(settings: Settings, environ: Mapping[str, str] = os.environ) -> Archive:
    """Return the archive with its keys; raise ConfigError for a key that is not there."""
    secrets = Secrets(Path(settings.paths.secrets), environ)
    try:
        keys = [key_from(secrets.read(reference), reference) for reference in settings.store.archive_keys]
    except ConfigError as fault:
        raise ConfigError(
            f"{fault}. If this key of the archive is lost for good, take it out of [store] archive_keys: what is "
            "sealed under it stays unreadable, all else goes on"
        ) from fault
    return Archive(Path(settings.store.archive), Keyring(keys, seals=settings.store.encrypt))


def make_store(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    environ: Mapping[str, str] = os.environ,
) -> Store:
    """Return the store, migrated to what this version needs."""
    Path(settings.paths.var).mkdir(mode=0o700, parents=True, exist_ok=True)
    url = settings.store.url or f"sqlite:///{settings.paths.var}/hub.sqlite3"
    store = Store(url, make_archive(settings, environ), clock)
    store.migrate()
    return store
