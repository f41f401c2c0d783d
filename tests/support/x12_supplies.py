"""Hypothesis strategies for stock and catalogues, within what the X12 maps can carry."""

from __future__ import annotations

import datetime as dt
import operator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from hub.model.documents import (
    CatalogLine,
    CatalogPrice,
    DocType,
    InventoryAdvice,
    PriceCatalog,
    StockLine,
    StockQuantity,
)
from tests.support import x12_documents as x12

_NOTHING = (None, "")
_quantities = st.builds(
    StockQuantity,
    quantity=x12.quantities,
    unit=st.just("") | x12.units,
    kind=st.sampled_from(["available", "on_hand", "on_order", "projected", "unusable", "38"]),
    date=st.none() | x12.dates,
)
_by_place = st.builds(StockQuantity, quantity=x12.quantities, unit=st.just("EA"), location=x12.texts)
_stock_lines = st.builds(
    StockLine,
    number=x12.texts,
    ids=x12.ids,
    description=x12.maybe_text,
    quantities=st.builds(operator.add, x12.tuples(_by_place, 12), x12.tuples(_quantities)),
    price=st.none() | x12.prices,
    discontinued=st.booleans(),
    lots=x12.tuples(x12.texts),
    refs=x12.refs,
    dates=x12.dates_by_name,
)
_scopes = st.sampled_from(
    [("full", "original"), ("full", "replace"), ("delta", "original"), ("delta", "change")]
)


@st.composite
def inventory_advices(draw: st.DrawFn) -> InventoryAdvice:
    scope, purpose = draw(_scopes)
    return InventoryAdvice(
        number=draw(x12.texts),
        date=draw(x12.dates),
        time=draw(st.none() | st.times().map(_to_the_second)),
        kind=draw(st.sampled_from(["seller", "distributor", "manufacturer", "warehouse", "PI"])),
        scope=scope,
        purpose=purpose,
        currency=draw(st.sampled_from(["", "USD", "EUR"])),
        parties=draw(x12.parties),
        refs=draw(x12.refs),
        dates=draw(x12.dates_by_name),
        lines=(lines := draw(x12.tuples(_stock_lines))),
        line_count=len(lines),
    )


def _to_the_second(time: dt.time) -> dt.time:
    return time.replace(microsecond=0)


@st.composite
def _prices(draw: st.DrawFn) -> CatalogPrice:
    unit = draw(st.just("") | x12.units)
    return CatalogPrice(
        amount=draw(x12.prices),
        kind=draw(st.sampled_from(["", "unit_cost", "wholesale", "suggested_retail", "retail", "CAT"])),
        unit=unit,
        minimum=draw(x12.quantities) if unit else None,
        per=draw(st.none() | x12.quantities) if unit else None,
        start=draw(st.none() | x12.dates),
        end=draw(st.none() | x12.dates),
        currency=draw(st.sampled_from(["", "CAD"])),
    )


def _measured(units: str) -> SearchStrategy[tuple[Any, str]]:
    return st.just(_NOTHING) | st.tuples(x12.quantities, st.sampled_from(units.split()))


@st.composite
def _catalog_line(draw: st.DrawFn) -> CatalogLine:
    weight, weight_unit = draw(_measured("LB KG"))
    volume, volume_unit = draw(_measured("CF CR"))
    numbers = st.none() | x12.quantities
    return CatalogLine(
        number=draw(x12.texts),
        action=draw(st.sampled_from(["", "add", "change", "delete", "030"])),
        ids=draw(x12.ids),
        name=(name := draw(x12.maybe_text)),
        description=draw(x12.maybe_text) if name else "",
        brand=draw(x12.maybe_text),
        group=draw(x12.maybe_text),
        prices=draw(x12.tuples(_prices())),
        unit=draw(st.just("") | x12.units),
        pack=draw(numbers),
        minimum=draw(numbers),
        multiple=draw(numbers),
        lead_days=draw(st.none() | st.integers(0, 400)),
        weight=weight,
        weight_unit=weight_unit,
        volume=volume,
        volume_unit=volume_unit,
        origin=draw(st.sampled_from(["", "US", "MX"])),
        refs=draw(x12.refs),
        dates=draw(x12.table("effective expires available 118", x12.dates)),
    )


price_catalogs: SearchStrategy[PriceCatalog] = st.builds(
    PriceCatalog,
    number=x12.texts,
    date=st.none() | x12.dates,
    kind=st.sampled_from(["catalog", "price_sheet", "sales", "RC"]),
    version=x12.maybe_text,
    purpose=st.sampled_from(["original", "change", "replace"]),
    currency=st.sampled_from(["", "USD", "EUR"]),
    parties=x12.parties,
    refs=x12.refs,
    dates=x12.table("effective expires available 118", x12.dates),
    lines=x12.tuples(_catalog_line()),
).map(lambda catalog: replace(catalog, line_count=len(catalog.lines)))

DOCUMENTS: dict[DocType, SearchStrategy[Any]] = {
    DocType.INVENTORY_ADVICE: inventory_advices(),
    DocType.PRICE_CATALOG: price_catalogs,
}
