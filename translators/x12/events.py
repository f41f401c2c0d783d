"""What the reader of a stream reports, one event after the other, and in which order they come.

    Loose | InterchangeBegins (TechnicalAck | GroupBegins (SetBegins SetText* SetEnds)* GroupEnds)* InterchangeEnds

Everything that begins also ends, whatever the file holds. A set that stands outside of any group makes a finding of its
interchange and no events.
"""

from __future__ import annotations

from msgspec import Struct

from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.finding import Finding


class InterchangeBegins(Struct, frozen=True):
    """An ISA. A fatal finding means that nothing inside may be used; it is reported all the same."""

    envelope: Envelope
    isa: bytes  # as received
    findings: tuple[Finding, ...] = ()
    offset: int = 0  # bytes from the start of the file


class GroupBegins(Struct, frozen=True):
    """A GS."""

    envelope: Envelope
    findings: tuple[Finding, ...] = ()


class SetBegins(Struct, frozen=True):
    """An ST. Its text follows."""

    document: DocType
    envelope: Envelope
    offset: int
    findings: tuple[Finding, ...] = ()


class SetText(Struct, frozen=True):
    """A run of whole segments of the set that is open, from ST to SE; all runs together are the set as received.

    `tokens.decode` and `tokens.segments` make segments of a run. A set of a file in UTF-16, EBCDIC or a code page comes
    in UTF-8. `whole` is false for a part of a segment of more than two million characters: it goes on in the next run.
    """

    data: bytes
    whole: bool = True


class SetEnds(Struct, frozen=True):
    """The SE, or where the set was cut off. `segments` were counted from ST through SE."""

    segments: int
    findings: tuple[Finding, ...] = ()


class GroupEnds(Struct, frozen=True):
    """The GE, or where the group was cut off."""

    declared_count: str = ""  # GE01 as sent; empty when GE is missing
    findings: tuple[Finding, ...] = ()


class TechnicalAck(Struct, frozen=True):
    """A TA1: its elements, "TA1" first."""

    elements: tuple[str, ...]


class InterchangeEnds(Struct, frozen=True):
    """The IEA, or where the interchange was cut off; with all faults of its envelopes that came after the ISA."""

    findings: tuple[Finding, ...] = ()


class Loose(Struct, frozen=True):
    """A finding that concerns the file as a whole."""

    finding: Finding


Event = (
    InterchangeBegins
    | GroupBegins
    | SetBegins
    | SetText
    | SetEnds
    | GroupEnds
    | TechnicalAck
    | InterchangeEnds
    | Loose
)
