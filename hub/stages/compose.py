"""compose: make the document that a partner must get, from Odoo's facts and the order as received.

noticed -> composed     the bytes are stored with their control numbers, drawn in the same transaction
noticed -> held         the gate found a disagreement, or the profile's rules cannot be met
noticed -> cancelled    the profile, which did not load when it was noticed, sends no such document
stays                   Odoo is down or busy, the partner is paused or its profile does not load: tried
                        again by itself; or an invoice waits for the ship notice of what it bills
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct, structs

from hub.erp.port import ErpGateway
from hub.model import problems
from hub.model.documents import (
    AnyDocument,
    DocType,
    Invoice,
    OrderAcknowledgment,
    PurchaseOrder,
    ShipNotice,
)
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError, Retryable
from hub.model.exchange import ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity
from hub.model.outcome import Outcome, OutFile
from hub.model.partner import Partner, Receive
from hub.stages.addresses import Company, outgoing_envelope
from hub.stages.answers import answer_order, billing, complete_invoice, complete_ship_notice
from hub.stages.gate import gate_billed, gate_decision, gate_invoice, gate_ship_notice, gate_source
from hub.stages.patience import Wait, stuck, wait_for_shipment
from hub.stages.prices import Prices, prices_in_odoo, prices_ordered, prices_told
from hub.stages.quantities import billed_shipment
from translators.crosswalk import Tables, to_partner
from translators.errors import Unwritable
from translators.port import Translator


class _Composed(Struct, frozen=True):
    """A document in the partner's words, what speaks against sending it, and what it could wait for."""

    document: AnyDocument
    findings: tuple[Finding, ...] = ()
    wait: Wait | None = None


