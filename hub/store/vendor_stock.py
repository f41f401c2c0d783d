"""What sellers have of our items: replaced whole or by item, and never by an older document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select

from hub.model.stock import KeptStock, StockTold, VendorStock
from hub.store.columns import SHORT, storable
from hub.store.ledger import Ledger
from hub.store.schema import vendor_stock

#: Items in one statement: an advice may name 50,000, and SQLite binds 32,766 values at most.
_BATCH = 1000


class VendorStocks(Ledger):
    """The `vendor_stock` table. `StockTold.as_of` orders the documents of one partner."""

    def keep_stock(self, told: StockTold) -> int:
        """Write what a seller told; return how many rows were written, 0 for one older than what is known.

        A full advice takes the place of all that its warehouse (or, naming none, the partner) told before; any
        other only of the items that it names. Rows of a newer document stay as they are.
        """
        as_of = told.as_of.isoformat(timespec="seconds")
        if as_of < max(self.cursor(name) for name in _fulls(told)):
            return 0
        theirs = [vendor_stock.c.partner == told.partner]
        if told.location:
            theirs.append(vendor_stock.c.location == told.location)
        rows = [_values(row, told, as_of) for row in told.rows]
        newer = {key for key, at in self._known(theirs) if at > as_of}
        old = (*theirs, vendor_stock.c.as_of <= as_of)
        if told.full:
            for which in self._not_held(told, old):
                self._connection.execute(delete(vendor_stock).where(*old, *which))
            self.set_cursor(_fulls(told)[-1], as_of)
        else:
            for skus in _batches(dict.fromkeys(row["sku"] for row in rows)):
                self._connection.execute(delete(vendor_stock).where(*old, vendor_stock.c.sku.in_(skus)))
        fresh = [row for row in rows if (row["sku"], row["location"]) not in newer]
        for batch in _batches(fresh):
            self._connection.execute(insert(vendor_stock), batch)
        return len(fresh)

    def stock(self, *, partner: str = "", sku: str = "", limit: int = 0) -> list[KeptStock]:
        """Return what sellers have, by partner, item, sort and place; `sku` is matched whole, case apart."""
        statement = select(vendor_stock).order_by(*(vendor_stock.c[name] for name in _ORDER))
        if partner:
            statement = statement.where(vendor_stock.c.partner == partner)
        if sku:
            statement = statement.where(vendor_stock.c.sku.ilike(_literal(sku), escape="\\"))
        return [_kept(row) for row in self._rows(statement.limit(limit) if limit else statement)]

    def _not_held(
        self, told: StockTold, old: Sequence[ColumnElement[bool]]
    ) -> Iterator[tuple[ColumnElement[bool], ...]]:
        """Yield what chooses the rows of all items but those that stay as they were."""
        if not told.held:
            yield ()
            return
        there = select(vendor_stock.c.sku).where(*old).distinct()
        gone = {row.sku for row in self._connection.execute(there)} - {
            storable(sku)[:SHORT] for sku in told.held
        }
        for skus in _batches(gone):
            yield (vendor_stock.c.sku.in_(skus),)

    def _known(self, theirs: Sequence[ColumnElement[bool]]) -> Iterator[tuple[tuple[str, str], str]]:
        statement = select(vendor_stock.c.sku, vendor_stock.c.location, vendor_stock.c.as_of).where(*theirs)
        for row in self._connection.execute(statement):
            yield (row.sku, row.location), row.as_of


_ORDER = ("partner", "sku", "kind", "location", "available", "id")


def _fulls(told: StockTold) -> tuple[str, ...]:
    """Return the names under which the latest full advices stand: the partner's, and that of one place."""
    whole = f"stock:{told.partner}"
    return (whole, f"{whole}:{storable(told.location)[:60]}") if told.location else (whole,)


def _values(row: VendorStock, told: StockTold, as_of: str) -> dict[str, Any]:
    return {
        "partner": told.partner,
        "sku": storable(row.sku)[:SHORT],  # as the column has it: it is compared with what was read
        "kind": row.kind,
        "location": storable(row.location or told.location)[:SHORT],
        "quantity": format(row.quantity, "f"),
        "unit": row.unit,
        "available": row.available.isoformat() if row.available else "",
        "item": row.item,
        "number": told.number,
        "as_of": as_of,
        "discontinued": row.discontinued,
    }


def _kept(row: Row[Any]) -> KeptStock:
    return KeptStock(
        partner=row.partner,
        sku=row.sku,
        kind=row.kind,
        location=row.location,
        quantity=Decimal(row.quantity),
        unit=row.unit,
        available=date.fromisoformat(row.available) if row.available else None,
        item=row.item,
        number=row.number,
        as_of=datetime.fromisoformat(row.as_of),
        discontinued=row.discontinued,
    )


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _literal(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
