"""What a file says about itself: who sends, to whom, under which numbers."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import Struct, field

from hub.model.documents import DocType
from hub.model.finding import Finding

_RELEASE = re.compile(r"[0-9]{6}[A-Z0-9]{0,6}")


class Address(Struct, frozen=True, omit_defaults=True):
    """An interchange address: qualifier and id, trimmed (ISA05/06, ISA07/08)."""

    qualifier: str = ""
    id: str = ""

    def __str__(self) -> str:
        return f"{self.qualifier}:{self.id}" if self.qualifier else self.id


class Delimiters(Struct, frozen=True):
    """The separators of one X12 interchange, as characters."""

    element: str = "*"
    component: str = ">"
    repetition: str = ""  # empty below release 00402, where ISA11 is a standards id
    segment: str = "~"
    suffix: str = ""  # what stands after each segment terminator: "", "\\n", "\\r\\n"


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The envelopes around one document. X12 names; other formats fill what they have."""

    format: str  # x12 | csv | xml
    sender: Address = Address()
    receiver: Address = Address()
    interchange_control: str = ""  # ISA13, nine digits as written
    usage: str = ""  # ISA15: P | T | I
    ack_requested: bool = False  # ISA14
    version: str = ""  # ISA12
    delimiters: Delimiters = Delimiters()
    prepared_at: datetime | None = None  # ISA09/10: the sender's local clock, no zone
    functional_id: str = ""  # GS01
    group_sender: str = ""  # GS02
    group_receiver: str = ""  # GS03
    group_control: str = ""  # GS06
    release: str = ""  # GS08, e.g. 004010 or 004010VICS
    set_id: str = ""  # ST01, e.g. 850
    set_control: str = ""  # ST02; CSV and XML: the ordinal of the document in its file
    set_guide: str = ""  # ST03, the guide that the set was written by, e.g. 005010X222A1; most sets have none
    rows: str = ""  # CSV: the rows of the file that the document's payload was taken from, e.g. 2-4,9

    @property
    def guide(self) -> str:
        """Return the release by which the document is read: ST03 where that names one or a guide of one, else GS08."""
        return self.set_guide if _RELEASE.fullmatch(self.set_guide) else self.release


class UnwrappedSet(Struct, frozen=True, kw_only=True):
    """One document as it stood in the file."""

    document: DocType
    envelope: Envelope
    payload: bytes  # X12: ST through SE as received; other formats: the document's own bytes
    offset: int = 0  # bytes from the start of the file
    findings: tuple[Finding, ...] = ()  # faults of ST/SE (AK502) and those that only splitting can see


class UnwrappedGroup(Struct, frozen=True, kw_only=True):
    """One functional group (GS..GE) and its own faults (AK905)."""

    envelope: Envelope
    declared_count: str = ""  # GE01 as sent; empty when GE is missing
    sets: tuple[UnwrappedSet, ...] = ()
    findings: tuple[Finding, ...] = ()


class UnwrappedInterchange(Struct, frozen=True, kw_only=True):
    """One interchange (ISA..IEA), or one CSV or XML file, which has neither ISA nor groups of its own.

    `findings` are envelope faults (TA105); a fatal one means that nothing inside may be used.
    `technical_acks` are the TA1 segments that stand inside it, each a list of its elements.
    """

    envelope: Envelope
    groups: tuple[UnwrappedGroup, ...] = ()
    findings: tuple[Finding, ...] = ()
    technical_acks: tuple[tuple[str, ...], ...] = ()
    offset: int = 0
    isa: bytes = b""  # the ISA segment as received

    @property
    def refused(self) -> bool:
        """Say whether the envelope is so broken that nothing inside may be used."""
        return any(f.fatal for f in self.findings)


class Unwrapped(Struct, frozen=True, kw_only=True):
    """All that was found in one file. `findings` concern the file as a whole."""

    interchanges: tuple[UnwrappedInterchange, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    note: str = ""  # what a file says that holds no document and needs none: an answer to a file of ours
