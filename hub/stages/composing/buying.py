"""What suppliers get: our purchase orders, and what changes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from hub.model.documents import AnyDocument, DocType, OrderChange, PurchaseOrder
from hub.model.exchange import ErpRecord, Exchange
from hub.model.partner import Partner
from hub.stages.composing.needs import Composed, Needs
from hub.stages.patience import still
from hub.stages.revisions import change_of
from translators.crosswalk import to_partner

#: Odoo tells times to the second: only what is older can be told apart from what follows it.
SETTLED_SECONDS = 2.0


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
    order = needs.erp().read_purchase_order(source)
    tables, faults = needs.send_tables(partner, exchange)
    now, findings = to_partner(order, tables)
    assert isinstance(now, PurchaseOrder)
    known = needs.order_as_known(exchange)
    if known is None:
        return Composed(now, nothing=f"{order.number} was not sent yet; when it is, it is as it then stands")
    number = _next(needs.sent_documents(exchange, DocType.ORDER_CHANGE))
    answers = needs.answers_since(exchange)
    change = change_of(known, now, answers, number, delta=agreement.change_quantity == "delta")
    if change is None:
        return Composed(now, nothing=f"nothing of {order.number} is news to {partner.name}")
    return Composed(change, faults + findings, artifacts={"basis": msgspec.json.encode(now)})


def _next(sent: Sequence[AnyDocument]) -> str:
    """Return the number of an order's next change (BCH05); they count up from 1."""
    numbers = (change.number for change in sent if isinstance(change, OrderChange))
    return str(1 + max((int(number) for number in numbers if number.isdecimal()), default=0))
