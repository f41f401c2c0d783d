"""X12 behind the hub's `Acknowledger` port: acknowledgments as whole files, and what partners' ones say."""

from __future__ import annotations

from typing import Literal

from msgspec import structs

from hub.model.acks import GroupVerdict, ReceivedGroupAck, ReceivedTechnicalAck, Verdict
from hub.model.envelope import Envelope, UnwrappedInterchange
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.x12.ack_reader import read_functional_ack, read_technical_ack
from translators.x12.acknowledge import group_acknowledgment, set_verdicts, technical_acknowledgment
from translators.x12.tokens import decode
from translators.x12.writer import write_interchange


class X12Acknowledger:
    """Writes TA1, 997 and 999, and reads them."""

    def verdicts(self, verdict: GroupVerdict) -> tuple[Verdict, ...]:
        """Return the verdict on each set of a group, as AK501 says it."""
        return set_verdicts(verdict)

    def write_technical_ack(
        self, interchange: UnwrappedInterchange, refusals: tuple[Finding, ...], envelope: Envelope
    ) -> bytes:
        """Write an interchange that carries one TA1; findings that the interchange has already count once."""
        extra = tuple(f for f in refusals if f not in interchange.findings)
        ta1 = technical_acknowledgment(interchange, extra)
        return write_interchange(structs.replace(envelope, set_id="TA1"), (), (ta1,))

    def write_functional_ack(self, verdict: GroupVerdict, envelope: Envelope, partner: Partner) -> bytes:
        """Write an interchange that carries one 997 or 999 on a received group."""
        kind: Literal["997", "999"] = "999" if partner.x12.functional_ack == "999" else "997"
        body = group_acknowledgment(verdict, partner.x12.ack_detail, kind)
        return write_interchange(structs.replace(envelope, set_id=kind, functional_id="FA"), [body])

    def read_functional_ack(
        self, payload: bytes, envelope: Envelope
    ) -> tuple[tuple[ReceivedGroupAck, ...], tuple[Finding, ...]]:
        """Read a 997 or 999 (ST through SE)."""
        return read_functional_ack(payload, envelope)

    def read_technical_ack(self, payload: bytes, envelope: Envelope) -> ReceivedTechnicalAck:
        """Read one TA1 segment without its terminator."""
        return read_technical_ack(decode(payload, envelope.delimiters).split(envelope.delimiters.element))
