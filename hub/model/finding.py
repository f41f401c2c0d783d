"""Findings: what is wrong with a partner's data, where, and what to do about it.

Data problems are findings, never exceptions. All findings of a document are reported, not the first.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"  # the document cannot be accepted
    HOLD = "hold"  # a business exception: our operator decides
    WARNING = "warning"  # accepted, and somebody should know
    NOTE = "note"


class Where(Struct, frozen=True, omit_defaults=True, gc=False):
    """A place in a partner's file. Empty or None means: does not apply.

    `segment_number` counts from ST = 1 inside a transaction set, or from ISA = 1 for envelope findings
    (the count that AK302 reports). `row` counts from 1 and includes the header row.
    """

    file: str = ""
    offset: int | None = None  # bytes from the start of the file
    segment_number: int | None = None
    segment: str = ""  # segment id, e.g. PO1
    loop: str = ""  # loop id as AK303 reports it
    element: int | None = None  # position in the segment, 1-based
    component: int | None = None
    repeat: int | None = None
    element_ref: str = ""  # data element number, e.g. 355 (AK402)
    row: int | None = None
    column: str = ""
    path: str = ""  # canonical path or XPath, e.g. lines[2].price

    @property
    def name(self) -> str:
        """Return the element or segment as guides write it: PO102, REF04-2, PO1; empty outside of X12."""
        name = self.segment + (f"{self.element:02d}" if self.segment and self.element else "")
        return name + (f"-{self.component}" if name and self.component else "")

    def __str__(self) -> str:
        parts: list[str] = []
        if self.segment_number is not None:
            parts.append(f"segment {self.segment_number}")
        if self.segment:
            parts.append(self.name)
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column!r}")
        if self.path:
            parts.append(self.path)
        if not parts and self.offset is not None:
            parts.append(f"byte {self.offset}")
        return " ".join(parts)


class Finding(Struct, frozen=True, omit_defaults=True, gc=False):
    """One problem at one place.

    `problem` is a stable dotted code (see `hub.model.problems`), `message` a sentence in plain words,
    `hint` what to do, `value` the bad value as received (masked where the field is secret).
    """

    problem: str
    message: str
    severity: Severity = Severity.ERROR
    where: Where = Where()
    value: str = ""
    hint: str = ""

    @property
    def fatal(self) -> bool:
        """Say whether the document cannot be accepted as it is."""
        return self.severity is Severity.ERROR

    @property
    def place(self) -> str:
        """Return where it is, for standing before the message: a name with which that begins is left to it."""
        where, name = str(self.where), self.where.name
        named = name and self.message.startswith((f"{name} ", f"{name}:"))
        return where.removesuffix(name).rstrip() if named else where

    def line(self, file: str = "") -> str:
        """Return the finding as one line: what stands where, then the message."""
        place = ": ".join(p for p in (file or self.where.file, self.place) if p)
        return f"{place}: {self.message}" if place else self.message


def worst(findings: tuple[Finding, ...] | list[Finding]) -> Severity | None:
    """Return the heaviest severity among the findings, or None when there are none."""
    for severity in Severity:
        if any(f.severity is severity for f in findings):
            return severity
    return None
