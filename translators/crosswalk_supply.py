"""The crosswalk for stock and price lists: our unit for what a seller counts in, and theirs for what we tell.

What nothing translates stays as it is and holds nothing up: the line is told apart when it is posted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from hub.model.documents import CatalogLine, CatalogPrice, ItemIds, StockLine
from translators.crosswalk_lines import our_unit
from translators.crosswalk_tables import Tables

#: Finds our SKU (empty: by its barcode) of item numbers, and how many of it one of theirs is.
Items = Callable[[ItemIds], tuple[str, Decimal]]


class Units:
    """Our units for theirs, each looked up once: a list has thousands of lines and few units."""

    def __init__(self, tables: Tables, on: dt.date | None) -> None:
        self._table, self._on = tables.unit, on
        self._known: dict[tuple[str, Decimal | None], tuple[str, Decimal | None]] = {}

    def ours(self, unit: str, pack: Decimal | None = None) -> tuple[str, Decimal | None]:
        """Return our unit's name and how many of it one of theirs is; None for a unit that nobody knows."""
        key = unit, pack
        if key not in self._known:
            found = our_unit(unit, pack, "", self._table, self._on) if unit else None
            self._known[key] = found if isinstance(found, tuple) else ("", None)
        return self._known[key]


def stock_line(line: StockLine, items: Items, units: Units) -> StockLine:
    """Fill the sku and unit of a line; its quantities are all in one unit, as guides have it."""
    sku, items_in_one = items(line.ids)
    theirs = {told.unit for told in line.quantities}
    name, factor = units.ours(theirs.pop()) if len(theirs) == 1 else ("", None)
    return replace(
        line, sku=sku, our_unit=name, unit_factor=None if factor is None else factor * items_in_one
    )


def catalog_line(line: CatalogLine, items: Items, units: Units) -> CatalogLine:
    """Fill the sku of a line, and the unit of each of its prices: a price without one is per the line's."""
    sku, items_in_one = items(line.ids)
    prices = tuple(_price(price, line, items_in_one, units) for price in line.prices)
    return replace(line, sku=sku, prices=prices)


def _price(price: CatalogPrice, line: CatalogLine, items_in_one: Decimal, units: Units) -> CatalogPrice:
    name, factor = units.ours(price.unit or line.unit, line.pack)
    return price if factor is None else replace(price, our_unit=name, unit_factor=factor * items_in_one)


def stock_to_partner(line: StockLine, ids: ItemIds, unit: Callable[[str], str]) -> StockLine:
    """Return a line of ours as the partner reads it."""
    quantities = tuple(replace(told, unit=unit(told.unit)) for told in line.quantities)
    return replace(line, ids=ids, quantities=quantities)


def catalog_to_partner(line: CatalogLine, ids: ItemIds, unit: Callable[[str], str]) -> CatalogLine:
    """Return a line of our price list as the partner reads it."""
    prices = tuple(replace(price, unit=unit(price.unit)) for price in line.prices)
    return replace(line, ids=ids, prices=prices, unit=unit(line.unit))
