"""The walk through one transaction set: each segment once, along the state machine, with the cheapest test first.

A segment that its function refuses, or that has no way from the present state, costs more: `explain` finds its element
faults, `_lost` its place. What is found carries its place: AK302 position (ST = 1), segment, loop, element,
component, data element number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.compiled import Checker
from translators.x12.rules.explain import explain
from translators.x12.rules.findings import Budget
from translators.x12.rules.grammar import FIRST_TIME, IN_PLACE, Extra, State, Step, fits
from translators.x12.rules.relations import Watch


class Walk:
    """One walk through one set, which may come in several runs of segments."""

    def __init__(
        self,
        checker: Checker,
        component: str,
        repetition: str,
        trail: list[State] | None = None,
        *,
        budget: Budget | None = None,
        watches: Mapping[str, Sequence[Watch]] = MappingProxyType({}),
    ) -> None:
        self.checker = checker
        self.component = component
        self.repetition = repetition
        self.trail = trail  # gets the state after each segment, when it is a list
        self.budget = budget or Budget()
        self.watches = watches  # by segment id: who is told of those that say something of others
        self.found: list[Finding] = []
        self.state = checker.grammar.start
        self.repeats = 0
        self.number = 0  # of the last segment, ST = 1
        self.rounds = [0] * checker.grammar.counters

    def feed(self, parts: Sequence[list[str]], *, careful: bool = False) -> None:  # noqa: C901, PLR0912 - the hot loop: a call more a segment costs a tenth
        """Follow the state machine through the next segments.

        `careful`: control characters occur, so that every segment is explained.
        """
        component, repetition, rounds, trail = self.component, self.repetition, self.rounds, self.trail
        watches = self.watches
        state, repeats, number = self.state, self.repeats, self.number
        for elements in parts:
            number += 1
            step: Step | None
            try:
                step = state.steps[elements[0]]
            except KeyError:
                step = state.choose(elements, component)
            if step is None:
                self._lost(elements, number, state, careful=careful)
            else:
                state, accept, related, extra, counter, carry, most = step
                if extra is not None:
                    self._extra(extra, number)
                if counter == FIRST_TIME:
                    repeats = 1
                else:
                    if counter == IN_PLACE:
                        times = repeats = repeats + 1
                    else:
                        repeats = 1
                        times = rounds[counter] = rounds[counter] * carry + 1
                    if most and times > most:
                        self._too_many(state, most, number)
                if careful or not accept(elements, component, repetition):
                    self._explain(elements, number, state)
                if related:
                    for watch in watches.get(elements[0], ()):
                        watch(number, elements)
            if trail is not None:
                trail.append(state)
        self.state, self.repeats, self.number = state, repeats, number

    def _explain(self, elements: list[str], number: int, state: State) -> None:
        if self.budget.spent:
            return
        place = Where(segment_number=number, segment=elements[0], loop=state.loop)
        strict = self.checker.guideline.strict
        found = explain(state.subject, elements, place, self.component, self.repetition, strict=strict)
        self.found += filter(self.budget.spend, found)

    def _extra(self, extra: Extra, number: int) -> None:
        """Report what was passed over, and let the counts of free entries begin anew."""
        for segment, key, loop, counter in extra.missing:
            if counter >= 0 and self.rounds[counter]:
                continue
            name = self.checker.dictionary.segments[key].name
            inside = f"with a loop {loop}" if loop else "of this kind"
            self._add(
                problems.SEGMENT_MISSING,
                f"the mandatory segment {segment} ({name}) is missing before this place",
                Where(segment_number=number, segment=segment, loop=loop),
                hint=f"each set {inside} needs {segment}",
            )
        for counter in extra.resets:
            self.rounds[counter] = 0

    def _too_many(self, state: State, most: int, number: int) -> None:
        where = Where(segment_number=number, segment=state.segment, loop=state.loop)
        if state.head:
            message = f"the loop {state.loop} stands more than {most} times"
            self._add(problems.LOOP_OVER_MAX, message, where, hint="divide the document")
        else:
            message = f"{state.segment} stands more than {most} times here"
            hint = "leave out what is too much, or begin a new loop"
            self._add(problems.SEGMENT_OVER_MAX, message, where, hint=hint)

    def _lost(self, elements: list[str], number: int, state: State, *, careful: bool) -> None:
        """Report a segment that may not follow `state`."""
        tag = elements[0]
        if tag in self.checker.related:
            for watch in self.watches.get(tag, ()):
                watch(number, elements)
        named = tag if len(tag) <= 3 and tag.isalnum() else ""  # else it may be anything, of any length
        where = Where(segment_number=number, segment=named, loop=state.loop)
        places = self.checker.grammar.places.get(tag, ())
        if places:
            meant = tuple(
                p for p in places if p.entry.when is None or fits(p.entry.when, elements, self.component)
            )
            self._misplaced(tag, where, state, meant or places)
            place = (*meant, *places)[0]
            if careful or not place.accept(elements, self.component, self.repetition):
                self._explain(elements, number, place)
        elif tag in self.checker.dictionary.known and self.checker.complete:
            hint = "leave it out, or send it in a set that has it"
            message = f"{tag} is not part of this transaction set"
            self._add(problems.SEGMENT_NOT_IN_SET, message, where, hint=hint)
        elif tag in self.checker.dictionary.known:
            message = f"{tag} is not in our dictionary of this set and was not checked"
            self._add(problems.DICTIONARY_GAP, message, where, severity=Severity.WARNING)
        elif not tag and not any(elements):
            hint = "two terminators stand side by side"
            self._add(problems.SEGMENT_UNKNOWN, "an empty segment", where, hint=hint)
        else:
            message = f"{tag[:20]!r} is not an X12 segment"
            hint = "look for a terminator inside the data, or a line break in a segment"
            self._add(problems.SEGMENT_UNKNOWN, message, where, value=tag[:20], hint=hint)

    def _misplaced(self, tag: str, where: Where, state: State, places: tuple[State, ...]) -> None:
        """Tell a segment that comes too late (7) from one whose loop was not opened (2)."""
        if any(p.index <= state.index and p.around == state.loops[: len(p.around)] for p in places):
            self._add(
                problems.SEGMENT_SEQUENCE,
                f"{tag} comes too late: it must stand before {state.segment}",
                where,
                hint="put the segments in the order of the transaction set",
            )
            return
        loops = " or ".join(dict.fromkeys(p.loop for p in places if p.loop))
        self._add(
            problems.SEGMENT_UNEXPECTED,
            f"{tag} is not expected after {state.segment}",
            where,
            hint=f"it belongs into a loop {loops}" if loops else "",
        )

    def _add(
        self,
        problem: str,
        message: str,
        where: Where,
        *,
        value: str = "",
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        finding = Finding(problem, message, severity, where, value, hint)
        if self.budget.spend(finding):
            self.found.append(finding)
