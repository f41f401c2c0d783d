"""What suppliers get: our purchase orders, and what changes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct

from hub.model.documents import AnyDocument, DocType, OrderChange, PurchaseOrder
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.stages.composing.needs import Composed, Needs
from hub.stages.patience import still
from hub.stages.revisions import change_of
from translators.crosswalk import to_partner

#: Odoo tells times to the second: only what is older can be told apart from what follows it.
SETTLED_SECONDS = 2.0


class News(Struct, frozen=True):
    """A purchase order as it stands, and the change that tells the supplier of it; None: they know it all."""

    now: PurchaseOrder
    change: OrderChange | None = None
    findings: tuple[Finding, ...] = ()


def compose_order(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Order: a confirmed purchase order in the numbers that the supplier knows."""
    order = needs.erp().read_purchase_order(source)
    if order.purpose == "cancel":
        return Composed(order, nothing=f"{order.number} was cancelled before it was sent")
    tables, faults = needs.send_tables(partner, exchange)
    document, findings = to_partner(order, tables)
    return Composed(document, faults + findings)


def compose_change(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Change: what of a purchase order differs from what the supplier knows, under the next number of its changes.

    The order as it then stands is kept beside it: the next change is told from there.
    """
    agreement = partner.send[DocType.ORDER_CHANGE]
    wait = still(exchange, timedelta(seconds=max(agreement.quiet, SETTLED_SECONDS)), needs.now())
    if wait is not None:
        return Composed(OrderChange(number=source.name, order_number=source.name), wait=wait)
    news = order_news(exchange, source, partner, needs)
    if news.change is None:
        return Composed(news.now, nothing=f"nothing of {news.now.number} is news to {partner.name}")
    return Composed(news.change, news.findings, artifacts={"basis": msgspec.json.encode(news.now)})


def order_news(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> News:
    """Return what of a purchase order is news to its supplier; one that was not sent is told as it then stands."""
    order = needs.erp().read_purchase_order(source)
    tables, faults = needs.send_tables(partner, exchange)
    now, findings = to_partner(order, tables)
    assert isinstance(now, PurchaseOrder)
    known = needs.order_as_known(exchange)
    if known is None:
        return News(now)
    number = _next(needs.sent_documents(exchange, DocType.ORDER_CHANGE))
    delta = partner.send[DocType.ORDER_CHANGE].change_quantity == "delta"
    change = change_of(known, now, needs.answers_since(exchange), number, delta=delta)
    return News(now, change, faults + findings)


def _next(sent: Sequence[AnyDocument]) -> str:
    """Return the number of an order's next change (BCH05); they count up from 1."""
    numbers = (change.number for change in sent if isinstance(change, OrderChange))
    return str(1 + max((int(number) for number in numbers if number.isdecimal()), default=0))
