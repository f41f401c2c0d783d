"""Fill an empty store with a log of so many exchanges, as fast as the database takes rows.

Indexes are dropped first and made again at the end; payloads are a few hundred real ones that all rows share.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import CreateIndex, DropIndex

from benchmarks.log.traffic import EACH_TRADE, PARTNERS, Row, Traffic
from hub.model.documents import OrderLine, PurchaseOrder
from hub.store import Archive
from hub.store.engine import make_engine
from hub.store.migrate import migrate
from hub.store.schema import metadata

_TRADES_AT_ONCE = 2500
_PAYLOADS = 300


def fill(url: str, archive: Archive, exchanges: int) -> None:
    """Migrate the database of that URL and fill it with about so many exchanges, the last of them a moment ago."""
    engine = make_engine(url)
    migrate(engine)
    trades = max(exchanges // EACH_TRADE, 1)
    traffic = Traffic(trades, datetime.now(UTC), list(_payloads(archive)), _canonical(archive))
    with engine.begin() as connection:
        indexes = [index for table in metadata.sorted_tables for index in table.indexes]
        for index in indexes:
            connection.execute(DropIndex(index))
        _scopes(connection)
        for first in range(0, trades, _TRADES_AT_ONCE):
            rows = traffic.rows(range(first, min(first + _TRADES_AT_ONCE, trades)))
            for table in metadata.sorted_tables:
                if table.name in rows:
                    _insert(connection, table, rows[table.name])
        for index in indexes:
            connection.execute(CreateIndex(index))
        _count_on(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize")
        )
    engine.dispose()


def _payloads(archive: Archive) -> Iterator[tuple[str, int]]:
    for n in range(_PAYLOADS):
        lines = "".join(f"PO1*{line}*{n}*EA*10.00**BP*AR-{line}~\n" for line in range(1, 21))
        data = f"ST*850*0001~\nBEG*00*NE*45{n:08d}**20261101~\n{lines}CTT*20~\nSE*24*0001~\n".encode()
        yield archive.put(data), len(data)


def _canonical(archive: Archive) -> tuple[str, int]:
    line = OrderLine(number="1", quantity=Decimal(24), unit="EA", price=Decimal("9.99"))
    data = msgspec.json.encode(PurchaseOrder(number="4500000001", lines=(line,)))
    return archive.put(data), len(data)


def _scopes(connection: Connection) -> None:
    rows = [
        {"scope": f"{kind}:ZZ:OURCO>ZZ:{partner.upper()}", "last": 99_999_999, "round": 0}
        for partner in PARTNERS
        for kind in ("isa", "gs")
    ]
    connection.execute(metadata.tables["controls"].insert(), rows)


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    names = list(rows[0])
    columns = ", ".join(names)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg's
            for row in rows:
                copy.write_row([_plain(row[name]) for name in names])
        return
    marks = ", ".join("?" * len(names))
    values = [tuple(_bare(row[name]) for name in names) for row in rows]
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", values)


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value
    """Return a value without the name of its enumeration."""
    return str(value) if isinstance(value, str) else value


def _bare(value: Any) -> Any:  # noqa: ANN401 - a column's value
    """Return a value as SQLite keeps it: an instant as text, UTC."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None):%Y-%m-%d %H:%M:%S.%f}"
    return _plain(value)


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL's counters of ids go on after the last row."""
    if connection.dialect.name == "postgresql":
        for table in metadata.sorted_tables:
            if "id" in table.c and table.c.id.primary_key:
                last = f"(SELECT coalesce(max(id), 0) + 1 FROM {table.name})"
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last}, false)")
                )
