"""What suppliers send: answers, shipments and bills for our purchase orders."""

from __future__ import annotations

from msgspec import structs

from hub.erp.port import AnswerPolicy, BillPolicy, NoticePolicy
from hub.model import problems
from hub.model.documents import (
    AnyDocument,
    DocType,
    Invoice,
    OrderAcknowledgment,
    OrderChangeAcknowledgment,
    ShipNotice,
)
from hub.model.exchange import ErpRecord, Exchange, State, posting_key
from hub.model.leeway import leeway
from hub.model.partner import Accept, Receive
from hub.stages.posting.needs import Needs, Posted, their_order, unknown_order


def post_acknowledgment(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Write what a supplier answers to our order, or to a change of it, on the purchase order."""
    assert isinstance(document, OrderAcknowledgment | OrderChangeAcknowledgment)
    order = their_order(exchange, document.order_number, needs)
    if order is None:
        return unknown_order(document.order_number)
    return Posted(
        needs.erp().post_order_acknowledgment(exchange.key, document, order, _policy(exchange, needs))
    )


def _policy(exchange: Exchange, needs: Needs) -> AnswerPolicy:
    """Return how far an answer may depart; one to a change goes by the answers to orders, if it has no own words."""
    agreements = needs.partner(exchange.partner).receive
    agreed = agreements[exchange.document].accept
    if exchange.document is DocType.ORDER_CHANGE_ACKNOWLEDGMENT and agreed == Accept():
        agreed = agreements.get(DocType.ORDER_ACKNOWLEDGMENT, Receive()).accept
    return AnswerPolicy(
        price=leeway(agreed.price),
        quantity=leeway(agreed.quantity),
        days=agreed.days,
        released=exchange.released,
    )


def post_ship_notice(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Announce a supplier's shipment on the open receipts of our orders."""
    assert isinstance(document, ShipNotice)
    document = _with_orders(exchange, document, needs)
    orders: dict[str, ErpRecord] = {}
    for shipped in document.orders:
        order = their_order(exchange, shipped.order_number, needs)
        if order is None:
            return unknown_order(shipped.order_number)
        orders[shipped.order_number] = order
    accepted = needs.partner(exchange.partner).receive[exchange.document].accept
    policy = NoticePolicy(quantity=leeway(accepted.quantity), released=exchange.released)
    return Posted(needs.erp().post_ship_notice(exchange.key, document, orders, policy))


def _with_orders(exchange: Exchange, notice: ShipNotice, needs: Needs) -> ShipNotice:
    """Return a notice that cancels with the orders of the one that it cancels: such a notice often names none."""
    if notice.purpose != "cancel" or notice.orders:
        return notice
    for purpose in ("replace", ""):
        key = posting_key(exchange.partner, DocType.SHIP_NOTICE, notice.number, purpose)
        for earlier in reversed(needs.same_key(key)):
            announced = needs.document(earlier) if earlier.state is State.POSTED else None
            if isinstance(announced, ShipNotice):
                return structs.replace(notice, orders=announced.orders)
    return notice


def post_invoice(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Make a draft vendor bill of one order or several, all of them this vendor's."""
    assert isinstance(document, Invoice)
    orders: dict[str, ErpRecord] = {}
    for number in document.order_numbers or ("",):
        order = their_order(exchange, number, needs)
        if order is None:
            return unknown_order(number)
        orders[number] = order
    policy = _bill_policy(exchange, needs)
    return Posted(needs.erp().post_vendor_bill(exchange.key, document, orders, policy))


def _bill_policy(exchange: Exchange, needs: Needs) -> BillPolicy:
    """Return how a bill may be posted. A release waives a wrong sum only for who was told of it before."""
    agreed = needs.partner(exchange.partner).receive[exchange.document]
    told = {finding.problem for finding in needs.findings(exchange, "post")} if exchange.released else set()
    return BillPolicy(
        by_receipt=agreed.limit == "received",
        price=leeway(agreed.accept.price) if agreed.accept.price.strip() else None,
        quantity=leeway(agreed.accept.quantity),
        released=exchange.released,
        sum_released=problems.TOTAL_MISMATCH in told,
    )
