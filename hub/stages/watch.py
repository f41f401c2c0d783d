"""watch: notice in Odoo what a partner must hear of, each thing once.

-> noticed     a decided order (855), a finished delivery (856), a posted invoice (810), a confirmed
               purchase order (850), what was received of one (861), a payment to a vendor (820) of a partner
               whose profile sends that document; a transfer of a warehouse that a partner keeps (940, 943), what was
               done for a depositor (945, 944)

The cursor is the ERP's own clock. A look overlaps the last one, because a change carries the time at which
its transaction began; what was noticed before is refused by its source key.

Nothing is dropped because somebody cannot be told now: a paused partner's news are noticed and wait to be
sent, those of a partner whose profile does not load wait to be composed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct, structs

from hub.erp.port import ErpChange, ErpGateway, Topic
from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from hub.model.outcome import NewExchange
from hub.model.partner import Partner
from hub.stages import lanes
from hub.stages.addresses import Company, answering_envelope, outgoing_envelope
from hub.stages.composing import needs as composing
from hub.stages.composing.buying import order_news

#: What each topic obliges us to send.
DOCUMENTS = {
    Topic.ORDER_DECIDED: DocType.ORDER_ACKNOWLEDGMENT,
    Topic.DELIVERY_DONE: DocType.SHIP_NOTICE,
    Topic.INVOICE_POSTED: DocType.INVOICE,
    Topic.PURCHASE_CONFIRMED: DocType.PURCHASE_ORDER,
    Topic.PURCHASE_CHANGED: DocType.ORDER_CHANGE,
    Topic.RECEIPT_DONE: DocType.RECEIVING_ADVICE,
    Topic.PAYMENT_POSTED: DocType.REMITTANCE,
    Topic.TRANSFER_READY: DocType.WAREHOUSE_ORDER,
    Topic.TRANSFER_CANCELLED: DocType.WAREHOUSE_ORDER,
    Topic.TRANSFER_DONE: DocType.WAREHOUSE_ADVICE,
}

#: What vendors are told: theirs is what their profile's reference has in Odoo, not what came through the hub.
TO_VENDORS = frozenset(
    {Topic.PURCHASE_CONFIRMED, Topic.PURCHASE_CHANGED, Topic.RECEIPT_DONE, Topic.PAYMENT_POSTED}
)

#: What is told to whoever keeps the warehouse.
TO_KEEPERS = frozenset({Topic.TRANSFER_READY, Topic.TRANSFER_CANCELLED})

#: Longer than any transaction in Odoo may take: `write_date` is when it began (odoo: write_date).
OVERLAP = timedelta(minutes=2)


#: What marks the key of an answer to a rejected change, and names the answer kept with that change.
REJECTION = "rejection"

_CHANGE_ANSWER = DocType.ORDER_CHANGE_ACKNOWLEDGMENT


class Needs(composing.Needs, Protocol):
    """What watching asks of the hub."""

    def erp(self) -> ErpGateway: ...
    def partners(self) -> Mapping[str, Partner]: ...
    def profiles_complete(self) -> bool: ...
    def company(self) -> Company: ...
    def was_told(self, record: ErpRecord, document: DocType) -> bool: ...


class Noticed(Struct, frozen=True):
    """What one page of one topic brought: exchanges to begin, and how far it reaches by the ERP's clock.

    `unclear`: why some of it could not be said to be anybody's; empty when all could. The cursor must not
    pass a page that is unclear: what it holds is looked at again when the profiles have been mended.
    """

    exchanges: tuple[NewExchange, ...]
    newest: datetime | None  # None: an empty page
    unclear: str = ""


def watch(topic: Topic, cursor: datetime, needs: Needs) -> Iterator[Noticed]:
    """Look at one topic once, page by page; a look that is broken off goes on from its last page's `newest`."""
    for page in needs.erp().changes(topic, cursor - OVERLAP):
        yield _noticed(page, needs)


def news_of(origin: Exchange, order: ErpRecord, needs: Needs) -> tuple[NewExchange, ...]:
    """Return all that there is to tell of one order, whenever it happened.

    For an order that was in Odoo before the hub knew that it was (its answer was lost, its confirmation
    failed): to `watch` it was a stranger's, and the cursor may have passed its news by now.
    """
    told = (_sale(change, origin, needs) for change in needs.erp().changes_of(order))
    return tuple(new for new in told if new is not None)


