"""What of a purchase order of ours is news to the supplier (860): the order now against the one that they know.

Pure. They know what we sent last, and what they acknowledged themselves: a date, a price or a quantity that Odoo
took over from their own answer is no news to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import structs

from hub.model.documents import (
    AckLine,
    ChangeLine,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    OrderLine,
    PurchaseOrder,
)

#: An answer of the supplier's, to the order or to a change of it.
Answer = OrderAcknowledgment | OrderChangeAcknowledgment

_LINE = OrderLine.__struct_fields__
_HEAD = ("currency", "parties", "refs", "dates", "notes", "kind", "release", "terms", "carriage", "charges")
#: What of the head is worth a change of its own. (Dates stand on the lines.)
_TELLING = ("currency", "kind", "terms", "notes", "charges")
#: The code for a line of which this alone is news (POC02 PC, CT); of several it is a change (CA).
_ALONE = {frozenset({"price"}): "price", frozenset({"date"}): "reschedule"}
#: ACK01 in our words: nothing comes of these.
_NOTHING = frozenset({"rejected", "deleted", "held"})


def change_of(
    known: PurchaseOrder, now: PurchaseOrder, answers: Sequence[Answer], number: str, *, delta: bool = False
) -> OrderChange | None:
    """Return the change that makes the order that they know into the one that we have; None when it is the same.

    `answers`: what they answered since. `delta`: a quantity that alone goes up or down is told as the difference.
    """
    if now.purpose == "cancel":
        return None if known.purpose == "cancel" else _change(now, (), number, "cancel")
    if known.purpose == "cancel":
        lines = tuple(_line(line, "add") for line in _alive(now))
        return _change(now, lines, number, "replace")
    before = {line.number: line for line in _alive(known)}
    told = _told(answers)
    lines = tuple(
        changed
        for line in _alive(now)
        if (changed := _compared(before.get(line.number), line, told.get(line.number), delta=delta))
        is not None
    )
    kept = {line.number for line in _alive(now)}
    gone = tuple(_line(line, "delete") for number, line in before.items() if number not in kept)
    if not lines and not gone and not _head_differs(known, now):
        return None
    return _change(now, lines + gone, number, "change")


def _alive(order: PurchaseOrder) -> Iterable[OrderLine]:
    """Yield the lines that order something: one that is taken off may stay in Odoo with a quantity of 0."""
    return (line for line in order.lines if line.quantity)


def _change(now: PurchaseOrder, lines: tuple[ChangeLine, ...], number: str, purpose: str) -> OrderChange:
    return OrderChange(
        **{name: getattr(now, name) for name in _HEAD},
        number=number,
        purpose=purpose,
        order_number=now.number,
        order_date=now.date,
        lines=lines,
        line_count=len(lines),
    )


def _line(line: OrderLine, action: str) -> ChangeLine:
    return ChangeLine(**{name: getattr(line, name) for name in _LINE}, action=action)


def _compared(
    before: OrderLine | None, now: OrderLine, told: AckLine | None, *, delta: bool
) -> ChangeLine | None:
    """Return what of one line is news, under the code that says it best."""
    if before is None:
        return _line(now, "add")
    news = {
        what
        for what, differs in (
            ("quantity", now.quantity != before.quantity and now.quantity != _quantity(told)),
            ("price", now.unit_price not in {before.unit_price, _price(told)}),
            ("date", now.dates != before.dates and not _promised(told, now)),
        )
        if differs
    }
    if not news:
        return None
    if news != {"quantity"}:
        return _line(now, _ALONE.get(frozenset(news), "change"))
    more = now.quantity - before.quantity
    changed = _line(now, "increase" if more > 0 else "decrease")
    return structs.replace(changed, quantity=abs(more)) if delta else changed


def _told(answers: Sequence[Answer]) -> dict[str, AckLine]:
    """Return the supplier's last word on each line."""
    return {line.number.lstrip("0"): line for answer in answers for line in answer.lines}


def _quantity(told: AckLine | None) -> Decimal | None:
    if told is None or not told.statuses:
        return None if told is None else told.quantity
    taken = (s.quantity for s in told.statuses if s.code not in _NOTHING)
    return sum((told.quantity if quantity is None else quantity for quantity in taken), Decimal(0))


def _price(told: AckLine | None) -> Decimal | None:
    return None if told is None else told.told_price


def _promised(told: AckLine | None, now: OrderLine) -> bool:
    """Say whether a line's date is one that they promised."""
    return told is not None and now.dates.get("delivery_requested") in {
        s.date for s in told.statuses if s.date
    }


def _head_differs(known: PurchaseOrder, now: PurchaseOrder) -> bool:
    if any(getattr(known, name) != getattr(now, name) for name in _TELLING):
        return True
    return known.parties.get("ship_to") != now.parties.get("ship_to")
