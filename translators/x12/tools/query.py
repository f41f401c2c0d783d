"""The query language of `hub x12 grep`: the places of profiles, with sets, qualified loops and a test of the value.

| query | finds |
|---|---|
| `BEG03` | element 03 of every BEG that has one |
| `REF[DP]` | the segments REF whose element 01 is DP |
| `850/PO1[UP]/02` | in sets 850, element 02 of each PO1 with a UPC (of an item line any qualifier counts) |
| `PO1/N1[ST]04` | element 04 of each N1 with ST inside a loop PO1 |
| `N1[ST]/N401` | the city of each party ST; a loop's qualifier is its head's element 01 (of HL its level, HL03) |
| `BEG03=4711*` | ... whose value fits a pattern of * and ?; `\\|` divides several |
| `BEG03!=4711` | ... whose value does not |
| `REF[DP]02~^04` | ... in which a regular expression is found |
| `*=4711*` | any element of any segment |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fnmatch import translate

from msgspec import Struct

from hub.model.envelope import Delimiters
from translators.x12.isa import SECRET
from translators.x12.rules.dictionary import Segment
from translators.x12.rules.guideline import Spot, parse_spot

_QUERY = re.compile(r"(?P<place>[^=~!]+?)(?:(?P<sign>!=|=|~)(?P<value>.*))?", re.DOTALL)
_SET = re.compile(r"(\d{3}(?:\|\d{3})*)/(.*)", re.DOTALL)
_LOOP = re.compile(r"([A-Z0-9_]{2,8})(?:\[([^\[\]]+)\])?")
_ELEMENT = re.compile(r"\d\d(-\d{1,2})?")
_ITEM_QUALIFIER = "235"  # the data element before each id of an item line


class Inside(Struct, frozen=True):
    """A loop that must be open, and the qualifiers that its head may have (none: any)."""

    name: str
    codes: frozenset[str] = frozenset()


class Query(Struct, frozen=True):
    """A parsed query. A spot without segment means any."""

    spot: Spot
    set_ids: frozenset[str] = frozenset()
    loops: tuple[Inside, ...] = ()
    sign: str = ""  # = != ~ or none
    value: str = ""

    @property
    def fits(self) -> Callable[[str], bool]:
        """Return the test of a value."""
        if not self.sign:
            return bool
        if self.sign == "~":
            sought = re.compile(self.value)
            return lambda value: sought.search(value) is not None
        pattern = re.compile("|".join(translate(part) for part in self.value.split("|")))
        wanted = self.sign == "="
        return lambda value: (pattern.fullmatch(value) is not None) is wanted


def parse_query(text: str) -> Query:
    """Return a query; raise ValueError, saying what is wrong with it."""
    match = _QUERY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no query; write it like BEG03=4711* or PO1/N1[ST]04")
    place, sign, value = match["place"].strip(), match["sign"] or "", match["value"] or ""
    if sign == "~":
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from None
    sets = _SET.fullmatch(place)
    set_ids = frozenset(sets[1].split("|")) if sets else frozenset[str]()
    *loops, last = (sets[2] if sets else place).split("/")
    if loops and _ELEMENT.fullmatch(last):  # PO1[UP]/02 is PO1[UP]02
        last = loops.pop() + last
    spot = Spot("") if last == "*" else parse_spot(last)
    if sign and not (spot.element or not spot.segment):
        raise ValueError(f"{last!r} is a segment; a value is asked of an element, such as {last}01")
    if spot.segment == "ISA" and spot.element in {0, *SECRET}:
        raise ValueError("of an ISA ask for one element; ISA02 and ISA04 are never shown")
    return Query(spot, set_ids, tuple(map(_inside, loops)), sign, value)


def _inside(text: str) -> Inside:
    match = _LOOP.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no loop; write it like PO1/ or N1[ST]/")
    return Inside(match[1], frozenset((match[2] or "").split("|")) - {""})


class Found(Struct, frozen=True):
    """One value that a query finds: where in the segment (PO102, REF04-2; empty: the segment) and what."""

    at: str
    value: str


class Search:
    """A query that looks at segment after segment of a file; it remembers the heads of the loops that are open."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.fits = query.fits
        self.heads: list[frozenset[str]] = []  # of each open loop the qualifiers of its head

    def look(
        self,
        elements: Sequence[str],
        loops: Sequence[str],
        described: Segment | None,
        delimiters: Delimiters,
        *,
        head: bool = False,
    ) -> Iterator[Found]:
        """Yield what the query finds in one segment; `loops` are open, and `head` opens the innermost."""
        del self.heads[len(loops) - head :]
        if head:
            self.heads.append(frozenset(_qualifiers(elements, described)))
        spot = self.query.spot
        if spot.segment not in {"", elements[0]} or not self._inside(loops, head=head):
            return
        if spot.codes and not spot.codes & set(_qualifiers(elements, described)):
            return
        if spot.segment and not spot.element:
            yield Found("", delimiters.element.join(elements))
            return
        for at in [spot.element] if spot.element else range(1, len(elements)):
            value = elements[at] if at < len(elements) else ""
            yield from self._values(f"{elements[0]}{at:02d}", value, at, described, delimiters)

    def _inside(self, loops: Sequence[str], *, head: bool) -> bool:
        """Say whether the loops that the query names are open, in this order."""
        wanted = iter(self.query.loops)
        inside = next(wanted, None)
        outer = len(loops) - (head and self.query.spot.segment == loops[-1] if loops else False)
        for name, codes in zip(loops[:outer], self.heads, strict=False):
            if inside and name == inside.name and (not inside.codes or inside.codes & codes):
                inside = next(wanted, None)
        return inside is None

    def _values(
        self, at: str, value: str, position: int, described: Segment | None, delimiters: Delimiters
    ) -> Iterator[Found]:
        """Yield the element, or each of its repetitions, or the component that is asked for."""
        use = described.uses[position - 1] if described and position <= len(described.uses) else None
        rounds = [value]
        if use and use.repeats > 1 and delimiters.repetition:
            rounds = value.split(delimiters.repetition)
        part = self.query.spot.component
        for one in rounds:
            found = one
            if part:
                parts = one.split(delimiters.component) if delimiters.component else [one]
                found = parts[part - 1] if part <= len(parts) else ""
            if self.fits(found):
                yield Found(f"{at}-{part}" if part else at, found)


def _qualifiers(elements: Sequence[str], described: Segment | None) -> Iterator[str]:
    """Yield element 01 (of HL its level, HL03) and, of an item line, the qualifier of each id."""
    at = 3 if elements[0] == "HL" else 1
    yield from elements[at : at + 1]
    for value, use in zip(elements[1:], described.uses if described else (), strict=False):
        if use.element.number == _ITEM_QUALIFIER:
            yield value
