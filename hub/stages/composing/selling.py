"""What customers get: answers to their orders, ship notices."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from hub.model.documents import DocType, PurchaseOrder, ShipNotice
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding
from hub.model.gs1 import PREFIX
from hub.model.partner import Partner
from hub.stages.answers import answer_order
from hub.stages.carriers import known_carrier
from hub.stages.change_answers import dated
from hub.stages.composing.billing import as_of, ship_notices
from hub.stages.composing.needs import Composed, Needs, over
from hub.stages.gate import (
    gate_decision,
    gate_labels,
    gate_ship_notice,
    gate_source,
    gate_strangers,
    gate_together,
)
from hub.stages.order_sums import shipped_items
from hub.stages.ship_notices import complete_ship_notice, told_in_own_unit
from translators.crosswalk import units_to_partner


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
    """Tell what was shipped, if it agrees with its orders and with what was told of each before."""
    agreement, prefix = partner.send[DocType.SHIP_NOTICE], needs.company().gs1_prefix
    if agreement.labels == "write" and PREFIX.fullmatch(prefix):
        needs.erp().label_packages(source, prefix)
    labels = prefix if agreement.labels != "as_packed" and PREFIX.fullmatch(prefix) else ""
    delivery = needs.erp().read_delivery(source, labels)
    delivery = structs.replace(delivery, carriage=known_carrier(delivery.carriage, agreement.carriers))
    several = needs.erp().carried_orders(source) if len(delivery.orders) > 1 else ()
    strange = gate_strangers([record.name for record in several if not _is_theirs(record, partner, needs)])
    if strange:
        return Composed(delivery, strange)
    parts = _parts(exchange, several, delivery, partner, needs)
    notice = _joined(parts)
    wrong = gate_labels(notice, agreement.labels, prefix) + gate_together(
        [part.order for part in parts], notice
    )
    if any(told_in_own_unit(item) for item in shipped_items(notice)):
        tables, faults = needs.send_tables(partner, exchange)
        notice, unknown = units_to_partner(notice, tables)
        wrong += faults + unknown
    return Composed(notice, wrong + tuple(finding for part in parts for finding in part.wrong))


class Part(Struct, frozen=True):
    """What a delivery carries of one order: that order, the notice as if it were of it alone, and what is wrong."""

    order: PurchaseOrder
    notice: ShipNotice
    wrong: tuple[Finding, ...]


def _is_theirs(order: ErpRecord, partner: Partner, needs: Needs) -> bool:
    origin = needs.posted_as(order.model, order.id)
    return origin is not None and origin.partner == partner.key


def _parts(
    exchange: Exchange, several: Sequence[ErpRecord], delivery: ShipNotice, partner: Partner, needs: Needs
) -> list[Part]:
    """Return what a delivery carries of its order, or of each of several."""
    shape = delivery.shape(partner.send[DocType.SHIP_NOTICE].structure)
    if not several:
        return [_part(exchange, delivery, shape, partner, needs)]
    return [
        _part(
            as_of(exchange, order, needs), structs.replace(delivery, orders=(carried,)), shape, partner, needs
        )
        for order, carried in zip(several, delivery.orders, strict=True)
    ]


def _part(exchange: Exchange, delivery: ShipNotice, shape: str, partner: Partner, needs: Needs) -> Part:
    order = needs.order_as_received(exchange)
    notice = complete_ship_notice(order, delivery, shape)
    earlier = ship_notices(exchange, needs)
    wrong = gate_source(order, delivery) + gate_ship_notice(order, notice, earlier, over(partner))
    return Part(order, notice, wrong)


def _joined(parts: Sequence[Part]) -> ShipNotice:
    """Return one notice of all orders, with the addresses of the first."""
    orders = tuple(shipped for part in parts for shipped in part.notice.orders)
    return structs.replace(parts[0].notice, orders=orders)
