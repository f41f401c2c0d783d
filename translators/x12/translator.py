"""The X12 format behind the hub's ports: `Translator` and `Acknowledger`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from hub.model import problems
from hub.model.acks import GroupVerdict, ReceivedGroupAck, ReceivedTechnicalAck
from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Address, Delimiters, Envelope, Unwrapped, UnwrappedInterchange
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.errors import Unwritable
from translators.x12.ack_reader import read_functional_ack, read_technical_ack
from translators.x12.acknowledge import group_acknowledgment, technical_acknowledgment
from translators.x12.check import check_set
from translators.x12.envelopes import unwrap
from translators.x12.isa import WIDTHS, find_isa
from translators.x12.sets import SET_IDS, doctype
from translators.x12.tokens import BLANKS, decode, segments
from translators.x12.writer import write_interchange

RELEASE = re.compile(r"[0-9]{6}[A-Z0-9]{0,6}")


class X12Translator:
    """X12 in and out. Holds nothing; compiled dictionaries are cached in the process."""

    name = "x12"
    extension = "edi"
    set_ids: Mapping[DocType, tuple[str, str]] = SET_IDS

    def recognises(self, head: bytes) -> bool:
        """Say whether an ISA stands in the first bytes of a file (after a byte order mark, blanks or a mail header)."""
        return find_isa(head.decode("latin-1"), 0) >= 0

    def doctype(self, set_id: str) -> DocType:
        """Return the kind of document of a transaction set id."""
        return doctype(set_id)

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:  # noqa: ARG002 - X12 tells all itself
        """Open all envelopes of a file."""
        return unwrap(data, file)

    def check(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[Finding, ...]:
        """Hold one set against the dictionary of its release and the partner's `must`."""
        agreement = partner.receive.get(document) if partner else None
        return check_set(payload, envelope, agreement.must if agreement else None)

    def read(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
        """Make a canonical document of a set."""
        from translators.x12.mapping import read_document

        delimiters = envelope.delimiters
        parts = [part.split(delimiters.element) for part in segments(decode(payload, delimiters), delimiters)]
        return read_document(parts, document, envelope, partner)

    def write(self, document: AnyDocument, envelope: Envelope, partner: Partner) -> bytes:
        """Write one document as a complete interchange and hold it against the partner's own demands.

        Raises `Unwritable` when our own check would refuse what was written.
        """
        from translators.x12.mapping import write_document

        data = write_interchange(envelope, [write_document(document, envelope, partner)])
        faults = self._faults(data, partner)
        if faults:
            raise Unwritable(faults)
        return data

    def _faults(self, data: bytes, partner: Partner) -> tuple[Finding, ...]:
        """Read back what was written, as the partner will."""
        faults: list[Finding] = []
        for interchange in unwrap(data, "").interchanges:
            faults += interchange.findings
            for group in interchange.groups:
                faults += group.findings
                for one in group.sets:
                    agreement = partner.send.get(one.document)
                    must = agreement.must if agreement else None
                    faults += (*one.findings, *check_set(one.payload, one.envelope, must))
        return tuple(f for f in faults if f.fatal)

    def write_technical_ack(
        self, interchange: UnwrappedInterchange, refusals: tuple[Finding, ...], envelope: Envelope
    ) -> bytes:
        """Write an interchange that carries one TA1 and nothing else.

        Even a wrecked ISA is answered: what cannot be echoed from it gives way to what can be written.
        """
        extra = tuple(f for f in refusals if f not in interchange.findings)
        ack = technical_acknowledgment(interchange, extra)
        wrecked = any(f.problem in _UNUSABLE for f in interchange.findings)
        answer = replace(
            envelope,
            sender=_writable(envelope.sender),
            receiver=_writable(envelope.receiver),
            delimiters=Delimiters() if wrecked else envelope.delimiters,
        )
        return write_interchange(answer, [], [ack], replace_separators=True)

    def write_functional_ack(self, verdict: GroupVerdict, envelope: Envelope, partner: Partner) -> bytes:
        """Write an interchange that carries one 997 or 999, as the partner's profile asks."""
        set_id: Literal["997", "999"] = "999" if partner.x12.functional_ack == "999" else "997"
        body = group_acknowledgment(verdict, partner.x12.ack_detail, set_id)
        release = _ack_release(envelope.release, set_id)
        return write_interchange(
            replace(envelope, functional_id="FA", set_id=set_id, release=release), [body]
        )

    def read_functional_ack(
        self, payload: bytes, envelope: Envelope
    ) -> tuple[tuple[ReceivedGroupAck, ...], tuple[Finding, ...]]:
        """Read a 997 or 999 that answers something of ours."""
        return read_functional_ack(payload, envelope)

    def read_technical_ack(self, payload: bytes, envelope: Envelope) -> ReceivedTechnicalAck:
        """Read one TA1 segment."""
        text = decode(payload, envelope.delimiters).strip(BLANKS).removesuffix(envelope.delimiters.segment)
        return read_technical_ack(text.split(envelope.delimiters.element))


_UNUSABLE = {
    problems.ISA_TRUNCATED,
    problems.ENVELOPE_DELIMITERS,
}  # the ISA's separators cannot be used to answer


def _writable(address: Address) -> Address:
    """Return an address as it fits into an ISA."""
    return Address(address.qualifier[: WIDTHS[4]], address.id[: WIDTHS[5]])


def _ack_release(release: str, set_id: str) -> str:
    """Return GS08 of an acknowledgment: that of the group, where it is one; a 999 exists from 004061 on."""
    known = release if RELEASE.fullmatch(release) else "004010"
    if set_id == "997":
        return known
    if known.startswith("005010X"):
        return "005010X231A1"
    return known if known >= "004061" else "005010"
