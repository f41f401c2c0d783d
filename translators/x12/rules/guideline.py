"""A partner's guideline: what it demands beyond X12, as a profile's `must`, `codes`, `max`, `forbid` and `gaps`.

A place is a segment or an element, perhaps only for one qualifier or inside one loop:

| place | means |
|---|---|
| `PO106` | element 06 of every PO1 |
| `REF04-2` | component 2 of REF04 |
| `N1[ST]04` | element 04 of each N1 whose element 01 is ST (`N1[ST\\|BT]04`: either) |
| `REF[DP]` | the segment itself |
| `PO1/PID05`, `PO1/PID` | inside each loop PO1 |

`must`: the element is there, and is one of the values where some are given ("00|05"); its segment then stands at least
once in the set (with a loop: in each round of the loop). A segment: it stands at least once. `codes`: if the element is
there, it is one of the values. `max`: of an element the length, of a segment how often it may stand. `forbid`: neither
may be there. Which partner says so is none of X12's business: findings have problem codes of their own (`guide.*`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

_LOOPS = r"(?:(?P<loops>[A-Z0-9_]{2,8}(?:/[A-Z0-9_]{2,8})*)/)?"
_PLACE = re.compile(
    _LOOPS + r"(?P<segment>[A-Z][A-Z0-9]{1,2})(?:\[(?P<codes>[^\[\]]+)\])?"
    r"(?P<element>\d\d)?(?(element)(?:-(?P<component>\d{1,2}))?)"
)
_ONE_DIGIT = re.compile(r"([1-9](?:-\d{1,2})?)$")


class Spot(Struct, frozen=True):
    """What a place names: a segment (`element` 0), an element or a component, in loops or anywhere."""

    segment: str
    loops: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()  # of element 01; empty: any
    element: int = 0
    component: int = 0

    def __str__(self) -> str:
        inside = "".join(f"{loop}/" for loop in self.loops)
        codes = f"[{'|'.join(sorted(self.codes))}]" if self.codes else ""
        element = f"{self.element:02d}" if self.element else ""
        component = f"-{self.component}" if self.component else ""
        return inside + self.segment + codes + element + component


class Demand(Struct, frozen=True):
    """What a guideline demands of one segment's content. A spot without element: the segment may not be there."""

    spot: Spot
    must: bool = False
    codes: frozenset[str] = frozenset()  # empty: any value
    longest: int = 0  # 0: no limit
    forbidden: bool = False


class Count(Struct, frozen=True):
    """How often a segment must and may stand: in the whole set, or in each round of a loop. `most` 0: no limit."""

    spot: Spot
    least: int = 0
    most: int = 0


class Guideline(Struct, frozen=True):
    """All demands of one agreement. `strict`: what our dictionary lacks is an error."""

    demands: tuple[Demand, ...] = ()
    counts: tuple[Count, ...] = ()
    strict: bool = False


def parse_spot(text: str) -> Spot:
    """Return what a place names; raise ValueError, saying what is wrong, when it names none."""
    match = _PLACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text[:40]}" names no X12 segment or element{_meant(text.strip())}')
    if match["element"] == "00":
        raise ValueError(f"{text!r}: elements count from 01")
    return Spot(
        segment=match["segment"],
        loops=tuple(match["loops"].split("/")) if match["loops"] else (),
        codes=frozenset(_values(match["codes"] or "")),
        element=int(match["element"] or 0),
        component=int(match["component"] or 0),
    )


def _meant(text: str) -> str:
    """Return a question about the place that was meant: in capitals, an element's one digit as two (BEG3: BEG03)."""
    capitals = text.upper()
    for meant in (capitals, _ONE_DIGIT.sub(r"0\1", capitals)):
        if _PLACE.fullmatch(meant):
            return f"; did you mean {meant}?"
    return ""


def guideline(
    must: Mapping[str, str],
    codes: Mapping[str, str] | None = None,
    most: Mapping[str, int] | None = None,
    forbid: Iterable[str] = (),
    *,
    strict: bool = False,
) -> Guideline:
    """Make a guideline of a profile's tables. Raises ValueError for a place or value that cannot be held."""
    demands: list[Demand] = []
    counts: list[Count] = []
    for text, wanted in must.items():
        spot = parse_spot(text)
        if spot.element:
            demands.append(Demand(spot, must=True, codes=frozenset(_values(wanted))))
        elif wanted:
            raise ValueError(f'{text!r} is a segment and has no value; write {text}[{wanted}] = ""')
        counts.append(Count(Spot(spot.segment, spot.loops, spot.codes), least=1))
    for text, wanted in (codes or {}).items():
        demands.append(Demand(_element(text), codes=frozenset(_values(wanted))))
    for text, limit in (most or {}).items():
        spot = parse_spot(text)
        if limit < 1:
            raise ValueError(f"{text!r}: a maximum is 1 or more")
        if spot.element:
            demands.append(Demand(spot, longest=limit))
        else:
            counts.append(Count(spot, most=limit))
    demands += [Demand(parse_spot(text), forbidden=True) for text in forbid]
    return Guideline(tuple(demands), tuple(dict.fromkeys(counts)), strict)


def _element(text: str) -> Spot:
    spot = parse_spot(text)
    if not spot.element:
        raise ValueError(f"{text!r} is a segment; codes are for elements, like {text}01")
    return spot


def _values(text: str) -> list[str]:
    return [value.strip() for value in text.split("|") if value.strip()]


def value_at(elements: Sequence[str], spot: Spot, component: str) -> str:
    """Return what stands at a spot of a segment, "" when nothing does."""
    value = elements[spot.element] if spot.element < len(elements) else ""
    if not spot.component:
        return value
    parts = value.split(component) if component else [value]
    return parts[spot.component - 1] if spot.component <= len(parts) else ""


def concerns(spot: Spot, tag: str, path: tuple[str, ...]) -> bool:
    """Say whether a spot may stand at a place: the segment id fits, and the loops are among those that are open."""
    return spot.segment == tag and spot.loops == tuple(loop for loop in path if loop in spot.loops)
