"""Hypothesis strategies for remittances and receiving advices, within what the X12 maps can carry."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from hub.model.documents import (
    Adjustment,
    DocType,
    Lot,
    Questioned,
    ReceivedItem,
    ReceivingAdvice,
    Remittance,
    RemittedItem,
)
from tests.support import x12_documents as x12

_accounts = st.text("0123456789", max_size=12)
_adjustments = x12.tuples(
    st.builds(
        Adjustment,
        amount=x12.cents,
        reason=st.sampled_from(["01", "06", "ZZ"]),
        reference=x12.maybe_text,
        note=x12.maybe_text,
    )
)
_settled = st.builds(
    RemittedItem,
    number=x12.texts,
    kind=st.sampled_from(["invoice", "credit", "order", "BM"]),
    paid=st.none() | x12.cents,
    gross=st.none() | x12.cents,
    discount=st.none() | x12.cents,
    date=st.none() | x12.dates,
    order_number=x12.maybe_text,
    refs=x12.refs,
    adjustments=_adjustments,
)

remittances = st.builds(
    Remittance,
    number=x12.texts,
    date=st.none() | x12.dates,
    currency=x12.head["currency"],
    parties=x12.parties,
    refs=x12.refs,
    dates=x12.dates_by_name,
    notes=x12.notes,
    handling=st.sampled_from(["I", "C", "D"]),
    amount=x12.cents,
    direction=st.sampled_from(["credit", "debit"]),
    method=st.sampled_from(["ach", "check", "wire", "BOP"]),
    paid_on=st.none() | x12.dates,
    payer_account=_accounts,
    payee_account=_accounts,
    items=x12.tuples(_settled),
    adjustments=_adjustments,
)

_CONDITIONS = st.sampled_from(["damaged", "short", "over", "rejected", "09"])


@st.composite
def _received(draw: st.DrawFn) -> ReceivedItem:
    questioned = draw(st.none() | x12.quantities)
    announced = draw(st.none() | x12.quantities)
    others = x12.tuples(st.builds(Questioned, quantity=x12.quantities, condition=_CONDITIONS), 4)
    ids = draw(x12.ids)
    return ReceivedItem(
        number=draw(x12.texts),
        order_number=draw(x12.maybe_text),
        order_line=draw(x12.maybe_text) if ids else "",
        ids=ids,
        description=draw(x12.maybe_text),
        received=draw(x12.quantities),
        unit=draw(x12.units),
        returned=draw(st.none() | x12.quantities),
        questioned=questioned,
        condition=draw(_CONDITIONS) if questioned is not None else "",
        others=draw(others) if questioned is not None else (),
        announced=announced,
        ordered=draw(st.none() | x12.quantities) if announced is not None else None,
        lots=tuple(Lot(number=number) for number in draw(x12.tuples(x12.texts))),
        labels=draw(x12.tuples(st.text("123456789", min_size=18, max_size=18))),
    )


def _counted(advice: Any) -> Any:
    return replace(advice, line_count=len(advice.items))


receiving_advices = st.builds(
    ReceivingAdvice,
    number=x12.texts,
    date=x12.dates,
    purpose=x12.head["purpose"],
    currency=x12.head["currency"],
    parties=x12.parties,
    refs=x12.refs,
    dates=x12.dates_by_name,
    kind=st.sampled_from(["received", "counted", "3"]),
    order_number=x12.maybe_text,
    shipment=x12.maybe_text,
    carriage=x12.carriage("scac mode routing service equipment tracking bill_of_lading"),
    items=x12.tuples(_received()),
).map(_counted)

DOCUMENTS: dict[DocType, SearchStrategy[Any]] = {
    DocType.REMITTANCE: remittances,
    DocType.RECEIVING_ADVICE: receiving_advices,
}
