"""trial: run a file through the very stages of the hub without a store, without Odoo, and without sending.

It answers an onboarder's question: what would become of this file? The same code decides as in production;
only what it would write is collected instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct, structs

from hub.desk import Formats
from hub.model.documents import AnyDocument, DocType, PurchaseOrder, RecordBatch
from hub.model.envelope import Address, Envelope
from hub.model.exchange import Exchange, Group, State, Transmission
from hub.model.finding import Finding
from hub.model.outcome import NewExchange, NewGroup, Outcome, Reply
from hub.model.partner import Identity, Partner, Receive
from hub.stages.acknowledge import answer_file, answer_group
from hub.stages.addresses import Company
from hub.stages.check import check
from hub.stages.match import faults_of_advice, refusal
from hub.stages.recording.answering import RecordsVerdict, answer_records
from hub.stages.translate import translate
from hub.stages.unwrap import ANSWERS, unwrap
from translators.crosswalk import Tables
from translators.port import Acknowledger, Receipting, Translator

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class TriedDocument(Struct, frozen=True, kw_only=True):
    """What would become of one document."""

    position: int
    document: DocType
    set_id: str
    number: str
    state: State
    why: str
    findings: tuple[Finding, ...] = ()
    canonical: str = ""  # JSON
    posting: str = ""  # what would be posted, in words


class Trial(Struct, frozen=True, kw_only=True):
    """What would become of one file."""

    file: str
    partner: str
    state: State
    why: str
    findings: tuple[Finding, ...]
    documents: tuple[TriedDocument, ...]
    answers: tuple[tuple[str, str], ...]  # (997, its text) in the order in which they would go


def anybody(data_sender: Address, data_receiver: Address, documents: Iterable[DocType]) -> Partner:
    """Return a partner that sends everything, for files whose sender has no profile yet."""
    return Partner(
        key="anybody",
        name=str(data_sender) or "anybody",
        status="live",
        identity=Identity(isa=str(data_sender), our_isa=str(data_receiver)),
        receive={document: Receive() for document in documents},
    )


def try_file(
    data: bytes,
    name: str,
    *,
    partner: Partner,
    formats: Formats,
    tables: Mapping[DocType, Tables],
    company: Company,
) -> Trial:
    """Try one file as if `partner` had sent it. Never raises on the file's bytes."""
    needs = _Needs(data, partner, formats, tables, company)
    transmission = Transmission(
        id=1,
        partner=partner.key,
        channel="trial",
        name=name,
        sha256="",
        size=len(data),
        state=State.RECEIVED,
        received_at=_EPOCH,
    )
    opened = unwrap(transmission, needs)
    documents: list[TriedDocument] = []
    replies = list(opened.replies)
    for number, group in enumerate(opened.groups, 1):
        judged = [_judge(exchange, number, needs) for exchange in group.exchanges]
        reply = _answer(group, number, judged, partner, needs)
        replies += [reply] if reply is not None else []
        documents += [_finish(exchange, outcome, needs) for exchange, outcome in judged]
    return Trial(
        file=name,
        partner=partner.key,
        state=opened.state,
        why=opened.why,
        findings=opened.findings,
        documents=tuple(documents),
        answers=tuple((reply.kind, _text(reply)) for reply in replies),
    )


class _Needs:
    """What the stages ask, answered from the file alone."""

    def __init__(
        self,
        data: bytes,
        partner: Partner,
        formats: Formats,
        tables: Mapping[DocType, Tables],
        company: Company,
    ) -> None:
        self._data, self._partner, self._formats = data, partner, formats
        self._tables, self._company = tables, company
        self.payloads: dict[int, bytes] = {}
        self.found: dict[int, tuple[Finding, ...]] = {}

    def transmission_bytes(self, transmission: Transmission) -> bytes:
        return self._data

    def partner(self, key: str) -> Partner:
        return self._partner

    def partners(self) -> Mapping[str, Partner]:
        return {self._partner.key: self._partner}

    def company(self) -> Company:
        return self._company

    def translator(self, name: str) -> Translator:
        return self._formats.by_name[name]

    def recognise(self, head: bytes) -> Translator | None:
        return self._formats.recognise(head)

    def acknowledger(self) -> Acknowledger:
        return self._formats.acknowledger

    def receipting(self, name: str) -> Receipting:
        return self._formats.receipting[name]

    def seen_interchange(
        self, sender: Address, receiver: Address, usage: str, control: str, window: timedelta
    ) -> Transmission | None:
        return None

    def payload(self, exchange: Exchange) -> bytes:
        return self.payloads[exchange.id]

    def findings(self, exchange: Exchange, stage: str) -> tuple[Finding, ...]:
        return self.found[exchange.id]

    def tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]:
        return self._tables.get(exchange.document, Tables()), ()

    def document(self, exchange: Exchange) -> AnyDocument:
        raise LookupError("a trial has no log: nothing came before")

    def orders_of(self, partner: str, document: AnyDocument) -> tuple[str, ...]:
        return document.order_numbers

    def same_key(self, key: str) -> Sequence[Exchange]:
        return ()

    def group_acknowledged(self, exchange: Exchange) -> bool:
        return True


