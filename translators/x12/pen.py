"""Writes single segments: elements joined, trailing separators trimmed, nothing that separates or controls in the data.

Where a segment's description has components or repetitions, the signs that divide them in the given values are replaced
by those that the interchange is written with. Where it has none, and in the envelopes, such a sign is a fault. What no
dictionary describes is written as it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from hub.model import problems
from hub.model.envelope import Delimiters
from hub.model.finding import Finding, Where
from translators.x12.rules.dictionary import Segment, Use
from translators.x12.rules.source import load, nearest_release
from translators.x12.signs import COMPONENT, trimmed
from translators.x12.tokens import BINARY

MOST_FINDINGS = 1000  # of one file

MOST_SHOWN = 100  # characters of a bad value

_ENVELOPES = frozenset({"ISA", "ISB", "ISE", "ISX", "IEA", "GS", "GE", "ST", "SE", "TA1", "TA3"})
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_CONTROLS = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0))))  # C0, DEL, C1
_HALVES = "\ud800-\udfff"  # of surrogate pairs: no characters
_EXPONENT = re.compile(r"-?[0-9]+(\.[0-9]+)?E([+-]?[0-9]{1,9})")
_MOST_ZEROS = 30  # no element that is a number is longer


class Kind(NamedTuple):
    """How an element is made up: has it components, does it repeat?"""

    parts: bool
    repeats: bool


_PLAIN = Kind(parts=False, repeats=False)
_LOOSE = Kind(parts=True, repeats=True)  # nobody knows
_KINDS = tuple(Kind(parts, repeats) for parts in (False, True) for repeats in (False, True))


def _kind(use: Use | None) -> Kind:
    return Kind(bool(use.parts), use.repeats > 1) if use else _LOOSE


class _Rules(NamedTuple):
    """What two sets of separators, those given and those written, make of values."""

    signs: dict[Kind, dict[int, str]]  # what becomes of the separators in an element of a kind
    bad: dict[Kind, re.Pattern[str]]  # what may not stand in one
    odd: re.Pattern[str]  # what has to be looked at: any sign that may separate, and numbers with an exponent


@lru_cache(maxsize=64)
def _rules(given: Delimiters, used: Delimiters) -> _Rules:
    """Return the rules for two sets of separators; most interchanges have those of the one before."""
    signs = {kind: _translation(kind, given, used) for kind in _KINDS}
    bad = {kind: _forbidden(kind, given, used, set(map(chr, signs[kind]))) for kind in _KINDS}
    separating = {sign for d in (given, used) for sign in (d.element, d.component, d.repetition, d.segment)}
    harmless = {chr(c) for c in range(0x20, 0x7F)} - separating | {used.element}
    return _Rules(signs, bad, re.compile(f"[^{_class(harmless)}]|[0-9]E[+-]?[0-9]"))


def _translation(kind: Kind, given: Delimiters, used: Delimiters) -> dict[int, str]:
    signs = {}
    if kind.parts:
        signs = {given.component: used.component, COMPONENT: used.component}
    if kind.repeats and used.repetition:
        signs[given.repetition] = used.repetition
    return {ord(sign): written for sign, written in signs.items() if len(sign) == 1}


def _forbidden(kind: Kind, given: Delimiters, used: Delimiters, translated: set[str]) -> re.Pattern[str]:
    signs = {*_CONTROLS, COMPONENT, used.element, used.segment, used.component, used.repetition}
    if kind.repeats and not used.repetition:
        signs.add(given.repetition)
    return re.compile(f"[{_class(signs - translated - {''})}{_HALVES}]")


def _class(signs: Iterable[str]) -> str:
    return re.escape("".join(sorted(signs)))


class Pen:
    """Writes segments with one interchange's separators and notes what cannot be written.

    `given` divide components and repetitions in the values, `used` are written. `replacing`: what is written must go
    out; a sign that may not stand in the data becomes a blank and no finding.
    """

    def __init__(self, given: Delimiters, used: Delimiters, codec: str) -> None:
        self.given, self.used = given, used
        self.codec = codec
        self.end = used.segment + used.suffix
        self.replacing = False
        self.findings: list[Finding] = []
        self._segments: Mapping[str, Segment] = {}
        self._signs, self._bad, self._odd = _rules(given, used)
        self._limited = not codec.startswith("utf")

    def turn_to(self, release: str, *, replacing: bool) -> None:
        """Write what follows by the dictionary of a release."""
        self._segments = load(nearest_release(release)).segments
        self.replacing = replacing

    def of_set(self, elements: Sequence[str], number: int) -> str:
        """Return a segment that stands between ST and SE, without its terminator."""
        tag = elements[0] if elements else ""
        if not _TAG.fullmatch(tag) or tag in _ENVELOPES:
            message = f"{tag!r} is no segment that can stand inside of a set"
            hint = "envelopes are written around the sets; a segment id is two or three capitals or digits"
            where = Where(segment_number=number, segment=tag)
            self.note(Finding(problems.SEGMENT_NOT_IN_SET, message, where=where, value=tag, hint=hint))
            return ""
        return self.segment(elements, number)

    def segment(self, elements: Sequence[str], number: int) -> str:
        """Return a segment without its terminator; `number` is its place in the set, 0 in the envelopes."""
        tag = elements[0]
        cut = trimmed(list(elements))
        joined = self.used.element.join(cut)
        if (
            tag not in BINARY
            and not self._odd.search(joined)
            and joined.count(self.used.element) == len(cut) - 1
        ):
            return joined  # nearly every segment
        binary = bool(number) and tag in BINARY and len(cut) == BINARY[tag] + 2
        values = [self.value(cut, at, number) for at in range(1, len(cut) - binary)]
        if binary:
            values.append(self._content(cut, number))
        return self.used.element.join([tag, *values])

    def value(self, elements: Sequence[str], at: int, number: int) -> str:
        """Return one element as it may be written."""
        value, tag = elements[at], elements[0]
        if not value or (value.isalnum() and value.isascii() and "E" not in value):  # the usual case
            return value
        use = self._use(tag, at)
        kind = _PLAIN if tag in _ENVELOPES else _kind(use)
        if "E" in value and use and use.element.kind[0] in "RN" and not use.parts:
            value = self._plain_number(elements, at, number)
        torn, unknown = set(self._bad[kind].findall(value)), self._unknown(value)
        if (torn or unknown) and not self.replacing:
            signs = " ".join(map(repr, sorted(torn or unknown)))
            message = f"holds {signs}, which separates or controls in this interchange"
            hint = "take it out of the data, or choose other separators in the partner's profile"
            if not torn:
                message = f"holds {signs}, which the encoding {self.codec} does not have"
                hint = "take it out of the data, or agree on another encoding in the partner's profile"
            self._note(problems.ELEMENT_CHARACTER, elements, at, number, message=message, hint=hint)
        for sign in torn | unknown:
            value = value.replace(sign, " ")
        return value.translate(self._signs[kind])

    def literal(self, elements: Sequence[str]) -> set[str]:
        """Return the signs of a segment that are data, not separators of its components or repetitions."""
        found: set[str] = set()
        tag = elements[0] if elements else ""
        for at, value in enumerate(elements[: BINARY.get(tag, len(elements)) + 1]):
            if value.isalnum() and value.isascii():  # no separator is a letter or a digit
                continue
            kind = _kind(self._use(tag, at)) if at else _PLAIN
            found.update(set(value).difference(map(chr, self._signs[kind])))
        return found

    def note(self, finding: Finding) -> None:
        """Keep what is wrong."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)

    def _use(self, tag: str, at: int) -> Use | None:
        """Return how an element is described, None when it is not."""
        segment = self._segments.get(tag)
        return segment.uses[at - 1] if segment and at <= len(segment.uses) else None

    def _unknown(self, value: str) -> set[str]:
        """Return the characters that the file's encoding does not have."""
        if not self._limited or value.isascii():
            return set()
        found = set(value) - {COMPONENT}
        return {sign for sign in found if not sign.encode(self.codec, "ignore")}

    def _plain_number(self, elements: Sequence[str], at: int, number: int) -> str:
        """Return a number without its exponent, which few partners read; refuse one of absurd size."""
        value = elements[at]
        match = _EXPONENT.fullmatch(value)
        if match is None:
            return value
        if abs(int(match.group(2))) > _MOST_ZEROS:
            message = "is a number of more digits than any element has"
            self._note(
                problems.ELEMENT_LONG, elements, at, number, message=message, hint="correct the number"
            )
            return value
        return f"{Decimal(value):f}"

    def _content(self, elements: Sequence[str], number: int) -> str:
        """Return binary content as it is, if it is as long as the segment says: it may hold any separator."""
        at = len(elements) - 1
        declared, content = elements[at - 1], elements[at]
        size = len(content.encode("utf-8", "replace") if self.codec == "utf-8" else content)
        if declared != str(size) or self._unknown(content):
            short = declared.isdecimal() and size < int(declared[:9])
            problem = problems.ELEMENT_SHORT if short else problems.ELEMENT_LONG
            message = f"is {size} long in {self.codec}; {elements[0]}{at - 1:02d} says {declared}"
            hint = "count the bytes of the content as they are sent"
            self._note(problem, elements, at, number, message=message, hint=hint)
            return ""
        return content

    def _note(
        self, problem: str, elements: Sequence[str], at: int, number: int, *, message: str, hint: str
    ) -> None:
        where = Where(segment_number=number or None, segment=elements[0], element=at)
        message = f"{elements[0]}{at:02d} {message}"
        self.note(Finding(problem, message, where=where, value=elements[at][:MOST_SHOWN], hint=hint))