def answer_to_change(
    origin: Exchange, order_number: str, order: ErpRecord, needs: Needs
) -> NewExchange | None:
    """Return the answer (865) to a change that was decided, told once by the change's key; None: not agreed on."""
    partner = needs.partners().get(origin.partner)
    if partner is None or _CHANGE_ANSWER not in partner.send:
        return None
    new = _change_answer(order_number, order, partner, needs.company())
    why = f"change {origin.number} of {order.name} is decided"
    return structs.replace(new, key=f"{_CHANGE_ANSWER.value}:{origin.key}", why=why)


def rejection_of_change(
    origin: Exchange, order_number: str, order: ErpRecord, partner: Partner, company: Company
) -> NewExchange | None:
    """Return the answer (865) to a change that an operator rejects, told once an exchange; None: not agreed on.

    Its key is not that of a decision: redriven, the same change may yet be applied, and that is told too.
    """
    if _CHANGE_ANSWER not in partner.send:
        return None
    new = _change_answer(order_number, order, partner, company)
    why = f"change {origin.number} of {order.name} is rejected"
    return structs.replace(new, key=f"{_CHANGE_ANSWER.value}:{REJECTION}:{origin.id}", why=why)


def _change_answer(order_number: str, order: ErpRecord, partner: Partner, company: Company) -> NewExchange:
    return NewExchange(
        partner=partner.key,
        direction=Direction.OUT,
        document=_CHANGE_ANSWER,
        state=State.NOTICED,
        envelope=outgoing_envelope(partner, company, _CHANGE_ANSWER),
        lane=lanes.composing(partner.key, _CHANGE_ANSWER),
        number=order.name,
        order_number=order_number,
        source=order,
        erp=order,
    )


def _noticed(page: Sequence[ErpChange], needs: Needs) -> Noticed:
    exchanges: list[NewExchange] = []
    unclear = ""
    for change in page:
        try:
            new = _news(change, needs)
        except ConfigError as fault:
            unclear = unclear or str(fault)
            continue
        if new is not None:
            exchanges.append(new)
    return Noticed(tuple(exchanges), max((c.changed_at for c in page), default=None), unclear)


def _news(change: ErpChange, needs: Needs) -> NewExchange | None:
    """Return what to tell; None when nobody needs to know.

    A sale order is a partner's when it came through the hub, and so is a depositor's transfer; what vendors are told,
    when they have a profile; a transfer of our own, when somebody keeps its warehouse.
    """
    if change.topic in TO_KEEPERS:
        return _to_keeper(change, needs)
    if change.topic is Topic.PURCHASE_CHANGED and not needs.was_told(change.record, DocType.PURCHASE_ORDER):
        return None  # the order itself, when it goes, is as it then stands
    if change.topic in TO_VENDORS:
        vendor = _vendor(change, needs)
        if vendor is None:
            return None
        if change.topic is Topic.PURCHASE_CHANGED and not _is_news(change, vendor, needs):
            return None
        order_number = "" if change.topic is Topic.PAYMENT_POSTED else change.order.name
        return _exchange(change, vendor.key, order_number, _envelope(change, vendor, needs))
    origin = needs.posted_as(change.order.model, change.order.id)
    return None if origin is None else _sale(change, origin, needs)


def _sale(change: ErpChange, origin: Exchange, needs: Needs) -> NewExchange | None:
    """Return what to tell whoever ordered; without their profile it is begun in the words of their order."""
    partner = needs.partners().get(origin.partner)
    if partner is None:
        envelope = answering_envelope(origin.envelope)
    elif DOCUMENTS[change.topic] in partner.send:
        envelope = _envelope(change, partner, needs)
    else:
        return None
    new = _exchange(change, origin.partner, origin.order_number, envelope)
    if partner is None or new.document is not DocType.INVOICE:
        return new  # a shipment of several orders is one notice
    split = partner.send[new.document].several_orders == "split"
    return structs.replace(new, key=f"{new.key}:{change.order.id}") if change.further and split else new


