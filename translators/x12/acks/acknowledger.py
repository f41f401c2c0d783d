"""X12 behind the hub's port `Acknowledger`: acknowledgments and advices as whole files, and what partners' ones say."""

from __future__ import annotations

import re
from typing import Literal

from msgspec.structs import replace

from hub.model.acks import (
    DocumentVerdict,
    GroupVerdict,
    ReceivedAdvice,
    ReceivedGroupAck,
    ReceivedTechnicalAck,
    Verdict,
)
from hub.model.envelope import Address, Delimiters, Envelope, UnwrappedInterchange
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.x12.acks.advice import application_advice, read_application_advice
from translators.x12.acks.reader import read_functional_ack, read_technical_ack
from translators.x12.acks.verdicts import group_acknowledgment, set_verdicts, technical_acknowledgment
from translators.x12.isa import WIDTHS
from translators.x12.tokens import BLANKS, decode
from translators.x12.tools.repeat import notes_on_repeat
from translators.x12.writer import can_separate, write_interchange

RELEASE = re.compile(r"[0-9]{6}[A-Z0-9]{0,6}")


class X12Acknowledger:
    """Writes TA1, 997, 999 and 824, and reads them.

    An acknowledgment goes out whatever the partner's envelope holds: what cannot be echoed gives way to what can
    be written.
    """

    def verdicts(self, verdict: GroupVerdict) -> tuple[Verdict, ...]:
        """Return the verdict on each set of a group, as AK501 says it."""
        return set_verdicts(verdict)

    def technical_verdict(self, interchange: UnwrappedInterchange, refusals: tuple[Finding, ...]) -> Verdict:
        """Return the verdict on an interchange, as TA104 says it."""
        return Verdict(technical_acknowledgment(interchange, refusals)[4])

    def notes_on_repeat(self, before: bytes, after: bytes) -> tuple[Finding, ...]:
        """Return what an interchange says other than an earlier one with its control number."""
        return notes_on_repeat(before, after)

    def write_technical_ack(
        self,
        interchange: UnwrappedInterchange,
        refusals: tuple[Finding, ...],
        envelope: Envelope,
        partner: Partner | None = None,
    ) -> bytes:
        """Write an interchange that carries one TA1; findings that the interchange has already count once."""
        extra = tuple(f for f in refusals if f not in interchange.findings)
        ta1 = technical_acknowledgment(interchange, extra)
        encoding = partner.x12.encoding if partner else ""
        answer = _writable(replace(envelope, set_id="TA1"), encoding)
        return write_interchange(answer, (), (ta1,), replace_separators=True, encoding=encoding)

    def write_functional_ack(self, verdict: GroupVerdict, envelope: Envelope, partner: Partner) -> bytes:
        """Write an interchange that carries one 997 or 999 on a received group, as the partner's profile asks."""
        kind: Literal["997", "999"] = "999" if partner.x12.functional_ack == "999" else "997"
        release = partner.x12.ack_release or _ack_release(envelope.release, kind)
        body = group_acknowledgment(verdict, partner.x12.ack_detail, kind, release)
        answer = _writable(
            replace(envelope, set_id=kind, functional_id="FA", release=release), partner.x12.encoding
        )
        return write_interchange(answer, [body], encoding=partner.x12.encoding)

    def read_functional_ack(
        self, payload: bytes, envelope: Envelope
    ) -> tuple[tuple[ReceivedGroupAck, ...], tuple[Finding, ...]]:
        """Read a 997 or 999 (ST through SE)."""
        return read_functional_ack(payload, envelope)

    def read_technical_ack(self, payload: bytes, envelope: Envelope) -> ReceivedTechnicalAck:
        """Read one TA1 segment, with or without its terminator."""
        text = decode(payload, envelope.delimiters).strip(BLANKS).removesuffix(envelope.delimiters.segment)
        return read_technical_ack(text.split(envelope.delimiters.element))

    def write_application_advice(
        self, advice: DocumentVerdict, envelope: Envelope, partner: Partner
    ) -> bytes:
        """Write an interchange that carries one 824 on a received document, in the partner's dialect."""
        answer = _writable(replace(envelope, set_id="824", functional_id="AG"), partner.x12.encoding)
        body = application_advice(advice, answer, partner.name)
        return write_interchange(answer, [body], replace_separators=True, encoding=partner.x12.encoding)

    def read_application_advice(
        self, payload: bytes, envelope: Envelope
    ) -> tuple[tuple[ReceivedAdvice, ...], tuple[Finding, ...]]:
        """Read an 824 (ST through SE)."""
        return read_application_advice(payload, envelope)


def _writable(envelope: Envelope, encoding: str) -> Envelope:
    """Return an envelope with addresses that fit into an ISA and separators that separate."""
    separators = envelope.delimiters if can_separate(envelope, encoding) else Delimiters()
    sender, receiver = _fitting(envelope.sender), _fitting(envelope.receiver)
    return replace(envelope, sender=sender, receiver=receiver, delimiters=separators)


def _fitting(address: Address) -> Address:
    return Address(address.qualifier[: WIDTHS[4]], address.id[: WIDTHS[5]])


def _ack_release(release: str, set_id: str) -> str:
    """Return GS08 of an acknowledgment: that of the group, where it is one; a 999 exists from 004061 on."""
    known = release if RELEASE.fullmatch(release) else "004010"
    if set_id == "997":
        return known
    if known.startswith("005010X"):
        return "005010X231A1"
    return known if known >= "004061" else "005010"
