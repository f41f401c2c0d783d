"""Bring a database to the newest revision of the tables (Alembic, scripts in hub/store/migrations)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text

from hub.model.errors import ConfigError

_LOCK_NUMBER = 4_851_850_997  # of PostgreSQL's advisory lock: two processes that start must not both migrate


def migrate(engine: Engine, *, not_empty: str = "") -> None:
    """Run the missing revisions in one transaction; raise ConfigError when a newer hub made it.

    `not_empty` is what to raise where there are no tables yet, and there should be.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
        if not_empty and not inspect(connection).get_table_names():
            raise ConfigError(not_empty)
        upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the missing revisions, up to that one, inside the caller's transaction."""
    config = alembic_config()
    current = MigrationContext.configure(connection).get_current_revision()
    if current == ScriptDirectory.from_config(config).get_current_head():
        return
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as fault:
        raise ConfigError(
            f"store: the database is at revision {current}, which this version of the hub does not know; "
            f"run a version of the hub at least as new as the one that made it ({fault})"
        ) from fault


def alembic_config() -> Config:
    """Return the Alembic configuration: no ini file, the scripts that are shipped in this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
