"""acknowledge: write what we owe for a received interchange, a finished functional group, a refused document.

The answer follows the stored verdicts only, and is committed in the transaction of the last verdict: it
never waits for Odoo, and it says what was well formed, not whether we take the order (that is the 855).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec import structs

from hub.model.acks import DocumentVerdict, GroupVerdict, ReceiptEntry, SetVerdict
from hub.model.documents import DocType
from hub.model.envelope import Envelope, UnwrappedInterchange
from hub.model.exchange import Exchange, Group, State
from hub.model.finding import Finding
from hub.model.outcome import Answered, OutFile, Reply
from hub.model.partner import Partner
from hub.stages.addresses import Company, answering_envelope, outgoing_envelope
from translators.port import Acknowledger, Receipting
from translators.x12.acks.due import owes_technical


def answer_interchange(
    interchange: UnwrappedInterchange,
    refusals: tuple[Finding, ...],
    partner: Partner,
    x12: Acknowledger,
) -> Reply | None:
    """Return the TA1 for an interchange, or None when none is due.

    `refusals`: why nothing in it may be used. `owes_technical` has the rule.
    """
    envelope = interchange.envelope
    if envelope.format != "x12" or not owes_technical(interchange, refusals, partner.x12.technical_ack):
        return None
    return Reply(
        kind="TA1",
        partner=partner.key,
        document=DocType.TECHNICAL_ACK,
        file=OutFile(
            envelope=answering_envelope(envelope),
            render=partial(x12.write_technical_ack, interchange, refusals, partner=partner),
        ),
        verdict=x12.technical_verdict(interchange, refusals),
        number=envelope.interchange_control,
    )


def answer_group(
    group: Group,
    group_findings: tuple[Finding, ...],
    members: Sequence[tuple[Exchange, tuple[Finding, ...]]],
    partner: Partner,
    x12: Acknowledger,
) -> Reply | None:
    """Return the 997 (or 999) of a received group whose sets all have a verdict, or None when none is due."""
    if partner.x12.functional_ack == "none":
        return None
    verdict = GroupVerdict(
        envelope=group.envelope,
        declared_count=group.declared_count,
        findings=group_findings,
        sets=tuple(
            SetVerdict(envelope=e.envelope, findings=f, document=e.document, number=e.number)
            for e, f in members
        ),
        hold_all=partner.x12.partial == "hold_all",
    )

    def render(numbered: Envelope) -> bytes:
        return x12.write_functional_ack(verdict, numbered, partner)

    return Reply(
        kind=partner.x12.functional_ack,
        partner=partner.key,
        document=DocType.FUNCTIONAL_ACK,
        file=OutFile(envelope=answering_envelope(group.envelope), render=render),
        verdict="" if members else "R",
        answers=tuple(
            Answered(exchange_id=e.id, verdict=letter)
            for (e, _), letter in zip(members, x12.verdicts(verdict), strict=True)
        ),
        number=group.envelope.group_control,
    )


def answer_document(
    exchange: Exchange,
    findings: tuple[Finding, ...],
    reason: str,
    *,
    partner: Partner,
    company: Company,
    x12: Acknowledger,
) -> Reply | None:
    """Return the 824 of a received document that an operator refuses, or None where the profile sends none.

    It is a document of ours in the partner's dialect, but goes to the group that the document came from: GS02 and
    GS03 may name a division.
    """
    agreed = partner.send.get(DocType.APPLICATION_ADVICE)
    if agreed is None or {exchange.envelope.format, agreed.format or partner.format} != {"x12"}:
        return None
    advice = DocumentVerdict(
        document=exchange.document,
        number=exchange.number,
        order_number=exchange.order_number,
        envelope=exchange.envelope,
        reason=reason,
        findings=findings,
        our_name=company.name,
    )
    back = answering_envelope(exchange.envelope)
    envelope = structs.replace(
        outgoing_envelope(partner, company, DocType.APPLICATION_ADVICE),
        usage=back.usage,
        group_sender=back.group_sender,
        group_receiver=back.group_receiver,
    )

    def render(numbered: Envelope) -> bytes:
        return x12.write_application_advice(advice, numbered, partner)

    return Reply(
        kind="824",
        partner=partner.key,
        document=DocType.APPLICATION_ADVICE,
        file=OutFile(envelope=envelope, render=render),
        answers=(Answered(exchange_id=exchange.id, verdict="R", detail=reason),),
        number=exchange.number,
    )


def answer_file(
    group: Group,
    members: Sequence[tuple[Exchange, tuple[Finding, ...]]],
    partner: Partner,
    translator: Receipting,
) -> Reply | None:
    """Return the receipt of a CSV or XML file whose documents all have a verdict, or None where none is wanted."""
    wanted = partner.xml.receipt if group.envelope.format == "xml" else "all"
    good = all(exchange.state is not State.REJECTED for exchange, _ in members)
    if wanted == "never" or (wanted == "rejected" and good):
        return None
    entries = tuple(_entry(exchange, findings) for exchange, findings in members)

    def render(numbered: Envelope) -> bytes:
        return translator.write_receipt(entries, partner, numbered)

    return Reply(
        kind="receipt",
        partner=partner.key,
        document=DocType.RECEIPT,
        file=OutFile(envelope=answering_envelope(group.envelope), render=render),
        answers=tuple(
            Answered(exchange_id=e.id, verdict="R" if e.state is State.REJECTED else "A") for e, f in members
        ),
        number=entries[0].number if entries else "",
    )


def _entry(exchange: Exchange, findings: tuple[Finding, ...]) -> ReceiptEntry:
    return ReceiptEntry(
        document=exchange.document,
        number=exchange.number,
        status="rejected" if exchange.state is State.REJECTED else "accepted",
        findings=findings,
    )
