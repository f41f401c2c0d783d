"""Makes events of the pieces of one interchange. Its state: the open group, the open set, the segments so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from hub.model import problems
from hub.model.envelope import Address, Envelope
from hub.model.finding import Finding, Severity
from translators.x12.characters import Characters
from translators.x12.control import At, same_control, trailer_count
from translators.x12.events import Event, InterchangeBegins, InterchangeEnds, SetText, TechnicalAck
from translators.x12.isa import Isa
from translators.x12.opened import Group, Groups, OpenSet
from translators.x12.scan import Piece
from translators.x12.tokens import BLANKS, decode

MOST_FAULTS = 1000  # a file of nothing but faults must not fill the memory
MOST_SHOWN = 40  # characters of what stood in a wrong place

#: Segments between ISA and GS that ask the network for something, or tell of it: known, and not for us.
_FOR_THE_NETWORK = {"ISB", "ISE", "TA3"}


class Interchange:
    """One interchange that is being read."""

    def __init__(self, characters: Characters, file: str, isa: Isa, piece: Piece) -> None:
        self._characters, self._file = characters, file
        self._isa, self._piece = isa, piece
        self._terminator = isa.signs.segment
        self._envelope = _envelope_of(isa)
        self._number = 1  # of the segment in the interchange, ISA = 1
        self._findings: list[Finding] = []
        self._groups = Groups()
        self._group: Group | None = None
        self._set: OpenSet | None = None
        self._set_at = 0
        self._answered = False  # a TA1 came
        self._astray = False  # a stray segment was reported, and no envelope segment came since
        self._stop = piece.at + len(piece.text)
        self.closed = not isa.readable

    def begins(self) -> InterchangeBegins:
        """Return the event of the ISA."""
        offset = self._characters.offset(self._piece.at)
        findings = tuple(
            replace(f, where=replace(f.where, file=self._file, offset=offset)) for f in self._isa.findings
        )
        return InterchangeBegins(self._envelope, self._characters.encode(self._piece.text), findings, offset)

    def take(self, piece: Piece) -> Iterable[Event]:
        """Take the next piece."""
        self._stop = piece.at + len(piece.text)
        if piece.kind in {"set", "binary"} or (piece.kind == "part" and (self._set or piece.opens)):
            return self._take_set(piece)
        if piece.kind in {"stray", "part"}:
            self._take_strays(piece)
            return ()
        return self._take_envelope(piece)

    def _take_envelope(self, piece: Piece) -> Iterator[Event]:
        """Take a segment of the envelopes of groups."""
        self._number += 1
        if self._group is None and len(self._findings) > MOST_FAULTS and piece.kind in {"SE", "GE"}:
            return  # one more of too many
        self._astray = False
        elements = self._elements(piece.text)
        at = self._at(piece.at, piece.kind)
        if piece.kind == "TA1":
            self._answered = True
            yield TechnicalAck(tuple(elements))
        elif piece.kind == "GS":
            yield from self._abandon_group(at)
            self._group = Group(self._envelope, [*elements, *[""] * 8], at)
            yield self._group.begins()
        elif piece.kind == "GE":
            yield from self._close_group(at, [*elements, "", ""])
        elif piece.kind == "SE":
            hint = "segments belong between ST and SE, sets between GS and GE"
            self._note(at.fault(problems.ENVELOPE_STRUCTURE, "an SE without its ST", hint=hint))
        else:
            yield from self._abandon_group(at)
            self._close(at, [*elements, "", ""])

    def ends(self) -> Iterator[Event]:
        """Close what is still open."""
        if not self.closed:
            at = replace(self._at(self._stop, "IEA"), number=self._number + 1)
            yield from self._abandon_group(at)
            message = "the interchange has no IEA: it was cut off"
            hint = "send the interchange again, complete"
            self._findings.append(at.fault(problems.IEA_MISSING, message, hint=hint))
        yield InterchangeEnds(tuple(self._findings))

    def _at(self, position: int, segment: str) -> At:
        return At(self._file, self._characters.offset(position), self._number, segment)

    def _note(self, finding: Finding) -> None:
        """Keep a fault; behind the last that is kept say so."""
        if len(self._findings) < MOST_FAULTS:
            self._findings.append(finding)
        elif len(self._findings) == MOST_FAULTS:
            message = "more faults of the envelopes were found; they are not listed"
            self._findings.append(replace(finding, message=message, value=""))

    def _elements(self, text: str) -> list[str]:
        """Return a segment as trimmed elements, without its terminator."""
        delimiters = self._isa.signs
        if not text.isascii() and self._characters.plain:
            delimiters = self._isa.delimiters
            text = decode(text.encode("latin-1"), delimiters)
        content = text.strip(BLANKS).removesuffix(delimiters.segment)
        return [e.strip(BLANKS) for e in content.split(delimiters.element)]

    def _take_strays(self, piece: Piece) -> None:
        """Report the first of the segments that stand outside of any set, and count them all."""
        position = piece.at
        for text in piece.text.split(self._terminator):
            content = text.strip(BLANKS)
            self._number += bool(content) and piece.kind == "stray"
            if content and not self._astray:
                tag = content.split(self._isa.signs.element, 1)[0][:3]
                begin = position + len(text) - len(text.lstrip(BLANKS))
                self._stray(content, self._at(begin, tag))
            position += len(text) + len(self._terminator)

    def _stray(self, content: str, at: At) -> None:
        if at.segment in _FOR_THE_NETWORK:
            return
        if at.segment == "ISX":
            message = "ISX names a release character; it is not applied"
            hint = "ask the partner to send without one, in separators that do not occur in the data"
            self._note(at.fault(problems.ENVELOPE_STRUCTURE, message, hint=hint, severity=Severity.NOTE))
            return
        self._astray = True
        shown, isa, _secret = content[:MOST_SHOWN].partition("ISA")  # behind it may stand a password
        shown += isa
        message = f"{shown!r} stands outside of any set"
        hint = "segments belong between ST and SE, sets between GS and GE"
        self._note(at.fault(problems.ENVELOPE_STRUCTURE, message, value=shown, hint=hint))

    def _close_group(self, at: At, ge: list[str]) -> Iterator[Event]:
        if self._group is None:
            hint = "each GE closes one GS"
            self._note(at.fault(problems.ENVELOPE_STRUCTURE, "a GE without its GS", hint=hint))
            return
        yield self._group.ends(at, ge, self._groups)
        self._group = None

    def _abandon_group(self, at: At) -> Iterator[Event]:
        """Close a group whose GE did not come before the segment at `at`."""
        if self._group is not None:
            yield self._group.ends(replace(at, segment="GE"), None, self._groups)
            self._group = None

    def _take_set(self, piece: Piece) -> list[Event]:
        events: list[Event] = []
        if piece.opens:
            events += self._begin_set(piece)
        one = self._set
        if one is None:
            return events
        if piece.kind == "binary":
            at = At(
                self._file, self._characters.offset(piece.at), one.segments + 1, piece.text.lstrip(BLANKS)[:3]
            )
            one.take_binary(piece.text, piece.fault, at)
        elif piece.kind == "part":
            at = At(self._file, self._characters.offset(piece.at), one.segments + 1, "")
            one.take_part(piece.text, at)
        else:
            one.take(piece.text, self._terminator)
        if piece.text and self._group:
            events.append(SetText(self._characters.encode(piece.text), piece.kind != "part"))
        if piece.ends:
            events += self._end_set(piece, one)
        return events

    def _begin_set(self, piece: Piece) -> tuple[Event, ...]:
        st = [*self._elements(piece.text[: piece.text.find(self._terminator)]), *[""] * 3]
        self._astray = False
        if self._group is None:
            self._set = OpenSet(st[2])
            at = replace(self._at(piece.at, "ST"), number=self._number + 1)
            message = f"the set {st[1]} {st[2]} stands outside of any group"
            hint = "a GS must come before the first ST"
            self._note(at.fault(problems.ENVELOPE_STRUCTURE, message, hint=hint))
            return ()
        offset = self._characters.offset(piece.at)
        begins, self._set = self._group.begin_set(st, At(self._file, offset, 1, "ST"))
        return (begins,)

    def _end_set(self, piece: Piece, one: OpenSet) -> tuple[Event, ...]:
        """Close the set, by its SE or without."""
        closed = piece.ends == "SE"
        position = piece.at + (piece.last if closed else len(piece.text))
        se = [*self._elements(piece.text[piece.last :]), "", ""] if closed else None
        count = one.count()
        ends = one.ends(se, At(self._file, self._characters.offset(position), count, "SE"))
        self._number += count
        self._set = None
        if self._group is None:
            return ()
        self._group.end_set(one)
        return (ends,)

    def _close(self, at: At, iea: list[str]) -> None:
        self.closed = True
        count = self._groups.count
        # many systems write 1 behind a TA1 that stands alone; what it says is whole
        lone = self._answered and not count and iea[1].lstrip("0") == "1"
        severity = Severity.WARNING if lone else Severity.ERROR
        self._note_all(trailer_count(at, problems.IEA_COUNT, iea[1], count, "groups", severity=severity))
        # TA105 001 is a note in the usual reading: the content is whole all the same
        wanted = self._isa[13]
        self._note_all(
            same_control(at, problems.IEA_CONTROL, iea[2], "ISA13", wanted, severity=Severity.WARNING)
        )

    def _note_all(self, findings: list[Finding]) -> None:
        self._findings += findings


def _envelope_of(isa: Isa) -> Envelope:
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
