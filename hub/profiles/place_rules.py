"""The rules for the right side of X12 map lines: does the set that was agreed have such a place?

Each place is held against our dictionary, as a guideline is (`hub.profiles.described`), and the nearest one is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hub.model.documents import DocType
from hub.model.finding import Severity
from hub.model.partner import Receive, Send
from hub.profiles.described import (
    LOOK,
    DescribedSet,
    Verdict,
    describe,
    judge_beyond,
    judge_values,
    no_segment,
)
from hub.profiles.fault import Fault
from hub.toml.checking import clip, nearest_code
from hub.toml.positions import KeyPath
from translators.x12.sets import sets_of, sets_written

if TYPE_CHECKING:  # the engine is imported when there is a place to judge
    from translators.x12.mapping.place import Place
    from translators.x12.mapping.spec import Map
    from translators.x12.rules.dictionary import Segment, Use
    from translators.x12.rules.grammar import State


def place_faults(
    document: DocType, agreement: Receive | Send, path: KeyPath, release: str
) -> Iterator[Fault]:
    """Yield the faults of each map line whose place can be read; `release` is the one agreed for the document."""
    from translators.x12.mapping.place import parse_place

    sets = sets_written(document, agreement.set) if isinstance(agreement, Send) else sets_of(document)
    known = [found for set_id in sets if (found := describe(set_id, release))] if agreement.map else []
    for field, text in agreement.map.items():
        try:
            place = parse_place(text)
        except ValueError:
            continue  # told by the map's own language
        verdicts = [_judged(field, text, place, found) for found in known]
        if verdicts and verdicts[0] and all(verdicts):
            verdict = verdicts[0]
            hint = _shipped(field, known[0]) or verdict.hint
            yield Fault((*path, "map", field), verdict.message, hint, text, severity=verdict.severity)


def _judged(field: str, text: str, place: Place, found: DescribedSet) -> Verdict | None:
    """Return why no document of a set has anything at a place, None when it may."""
    standing = [(state, segment) for state, segment in found.places if state.segment == place.segment]
    if not standing:
        return no_segment(text, place.segment, found)
    segments = [segment for _, segment in standing if segment.described]
    if not segments:
        return None
    look = LOOK.format(set=found.id, segment=place.segment, release=found.release)
    return (
        _beyond(text, place, segments, found, look)
        or _qualifier(text, place, segments, look)
        or _elsewhere(field, text, place, [state for state, _ in standing], found)
    )


def _beyond(
    text: str, place: Place, segments: list[Segment], found: DescribedSet, look: str
) -> Verdict | None:
    """Judge the element, and the component of a composite."""
    most = max(len(segment.uses) for segment in segments)
    if max(place.element, place.until) > most:
        verdict = judge_beyond(text, segments, f"{found.id} {found.release}", look)
        last = replace(place, element=min(place.element, most), until=min(place.until, most))
        return verdict._replace(message=f'{verdict.message}: did you mean "{last}"?')
    uses = _uses(segments, place.element)
    if place.component and uses and all(place.component > len(use.parts) for use in uses):
        parts = max(len(use.parts) for use in uses)
        what = f"has {parts} components" if parts else "has no components"
        return Verdict(f'"{clip(text)}": {place.segment}{place.element:02d} {what}', look)
    return None


def _qualifier(text: str, place: Place, segments: list[Segment], look: str) -> Verdict | None:
    """Judge what stands in brackets: each code may stand where qualifiers stand."""
    from translators.x12.mapping.place import ANY, PAIRS

    if ANY in place.qualifiers or not place.qualifiers:
        return None
    at = PAIRS[place.segment][0] if place.pair else place.qualifier_at
    uses = _uses(segments, at)
    verdict = judge_values(list(place.qualifiers), uses, text, look) if uses else None
    if verdict is None:
        return None
    codes = sorted({code for use in uses for code in use.element.codes or ()})
    near = nearest_code(place.qualifiers[0], codes)
    guess = f': did you mean "{replace(place, qualifiers=(near,))}"?' if near else ""
    return verdict._replace(message=f"{verdict.message}{guess}")


def _elsewhere(
    field: str, text: str, place: Place, states: list[State], found: DescribedSet
) -> Verdict | None:
    """Say that a segment stands in the set, but never in the part of it that the field is read from."""
    from translators.x12.mapping.spec import load_map, section_for

    whole = load_map(found.id)
    if whole.levels or whole.unfold:  # levels and unfolded loops are no loops of the dictionary's
        return None
    try:
        section = section_for(whole, field, place)
    except ValueError:
        return None  # told by the map's own language
    homes = {_opener(state, whole) for state in states}
    if place.segment in (*section.sequence, section.starts) or section.starts in homes:
        return None
    inside, there = (
        f"in the {section.starts} loop" if section.starts else "at the head",
        " or ".join(f"in the {home} loop" if home else "at the head" for home in sorted(homes)),
    )
    message = f'"{clip(text)}": no {place.segment} stands {inside} of {found.id} {found.release}, but {there}'
    return Verdict(message, f'"{clip(field)}" stands at {inside.split(" ", 1)[1]}', Severity.WARNING)


def _opener(state: State, whole: Map) -> str:
    """Return the segment that opens the innermost loop around a place of which our map makes a part; "" at the head."""
    openers = {section.starts for section in whole.sections.values() if section.starts}
    return next((loop for loop in reversed(state.path) if loop in openers), "")


def _shipped(field: str, found: DescribedSet) -> str:
    """Return where our own map has a field; "" when nowhere."""
    from translators.x12.mapping.spec import load_map

    for section in load_map(found.id).sections.values():
        for rule in section.rules:
            if section.path is not None and section.path + rule.path == field:
                places = ", ".join(f'"{place}"' for place in rule.places)
                return f"without the line it stands at {places}"
    return ""


def _uses(segments: list[Segment], element: int) -> list[Use]:
    return [segment.uses[element - 1] for segment in segments if 0 < element <= len(segment.uses)]
