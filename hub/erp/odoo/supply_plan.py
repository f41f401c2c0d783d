"""What a price list changes on the supplier prices that are there: new rows, changed rows, rows that end.

Nothing here asks Odoo. A row is found by (product, quantity, first day). A price without a last day stands until the
next one begins: the one before ends the day before that. A price with a last day is for its days only, and what
stood before stands again after them (`supply_days`). A price without a first day, where it differs from the one that
counts today, begins today; so history is kept, and the same list a second time changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.supply_days import Days
from hub.erp.odoo.supply_rows import PriceRow
from hub.erp.odoo.supply_spans import Known, Span

_DAY = dt.timedelta(days=1)


class Plan(Struct, frozen=True):
    """What is to be written. `writes`: values by row, of those that change; `closed`: rows that end."""

    creates: tuple[PriceRow, ...]
    writes: Mapping[int, dict[str, Any]]
    closed: Mapping[int, dt.date]

    @property
    def empty(self) -> bool:
        """Say whether everything is as it is to be."""
        return not (self.creates or self.writes or self.closed)


def plan(rows: Sequence[PriceRow], leaving: Iterable[int], known: Sequence[Known], today: dt.date) -> Plan:
    """Return what makes the known prices those of a list."""
    tiers: dict[tuple[int, Decimal], list[Known]] = {}
    for one in known:
        tiers.setdefault((one.product, one.minimum), []).append(one)
    asked: dict[tuple[int, Decimal], list[PriceRow]] = {}
    for row in rows:
        asked.setdefault(row.tier, []).append(row)
    creates: list[PriceRow] = []
    writes: dict[int, dict[str, Any]] = {}
    closed: dict[int, dt.date] = {}
    for tier, wanted in asked.items():
        for span in Days(tiers.get(tier, []), today).with_(wanted):
            if span.known is None:
                creates.append(span.told())
            elif changes := _changes(span, span.known):
                if span.row is None and span.end and set(changes) == {"date_end"}:
                    closed[span.known.id] = span.end
                else:
                    writes[span.known.id] = changes
    closed |= _leaving(frozenset(leaving), known, today)
    return Plan(tuple(creates), writes, closed)


def _leaving(products: frozenset[int], known: Sequence[Known], today: dt.date) -> dict[int, dt.date]:
    """End the prices of products that leave the list: yesterday, but never before they began."""
    return {
        one.id: max(today - _DAY, one.start or dt.date.min)
        for one in known
        if one.product in products and (one.end is None or one.end >= today)
    }


def _changes(span: Span, known: Known) -> dict[str, Any]:
    """Return the values that differ. What the list does not tell stays as it is."""
    told: dict[str, tuple[Any, Any]] = {
        "date_start": (span.start, known.start),
        "date_end": (span.end, known.end),
    }
    if (row := span.row) is not None:
        told |= {
            "price": (row.price, known.price),
            "currency": (row.currency or known.currency, known.currency),
            "product_code": (row.code or known.code, known.code),
            "product_name": (row.name or known.name, known.name),
            "delay": (known.delay if row.delay is None else row.delay, known.delay),
        }
    return {name: new for name, (new, old) in told.items() if new != old}
