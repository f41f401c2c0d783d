"""What our dictionary says of the X12 set that an agreement is about: the judge of places in a profile.

Where the dictionary is guide-sized, X12 may have more than it describes: what it lacks is a warning then.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hub.model.finding import Severity
from hub.toml.checking import clip, nearest_code

if TYPE_CHECKING:  # the engine is imported when there is a place to judge
    from translators.x12.rules.dictionary import Element, Segment, Use
    from translators.x12.rules.grammar import State

LOOK = "`hub x12 dictionary {set} {segment} --release {release}` shows what there is"


class DescribedSet(NamedTuple):
    """What our dictionary says of a set: each place where a segment may stand, with its description."""

    id: str
    release: str
    complete: bool
    places: tuple[tuple[State, Segment], ...]


class Verdict(NamedTuple):
    """Why a line cannot be held."""

    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR


@lru_cache(maxsize=64)
def describe(set_id: str, release: str) -> DescribedSet | None:
    """Return a set as our dictionary of the nearest release has it, None when it has none."""
    from translators.x12.rules.grammar import compile_set
    from translators.x12.rules.source import load, nearest_release

    for name in dict.fromkeys((nearest_release(release), nearest_release(release[:6]))):
        dictionary = load(name)
        if set_id in dictionary.sets:
            states = compile_set(dictionary.sets[set_id]).states
            known: Mapping[str, Segment] = dictionary.segments
            places = tuple((state, known[state.key]) for state in states if state.key in known)
            return DescribedSet(set_id, name, dictionary.sets[set_id].complete, places)
    return None


def no_segment(place: str, segment: str, found: DescribedSet, *, inside: str = "") -> Verdict:
    """Return that a segment does not stand in a set; of one that X12 has elsewhere only that we know of none here."""
    from translators.x12.rules.source import load

    ids = list(dict.fromkeys(state.segment for state, _ in found.places))
    weight = Severity.WARNING
    if found.complete or segment not in load(found.release).known:
        weight = Severity.ERROR
    near = "" if segment in ids else nearest_code(segment, ids)
    guess = f': did you mean "{place.replace(segment, near, 1)}"?' if near else ""
    hint = f"`hub x12 dictionary {found.id} --release {found.release}` shows where segments stand"
    message = f'"{clip(place)}": no {segment} stands{inside} in {found.id} {found.release}{guess}'
    return Verdict(message, hint, weight)


def judge_beyond(place: str, segments: list[Segment], where: str, look: str) -> Verdict:
    """Return that a segment has no such element, or none that we know of."""
    most = max(len(segment.uses) for segment in segments)
    if any(segment.open for segment in segments):
        message = f'"{clip(place)}": of {segments[0].id} we describe {most} elements in {where}'
        return Verdict(message, f"{look}; X12 has more of them", Severity.WARNING)
    return Verdict(f'"{clip(place)}": {segments[0].id} has {most} elements in {where}', look)


def judge_values(wanted: list[str], uses: list[Use], place: str, look: str) -> Verdict | None:
    """Say which of the values can never stand in an element."""
    simple = [use.element for use in uses if not use.parts]
    if not simple or len(simple) < len(uses):
        return None
    wrong = [value for value in wanted if not any(_fits(element, value) for element in simple)]
    if not wrong:
        return None
    one, values = simple[0], ", ".join(f'"{clip(value)}"' for value in wrong)
    shape = f"{one.name} is {one.kind} {one.least}/{one.most}"
    return Verdict(f'{values} cannot stand in "{clip(place)}": {shape}', look)


def _fits(element: Element, value: str) -> bool:
    """Say whether a value has the type and length of an element, and is one of its codes where they are listed."""
    from translators.x12.rules.values import is_date, is_time, real, whole

    least, most = element.least, element.most
    if element.kind == "R":
        return real(value, least, most)
    if element.kind[0] == "N":
        return whole(value, least, most)
    if not least <= len(value) <= most:
        return False
    if element.kind in {"DT", "TM"}:
        return is_date(value) if element.kind == "DT" else is_time(value)
    return element.codes is None or value in element.codes
