"""A valid transaction set made from its dictionary, for people who want to see one and for tests that need many.

The structure is written from first to last; each segment is one step of the set's own state machine, and one that would
be read at another place than it was meant for is left out when it is optional. So an example is read as it was written.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from translators.x12.rules.compiled import Checker
from translators.x12.rules.dictionary import Entry
from translators.x12.rules.grammar import State
from translators.x12.rules.guideline import Count, concerns
from translators.x12.tools.example_numbers import number_all
from translators.x12.tools.example_segment import Fixed, Style, segment_example

#: The levels of a set whose HL loop is the same for all of them (HL03), each below the one before.
LEVELS = {"856": "SOPI", "857": "SOPI", "861": "SOI", "869": "OI", "870": "OI"}
#: Where people expect a segment in such a loop; others may stand at any level.
LEVEL_OF = {
    "LIN": "I",
    "SN1": "I",
    "SLN": "I",
    "IT1": "I",
    "PO1": "I",
    "PO4": "I",
    "PID": "I",
    "SDQ": "I",
    "ISR": "OI",
}
LEVEL_OF |= {
    "N1": "S",
    "REF": "S",
    "DTM": "S",
    "PRF": "O",
    "MAN": "PT",
    "TD1": "S",
    "TD3": "S",
    "TD4": "S",
    "TD5": "S",
    "FOB": "S",
}
_TRIES = 12
_MOST_ROUNDS = 3  # of a loop or a segment that is repeated by chance


def example(
    checker: Checker,
    chance: random.Random,
    fullness: float = 0.0,
    *,
    repeat: float = 0.0,
    component: str = ">",
) -> list[list[str]]:
    """Return a set from ST through SE, each segment a list of its elements with its id first.

    `fullness` is the share of what is optional that is there (0: only what is mandatory, 1: all of it, once),
    `repeat` the chance that something stands once more where it may. `component` divides composites. What the
    checker's guideline demands is there. The same seed gives the same set.
    """
    writer = _Writer(checker, Style(chance, fullness, component), repeat)
    writer.entries(_plan(checker.definition.entries, iter(checker.grammar.states)))
    return number_all(writer.segments, writer.trail, checker.definition.totals)


class _Place(Struct):
    """An entry of the structure with its state, or with the places inside when it is a loop."""

    entry: Entry
    state: State  # of a loop: that of its head
    inner: list[_Place]

    def states(self) -> Iterator[State]:
        """Yield every state in it."""
        if not self.inner:
            yield self.state
        for place in self.inner:
            yield from place.states()


def _plan(entries: Iterable[Entry], states: Iterator[State]) -> list[_Place]:
    """Return the structure with its states, which stand in the order of the segments."""
    places = []
    for entry in entries:
        inner = _plan(entry.inner, states)
        places.append(_Place(entry, inner[0].state if inner else next(states), inner))
    return places


def _demanded(checker: Checker) -> dict[int, list[frozenset[str]]]:
    """Return which states a guideline wants to see, by index: the codes of element 01 that it asks for, each once."""
    found: dict[int, list[frozenset[str]]] = {}
    for count in checker.guideline.counts:
        fitting = [
            state
            for state in checker.grammar.places.get(count.spot.segment, ())
            if concerns(count.spot, state.segment, state.path)
        ]
        if count.least and fitting:
            place = min(fitting, key=lambda state: (len(state.path), state.index))
            found.setdefault(place.index, []).append(count.spot.codes)
    return {index: sorted(set(codes), key=sorted) for index, codes in found.items()}


def _in_each_round(checker: Checker) -> frozenset[int]:
    """Return which states a guideline wants to see in each round of a loop, by index."""
    spots = [count.spot for count in checker.guideline.counts if count.least and count.spot.loops]
    states = checker.grammar.states
    return frozenset(s.index for s in states if any(concerns(spot, s.segment, s.path) for spot in spots))


class _Writer:
    """Writes one set. Its state: what is written, and where the state machine stands."""

    def __init__(self, checker: Checker, style: Style, repeat: float) -> None:
        self.set_id = checker.definition.id
        self.style = style
        self.repeat = repeat
        self.demanded = _demanded(checker)
        self.each_round = _in_each_round(checker)
        self.stood = {count: 0 for count in checker.guideline.counts if count.most}
        self.segments: list[list[str]] = []
        self.trail: list[State] = []
        self.level = ""  # HL03 of the level that is open, where one loop is all levels
        self.open_ls = 0

    def entries(self, places: Sequence[_Place]) -> None:
        """Write places side by side."""
        for place in places:
            rounds = self._rounds(place)
            for at in range(rounds):
                self._round(place, at)

    def _rounds(self, place: _Place) -> int:
        """Return how often a place is written."""
        entry, tag = place.entry, place.state.segment
        if place.inner and tag == "HL" and not entry.when and place.entry.most != 1 and self._taken(place):
            return len(LEVELS.get(self.set_id, "S"))
        variants = self.demanded.get(place.state.index, [])
        if tag == "LE":
            return min(1, self.open_ls)
        if self.level and self.level not in LEVEL_OF.get(tag, self.level):
            return int(entry.mandatory or place.state.index in self.each_round)
        rounds = max(len(variants), int(self._taken(place)))
        most = min(entry.most or _MOST_ROUNDS, _MOST_ROUNDS)
        while rounds and rounds < most and self.style.chance.random() < self.repeat:
            rounds += 1
        return rounds

    def _taken(self, place: _Place) -> bool:
        entry = place.entry
        if entry.mandatory or any(state.index in self.demanded for state in place.states()):
            return True
        described = place.state.subject.segment.described
        return described and self.style.chance.random() < self.style.fullness

    def _round(self, place: _Place, at: int) -> None:
        """Write one round of a loop, or a segment once."""
        fixed = self._fixed(place.state, at)
        leaf = not place.inner
        head = place if leaf else place.inner[0]
        if not self._segment(head, fixed, mandatory=place.entry.mandatory) or leaf:
            return
        level, self.level = self.level, self._level_at(place, at)
        self.entries(place.inner[1:])
        self.level = level

    def _level_at(self, place: _Place, at: int) -> str:
        levels = LEVELS.get(self.set_id, "") if place.state.segment == "HL" else ""
        return levels[at] if at < len(levels) else self.level

    def _fixed(self, state: State, at: int) -> Fixed:
        """Return the codes that a segment must have to stand where it is meant to."""
        fixed: dict[tuple[int, int], frozenset[str]] = {}
        when, levels = state.entry.when, LEVELS.get(self.set_id, "")
        if when:
            fixed[(when.element, when.component)] = when.codes
        elif state.segment == "HL" and state.head and at < len(levels):
            fixed[(3, 0)] = frozenset(levels[at])
        elif state.segment == "ST":
            fixed[(1, 0)] = frozenset({self.set_id})
        variants = self.demanded.get(state.index, [])
        if at < len(variants) and variants[at]:
            fixed[(1, 0)] = variants[at]
        return fixed

    def _segment(self, place: _Place, fixed: Fixed, *, mandatory: bool) -> bool:
        """Write a segment; say whether it could be placed. An optional one that could not is left out."""
        state = place.state
        made: list[str] = []
        for _ in range(_TRIES):
            made = segment_example(state.subject, fixed, self.style)
            if self._reads(made, state):
                break
        else:
            if not mandatory:
                return False
        self._count(made, state)
        self.segments.append(made)
        self.trail.append(state)
        self.open_ls += {"LS": 1, "LE": -1}.get(made[0], 0)
        return True

    def _reads(self, made: list[str], state: State) -> bool:
        """Say whether a segment is in order and would be read at the place that it is meant for."""
        if not state.accept(made, self.style.component, ""):
            return False
        if any(count.most <= self.stood[count] for count in self._counts(made, state)):
            return False
        if not self.trail:
            return True
        last = self.trail[-1]
        step = last.steps.get(made[0]) or last.choose(made, self.style.component)
        return step is not None and step[0] is state

    def _counts(self, made: list[str], state: State) -> list[Count]:
        """Return the limits of the guideline that a segment falls under."""
        return [
            count
            for count in self.stood
            if concerns(count.spot, state.segment, state.path)
            and (not count.spot.codes or (len(made) > 1 and made[1] in count.spot.codes))
        ]

    def _count(self, made: list[str], state: State) -> None:
        """Count a segment; the counts of a loop begin anew with each round."""
        for count in self.stood:
            if state.head and count.spot.loops[-1:] == (state.loop,):
                self.stood[count] = 0
        for count in self._counts(made, state):
            self.stood[count] += 1
