"""Hypothesis strategies for canonical documents, within what the X12 maps can carry."""

from __future__ import annotations

import datetime as dt
import string
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from hub.model.documents import (
    AckLine,
    Carriage,
    Charge,
    DocType,
    Invoice,
    InvoiceLine,
    LineStatus,
    Lot,
    OrderAcknowledgment,
    OrderLine,
    Package,
    Party,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    Split,
    Tax,
    Terms,
)

_ALPHABET = string.ascii_letters + string.digits + " .,-/#&'()éß"
texts = st.text(_ALPHABET, min_size=1, max_size=14).map(str.strip).filter(bool)
maybe_text = st.just("") | texts
quantities = st.decimals(min_value=0, max_value=10**7, places=3)
prices = st.decimals(min_value=0, max_value=10**6, places=4)
cents = st.decimals(min_value=-(10**8), max_value=10**8, places=2)
dates = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))
#: A number and its unit, which X12 wants together.
_weights = st.just((None, "")) | st.tuples(quantities, st.sampled_from(["LB", "KG"]))
units = st.sampled_from(["EA", "CA", "DZ", "LB"])
notes = st.lists(texts, max_size=3).map(tuple)


def table(names: str, values: SearchStrategy[Any], most: int = 4) -> SearchStrategy[dict[str, Any]]:
    """Return dictionaries with some of the (blank separated) names."""
    return st.dictionaries(st.sampled_from(names.split()), values, max_size=most)


def tuples(values: SearchStrategy[Any], most: int = 3) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=most).map(tuple)


