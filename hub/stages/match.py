"""match: find what an incoming answer (TA1, 997, 999, 824) is about, and stop its clock.

unwrapped -> matched      what it names was ours; those exchanges are settled
unwrapped -> orphan       it answers something that we never sent to this partner
unwrapped -> rejected     an 824 that is malformed itself: our 997 says so
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import structs

from hub.model import problems
from hub.model.acks import EarlierAnswer, ReceivedAdvice, ReceivedGroupAck, ReceivedSetAck
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding, Severity, Where
from hub.model.outcome import Outcome, Settlement
from hub.model.partner import Partner
from translators.port import Acknowledger, Translator

_ACCEPTING = frozenset({"A", "E"})
_ANSWERED = frozenset({State.ACKNOWLEDGED, State.REFUSED})
_REFUSING = frozenset({"R", "P", "M", "W", "X"})
#: A syntax acknowledgment says nothing of the business: what an 824 refused stays refused.
_SYNTAX = frozenset({"997", "999"})


class AdviceNeeds(Protocol):
    """What checking an 824 asks of the hub."""

    def payload(self, exchange: Exchange) -> bytes: ...
    def partner(self, key: str) -> Partner: ...
    def translator(self, name: str) -> Translator: ...
    def findings(self, exchange: Exchange, stage: str) -> tuple[Finding, ...]: ...


class Needs(AdviceNeeds, Protocol):
    """What matching asks of the hub."""

    def now(self) -> datetime: ...
    def acknowledger(self) -> Acknowledger: ...
    def sent_group(self, partner: str, functional_id: str, control: str) -> Sequence[Exchange]: ...
    def sent_interchange(self, partner: str, control: str) -> Sequence[Exchange]: ...
    def sent_document(self, partner: str, advice: ReceivedAdvice) -> Sequence[Exchange]: ...
    def their_answers(self, exchange: Exchange) -> Sequence[EarlierAnswer]: ...


def match(exchange: Exchange, needs: Needs) -> Outcome:
    """Match one answer with what we sent."""
    if exchange.document is DocType.TECHNICAL_ACK:
        return _match_technical(exchange, needs)
    if exchange.document is DocType.APPLICATION_ADVICE:
        return _match_advice(exchange, needs)
    acks, findings = needs.acknowledger().read_functional_ack(needs.payload(exchange), exchange.envelope)
    settlements: list[Settlement] = []
    kind = exchange.envelope.set_id
    for ack in acks:
        sent = needs.sent_group(exchange.partner, ack.functional_id, ack.control)
        findings += _unknown(kind, ack, sent)
        for one in sent:
            settled, remarks = _remarked(_settle(kind, ack, one), one, needs)
            findings += remarks
            settlements.append(settled)
    return _outcome(settlements, findings, exchange)


def _match_technical(exchange: Exchange, needs: Needs) -> Outcome:
    ack = needs.acknowledger().read_technical_ack(needs.payload(exchange), exchange.envelope)
    sent = needs.sent_interchange(exchange.partner, ack.control)
    findings: tuple[Finding, ...] = (
        () if sent else (_orphan(f"TA1 for interchange {ack.control}", "TA1", ack.control),)
    )
    settlements = []
    for one in sent:
        # an accepted envelope is no acceptance of the document: only a refusal moves it
        state = State.REFUSED if ack.verdict == "R" else None
        why = f"TA1 {ack.code} {ack.message}".strip()
        refusal = Finding(problems.ACK_REJECTED, why, where=Where(segment="ISA"), hint=ack.hint)
        settlement = Settlement(
            exchange_id=one.id,
            kind="TA1",
            verdict=ack.verdict,
            state=state,
            why=why,
            findings=(refusal,) if state else (),
        )
        settled, remarks = _remarked(settlement, one, needs)
        findings += remarks
        settlements.append(settled)
    return _outcome(settlements, findings, exchange)


def faults_of_advice(exchange: Exchange, needs: AdviceNeeds) -> tuple[Finding, ...]:
    """Return what is wrong with an 824 itself, envelope and content."""
    envelope, partner = exchange.envelope, needs.partner(exchange.partner)
    translator = needs.translator(envelope.format)
    content = translator.check(needs.payload(exchange), envelope, exchange.document, partner)
    return needs.findings(exchange, "unwrap") + content


def refusal(faults: tuple[Finding, ...]) -> Outcome | None:
    """Return the end of an 824 with such faults, None when it can be matched."""
    fatal = [f for f in faults if f.fatal]
    return Outcome(state=State.REJECTED, why=fatal[0].line(), findings=faults) if fatal else None


def _match_advice(exchange: Exchange, needs: Needs) -> Outcome:
    """Match an 824. It is acknowledged by a 997 like any document, so it is checked first."""
    faults = faults_of_advice(exchange, needs)
    if refused := refusal(faults):
        return refused
    advices, findings = needs.acknowledger().read_application_advice(
        needs.payload(exchange), exchange.envelope
    )
    findings = (*faults, *findings)
    settlements = []
    for advice in advices:
        sent = needs.sent_document(exchange.partner, advice)
        if not sent:
            what = f"824 for {advice.number_kind} {advice.number} (group {advice.group_control or '?'})"
            findings += (_orphan(what, "OTI", advice.number),)
        for one in sent:
            settled, remarks = _remarked(_settle_advice(advice, one), one, needs)
            findings += remarks
            settlements.append(settled)
    return _outcome(settlements, findings, exchange)


# --- what an answer does to what we sent
def _settle(kind: str, ack: ReceivedGroupAck, sent: Exchange) -> Settlement:
    """Settle one sent exchange; a group verdict without AK2 speaks for all its sets."""
    mine = next((s for s in ack.sets if _same_control(s, sent)), None)
    findings = (mine.findings if mine else ()) + ack.findings
    return _judged(kind, verdict_on(ack, mine), sent, findings)


def verdict_on(ack: ReceivedGroupAck, mine: ReceivedSetAck | None) -> str:
    """Return the verdict on one set (`mine`: its AK2, if it has one): its own, unless the whole group is refused.

    A partly accepted group that names other sets only accepts the rest: partners may leave out what is good.
    One that names none at all is settled by AK904, and refused where some are not accepted: which, is not said.
    """
    if ack.verdict == "R" or mine is None or not mine.verdict:
        if ack.verdict != "P":
            return ack.verdict
        others = bool(ack.sets) and mine is None
        return "A" if others or (ack.accepted and ack.accepted == ack.received) else "R"
    return mine.verdict


def _settle_advice(advice: ReceivedAdvice, sent: Exchange) -> Settlement:
    return _judged("824", advice.verdict.value, sent, advice.findings)


def _judged(kind: str, verdict: str, sent: Exchange, findings: tuple[Finding, ...]) -> Settlement:
    """Settle by a verdict; one that X12 does not know is recorded, and the clock goes on."""
    if verdict in _ACCEPTING:
        state, word = State.ACKNOWLEDGED, "accepts it" if verdict == "A" else "accepts it with errors"
    elif verdict in _REFUSING:
        state, word = State.REFUSED, "accepts only a part of it" if verdict == "P" else "rejects it"
    else:
        state, word = None, f"gives no verdict on it: {verdict!r}"
    first = next((f.line() for f in findings), "")
    why = f"their {kind} {word}" + (f": {first}" if first else "")
    return Settlement(
        exchange_id=sent.id, kind=kind, verdict=verdict, state=state, why=why, findings=findings
    )


# --- what is odd about it
def _remarked(settled: Settlement, sent: Exchange, needs: Needs) -> tuple[Settlement, tuple[Finding, ...]]:
    """Return a settlement as it may stand beside earlier answers, and what is odd about it.

    It moves nothing that is there already (a repeat is only recorded), and a syntax acknowledgment lifts no refusal by
    an 824.
    """
    earlier = needs.their_answers(sent)
    business = next((a.verdict for a in reversed(earlier) if a.kind == "824"), "A")
    stands = sent.state is State.REFUSED and not _accepts(business)
    lifted = stands and settled.kind in _SYNTAX and settled.state is State.ACKNOWLEDGED
    same = [a for a in earlier if a.kind == settled.kind]
    remarks = tuple(_remarks(settled, sent, same, needs.now()))
    if lifted or settled.state is sent.state:
        settled = structs.replace(settled, state=None)
    return settled, remarks


def _remarks(
    settled: Settlement, sent: Exchange, same: Sequence[EarlierAnswer], now: datetime
) -> Iterable[Finding]:
    """Yield what is odd: no verdict, a repeat, a contradiction, or an answer after its time."""
    it = f"{settled.kind} for exchange {sent.id}"
    answered = bool(same) and (
        settled.kind == "TA1" or sent.state in _ANSWERED
    )  # not one that was sent again
    if settled.verdict not in _ACCEPTING | _REFUSING:
        yield _remark(problems.ACK_UNCLEAR, f"{it} gives no verdict that X12 knows: {settled.verdict!r}")
    elif answered and _accepts(same[-1].verdict) is not _accepts(settled.verdict):
        before, now_said = (
            ("accepted", "rejected") if _accepts(same[-1].verdict) else ("rejected", "accepted")
        )
        message = f"{it}: they {before} it before, and now it is {now_said}"
        hint = "ask the partner which of the two counts"
        yield _remark(problems.ACK_CONTRADICTS, message, hint)
    elif answered:
        yield _remark(problems.ACK_DUPLICATE, f"{it}, which had its answer already", severity=Severity.NOTE)
    late = sent.deadline_at is not None and sent.deadline_at < now
    if settled.kind != "TA1" and (late or sent.state is State.OVERDUE):
        yield _remark(problems.ACK_LATE, f"{it} after its time was up", severity=Severity.NOTE)


def _remark(problem: str, message: str, hint: str = "", *, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(problem=problem, severity=severity, message=message, hint=hint)


def _accepts(verdict: str) -> bool:
    return verdict in _ACCEPTING


def _unknown(kind: str, ack: ReceivedGroupAck, sent: Sequence[Exchange]) -> tuple[Finding, ...]:
    """Return what an acknowledgment names and we never sent: the whole group, or single sets of it."""
    group = f"group {ack.functional_id} {ack.control}"
    if not sent:
        return (_orphan(f"{kind} for {group}", "AK1", ack.control),)
    return tuple(
        _orphan(f"{kind} for set {s.set_id} {s.control} of {group}", "AK2", s.control)
        for s in ack.sets
        if not any(_same_control(s, one) for one in sent)
    )


def _orphan(what: str, segment: str, control: str) -> Finding:
    return Finding(
        problem=problems.ACK_ORPHAN,
        severity=Severity.WARNING,
        message=f"{what}: we sent this partner nothing under that number",
        where=Where(segment=segment),
        value=control,
        hint="tell the partner; their system may have mixed up two of its partners",
    )


def _same_control(ack: ReceivedSetAck, sent: Exchange) -> bool:
    return ack.control.lstrip("0") == sent.envelope.set_control.lstrip("0")


def _outcome(settlements: Sequence[Settlement], findings: tuple[Finding, ...], exchange: Exchange) -> Outcome:
    if not settlements:
        why = next((f.line() for f in findings), "it names no group")
        return Outcome(state=State.ORPHAN, why=why, findings=findings)
    named = ", ".join(str(s.exchange_id) for s in settlements)
    return Outcome(
        state=State.MATCHED,
        why=f"answers exchange {named}",
        findings=findings,
        settlements=tuple(settlements),
        changes={"number": exchange.number or exchange.envelope.set_control},
    )
