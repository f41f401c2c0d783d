"""What was shipped and what was billed of an order, by order line, and which shipment an invoice bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from hub.model.documents import Invoice, ShipNotice, ShippedItem

#: Quantities by the buyer's line number, in the unit of the order.
ByLine = dict[str, Decimal]


def standing(notices: Iterable[ShipNotice]) -> list[ShipNotice]:
    """Return the ship notices that count, oldest first: not those that a later one replaces or cancels."""
    count: list[ShipNotice] = []
    for notice in notices:
        if notice.purpose in {"replace", "cancel"}:
            count = [earlier for earlier in count if earlier.number != notice.number]
        if notice.purpose != "cancel":
            count.append(notice)
    return count


def shipped_items(notice: ShipNotice, order_number: str = "") -> Iterable[ShippedItem]:
    """Yield the items of a ship notice, packed and loose: all, or those for one order."""
    for order in notice.orders:
        if order_number and order.order_number not in {"", order_number}:
            continue
        yield from order.items
        for package in order.packages:
            yield from package.items


def shipped_by_line(notices: Iterable[ShipNotice]) -> ByLine:
    """Return what these ship notices carry in all, oldest first; what was replaced or cancelled is not counted."""
    return _sums((i.line_number, i.quantity) for n in standing(notices) for i in shipped_items(n))


def billed_by_line(invoices: Iterable[Invoice]) -> ByLine:
    """Return what these invoices bill in all; credit notes bill nothing."""
    return _sums((i.number, i.quantity) for n in invoices if n.kind == "invoice" for i in n.lines)


def billed_shipment(
    invoice: Invoice, shipped: Sequence[ShipNotice], earlier: Sequence[Invoice]
) -> ShipNotice | None:
    """Return the shipment that an invoice bills: of those not billed yet the one that fits, else the last.

    `shipped` and `earlier` (invoices) are oldest first, quantities in the unit of the order.
    """
    billed = {i.shipment for i in earlier if i.kind == "invoice"}
    wanted = billed_by_line([invoice])
    fits = (n for n in shipped if n.number not in billed and shipped_by_line([n]) == wanted)
    return next(fits, shipped[-1] if shipped else None)


def _sums(parts: Iterable[tuple[str, Decimal]]) -> ByLine:
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for number, quantity in parts:
        total[number] += quantity
    return dict(total)
