"""What formats want said of an order that ours need not have: who is billed, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from hub.model.currencies import rounded
from hub.model.documents import AckLine, Document, OrderAcknowledgment, OrderChange, OrderLine, PurchaseOrder
from hub.model.finding import Finding
from translators.xml.billing import measured

CHANGED = "accepted_with_change"

Order = PurchaseOrder | OrderChange


def completed_order(order: Order) -> tuple[Order, tuple[Finding, ...]]:
    """Return the order with who buys, which is who is billed where no other is named, and its total."""
    total = order.total if order.total is not None else order_total(order, order)
    return replace(_named(order, "buyer", "bill_to"), total=total), ()


def billed_order(order: Order) -> tuple[Order, tuple[Finding, ...]]:
    """Return the order with who is billed, which is who buys where no other is named, its total and bases of prices."""
    done, findings = completed_order(order)
    return _measured(_named(done, "bill_to", "buyer")), findings


def _measured(order: Order) -> Order:
    if isinstance(order, OrderChange):
        return replace(order, lines=tuple(map(measured, order.lines)))
    return replace(order, lines=tuple(map(measured, order.lines)))


def _named(order: Order, role: str, otherwise: str) -> Order:
    if role in order.parties or otherwise not in order.parties:
        return order
    return replace(order, parties={**order.parties, role: order.parties[otherwise]})


def completed_confirmation(
    answer: OrderAcknowledgment,
) -> tuple[OrderAcknowledgment, tuple[Finding, ...]]:
    """Return the answer with the quantity and unit of each decision, which are its line's where not its own.

    Lines stand in an answer that changes something: one that accepts or rejects all must have none (cXML DTD).
    """

    def decided(line: AckLine) -> AckLine:
        statuses = tuple(
            replace(s, quantity=line.quantity if s.quantity is None else s.quantity, unit=s.unit or line.unit)
            for s in line.statuses
        )
        return replace(line, statuses=statuses)

    lines = tuple(map(decided, answer.lines)) if answer.status == CHANGED else ()
    return replace(answer, lines=lines), ()


def peppol_response(answer: OrderAcknowledgment) -> tuple[OrderAcknowledgment, tuple[Finding, ...]]:
    """Return the answer with lines only where it changes something (PEPPOL-T76-R008 to R010)."""
    return (answer if answer.status == CHANGED else replace(answer, lines=())), ()


def line_amount(order: object, line: object) -> Decimal | None:
    """Return what a line comes to; None where it has no price."""
    if not isinstance(line, OrderLine) or line.unit_price is None:
        return None
    currency = order.currency if isinstance(order, Document) else ""
    return rounded(line.unit_price * line.quantity, currency)


def order_total(order: Order, _: object) -> Decimal | None:
    """Return what the lines come to; None where one has no price."""
    amounts = [line_amount(order, line) for line in order.lines]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


ORDER_SUMS: dict[str, Callable[[Any, object], object]] = {
    "line_amount": line_amount,
    "order_lines_total": order_total,
}
