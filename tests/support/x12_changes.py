"""Hypothesis strategies for changes of orders and their answers, within what the X12 maps can carry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import asdict, replace

from hub.model.documents import ChangeAckLine, ChangeLine, DocType, OrderChange, OrderChangeAcknowledgment
from tests.support import x12_documents as x12

_ACTIONS = [
    "add",
    "delete",
    "change",
    "reschedule",
    "price",
    "quantity",
    "decrease",
    "increase",
    "replace",
    "unchanged",
    "MU",
]
actions = st.sampled_from(_ACTIONS)
_carriage = x12.carriage("scac mode routing service fob equipment")


@st.composite
def _changed_line(draw: st.DrawFn) -> ChangeLine:
    line = ChangeLine(
        **asdict(draw(x12.order_lines())), action=draw(actions), left=draw(st.none() | x12.quantities)
    )
    stores = any(split.location and split.date is None for split in line.splits)
    if stores or draw(st.booleans()):
        return line
    return replace(line, quantity=Decimal(0), unit="")  # a line that goes may say no more


@st.composite
def _answered_line(draw: st.DrawFn) -> ChangeAckLine:
    line = ChangeAckLine(**asdict(draw(x12.ack_lines())), action=draw(actions))
    return line if draw(st.booleans()) else replace(line, quantity=Decimal(0), unit="")


def _counted(document: Any) -> Any:
    return replace(document, line_count=len(document.lines))


order_changes: SearchStrategy[OrderChange] = st.builds(
    OrderChange,
    **x12.head,
    kind=st.sampled_from(["standalone", "dropship", "blanket", "release", "new", "KN"]),
    order_number=x12.texts,
    release=x12.maybe_text,
    order_date=x12.dates,
    terms=x12.terms,
    carriage=_carriage,
    charges=x12.charges,
    lines=x12.tuples(_changed_line()),
    total=st.none() | x12.cents,
).map(_counted)

order_change_acknowledgments: SearchStrategy[OrderChangeAcknowledgment] = st.builds(
    OrderChangeAcknowledgment,
    **x12.head,
    status=st.sampled_from(
        ["accepted", "accepted_no_change", "accepted_with_change", "rejected", "held", "AE"]
    ),
    order_number=x12.texts,
    release=x12.maybe_text,
    change_number=x12.maybe_text,
    order_date=x12.dates,
    terms=x12.terms,
    carriage=_carriage,
    lines=x12.tuples(_answered_line()),
).map(_counted)

DOCUMENTS: dict[DocType, SearchStrategy[Any]] = {
    DocType.ORDER_CHANGE: order_changes,
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: order_change_acknowledgments,
}
