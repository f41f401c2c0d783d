"""Hypothesis strategies for the grocery trade's sets and application advices, within what their maps can carry."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from hub.model.documents import (
    AdvisedDocument,
    AdvisedError,
    ApplicationAdvice,
    Charge,
    Invoice,
    InvoiceLine,
    OrderLine,
    PurchaseOrder,
    Split,
    Terms,
)
from tests.support import x12_documents as x12

_amounts = st.none() | st.decimals(min_value=0, max_value=10**8, places=2)
_charges = x12.tuples(
    st.builds(
        Charge,
        kind=st.sampled_from(["allowance", "charge"]),
        code=st.sampled_from(["1", "53", "504"]),
        amount=_amounts,
        rate=_amounts,
        percent=_amounts,
        description=x12.maybe_text,
    )
)
_ids = x12.table("upc buyer_part vendor_part gtin bo", x12.texts, 2)
_dates = x12.table("delivery_requested ship_requested cancel_after shipped 53", x12.dates)
_refs = x12.table("department promotion vendor_number zz 8x", x12.texts)
_terms = st.none() | st.builds(
    Terms,
    kind=st.sampled_from(["01", "08"]),
    discount_percent=st.none() | x12.prices,
    discount_due=st.none() | x12.dates,
    discount_days=st.none() | st.integers(0, 99),
    due=st.none() | x12.dates,
    net_days=st.none() | st.integers(0, 99),
    description=x12.maybe_text,
)


def _counted(document: Any) -> Any:
    lines = tuple(replace(line, number=str(at)) for at, line in enumerate(document.lines, start=1))
    return replace(document, lines=lines)


_order_lines = st.builds(
    OrderLine,
    number=st.just(""),
    quantity=x12.quantities,
    unit=x12.units,
    price=st.none() | x12.prices,
    ids=_ids,
    description=x12.maybe_text,
    pack=st.none() | x12.quantities,
    refs=_refs,
    charges=_charges,
    splits=x12.tuples(st.builds(Split, location=x12.texts, quantity=x12.quantities)),
)
grocery_orders: SearchStrategy[PurchaseOrder] = st.builds(
    PurchaseOrder,
    number=x12.texts,
    date=x12.dates,
    purpose=x12.head["purpose"],
    kind=st.sampled_from(["standalone", "dropship", "KN"]),
    parties=x12.parties,
    refs=_refs,
    dates=_dates,
    notes=x12.notes,
    terms=_terms,
    carriage=x12.carriage("mode routing fob"),
    charges=_charges,
    lines=x12.tuples(_order_lines),
    total=_amounts,
).map(_counted)

_invoice_lines = st.builds(
    InvoiceLine,
    number=st.just(""),
    quantity=x12.quantities,
    unit=x12.units,
    price=x12.prices,
    ids=_ids,
    description=x12.maybe_text,
    order_number=x12.maybe_text,
    refs=_refs,
    charges=_charges,
)


@st.composite
def _grocery_invoices(draw: st.DrawFn) -> Invoice:
    weighed = draw(st.booleans())
    return Invoice(
        number=draw(x12.texts),
        date=draw(x12.dates),
        parties=draw(x12.parties),
        refs=draw(_refs),
        dates=draw(_dates),
        notes=draw(x12.notes),
        kind=draw(st.sampled_from(["invoice", "credit"])),
        order_number=draw(x12.maybe_text),
        order_date=draw(st.none() | x12.dates),
        shipment=draw(x12.maybe_text),
        original=draw(x12.maybe_text),
        terms=draw(_terms),
        carriage=draw(x12.carriage("mode routing scac bill_of_lading")),
        lines=draw(x12.tuples(_invoice_lines)),
        charges=draw(_charges),
        total=draw(x12.cents),
        units_shipped=draw(x12.quantities),
        units_shipped_unit=draw(x12.units),
        weight=draw(x12.quantities) if weighed else None,
        weight_unit="LB" if weighed else "",
    )


grocery_invoices: SearchStrategy[Invoice] = _grocery_invoices().map(_counted)

_errors = st.builds(
    AdvisedError,
    code=st.sampled_from(["024", "812", "ZZZ"]),
    text=x12.maybe_text,
    segment=st.sampled_from(["", "PO1", "TDS"]),
    position=st.none() | st.integers(1, 999),
    element=st.none() | st.integers(1, 20),
    value=x12.maybe_text,
)
_answers = st.builds(
    AdvisedDocument,
    verdict=st.sampled_from(["accepted", "with_changes", "with_errors", "rejected", "IR"]),
    number=x12.texts,
    number_kind=st.sampled_from(["IV", "PO", "SI"]),
    group_control=x12.maybe_text,
    set_control=x12.maybe_text,
    set_id=st.sampled_from(["", "810"]),
    refs=_refs,
    errors=x12.tuples(_errors),
)
application_advices: SearchStrategy[ApplicationAdvice] = st.builds(
    ApplicationAdvice,
    number=x12.texts,
    date=x12.dates,
    purpose=st.sampled_from(["original", "cancel", "replace"]),
    parties=x12.parties,
    answers=x12.tuples(_answers),
)
