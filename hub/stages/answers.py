"""What we answer to an order, and bill for it: the facts of Odoo put into the order's own words.

Pure functions. The order as received gives line numbers, item numbers, units and addresses; Odoo gives
quantities, prices and dates. What is in our unit goes back through the line's own factor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from msgspec import structs

from hub.model.documents import (
    AckLine,
    Charge,
    Invoice,
    InvoiceLine,
    LineStatus,
    OrderAcknowledgment,
    OrderLine,
    Party,
    PurchaseOrder,
    ShipNotice,
)
from hub.stages.their_units import (
    as_told,
    in_their_unit,
    price_per_their_unit,
    same_price,
)

#: Parties that are told as the order names them: their codes are how the partner knows a place, and us.
ECHOED = frozenset({"ship_to", "bill_to", "buyer", "seller"})


def lines_by_number(order: PurchaseOrder) -> dict[str, OrderLine]:
    """Return the order's lines by the buyer's line number."""
    return {line.number: line for line in order.lines}


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
        price_basis=line.price_basis,
        base_quantity=line.base_quantity,
        ids=line.ids,
        description=line.description,
        statuses=_statuses(line, decided),
        sku=line.sku,
    )


def _statuses(line: OrderLine, decided: AckLine | None) -> tuple[LineStatus, ...]:
    """Return the line's statuses; their quantities add up to what was ordered, or say that it grew.

    What is not in stock is told as backordered, with its day where that is known; what was cut is rejected.
    """
    if decided is None or not decided.quantity:
        return (LineStatus(code="rejected", quantity=line.quantity, unit=line.unit),)
    quantity = in_their_unit(line, decided.quantity)
    dated = next((s for s in decided.statuses if s.date and s.code != "backordered"), None)
    code, told = _price_decision(line, decided)
    if code == "accepted" and quantity != line.quantity:
        code = "quantity_changed"
    later = tuple(_later(line, s) for s in decided.statuses if s.code == "backordered")
    other = not same_item(line, decided.sku, decided.ids)
    first = LineStatus(
        code="substituted" if other else code,
        quantity=quantity - sum((s.quantity or Decimal(0) for s in later), Decimal(0)),
        unit=line.unit,
        date=dated.date if dated else None,
        date_kind=dated.date_kind if dated else "",
        price=told,
        ids=decided.ids if other else {},
    )
    told_now = (first,) if first.quantity else ()
    cut = max(line.quantity - quantity, Decimal(0))
    rest = (LineStatus(code="rejected", quantity=cut, unit=line.unit),) if cut else ()
    return (*told_now, *later, *rest)


def _later(line: OrderLine, status: LineStatus) -> LineStatus:
    """Return what comes later, in their unit."""
    quantity = in_their_unit(line, status.quantity or Decimal(0))
    return structs.replace(status, quantity=quantity, unit=line.unit)


def _price_decision(line: OrderLine, decided: AckLine) -> tuple[str, Decimal | None]:
    """Return the status and the price to tell: ours, where it is another one or they named none."""
    if decided.price is None:
        return "accepted", None
    price = price_per_their_unit(line, decided.price)
    if line.unit_price is None:
        return "accepted", as_told(line, price)
    if same_price(line, price, line.unit_price):
        return "accepted", None
    return "price_changed", as_told(line, price)


def same_item(line: OrderLine, sku: str, ids: Mapping[str, str]) -> bool:
    """Say whether Odoo still has the product that was ordered; one found by its barcode only is taken as such.

    An item that Odoo found by another number than our code shares that number with the line.
    """
    return not line.sku or not sku or sku == line.sku or bool(set(ids.values()) & set(line.ids.values()))


def parties_as_ordered(order: PurchaseOrder, known: Mapping[str, Party]) -> dict[str, Party]:
    """Return the parties as ordered, with the address that Odoo knows where the order gave a code only."""
    echoed = {role: party for role, party in order.parties.items() if role in ECHOED}
    return {**known, **{role: _addressed(party, known.get(role)) for role, party in echoed.items()}}


def _addressed(party: Party, known: Party | None) -> Party:
    if known is None or party.address or party.city:
        return party
    return structs.replace(
        party,
        name=party.name or known.name,
        address=known.address,
        city=known.city,
        region=known.region,
        postal_code=known.postal_code,
        country=known.country,
    )


def complete_invoice(order: PurchaseOrder, invoice: Invoice, agreed: Mapping[str, Decimal]) -> Invoice:
    """Return the invoice (810) in the order's words; `agreed`: prices per their unit, by line number."""
    lines = lines_by_number(order)
    return structs.replace(
        invoice,
        order_number=order.number,
        order_date=order.date,
        release=order.release,
        currency=invoice.currency or order.currency,
        parties=parties_as_ordered(order, invoice.parties),
        refs={**order.refs, **invoice.refs},
        lines=tuple(_invoice_line(order, line, lines.get(line.number), agreed) for line in invoice.lines),
        charges=tuple(_as_ordered(order, charge) for charge in invoice.charges),
        line_count=len(invoice.lines),
    )


def _as_ordered(order: PurchaseOrder, charge: Charge) -> Charge:
    """Return an allowance or a charge that we bill in the order's words: its code, and what it is."""
    told = (c for charges in (order.charges, *(line.charges for line in order.lines)) for c in charges)
    same = next((c for c in told if c.ours and (c.ours, c.kind) == (charge.ours, charge.kind)), None)
    if same is None:
        return charge
    return structs.replace(charge, code=same.code, description=same.description or charge.description)


def billing(invoice: Invoice, shipment: ShipNotice | None) -> Invoice:
    """Return the invoice naming the shipment that it bills, and its day (810 REF SI, DTM 011)."""
    if shipment is None:
        return invoice
    days = {kind: day for kind, day in shipment.dates.items() if kind == "shipped"}
    return structs.replace(
        invoice, shipment=invoice.shipment or shipment.number, dates={**days, **invoice.dates}
    )


def _invoice_line(
    order: PurchaseOrder, line: InvoiceLine, source: OrderLine | None, agreed: Mapping[str, Decimal]
) -> InvoiceLine:
    own = line.order_number == order.reference
    line = structs.replace(line, order_number=order.number if own else line.order_number)
    if source is None:
        return line
    same = same_item(source, line.sku, line.ids)
    return structs.replace(
        line,
        quantity=in_their_unit(source, line.quantity),
        unit=source.unit,
        price=_told_price(source, line, agreed.get(line.number)),
        price_basis=source.price_basis,
        base_quantity=source.base_quantity,
        ids=source.ids if same else line.ids,
        description=(source.description if same else "") or line.description,
        sku=source.sku if same else line.sku,
    )


def _told_price(source: OrderLine, line: InvoiceLine, agreed: Decimal | None) -> Decimal:
    """Return the agreed price where Odoo's is the same and the line's amount stays; else Odoo's, converted.

    It is told as the order tells it, `agreed` is that of one unit.
    """
    price = price_per_their_unit(source, line.price)
    if agreed is None or not same_price(source, price, agreed):
        return as_told(source, price)
    amount = round(in_their_unit(source, line.quantity) * agreed, 2)
    return as_told(source, agreed if amount == round(line.quantity * line.price, 2) else price)
