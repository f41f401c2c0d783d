"""trial: run a file through the very stages of the hub without a store, without Odoo, and without sending.

It answers an onboarder's question: what would become of this file? The same code decides as in production;
only what it would write is collected instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, structs

from hub.foreseen import asked_of_odoo, foreseen, would_post
from hub.formats import Formats, KnowsFormats
from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Address, Envelope
from hub.model.exchange import Exchange, Group, State, Transmission
from hub.model.finding import Finding, Severity
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

_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


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
    asked: str = ""  # what only Odoo can say when it is posted, in words


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
    today: dt.date,
) -> Trial:
    """Try one file as if `partner` had sent it on a day. Never raises on the file's bytes."""
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
        documents += [_finish(exchange, outcome, needs, today) for exchange, outcome in judged]
    return Trial(
        file=name,
        partner=partner.key,
        state=opened.state,
        why=opened.why,
        findings=opened.findings,
        documents=tuple(documents),
        answers=tuple((reply.kind, _text(reply)) for reply in replies),
    )


class _Needs(KnowsFormats):
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
        self._before: dict[int, tuple[Exchange, AnyDocument]] = {}

    def transmission_bytes(self, transmission: Transmission) -> bytes:
        return self._data

    def partner(self, key: str) -> Partner:
        return self._partner

    def partners(self) -> Mapping[str, Partner]:
        return {self._partner.key: self._partner}

    def company(self) -> Company:
        return self._company

    def seen_interchange(
        self, sender: Address, receiver: Address, usage: str, control: str, window: dt.timedelta
    ) -> Transmission | None:
        return None

    def payload(self, exchange: Exchange) -> bytes:
        return self.payloads[exchange.id]

    def findings(self, exchange: Exchange, stage: str) -> tuple[Finding, ...]:
        return self.found[exchange.id]

    def tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]:
        return self._tables.get(exchange.document, Tables()), ()

    def document(self, exchange: Exchange) -> AnyDocument:
        return self._before[exchange.id][1]

    def orders_of(self, partner: str, document: AnyDocument) -> tuple[str, ...]:
        return document.order_numbers

    def same_key(self, key: str) -> Sequence[Exchange]:
        """Return what came before in the same file: a trial has no log."""
        return [exchange for exchange, _ in self._before.values() if exchange.key == key]

    def keep(self, exchange: Exchange, document: AnyDocument) -> None:
        """Remember a document of the file, for those that follow."""
        self._before[exchange.id] = (exchange, document)

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
    number = str(outcome.changes.get("number", exchange.number))
    return structs.replace(exchange, state=outcome.state, number=number), outcome


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


def _finish(exchange: Exchange, outcome: Outcome, needs: _Needs, today: dt.date) -> TriedDocument:
    canonical, document = "", None
    if outcome.state is State.CHECKED:
        translated = translate(exchange, needs)
        outcome = structs.replace(translated, findings=_once(outcome.findings + translated.findings))
        canonical = outcome.artifacts.get("canonical", b"").decode()
        document = _decoded(canonical.encode())
        _keep(exchange, outcome, document, needs)
        outcome = _foreseen(outcome, document, needs.partner(exchange.partner), today)
    goes_on = document is not None and outcome.state is State.TRANSLATED
    return TriedDocument(
        position=exchange.position,
        document=exchange.document,
        set_id=exchange.envelope.set_id or exchange.document.value,
        number=str(outcome.changes.get("number", exchange.number)),
        state=outcome.state,
        why=outcome.why,
        findings=outcome.findings,
        canonical=canonical,
        posting=would_post(document, len(outcome.beside)) if document and goes_on else "",
        asked=asked_of_odoo(document) if document and goes_on else "",
    )


def _decoded(canonical: bytes) -> AnyDocument | None:
    return msgspec.json.decode(canonical, type=AnyDocument) if canonical else None


def _keep(exchange: Exchange, outcome: Outcome, document: AnyDocument | None, needs: _Needs) -> None:
    """Remember a document under its key: the same file may have it a second time."""
    if document is not None:
        key, digest = (str(outcome.changes.get(name, "")) for name in ("key", "digest"))
        needs.keep(structs.replace(exchange, state=outcome.state, key=key, digest=digest), document)


def _foreseen(outcome: Outcome, document: AnyDocument | None, partner: Partner, today: dt.date) -> Outcome:
    """Return an outcome with what posting would find without asking Odoo: what it holds is held here."""
    if document is None or outcome.state not in {State.TRANSLATED, State.TESTED}:
        return outcome
    parts = [document, *(part for new in outcome.beside if (part := _decoded(new.canonical)) is not None)]
    found = _once(tuple(finding for part in parts for finding in foreseen(part, partner, today)))
    held = [finding for finding in found if finding.severity is Severity.HOLD]
    stops = held and outcome.state is State.TRANSLATED
    return structs.replace(
        outcome,
        state=State.HELD if stops else outcome.state,
        why=held[0].line() if stops else outcome.why,
        findings=outcome.findings + found,
    )


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings without those that a later stage has found again."""
    return tuple(dict.fromkeys(findings))


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
