"""What customers get: answers to their orders, ship notices, invoices."""

from __future__ import annotations

from msgspec import structs

from hub.model.documents import DocType, Invoice, OrderAcknowledgment, PurchaseOrder, ShipNotice
from hub.model.exchange import ErpRecord, Exchange
from hub.model.gs1 import PREFIX
from hub.model.partner import Partner, Receive
from hub.stages.answers import answer_order, billing, complete_invoice, complete_ship_notice
from hub.stages.carriers import known_carrier
from hub.stages.change_answers import dated
from hub.stages.composing.needs import Composed, Needs
from hub.stages.gate import (
    gate_billed,
    gate_decision,
    gate_invoice,
    gate_labels,
    gate_ship_notice,
    gate_source,
)
from hub.stages.patience import stuck, wait_for_shipment
from hub.stages.prices import Prices, prices_changed, prices_in_odoo, prices_ordered, prices_told
from hub.stages.quantities import billed_shipment


def compose_acknowledgment(exchange: Exchange, source: ErpRecord, _: Partner, needs: Needs) -> Composed:
    """Tell what was decided of an order."""
    order, decision = needs.order_as_received(exchange), needs.erp().read_order_decision(source)
    return Composed(answer_order(order, decision, needs.today()), gate_decision(order, decision))


def compose_change_acknowledgment(exchange: Exchange, _: ErpRecord, __: Partner, needs: Needs) -> Composed:
    """Tell what was decided of a change, as it was kept when it was decided."""
    return Composed(dated(needs.change_answer(exchange), needs.today()))


def compose_ship_notice(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Tell what was shipped, if it agrees with the order and with what was told before."""
    agreement, prefix = partner.send[DocType.SHIP_NOTICE], needs.company().gs1_prefix
    if agreement.labels == "write" and PREFIX.fullmatch(prefix):
        needs.erp().label_packages(source, prefix)
    labels = prefix if agreement.labels != "as_packed" and PREFIX.fullmatch(prefix) else ""
    order, delivery = needs.order_as_received(exchange), needs.erp().read_delivery(source, labels)
    delivery = structs.replace(delivery, carriage=known_carrier(delivery.carriage, agreement.carriers))
    notice = complete_ship_notice(order, delivery, agreement.structure)
    earlier = _ship_notices(exchange, needs)
    wrong = gate_labels(notice, agreement.labels, prefix)
    return Composed(notice, wrong + gate_source(order, delivery) + gate_ship_notice(order, notice, earlier))


def compose_invoice(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Bill what was shipped, at the agreed prices; it waits for the ship notice of what it bills."""
    order, bill = needs.order_as_received(exchange), needs.erp().read_invoice(source)
    agreed = _agreed_prices(exchange, order, partner, needs)
    shipped = _ship_notices(exchange, needs)
    earlier = [d for d in needs.sent_documents(exchange, DocType.INVOICE) if isinstance(d, Invoice)]
    invoice = complete_invoice(order, bill, agreed)
    invoice = billing(invoice, billed_shipment(invoice, shipped, earlier))
    wrong = gate_source(order, bill) + gate_invoice(order, invoice, agreed)
    beyond_order = gate_billed(order, invoice, None, earlier)
    if DocType.SHIP_NOTICE not in partner.send:
        return Composed(invoice, wrong + beyond_order)
    short = gate_billed(order, invoice, shipped, earlier)
    if not short or wrong or beyond_order:
        return Composed(invoice, wrong + short)
    notices = needs.open_documents(exchange, DocType.SHIP_NOTICE)
    return Composed(invoice, stuck(notices) + short, wait_for_shipment(exchange, notices, needs.now()))


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


def _ship_notices(exchange: Exchange, needs: Needs) -> list[ShipNotice]:
    return [d for d in needs.sent_documents(exchange, DocType.SHIP_NOTICE) if isinstance(d, ShipNotice)]
