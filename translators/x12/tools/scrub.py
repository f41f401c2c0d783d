"""A sample without private data, and with the same structure: for mails, tickets and tests.

Segments, qualifiers, codes, lengths, separators, counts, quantities and prices stay. Names, addresses, references, item
ids and control numbers are replaced by `disguise`; dates move by whole weeks; check digits of GTIN, UPC and SSCC stay
right. Which data elements are private stands in scrub.toml. A check finds in the sample what it finds in the file.

Where numbers are to be replaced, too, each is so by itself: only the totals that `scrub_totals` knows stay right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from hub.model.envelope import Delimiters, Envelope
from translators.x12.characters import Characters
from translators.x12.isa import SECRET, WIDTHS, Isa, mask_isa
from translators.x12.rules.compiled import checker_of
from translators.x12.rules.dictionary import Segment
from translators.x12.rules.grammar import State
from translators.x12.rules.source import load, nearest_release
from translators.x12.rules.walk import Walk
from translators.x12.scan import Piece, scan
from translators.x12.tokens import BLANKS, decode
from translators.x12.tools.disguise import Disguise
from translators.x12.tools.reading import Rules
from translators.x12.tools.scrub_totals import Totals
from translators.x12.tools.scrub_values import Ways, plan

_SHORT = 3  # characters; shorter words are taken for the ids of segments and for codes


def scrub(source: BinaryIO, rules: Rules, key: bytes, *, numbers: bool = False) -> Iterator[bytes]:
    """Yield the sample piece by piece. `key` is a secret: who has it can undo all of it.

    `numbers`: quantities, prices and amounts are replaced, too.

    A file in UTF-16, EBCDIC or a code page comes out in UTF-8.
    """
    characters = Characters(source, rules.reading)
    scrubber = _Scrubber(characters, rules, Disguise(key), numbers=numbers)
    for piece in scan(characters):
        yield scrubber.piece(piece)


class _Scrubber:
    """Scrubs piece after piece. Its state: the interchange, the group's release, the set that is open."""

    def __init__(self, characters: Characters, rules: Rules, disguise: Disguise, *, numbers: bool) -> None:
        self.characters, self.rules, self.disguise = characters, rules, disguise
        self.numbers = numbers
        self.delimiters = Delimiters()
        self.release = ""
        self.set: _Set | None = None

    def piece(self, piece: Piece) -> bytes:
        """Return a piece with other values."""
        if piece.isa is not None:
            self.delimiters = piece.isa.delimiters
            return self.characters.encode(self._isa(piece.text, piece.isa))
        if piece.kind in {"set", "GS", "GE", "IEA", "TA1", "SE"}:
            data = self.characters.encode(piece.text)
            text = decode(data, self.delimiters)
            utf_8 = text.encode("utf-8") == data or text.encode("latin-1", "replace") != data
            code = "utf-8" if utf_8 else "latin-1"  # a mixture becomes UTF-8
            return self._known(piece, text).encode(code)
        # junk, strays, binary content, endless segments: nobody knows what it is
        return self.characters.encode(_without_meaning(piece.text, self.disguise))

    def _isa(self, text: str, isa: Isa) -> str:
        """Return an ISA with other addresses and numbers; passwords are made unreadable."""
        separator = isa.signs.element
        elements = (mask_isa(text) if _is_fixed(text, separator) else text).split(separator)
        for at in SECRET:
            if at < len(elements):
                elements[at] = re.sub(r"[^ ~\r\n]", "x", elements[at])
        self._envelope("ISA", elements)
        return separator.join(elements)

    def _known(self, piece: Piece, text: str) -> str:
        if piece.kind == "set":
            if piece.opens or self.set is None:
                ways = Ways(self.disguise, self.delimiters, numbers=self.numbers)
                self.set = _Set(text, self.delimiters, self._release(), self.rules, ways)
            return self.set.run(text)
        body, end = _ending(text, self.delimiters.segment)
        elements = body.split(self.delimiters.element)
        if piece.kind == "GS":
            self.release = elements[8].strip(BLANKS) if len(elements) > 8 else ""
        self._envelope(piece.kind, elements)
        return self.delimiters.element.join(elements) + end

    def _release(self) -> str:
        return self.rules.release or self.release

    def _envelope(self, tag: str, elements: list[str]) -> None:
        """Change the private elements of an envelope segment in place."""
        hidden = self.disguise
        ways: dict[str, Callable[[str], str]] = {
            "text": hidden.text,
            "number": hidden.number,
            "date": hidden.date,
        }
        for kind, positions in plan().envelope.get(tag, {}).items():
            for at in positions:
                if at < len(elements):
                    value = elements[at].strip(BLANKS)
                    elements[at] = elements[at].replace(value, ways[kind](value)) if value else elements[at]


