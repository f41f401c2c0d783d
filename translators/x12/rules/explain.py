"""The explain path: what exactly is wrong with the elements of one segment (AK403), in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.dictionary import Element, Note, Segment, Use
from translators.x12.rules.findings import element_finding
from translators.x12.rules.generate import Subject
from translators.x12.rules.guideline import Demand, Spot, value_at
from translators.x12.rules.values import digits, is_date, is_real, is_time, is_whole

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def explain(
    subject: Subject,
    elements: Sequence[str],
    place: Where,
    component: str,
    repetition: str,
    *,
    strict: bool = False,
) -> list[Finding]:
    """Return every fault of a segment's elements, in the order of their positions.

    `elements[0]` is the segment id; `place` names its number, id and loop. `strict`: elements that our dictionary
    lacks are errors.
    """
    segment = subject.segment
    found = list(_characters(elements, place))
    for at, use in enumerate(segment.uses, start=1):
        value = elements[at] if at < len(elements) else ""
        if value or use.mandatory:
            found += _use(use, value, replace(place, element=at), component, repetition)
    for note in segment.notes:
        found += _note(note, segment, elements, place)
    if segment.described:
        found += _extra(segment, elements, place, strict=strict)
    for demand in subject.demands:
        found += _demand(demand, segment, elements, place, component)
    return sorted(found, key=lambda f: (f.where.element or 0, f.where.component or 0))


def _demand(
    demand: Demand, segment: Segment, elements: Sequence[str], place: Where, component: str
) -> Iterator[Finding]:
    """Find what is wrong by a partner's guideline."""
    spot = demand.spot
    if spot.codes and (len(elements) < 2 or elements[1] not in spot.codes):
        return
    if not spot.element:
        message = f"{Spot(spot.segment, codes=spot.codes)} may not be sent by the agreement"
        yield Finding(
            problems.GUIDE_SEGMENT_FORBIDDEN, message, where=place, hint=f"leave {spot.segment} out"
        )
        return
    value = value_at(elements, spot, component)
    use = segment.uses[spot.element - 1] if spot.element <= len(segment.uses) else None
    part = (
        use.parts[spot.component - 1] if use and spot.component and spot.component <= len(use.parts) else use
    )
    where = replace(place, element=spot.element, component=spot.component or None)
    codes = " or ".join(sorted(demand.codes))

    def fault(problem: str, message: str, hint: str) -> Finding:
        element = part.element if part else None
        return element_finding(problem, where, element, message, value=value, hint=hint)

    if demand.must and not value:
        hint = f"it must be {codes}" if codes else "fill it"
        yield fault(problems.GUIDE_ELEMENT_MISSING, "is missing; the agreement demands it", hint)
    elif demand.codes and value and value not in demand.codes:
        yield fault(
            problems.GUIDE_CODE, f"is {value[:40]!r}; the agreement demands {codes}", f"write {codes}"
        )
    if demand.longest and len(value) > demand.longest:
        message = f"has {len(value)} characters; the agreement allows {demand.longest}"
        yield fault(problems.GUIDE_ELEMENT_LONG, message, "shorten it")
    if demand.forbidden and value:
        yield fault(problems.GUIDE_ELEMENT_FORBIDDEN, "may not be sent by the agreement", "leave it empty")


def _characters(elements: Sequence[str], place: Where) -> Iterator[Finding]:
    for at, value in enumerate(elements):
        match = CONTROL.search(value)
        if match and at:
            yield element_finding(
                problems.ELEMENT_CHARACTER,
                replace(place, element=at),
                None,
                f"holds the control character {ord(match.group()):#04x}",
                value=value,
                hint="take the character out and send the document again",
            )


def _use(use: Use, value: str, place: Where, component: str, repetition: str) -> Iterator[Finding]:
    if value and not use.used:
        yield _not_used(use, value, place)
        return
    if not value:
        if use.mandatory:
            yield element_finding(
                problems.ELEMENT_MISSING, place, use.element, "is missing", hint="this element is mandatory"
            )
        return
    if use.repeats == 1 or not repetition:
        yield from _one(use, value, place, component)
        return
    rounds = value.split(repetition)
    if len(rounds) > use.repeats:
        message = f"repeats {len(rounds)} times; at most {use.repeats} are allowed"
        yield element_finding(problems.ELEMENT_REPEATS, place, use.element, message, value=value)
    for number, item in enumerate(rounds, start=1):
        yield from _one(use, item, replace(place, repeat=number), component)


def _one(use: Use, value: str, place: Where, component: str) -> Iterator[Finding]:
    if not use.parts:
        yield from _simple(use.element, value, place)
        return
    parts = value.split(component) if component else [value]
    for at, part in enumerate(use.parts, start=1):
        item = parts[at - 1] if at <= len(parts) else ""
        inner = replace(place, component=at)
        if item and not part.used:
            yield _not_used(part, item, inner)
        elif item:
            yield from _simple(part.element, item, inner)
        elif part.mandatory:
            yield element_finding(
                problems.ELEMENT_MISSING,
                inner,
                part.element,
                "is missing",
                hint="this component is mandatory",
            )
    if len(parts) > len(use.parts):
        message = f"has {len(parts)} components; {use.element.number} has {len(use.parts)}"
        yield element_finding(problems.COMPONENT_TOO_MANY, place, use.element, message, value=value)


