"""Holds one transaction set against its dictionary: the fast walk, and what it reports on the way.

The walk splits each segment once, follows the state machine and calls the segment's accept function. Only a segment
that is refused, or that has no way from the present state, costs more: `explain` finds its element faults, `_lost`
its place.
Reports every fault with its place: AK302 position (ST = 1), segment, loop, element, component, data element number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from hub.model import problems
from hub.model.envelope import Envelope
from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.dictionary import Dictionary, Segment
from translators.x12.rules.explain import explain
from translators.x12.rules.generate import Accept, accept_function
from translators.x12.rules.grammar import IN_PLACE, Grammar, Missing, State, Step, compile_set
from translators.x12.rules.relations import relation_findings
from translators.x12.rules.requirements import requirement_findings
from translators.x12.rules.source import load, nearest_release
from translators.x12.tokens import decode, printable, segments

#: A partner's file with a fault in every segment must not fill the disk: after so many the check stops.
MOST_FINDINGS = 1000


class Checker(NamedTuple):
    """A compiled transaction set of one release."""

    dictionary: Dictionary
    grammar: Grammar
    accept: dict[str, Accept]
    complete: bool


@lru_cache(maxsize=128)  # set ids come from partners: bounded
def checker_for(release: str, set_id: str) -> Checker | None:
    """Compile the checker of a set, once a process; None when there is no dictionary for the set."""
    dictionary = load(release)
    definition = dictionary.sets.get(set_id)
    if definition is None:
        return None
    grammar = compile_set(definition)
    accept = {id_: accept_function(dictionary.segments[id_]) for id_ in grammar.segments}
    return Checker(dictionary, grammar, accept, definition.complete)


def check_set(
    payload: bytes, envelope: Envelope, must: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Return all that is wrong with a set (ST through SE), in the order of its segments.

    `must` are a partner's further demands: {"PO106": "UP"} the element must be there and be UP, {"IT107": ""}
    it must be there. A set without dictionary is held against `must` alone. Never raises.
    """
    delimiters = envelope.delimiters
    text = decode(payload, delimiters)
    parts = [part.split(delimiters.element) for part in segments(text, delimiters)]
    checker = checker_for(nearest_release(envelope.release), envelope.set_id)
    found: list[Finding] = []
    if checker is not None and parts:
        walk = _Walk(
            checker, delimiters.component, delimiters.repetition, careful=not printable(text, delimiters)
        )
        found += walk.run(parts)
        found += relation_findings(envelope.set_id, parts)
    if must:
        found += requirement_findings(parts, must)
    found.sort(key=lambda f: f.where.segment_number or 0)
    return tuple(found)


class _Walk:
    """One walk through one set."""

    def __init__(self, checker: Checker, component: str, repetition: str, *, careful: bool) -> None:
        self.checker = checker
        self.component = component
        self.repetition = repetition
        self.careful = careful  # control characters occur: every segment is explained
        self.found: list[Finding] = []

    def run(self, parts: list[list[str]]) -> list[Finding]:
        """Follow the state machine from ST to the last segment."""
        accept, careful = self.checker.accept, self.careful
        component, repetition = self.component, self.repetition
        rounds = [0] * self.checker.grammar.loops
        state, repeats, number = self.checker.grammar.start, 0, 0
        for elements in parts:
            number += 1
            tag = elements[0]
            step = state.steps.get(tag)
            if step is None:
                if self._lost(elements, number, state):
                    break
                continue
            state, missing, counter, carry, most = step
            if counter == IN_PLACE:
                times = repeats = repeats + 1
            elif counter >= 0:
                repeats = 1
                times = rounds[counter] = rounds[counter] * carry + 1
            else:
                times = repeats = 1
            if missing:
                self._missing(missing, number)
            if most and times > most:
                self._too_many(step, number)
            if careful or not accept[tag](elements, component, repetition):
                self._explain(elements, number, state)
                if len(self.found) >= MOST_FINDINGS:
                    break
        return self.found

    def _explain(self, elements: list[str], number: int, state: State) -> None:
        place = Where(segment_number=number, segment=elements[0], loop=state.loop)
        segment: Segment = self.checker.dictionary.segments[elements[0]]
        self.found += explain(segment, elements, place, self.component, self.repetition)

    def _missing(self, missing: tuple[Missing, ...], number: int) -> None:
        for segment, loop in missing:
            name = self.checker.dictionary.segments[segment].name
            self._add(
                problems.SEGMENT_MISSING,
                f"the mandatory segment {segment} ({name}) is missing before this place",
                Where(segment_number=number, segment=segment, loop=loop),
                hint=f"each set {self._inside(loop)} needs {segment}",
            )

    def _inside(self, loop: str) -> str:
        return f"with a loop {loop}" if loop else "of this kind"

    def _too_many(self, step: Step, number: int) -> None:
        state = step.state
        where = Where(segment_number=number, segment=state.segment, loop=state.loop)
        if step.counter >= 0:
            message = f"the loop {state.loop} stands more than {step.most} times"
            self._add(problems.LOOP_OVER_MAX, message, where, hint="divide the document")
        else:
            message = f"{state.segment} stands more than {step.most} times here"
            hint = "leave out what is too much, or begin a new loop"
            self._add(problems.SEGMENT_OVER_MAX, message, where, hint=hint)

    def _lost(self, elements: list[str], number: int, state: State) -> bool:
        """Report a segment that may not follow `state`; say whether the walk should end."""
        tag = elements[0]
        named = tag if len(tag) <= 3 and tag.isalnum() else ""  # else it may be anything, of any length
        where = Where(segment_number=number, segment=named, loop=state.loop)
        dictionary, grammar = self.checker.dictionary, self.checker.grammar
        if tag in grammar.segments:
            self._misplaced(tag, where, state)
            if self.careful or not self.checker.accept[tag](elements, self.component, self.repetition):
                self._explain(elements, number, state)
        elif tag in dictionary.known and self.checker.complete:
            hint = "leave it out, or send it in a set that has it"
            self._add(
                problems.SEGMENT_NOT_IN_SET, f"{tag} is not part of this transaction set", where, hint=hint
            )
        elif tag in dictionary.known:
            message = f"{tag} is not in our dictionary of this set and was not checked"
            self._add(problems.DICTIONARY_GAP, message, where, severity=Severity.WARNING)
        elif not tag and not any(elements):
            self._add(
                problems.SEGMENT_UNKNOWN, "an empty segment", where, hint="two terminators stand side by side"
            )
        else:
            message = f"{tag[:20]!r} is not an X12 segment"
            hint = "look for a terminator inside the data, or a line break in a segment"
            self._add(problems.SEGMENT_UNKNOWN, message, where, value=tag[:20], hint=hint)
        return len(self.found) >= MOST_FINDINGS

    def _misplaced(self, tag: str, where: Where, state: State) -> None:
        """Tell a segment that comes too late (7) from one whose loop was not opened (2)."""
        places = self.checker.grammar.places[tag]
        passed = [p for p in places if p.index <= state.index and p.loops == state.loops[: len(p.loops)]]
        if passed:
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
        self.found.append(Finding(problem, message, severity, where, value, hint))
