"""The explain path: what exactly is wrong with the elements of one segment (AK403), in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from hub.model import problems
from hub.model.envelope import Delimiters
from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.dictionary import Note, Segment, Use
from translators.x12.rules.faults import broken, reason, value_fault
from translators.x12.rules.findings import element_finding
from translators.x12.rules.generate import Subject
from translators.x12.rules.grammar import State
from translators.x12.rules.guideline import Demand, Spot, value_at

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
    explainer = _Explainer(elements, place, component, repetition)
    found = list(explainer.segment(subject.segment, strict=strict))
    for demand in subject.demands:
        found += explainer.demand(demand, subject.segment)
    if len(found) > 1:
        found.sort(key=lambda f: (f.where.element or 0, f.where.component or 0))
    return found


def separators_in_data(
    first: int, parts: Sequence[Sequence[str]], trail: Sequence[State], delimiters: Delimiters
) -> Iterator[Finding]:
    """Find separators of components and repetitions in elements that have none; `first` is the first segment's number.

    X12 forbids them in data. Who sends free text seldom knows, and later releases may divide what ours does not: so
    they are warnings, which no 997 carries.
    """
    signs = {delimiters.component: "components", delimiters.repetition: "repetitions"}
    for number, (elements, state) in enumerate(zip(parts, trail, strict=True), first):
        uses = state.subject.segment.uses if state.segment == elements[0] else ()
        for at, (use, value) in enumerate(zip(uses, elements[1:], strict=False), start=1):
            dividing = {delimiters.component: bool(use.parts), delimiters.repetition: use.repeats > 1}
            for sign, divides in dividing.items():
                if sign and sign in value and not divides and use.element.kind != "B":
                    yield element_finding(
                        Where(segment_number=number, segment=elements[0], loop=state.loop),
                        problems.ELEMENT_SEPARATOR,
                        at,
                        use.element,
                        f"holds {sign!r}, which divides {signs[sign]} in this interchange",
                        value=value,
                        hint="separators may not stand in data; another one can be named in the ISA",
                        severity=Severity.WARNING,
                    )


class _Explainer:
    """Finds the faults of one segment."""

    def __init__(self, elements: Sequence[str], place: Where, component: str, repetition: str) -> None:
        self.elements = elements
        self.place = place
        self.fault = partial(element_finding, place)
        self.component = component
        self.repetition = repetition

    def segment(self, segment: Segment, *, strict: bool) -> Iterator[Finding]:
        """Hold the elements against the segment's description."""
        elements, size = self.elements, len(self.elements)
        if CONTROL.search("".join(elements[1:])):
            yield from self._characters()
        for at, use in enumerate(segment.uses, start=1):
            value = elements[at] if at < size else ""
            if value or use.mandatory:
                yield from self._use(use, at, value)
        for note in segment.notes:
            there = [p for p in note.positions if p < size and elements[p]]
            if broken(note, there):
                yield from self._note(note, segment, there)
        if segment.described and size > len(segment.uses) + 1:
            yield from self._extra(segment, strict=strict)

    def _characters(self) -> Iterator[Finding]:
        """Find control characters. Those that divide components or repetitions in this interchange are none."""
        for at, value in enumerate(self.elements):
            match = CONTROL.search(value.replace(self.component, "").replace(self.repetition, ""))
            if match and at:
                message = f"holds the control character {ord(match.group()):#04x}"
                hint = "take the character out and send the document again"
                yield self.fault(problems.ELEMENT_CHARACTER, at, None, message, value=value, hint=hint)

    def _use(self, use: Use, at: int, value: str) -> Iterator[Finding]:
        """Find what is wrong with one element: `value` is empty or not, once or repeated."""
        if not value:
            hint = "this element is mandatory"
            yield self.fault(problems.ELEMENT_MISSING, at, use.element, "is missing", hint=hint)
        elif not use.used:
            yield from self._not_used(use, at, value)
        elif use.repeats == 1 or not self.repetition:
            yield from self._once(use, at, None, value)
        else:
            rounds = value.split(self.repetition)
            if len(rounds) > use.repeats:
                message = f"repeats {len(rounds)} times; at most {use.repeats} are allowed"
                yield self.fault(problems.ELEMENT_REPEATS, at, use.element, message, value=value)
            for number, item in enumerate(rounds, start=1):
                if item:  # an empty one keeps the place of the next
                    yield from self._once(use, at, number, item)

    def _not_used(self, use: Use, at: int, value: str, component: int | None = None) -> Iterator[Finding]:
        message = "is not used in this implementation guide"
        yield self.fault(
            problems.GUIDE_ELEMENT_FORBIDDEN,
            at,
            use.element,
            message,
            component=component,
            value=value,
            hint="leave it empty",
        )

    def _once(self, use: Use, at: int, repeat: int | None, value: str) -> Iterator[Finding]:
        """Find what is wrong with one occurrence of an element: a simple value or a composite."""
        if not use.parts:
            fault = value_fault(use.element, value)
            if fault:
                problem, message, hint = fault
                yield self.fault(problem, at, use.element, message, repeat=repeat, value=value, hint=hint)
            return
        parts = value.split(self.component) if self.component else [value]
        for number, part in enumerate(use.parts, start=1):
            yield from self._part(part, at, number, repeat, parts[number - 1] if number <= len(parts) else "")
        if len(parts) > len(use.parts):
            message = f"has {len(parts)} components; {use.element.number} has {len(use.parts)}"
            yield self.fault(
                problems.COMPONENT_TOO_MANY, at, use.element, message, repeat=repeat, value=value
            )

    def _part(self, part: Use, at: int, number: int, repeat: int | None, value: str) -> Iterator[Finding]:
        """Find what is wrong with one component."""
        if value and not part.used:
            yield from self._not_used(part, at, value, number)
            return
        fault = value_fault(part.element, value) if value else None
        if part.mandatory and not value:
            hint = "this component is mandatory"
            yield self.fault(
                problems.ELEMENT_MISSING,
                at,
                part.element,
                "is missing",
                component=number,
                repeat=repeat,
                hint=hint,
            )
        elif fault:
            problem, message, hint = fault
            yield self.fault(
                problem, at, part.element, message, component=number, repeat=repeat, value=value, hint=hint
            )

    def _note(self, note: Note, segment: Segment, there: list[int]) -> Iterator[Finding]:
        """Report a broken syntax note at each element that is missing (E: at the one that is too much)."""
        if note.kind == "E":
            at = max(there)  # the later one is named
            message = f"may not stand together with {segment.id}{min(there):02d}"
            names = ", ".join(f"{segment.id}{p:02d}" for p in note.positions)
            hint = f"leave one of {names} out (X12 note {note})"
            element = segment.uses[at - 1].element
            yield self.fault(
                problems.ELEMENT_EXCLUSION, at, element, message, value=self.elements[at], hint=hint
            )
            return
        absent = [p for p in note.positions if p not in there]
        for at in absent if note.kind in "PC" else absent[:1]:
            message = f"is missing: {reason(note, segment.id)}"
            element = segment.uses[at - 1].element
            yield self.fault(problems.ELEMENT_CONDITION, at, element, message, hint=f"X12 note {note}")

    def _extra(self, segment: Segment, *, strict: bool) -> Iterator[Finding]:
        """Report elements behind the last one described."""
        last = len(segment.uses)
        value = self.elements[last + 1]
        if segment.open and not strict:
            message = "and what follows are not in our dictionary and were not checked"
            yield self.fault(
                problems.DICTIONARY_GAP, last + 1, None, message, value=value, severity=Severity.WARNING
            )
        else:
            message = f"is too much: {segment.id} has {last} elements"
            hint = "look for a separator inside the data"
            yield self.fault(problems.ELEMENT_TOO_MANY, last + 1, None, message, value=value, hint=hint)

    def demand(self, demand: Demand, segment: Segment) -> Iterator[Finding]:
        """Find what is wrong by a partner's guideline."""
        spot, elements = demand.spot, self.elements
        if spot.codes and (len(elements) < 2 or elements[1] not in spot.codes):
            return
        if not spot.element:
            message = f"{Spot(spot.segment, codes=spot.codes)} may not be sent by the agreement"
            hint = f"leave {spot.segment} out"
            yield Finding(problems.GUIDE_SEGMENT_FORBIDDEN, message, where=self.place, hint=hint)
            return
        value = value_at(elements, spot, self.component)
        use = segment.uses[spot.element - 1] if spot.element <= len(segment.uses) else None
        if use and spot.component:
            use = use.parts[spot.component - 1] if spot.component <= len(use.parts) else None
        for problem, message, hint in _broken_demands(demand, value):
            yield self.fault(
                problem,
                spot.element,
                use.element if use else None,
                message,
                component=spot.component or None,
                value=value,
                hint=hint,
            )


def _broken_demands(demand: Demand, value: str) -> list[tuple[str, str, str]]:
    """Return problem, words and hint for each thing that a demand finds wrong with a value."""
    codes = " or ".join(sorted(demand.codes))
    found = []
    if demand.must and not value:
        hint = f"it must be {codes}" if codes else "fill it"
        found.append((problems.GUIDE_ELEMENT_MISSING, "is missing; the agreement demands it", hint))
    elif demand.codes and value and value not in demand.codes:
        message = f"is {value[:40]!r}; the agreement demands {codes}"
        found.append((problems.GUIDE_CODE, message, f"write {codes}"))
    if demand.longest and len(value) > demand.longest:
        message = f"has a length of {len(value)}; the agreement allows {demand.longest}"
        found.append((problems.GUIDE_ELEMENT_LONG, message, "shorten it"))
    if demand.forbidden and value:
        message = "may not be sent by the agreement"
        found.append((problems.GUIDE_ELEMENT_FORBIDDEN, message, "leave it empty"))
    return found
