"""How often segments stand where a partner's guideline counts them: in the whole set or in each round of a loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.model import problems
from hub.model.finding import Finding, Where
from translators.x12.rules.findings import Budget
from translators.x12.rules.grammar import State
from translators.x12.rules.guideline import Count, Spot, concerns


class Occurrences:
    """Counts while a set is walked."""

    def __init__(self, counts: Sequence[Count], budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self.open = [_Tally(count) for count in counts]
        self.found: list[Finding] = []

    def take(self, number: int, elements: Sequence[str], path: tuple[str, ...], *, head: bool) -> None:
        """Take the next segment; `path` are the open loops, `head` says that it opens the innermost."""
        for tally in self.open:
            self.found += filter(self.budget.spend, tally.take(number, elements, path, head=head))

    def take_all(self, first: int, parts: Sequence[Sequence[str]], trail: Sequence[State]) -> None:
        """Take segments with the states that a walk found for them; `first` is the number of the first one."""
        for number, (elements, state) in enumerate(zip(parts, trail, strict=True), first):
            self.take(number, elements, state.path, head=state.head and state.segment == elements[0])

    def finish(self, last: int) -> list[Finding]:
        """Close what is open; return all that was found. `last` is the number of the set's last segment."""
        for tally in self.open:
            self.found += filter(self.budget.spend, tally.close(last))
        return self.found


class _Tally:
    """One count: how often its segment stood in the round that is open."""

    def __init__(self, count: Count) -> None:
        self.spot: Spot = count.spot
        self.least, self.most = count.least, count.most
        self.seen = 0
        self.since = 0 if count.spot.loops else 1  # number of the round's first segment; 0: no round is open

    def take(
        self, number: int, elements: Sequence[str], path: tuple[str, ...], *, head: bool
    ) -> Iterator[Finding]:
        loops = self.spot.loops
        if loops:
            inside = loops == tuple(loop for loop in path if loop in loops)
            if self.since and (not inside or (head and path[-1] == loops[-1])):
                yield from self.close(self.since)
            if inside and not self.since:
                self.since, self.seen = number, 0
            if not inside:
                return
        if not concerns(self.spot, elements[0], path):
            return
        if self.spot.codes and (len(elements) < 2 or elements[1] not in self.spot.codes):
            return
        self.seen += 1
        if self.most and self.seen == self.most + 1:
            message = f"{self._name()} stands more than {self.most} times{self._inside()}; the agreement allows no more"
            where = Where(segment_number=number, segment=elements[0], loop=path[-1] if path else "")
            yield Finding(problems.GUIDE_SEGMENT_OVER_MAX, message, where=where, hint="leave out the rest")

    def close(self, number: int) -> Iterator[Finding]:
        """End the round; `number` is where a missing segment is reported."""
        if self.since and self.seen < self.least:
            message = f"the segment {self._name()} is missing{self._inside()}; the agreement demands it"
            loop = self.spot.loops[-1] if self.spot.loops else ""
            where = Where(segment_number=number, segment=self.spot.segment, loop=loop)
            hint = f"send {self._name()}{self._inside()}"
            yield Finding(problems.GUIDE_SEGMENT_MISSING, message, where=where, hint=hint)
        self.since = 0

    def _name(self) -> str:
        return str(Spot(self.spot.segment, codes=self.spot.codes))

    def _inside(self) -> str:
        return f" in a loop {'/'.join(self.spot.loops)}" if self.spot.loops else ""
