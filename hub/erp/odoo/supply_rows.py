"""The supplier prices that a price list asks for: amounts per our unit, quantities in our unit, days. Asks nothing.

A line may hold several prices of several sorts. What we pay is the first sort of `COSTS` that it has; a suggested
retail price is nobody's cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.lookups import EACH
from hub.erp.odoo.supply_items import Goods
from hub.model import problems
from hub.model.documents import CatalogLine, CatalogPrice, PriceCatalog
from hub.model.finding import Finding, Severity, Where

#: Sorts of prices that are ours to pay, the first one wins (X12 element 236: UCP, NET, CON, WHL; none is told).
COSTS = ("unit_cost", "net", "contract", "wholesale", "")

#: Lines that take an item out of the list.
LEAVING = frozenset({"delete"})

#: Decimals of a price or quantity, where Odoo does not say how many it keeps.
MOST_PLACES = 6

#: The part of a price that rounding may take: more of it is another price (0.014 as 0.01).
_LOST = Decimal("0.01")


class PriceRow(Struct, frozen=True, kw_only=True):
    """One supplier price as it is to be. `start` None: no day was told."""

    product: int
    template: int
    sku: str
    minimum: Decimal
    start: dt.date | None
    end: dt.date | None
    price: Decimal
    currency: str  # ISO 4217; empty: the company's
    code: str  # the vendor's number
    name: str  # the vendor's name for it
    delay: int | None
    line: int  # ordinal in the document, from 0
    discount: Decimal = Decimal(0)  # percent; only of a price of people's that goes on after another one

    @property
    def tier(self) -> tuple[int, Decimal]:
        """Return what prices of other days take each other's place of."""
        return self.product, self.minimum


def rows_of(
    catalog: PriceCatalog, found: Mapping[int, Goods], places: int = MOST_PLACES
) -> tuple[list[PriceRow], list[int], list[Finding]]:
    """Return the prices to write, the products that leave the list, and what cannot be written of it.

    `found`: the product of each line, by ordinal; `places`: decimals that prices are kept with. Of two prices of
    one product, quantity and days, the later counts. What would be kept as nothing is left out.
    """
    rows: dict[tuple[int, Decimal, dt.date | None, dt.date | None], PriceRow] = {}
    leaving: list[int] = []
    findings: list[Finding] = []
    for at, goods in found.items():
        line = catalog.lines[at]
        if line.action in LEAVING:
            leaving.append(goods.product.id)
            continue
        for told in _line_rows(catalog, line, at, goods):
            made = told if isinstance(told, Finding) else _kept(told, line, goods, places)
            if isinstance(made, Finding):
                findings.append(made)
            else:
                rows[made.product, made.minimum, made.start, made.end] = made
    return list(rows.values()), leaving, findings


def _kept(row: PriceRow, line: CatalogLine, goods: Goods, places: int) -> PriceRow | Finding:
    """Return a row as Odoo keeps it: prices are rounded, and one that becomes nothing or loses a part is told."""
    if row.start and row.end and row.end < row.start:
        return _left_out(line, row.line, f"ends on {row.end}, before it begins", "ask for the right days")
    kept = round(row.price, places)
    if row.price <= 0:
        return _left_out(line, row.line, f"has the price {row.price:f}", "write it in Odoo if it is meant so")
    if abs(kept - row.price) > row.price * _LOST:
        what = f"costs {row.price.normalize():f} per {goods.product.unit}, which Odoo would round to {kept:f}"
        hint = "raise the digits of Product Price (Settings, Technical, Decimal Accuracy) and redrive"
        return _left_out(line, row.line, what, hint)
    return replace(row, price=kept)


def _line_rows(
    catalog: PriceCatalog, line: CatalogLine, at: int, goods: Goods
) -> Iterator[PriceRow | Finding]:
    sorts = {price.kind for price in line.prices}
    sort = next((kind for kind in COSTS if kind in sorts), None)
    if sort is None:
        yield _left_out(line, at, "has no price that we pay", f"ask for one of {', '.join(COSTS[:-1])}")
        return
    for price in line.prices:
        if price.kind == sort:
            yield _row(catalog, line, at, goods, price)


def _row(
    catalog: PriceCatalog, line: CatalogLine, at: int, goods: Goods, price: CatalogPrice
) -> PriceRow | Finding:
    factor = _factor(line, goods, price)
    if factor is None:
        unit = price.unit or line.unit
        hint = f"add a row to the unit crosswalk (theirs = {unit}, ours = {goods.product.unit}), and redrive"
        return _left_out(line, at, f'has a price per "{unit}", and we count in {goods.product.unit}', hint)
    dates = catalog.dates | line.dates
    return PriceRow(
        product=goods.product.id,
        template=goods.template,
        sku=goods.sku,
        minimum=round((price.minimum or line.minimum or Decimal(0)) * factor, MOST_PLACES),
        start=price.start or dates.get("effective"),
        end=None if (last := price.end or dates.get("expires")) == dt.date.max else last,
        price=price.amount / ((price.per or Decimal(1)) * factor),
        currency=price.currency or catalog.currency,
        code=line.ids.get("vendor_part", ""),
        name=line.name,
        delay=line.lead_days,
        line=at,
    )


def _factor(line: CatalogLine, goods: Goods, price: CatalogPrice) -> Decimal | None:
    """Return how many of our unit one of theirs is; None where nothing says it."""
    if price.per is not None and price.per <= 0:
        return None
    unit = (price.unit or line.unit).upper()
    if price.our_unit.lower() == goods.product.unit.lower() and price.unit_factor:
        return price.unit_factor
    if price.our_unit:
        return None
    return Decimal(1) if unit in EACH or unit == goods.product.unit.upper() else None


def _left_out(line: CatalogLine, at: int, what: str, hint: str) -> Finding:
    named = next(iter(line.ids.values()), "")
    return Finding(
        problem=problems.CODE_UNKNOWN,
        severity=Severity.WARNING,
        message=f"line {line.number} {named} {what}: left out",
        where=Where(path=f"lines[{at}].prices"),
        value=named,
        hint=hint,
    )
