"""Make a database anew from the rows of a backup: all of it or nothing, on SQLite or PostgreSQL.

On SQLite a new file is filled beside the old one and takes its place at the end; the old one is kept under another
name. On PostgreSQL everything happens in one transaction, so others see the old rows until it commits.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    func,
    inspect,
    or_,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError

from hub.model.errors import ConfigError, Undeliverable
from hub.store.archive import Archive
from hub.store.columns import Instant
from hub.store.engine import file_of, make_engine
from hub.store.lanes import NOBODY
from hub.store.migrate import alembic_config, upgrade
from hub.store.schema import artifacts, controls, leases, metadata
from hub.store.sealing import KeyMissing
from hub.store.tx import Tx

#: What the table of Alembic is called.
_REVISIONS = "alembic_version"

_A_MOMENT = timedelta(minutes=1)


class Rebuilding:
    """A database in the making; `load` fills it, `complete` brings it to the shape that this version needs."""

    def __init__(
        self, connection: Connection, earlier: dict[str, tuple[int, int]] | None, archive: Archive, tx: Tx
    ) -> None:
        self._connection, self._archive, self._tx = connection, archive, tx
        #: (round, last number) of each control scope in the database whose place it takes; None: it cannot be read.
        self.earlier_controls = earlier
        reflected = MetaData()
        reflected.reflect(connection)
        self._tables = {name: _storing(table) for name, table in reflected.tables.items()}

    def load(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Insert rows; raise ConfigError for a table or column that the backup's revision does not have.

        Raises KeyMissing for a payload in a row that is sealed under a key that is not here.
        """
        table = self._tables.get(name)
        if table is None or not set(columns) <= set(table.c.keys()):
            raise ConfigError(f"the backup has a table {name!r} that its own revision does not have")
        readers = [_reader(table, column) for column in columns]
        values = [
            {column: read(value) for column, read, value in zip(columns, readers, row, strict=True)}
            for row in rows
        ]
        if values:
            self._connection.execute(table.insert(), values)
        for row in values if name == artifacts.name else ():
            self._refuse_unreadable(row)

    def _refuse_unreadable(self, row: Mapping[str, Any]) -> None:
        if row.get("body") is None:
            return
        try:
            self._archive.from_row(row["body"], row["sha256"], row["size"])
        except KeyMissing:
            raise
        except Undeliverable:  # it was damaged when the backup was made, and what to check says so
            return

    def complete(self) -> Tx:
        """Migrate to this version, let ids go on after the last one, and give a transaction for the rest."""
        upgrade(self._connection)
        if self._connection.dialect.name == "postgresql":
            for table in metadata.sorted_tables:
                if "id" in table.c:
                    last = select(func.max(table.c.id)).scalar_subquery()
                    sequence = func.pg_get_serial_sequence(table.name, "id")
                    self._connection.execute(
                        select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None)))
                    )
        return self._tx


def knows_revision(revision: str) -> bool:
    """Say whether this version can bring a database of that revision up to date."""
    try:
        return ScriptDirectory.from_config(alembic_config()).get_revision(revision) is not None
    except CommandError:
        return False


def holds_rows(url: str) -> bool:
    """Say whether a database has anything in it; a SQLite file that does not exist yet is not made.

    Raises what the database raises; a SQLite file that cannot be read has something in it.
    """
    if (file := file_of(url)) is not None and not _holds_data(file):
        return False
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            names = [table.name for table in metadata.sorted_tables if table.name in there]
            return any(
                connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first()  # noqa: S608 - our own names
                for name in names
            )
    except (DatabaseError, sqlite3.DatabaseError):
        if file is None:
            raise
        return True
    finally:
        engine.dispose()


