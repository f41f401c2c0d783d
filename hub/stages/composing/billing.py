"""What customers are billed: invoices and credit notes, for one order or for several together.

An invoice of several orders is held, told whole with the order at each line, or told as one invoice an order,
as the profile says. Each order's lines are put into that order's words and held against that order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec import Struct, structs

from hub.model.documents import DocType, Invoice, OrderAcknowledgment, PurchaseOrder, ShipNotice
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding
from hub.model.partner import Partner, Receive
from hub.stages.answers import billing, complete_invoice
from hub.stages.composing.needs import Composed, Needs, over
from hub.stages.gate import gate_billed, gate_lines, gate_source, gate_stores, totals
from hub.stages.order_sums import billed_shipment
from hub.stages.patience import not_accepted, stuck, wait_for_acceptance, wait_for_shipment
from hub.stages.prices import Prices, prices_changed, prices_in_odoo, prices_ordered, prices_told


class Part(Struct, frozen=True, kw_only=True):
    """What an invoice bills of one order: its exchange (as if it were of that order alone), and what is wrong."""

    exchange: Exchange
    order: PurchaseOrder
    invoice: Invoice  # in the words of the order
    wrong: tuple[Finding, ...]
    short: tuple[Finding, ...]  # billed before it was told as shipped


def compose_invoice(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Bill what was shipped, at the agreed prices; it waits for the ship notice of what it bills."""
    agreement = partner.send[DocType.INVOICE]
    orders = needs.erp().billed_orders(source) if agreement.several_orders != "hold" else ()
    if len(orders) < 2 or agreement.several_orders == "split":
        part_of = exchange.erp if len(orders) > 1 else None
        bill = needs.erp().read_invoice(source, part_of)
        parts = [_part(exchange, bill, partner, needs)]
        invoice = parts[0].invoice
    else:
        bill = needs.erp().read_invoice(source)
        exchanges = [as_of(exchange, order, needs) for order in orders]
        parts = [_part(one, _lines_of(bill, one, needs), partner, needs) for one in exchanges]
        invoice = _joined(bill, parts)
    wrong = tuple(finding for part in parts for finding in part.wrong) + totals(invoice)
    wrong += gate_stores([part.order for part in parts])
    return _when_shipped(invoice, parts, wrong, partner, needs)


# --- one order
def _part(exchange: Exchange, bill: Invoice, partner: Partner, needs: Needs) -> Part:
    order = needs.order_as_received(exchange)
    agreed = _agreed_prices(exchange, order, partner, needs)
    shipped, earlier = ship_notices(exchange, needs), _billed_before(exchange, needs)
    invoice = complete_invoice(order, bill, agreed)
    invoice = billing(invoice, billed_shipment(order, invoice, shipped, earlier))
    wrong = gate_source(order, bill) + gate_lines(order, invoice, agreed)
    if DocType.SHIP_NOTICE not in partner.send:
        return Part(
            exchange=exchange,
            order=order,
            invoice=invoice,
            wrong=wrong + gate_billed(order, invoice, None, earlier, over(partner)),
            short=(),
        )
    short = gate_billed(order, invoice, shipped, earlier)
    beyond_order = gate_billed(order, invoice, None, earlier, over(partner)) if short else ()
    return Part(exchange=exchange, order=order, invoice=invoice, wrong=wrong + beyond_order, short=short)


def _billed_before(exchange: Exchange, needs: Needs) -> list[Invoice]:
    """Return what was billed of the order of an exchange before, also with other orders."""
    return [d for d in needs.sent_documents(exchange, DocType.INVOICE) if isinstance(d, Invoice)]


def _agreed_prices(exchange: Exchange, order: PurchaseOrder, partner: Partner, needs: Needs) -> Prices:
    """Return what was agreed on last: our 855, else the order or, by agreement, Odoo's prices; and changes since."""
    answers = needs.sent_documents(exchange, DocType.ORDER_ACKNOWLEDGMENT)
    told = [d for d in answers if isinstance(d, OrderAcknowledgment)]
    policy = partner.receive.get(DocType.PURCHASE_ORDER, Receive()).price
    known = prices_told(told[-1]) if told else {} if policy == "pricelist" else prices_ordered(order)
    for answer in needs.change_answers(exchange):
        known |= prices_changed(answer)
    if exchange.erp is None or all(line.number in known for line in order.lines):
        return known
    return {**prices_in_odoo(order, needs.erp().read_order_decision(exchange.erp)), **known}


