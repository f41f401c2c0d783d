"""An order that comes again, changed: the whole of it stands for a change (X12 850 with BEG01 01, 04 or 05).

Such an order says what is to be, line by line: one that it does not name is to go. By profile, or by an operator's
release, it goes the way of an 860; else it is held. A duplicate (07) is never anything new.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.documents import AnyDocument, ChangeLine, OrderChange, OrderLine, PurchaseOrder
from hub.model.exchange import Exchange
from hub.model.partner import Receive

#: Purposes of an order that changes one -> the purpose of the change that it is.
CHANGES = {"change": "replace", "replace": "replace", "cancel": "cancel"}

_LINE = OrderLine.__struct_fields__
_HEAD = (
    "number", "date", "currency", "parties", "refs", "dates", "notes", "kind", "release", "terms", "carriage",
    "charges", "line_count", "total", "tax",
)  # fmt: skip


def restated(
    document: AnyDocument, earlier: Sequence[Exchange], exchange: Exchange, agreement: Receive
) -> OrderChange | None:
    """Return the change that a document is and may go on as; None for all that is something else, or held.

    `earlier`: what came before under its number. An original that comes again with other content is a change only
    to an operator, who has seen what differs.
    """
    if not isinstance(document, PurchaseOrder):
        return None
    if document.purpose in CHANGES and (agreement.changes == "apply" or exchange.released):
        return as_change(document, CHANGES[document.purpose])
    if document.purpose == "original" and earlier and exchange.released:
        return as_change(document, "replace")
    return None


def as_change(order: PurchaseOrder, purpose: str) -> OrderChange:
    """Return an order as a change of the one of its number."""
    lines = tuple(ChangeLine(**{name: getattr(line, name) for name in _LINE}) for line in order.lines)
    head = {name: getattr(order, name) for name in _HEAD}
    return OrderChange(**head, purpose=purpose, order_number=order.number, order_date=order.date, lines=lines)
