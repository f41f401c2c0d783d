"""Opens the envelopes of an X12 file: interchanges, groups and sets, with the faults of each (TA105, AK905, AK502).

`unwrap` never raises and never loses a document that can be told apart: a fault of one interchange, group or set
stays with it.
"""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import problems
from hub.model.envelope import (
    Address,
    Envelope,
    Unwrapped,
    UnwrappedGroup,
    UnwrappedInterchange,
    UnwrappedSet,
)
from hub.model.finding import Finding, Severity, Where
from translators.x12.control import At, group_control, same_control, set_header, trailer_count
from translators.x12.groups import group_holds, group_release, set_in_group
from translators.x12.isa import Isa
from translators.x12.sets import doctype
from translators.x12.tokens import BLANKS, Piece, scan, segments

_MARKS = {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"}  # byte order marks, as Latin-1


def unwrap(data: bytes, file: str) -> Unwrapped:
    """Open every interchange of a file; `file` is its name for the findings."""
    text = data.decode("latin-1")
    interchanges: list[UnwrappedInterchange] = []
    loose: list[Finding] = []
    collector: _Collector | None = None
    for piece in scan(text):
        if piece.kind == "junk":
            loose += _junk(text, piece, file)
        elif piece.isa is not None:
            if collector:
                interchanges.append(collector.finish())
            collector = _Collector(text, piece.isa, file)
        elif collector:
            collector.take(piece)
    if collector:
        interchanges.append(collector.finish())
    if not interchanges:
        loose = [_nothing(data, file)]
    return Unwrapped(interchanges=tuple(interchanges), findings=tuple(loose))


def _nothing(data: bytes, file: str) -> Finding:
    if not data.strip():
        return Finding(problems.FILE_EMPTY, "the file is empty", where=Where(file=file), hint="send it again")
    return Finding(
        problems.FILE_UNREADABLE,
        "no ISA segment was found, so this is no X12 interchange",
        where=Where(file=file, offset=0),
        hint="an X12 file begins with ISA and its separators; check encoding and format",
    )


def _junk(text: str, piece: Piece, file: str) -> list[Finding]:
    content = text[piece.start : piece.stop].strip(BLANKS)
    if not content:
        return []
    mark = content in _MARKS
    what = (
        "a byte order mark was"
        if mark
        else f"{piece.stop - piece.start} bytes outside of any interchange were"
    )
    return [
        Finding(
            problems.ENVELOPE_JUNK,
            f"{what} left out",
            Severity.NOTE if mark else Severity.WARNING,
            Where(file=file, offset=piece.start),
            _without_isa(content[:40]),
            "files should hold interchanges only",
        )
    ]


def _without_isa(text: str) -> str:
    """Return the beginning of a text up to the letters ISA: what follows may be a password (ISA02, ISA04)."""
    before, isa, _rest = text.partition("ISA")
    return before + isa


class _Collector:
    """Builds one interchange from its pieces. Its state: the group that is open, and the segments counted so far."""

    def __init__(self, text: str, isa: Isa, file: str) -> None:
        self.text = text
        self.isa = isa
        self.file = file
        self.envelope = _interchange_envelope(isa)
        self.number = 1  # of the segment in the interchange, ISA = 1
        self.findings = [replace(f, where=replace(f.where, file=file)) for f in isa.findings]
        self.technical_acks: list[tuple[str, ...]] = []
        self.groups: list[UnwrappedGroup] = []
        self.group: Envelope | None = None  # of the open group
        self.group_at = At(file, isa.start, 1, "GS")  # of the open group
        self.group_findings: list[Finding] = []
        self.sets: list[UnwrappedSet] = []
        self.controls: set[str] = set()  # ST02 of the open group
        self.closed = False
        self.stop = isa.stop

    def take(self, piece: Piece) -> None:
        """Take the next piece."""
        self.stop = piece.stop
        if piece.kind == "set":
            self._take_set(piece)
            return
        self.number += 1
        elements = self._elements(piece)
        at = At(self.file, piece.start, self.number, piece.kind)
        if piece.kind == "TA1":
            self.technical_acks.append(tuple(elements))
        elif piece.kind == "GS":
            self._abandon_group(at)
            self._open_group(at, [*elements, *[""] * 8])
        elif piece.kind == "GE":
            self._close_group(at, [*elements, "", ""])
        elif piece.kind == "IEA":
            self._abandon_group(at)
            self._close(at, [*elements, "", ""])
        elif any(elements):
            self._stray(at, elements)

    def finish(self) -> UnwrappedInterchange:
        """Close what is still open and return the interchange."""
        if not self.closed and self.isa.readable:
            at = At(self.file, self.stop, self.number + 1, "IEA")
            self._abandon_group(at)
            message = "the interchange has no IEA: it was cut off"
            hint = "send the interchange again, complete"
            self.findings.append(at.fault(problems.IEA_MISSING, message, hint=hint))
        return UnwrappedInterchange(
            envelope=self.envelope,
            groups=tuple(self.groups),
            findings=tuple(self.findings),
            technical_acks=tuple(self.technical_acks),
            offset=self.isa.start,
            isa=self.text[self.isa.start : self.isa.stop].encode("latin-1"),
        )

    def _elements(self, piece: Piece) -> list[str]:
        """Return a piece as trimmed elements, without its terminator."""
        delimiters = self.isa.delimiters
        content = (
            self.text[piece.start : piece.stop].strip("\r\n").strip(BLANKS).removesuffix(delimiters.segment)
        )
        return [e.strip(BLANKS) for e in content.split(delimiters.element)]

    def _stray(self, at: At, elements: list[str]) -> None:
        shown = _without_isa(self.isa.delimiters.element.join(elements)[:40])
        message = "an SE without its ST" if at.segment == "SE" else f"{shown!r} stands outside of any set"
        hint = "segments belong between ST and SE, sets between GS and GE"
        at = replace(at, segment=elements[0][:3])
        self.findings.append(at.fault(problems.ENVELOPE_STRUCTURE, message, value=shown, hint=hint))

    def _open_group(self, at: At, gs: list[str]) -> None:
        self.group_findings = group_control(at, gs[6], [g.envelope.group_control for g in self.groups])
        self.group_findings += group_release(at, gs[8])
        self.group_at = at
        self.sets, self.controls = [], set()
        self.group = replace(
            self.envelope,
            functional_id=gs[1],
            group_sender=gs[2],
            group_receiver=gs[3],
            group_control=gs[6],
            release=gs[8],
        )

    def _close_group(self, at: At, ge: list[str]) -> None:
        if self.group is None:
            message = "a GE without its GS"
            self.findings.append(at.fault(problems.ENVELOPE_STRUCTURE, message, hint="each GE closes one GS"))
            return
        self.group_findings += trailer_count(at, problems.GE_COUNT, ge[1], len(self.sets), "sets")
        self.group_findings += same_control(at, problems.GE_CONTROL, ge[2], "GS06", self.group.group_control)
        self._keep_group(self.group, ge[1])

    def _abandon_group(self, at: At) -> None:
        """Finish a group whose GE did not come before the segment at `at`."""
        if self.group is not None:
            at = replace(at, segment="GE")
            fault = at.fault(problems.GE_MISSING, "the group has no GE", hint="close each GS with a GE")
            self.group_findings.append(fault)
            self._keep_group(self.group, "")

    def _keep_group(self, envelope: Envelope, declared: str) -> None:
        set_ids = [one.envelope.set_id for one in self.sets]
        self.group_findings += group_holds(self.group_at, envelope.functional_id, set_ids)
        group = UnwrappedGroup(
            envelope=envelope,
            declared_count=declared,
            sets=tuple(self.sets),
            findings=tuple(self.group_findings),
        )
        self.groups.append(group)
        self.group = None

    def _take_set(self, piece: Piece) -> None:
        raw = self.text[piece.start : piece.stop]
        st, se, count = _ends(raw, self.isa)
        envelope = replace(self.group or self.envelope, set_id=st[1], set_control=st[2])
        at = At(self.file, piece.start, self.number + 1, "ST")
        self.number += count
        if self.group is None:
            message = f"the set {st[1]} {st[2]} stands outside of any group"
            hint = "a GS must come before the first ST"
            self.findings.append(at.fault(problems.ENVELOPE_STRUCTURE, message, hint=hint))
            return
        findings = set_header(At(self.file, piece.start, 1, "ST"), st[1], st[2], self.controls)
        findings += set_in_group(At(self.file, piece.start, 1, "ST"), st[1], self.group.functional_id)
        self.controls.add(st[2])
        end = At(self.file, piece.stop, count, "SE")
        if piece.closed:
            findings += trailer_count(end, problems.SE_COUNT, se[1], count, "segments, ST and SE included")
            findings += same_control(end, problems.SE_CONTROL, se[2], "ST02", st[2])
        else:
            hint = "the set was cut off; send it again, complete"
            findings.append(end.fault(problems.SE_MISSING, "the set has no SE", hint=hint))
        self.sets.append(
            UnwrappedSet(
                document=doctype(st[1]),
                envelope=envelope,
                payload=raw.encode("latin-1"),
                offset=piece.start,
                findings=tuple(findings),
            )
        )

    def _close(self, at: At, iea: list[str]) -> None:
        self.closed = True
        self.findings += trailer_count(at, problems.IEA_COUNT, iea[1], len(self.groups), "groups")
        # TA105 001 is a note in the usual reading: the content is whole all the same
        self.findings += same_control(
            at, problems.IEA_CONTROL, iea[2], "ISA13", self.isa[13], severity=Severity.WARNING
        )


def _interchange_envelope(isa: Isa) -> Envelope:
    return Envelope(
        format="x12",
        sender=Address(isa[5], isa[6]),
        receiver=Address(isa[7], isa[8]),
        interchange_control=isa[13],
        usage=isa[15],
        ack_requested=isa[14] == "1",
        version=isa[12],
        delimiters=isa.delimiters,
        prepared_at=isa.prepared_at,
    )


def _ends(raw: str, isa: Isa) -> tuple[list[str], list[str], int]:
    """Return the first and the last segment of a set, padded to three elements, and its number of segments."""
    delimiters = isa.delimiters
    if delimiters.segment in "\r\n":
        parts = segments(raw, delimiters)
        first, last, count = parts[0], parts[-1], len(parts)
    else:
        body = raw.rstrip(BLANKS)
        first = body.split(delimiters.segment, 1)[0]
        whole = body.endswith(delimiters.segment)
        last = body.removesuffix(delimiters.segment).rsplit(delimiters.segment, 1)[-1]
        count = body.count(delimiters.segment) + (not whole)
    st, se = (
        [e.strip(BLANKS) for e in part.strip(BLANKS).split(delimiters.element)] for part in (first, last)
    )
    return [*st, "", ""], [*se, "", ""], count