def optional(model: type[Any], **fields: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Return None or a part with at least one of its fields filled."""
    return st.none() | st.builds(model, **fields).filter(lambda part: part != model())


ids = table("buyer_part vendor_part upc ean gtin sku manufacturer_part bo iz", texts)
refs = table("department vendor_number promotion vendor_order customer_order division zz 8x", texts)
dates_by_name = table("delivery_requested cancel_after ship_not_before shipped delivery_estimated 118", dates)


@st.composite
def _party(draw: st.DrawFn) -> Party:
    coded = draw(st.booleans())
    return Party(
        name=draw(texts if not coded else maybe_text),
        id=draw(texts) if coded else "",
        id_kind=draw(st.sampled_from(["92", "9", "UL"])) if coded else "",
        address=draw(tuples(texts)),
        city=draw(maybe_text),
        region=draw(maybe_text),
        postal_code=draw(maybe_text),
        country=draw(maybe_text),
        contact=draw(maybe_text),
        phone=draw(maybe_text),
        email=draw(maybe_text),
    )


parties = table("buyer ship_to bill_to ship_from seller remit_to mark_for z9", _party(), 3)
terms = optional(
    Terms,
    kind=maybe_text,
    discount_percent=st.none() | prices,
    discount_days=st.none() | st.integers(0, 999),
    net_days=st.none() | st.integers(0, 999),
    due=st.none() | dates,
    description=maybe_text,
)
charges = tuples(
    st.builds(
        Charge,
        kind=st.sampled_from(["allowance", "charge", "N"]),
        code=texts,
        amount=st.none() | cents,
        rate=st.none() | prices,
        percent=st.none() | prices,
        description=maybe_text,
    )
)
taxes = tuples(st.builds(Tax, kind=texts, amount=cents, percent=st.none() | prices))


def carriage(names: str) -> SearchStrategy[Carriage | None]:
    return optional(Carriage, **dict.fromkeys(names.split(), maybe_text))


@st.composite
def order_lines(draw: st.DrawFn) -> OrderLine:
    unit = draw(units)
    by_store = st.builds(Split, quantity=quantities, unit=st.just(unit), location=texts)
    dated = st.builds(Split, quantity=quantities, unit=units, date=dates, location=maybe_text)
    return OrderLine(
        number=draw(texts),
        quantity=draw(quantities),
        unit=unit,
        price=(price := draw(st.none() | prices)),
        price_basis=draw(maybe_text) if price is not None else "",
        ids=draw(ids),
        description=draw(maybe_text),
        pack=draw(st.none() | quantities),
        dates=draw(dates_by_name),
        splits=draw(tuples(by_store, 12)) + draw(tuples(dated)),
        charges=draw(charges),
        refs=draw(refs),
        notes=draw(notes),
    )


def _counted(document: Any) -> Any:
    return replace(document, line_count=len(document.lines))


head: dict[str, SearchStrategy[Any]] = {
    "number": texts,
    "date": dates,
    "purpose": st.sampled_from(["original", "cancel", "change", "replace", "confirm", "duplicate"]),
    "currency": st.sampled_from(["", "USD", "EUR"]),
    "parties": parties,
    "refs": refs,
    "dates": dates_by_name,
    "notes": notes,
}

purchase_orders = st.builds(
    PurchaseOrder,
    **head,
    kind=st.sampled_from(["standalone", "dropship", "blanket", "release", "new", "KN"]),
    release=maybe_text,
    terms=terms,
    carriage=carriage("scac mode routing service fob equipment"),
    charges=charges,
    lines=tuples(order_lines()),
    total=st.none() | cents,
).map(_counted)


@st.composite
def _status(draw: st.DrawFn, price: Decimal | None) -> LineStatus:
    code = draw(
        st.sampled_from(
            ["accepted", "backordered", "quantity_changed", "rejected", "substituted", "price_changed", "AR"]
        )
    )
    date = draw(st.none() | dates)
    return LineStatus(
        code=code,
        quantity=(quantity := draw(st.none() | quantities)),
        unit=draw(units) if quantity is not None else "",
        date=date,
        date_kind=draw(st.sampled_from(["delivery_estimated", "ship_estimated"])) if date else "",
        price=price if code == "price_changed" else None,
        ids=draw(ids),
    )


@st.composite
def ack_lines(draw: st.DrawFn) -> AckLine:
    price = draw(st.none() | prices)
    return AckLine(
        number=draw(texts),
        quantity=draw(quantities),
        unit=draw(units),
        price=price,
        ids=draw(ids),
        description=draw(maybe_text),
        statuses=draw(tuples(_status(price))),
    )


order_acknowledgments = st.builds(
    OrderAcknowledgment,
    **head,
    status=st.sampled_from(
        ["accepted", "accepted_no_change", "accepted_with_change", "rejected", "held", "AE"]
    ),
    order_number=texts,
    order_date=dates,
    release=maybe_text,
    terms=terms,
    carriage=carriage("scac mode routing service fob equipment"),
    lines=tuples(ack_lines()),
).map(_counted)


@st.composite
def _shipped_item(draw: st.DrawFn) -> ShippedItem:
    lots = [
        Lot(number=draw(texts), quantity=draw(quantities), expires=draw(st.none() | dates))
        for _ in range(draw(st.integers(0, 3)))
    ]
    quantity = (
        sum((lot.quantity for lot in lots if lot.quantity is not None), Decimal(0))
        if lots
        else draw(quantities)
    )
    return ShippedItem(
        line_number=draw(texts),
        ids=draw(ids),
        description=draw(maybe_text),
        quantity=quantity,
        unit=draw(units),
        ordered=draw(st.none() | quantities),
        lots=tuple(lots),
    )


_items = st.lists(_shipped_item(), max_size=3, unique_by=lambda item: item.line_number).map(tuple)


@st.composite
def _package(draw: st.DrawFn) -> Package:
    weight, unit = draw(_weights)
    return Package(
        sscc=draw(texts),
        kind=draw(st.sampled_from(["carton", "pallet"])),
        weight=weight,
        weight_unit=unit,
        tracking=draw(maybe_text),
        items=draw(_items),
    )


@st.composite
def _packages(draw: st.DrawFn) -> tuple[Package, ...]:
    """Return packages, each pallet followed by what stands on it, cartons on none last."""
    found = draw(st.lists(_package(), max_size=4, unique_by=lambda package: package.sscc))
    if not draw(st.booleans()):
        return tuple(found)
    pallets = [package for package in found if package.kind == "pallet"]
    cartons = [package for package in found if package.kind == "carton"]
    made: list[Package] = []
    for pallet in pallets:
        most = draw(st.integers(0, len(cartons)))
        made += [pallet, *(replace(carton, on=pallet.sscc) for carton in cartons[:most])]
        cartons = cartons[most:]
    return (*made, *cartons)


_shipped_orders = st.builds(
    ShippedOrder,
    order_number=texts,
    order_date=st.none() | dates,
    release=maybe_text,
    refs=refs,
    packages=_packages(),
    items=_items,
)


@st.composite
def _ship_notice(draw: st.DrawFn) -> ShipNotice:
    orders = draw(tuples(_shipped_orders, 2))
    weight, unit = draw(_weights)
    named = {name: draw(values) for name, values in head.items() if name not in ("currency", "notes")}
    return ShipNotice(
        **named,
        time=draw(st.times()).replace(microsecond=0),
        structure="0001" if any(order.packages for order in orders) else "0004",
        carriage=draw(carriage("scac mode routing service fob equipment tracking bill_of_lading")),
        package_count=draw(st.none() | st.integers(0, 9999)),
        weight=weight,
        weight_unit=unit,
        orders=orders,
    )


_invoice_lines = st.builds(
    InvoiceLine,
    number=texts,
    quantity=quantities,
    unit=units,
    price=prices,
    ids=ids,
    description=maybe_text,
    charges=charges,
    taxes=taxes,
    order_number=maybe_text,
)


@st.composite
def _invoice(draw: st.DrawFn) -> Invoice:
    weight, weight_unit = draw(_weights)
    shipped, shipped_unit = draw(_weights)
    carried = draw(carriage("scac mode routing fob tracking bill_of_lading"))
    if carried is not None and not (carried.scac or carried.routing):
        carried = replace(carried, scac="UPSN")
    return Invoice(
        **{name: draw(values) for name, values in head.items()},
        kind=draw(st.sampled_from(["invoice", "credit"])),
        order_number=draw(maybe_text),
        order_date=draw(st.none() | dates),
        release=draw(maybe_text),
        shipment=draw(maybe_text),
        original=draw(maybe_text),
        terms=draw(terms),
        carriage=carried,
        lines=(lines := draw(tuples(_invoice_lines))),
        charges=draw(charges),
        taxes=draw(taxes),
        total=draw(cents),
        units_shipped=shipped,
        units_shipped_unit=shipped_unit,
        weight=weight,
        weight_unit=weight_unit,
        line_count=len(lines),
    )


#: What a document holds that travels in its usual set.
DOCUMENTS: dict[DocType, SearchStrategy[Any]] = {
    DocType.PURCHASE_ORDER: purchase_orders,
    DocType.ORDER_ACKNOWLEDGMENT: order_acknowledgments,
    DocType.SHIP_NOTICE: _ship_notice(),
    DocType.INVOICE: _invoice(),
}
