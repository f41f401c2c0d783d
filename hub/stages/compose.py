"""compose: make the document that a partner must get, from Odoo's facts and the order as received.

noticed -> composed     the bytes are stored with their control numbers, drawn in the same transaction
noticed -> held         the gate found a disagreement, or the profile's rules cannot be met
noticed -> cancelled    the profile, which did not load when it was noticed, sends no such document; or
                        nothing has changed that there would be to tell of
stays                   Odoo is down or busy, the partner is paused or its profile does not load: tried
                        again by itself; or an invoice waits for the ship notice of what it bills
"""

from __future__ import annotations

import msgspec
from msgspec import structs

from hub.model import problems
from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError, Retryable, Trouble
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding, Severity
from hub.model.outcome import Outcome, OutFile
from hub.model.partner import Partner
from hub.stages import lanes
from hub.stages.addresses import outgoing_envelope, trial
from hub.stages.composing import COMPOSERS, Composed, Needs
from hub.stages.recording.sending import compose_records
from translators.errors import Unwritable

__all__ = ["Needs", "compose"]


def compose(exchange: Exchange, needs: Needs) -> Outcome:
    """Compose one outbound document; what is made is sent with all that goes out to the partner."""
    outcome = _compose(exchange, needs)
    if outcome.state is not State.COMPOSED:
        return outcome
    return structs.replace(outcome, changes={**outcome.changes, "lane": lanes.sending(exchange.partner)})


def _compose(exchange: Exchange, needs: Needs) -> Outcome:
    assert exchange.source is not None, "an outbound document has an Odoo record behind it"
    partner = _agreed(exchange, needs)
    if isinstance(partner, Outcome):
        return partner
    if exchange.document is DocType.RECORDS:
        return compose_records(exchange, partner, needs)
    try:
        with needs.erp().acting_for(partner.company):
            made = COMPOSERS[exchange.document](exchange, exchange.source, partner, needs)
    except Retryable as fault:
        if fault.wait_seconds is not None:  # nobody was asked: the pipeline puts off all who would
            raise
        return Outcome(state=State.NOTICED, why=str(fault), tried=True, trouble=fault.trouble)
    document, findings = made.document, made.findings
    if (unsent := _not_now(exchange, made)) is not None:
        return unsent
    held = [f for f in findings if f.severity is Severity.HOLD]
    canonical = {"canonical": msgspec.json.format(msgspec.json.encode(document), indent=2)}
    if held and not exchange.released:
        more = f" (and {len(held) - 1} more)" if len(held) > 1 else ""
        return Outcome(
            state=State.HELD,
            why=held[0].line() + more,
            findings=findings,
            artifacts=canonical,
            orders=_orders(exchange, document, needs),
        )
    written = _written(exchange, partner, document, findings, needs)
    if written.state is not State.COMPOSED:
        return written
    return structs.replace(written, artifacts={**written.artifacts, **made.artifacts})


def _agreed(exchange: Exchange, needs: Needs) -> Partner | Outcome:
    """Return the partner who is to be told, or why they are not told now."""
    try:
        partner = needs.partner(exchange.partner)
    except ConfigError as fault:
        return Outcome(state=State.NOTICED, why=str(fault), tried=True, trouble=Trouble.IN_REPAIR)
    if partner.status == "paused":  # is it a test or not? its profile says so when it goes on
        return Outcome(state=State.NOTICED, why=f"{partner.name} is paused", due_in_seconds=60)
    if exchange.document is not DocType.RECORDS and exchange.document not in partner.send:
        return _not_agreed(exchange, partner)
    return partner


def _not_now(exchange: Exchange, made: Composed) -> Outcome | None:
    """Return the outcome of what is not to be sent, or not yet; None for what is."""
    if made.nothing:
        return Outcome(state=State.CANCELLED, why=made.nothing)
    if made.wait is not None and not exchange.released:
        return Outcome(state=State.NOTICED, why=made.wait.why, due_in_seconds=made.wait.seconds)
    return None


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
    envelope = outgoing_envelope(partner, needs.company(), exchange.document, getattr(document, "kind", ""))
    translator = needs.translator(envelope.format)
    canonical = {"canonical": msgspec.json.format(msgspec.json.encode(document), indent=2)}

    def render(numbered: Envelope) -> bytes:
        return translator.write(document, numbered, partner)

    try:
        render(trial(envelope))
    except Unwritable as fault:
        held = tuple(structs.replace(f, severity=Severity.HOLD) for f in fault.findings)
        why = held[0].line() if held else "it cannot be written"
        return Outcome(state=State.HELD, why=why, findings=findings + held, artifacts=canonical)
    orders = _orders(exchange, document, needs)
    return Outcome(
        state=State.COMPOSED,
        findings=findings,
        artifacts=canonical,
        changes={
            "number": document.number,
            "order_number": next(iter(orders), ""),
        },
        orders=orders,
        file=OutFile(envelope=envelope, render=render),
    )


def _orders(exchange: Exchange, document: AnyDocument, needs: Needs) -> tuple[str, ...]:
    """Return all orders that a document belongs to, the one first that it was noticed for."""
    numbers = (exchange.order_number, *needs.orders_of(exchange.partner, document))
    return tuple(dict.fromkeys(number for number in numbers if number))
