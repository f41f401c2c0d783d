"""post: bring a translated document to Odoo, once.

translated | in_doubt -> posted      the record exists, with our key as its external id
translated | in_doubt -> held        Odoo's data do not fit (price, quantity, unknown product, closed order),
                                     or the order is made and Odoo does not confirm it
translated            -> in_doubt    sent, and no answer came: looked up by its key before any new try
stays                                Odoo is down or busy: tried again by itself

An order that is found, not made, may have been decided or shipped while the hub did not know that it was
there, and `watch` passed it by as a stranger's: all there is to tell of it is noticed with the step that
finds it. What is noticed twice is one exchange, by its key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from msgspec import structs

from hub.erp.port import OrderPolicy, PostResult
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, Invoice, OrderAcknowledgment, PurchaseOrder, ShipNotice
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity, Where
from hub.model.outcome import NewExchange, Outcome
from hub.model.partner import Partner
from hub.stages import watch

_log = logging.getLogger("hub.post")


class Needs(watch.Needs, Protocol):
    """What posting asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def document(self, exchange: Exchange) -> AnyDocument: ...


def post(exchange: Exchange, needs: Needs) -> Outcome:
    """Post one translated document; a repeat finds what an earlier try left behind."""
    document = needs.document(exchange)
    try:
        result, confirmed = _POSTERS[document.doc_type](exchange, document, needs)
        outcome = _outcome(result, confirmed)
        return structs.replace(outcome, noticed=_missed(exchange, outcome, result, needs))
    except Retryable as fault:
        state = State.IN_DOUBT if fault.in_doubt else exchange.state
        return Outcome(state=state, why=str(fault), tried=True)


def _missed(
    exchange: Exchange, outcome: Outcome, result: PostResult, needs: Needs
) -> tuple[NewExchange, ...]:
    if outcome.posted is None or result.created or exchange.document is not DocType.PURCHASE_ORDER:
        return ()
    try:
        return watch.news_of(exchange, outcome.posted, needs)
    except (
        Undeliverable
    ) as fault:  # a right or a module is missing for some topic; the order is in Odoo all the same
        _log.warning("exchange %s: what Odoo decided of it before can't be read: %s", exchange.id, fault)
        return ()


def _outcome(result: PostResult, confirmed: str) -> Outcome:
    held = [f for f in result.findings if f.severity in {Severity.HOLD, Severity.ERROR}]
    changes = {"erp": result.record} if result.record else {}
    if held or result.record is None:
        why = held[0].line() if held else "Odoo took nothing and gave no reason"
        more = f" (and {len(held) - 1} more)" if len(held) > 1 else ""
        return Outcome(state=State.HELD, why=why + more, findings=result.findings, changes=changes)
    verb = "made" if result.created else "found"
    return Outcome(
        state=State.POSTED,
        why=f"{verb} {result.record.name or result.record.id}{confirmed}",
        findings=result.findings,
        changes=changes,
        posted=result.record,
    )


def _post_order(exchange: Exchange, document: AnyDocument, needs: Needs) -> tuple[PostResult, str]:
    assert isinstance(document, PurchaseOrder)
    partner, erp = needs.partner(exchange.partner), needs.erp()
    agreement = partner.receive[DocType.PURCHASE_ORDER]
    policy = OrderPolicy(
        customer_ref=_reference(partner),
        price=agreement.price,
        origin=origin(exchange),
        released=exchange.released,
    )
    result = erp.post_order(exchange.key, document, policy)
    clean = not any(f.severity in {Severity.HOLD, Severity.ERROR} for f in result.findings)
    # what a person had to decide is theirs to confirm; but a release after Odoo refused tries that again
    clean = clean and (not exchange.released or exchange.erp is not None)
    if result.record is None or agreement.confirm == "never" or not clean:
        return result, ""
    try:
        record = erp.confirm_order(result.record)
    except Undeliverable as fault:
        refusal = _not_confirmed(result.record, fault)
        return structs.replace(result, findings=(*result.findings, refusal)), ""
    return structs.replace(result, record=record), ", confirmed"


def _post_acknowledgment(exchange: Exchange, document: AnyDocument, needs: Needs) -> tuple[PostResult, str]:
    assert isinstance(document, OrderAcknowledgment)
    order = _their_order(exchange, document.order_number, needs)
    if order is None:
        return _unknown_order(document.order_number), ""
    result = needs.erp().post_order_acknowledgment(exchange.key, document, order, released=exchange.released)
    return result, ""


def _post_ship_notice(exchange: Exchange, document: AnyDocument, needs: Needs) -> tuple[PostResult, str]:
    assert isinstance(document, ShipNotice)
    orders: dict[str, ErpRecord] = {}
    for shipped in document.orders:
        order = _their_order(exchange, shipped.order_number, needs)
        if order is None:
            return _unknown_order(shipped.order_number), ""
        orders[shipped.order_number] = order
    return needs.erp().post_ship_notice(exchange.key, document, orders), ""


def _post_invoice(exchange: Exchange, document: AnyDocument, needs: Needs) -> tuple[PostResult, str]:
    assert isinstance(document, Invoice)
    order = _their_order(exchange, document.order_number, needs)
    if order is None:
        return _unknown_order(document.order_number), ""
    return needs.erp().post_vendor_bill(exchange.key, document, order, released=exchange.released), ""


def _their_order(exchange: Exchange, number: str, needs: Needs) -> ErpRecord | None:
    """Return the purchase order with that number if it was placed with this supplier: nobody bills another's."""
    return needs.erp().find_purchase_order(number, _reference(needs.partner(exchange.partner)))


def _reference(partner: Partner) -> str:
    return partner.identity.odoo or partner.name


def _not_confirmed(record: ErpRecord, fault: Undeliverable) -> Finding:
    """Hold an order that is made and that Odoo will not confirm; a release tries the confirmation again."""
    return Finding(
        problem=problems.ERP_REFUSED,
        severity=Severity.HOLD,
        message=f"{record.name} is in Odoo, and Odoo does not confirm it: {fault}",
        value=record.name,
        hint="mend it in Odoo and release, or confirm it there by hand",
    )


def _unknown_order(number: str) -> PostResult:
    finding = Finding(
        problem=problems.ORDER_UNKNOWN,
        severity=Severity.HOLD,
        message=f"we placed no purchase order {number!r} with this supplier",
        where=Where(path="order_number"),
        value=number,
        hint="ask the supplier which order they mean; release when the order is in Odoo",
    )
    return PostResult(findings=(finding,))


def origin(exchange: Exchange) -> str:
    """Return how a record in Odoo names its exchange (sale.order `origin`, chatter notes)."""
    envelope = exchange.envelope
    numbers = "/".join(n for n in (envelope.interchange_control, envelope.set_control) if n)
    return f"EDI {numbers} exchange {exchange.id}" if numbers else f"EDI exchange {exchange.id}"


_Poster = Callable[[Exchange, AnyDocument, Needs], tuple[PostResult, str]]

_POSTERS: dict[DocType, _Poster] = {
    DocType.PURCHASE_ORDER: _post_order,
    DocType.ORDER_ACKNOWLEDGMENT: _post_acknowledgment,
    DocType.SHIP_NOTICE: _post_ship_notice,
    DocType.INVOICE: _post_invoice,
}
