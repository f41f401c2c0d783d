"""compose: make the document that a partner must get, from Odoo's facts and the order as received.

noticed -> composed     the bytes are stored with their control numbers, drawn in the same transaction
noticed -> held         the gate found a disagreement, or the profile's rules cannot be met
stays                   Odoo is down or busy: tried again by itself
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from msgspec import structs

from hub.erp.port import ErpGateway
from hub.model.documents import AnyDocument, DocType, Invoice, PurchaseOrder, ShipNotice
from hub.model.envelope import Envelope
from hub.model.errors import Retryable
from hub.model.exchange import ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity
from hub.model.outcome import Outcome, OutFile
from hub.model.partner import Partner
from hub.stages.addresses import Company, outgoing_envelope
from hub.stages.answers import answer_order, complete_invoice, complete_ship_notice
from hub.stages.gate import gate_invoice, gate_ship_notice
from translators.crosswalk import Tables, to_partner
from translators.errors import Unwritable
from translators.port import Translator

_Composed = tuple[AnyDocument, tuple[Finding, ...]]


class Needs(Protocol):
    """What composing asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def company(self) -> Company: ...
    def translator(self, name: str) -> Translator: ...
    def erp(self) -> ErpGateway: ...
    def today(self) -> dt.date: ...
    def order_as_received(self, exchange: Exchange) -> PurchaseOrder: ...
    def sent_documents(self, exchange: Exchange, document: DocType) -> Sequence[AnyDocument]: ...
    def send_tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]: ...


def compose(exchange: Exchange, needs: Needs) -> Outcome:
    """Compose one outbound document."""
    assert exchange.source is not None, "an outbound document has an Odoo record behind it"
    partner = needs.partner(exchange.partner)
    try:
        document, findings = _COMPOSERS[exchange.document](exchange, exchange.source, partner, needs)
    except Retryable as fault:
        return Outcome(state=State.NOTICED, why=str(fault), tried=True)
    held = [f for f in findings if f.severity is Severity.HOLD]
    canonical = {"canonical": msgspec.json.format(msgspec.json.encode(document), indent=2)}
    if held and not exchange.released:
        more = f" (and {len(held) - 1} more)" if len(held) > 1 else ""
        return Outcome(state=State.HELD, why=held[0].line() + more, findings=findings, artifacts=canonical)
    return _written(exchange, partner, document, findings, needs)


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
    decision = needs.erp().read_order_decision(source)
    return answer_order(needs.order_as_received(exchange), decision, needs.today()), ()


def _compose_ship_notice(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> _Composed:
    order = needs.order_as_received(exchange)
    structure = partner.send[DocType.SHIP_NOTICE].structure
    notice = complete_ship_notice(order, needs.erp().read_delivery(source), structure)
    return notice, gate_ship_notice(order, notice, _ship_notices(exchange, needs))


def _compose_invoice(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> _Composed:
    order = needs.order_as_received(exchange)
    announced = DocType.SHIP_NOTICE in partner.send
    shipped = _ship_notices(exchange, needs)
    shipment = shipped[-1].number if shipped else ""
    invoice = complete_invoice(order, needs.erp().read_invoice(source), shipment)
    earlier = [d for d in needs.sent_documents(exchange, DocType.INVOICE) if isinstance(d, Invoice)]
    return invoice, gate_invoice(order, invoice, shipped if announced else None, earlier)


def _compose_order(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> _Composed:
    order = needs.erp().read_purchase_order(source)
    tables, faults = needs.send_tables(partner, exchange)
    document, findings = to_partner(order, tables)
    return document, faults + findings


def _ship_notices(exchange: Exchange, needs: Needs) -> list[ShipNotice]:
    return [d for d in needs.sent_documents(exchange, DocType.SHIP_NOTICE) if isinstance(d, ShipNotice)]


_Composer = Callable[[Exchange, ErpRecord, Partner, Needs], _Composed]

_COMPOSERS: dict[DocType, _Composer] = {
    DocType.ORDER_ACKNOWLEDGMENT: _compose_acknowledgment,
    DocType.SHIP_NOTICE: _compose_ship_notice,
    DocType.INVOICE: _compose_invoice,
    DocType.PURCHASE_ORDER: _compose_order,
}
