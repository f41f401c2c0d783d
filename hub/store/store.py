"""The store: one database and one archive, and transactions on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hub.model.errors import storage_fault
from hub.store.archive import Archive
from hub.store.engine import READ_ONLY, WAIT, WAIT_SECONDS, make_engine, wal_emptied
from hub.store.pairing import check_pair, mark_archive, mark_of, set_mark, why_not_empty
from hub.store.story import is_small
from hub.store.troubles import SameFile, as_retryable
from hub.store.tx import Tx

#: How long `probe` waits for what somebody else has locked.
PROBE_SECONDS = 2.0
_PROBED = "store:probed"


def utc_now() -> datetime:
    """Return the time of this machine, aware, in UTC."""
    return datetime.now(UTC)


def is_shared(url: str) -> bool:
    """Say whether several processes may work on the store of a URL: PostgreSQL; SQLite is one process's own."""
    return url.startswith("postgres")


class Store:
    """The truth of the hub. Safe for many threads; each transaction belongs to one of them."""

    def __init__(self, url: str, archive: Archive, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = make_engine(url)
        self._archive = archive
        self._clock = clock
        # SQLite has one writer at a time and lets the others poll; inside this process they queue instead.
        self._writer = threading.Lock() if self._engine.dialect.name == "sqlite" else None
        self._file = SameFile(self._engine.url.database or "") if self._writer else None
        self._reading = threading.local()

    @property
    def archive(self) -> Archive:
        """Return the archive whose bytes the rows point at."""
        return self._archive

    @property
    def shared(self) -> bool:
        """Say whether several processes may work on this store."""
        return self._writer is None

    @property
    def database(self) -> str:
        """Return the kind of database: sqlite or postgresql."""
        return self._engine.dialect.name

    def migrate(self) -> None:
        """Bring the tables to the shape that this version needs; nothing happens when they have it.

        Raises ConfigError for tables of a newer hub, and when database and archive are not of one hub.
        """
        from hub.store.migrate import migrate  # Alembic takes long to load, and most commands don't need it

        with as_retryable():
            migrate(self._engine, not_empty=why_not_empty(self._archive, self._name))
        self._check_file()  # this file it is, from now on
        with self.read() as tx:
            mark = mark_of(tx)
        if not mark:
            mark = mark_archive(self._archive)
            with self.begin() as tx:
                set_mark(tx, mark)
        check_pair(mark, self._archive, self._name)

    @property
    def _name(self) -> str:
        return str(self._file.path) if self._file else self._engine.url.render_as_string(hide_password=True)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Open a write transaction: it commits at the end and rolls back on any exception.

        Raises Retryable when the database cannot be reached or somebody held a lock for too long.
        Do not nest: the inner one would wait for the outer one.
        """
        with as_retryable(), self._turn(WAIT_SECONDS), self._engine.begin() as connection:
            tx = Tx(connection, self._archive, self._clock)
            yield tx
            tx.finish()

    def keep_large(self, payloads: Iterable[bytes]) -> None:
        """Bring to the disk what is not kept in rows, ahead of the transaction that will name it."""
        self._archive.put_many([data for data in payloads if not is_small(data)])

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a transaction that sees one moment and that the database does not let write.

        Inside another one of the same thread it is that one: what asks many small questions sees one moment.
        """
        outer: Tx | None = getattr(self._reading, "tx", None)
        if outer is not None:
            yield outer
            return
        options: dict[str, object] = {READ_ONLY: True}
        if self._engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        self._check_file()
        with as_retryable(), self._engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                self._reading.tx = Tx(connection, self._archive, self._clock)
                try:
                    yield self._reading.tx
                finally:
                    self._reading.tx = None

    def forget(self) -> bool:
        """Leave nothing of removed or rewritten rows in SQLite's `-wal` file; False while somebody still reads there.

        What PostgreSQL keeps of them is its own affair (docs/retention.md).
        """
        if self._writer is None:
            return True
        with as_retryable(), self._turn(WAIT_SECONDS), self._engine.connect() as plain:
            return wal_emptied(plain)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._engine.dispose()

    @property
    def folder(self) -> Path | None:
        """Return the folder of the database's file; None where a server has it."""
        return self._file.path.parent if self._file else None

    def probe(self, *, keep: bool = True) -> bool:
        """Commit a note to the database; raise Retryable when that fails or somebody else has it locked for seconds.

        Without `keep` nothing is committed. False where a transaction of this process is under way: then nothing was
        tried, and nothing is wrong.
        """
        if self._writer is not None and self._writer.locked():
            return False
        with as_retryable(), self._turn(PROBE_SECONDS), self._engine.connect() as plain:
            connection = plain.execution_options(**{WAIT: PROBE_SECONDS})
            with connection.begin() as transaction:
                Tx(connection, self._archive, self._clock).set_cursor(_PROBED, self._clock().isoformat())
                if not keep:
                    transaction.rollback()
        return True

    def _check_file(self) -> None:
        if self._file is not None:
            self._file.check()

    @contextmanager
    def _turn(self, seconds: float) -> Iterator[None]:
        """Wait for this thread's turn to write."""
        if self._writer is None:
            yield
            return
        if not self._writer.acquire(timeout=seconds):
            raise storage_fault(f"the store was busy with another transaction for {seconds:.0f} seconds")
        try:
            self._check_file()
            yield
        finally:
            self._writer.release()
