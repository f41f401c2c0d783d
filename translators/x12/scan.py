"""Cuts a stream of characters into pieces: where each envelope and each transaction set begins and ends.

No loop over characters and none over segments: one regular expression finds the segments of envelopes, whatever stands
between them is handed on in runs. Inside an interchange an envelope segment counts only at the start of a segment, so
"ISA" in the data is data. Pieces lie side by side without gaps: put together they are the file.

Only a part of the file is held: a chunk, and before it the segment that has not ended yet. A segment that does not end
at all is handed on in parts of LONGEST characters. The content of binary segments (BIN, BDS) is passed over by its
length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hub.model.envelope import Delimiters
from translators.x12.buffer import Buffer
from translators.x12.characters import Characters
from translators.x12.isa import LONGEST as LONGEST_ISA
from translators.x12.isa import Isa, find_isa, is_fixed, line_end, read_isa
from translators.x12.tokens import BINARY, binary_content, blanks_between

LONGEST = 1 << 21  # characters of a segment; no segment but a binary one is ever so long

_AHEAD = 16  # an ISA is told by so many characters
_WINDOW = 4096  # the first look into an interchange: many are short
_NARROW = 64  # the look behind a binary segment, which grows at once
_WIDE = 1 << 16  # what is looked at and cut at once
_WIDEST = 1 << 24  # where a segment is longer than that
_ISA_WINDOW = LONGEST_ISA + 8


class Piece(NamedTuple):
    """A run of characters of a file, `at` its first one.

    `kind` is junk (outside of interchanges), ISA, GS, GE, TA1, IEA, SE (without its ST), stray (other segments outside
    of sets), set, binary or part.
    A set comes in one or several pieces of whole segments: the first `opens` it, the last `ends` it: "SE", or "cut"
    when no SE came; `last` is where the SE begins in `text`. `binary` is one whole binary segment of a set, `part` some
    of a segment that is longer than LONGEST; `fault` is "short" or "long" when a binary content is so by its length.
    """

    kind: str
    at: int
    text: str
    opens: bool = False
    ends: str = ""
    last: int = 0
    isa: Isa | None = None
    fault: str = ""


def scan(characters: Characters) -> Iterator[Piece]:
    """Cut a file into pieces. Never fails."""
    buffer = Buffer(characters)
    while True:
        yield from _junk(buffer)
        if not buffer.fill(_ISA_WINDOW):
            return
        isa = read_isa(buffer.text[buffer.at : buffer.at + _ISA_WINDOW], decoded=not characters.plain)
        yield Piece("ISA", *buffer.take(buffer.at + isa.size), isa=isa)
        if isa.readable:
            yield from _Interchange(buffer, isa.signs).pieces()


def _junk(buffer: Buffer) -> Iterator[Piece]:
    """Pass over what stands before the next ISA; behind it the buffer stands at one, or at the end."""
    while True:
        begin = find_isa(buffer.text, buffer.at)
        if begin < 0:
            begin = len(buffer.text) - (0 if buffer.ended else _AHEAD)
        if begin > buffer.at:
            yield Piece("junk", *buffer.take(begin))
        if not buffer.fill(_AHEAD + 1):
            return
        if find_isa(buffer.text, buffer.at, buffer.at + _AHEAD) == buffer.at:
            if _plausible(buffer):
                return
            yield Piece("junk", *buffer.take(buffer.at + 3))


def _plausible(buffer: Buffer) -> bool:
    """Say whether the letters ISA at the reading point begin an interchange.

    Behind a letter only a whole ISA does, and so in quotation marks: "ISA" is a name in JSON.
    """
    before = buffer.text[max(0, buffer.at - 1) : buffer.at]
    quoted = before == buffer.text[buffer.at + 3] == '"'
    if not (quoted or (before.isascii() and before.isalnum())):
        return True
    buffer.fill(_ISA_WINDOW)
    return is_fixed(buffer.text[buffer.at : buffer.at + _ISA_WINDOW])


class _Interchange:
    """Cuts one interchange, from behind its ISA through its IEA, or to where the next ISA begins."""

    def __init__(self, buffer: Buffer, signs: Delimiters) -> None:
        self.buffer = buffer
        self.terminator = signs.segment
        self.signs = signs
        self.pattern = _envelope_pattern(signs.element, signs.segment)
        self.open = False  # a set whose SE has not come yet ...
        self.opening = False  # ... and of which nothing was handed on yet
        self.fresh = True  # the reading point is the start of a segment
        self.out: list[Piece] = []  # pieces that were not yielded yet
        self.window = _WINDOW
        self.starved = False  # more must be read before anything else
        self.skip = 0  # so many characters are to be handed on unseen, of a long binary segment
        self.closed = False

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces. The window grows, so that a file of many short interchanges costs only its length."""
        buffer = self.buffer
        while not self.closed:
            if self.skip:
                yield from self._skip()
            horizon = min(len(buffer.text), buffer.at + self.window)
            final = buffer.ended and horizon == len(buffer.text)
            following = self._following(horizon)
            stop = following if following >= 0 else horizon if final else self._whole(horizon)
            begin = buffer.base + buffer.at
            self._run(stop)
            yield from self._done()
            if buffer.at == stop and (following >= 0 or final):
                break
            moved = buffer.base + buffer.at > begin
            if self.starved or (not moved and horizon == len(buffer.text)):
                buffer.more()
            self.window = min(self.window * 4, _WIDE if moved else _WIDEST)
            self.starved = False
        if self.open:
            yield Piece("set", buffer.base + buffer.at, "", self.opening, "cut")

    def _done(self) -> list[Piece]:
        done, self.out = self.out, []
        return done

    def _following(self, horizon: int) -> int:
        """Return where the next ISA begins at the start of a segment or of a line, or -1."""
        buffer = self.buffer
        text, at = buffer.text, find_isa(buffer.text, buffer.at, horizon)
        while at >= 0:
            before, ends = text[max(0, at - 80) : at], ("\r", "\n", self.terminator)
            if before.endswith(ends) or before.rstrip(" \t\0").endswith(ends):
                return at
            at = find_isa(text, at + 3, horizon)
        return -1

    def _whole(self, horizon: int) -> int:
        """Return the end of the last segment before `horizon` that can be seen whole, its line end too."""
        text, at, terminator = self.buffer.text, self.buffer.at, self.terminator
        doubtful = text.find("ISA", max(at, horizon - _AHEAD), horizon)
        last = text.rfind(terminator, at, doubtful if doubtful >= 0 else horizon)
        if last >= 0 and last + len(terminator) + 2 > horizon:
            last = text.rfind(terminator, at, last)
        return at if last < 0 else self._behind(last)

    def _behind(self, terminator_at: int) -> int:
        at = terminator_at + len(self.terminator)
        return at + len(line_end(self.buffer.text, at, self.terminator))

    def _end_of_segment(self, at: int, stop: int) -> int:
        """Return the end of the segment in which `at` stands, `stop` when it does not end before."""
        found = self.buffer.text.find(self.terminator, at, stop)
        return min(stop, self._behind(found)) if found >= 0 else stop

    def _run(self, stop: int) -> None:
        """Cut what stands from the reading point up to `stop`. Stops earlier behind IEA and binary content."""
        buffer = self.buffer
        if len(buffer.text) - buffer.at >= LONGEST:
            stop = self._over_long(stop)
        text, terminator = buffer.text, self.terminator
        seam = text.rfind(terminator, max(0, buffer.at - 8), buffer.at) if self.fresh else -1
        for match in self.pattern.finditer(text, seam if seam >= 0 else buffer.at, stop):
            start, tag = match.start(1), match.group(1)
            if start < buffer.at:
                continue
            if tag in BINARY:
                content = binary_content(text, start, self.signs.element) if self.open else None
                if content:
                    self._binary(max(buffer.at, self._behind(match.start())), content, stop)
                    return
                continue
            self._envelope(tag, start, stop)
            if self.closed:
                return
        self._before(stop)

    def _envelope(self, tag: str, start: int, stop: int) -> None:
        """Hand on what stands before an envelope segment, and the segment (ST: only note that a set begins)."""
        buffer = self.buffer
        self.fresh = True
        if self.open and tag == "SE":
            self.open = False
            opens, self.opening = self.opening, False
            last = start - buffer.at
            end = self._end_of_segment(start, stop)
            self.out.append(Piece("set", *buffer.take(end), opens, "SE", last))
            return
        self._before(start)
        if self.open:
            self.open = False
            self.out.append(Piece("set", buffer.base + start, "", ends="cut"))
        if tag == "ST":
            self.open = self.opening = True
            return
        self.closed = tag == "IEA"
        self.out.append(Piece(tag, *buffer.take(self._end_of_segment(start, stop))))

    def _before(self, stop: int) -> None:
        """Hand on a run of segments up to `stop`."""
        if stop > self.buffer.at:
            opens, self.opening = self.opening, False
            kind = "set" if self.open else "stray"
            self.out.append(Piece(kind, *self.buffer.take(stop), opens))
            self.fresh = True

    def _over_long(self, stop: int) -> int:
        """Hand on a part of a segment that is too long; return where the run before the next such segment stops."""
        buffer, at = self.buffer, self.buffer.at
        while at < stop:
            end = self._end_of_segment(at, stop)
            if end - at > LONGEST and self._terminator_after(at) < 0:
                break
            at = end
        endless = buffer.at == stop and len(buffer.text) - stop >= LONGEST + _AHEAD
        if at > buffer.at or (at == stop and not endless):
            return at
        begin = buffer.at
        if endless and not self._is_endless(begin):
            return begin
        self.fresh = False
        opens, self.opening = self.opening, False
        self.out.append(Piece("part", *buffer.take(begin + LONGEST), opens))
        return buffer.at

    def _is_endless(self, begin: int) -> bool:
        """Say whether neither a terminator nor an ISA stands in the next LONGEST characters."""
        return self._terminator_after(begin) < 0 and self._following(begin + LONGEST + _AHEAD) < 0

    def _terminator_after(self, begin: int) -> int:
        return self.buffer.text.find(self.terminator, begin, begin + LONGEST + len(self.terminator))

    def _binary(self, start: int, content: tuple[int, int], stop: int) -> None:
        """Hand on a binary segment. One with a wrong length ends at its first terminator, as any segment."""
        buffer, terminator = self.buffer, self.terminator
        self._before(start)
        self.window = (
            _NARROW  # what was seen behind it may have been its content; many of them stand in a row
        )
        text, (begin, size) = buffer.text, content
        end = begin + size
        if size > LONGEST:
            self.skip, self.fresh = end - buffer.at, False
        elif end + len(terminator) + 2 > len(text) and not buffer.ended:
            self.starved = True
        elif text.startswith(terminator, end):
            self.out.append(Piece("binary", *buffer.take(self._behind(end))))
        else:
            stop = self._end_of_segment(begin, stop)
            fault = "short" if stop < end else "long"
            self.out.append(Piece("binary", *buffer.take(stop), fault=fault))

    def _skip(self) -> Iterator[Piece]:
        """Hand on a long binary segment up to its terminator, chunk by chunk."""
        buffer = self.buffer
        while self.skip and buffer.fill(1):
            stop = min(len(buffer.text), buffer.at + self.skip)
            self.skip -= stop - buffer.at
            yield Piece("part", *buffer.take(stop))
        more = buffer.fill(len(self.terminator))
        if not buffer.text.startswith(self.terminator, buffer.at):
            fault = "long" if more else "short"
            yield Piece("binary", buffer.base + buffer.at, "", fault=fault)
        self.skip = 0


@lru_cache(maxsize=64)
def _envelope_pattern(element: str, terminator: str) -> re.Pattern[str]:
    """Return the pattern of an envelope or binary segment's id at the start of a segment."""
    e, t = re.escape(element), re.escape(terminator)
    return re.compile(rf"{t}[{blanks_between(terminator)}]*+(G[SE]|S[TE]|IEA|TA1|BIN|BDS)(?={e}|{t})")
