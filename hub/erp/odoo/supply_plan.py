"""What a price list changes on the supplier prices that are there: new rows, changed rows, rows that end.

Nothing here asks Odoo. A row is found by (product, quantity, first day). A price that begins later than the one
that counts takes its place: that one ends the day before. A price without a first day, where it differs from the one
that counts today, begins today; so history is kept, and the same list a second time changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.supply_rows import PriceRow

_DAY = dt.timedelta(days=1)


class Known(Struct, frozen=True, kw_only=True):
    """A supplier price as it stands in Odoo."""

    id: int
    product: int
    minimum: Decimal
    start: dt.date | None
    end: dt.date | None
    price: Decimal
    currency: str
    code: str
    name: str
    delay: int

    def counts(self, on: dt.date) -> bool:
        """Say whether it counts on a day."""
        return (self.start or on) <= on <= (self.end or on)


class Jump(Struct, frozen=True):
    """A price that is far from the one that counts."""

    row: PriceRow
    before: Decimal

    @property
    def percent(self) -> Decimal:
        """Return by how much it rises, in percent of the price before; negative where it falls."""
        return (self.row.price - self.before) / self.before * 100


class Plan(Struct, frozen=True):
    """What is to be written. `writes`: values by row, of those that change; `closed`: rows that end."""

    creates: tuple[PriceRow, ...]
    writes: Mapping[int, dict[str, Any]]
    closed: Mapping[int, dt.date]
    jumps: tuple[Jump, ...]

    @property
    def empty(self) -> bool:
        """Say whether everything is as it is to be."""
        return not (self.creates or self.writes or self.closed)


def plan(
    rows: Sequence[PriceRow],
    leaving: Iterable[int],
    known: Sequence[Known],
    today: dt.date,
    price_jump: Decimal | None,
) -> Plan:
    """Return what makes the known prices those of a list. `price_jump`: percent; None: no price is too far."""
    tiers: dict[tuple[int, Decimal], list[Known]] = {}
    for one in known:
        tiers.setdefault((one.product, one.minimum), []).append(one)
    asked: dict[tuple[int, Decimal], list[PriceRow]] = {}
    for row in rows:
        asked.setdefault(row.tier, []).append(row)
    draft = _Draft(today)
    for tier, wanted in asked.items():
        draft.tier(wanted, tiers.get(tier, []))
    draft.leave(frozenset(leaving), known)
    jumps = () if price_jump is None else _jumps(rows, tiers, today, price_jump)
    return Plan(tuple(draft.creates), draft.writes, draft.closed, jumps)


class _Draft:
    """A plan in the making."""

    def __init__(self, today: dt.date) -> None:
        self._today = today
        self.creates: list[PriceRow] = []
        self.writes: dict[int, dict[str, Any]] = {}
        self.closed: dict[int, dt.date] = {}

    def tier(self, wanted: Sequence[PriceRow], known: Sequence[Known]) -> None:
        """Plan the prices of one product and quantity. One without a day gives way to one that has begun."""
        begun = any(row.start is not None and row.start <= self._today for row in wanted)
        wanted = [row for row in wanted if row.start is not None or not begun]
        rows = sorted(
            (_dated(row, known, self._today) for row in wanted), key=lambda r: r.start or dt.date.min
        )
        starts = sorted({r.start for r in rows if r.start} | {k.start for k in known if k.start})
        for row in rows:
            following = next((first for first in starts if row.start is None or first > row.start), None)
            ends = row if row.end or following is None else replace(row, end=following - _DAY)
            same = next((k for k in known if k.start == row.start), None)
            if same is None:
                self.creates.append(ends)
            elif changes := _changes(ends, same):
                self.writes[same.id] = changes
        ours = {row.start for row in rows}
        for one in known:
            if one.start not in ours:
                self._superseded(one, [row.start for row in rows if row.start])

    def _superseded(self, one: Known, starts: Sequence[dt.date]) -> None:
        """End a price on the day before the next one begins, where it would go on."""
        following = next((first for first in starts if one.start is None or first > one.start), None)
        if following is not None and (one.end is None or one.end >= following):
            self.closed[one.id] = following - _DAY

    def leave(self, products: frozenset[int], known: Sequence[Known]) -> None:
        """End the prices of products that leave the list: yesterday, but never before they began."""
        for one in known:
            if one.product in products and (one.end is None or one.end >= self._today):
                self.closed[one.id] = max(self._today - _DAY, one.start or dt.date.min)


def _dated(row: PriceRow, known: Sequence[Known], today: dt.date) -> PriceRow:
    """Return a row with its first day: of the price that counts where it is the same, else today."""
    if row.start is not None or not known:
        return row
    counting = [k for k in known if k.counts(today)]
    latest = max(counting, key=lambda k: k.start or dt.date.min, default=None)
    same = latest is not None and latest.price == row.price and row.currency in ("", latest.currency)
    return replace(row, start=latest.start if latest is not None and same else today)


def _changes(row: PriceRow, known: Known) -> dict[str, Any]:
    """Return the values that differ. What the list does not tell stays as it is."""
    told: dict[str, tuple[Any, Any]] = {
        "price": (row.price, known.price),
        "currency": (row.currency or known.currency, known.currency),
        "product_code": (row.code or known.code, known.code),
        "product_name": (row.name or known.name, known.name),
        "delay": (known.delay if row.delay is None else row.delay, known.delay),
        "date_end": (row.end or known.end, known.end),
    }
    return {name: new for name, (new, old) in told.items() if new != old}


def _jumps(
    rows: Sequence[PriceRow],
    tiers: Mapping[tuple[int, Decimal], Sequence[Known]],
    today: dt.date,
    percent: Decimal,
) -> tuple[Jump, ...]:
    """Return prices too far from what counts today for that quantity, or from the next smaller quantity's."""
    of_product: dict[int, list[Known]] = {}
    for (product, _), known in tiers.items():
        of_product.setdefault(product, []).extend(k for k in known if k.counts(today) and k.price)
    found: list[Jump] = []
    for row in rows:
        below = [k for k in of_product.get(row.product, ()) if k.minimum <= row.minimum]
        below = [k for k in below if row.currency in ("", k.currency)]
        before = max(below, key=lambda k: (k.minimum, k.id), default=None)
        if before is not None and abs(row.price - before.price) > before.price * percent / 100:
            found.append(Jump(row, before.price))
    return tuple(found)
