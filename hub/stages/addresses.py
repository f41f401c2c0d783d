"""Addresses: whose interchange is this, and how do we address what we send.

An address is compared trimmed and case-exact; `2` and `02` are different qualifiers unless the profile says
what the partner really writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Address, Delimiters, Envelope
from hub.model.finding import Finding, Where
from hub.model.partner import Partner
from translators.x12.sets import GROUPS, set_of


class Company(Struct, frozen=True, kw_only=True):
    """How our company is called in envelopes unless a profile says otherwise."""

    name: str
    isa: str  # "qualifier:id"
    gs: str = ""
    gs1_prefix: str = ""  # what SSCCs are made of


def parse_address(text: str) -> Address:
    """Return `qualifier:id` as an address; without a colon it is an id under ZZ (mutually defined)."""
    qualifier, colon, name = text.partition(":")
    return Address(qualifier=qualifier.strip(), id=name.strip()) if colon else Address("ZZ", text.strip())


def their_address(partner: Partner) -> Address:
    """Return the partner's interchange address."""
    return parse_address(partner.identity.isa or partner.key)


def our_address(partner: Partner, company: Company) -> Address:
    """Return our interchange address towards this partner."""
    return parse_address(partner.identity.our_isa or company.isa)


def find_sender(envelope: Envelope, partners: Iterable[Partner]) -> Partner | None:
    """Return the partner that wrote this envelope: by its ISA address, and by GS02 where several share it.

    One that is paused gives way to the one that took its place.
    """
    found = [p for p in partners if their_address(p) == envelope.sender]
    matches = [p for p in found if p.status != "paused"] or found
    if len(matches) > 1:
        named = [p for p in matches if (p.identity.gs or their_address(p).id) == envelope.group_sender]
        matches = named or matches[:0]
    return matches[0] if matches else None


def routing_faults(
    envelope: Envelope, owner: Partner, partners: Mapping[str, Partner], company: Company
) -> tuple[Finding, ...]:
    """Return why an interchange in `owner`'s mailbox may not be processed; empty when it may."""
    where = Where(segment="ISA")
    sender = find_sender(envelope, partners.values())
    if sender is None:
        return (
            Finding(
                problem=problems.SENDER_UNKNOWN,
                message=f"the sender {envelope.sender} is in no profile",
                where=where,
                value=str(envelope.sender),
                hint=f'if it is {owner.name}: set [identity] isa = "{envelope.sender}" in '
                f"partners/{owner.key}.toml, then redrive",
            ),
        )
    if sender.key != owner.key:
        return (
            Finding(
                problem=problems.SENDER_WRONG_ACCOUNT,
                message=f"the sender {envelope.sender} is {sender.name}, but the file came from the mailbox "
                f"of {owner.name}",
                where=where,
                value=str(envelope.sender),
                hint="ask both partners; nothing of it was processed or answered",
            ),
        )
    if envelope.receiver != our_address(owner, company):
        return (
            Finding(
                problem=problems.RECEIVER_NOT_US,
                message=f"it is addressed to {envelope.receiver}, and we are {our_address(owner, company)}",
                where=where,
                value=str(envelope.receiver),
                hint=f"if that is us: set [identity] our_isa in partners/{owner.key}.toml, then redrive",
            ),
        )
    return ()


def outgoing_envelope(partner: Partner, company: Company, document: DocType, kind: str = "") -> Envelope:
    """Return the envelope of what we send to a partner, all but numbers and date.

    `kind` is the document's own, where it is known: a warehouse order to ship is a 940, one to receive a 943.
    """
    ours, theirs, x12 = our_address(partner, company), their_address(partner), partner.x12
    agreement = partner.send.get(document)
    form = (agreement.format if agreement else "") or partner.format
    release = (agreement.release if agreement else "") or x12.release
    set_id = set_of(document, kind, agreement.set if agreement else "") if form == "x12" else ""
    return Envelope(
        format=form,
        sender=ours,
        receiver=theirs,
        usage="P" if partner.status == "live" else "T",
        ack_requested=x12.ask_technical_ack,
        version=x12.version,
        delimiters=Delimiters(
            element=x12.element,
            component=x12.component,
            repetition=x12.repetition if release >= "004020" else "",
            segment=x12.segment,
            suffix="\n" if x12.newline and x12.segment not in "\r\n" else "",
        ),
        group_sender=partner.identity.our_gs or company.gs or ours.id,
        group_receiver=partner.identity.gs or theirs.id,
        functional_id=GROUPS.get(set_id, ""),
        release=release,
        set_id=set_id,
    )


def answering_envelope(received: Envelope, usage: str = "") -> Envelope:
    """Return the envelope of an acknowledgment: the received one turned round, never asking back.

    Group addresses are those of the group that is acknowledged; they may differ from the ISA's (domain A2).
    """
    return Envelope(
        format=received.format,
        sender=received.receiver,
        receiver=received.sender,
        usage=usage or received.usage,
        ack_requested=False,
        version=received.version,
        delimiters=received.delimiters,
        group_sender=received.group_receiver or received.receiver.id,
        group_receiver=received.group_sender or received.sender.id,
        release=received.release,
    )


def trial(envelope: Envelope) -> Envelope:
    """Return an envelope with numbers that are nobody's: to try a writing before control numbers are drawn."""
    return structs.replace(
        envelope,
        interchange_control="000000001",
        group_control="1",
        set_control="0001",
        prepared_at=dt.datetime(2000, 1, 1),  # noqa: DTZ001 - a local clock without zone, as ISA09 is
    )