def ship_notices(exchange: Exchange, needs: Needs) -> list[ShipNotice]:
    """Return what was told as shipped of the order of an exchange; of a shipment of several, what is of it."""
    told = (d for d in needs.sent_documents(exchange, DocType.SHIP_NOTICE) if isinstance(d, ShipNotice))
    return [
        structs.replace(d, orders=tuple(o for o in d.orders if o.order_number == exchange.order_number))
        if len(d.orders) > 1
        else d
        for d in told
    ]


# --- several orders
def as_of(exchange: Exchange, order: ErpRecord, needs: Needs) -> Exchange:
    """Return the exchange as if it were of one of the orders that its invoice or delivery has."""
    number = needs.order_number(order) or exchange.order_number
    return structs.replace(exchange, erp=order, order_number=number)


def _lines_of(bill: Invoice, one: Exchange, needs: Needs) -> Invoice:
    """Return an invoice with the lines of one order; lines of no order are of none, and the gate says so."""
    reference = needs.order_as_received(one).reference
    lines = tuple(line for line in bill.lines if line.order_number == reference)
    return structs.replace(bill, lines=lines)


def _joined(bill: Invoice, parts: Sequence[Part]) -> Invoice:
    """Return one invoice of several orders: the first one's addresses, each line with its order."""
    first = parts[0].invoice
    lines = tuple(line for part in parts for line in part.invoice.lines)
    known = {part.order.reference for part in parts}
    stray = tuple(line for line in bill.lines if line.order_number not in known)
    shipments = {part.invoice.shipment for part in parts}
    return structs.replace(
        first,
        order_number="",
        order_date=None,
        release="",
        shipment=first.shipment if len(shipments) == 1 else "",
        lines=lines + stray,
        line_count=len(lines + stray),
    )


# --- when
def _when_shipped(
    invoice: Invoice, parts: Sequence[Part], wrong: tuple[Finding, ...], partner: Partner, needs: Needs
) -> Composed:
    """Say what keeps an invoice back: a disagreement, a ship notice to come, or one that was not accepted yet."""
    short = tuple(finding for part in parts for finding in part.short)
    late = next((part for part in parts if part.short), None)
    if wrong:
        return Composed(invoice, wrong + short)
    if late is not None:
        notices = needs.open_documents(late.exchange, DocType.SHIP_NOTICE)
        return Composed(
            invoice, stuck(notices) + short, wait_for_shipment(late.exchange, notices, needs.now())
        )
    return _until_accepted(invoice, parts, partner, needs)


def _until_accepted(invoice: Invoice, parts: Sequence[Part], partner: Partner, needs: Needs) -> Composed:
    """Return the invoice, with the wait for the partner's word on the ship notices where the profile asks for it."""
    agreed = partner.send[DocType.INVOICE]
    if agreed.after != "ship_notice_accepted":
        return Composed(invoice)
    patience = dt.timedelta(seconds=agreed.patience)
    for part in parts:
        told = needs.sent_about(partner.key, part.exchange.order_number, DocType.SHIP_NOTICE)
        about = (notice for notice in told if _is_about(notice, part.exchange))
        open_notice = next((notice for notice in about if not needs.accepted(notice)), None)
        if open_notice is not None:
            wait = wait_for_acceptance(part.exchange, open_notice, patience, needs.now())
            return Composed(invoice, () if wait else (not_accepted(open_notice),), wait)
    return Composed(invoice)


def _is_about(notice: Exchange, one: Exchange) -> bool:
    """Say whether a notice under an order's number is of its record: an order by store has a record for each store."""
    if notice.erp is None or one.erp is None or notice.order_number != one.order_number:
        return True
    return notice.erp.id == one.erp.id