def _judge(new: NewExchange, group: int, needs: _Needs) -> tuple[Exchange, Outcome]:
    exchange = Exchange(
        id=new.position,
        partner=new.partner,
        direction=new.direction,
        document=new.document,
        state=new.state,
        why=new.why,
        envelope=new.envelope,
        group_id=group,
        position=new.position,
        number=new.number,
        created_at=_EPOCH,
        updated_at=_EPOCH,
    )
    needs.payloads[exchange.id], needs.found[exchange.id] = new.payload, new.findings
    if exchange.state is not State.UNWRAPPED:
        return exchange, Outcome(state=exchange.state, why=exchange.why, findings=new.findings)
    if exchange.document in ANSWERS:
        return exchange, _matched(exchange, needs)
    outcome = check(exchange, needs)
    return structs.replace(exchange, state=outcome.state), outcome


def _matched(exchange: Exchange, needs: _Needs) -> Outcome:
    """Return what becomes of an answer: a trial knows nothing that was sent, but an 824 can be malformed itself."""
    faults = faults_of_advice(exchange, needs) if exchange.document is DocType.APPLICATION_ADVICE else ()
    matched = Outcome(state=State.MATCHED, why="an answer: matched with what we sent", findings=faults)
    return refusal(faults) or matched


def _answer(
    group: NewGroup, number: int, judged: list[tuple[Exchange, Outcome]], partner: Partner, needs: _Needs
) -> Reply | None:
    if group.envelope is None:
        return None
    row = Group(
        id=number,
        transmission_id=1,
        partner=partner.key,
        envelope=group.envelope,
        declared_count=group.declared_count,
        acknowledged=False,
    )
    if group.envelope.format == "records":
        verdicts = [RecordsVerdict(exchange=e, findings=outcome.findings) for e, outcome in judged]
        return answer_records(row, verdicts, partner, needs.receipting("records"))
    members = [(exchange, outcome.findings) for exchange, outcome in judged]
    if group.envelope.format == "x12":
        return answer_group(row, group.findings, members, partner, needs.acknowledger())
    return answer_file(row, members, partner, needs.receipting(group.envelope.format))


def _finish(exchange: Exchange, outcome: Outcome, needs: _Needs) -> TriedDocument:
    canonical = ""
    if outcome.state is State.CHECKED:
        translated = translate(exchange, needs)
        outcome = structs.replace(translated, findings=_once(outcome.findings + translated.findings))
        canonical = outcome.artifacts.get("canonical", b"").decode()
    return TriedDocument(
        position=exchange.position,
        document=exchange.document,
        set_id=exchange.envelope.set_id or exchange.document.value,
        number=str(outcome.changes.get("number", exchange.number)),
        state=outcome.state,
        why=outcome.why,
        findings=outcome.findings,
        canonical=canonical,
        posting=_posting(canonical, len(outcome.beside)) if outcome.state is State.TRANSLATED else "",
    )


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings without those that a later stage has found again."""
    return tuple(dict.fromkeys(findings))


def _posting(canonical: str, further: int) -> str:
    """Return what would be posted; `further`: orders of other stores that the document becomes too."""
    document = msgspec.json.decode(canonical, type=AnyDocument)
    if isinstance(document, PurchaseOrder):
        items = ", ".join(
            f"{line.our_quantity or line.quantity} × {line.sku or 'the product with that barcode'}"
            for line in document.lines
        )
        others = f"; and {further} more for the other stores" if further else ""
        return f"a draft sale.order with client_order_ref {document.reference}: {items}{others}"
    if isinstance(document, RecordBatch):
        return (
            f"{len(document.records)} records, each compared first: `hub records try` shows what would change"
        )
    words = {
        DocType.ORDER_ACKNOWLEDGMENT: "the supplier's answer on purchase order",
        DocType.SHIP_NOTICE: "announced quantities on the open receipt of purchase order",
        DocType.INVOICE: "a draft vendor bill for purchase order",
        DocType.ORDER_CHANGE: "what may be changed of the sale order for",
        DocType.ORDER_CHANGE_ACKNOWLEDGMENT: "the supplier's answer on purchase order",
        DocType.INVENTORY_ADVICE: "the supplier's stock, kept in the hub",
        DocType.PRICE_CATALOG: "prices of the supplier",
        DocType.REMITTANCE: "a draft payment with a proposed reconciliation",
        DocType.RECEIVING_ADVICE: "a comparison with what we shipped for",
        DocType.WAREHOUSE_ORDER: "a transfer for the depositor",
        DocType.WAREHOUSE_ADVICE: "what was done, on our transfer",
    }
    said = words.get(document.doc_type, "nothing of it is posted")
    return f"{said} {', '.join(document.order_numbers)}".strip()


def _text(reply: Reply) -> str:
    envelope = reply.file.envelope
    numbered: Envelope = structs.replace(
        envelope,
        interchange_control="000000001",
        group_control="1",
        set_control="0001",
        prepared_at=_EPOCH.replace(tzinfo=None),
    )
    return reply.file.render(numbered).decode("utf-8", "replace")