class Needs(Protocol):
    """What composing asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def company(self) -> Company: ...
    def translator(self, name: str) -> Translator: ...
    def erp(self) -> ErpGateway: ...
    def today(self) -> dt.date: ...
    def now(self) -> dt.datetime: ...
    def order_as_received(self, exchange: Exchange) -> PurchaseOrder: ...
    def sent_documents(self, exchange: Exchange, document: DocType) -> Sequence[AnyDocument]: ...
    def open_documents(self, exchange: Exchange, document: DocType) -> Sequence[Exchange]: ...
    def send_tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]: ...


def compose(exchange: Exchange, needs: Needs) -> Outcome:
    """Compose one outbound document."""
    assert exchange.source is not None, "an outbound document has an Odoo record behind it"
    try:
        partner = needs.partner(exchange.partner)
    except ConfigError as fault:
        return Outcome(state=State.NOTICED, why=str(fault), tried=True)
    if partner.status == "paused":  # is it a test or not? its profile says so when it goes on
        return Outcome(state=State.NOTICED, why=f"{partner.name} is paused", due_in_seconds=60)
    if exchange.document not in partner.send:
        return _not_agreed(exchange, partner)
    try:
        made = _COMPOSERS[exchange.document](exchange, exchange.source, partner, needs)
    except Retryable as fault:
        return Outcome(state=State.NOTICED, why=str(fault), tried=True)
    document, findings = made.document, made.findings
    if made.wait is not None and not exchange.released:
        return Outcome(state=State.NOTICED, why=made.wait.why, due_in_seconds=made.wait.seconds)
    held = [f for f in findings if f.severity is Severity.HOLD]
    canonical = {"canonical": msgspec.json.format(msgspec.json.encode(document), indent=2)}
    if held and not exchange.released:
        more = f" (and {len(held) - 1} more)" if len(held) > 1 else ""
        return Outcome(state=State.HELD, why=held[0].line() + more, findings=findings, artifacts=canonical)
    return _written(exchange, partner, document, findings, needs)


def _not_agreed(exchange: Exchange, partner: Partner) -> Outcome:
    """Hold what the profile does not send (any more): a slip in an editor must not end it for good."""
    name = exchange.document.value
    finding = Finding(
        problem=problems.NO_AGREEMENT,
        severity=Severity.HOLD,
        message=f"the profile of {partner.name} has no [send.{name}]",
        hint=f"mend partners/{partner.key}.toml and redrive it, or cancel it",
    )
    return Outcome(state=State.HELD, why=finding.message, findings=(finding,))


def _written(
    exchange: Exchange, partner: Partner, document: AnyDocument, findings: tuple[Finding, ...], needs: Needs
) -> Outcome:
    """Try the writing before numbers are drawn, so that what cannot be written burns none."""
    envelope = outgoing_envelope(partner, needs.company(), exchange.document)
    translator = needs.translator(envelope.format)
    canonical = {"canonical": msgspec.json.format(msgspec.json.encode(document), indent=2)}

    def render(numbered: Envelope) -> bytes:
        return translator.write(document, numbered, partner)

    try:
        render(_trial(envelope))
    except Unwritable as fault:
        held = tuple(structs.replace(f, severity=Severity.HOLD) for f in fault.findings)
        why = held[0].line() if held else "it cannot be written"
        return Outcome(state=State.HELD, why=why, findings=findings + held, artifacts=canonical)
    return Outcome(
        state=State.COMPOSED,
        findings=findings,
        artifacts=canonical,
        changes={"number": document.number},
        file=OutFile(envelope=envelope, render=render),
    )


def _trial(envelope: Envelope) -> Envelope:
    return structs.replace(
        envelope,
        interchange_control="000000001",
        group_control="1",
        set_control="0001",
        prepared_at=dt.datetime(2000, 1, 1),  # noqa: DTZ001 - a local clock without zone, as ISA09 is
    )


def _compose_acknowledgment(exchange: Exchange, source: ErpRecord, _: Partner, needs: Needs) -> _Composed:
    order, decision = needs.order_as_received(exchange), needs.erp().read_order_decision(source)
    return _Composed(answer_order(order, decision, needs.today()), gate_decision(order, decision))


def _compose_ship_notice(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> _Composed:
    order, delivery = needs.order_as_received(exchange), needs.erp().read_delivery(source)
    notice = complete_ship_notice(order, delivery, partner.send[DocType.SHIP_NOTICE].structure)
    earlier = _ship_notices(exchange, needs)
    return _Composed(notice, gate_source(order, delivery) + gate_ship_notice(order, notice, earlier))


def _compose_invoice(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> _Composed:
    order, bill = needs.order_as_received(exchange), needs.erp().read_invoice(source)
    agreed = _agreed_prices(exchange, order, partner, needs)
    shipped = _ship_notices(exchange, needs)
    earlier = [d for d in needs.sent_documents(exchange, DocType.INVOICE) if isinstance(d, Invoice)]
    invoice = complete_invoice(order, bill, agreed)
    invoice = billing(invoice, billed_shipment(invoice, shipped, earlier))
    wrong = gate_source(order, bill) + gate_invoice(order, invoice, agreed)
    beyond_order = gate_billed(order, invoice, None, earlier)
    if DocType.SHIP_NOTICE not in partner.send:
        return _Composed(invoice, wrong + beyond_order)
    short = gate_billed(order, invoice, shipped, earlier)
    if not short or wrong or beyond_order:
        return _Composed(invoice, wrong + short)
    notices = needs.open_documents(exchange, DocType.SHIP_NOTICE)
    return _Composed(invoice, stuck(notices) + short, wait_for_shipment(exchange, notices, needs.now()))


def _agreed_prices(exchange: Exchange, order: PurchaseOrder, partner: Partner, needs: Needs) -> Prices:
    """Return what the partner was told last: our 855, else the order or, by agreement, Odoo's own prices."""
    answers = needs.sent_documents(exchange, DocType.ORDER_ACKNOWLEDGMENT)
    told = [d for d in answers if isinstance(d, OrderAcknowledgment)]
    policy = partner.receive.get(DocType.PURCHASE_ORDER, Receive()).price
    known = prices_told(told[-1]) if told else {} if policy == "pricelist" else prices_ordered(order)
    if exchange.erp is None or all(line.number in known for line in order.lines):
        return known
    return {**prices_in_odoo(order, needs.erp().read_order_decision(exchange.erp)), **known}


def _compose_order(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> _Composed:
    order = needs.erp().read_purchase_order(source)
    tables, faults = needs.send_tables(partner, exchange)
    document, findings = to_partner(order, tables)
    return _Composed(document, faults + findings)


def _ship_notices(exchange: Exchange, needs: Needs) -> list[ShipNotice]:
    return [d for d in needs.sent_documents(exchange, DocType.SHIP_NOTICE) if isinstance(d, ShipNotice)]


_Composer = Callable[[Exchange, ErpRecord, Partner, Needs], _Composed]

_COMPOSERS: dict[DocType, _Composer] = {
    DocType.ORDER_ACKNOWLEDGMENT: _compose_acknowledgment,
    DocType.SHIP_NOTICE: _compose_ship_notice,
    DocType.INVOICE: _compose_invoice,
    DocType.PURCHASE_ORDER: _compose_order,
}
