"""What customers get: answers to their orders, ship notices."""

from __future__ import annotations

from msgspec import structs

from hub.model.documents import DocType
from hub.model.exchange import ErpRecord, Exchange
from hub.model.gs1 import PREFIX
from hub.model.partner import Partner
from hub.stages.answers import answer_order, complete_ship_notice
from hub.stages.carriers import known_carrier
from hub.stages.change_answers import dated
from hub.stages.composing.billing import ship_notices
from hub.stages.composing.needs import Composed, Needs, over
from hub.stages.gate import (
    gate_decision,
    gate_labels,
    gate_ship_notice,
    gate_source,
)


def compose_acknowledgment(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Tell what was decided of an order, by what was ordered or, where agreed on, by what there is in stock."""
    by_stock = partner.send[DocType.ORDER_ACKNOWLEDGMENT].availability == "stock"
    order = needs.order_as_received(exchange)
    decision = needs.erp().read_order_decision(source, by_stock=by_stock)
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
    earlier = ship_notices(exchange, needs)
    wrong = gate_labels(notice, agreement.labels, prefix)
    wrong += gate_source(order, delivery) + gate_ship_notice(order, notice, earlier, over(partner))
    return Composed(notice, wrong)
