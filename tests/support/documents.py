"""Hypothesis strategies for canonical documents, within what plain files can carry."""

from __future__ import annotations

import datetime as dt
import string
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from hub.model.documents import (
    AckLine,
    Adjustment,
    AnyDocument,
    Carriage,
    Charge,
    Invoice,
    InvoiceLine,
    LineStatus,
    Lot,
    OrderAcknowledgment,
    OrderLine,
    Package,
    Party,
    PurchaseOrder,
    Questioned,
    ReceivedItem,
    ReceivingAdvice,
    Remittance,
    RemittedItem,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    Tax,
    Terms,
)

_LETTERS = string.ascii_letters + string.digits + " ,;\"'<>&|\t.-_#=äßøŁ漢é"
texts = st.text(_LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
maybe_text = st.one_of(st.just(""), texts)
amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False)
dates = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))
maybe_date = st.none() | dates
notes = st.lists(texts, max_size=3).map(tuple)


def table(keys: list[str], values: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """Return tables with some of the keys."""
    return st.dictionaries(st.sampled_from(keys), values, max_size=len(keys))


ids = table(["buyer_part", "vendor_part", "upc", "ean"], texts)
party_ids = st.builds(Party, id=texts)


def numbered(strategy: SearchStrategy[Any], min_size: int = 1) -> SearchStrategy[tuple[Any, ...]]:
    """Return lists of lines whose numbers differ, as a sender's do."""
    return st.lists(strategy, min_size=min_size, max_size=4, unique_by=lambda line: line.number).map(tuple)


def parties(roles: list[str], party: SearchStrategy[Party]) -> SearchStrategy[dict[str, Party]]:
    """Return parties by role."""
    return table(roles, party)


def orders() -> SearchStrategy[AnyDocument]:
    """Return purchase orders."""
    line = st.builds(
        OrderLine,
        number=texts,
        quantity=amounts,
        unit=texts,
        price=st.none() | amounts,
        ids=ids,
        description=maybe_text,
        dates=table(["delivery_requested"], dates),
    )
    place = st.builds(
        Party,
        id=maybe_text,
        name=texts,
        address=st.lists(texts, max_size=2).map(tuple),
        city=maybe_text,
        region=maybe_text,
        postal_code=maybe_text,
        country=maybe_text,
    )
    return st.builds(
        PurchaseOrder,
        number=texts,
        date=maybe_date,
        purpose=st.sampled_from(["original", "cancel", "replace"]),
        kind=st.sampled_from(["standalone", "dropship"]),
        release=maybe_text,
        currency=st.sampled_from(["", "USD"]),
        parties=parties(["ship_to"], place),
        refs=table(["department", "vendor_number"], texts),
        dates=table(["delivery_requested", "ship_not_after", "cancel_after"], dates),
        notes=notes,
        lines=numbered(line),
    )


def acknowledgments() -> SearchStrategy[AnyDocument]:
    """Return order acknowledgments."""
    status = st.builds(
        LineStatus,
        code=texts,
        quantity=st.none() | amounts,
        unit=maybe_text,
        date=maybe_date,
        date_kind=maybe_text,
        price=st.none() | amounts,
        ids=table(["vendor_part", "upc"], texts),
    )
    line = st.builds(
        AckLine,
        number=texts,
        quantity=amounts,
        unit=texts,
        price=st.none() | amounts,
        ids=ids,
        description=maybe_text,
        statuses=st.lists(status, max_size=3).map(tuple),
    )
    return st.builds(
        OrderAcknowledgment,
        number=texts,
        date=maybe_date,
        status=st.sampled_from(["accepted", "rejected"]),
        order_number=maybe_text,
        order_date=maybe_date,
        release=maybe_text,
        currency=st.sampled_from(["", "EUR"]),
        refs=table(["vendor_order"], texts),
        notes=notes,
        lines=numbered(line),
    )


def ship_notices() -> SearchStrategy[AnyDocument]:
    """Return ship notices: cartons told apart by their SSCC, at most one lot an item."""
    item = st.builds(
        ShippedItem,
        line_number=maybe_text,
        ids=ids,
        description=maybe_text,
        quantity=amounts,
        unit=texts,
        ordered=st.none() | amounts,
        lots=st.lists(st.builds(Lot, number=texts, expires=maybe_date), max_size=1).map(tuple),
    )
    items = st.lists(item, min_size=1, max_size=3).map(tuple)
    package = st.builds(
        Package, sscc=texts, kind=maybe_text, weight=st.none() | amounts, weight_unit=maybe_text, items=items
    )
    packages = st.lists(package, max_size=2, unique_by=lambda p: p.sscc).map(tuple)
    order = st.builds(
        ShippedOrder,
        order_number=texts,
        order_date=maybe_date,
        release=maybe_text,
        packages=packages,
        items=items,
    )
    return st.builds(
        ShipNotice,
        number=texts,
        date=maybe_date,
        time=st.none() | st.times().map(lambda t: t.replace(microsecond=0)),
        dates=table(["shipped", "delivery_estimated"], dates),
        carriage=st.none() | st.builds(Carriage, scac=texts, tracking=maybe_text, bill_of_lading=maybe_text),
        package_count=st.none() | st.integers(0, 10**6),
        weight=st.none() | amounts,
        weight_unit=maybe_text,
        parties=parties(["ship_to", "ship_from"], party_ids),
        orders=st.lists(order, min_size=1, max_size=2, unique_by=lambda o: o.order_number).map(tuple),
    )


def invoices() -> SearchStrategy[AnyDocument]:
    """Return invoices with at most one tax and one charge."""
    line = st.builds(
        InvoiceLine,
        number=texts,
        quantity=amounts,
        unit=texts,
        price=amounts,
        ids=ids,
        description=maybe_text,
        order_number=maybe_text,
    )
    charge = st.builds(
        Charge, kind=st.sampled_from(["charge", "allowance"]), code=maybe_text, amount=st.none() | amounts
    )
    return st.builds(
        Invoice,
        number=texts,
        date=maybe_date,
        kind=st.sampled_from(["invoice", "credit"]),
        currency=st.sampled_from(["", "USD"]),
        order_number=maybe_text,
        order_date=maybe_date,
        shipment=maybe_text,
        original=maybe_text,
        terms=st.none() | st.builds(Terms, net_days=st.integers(0, 365), due=maybe_date),
        total=amounts,
        taxes=st.lists(st.builds(Tax, kind=maybe_text, amount=amounts), max_size=1).map(tuple),
        charges=st.lists(charge, max_size=1).map(tuple),
        parties=parties(["ship_to", "bill_to", "seller"], party_ids),
        notes=notes,
        lines=numbered(line),
    )


def remittances() -> SearchStrategy[AnyDocument]:
    """Return remittances: at most two adjustments of the whole, one of an item."""
    adjustment = st.builds(
        Adjustment, amount=amounts, reason=maybe_text, reference=maybe_text, note=maybe_text
    )
    item = st.builds(
        RemittedItem,
        number=texts,
        kind=st.sampled_from(["invoice", "credit"]),
        paid=st.none() | amounts,
        gross=st.none() | amounts,
        discount=st.none() | amounts,
        date=maybe_date,
        order_number=maybe_text,
        adjustments=st.lists(adjustment, max_size=1).map(tuple),
    )
    return st.builds(
        Remittance,
        number=texts,
        date=maybe_date,
        currency=st.sampled_from(["", "USD"]),
        handling=maybe_text,
        amount=amounts,
        method=maybe_text,
        paid_on=maybe_date,
        payee_account=maybe_text,
        parties=parties(["payer", "payee"], party_ids),
        refs=table(["vendor_number"], texts),
        notes=notes,
        items=numbered(item),
        adjustments=st.lists(adjustment, max_size=2).map(tuple),
    )


def receiving_advices() -> SearchStrategy[AnyDocument]:
    """Return receiving advices: at most two things wrong with an item, and one lot."""
    item = st.builds(
        ReceivedItem,
        number=texts,
        order_number=maybe_text,
        order_line=maybe_text,
        ids=ids,
        description=maybe_text,
        received=amounts,
        unit=maybe_text,
        returned=st.none() | amounts,
        questioned=st.none() | amounts,
        condition=maybe_text,
        others=st.lists(st.builds(Questioned, quantity=amounts, condition=maybe_text), max_size=1).map(tuple),
        announced=st.none() | amounts,
        lots=st.lists(st.builds(Lot, number=texts, quantity=st.none() | amounts), max_size=1).map(tuple),
        labels=notes,
        notes=notes,
    )
    return st.builds(
        ReceivingAdvice,
        number=texts,
        date=maybe_date,
        kind=maybe_text,
        order_number=maybe_text,
        shipment=maybe_text,
        dates=table(["received"], dates),
        parties=parties(["ship_to", "seller"], party_ids),
        items=numbered(item),
    )


documents = st.one_of(
    orders(), acknowledgments(), ship_notices(), invoices(), remittances(), receiving_advices()
)
