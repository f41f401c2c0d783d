"""What was shipped and what was billed of an order, by order line, and which shipment an invoice bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from hub.model.documents import Invoice, ShipNotice, ShippedItem

#: Quantities by the buyer's line number, in the unit of the order.
ByLine = dict[str, Decimal]


def shipped_items(notice: ShipNotice) -> Iterable[ShippedItem]:
    """Yield the items of a ship notice, packed and loose."""
    for order in notice.orders:
        yield from order.items
        for package in order.packages:
            yield from package.items


def shipped_by_line(notices: Iterable[ShipNotice]) -> ByLine:
    """Return what these ship notices carry in all."""
    return _sums((i.line_number, i.quantity) for n in notices for i in shipped_items(n))


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
