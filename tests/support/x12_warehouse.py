"""Hypothesis strategies for warehouse orders and advices, within what the X12 maps can carry."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from hub.model.documents import (
    AdvisedLine,
    Carriage,
    DocType,
    Lot,
    Questioned,
    WarehouseAdvice,
    WarehouseLine,
    WarehouseOrder,
)
from tests.support import x12_documents as x12

_ids = x12.table("buyer_part vendor_part upc ean gtin sku bo", x12.texts, 3)
_refs = x12.table("department customer_order division zz 8x", x12.texts)
_dates = x12.table("ship_requested delivery_requested ship_not_after delivered 97", x12.dates)
_labels = x12.tuples(x12.texts, 2)
_weights = st.just((None, "")) | st.tuples(x12.quantities, st.sampled_from(["LB", "KG"]))
_lots = st.lists(
    st.builds(Lot, number=x12.texts, quantity=x12.quantities, expires=st.none() | x12.dates),
    max_size=3,
    unique_by=lambda lot: lot.number,
).map(tuple)


def _carriage(names: str) -> SearchStrategy[Carriage | None]:
    """Return how goods travel: W66 and W27 want the mode and who pays, W27 a carrier."""
    free = dict.fromkeys(names.split(), x12.maybe_text)
    fixed = {"mode": st.sampled_from(["M", "A"]), "scac": st.just("UPSN")}
    return st.none() | st.builds(Carriage, **free, **fixed)


@st.composite
def _head(draw: st.DrawFn, carriage: SearchStrategy[Carriage | None]) -> dict[str, Any]:
    weight, unit = draw(_weights)
    return {
        "number": draw(x12.texts),
        "parties": draw(x12.parties),
        "refs": draw(_refs),
        "dates": draw(_dates),
        "notes": draw(x12.notes),
        "order_number": draw(x12.maybe_text),
        "carriage": draw(carriage),
        "quantity": draw(x12.quantities),
        "weight": weight,
        "weight_unit": unit,
    }


def _numbered(lines: SearchStrategy[Any]) -> SearchStrategy[tuple[Any, ...]]:
    return x12.tuples(lines).map(
        lambda found: tuple(replace(one, number=str(n)) for n, one in enumerate(found, 1))
    )


@st.composite
def _ordered(draw: st.DrawFn, notes: SearchStrategy[tuple[str, ...]]) -> WarehouseLine:
    weight, unit = draw(_weights)
    return WarehouseLine(
        number="",
        quantity=draw(x12.quantities),
        unit=draw(x12.units),
        ids=draw(_ids),
        description=draw(x12.maybe_text),
        order_line=draw(x12.maybe_text),
        lots=draw(_lots),
        weight=weight,
        weight_unit=unit,
        labels=draw(_labels),
        refs=draw(_refs),
        notes=draw(notes),
    )


@st.composite
def shipping_orders(draw: st.DrawFn) -> WarehouseOrder:
    """Return what a 940 carries."""
    carriage = _carriage("routing").map(lambda found: found and replace(found, fob="PP"))
    purpose = draw(st.sampled_from(["original", "cancel", "change", "confirm", "duplicate"]))
    return WarehouseOrder(
        **draw(_head(carriage)), purpose=purpose, lines=draw(_numbered(_ordered(x12.notes)))
    )


@st.composite
def transfers(draw: st.DrawFn) -> WarehouseOrder:
    """Return what a 943 carries."""
    carriage = _carriage("routing fob equipment tracking bill_of_lading").filter(bool)
    return WarehouseOrder(
        **draw(_head(carriage)),
        kind="receive",
        purpose=draw(st.sampled_from(["original", "replace"])),
        date=draw(st.none() | x12.dates),
        shipment=draw(x12.maybe_text),
        lines=draw(_numbered(_ordered(st.just(())))),
    )


_questioned = st.lists(
    st.builds(Questioned, quantity=x12.quantities, condition=st.sampled_from(["rejected", "quality", "09"])),
    max_size=2,
).map(tuple)


@st.composite
def _advised(draw: st.DrawFn, received: bool) -> AdvisedLine:
    number = st.none() | x12.quantities
    return AdvisedLine(
        number="",
        order_line=draw(x12.maybe_text),
        quantity=draw(x12.quantities),
        unit=draw(x12.units),
        ids=draw(_ids),
        description=draw(x12.maybe_text),
        status="" if received else draw(st.sampled_from(["complete", "backordered", "cancelled", "AV"])),
        ordered=None if received else draw(number),
        difference=draw(number.filter(lambda found: found != 0)),
        damaged=draw(number) if received else None,
        questioned=draw(_questioned) if received else (),
        lots=draw(_lots),
        labels=draw(_labels),
        refs=draw(_refs),
    )


@st.composite
def shipped_advices(draw: st.DrawFn) -> WarehouseAdvice:
    """Return what a 945 carries."""
    return WarehouseAdvice(
        **draw(_head(_carriage("routing fob equipment tracking bill_of_lading"))),
        completeness=draw(_completeness),
        warehouse_order=draw(x12.maybe_text),
        date=draw(st.none() | x12.dates),
        package_count=draw(st.none() | st.integers(1, 9999)),
        lines=draw(_numbered(_advised(received=False))),
    )


@st.composite
def received_advices(draw: st.DrawFn) -> WarehouseAdvice:
    """Return what a 944 carries."""
    head = draw(_head(_carriage("routing equipment tracking bill_of_lading")))
    return WarehouseAdvice(
        **{**head, "weight": None, "weight_unit": ""},
        kind="received",
        completeness=draw(_completeness),
        warehouse_order=draw(x12.maybe_text),
        shipment=draw(x12.maybe_text),
        date=draw(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))),
        package_count=draw(st.none() | st.integers(1, 9999)),
        lines=draw(_numbered(_advised(received=True))),
    )


_completeness = st.sampled_from(["full", "exceptions", "replacement", "returned"])

DOCUMENTS = {
    DocType.WAREHOUSE_ORDER: shipping_orders(),
    DocType.WAREHOUSE_ADVICE: shipped_advices(),
}
#: Of the sets that are not the usual ones.
OTHER_SETS = {"943": transfers(), "944": received_advices()}