def _is_news(change: ErpChange, vendor: Partner, needs: Needs) -> bool:
    """Say whether anything of a changed purchase order is to be told, and is not about to be: much that moves
    its time (a receipt, a bill, a note) is no business of the supplier's.
    """
    probe = Exchange(
        id=0,
        partner=vendor.key,
        direction=Direction.OUT,
        document=DocType.ORDER_CHANGE,
        state=State.NOTICED,
        envelope=_envelope(change, vendor, needs),
        order_number=change.order.name,
        source=change.record,
        erp=change.order,
        created_at=change.changed_at,
        updated_at=change.changed_at,
    )
    coming = needs.open_documents(probe, DocType.ORDER_CHANGE)
    if any(one.state is State.NOTICED for one in coming):
        return False
    return order_news(probe, change.record, vendor, needs).change is not None


def _vendor(change: ErpChange, needs: Needs) -> Partner | None:
    """Return who gets a purchase order; raise ConfigError when the profiles leave that open.

    A company may be customer and supplier under one reference, with a profile for each; and the one that is
    paused gives way to the one that took its place.
    """
    reference, document = change.partner_ref, DOCUMENTS[change.topic]
    sending = [
        partner
        for partner in needs.partners().values()
        if reference and reference in {partner.identity.odoo, partner.name} and document in partner.send
    ]
    active = [partner for partner in sending if partner.status != "paused"] or sending
    if len(active) > 1:
        keys, name = " and ".join(sorted(partner.key for partner in active)), document.value
        raise ConfigError(
            f"{change.record.name} is for {reference!r}, and the profiles {keys} both send that vendor "
            f"{name.replace('_', ' ')}s; take [send.{name}] out of one, or pause it"
        )
    if not active and not needs.profiles_complete():
        raise ConfigError(
            f"{change.record.name} is for {reference!r}, whom no profile serves, and some profile does not load; "
            "run `hub partner lint`: until then nobody knows whether it has to be sent"
        )
    return active[0] if active else None


def _to_keeper(change: ErpChange, needs: Needs) -> NewExchange | None:
    """Return what to tell the partner who keeps a transfer's warehouse; a cancellation has a key of its own."""
    document = DOCUMENTS[change.topic]
    keepers = [
        partner
        for partner in needs.partners().values()
        if document in partner.send
        and change.warehouse
        and partner.send[document].warehouse == change.warehouse
    ]
    active = [partner for partner in keepers if partner.status != "paused"] or keepers
    if len(active) > 1:
        keys = " and ".join(sorted(partner.key for partner in active))
        raise ConfigError(
            f"{change.record.name}: the profiles {keys} both keep the warehouse {change.warehouse}; take `warehouse` "
            "out of one [send.warehouse_order], or pause it"
        )
    if not active:
        return None
    new = _exchange(change, active[0].key, "", _envelope(change, active[0], needs))
    if change.topic is Topic.TRANSFER_READY:
        return new
    return structs.replace(new, key=f"{new.key}:cancel") if needs.was_told(change.record, document) else None


def _envelope(change: ErpChange, partner: Partner, needs: Needs) -> Envelope:
    advised = {"ship": "shipped", "receive": "received"} if change.topic is Topic.TRANSFER_DONE else {}
    kind = advised.get(change.kind, change.kind)
    return outgoing_envelope(partner, needs.company(), DOCUMENTS[change.topic], kind)


def _exchange(change: ErpChange, partner: str, order_number: str, envelope: Envelope) -> NewExchange:
    document, record = DOCUMENTS[change.topic], change.record
    # a purchase order may change again and again: what of it is news is seen when it is composed
    again = f":{change.changed_at:%Y%m%d%H%M%S}" if change.topic is Topic.PURCHASE_CHANGED else ""
    return NewExchange(
        partner=partner,
        direction=Direction.OUT,
        document=document,
        state=State.NOTICED,
        envelope=envelope,
        lane=lanes.composing(partner, document),
        number=record.name,
        order_number=order_number,
        key=f"{document.value}:{record.model}:{record.id}{again}",
        why=f"{record.name} is {record.state}",
        source=record,
        erp=change.order,
        happened_at=change.changed_at,
    )
