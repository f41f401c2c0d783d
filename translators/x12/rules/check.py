"""Holds transaction sets against their dictionary and a partner's guideline.

`check_set` takes one as bytes, `SetCheck` takes one in runs of segments, so that a set of any size is checked in
constant memory; both report the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.model import problems
from hub.model.envelope import Delimiters, Envelope
from hub.model.finding import Finding, Where
from translators.x12.rules.compiled import Checker, checker_of
from translators.x12.rules.dictionary import Segment
from translators.x12.rules.explain import explain, separators_in_data
from translators.x12.rules.findings import MOST_FINDINGS, Budget
from translators.x12.rules.generate import Subject
from translators.x12.rules.grammar import State
from translators.x12.rules.guideline import Guideline
from translators.x12.rules.occurrences import Occurrences
from translators.x12.rules.relations import Relations
from translators.x12.rules.source import SHIPPED, Library
from translators.x12.rules.walk import Walk
from translators.x12.tokens import cut, decode, divided, segments

RUN = 256  # segments

__all__ = ["MOST_FINDINGS", "SetCheck", "check_set", "check_text", "split"]


def check_set(
    payload: bytes, envelope: Envelope, guideline: Guideline | None = None, library: Library = SHIPPED
) -> tuple[Finding, ...]:
    """Return all that is wrong with a set (ST through SE), in the order of its segments.

    A set without dictionary is held against the guideline alone. Never raises on a partner's bytes.
    """
    return check_text(decode(payload, envelope.delimiters), envelope, guideline, library)


def check_text(
    text: str, envelope: Envelope, guideline: Guideline | None = None, library: Library = SHIPPED
) -> tuple[Finding, ...]:
    """Do the work of `check_set` for a set that is decoded already."""
    check = SetCheck.of(envelope, guideline, library)
    check.feed_text(text)
    return check.finish()


def split(text: str, delimiters: Delimiters) -> list[list[str]]:
    """Cut text into segments, each a list of its elements with its id first."""
    element = delimiters.element
    return [part.split(element) for part in segments(text, delimiters)]


class SetCheck:
    """One set's check: `feed` its segments in any runs, then `finish`."""

    def __init__(
        self, checker: Checker | None, delimiters: Delimiters, guideline: Guideline | None = None
    ) -> None:
        self.guideline = guideline or Guideline()
        self.delimiters = delimiters
        self.budget = Budget()
        counts = self.guideline.counts
        self.occurrences = Occurrences(counts, self.budget) if counts else None
        self.walk: Walk | None = None
        self.relations: Relations | None = None
        if checker:
            self.relations = Relations(checker, self.budget)
            self.walk = Walk(
                checker,
                delimiters.component,
                delimiters.repetition,
                budget=self.budget,
                watches=self.relations.watches(),
            )
        self.number = 0  # of the last segment fed, ST = 1
        self.loose: list[Finding] = []  # of a set without dictionary, and of separators in the data

    @classmethod
    def of(
        cls, envelope: Envelope, guideline: Guideline | None = None, library: Library = SHIPPED
    ) -> SetCheck:
        """Make the check of a set by its envelope: ST03 or GS08, and ST01, name the dictionary."""
        return cls(checker_of(envelope, guideline, library), envelope.delimiters, guideline)

    def feed(self, parts: Sequence[list[str]], *, careful: bool = False, dividing: bool = False) -> None:
        """Take the next segments.

        `careful`: there may be control characters in them (`tokens.plain`); `dividing`: separators of components or
        repetitions (`tokens.divided`).
        """
        first = self.number + 1
        self.number += len(parts)
        if self.walk is None:
            self._feed_loose(first, parts)
            return
        if self.budget.spent:
            return
        trail: list[State] | None = [] if self.occurrences or dividing else None
        self.walk.trail = trail
        self.walk.feed(parts, careful=careful)
        if trail and self.occurrences:
            self.occurrences.take_all(first, parts, trail)
        if trail and dividing:
            self.loose += filter(self.budget.spend, separators_in_data(first, parts, trail, self.delimiters))

    def feed_text(self, text: str) -> None:
        """Take the next segments as text. They are cut into elements in runs, which the processor's caches like."""
        lines, is_plain = cut(text, self.delimiters)
        element, careful, dividing = self.delimiters.element, not is_plain, divided(text, self.delimiters)
        for at in range(0, len(lines), RUN):
            run = [line.split(element) for line in lines[at : at + RUN]]
            self.feed(run, careful=careful, dividing=dividing)

    def finish(self) -> tuple[Finding, ...]:
        """Return all that was found, in the order of the segments."""
        found = list(self.loose)
        if self.walk and self.relations:
            told = {f.where.segment for f in self.walk.found if f.problem == problems.SEGMENT_MISSING}
            found += [*self.walk.found, *self.relations.finish(self.number, told)]
        if self.occurrences:
            found += self.occurrences.finish(self.number)
        found.sort(key=lambda f: f.where.segment_number or 0)
        return tuple(found)

    def _feed_loose(self, first: int, parts: Sequence[list[str]]) -> None:
        """Hold segments that no dictionary describes against the guideline alone; it knows no loops there."""
        demands = [d for d in self.guideline.demands if not d.spot.loops]
        for number, elements in enumerate(parts, first):
            mine = tuple(d for d in demands if d.spot.segment == elements[0])
            if mine and not self.budget.spent:
                place = Where(segment_number=number, segment=elements[0])
                subject = Subject(Segment(elements[0], "", ()), mine)
                separators = self.delimiters.component, self.delimiters.repetition
                self.loose += filter(self.budget.spend, explain(subject, elements, place, *separators))
            if self.occurrences:
                self.occurrences.take(number, elements, (), head=False)