def _not_used(use: Use, value: str, place: Where) -> Finding:
    message = "is not used in this implementation guide"
    return element_finding(
        problems.GUIDE_ELEMENT_FORBIDDEN, place, use.element, message, value=value, hint="leave it empty"
    )


def _simple(element: Element, value: str, place: Where) -> Iterator[Finding]:
    """Find what is wrong with a value that is there: its characters, else its length, else its meaning."""

    def fault(problem: str, message: str, hint: str = "") -> Finding:
        return element_finding(problem, place, element, message, value=value, hint=hint)

    if element.codes is not None:
        if value not in element.codes:
            listed = ", ".join(sorted(element.codes)[:12])
            yield fault(
                problems.ELEMENT_CODE, f"{value!r} is not a code of element {element.number}", f"use {listed}"
            )
        return
    numeric = element.kind == "R" or element.kind[0] == "N"
    if numeric and not (is_real(value) if element.kind == "R" else is_whole(value)):
        kind = "a number" if element.kind == "R" else "a whole number"
        yield fault(
            problems.ELEMENT_CHARACTER, f"{value!r} is not {kind}", "digits only, no separators for thousands"
        )
        return
    size = digits(value) if numeric else len(value)
    if not element.least <= size <= element.most:
        short = size < element.least
        limit = f"at least {element.least}" if short else f"at most {element.most}"
        problem = problems.ELEMENT_SHORT if short else problems.ELEMENT_LONG
        yield fault(problem, f"{value[:40]!r} has {size} characters; {limit} are allowed")
    elif element.kind == "DT" and not is_date(value):
        form = "CCYYMMDD" if element.least == 8 else "YYMMDD"
        yield fault(problems.ELEMENT_DATE, f"{value!r} is not a date", f"write {form}")
    elif element.kind == "TM" and not is_time(value):
        yield fault(problems.ELEMENT_TIME, f"{value!r} is not a time", "write HHMM or HHMMSS, 24 hours")


def _broken(note: Note, there: list[int]) -> bool:
    """Say whether a syntax note is broken when of its positions only those in `there` are filled."""
    if note.kind == "P":
        return 0 < len(there) < len(note.positions)
    if note.kind == "R":
        return not there
    if note.kind == "E":
        return len(there) > 1
    first = note.positions[0] in there
    return first and (len(there) < len(note.positions) if note.kind == "C" else len(there) == 1)


def _note(note: Note, segment: Segment, elements: Sequence[str], place: Where) -> Iterator[Finding]:
    """Report a broken syntax note at each element that is missing (E: at the one that is too much)."""
    there = [p for p in note.positions if p < len(elements) and elements[p]]
    if not _broken(note, there):
        return
    names = [f"{segment.id}{p:02d}" for p in note.positions]
    if note.kind == "E":
        at = max(there)  # the later one is named
        yield element_finding(
            problems.ELEMENT_EXCLUSION,
            replace(place, element=at),
            segment.uses[at - 1].element,
            f"may not stand together with {segment.id}{min(there):02d}",
            value=elements[at],
            hint=f"leave one of {', '.join(names)} out (X12 note {note})",
        )
        return
    reasons = {
        "P": f"{' and '.join(names)} go together",
        "R": f"at least one of {', '.join(names)} is needed",
        "C": f"{names[0]} needs it",
        "L": f"{names[0]} needs one of {', '.join(names[1:])}",
    }
    absent = [p for p in note.positions if p not in there]
    for at in absent if note.kind in "PC" else absent[:1]:
        yield element_finding(
            problems.ELEMENT_CONDITION,
            replace(place, element=at),
            segment.uses[at - 1].element,
            f"is missing: {reasons[note.kind]}",
            hint=f"X12 note {note}",
        )


def _extra(segment: Segment, elements: Sequence[str], place: Where, *, strict: bool) -> Iterator[Finding]:
    """Report elements behind the last one described."""
    last = len(segment.uses)
    if len(elements) <= last + 1:
        return
    if segment.open and not strict:
        yield element_finding(
            problems.DICTIONARY_GAP,
            replace(place, element=last + 1),
            None,
            "and what follows are not in our dictionary and were not checked",
            value=elements[last + 1],
            severity=Severity.WARNING,
        )
        return
    yield element_finding(
        problems.ELEMENT_TOO_MANY,
        replace(place, element=last + 1),
        None,
        f"is too much: {segment.id} has {last} elements",
        value=elements[last + 1],
        hint="look for a separator inside the data",
    )
