"""watch: notice in Odoo what a partner must hear of, each thing once.

-> noticed     a decided order (855), a finished delivery (856), a posted invoice (810), a confirmed
               purchase order (850) of a partner whose profile sends that document

The cursor is the ERP's own clock. A read overlaps the last one, because a change carries the time at which
its transaction began; what was noticed before is refused by its source key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from hub.erp.port import ErpChange, ErpGateway, Topic
from hub.model.documents import DocType
from hub.model.exchange import Direction, Exchange, State
from hub.model.outcome import NewExchange
from hub.model.partner import Partner
from hub.stages import lanes
from hub.stages.addresses import Company, outgoing_envelope

#: What each topic obliges us to send.
DOCUMENTS = {
    Topic.ORDER_DECIDED: DocType.ORDER_ACKNOWLEDGMENT,
    Topic.DELIVERY_DONE: DocType.SHIP_NOTICE,
    Topic.INVOICE_POSTED: DocType.INVOICE,
    Topic.PURCHASE_CONFIRMED: DocType.PURCHASE_ORDER,
}

#: Longer than any transaction in Odoo may take: `write_date` is when it began (odoo: write_date).
OVERLAP = timedelta(minutes=2)


class Needs(Protocol):
    """What watching asks of the hub."""

    def erp(self) -> ErpGateway: ...
    def partners(self) -> Mapping[str, Partner]: ...
    def company(self) -> Company: ...
    def posted_as(self, model: str, record_id: int) -> Exchange | None: ...


class Noticed(Struct, frozen=True):
    """What one look at one topic brought: exchanges to begin, and where the next look starts."""

    exchanges: tuple[NewExchange, ...]
    cursor: datetime


def watch(topic: Topic, cursor: datetime, needs: Needs) -> Noticed:
    """Look at one topic once."""
    changes = needs.erp().changes(topic, cursor - OVERLAP)
    newest = max((c.changed_at for c in changes), default=cursor)
    return Noticed(tuple(_noticed(changes, needs)), max(newest, cursor))


def _noticed(changes: Iterable[ErpChange], needs: Needs) -> Iterable[NewExchange]:
    for change in changes:
        document = DOCUMENTS[change.topic]
        found = _whose(change, document, needs)
        if found is None:
            continue
        partner, order_number = found
        yield NewExchange(
            partner=partner.key,
            direction=Direction.OUT,
            document=document,
            state=State.NOTICED,
            envelope=outgoing_envelope(partner, needs.company(), document),
            lane=lanes.sending(partner.key),
            number=change.record.name,
            order_number=order_number,
            key=f"{document.value}:{change.record.model}:{change.record.id}",
            why=f"{change.record.name} is {change.record.state}",
            source=change.record,
            erp=change.order,
        )


def _whose(change: ErpChange, document: DocType, needs: Needs) -> tuple[Partner, str] | None:
    """Return the partner to tell and the order's number in their words; None when nobody needs to know.

    A sale order is a partner's when it came through the hub; a purchase order when its vendor has a profile.
    """
    if change.topic is Topic.PURCHASE_CONFIRMED:
        partner = _vendor(change.partner_ref, needs)
        order_number = change.order.name
    else:
        origin = needs.posted_as(change.order.model, change.order.id)
        partner = needs.partners().get(origin.partner) if origin else None
        order_number = origin.order_number if origin else ""
    if partner is None or document not in partner.send or partner.status == "paused":
        return None
    return partner, order_number


def _vendor(reference: str, needs: Needs) -> Partner | None:
    for partner in needs.partners().values():
        if reference and reference in {partner.identity.odoo, partner.name}:
            return partner
    return None
