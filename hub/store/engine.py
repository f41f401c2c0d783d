"""Connect to SQLite or PostgreSQL so that the rest of the store need not know which."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from hub.model.errors import ConfigError

WAIT_SECONDS = 30  # for somebody else's transaction, before the step is tried again later
# Execution options of a connection.
READ_ONLY = "hub_read_only"
WAIT = "hub_wait_seconds"  # for somebody else's lock, where it is not WAIT_SECONDS
_MANNER = "hub_manner"  # what a connection of SQLite was told last: (read only, seconds to wait)

_SQLITE_PRAGMAS = (
    "journal_mode = WAL",  # readers do not wait for the writer
    "synchronous = FULL",  # a commit is on the disk when it returns, also after a power cut
    f"busy_timeout = {WAIT_SECONDS * 1000}",
    "foreign_keys = ON",
    "secure_delete = ON",  # what retention removes, or `hub archive rekey` seals, leaves nothing in unused pages
)


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database; None for one of a server, and for a URL that cannot be read."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def make_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql://...`; raise ConfigError for anything else."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError(
            "store: the database URL cannot be read; write sqlite:///var/hub.db or "
            "postgresql://user@host/database"
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql" | "postgres":
            return _postgresql(parsed)
        case other:
            raise ConfigError(f"store: a {other} database is not supported; use sqlite or postgresql")


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigError(
            "store: SQLite needs a file (sqlite:///var/hub.db): the log must outlive the process"
        )
    database = Path(url.database)
    database.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        hide_parameters=True,
        pool_size=10,
        max_overflow=50,
        pool_timeout=WAIT_SECONDS,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "do_connect")
    def make_private(*_how: object) -> None:
        """Make a new file for its owner alone, for payloads are in it; SQLite makes its other files alike.

        One that is there is never opened: to close it again would end all locks of this process on it (POSIX), and
        another process would take itself for the last one, and the -wal file away.
        """
        with suppress(OSError):  # SQLite itself says what is wrong there
            os.close(os.open(database, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600))

    @event.listens_for(engine, "connect")
    def prepare(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own object
        dbapi_connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in _SQLITE_PRAGMAS:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Take the write lock at once: a lock taken halfway could only fail, not wait."""
        options = connection.get_execution_options()
        read_only, wait = options.get(READ_ONLY, False), options.get(WAIT, WAIT_SECONDS)
        if connection.info.get(_MANNER) != (
            read_only,
            wait,
        ):  # as the last one that had this connection left it
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait * 1000:.0f}")
            connection.exec_driver_sql(f"PRAGMA query_only = {int(read_only)}")
            connection.info[_MANNER] = read_only, wait
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def wal_emptied(connection: Connection) -> bool:
    """Bring all of SQLite's `-wal` file into the database and cut it off; False when a reader kept it for a second."""
    driver = connection.connection.driver_connection
    assert driver is not None
    connection.info.pop(_MANNER, None)
    driver.execute("PRAGMA busy_timeout = 1000")
    busy, *_pages = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,  # an error goes into logs and stories, and a parameter may be a payload
            pool_size=10,
            max_overflow=50,
            pool_timeout=WAIT_SECONDS,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 10,
                "options": f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC",
            },
        )
    except ImportError:
        raise ConfigError(
            "store: PostgreSQL needs psycopg; install it with: pip install 'partner-hub[postgres]'"
        ) from None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(READ_ONLY, False):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        if WAIT in options:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{options[WAIT]:.0f}s'")

    return engine
