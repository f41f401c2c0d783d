"""Hypothesis strategies for stock and price lists, within what plain files can carry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hub.model.documents import (
    CatalogLine,
    CatalogPrice,
    InventoryAdvice,
    Party,
    PriceCatalog,
    StockLine,
    StockQuantity,
)
from tests.support import documents as plain

_numbers = st.none() | st.decimals(min_value=0, max_value=10**6, places=3)
_named: dict[str, SearchStrategy[Any]] = {
    "number": plain.texts,
    "date": plain.maybe_date,
    "currency": st.sampled_from(["", "USD", "EUR"]),
}


def _some(values: SearchStrategy[Any]) -> SearchStrategy[tuple[Any, ...]]:
    """Return one to three entries that differ: a row that says the same as the one before is no news."""
    return st.lists(values, min_size=1, max_size=3, unique=False).map(tuple)


_stock = st.builds(
    StockQuantity,
    quantity=plain.amounts,
    unit=plain.maybe_text,
    kind=st.sampled_from(["available", "on_hand", "on_order", "38"]),
    date=plain.maybe_date,
    location=plain.maybe_text,
)
_stock_lines = st.builds(
    StockLine,
    number=plain.texts,
    ids=plain.ids,
    description=plain.maybe_text,
    quantities=_some(_stock),
    price=st.none() | plain.amounts,
    discontinued=st.booleans(),
)
inventory_advices: SearchStrategy[InventoryAdvice] = st.builds(
    InventoryAdvice,
    **_named,
    time=st.none() | st.times().map(lambda time: time.replace(microsecond=0)),
    kind=st.sampled_from(["seller", "distributor", "warehouse"]),
    scope=st.sampled_from(["full", "delta"]),
    parties=plain.table(["seller", "warehouse"], st.builds(Party, id=plain.texts)),
    lines=plain.numbered(_stock_lines),
)

_prices = st.builds(
    CatalogPrice,
    amount=plain.amounts,
    kind=st.sampled_from(["", "unit_cost", "retail", "CAT"]),
    unit=plain.maybe_text,
    minimum=_numbers,
    maximum=_numbers,
    per=st.none() | st.sampled_from([Decimal(10), Decimal(100)]),
    start=plain.maybe_date,
    end=plain.maybe_date,
    currency=st.sampled_from(["", "CAD"]),
)
_catalog_lines = st.builds(
    CatalogLine,
    number=plain.texts,
    action=st.sampled_from(["", "add", "change", "delete"]),
    ids=plain.ids,
    name=plain.maybe_text,
    description=plain.maybe_text,
    brand=plain.maybe_text,
    group=plain.maybe_text,
    prices=_some(_prices),
    unit=plain.maybe_text,
    pack=_numbers,
    minimum=_numbers,
    multiple=_numbers,
    lead_days=st.none() | st.integers(0, 400),
    weight=_numbers,
    weight_unit=plain.maybe_text,
    volume=_numbers,
    volume_unit=plain.maybe_text,
    origin=plain.maybe_text,
)
price_catalogs: SearchStrategy[PriceCatalog] = st.builds(
    PriceCatalog,
    **_named,
    kind=st.sampled_from(["catalog", "price_sheet", "sales"]),
    version=plain.maybe_text,
    dates=plain.table(["effective"], plain.dates),
    parties=plain.table(["seller"], st.builds(Party, id=plain.texts)),
    lines=plain.numbered(_catalog_lines),
)
supplies: SearchStrategy[InventoryAdvice | PriceCatalog] = inventory_advices | price_catalogs
