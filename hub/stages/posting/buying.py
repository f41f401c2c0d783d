"""What suppliers send: answers, shipments and bills for our purchase orders."""

from __future__ import annotations

from hub.model.documents import AnyDocument, Invoice, OrderAcknowledgment, ShipNotice
from hub.model.exchange import ErpRecord, Exchange
from hub.stages.posting.needs import Needs, Posted, their_order, unknown_order


def post_acknowledgment(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Write a supplier's acknowledgment on our purchase order."""
    assert isinstance(document, OrderAcknowledgment)
    order = their_order(exchange, document.order_number, needs)
    if order is None:
        return unknown_order(document.order_number)
    result = needs.erp().post_order_acknowledgment(exchange.key, document, order, released=exchange.released)
    return Posted(result)


def post_ship_notice(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Announce a supplier's shipment on the open receipts of our orders."""
    assert isinstance(document, ShipNotice)
    orders: dict[str, ErpRecord] = {}
    for shipped in document.orders:
        order = their_order(exchange, shipped.order_number, needs)
        if order is None:
            return unknown_order(shipped.order_number)
        orders[shipped.order_number] = order
    return Posted(needs.erp().post_ship_notice(exchange.key, document, orders))


def post_invoice(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Make a draft vendor bill."""
    assert isinstance(document, Invoice)
    order = their_order(exchange, document.order_number, needs)
    if order is None:
        return unknown_order(document.order_number)
    return Posted(needs.erp().post_vendor_bill(exchange.key, document, order, released=exchange.released))
