"""One segment made from its description: which elements it has, and what stands in them.

The choice keeps every syntax note, and what a partner's guideline demands. Values come from
example_values.toml and dictionaries/words.toml where those have any, else they follow from type and length.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from translators.x12.rules.dictionary import Element, Note, Segment, Use
from translators.x12.rules.generate import Subject
from translators.x12.rules.guideline import Demand
from translators.x12.rules.values import digits, is_date, is_real, is_time, is_whole
from translators.x12.tools.words import words

#: Examples are dated around here, so that they are the same on any day: January 2025.
_YEAR_MONTH = "202501"
_MOST_DIGITS = 3  # of a number that nothing else is known of


class _Values(Struct, frozen=True):
    """The file example_values.toml."""

    values: Mapping[str, list[str]]
    by_qualifier: Mapping[str, Mapping[str, list[str]]]


@cache
def _values() -> _Values:
    found = tomllib.loads(Path(__file__).with_name("example_values.toml").read_text("utf-8"))
    return _Values(found["values"], found["by_qualifier"])


class Style(Struct, frozen=True):
    """How examples are made: by which chance, and what share (0 to 1) of what is optional is filled."""

    chance: random.Random
    fullness: float
    component: str  # divides composites


#: The codes that a place must have, by element and component (0: the whole element).
Fixed = Mapping[tuple[int, int], frozenset[str]]


def segment_example(subject: Subject, fixed: Fixed, style: Style) -> list[str]:
    """Return one segment, its id first, without trailing empty elements."""
    segment = subject.segment
    demands = _holding(subject.demands, fixed)
    present = _positions(segment, demands, fixed, style)
    elements = [segment.id]
    for at, use in enumerate(segment.uses, start=1):
        before = elements[-1]
        wanted = _Wanted.at(at, demands, fixed)
        filled = at in present
        elements.append(_use(use, wanted, before, style) if filled else "")
    if not segment.uses:
        elements.append("1")
    while not elements[-1]:
        elements.pop()
    return elements


def _holding(demands: Sequence[Demand], fixed: Fixed) -> tuple[Demand, ...]:
    """Return the demands that hold here: those for any qualifier, and those for the one that is fixed."""
    mine = fixed.get((1, 0), frozenset())
    return tuple(
        d for d in demands if d.spot.element and (not d.spot.codes or (mine and mine <= d.spot.codes))
    )


class _Wanted(Struct, frozen=True):
    """What is asked of one element beyond its description, by component (0: the whole element)."""

    codes: Mapping[int, frozenset[str]]
    longest: int = 0
    parts: frozenset[int] = frozenset()  # components that must be there
    banned: frozenset[int] = frozenset()  # and that may not

    @classmethod
    def at(cls, at: int, demands: Sequence[Demand], fixed: Fixed) -> _Wanted:
        codes = {component: values for (element, component), values in fixed.items() if element == at}
        mine = [d for d in demands if d.spot.element == at]
        for demand in mine:
            if demand.codes:
                known = codes.get(demand.spot.component)
                codes[demand.spot.component] = (known & demand.codes or known) if known else demand.codes
        parts = [d.spot.component for d in mine if d.spot.component and d.must]
        banned = [d.spot.component for d in mine if d.spot.component and d.forbidden]
        longest = min((d.longest for d in mine if d.longest), default=0)
        return cls(codes, longest, frozenset(parts) | (codes.keys() - {0}), frozenset(banned))


def _positions(
    segment: Segment,
    demands: Sequence[Demand],
    fixed: Fixed,
    style: Style,
) -> set[int]:
    """Choose the elements to fill: the mandatory ones, some of the others, and what the syntax notes ask for."""
    banned = {at for at, use in enumerate(segment.uses, start=1) if not use.used}
    banned |= {d.spot.element for d in demands if d.forbidden and not d.spot.component}
    needed = {at for at, use in enumerate(segment.uses, start=1) if use.mandatory} - banned
    needed |= {d.spot.element for d in demands if d.must} | {at for at, _part in fixed}
    free = [at for at in range(1, len(segment.uses) + 1) if at not in needed | banned]
    chosen = needed | {at for at in free if style.chance.random() < style.fullness}
    if not chosen and free:
        chosen = {free[0]}
    return _by_notes(segment.notes, chosen, needed, banned)


def _by_notes(notes: Sequence[Note], chosen: set[int], needed: set[int], banned: set[int]) -> set[int]:
    """Add and take away until every note is kept. It ends: what was taken away is banned and never added again."""
    chosen = chosen - banned
    while True:
        before = set(chosen), set(banned)
        for note in notes:
            _keep(note, chosen, needed, banned)
        chosen -= banned
        if (chosen, banned) == before:
            return chosen


def _keep(note: Note, chosen: set[int], needed: set[int], banned: set[int]) -> None:
    """Make a choice of positions keep one note: add what it asks for, or else ban what asks for it."""
    there = [p for p in note.positions if p in chosen]
    rest = [p for p in note.positions if p not in chosen]
    first, others = note.positions[0], note.positions[1:]
    if note.kind == "E":
        banned.update(p for p in there[1:] if p not in needed)
    elif note.kind == "R" and not there:
        chosen.update([p for p in rest if p not in banned][:1])
    elif note.kind == "L" and first in chosen and not set(others) & chosen:
        possible = [p for p in others if p not in banned][:1]
        chosen.update(possible) if possible else banned.add(first)
    elif (note.kind == "P" and there) or (note.kind == "C" and first in chosen):
        if banned.isdisjoint(rest):
            chosen.update(rest)
        else:
            banned.update(there if note.kind == "P" else [first])


def _use(use: Use, wanted: _Wanted, before: str, style: Style) -> str:
    """Return the value of one element; a composite has its mandatory components, its first, and some of the others."""
    if not use.parts:
        return _value(use.element, wanted.codes.get(0), wanted.longest, before, style.chance)
    parts: list[str] = []
    usable = [at for at, part in enumerate(use.parts, start=1) if part.used and at not in wanted.banned]
    for at, part in enumerate(use.parts, start=1):
        asked = part.mandatory or at in wanted.parts or at == usable[0]
        filled = at in usable and (asked or style.chance.random() < style.fullness)
        last = parts[-1] if parts else ""
        parts.append(_value(part.element, wanted.codes.get(at), 0, last, style.chance) if filled else "")
    return style.component.join(parts).rstrip(style.component)


def _value(
    element: Element, codes: frozenset[str] | None, longest: int, before: str, chance: random.Random
) -> str:
    """Return a value: one of the codes asked for, else a usual one that fits, else one made up."""
    most = min(element.most, longest) if longest else element.most
    if codes:
        return chance.choice(sorted(codes))
    if element.codes is not None:
        usual = sorted(element.codes & words().get(element.number, {}).keys())
        return chance.choice(usual or sorted(element.codes))
    known = _values()
    candidates = known.by_qualifier.get(element.number, {}).get(before) or [
        *known.values.get(element.number, ()),
        *words().get(element.number, ()),
    ]
    fitting = [value for value in candidates if len(value) <= most and fits(element, value)]
    return chance.choice(fitting) if fitting else _made_up(element, most, chance)


def fits(element: Element, value: str) -> bool:
    """Say whether a value is one of a data element: its characters, its length, its meaning."""
    if element.codes is not None:
        return value in element.codes
    numeric = element.kind == "R" or element.kind[0] == "N"
    size = digits(value) if numeric else len(value)
    return element.least <= size <= element.most and _means(element.kind, value)


def _means(kind: str, value: str) -> bool:
    """Say whether a value is of a type."""
    tests: dict[str, Callable[[str], bool]] = {"R": is_real, "DT": is_date, "TM": is_time, "N": is_whole}
    test = tests.get(kind) or tests.get(kind[0])
    return test is None or test(value)


def _made_up(element: Element, most: int, chance: random.Random) -> str:
    """Return a value that follows from type and length alone."""
    if element.kind == "DT":
        day = f"{_YEAR_MONTH}{chance.randint(1, 28):02d}"
        return day if element.most == 8 else day[2:]
    if element.kind == "TM":
        return f"{chance.randint(8, 17):02d}{chance.randint(0, 59):02d}"
    size = max(element.least, min(most, _MOST_DIGITS))
    if element.kind == "R" or element.kind[0] == "N":
        return str(chance.randint(10 ** (size - 1), 10**size - 1))
    if element.kind == "ID":
        return "Z" * max(element.least, min(most, 2))
    initials = "".join(word[0] for word in element.name.upper().split() if word[0].isalpha())
    return (initials[:3] + f"{chance.randint(1000, 9999)}" + "0" * element.least)[
        : max(element.least, min(most, 7))
    ]