@contextmanager
def rebuilt(
    url: str, revision: str, archive: Archive, clock: Callable[[], datetime], aside: str
) -> Iterator[Rebuilding]:
    """Give a database of that revision to fill; it takes the place of the one at `url` when the block ends.

    `aside` is added to the name of a SQLite file that was there. Raises ConfigError when a worker holds a lane of the
    database that is there: it would go on writing.
    """
    target = file_of(url)
    if target is None:
        yield from _in_place(url, revision, archive, clock)
    else:
        yield from _beside(target, revision, archive, clock, aside)


def _in_place(
    url: str, revision: str, archive: Archive, clock: Callable[[], datetime]
) -> Iterator[Rebuilding]:
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            _refuse_leased(connection)
            earlier = _controls(connection)
            for table in (*(t.name for t in metadata.sorted_tables), _REVISIONS):
                connection.execute(text(f"DROP TABLE IF EXISTS {table} CASCADE"))
            connection.execute(text("DROP FUNCTION IF EXISTS events_are_append_only() CASCADE"))
            upgrade(connection, revision)
            yield Rebuilding(connection, earlier, archive, Tx(connection, archive, clock))
    finally:
        engine.dispose()


def _beside(
    target: Path, revision: str, archive: Archive, clock: Callable[[], datetime], aside: str
) -> Iterator[Rebuilding]:
    if target.is_dir():
        raise ConfigError(f"[store] url names {target}, which is a folder: name a file in it")
    new = target.with_name(f"{target.name}.restoring")
    for left in _files(new):
        left.unlink()  # of a restore that was broken off
    earlier = _controls_of_file(f"sqlite:///{target}") if _holds_data(target) else {}
    engine = make_engine(f"sqlite:///{new}")
    try:
        with engine.begin() as connection:
            upgrade(connection, revision)
            yield Rebuilding(connection, earlier, archive, Tx(connection, archive, clock))
    finally:
        engine.dispose()  # the last connection brings all of the -wal file into the database
    for old in _files(target):
        old.rename(target.with_name(f"{target.name}.{aside}{old.name.removeprefix(target.name)}"))
    new.rename(target)


def _files(database: Path) -> list[Path]:
    """Return the files of a SQLite database that are there."""
    named = (database.with_name(f"{database.name}{end}") for end in ("", "-wal", "-shm"))
    return [file for file in named if file.exists()]


def _controls_of_file(url: str) -> dict[str, tuple[int, int]] | None:
    """Return the control numbers of a SQLite file; None for one that is damaged."""
    engine: Engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return _controls(connection)
    except (DatabaseError, sqlite3.DatabaseError):
        return None
    finally:
        engine.dispose()


def _controls(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return round and last number of each control scope, of a database that may have no tables yet."""
    if not inspect(connection).has_table(controls.name):
        return {}
    rows = connection.execute(select(controls.c.scope, controls.c.round, controls.c.last))
    return {row.scope: (row.round, row.last) for row in rows}


def _refuse_leased(connection: Connection) -> None:
    """Raise ConfigError while a worker (of whatever machine) holds a lane, or did a moment ago.

    A job that rests tells so too: a hub that has nothing to do still looks at its deadlines every few seconds.
    """
    if not inspect(connection).has_table(leases.name):
        return
    now = func.clock_timestamp()
    works = or_(leases.c.owner != NOBODY, leases.c.expires_at < now + _A_MOMENT)
    live = select(leases.c.owner, leases.c.lane).where(leases.c.expires_at > now, works)
    row = connection.execute(live.limit(1)).one_or_none()
    if row is not None:
        raise ConfigError(
            f"a hub works on this database: {row.owner or 'somebody'} holds {row.lane}; stop it, wait for its lease "
            "to end (a minute or two), and try again"
        )


def _reader(table: Table, column: str) -> Callable[[Any], object]:
    """Return what turns a value of the backup into one that the column takes."""
    if isinstance(table.c[column].type, Instant):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(table.c[column].type, LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value)
    return lambda value: value


def _storing(table: Table) -> Table:
    """Return the table with instants as the hub writes them, which differs between the databases."""
    for column in table.c:
        if isinstance(column.type, DateTime):
            column.type = Instant()
    return table


def _holds_data(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0
