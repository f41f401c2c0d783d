"""check: hold one document against its dictionary and the partner's guideline.

unwrapped -> checked      findings, if any, are warnings
unwrapped -> rejected     the partner gets a 997 with AK5*R; nobody here is paged
"""

from __future__ import annotations

from typing import Protocol

from hub.model import problems
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding
from hub.model.outcome import Outcome
from hub.model.partner import Partner
from hub.stages import lanes
from translators.port import Translator
from translators.x12.sets import peek_number


class Needs(Protocol):
    """What checking asks of the hub."""

    def payload(self, exchange: Exchange) -> bytes: ...
    def partner(self, key: str) -> Partner: ...
    def translator(self, name: str) -> Translator: ...
    def findings(self, exchange: Exchange, stage: str) -> tuple[Finding, ...]: ...


def check(exchange: Exchange, needs: Needs) -> Outcome:
    """Check one unwrapped document; what splitting the file already found counts too."""
    partner = needs.partner(exchange.partner)
    number, findings = exchange.number, needs.findings(exchange, "unwrap")
    if exchange.document in partner.receive or exchange.envelope.set_id in partner.records:
        number, faults = _examine(exchange, partner, needs, noted=bool(findings))
        findings += faults
    elif not any(f.fatal for f in findings):  # what can't even be told apart needs no agreement
        findings += (_no_agreement(exchange, partner),)
    fatal = sum(f.fatal for f in findings)
    if fatal:
        why = f"{fatal} error{'s' if fatal > 1 else ''}: {next(f for f in findings if f.fatal).line()}"
        return Outcome(state=State.REJECTED, why=why, findings=findings, changes={"number": number})
    lane = lanes.posting(exchange.partner, exchange.document)
    return Outcome(state=State.CHECKED, findings=findings, changes={"lane": lane, "number": number})


def _examine(
    exchange: Exchange, partner: Partner, needs: Needs, *, noted: bool
) -> tuple[str, tuple[Finding, ...]]:
    """Return the document's number, as far as it can be read, and what is wrong with it.

    X12 is held against its dictionary; where the map is the whole guideline (CSV, XML), reading is checking. `noted`:
    splitting found something. A 999 names the document behind each fault, so that the number is looked up where there
    is one.
    """
    translator, payload = needs.translator(exchange.envelope.format), needs.payload(exchange)
    if exchange.envelope.format == "x12":
        findings = translator.check(payload, exchange.envelope, exchange.document, partner)
        if not (findings or noted):
            return exchange.number, findings  # read in the next stage
        return peek_number(payload, exchange.envelope), findings
    document, faults = translator.read(payload, exchange.envelope, exchange.document, partner)
    return (document.number if document else exchange.number), faults


def _no_agreement(exchange: Exchange, partner: Partner) -> Finding:
    name = exchange.envelope.set_id or exchange.document.value
    return Finding(
        problem=problems.SET_UNSUPPORTED,
        message=f"{partner.name} has no agreement to send {name}",
        value=exchange.envelope.set_id,
        hint=f"agree on it first; it takes [receive.{exchange.document.value}] in the partner's profile",
    )
