"""All that is wrong with a file, finding by finding, with the set that each belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct, field

from hub.model.envelope import Envelope
from hub.model.finding import Finding, Severity
from translators.x12.events import (
    GroupBegins,
    GroupEnds,
    InterchangeBegins,
    InterchangeEnds,
    Loose,
    SetBegins,
    SetEnds,
)
from translators.x12.rules.compiled import checker_of
from translators.x12.rules.source import nearest_release
from translators.x12.tools.reading import Rules, judged


class Placed(Struct, frozen=True):
    """One finding of a file. `set` counts the sets of the file from 1; 0 and no ids outside of sets."""

    file: str
    finding: Finding
    set: int = 0
    set_id: str = ""
    set_control: str = ""

    def line(self) -> str:
        """Return it as one line: file, set, place, message."""
        inside = f"{self.set_id} {self.set_control}" if self.set else ""
        return self.finding.line(": ".join(part for part in (self.file, inside) if part))


class ReadBy(Struct, frozen=True):
    """A kind of set that was read by a dictionary of another release than its own."""

    set_id: str
    release: str
    by: str


_MOST_KINDS = 100  # that are remembered of a file


class Counts(Struct):
    """What was counted in files while they were read."""

    files: int = 0
    sets: int = 0
    segments: int = 0
    undescribed: int = 0  # sets without a dictionary: their content was not checked
    errors: int = 0
    warnings: int = 0
    read_by: list[ReadBy] = field(default_factory=list)  # each kind once
    skipped: list[str] = field(default_factory=list)  # files that could not be read

    def begin(self, envelope: Envelope, rules: Rules) -> None:
        """Count a set, and remember by which release it is read when that is not its own."""
        self.sets += 1
        release = nearest_release(envelope.release, rules.library)
        if not is_described(envelope, rules):
            self.undescribed += 1
        elif release != envelope.release:
            kind = ReadBy(envelope.set_id, envelope.release, release)
            if kind not in self.read_by and len(self.read_by) < _MOST_KINDS:
                self.read_by.append(kind)

    def add(self, finding: Finding) -> None:
        """Count a finding by its weight; notes are not counted."""
        self.errors += finding.fatal
        self.warnings += finding.severity in {Severity.WARNING, Severity.HOLD}


def check_file(source: BinaryIO, file: str, rules: Rules, counts: Counts) -> Iterator[Placed]:
    """Yield all that is wrong with a file, in the order in which it is known; count in `counts`."""
    counts.files += 1
    ordinal = 0
    envelope: Envelope | None = None  # of the set that is open
    for event in judged(source, file, rules):
        found: tuple[Finding, ...] = ()
        match event:
            case SetBegins():
                ordinal, envelope = ordinal + 1, event.envelope
                counts.begin(envelope, rules)
            case SetEnds():
                found = tuple(sorted(event.findings, key=lambda f: f.where.segment_number or 0))
                counts.segments += event.segments
            case GroupBegins() | GroupEnds() | InterchangeBegins() | InterchangeEnds():
                envelope, found = None, event.findings
            case Loose():
                found = (event.finding,)
        for finding in found:
            counts.add(finding)
            yield _placed(finding, file, envelope, ordinal)


def is_described(envelope: Envelope, rules: Rules) -> bool:
    """Say whether there is a dictionary for a set."""
    return checker_of(envelope, None, rules.library) is not None


def _placed(finding: Finding, file: str, envelope: Envelope | None, ordinal: int) -> Placed:
    if envelope is None:
        return Placed(file, finding)
    return Placed(file, finding, ordinal, envelope.set_id, envelope.set_control)
