"""match: find what an incoming acknowledgment (TA1, 997, 999) answers, and stop its clock.

unwrapped -> matched      each group that it names was ours; the exchanges of it are settled
unwrapped -> orphan       it answers something that we never sent to this partner
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hub.model import problems
from hub.model.acks import ReceivedGroupAck, ReceivedSetAck
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding, Severity, Where
from hub.model.outcome import Outcome, Settlement
from translators.port import Acknowledger

_ACCEPTING = frozenset({"A", "E"})


class Needs(Protocol):
    """What matching asks of the hub."""

    def payload(self, exchange: Exchange) -> bytes: ...
    def acknowledger(self) -> Acknowledger: ...
    def sent_group(self, partner: str, functional_id: str, control: str) -> Sequence[Exchange]: ...
    def sent_interchange(self, partner: str, control: str) -> Sequence[Exchange]: ...


def match(exchange: Exchange, needs: Needs) -> Outcome:
    """Match one acknowledgment with what we sent."""
    if exchange.document is DocType.TECHNICAL_ACK:
        return _match_technical(exchange, needs)
    acks, findings = needs.acknowledger().read_functional_ack(needs.payload(exchange), exchange.envelope)
    settlements: list[Settlement] = []
    kind = exchange.envelope.set_id
    for ack in acks:
        sent = needs.sent_group(exchange.partner, ack.functional_id, ack.control)
        if not sent:
            findings += (_orphan(f"{kind} for group {ack.functional_id} {ack.control}", ack.control),)
        settled = [_settle(kind, ack, e) for e in sent]
        for one, exchange_sent in zip(settled, sent, strict=True):
            findings += _remarks(kind, one, exchange_sent)
        settlements.extend(settled)
    return _outcome(settlements, findings, exchange)


def _match_technical(exchange: Exchange, needs: Needs) -> Outcome:
    ack = needs.acknowledger().read_technical_ack(needs.payload(exchange), exchange.envelope)
    sent = needs.sent_interchange(exchange.partner, ack.control)
    findings = () if sent else (_orphan(f"TA1 for interchange {ack.control}", ack.control),)
    settlements = []
    for one in sent:
        # an accepted envelope is no acceptance of the document: only a refusal moves it
        state = State.REFUSED if ack.verdict == "R" else None
        detail = f"{ack.code} {ack.message}".strip()
        settlements.append(
            Settlement(
                exchange_id=one.id,
                kind="TA1",
                verdict=ack.verdict,
                state=_move(one, state),
                why=f"TA1 {detail}",
            )
        )
    return _outcome(settlements, findings, exchange)


def _settle(kind: str, ack: ReceivedGroupAck, sent: Exchange) -> Settlement:
    """Settle one sent exchange; a group verdict without AK2 speaks for all its sets."""
    mine = next((s for s in ack.sets if _same_control(s, sent)), None)
    alone = mine is not None and ack.verdict != "R"  # a refused group takes its sets along
    verdict = mine.verdict if mine and alone else ack.verdict
    findings = (mine.findings if mine else ()) + ack.findings
    accepted = verdict in _ACCEPTING
    word = "accepts" if verdict == "A" else "accepts with errors" if accepted else "rejects"
    state = State.ACKNOWLEDGED if accepted else State.REFUSED
    first = next((f.line() for f in findings), "")
    why = f"their {kind} {word} it" + (f": {first}" if first else "")
    return Settlement(
        exchange_id=sent.id, kind=kind, verdict=verdict, state=_move(sent, state), why=why, findings=findings
    )


def _remarks(kind: str, settled: Settlement, sent: Exchange) -> tuple[Finding, ...]:
    """Return what is odd about an acknowledgment that found what it answers: a repeat, or a late one."""
    if settled.state is None:
        problem, message = (
            problems.ACK_DUPLICATE,
            f"{kind} for exchange {sent.id}, which had its answer already",
        )
    elif sent.state is State.OVERDUE:
        problem, message = problems.ACK_LATE, f"{kind} for exchange {sent.id} after its time was up"
    else:
        return ()
    return (Finding(problem=problem, severity=Severity.NOTE, message=message),)


def _same_control(ack: ReceivedSetAck, sent: Exchange) -> bool:
    return ack.control.lstrip("0") == sent.envelope.set_control.lstrip("0")


def _move(sent: Exchange, state: State | None) -> State | None:
    """Return the state to move to; None when it is there already (a repeat is only recorded)."""
    return None if state is sent.state else state


def _orphan(what: str, control: str) -> Finding:
    return Finding(
        problem=problems.ACK_ORPHAN,
        severity=Severity.WARNING,
        message=f"{what}: we sent this partner nothing under that number",
        where=Where(segment="AK1" if "group" in what else "TA1"),
        value=control,
        hint="tell the partner; their system may have mixed up two of its partners",
    )


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
