"""What we answer to an order: the facts of Odoo put into the order's own words.

Pure functions. The order as received gives line numbers, item numbers, units and addresses; Odoo gives
quantities, prices and dates. A quantity in our unit goes back through the line's own factor.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from msgspec import structs

from hub.model.documents import (
    AckLine,
    Invoice,
    InvoiceLine,
    LineStatus,
    OrderAcknowledgment,
    OrderLine,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)


def lines_by_number(order: PurchaseOrder) -> dict[str, OrderLine]:
    """Return the order's lines by the buyer's line number."""
    return {line.number: line for line in order.lines}


def in_their_unit(line: OrderLine, quantity: Decimal) -> Decimal:
    """Return a quantity of ours counted in the unit in which the partner ordered the line."""
    if line.our_quantity is None or not line.our_quantity or not line.quantity:
        return plain(quantity)
    return plain(quantity * line.quantity / line.our_quantity)


def price_per_their_unit(line: OrderLine, price: Decimal) -> Decimal:
    """Return a price per our unit as a price per the unit in which the partner ordered the line."""
    if line.our_quantity is None or not line.our_quantity or not line.quantity:
        return price
    return plain(price * line.our_quantity / line.quantity)


def plain(number: Decimal) -> Decimal:
    """Return a number without trailing zeros and without an exponent, to six places."""
    rounded = round(number, 6).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded


def answer_order(order: PurchaseOrder, decision: OrderAcknowledgment, today: dt.date) -> OrderAcknowledgment:
    """Return the acknowledgment (855): per ordered line, what Odoo's order now says of it."""
    decided = {line.number: line for line in decision.lines}
    rejected = decision.status == "rejected"
    lines = tuple(_answer_line(line, None if rejected else decided.get(line.number)) for line in order.lines)
    codes = {status.code for line in lines for status in line.statuses}
    if codes <= {"rejected"}:
        status = "rejected"
    else:
        status = "accepted_no_change" if codes == {"accepted"} else "accepted_with_change"
    return OrderAcknowledgment(
        number=decision.number,
        date=today,
        status=status,
        order_number=order.number,
        order_date=order.date,
        release=order.release,
        currency=order.currency,
        parties=order.parties,
        refs={**order.refs, "vendor_order": decision.number},
        lines=lines,
        line_count=len(lines),
    )


def _answer_line(line: OrderLine, decided: AckLine | None) -> AckLine:
    return AckLine(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        ids=line.ids,
        description=line.description,
        statuses=_statuses(line, decided),
        sku=line.sku,
    )


def _statuses(line: OrderLine, decided: AckLine | None) -> tuple[LineStatus, ...]:
    """Return the line's statuses; their quantities add up to what was ordered, or say that it grew."""
    if decided is None or not decided.quantity:
        return (LineStatus(code="rejected", quantity=line.quantity, unit=line.unit),)
    quantity = in_their_unit(line, decided.quantity)
    when = next((s.date for s in decided.statuses if s.date), None)
    kind = "ship_estimated" if when else ""
    price = None if decided.price is None else price_per_their_unit(line, decided.price)
    code, told = "accepted", None
    if line.price is not None and price is not None and price != line.price:
        code, told = "price_changed", price
    elif quantity > line.quantity:
        code = "quantity_changed"
    first = LineStatus(code=code, quantity=quantity, unit=line.unit, date=when, date_kind=kind, price=told)
    if quantity >= line.quantity:
        return (first,)
    rest = LineStatus(code="rejected", quantity=line.quantity - quantity, unit=line.unit)
    return (first, rest)


def complete_ship_notice(order: PurchaseOrder, notice: ShipNotice, structure: str) -> ShipNotice:
    """Return the ship notice (856) in the order's words; `structure`: SOPI, SOI, or "" (packed or not)."""
    lines = lines_by_number(order)
    packed = any(shipped.packages for shipped in notice.orders)
    code = {"SOPI": "0001", "SOI": "0004"}[structure or ("SOPI" if packed else "SOI")]
    orders = tuple(_shipped_order(order, shipped, lines, flat=code == "0004") for shipped in notice.orders)
    return structs.replace(
        notice,
        structure=code,
        parties={**_places(order), **notice.parties},
        orders=orders,
        package_count=notice.package_count or max(1, sum(len(o.packages) for o in orders)),
    )


def _places(order: PurchaseOrder) -> dict[str, object]:
    return {role: party for role, party in order.parties.items() if role in {"ship_to", "bill_to", "buyer"}}


def _shipped_order(
    order: PurchaseOrder, shipped: ShippedOrder, lines: dict[str, OrderLine], *, flat: bool
) -> ShippedOrder:
    packages = tuple(
        structs.replace(package, items=tuple(_shipped_item(item, lines) for item in package.items))
        for package in shipped.packages
    )
    items = tuple(_shipped_item(item, lines) for item in shipped.items)
    if flat:
        items = merge_items(items + tuple(item for package in packages for item in package.items))
        packages = ()
    return structs.replace(
        shipped,
        order_number=order.number,
        order_date=order.date,
        release=order.release,
        refs={**order.refs, **shipped.refs},
        packages=packages,
        items=items,
    )


def merge_items(items: tuple[ShippedItem, ...]) -> tuple[ShippedItem, ...]:
    """Return the items with those of one order line added up, in order of first mention."""
    merged: dict[str, ShippedItem] = {}
    for ordinal, item in enumerate(items):
        key = item.line_number or f"?{ordinal}"
        before = merged.get(key)
        merged[key] = (
            item
            if before is None
            else structs.replace(
                before, quantity=before.quantity + item.quantity, lots=before.lots + item.lots
            )
        )
    return tuple(merged.values())


def _shipped_item(item: ShippedItem, lines: dict[str, OrderLine]) -> ShippedItem:
    line = lines.get(item.line_number)
    if line is None:
        return item
    lots = tuple(
        lot if lot.quantity is None else structs.replace(lot, quantity=in_their_unit(line, lot.quantity))
        for lot in item.lots
    )
    return structs.replace(
        item,
        ids=line.ids,
        description=line.description or item.description,
        quantity=in_their_unit(line, item.quantity),
        unit=line.unit,
        ordered=line.quantity,
        lots=lots,
        sku=line.sku,
    )


def complete_invoice(order: PurchaseOrder, invoice: Invoice, shipment: str) -> Invoice:
    """Return the invoice (810) in the order's words; `shipment`: the ship notice that it bills, if one."""
    lines = lines_by_number(order)
    return structs.replace(
        invoice,
        order_number=order.number,
        order_date=order.date,
        release=order.release,
        shipment=invoice.shipment or shipment,
        currency=invoice.currency or order.currency,
        parties={**_places(order), **invoice.parties},
        refs={**order.refs, **invoice.refs},
        lines=tuple(_invoice_line(line, lines) for line in invoice.lines),
        line_count=len(invoice.lines),
    )


def _invoice_line(line: InvoiceLine, ordered: dict[str, OrderLine]) -> InvoiceLine:
    source = ordered.get(line.number)
    if source is None:
        return line
    return structs.replace(
        line,
        quantity=in_their_unit(source, line.quantity),
        unit=source.unit,
        price=price_per_their_unit(source, line.price),
        ids=source.ids,
        description=source.description or line.description,
        sku=source.sku,
    )
