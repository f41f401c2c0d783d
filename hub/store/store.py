"""The store: one database and one archive, and transactions on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.model.errors import Retryable
from hub.store.archive import Archive
from hub.store.engine import READ_ONLY, WAIT_SECONDS, make_engine
from hub.store.tx import Tx


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
        """Bring the tables to the shape that this version needs; nothing happens when they have it."""
        from hub.store.migrate import migrate  # Alembic takes long to load, and most commands don't need it

        with _as_retryable():
            migrate(self._engine)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Open a write transaction: it commits at the end and rolls back on any exception.

        Raises Retryable when the database cannot be reached or somebody held a lock for too long.
        Do not nest: the inner one would wait for the outer one.
        """
        with _as_retryable(), self._turn(), self._engine.begin() as connection:
            tx = Tx(connection, self._archive, self._clock)
            yield tx
            tx.flush()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a transaction that sees one moment and that the database does not let write."""
        options: dict[str, object] = {READ_ONLY: True}
        if self._engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        with _as_retryable(), self._engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield Tx(connection, self._archive, self._clock)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this thread's turn to write."""
        if self._writer is None:
            yield
            return
        if not self._writer.acquire(timeout=WAIT_SECONDS):
            raise Retryable(f"the store was busy with another transaction for {WAIT_SECONDS} seconds")
        try:
            yield
        finally:
            self._writer.release()


@contextmanager
def _as_retryable() -> Iterator[None]:
    """Tell the rest of the hub of the database's troubles in its own words."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as trouble:
        cause = getattr(trouble, "orig", None) or trouble
        raise Retryable(f"the store's database could not do it now: {cause}") from trouble
