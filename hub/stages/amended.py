"""An order as it stands now: as received or sent, with the changes that were agreed on. Pure.

What answers an order later (855, 856, 810) is held against this, not against its first wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import structs

from hub.model.documents import ChangeLine, OrderChange, OrderChangeAcknowledgment, OrderLine, PurchaseOrder

#: What was decided of a line that keeps its old value.
_REFUSED = frozenset({"rejected", "deleted"})

_LINE_FIELDS = tuple(
    f.name for f in structs.fields(OrderLine) if f.name not in {"number", "quantity", "unit"}
)


def amended(
    order: PurchaseOrder, changes: Iterable[OrderChange], answers: Sequence[OrderChangeAcknowledgment] = ()
) -> PurchaseOrder:
    """Return an order with its changes, oldest first, but for what an answer (865) refuses.

    A deleted line stays with quantity 0: what was shipped of it before must still find it.
    """
    for change in changes:
        refused = _refused(change, answers)
        if refused is None:
            continue
        order = _changed(order, change, refused)
    return order


def _refused(change: OrderChange, answers: Sequence[OrderChangeAcknowledgment]) -> frozenset[str] | None:
    """Return the numbers of the lines that were refused; None: all of the change was."""
    answer = next((a for a in reversed(answers) if a.change_number == change.number), None)
    if answer is None:
        return frozenset()
    if answer.status == "rejected":
        return None
    return frozenset(
        line.number
        for line in answer.lines
        if line.statuses and all(status.code in _REFUSED for status in line.statuses)
    )


def _changed(order: PurchaseOrder, change: OrderChange, refused: frozenset[str]) -> PurchaseOrder:
    lines = {line.number: line for line in order.lines}
    told = {line.number: line for line in change.lines if line.number not in refused}
    if change.purpose == "cancel" and not change.lines:
        told = {number: _deleted(line) for number, line in lines.items()}
    elif change.purpose == "replace":
        told |= {n: _deleted(line) for n, line in lines.items() if n not in told and n not in refused}
    for number, line in told.items():
        lines[number] = _line(lines.get(number), line)
    return structs.replace(
        order,
        lines=tuple(lines.values()),
        dates={**order.dates, **change.dates},
        parties={**order.parties, **change.parties},
        terms=change.terms or order.terms,
        total=change.total,
        line_count=None,
    )


def _deleted(line: OrderLine) -> ChangeLine:
    return ChangeLine(number=line.number, quantity=Decimal(0), unit=line.unit, action="delete")


def _line(before: OrderLine | None, change: ChangeLine) -> OrderLine:
    """Return a line as it is to become: what the change does not say stays."""
    if change.action == "delete":
        zero = before or _plain(change)
        none = None if zero.our_quantity is None else Decimal(0)
        return structs.replace(zero, quantity=Decimal(0), our_quantity=none)
    if before is None:
        return _plain(change)
    said = {name: value for name in _LINE_FIELDS if (value := getattr(change, name))}
    return structs.replace(before, quantity=change.quantity, unit=change.unit or before.unit, **said)


def _plain(change: ChangeLine) -> OrderLine:
    values = {name: getattr(change, name) for name in _LINE_FIELDS}
    return OrderLine(number=change.number, quantity=change.quantity, unit=change.unit, **values)
