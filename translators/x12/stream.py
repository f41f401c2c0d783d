"""Reads X12 as a stream of events: interchanges, groups and sets, with the faults of each (TA105, AK905, AK502).

`events` never raises and never loses a document that can be told apart: a fault of one interchange, group or set stays
with it. It holds about a chunk of the file, whatever the file's size and whatever it is made of: sets, segments, junk.
`envelopes.unwrap` collects the same events into one value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec.structs import replace

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.characters import AS_IT_COMES, CHUNK, Characters, Reading
from translators.x12.events import Event, Loose
from translators.x12.interchange import MOST_FAULTS, MOST_SHOWN, Interchange
from translators.x12.scan import Piece, scan
from translators.x12.tokens import BLANKS

_MARK = "\xef\xbb\xbf"  # the byte order mark of UTF-8, as Latin-1


def events(
    source: BinaryIO, file: str, reading: Reading = AS_IT_COMES, *, chunk: int = CHUNK
) -> Iterator[Event]:
    """Open every interchange of a binary stream; `file` is its name for the findings.

    The events do not depend on `chunk`, the number of bytes that are read at a time, but for how a set is divided into
    `SetText`. Errors of `source` itself are not caught.
    """
    characters = Characters(source, reading, chunk)
    loose = _Loose(characters, file)
    interchange: Interchange | None = None
    for piece in scan(characters):
        if piece.kind == "junk":
            loose.take(piece)
            continue
        if piece.isa is not None:
            if interchange:
                yield from interchange.ends()
            yield from loose.before_isa()
            interchange = Interchange(characters, file, piece.isa, piece)
            yield interchange.begins()
        elif interchange:
            yield from interchange.take(piece)
        if interchange and interchange.closed:
            yield from interchange.ends()
            interchange = None
    if interchange:
        yield from interchange.ends()
    yield from loose.at_the_end()


class _Loose:
    """What concerns the file as a whole: its encoding, and what stands outside of interchanges."""

    def __init__(self, characters: Characters, file: str) -> None:
        self._characters = characters
        self._file = file
        self._interchanges = 0
        self._begin = 0  # of the junk since the last interchange
        self._size = 0
        self._shown = ""  # how it begins, blanks left out
        self._content = False  # does anything but blanks stand in it?
        self._noted = 0

    def take(self, piece: Piece) -> None:
        """Take some junk."""
        if not self._size:
            self._begin = self._characters.offset(piece.at)
        self._size += len(piece.text)
        if len(self._shown) <= MOST_SHOWN:
            self._shown = (self._shown + piece.text).lstrip(BLANKS)[: MOST_SHOWN + 1]
        self._content = self._content or bool(self._shown)

    def before_isa(self) -> Iterator[Loose]:
        """Report what stood before an ISA."""
        if not self._interchanges:
            yield from self._notes()
        self._interchanges += 1
        if self._shown and self._noted < MOST_FAULTS:
            self._noted += 1
            yield self._junk()
        self._size, self._shown = 0, ""

    def at_the_end(self) -> Iterator[Loose]:
        """Report what stood behind the last interchange, or that there was none."""
        if self._interchanges:
            yield from self.before_isa()
            return
        notes = list(self._notes())
        yield from notes
        if not any(note.finding.fatal for note in notes):
            yield Loose(self._nothing())

    def _notes(self) -> Iterator[Loose]:
        for finding in self._characters.findings:
            yield Loose(replace(finding, where=replace(finding.where, file=self._file)))

    def _junk(self) -> Loose:
        mark = self._shown.strip(BLANKS) == _MARK
        what = "a byte order mark was" if mark else f"{self._size} bytes outside of any interchange were"
        finding = Finding(
            problems.ENVELOPE_JUNK,
            f"{what} left out",
            Severity.NOTE if mark else Severity.WARNING,
            Where(file=self._file, offset=self._begin),
            _without_isa(self._shown[:MOST_SHOWN]),
            "files should hold interchanges only",
        )
        return Loose(finding)

    def _nothing(self) -> Finding:
        if not self._content:
            where = Where(file=self._file)
            return Finding(problems.FILE_EMPTY, "the file is empty", where=where, hint="send it again")
        return Finding(
            problems.FILE_UNREADABLE,
            "no ISA segment was found, so this is no X12 interchange",
            where=Where(file=self._file, offset=0),
            hint="an X12 file begins with ISA and its separators; check encoding and format",
        )


def _without_isa(text: str) -> str:
    """Return the beginning of a text up to the letters ISA: what follows may be a password (ISA02, ISA04)."""
    before, isa, _rest = text.partition("ISA")
    return before + isa
