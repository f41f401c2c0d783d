"""The X12 format behind the hub's port `Translator`."""

from __future__ import annotations

from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope, Unwrapped
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.errors import Unwritable
from translators.x12.accounts import without_accounts
from translators.x12.agreement import guideline_of
from translators.x12.characters import AS_IT_COMES, Reading, begins_x12
from translators.x12.collector import resting
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set
from translators.x12.rules.source import SHIPPED, Library
from translators.x12.sets import doctype
from translators.x12.tokens import decode, segments
from translators.x12.writer import write_interchange


class X12Translator:
    """X12 in and out. Compiled dictionaries are cached in the process."""

    name = "x12"
    extension = "edi"

    def __init__(self, library: Library = SHIPPED) -> None:
        self.library = library  # where dictionaries are looked for

    def recognises(self, head: bytes) -> bool:
        """Say whether an ISA stands in the first bytes of a file (after a byte order mark, blanks or a mail header)."""
        return begins_x12(head)

    def doctype(self, set_id: str) -> DocType:
        """Return the kind of document of a transaction set id."""
        return doctype(set_id)

    def unwrap(self, data: bytes, file: str, partner: Partner | None) -> Unwrapped:
        """Open all envelopes of a file, read as the partner's profile says."""
        x12 = partner.x12 if partner else None
        return unwrap(data, file, Reading(x12.wrapped, x12.encoding) if x12 else AS_IT_COMES)

    def check(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[Finding, ...]:
        """Hold one set against the dictionary of its release and the partner's guideline."""
        agreement = partner.receive.get(document) if partner else None
        found = check_set(payload, envelope, guideline_of(agreement, envelope.set_id), self.library)
        return without_accounts(found)

    @resting()
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

        body = write_document(document, envelope, partner)
        x12 = partner.x12
        data = write_interchange(
            envelope, [body], choose_separators=x12.other_separators, encoding=x12.encoding
        )
        faults = self._faults(data, partner)
        if faults:
            raise Unwritable(faults)
        return data

    def _faults(self, data: bytes, partner: Partner) -> tuple[Finding, ...]:
        """Read back what was written, as the partner will."""
        faults: list[Finding] = []
        for interchange in self.unwrap(data, "", partner).interchanges:
            faults += interchange.findings
            for group in interchange.groups:
                faults += group.findings
                for one in group.sets:
                    agreement = partner.send.get(one.document)
                    wanted = guideline_of(agreement, one.envelope.set_id)
                    found = check_set(one.payload, one.envelope, wanted, self.library)
                    faults += (*one.findings, *found)
        return tuple(f for f in faults if f.fatal)
