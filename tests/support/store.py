"""Stores to test with: a fresh SQLite file, a fresh PostgreSQL database, a clock that can be moved on."""

from __future__ import annotations

import functools
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.model.documents import DocType
from hub.model.envelope import Address, Envelope
from hub.model.exchange import Direction, Exchange, State
from hub.store import Archive, Store, Tx
from hub.store.engine import make_engine
from hub.store.migrate import migrate

POSTGRES_URL = os.environ.get("HUB_TEST_POSTGRES_URL", "")


class MovableClock:
    """The time of this machine, moved on by what a test asks for."""

    def __init__(self) -> None:
        self.ahead, self.wrong = timedelta(), timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead + self.wrong

    def seconds(self) -> float:
        """Return the seconds of a clock that cannot be set."""
        return time.monotonic() + self.ahead.total_seconds()

    def jump(self, seconds: float) -> None:
        """Set the clock wrong (or right again): no time passes."""
        self.wrong += timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class TickingClock(MovableClock):
    """A clock of its own: it goes on by a millisecond at each look, so that two runs are alike."""

    def __init__(self) -> None:
        super().__init__()
        self._ticks = 0

    def __call__(self) -> datetime:
        return datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(seconds=self.seconds()) + self.wrong

    def seconds(self) -> float:
        self._ticks += 1
        return self._ticks / 1000 + self.ahead.total_seconds()


@functools.cache
def migrated_sqlite() -> bytes:
    """Return an empty, migrated database file: migrating once is enough for all tests of a process."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/hub.db")
        migrate(engine)  # without a mark: many archives will belong to copies of it
        engine.dispose()
        return (Path(folder) / "hub.db").read_bytes()


@contextmanager
def sqlite_store(folder: Path, clock: MovableClock | None = None) -> Iterator[Store]:
    """Give a migrated store in that folder (the one that is there, if it is)."""
    file = folder / "hub.db"
    if not file.exists():
        file.write_bytes(migrated_sqlite())
    store = Store(f"sqlite:///{file}", Archive(folder / "archive"), clock or MovableClock())
    yield store
    store.close()


@contextmanager
def postgres_database(template: str = "") -> Iterator[str]:
    """Give the URL of a new database on the server of HUB_TEST_POSTGRES_URL, and drop it afterwards."""
    import psycopg

    name = f"hub_test_{uuid.uuid4().hex}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as admin:
        source = f" TEMPLATE {template.rpartition('/')[2]}" if template else ""
        admin.execute(f"CREATE DATABASE {name}{source}")
        try:
            yield f"{POSTGRES_URL.rpartition('/')[0]}/{name}"
        finally:
            _drop(admin, name)


def _drop(admin: Any, name: str) -> None:
    """Remove a database; PostgreSQL's own vacuum may be at it, and that cannot be turned away, only waited for."""
    import psycopg

    for _ in range(60):
        with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            return
        time.sleep(0.5)
    raise AssertionError(f"{name} is in use for half a minute")


@contextmanager
def postgres_store(url: str, folder: Path, clock: MovableClock | None = None) -> Iterator[Store]:
    """Give a store on a database that is migrated already (or will be by the test)."""
    store = Store(url, Archive(folder / "archive"), clock or MovableClock())
    yield store
    store.close()


class UndoneError(Exception):
    """Ends a transaction without a commit."""


@contextmanager
def undone(store: Store) -> Iterator[Tx]:
    """Open a write transaction that is rolled back at its end."""
    with suppress(UndoneError), store.begin() as tx:
        yield tx
        raise UndoneError


def x12_envelope(
    control: str = "000000905", *, set_control: str = "0001", functional_id: str = "PO"
) -> Envelope:
    """Return an envelope as an X12 850 has it."""
    return Envelope(
        format="x12",
        sender=Address("ZZ", "ACMERETAIL"),
        receiver=Address("01", "123456789"),
        interchange_control=control,
        usage="P",
        functional_id=functional_id,
        group_control="1",
        release="004010",
        set_id="850",
        set_control=set_control,
    )


def add_order(
    tx: Tx,
    number: str = "PO-1",
    *,
    state: State = State.UNWRAPPED,
    lane: str = "acme:in",
    transmission_id: int | None = None,
) -> Exchange:
    """Add an inbound order of partner `acme`, in a file that was picked up where one is named."""
    return tx.add_exchange(
        partner="acme",
        direction=Direction.IN,
        document=DocType.PURCHASE_ORDER,
        state=state,
        envelope=x12_envelope(),
        number=number,
        order_number=number,
        lane=lane,
        transmission_id=transmission_id,
    )


def add_invoice(
    tx: Tx, key: str, *, state: State = State.NOTICED, control: str = "000000001"
) -> Exchange | None:
    """Add an outbound invoice to partner `acme`, once for its key."""
    return tx.add_exchange_once(
        partner="acme",
        direction=Direction.OUT,
        document=DocType.INVOICE,
        state=state,
        envelope=x12_envelope(control, functional_id="IN"),
        order_number="PO-1",
        key=key,
        lane="acme:out",
    )
