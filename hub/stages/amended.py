"""An order as it stands now: as received or sent, with the changes that were agreed on. Pure.

What answers an order later (855, 856, 810) is held against this, not against its first wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import structs

from hub.model.documents import OrderChange, OrderChangeAcknowledgment, OrderLine, PurchaseOrder
from hub.stages.targets import ChangeTerms, before_of, target_of

#: What was decided of a line that keeps its old value.
_REFUSED = frozenset({"rejected"})  # a line that was to go and is "deleted" went


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
        lines = {number: _nothing_of(line) for number, line in lines.items()}
    elif change.purpose == "replace":
        named = {before.number for line in change.lines if (before := before_of(order, line))}
        lines = {n: line if n in named | refused else _nothing_of(line) for n, line in lines.items()}
    for asked in told.values():
        before = before_of(order, asked)
        after = target_of(asked, before, ChangeTerms(released=True)).after
        if after is not None:
            lines[before.number if before else asked.number] = after
        elif before is not None:
            lines[before.number] = _nothing_of(before)
    return structs.replace(
        order,
        lines=tuple(lines.values()),
        dates={**order.dates, **change.dates},
        parties={**order.parties, **change.parties},
        terms=change.terms or order.terms,
        total=change.total,
        tax=change.tax,
        line_count=None,
    )


def _nothing_of(line: OrderLine) -> OrderLine:
    none = None if line.our_quantity is None else Decimal(0)
    return structs.replace(line, quantity=Decimal(0), our_quantity=none)
