"""How a customer's receiving advice differs from what was told as shipped. Pure.

An advice answers the ship notice that it names; one that names none is held against the one that fits, else
against all that was told of the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.model import problems
from hub.model.documents import ItemIds, ReceivedItem, ReceivingAdvice, ShipNotice, ShippedItem
from hub.model.finding import Finding, Severity, Where
from hub.stages.line_units import of_line
from hub.stages.order_sums import shipped_items, standing
from hub.stages.their_units import plain

_GOOD = frozenset({"", "good"})


def differences(
    advice: ReceivingAdvice,
    order_number: str,
    told: Sequence[ShipNotice],
    severity: Severity,
    unclear: Severity = Severity.HOLD,
) -> tuple[Finding, ...]:
    """Return a finding for each line of one order of which not came what was shipped.

    `unclear`: that of an item which several lines have, where nothing says which of them it is of.
    """
    items = [
        (f"items[{at}]", item)
        for at, item in enumerate(advice.items)
        if (item.order_number or advice.order_number) == order_number
    ]
    told = standing(told)
    if not told:
        return (_nothing_told(order_number, severity),)
    answered = answered_by(advice, [item for _, item in items], told, order_number)
    shipped = _by_line(item for notice in answered for item in shipped_items(notice, order_number))
    return tuple(_compared(items, shipped, severity, unclear))


def answered_by(
    advice: ReceivingAdvice, items: Sequence[ReceivedItem], told: Sequence[ShipNotice], order_number: str
) -> Sequence[ShipNotice]:
    """Return the ship notices that an advice answers, of those about one order."""
    bill = advice.carriage.bill_of_lading if advice.carriage else ""
    named = {advice.shipment, bill} - {""}
    for notice in told:
        carried = notice.carriage.bill_of_lading if notice.carriage else ""
        if {notice.number, carried} & named:
            return [notice]
    labels = {label for item in items for label in item.labels}
    packed = [n for n in told if labels & {p.sscc for order in n.orders for p in order.packages}]
    if packed:
        return packed
    said = [("", item) for item in items]
    exact = (n for n in reversed(told) if not list(_compared(said, _by_line(shipped_items(n, order_number)))))
    found = next(exact, None)
    return list(told) if found is None else [found]


def _by_line(items: Iterable[ShippedItem]) -> dict[str, tuple[ShippedItem, Decimal]]:
    """Return what was shipped by the order's line number, counted in that line's unit."""
    found: dict[str, tuple[ShippedItem, Decimal]] = {}
    for item in items:
        first, before = found.get(item.line_number, (item, Decimal(0)))
        found[item.line_number] = (first, before + of_line(item))
    return found


class _Came(Struct):
    """What an advice says of one line, in one item or several."""

    where: str
    accepted: Decimal = Decimal(0)
    wrong: list[str] = []


def _compared(
    items: Sequence[tuple[str, ReceivedItem]],
    shipped: Mapping[str, tuple[ShippedItem, Decimal]],
    severity: Severity = Severity.NOTE,
    unclear: Severity = Severity.NOTE,
) -> Iterator[Finding]:
    """Yield what differs by line."""
    came: dict[str, _Came] = {}
    open_lines: set[str] = set()
    for where, item in items:
        number, *others = _lines_of(item, shipped)
        if others:
            open_lines |= {number, *others}
            yield _unclear(where, item, [number, *others], unclear)
            continue
        line = came.setdefault(number, _Came(where))
        sent_as = shipped[number][0] if number in shipped else None
        line.accepted += _accepted(item, sent_as)
        line.wrong += _complaints(item)
        if sent_as is not None and not _comparable(item, sent_as):
            line.wrong.append(f"counted in {item.unit}, shipped in {sent_as.unit}")
    for number in shipped.keys() - came.keys() - open_lines:
        came[number] = _Came("items", wrong=["not in the advice"])
    for number, line in came.items():
        sent = plain(shipped[number][1]) if number in shipped else Decimal(0)
        line.accepted = plain(line.accepted)
        if sent != line.accepted or line.wrong:
            yield _differs(number, sent, line, severity)


def _comparable(item: ReceivedItem, sent: ShippedItem) -> bool:
    """Say whether an item counts in a unit that what was shipped can be held against."""
    converted = sent.own is not None and item.our_quantity is not None and item.our_unit == sent.own.unit
    return item.unit in {"", sent.unit} or converted


def _accepted(item: ReceivedItem, sent: ShippedItem | None) -> Decimal:
    """Return what came of an item in the unit of the order line: theirs may be ours or the product's own."""
    if sent is not None and sent.own is not None and item.unit == sent.unit and sent.quantity:
        return item.received * sent.own.of_line / sent.quantity
    return of_line(item, sent.own if sent else None)


def _lines_of(item: ReceivedItem, shipped: Mapping[str, tuple[ShippedItem, Decimal]]) -> list[str]:
    """Return the line that an item is of, or all that it may be of; one that was not shipped when it is none of ours.

    By the number of the line; by that of the item (RCD01), which some buyers take from our ship notice and others
    just count up, so only where it does not contradict the item numbers; else by item numbers that both have.
    """
    if item.order_line in shipped:
        return [item.order_line]
    alike = [number for number, (sent, _) in shipped.items() if _shared(item.ids, sent.ids)]
    if item.number in alike or (not item.ids and item.number in shipped):
        return [item.number]
    return alike or [item.order_line or f"?{item.number}"]


def _shared(one: ItemIds, other: ItemIds) -> bool:
    return any(other.get(kind) == value for kind, value in one.items())


def _complaints(item: ReceivedItem) -> list[str]:
    said = [(item.questioned, item.condition), *((o.quantity, o.condition) for o in item.others)]
    words = [f"{quantity} {condition}" for quantity, condition in said if quantity and condition not in _GOOD]
    return [*words, f"{item.returned} returned"] if item.returned else words


def _differs(number: str, sent: Decimal, line: _Came, severity: Severity) -> Finding:
    more = f" ({', '.join(line.wrong)})" if line.wrong else ""
    return Finding(
        problem=problems.RECEIPT_DIFFERS,
        severity=severity,
        message=f"line {number}: shipped {sent}, received {line.accepted}{more}",
        where=Where(path=line.where),
        value=str(line.accepted),
        hint="settle it with the customer: a credit note, a return, or a count of our stock",
    )


def _unclear(where: str, item: ReceivedItem, lines: Sequence[str], severity: Severity) -> Finding:
    return Finding(
        problem=problems.RECEIPT_DIFFERS,
        severity=severity,
        message=f"{item.received} {item.unit} received, and lines {', '.join(lines)} have that item: it says not which",
        where=Where(path=where),
        value=item.number,
        hint="ask the customer for the line (LIN01, REF LI or RCD01); release it to keep it as it is on the order",
    )


def _nothing_told(order_number: str, severity: Severity) -> Finding:
    return Finding(
        problem=problems.RECEIPT_DIFFERS,
        severity=severity,
        message=f"we told no shipment of order {order_number!r} that this could be compared with",
        where=Where(path="order_number"),
        value=order_number,
        hint="compare it with the deliveries in Odoo",
    )