def _is_fixed(text: str, separator: str) -> bool:
    """Say whether every separator of an ISA stands where it must; a password may then hold one more."""
    at = len("ISA")
    for width in WIDTHS:
        if not text.startswith(separator, at):
            return False
        at += len(separator) + width
    return True


def _ending(text: str, terminator: str) -> tuple[str, str]:
    """Divide a segment from its terminator and line end."""
    body = text.rstrip(BLANKS.replace(terminator, ""))
    body = body.removesuffix(terminator)
    return body, text[len(body) :]


def _without_meaning(text: str, disguise: Disguise) -> str:
    """Return a text of which only the shape is left; the ids and separators of segments stay."""
    words = re.split(r"([^A-Za-z0-9]+)", text)
    return "".join(w if at % 2 or len(w) <= _SHORT else disguise.text(w) for at, w in enumerate(words))


class _Set:
    """The set that is open: where each of its segments stands, and its totals."""

    def __init__(self, text: str, delimiters: Delimiters, release: str, rules: Rules, ways: Ways) -> None:
        self.delimiters = delimiters
        first = text.lstrip(BLANKS).split(delimiters.segment, 1)[0].split(delimiters.element)
        _, set_id, _, guide, *_ = [*(value.strip(BLANKS) for value in first), "", "", ""]
        envelope = rules.envelope(Envelope(format="x12", release=release, set_id=set_id, set_guide=guide))
        checker = checker_of(envelope, None, rules.library)
        self.segments = load(nearest_release(envelope.guide, rules.library), rules.library).segments
        self.trail: list[State] = []
        self.walk = (
            Walk(checker, delimiters.component, delimiters.repetition, self.trail) if checker else None
        )
        self.ways = ways
        self.totals = Totals(checker.definition.totals if checker else ()) if ways.numbers else None

    def run(self, text: str) -> str:
        """Return a run of segments with other values; what stands between segments stays."""
        parts = text.split(self.delimiters.segment)
        for at, part in enumerate(parts):
            body = self._body(part)
            if body:
                begin = part.index(body)
                parts[at] = part[:begin] + self._segment(body, at) + part[begin + len(body) :]
        for at, element, value in self.totals.end_run() if self.totals else ():
            parts[at] = self._with(parts[at], element, value)
        return self.delimiters.segment.join(parts)

    def _body(self, part: str) -> str:
        """Return a segment without what stands around it."""
        if self.delimiters.segment in "\r\n":
            return part.strip(BLANKS)
        return part.strip("\r\n").lstrip(BLANKS)

    def _with(self, part: str, position: int, value: str) -> str:
        """Put a total into its segment."""
        elements = part.split(self.delimiters.element)
        old = elements[position]
        elements[position] = value + old[len(old.rstrip(BLANKS)) :]
        return self.delimiters.element.join(elements)

    def _segment(self, body: str, at: int) -> str:
        elements = body.split(self.delimiters.element)
        changed = self.ways.change(elements, self._described(elements))
        if self.totals:
            self.totals.take(at, elements, changed)
        return self.delimiters.element.join(changed)

    def _described(self, elements: list[str]) -> Segment | None:
        """Return the description of a segment at the place where it stands."""
        if self.walk:
            self.trail.clear()
            self.walk.feed([elements])
            if self.trail[0].segment == elements[0]:
                return self.trail[0].subject.segment
        return self.segments.get(elements[0])
