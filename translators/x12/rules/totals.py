"""Totals that a set says of itself (CTT01, CTT02, W7601 ...) against what stands in it.

X12 has no error code for a wrong total, so it is a warning that no 997 carries. `Tally` keeps no
segment, so that a set of any size is counted in constant memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.dictionary import Segment, Total, Way
from translators.x12.rules.values import is_real

MOST_AMOUNTS = 4096  # that wait to be added up
LONGEST = 40  # characters of a number that are looked at
_ROUGH = Context(prec=60, traps=[])  # 1E999999 is a number, and may not raise


class Tally:
    """Counts and sums of one set. `segments` are their descriptions, for the numbers of data elements."""

    def __init__(self, totals: Sequence[Total], segments: Mapping[str, Segment] | None = None) -> None:
        self.totals = totals
        self.segments = segments or {}
        ways = dict.fromkeys(way for total in totals for way in total.ways)
        self.counts = {way: 0 for way in ways if not way.element}
        self.sums = {way: Decimal(0) for way in ways if way.element}
        self.waiting: dict[Way, list[str]] = {way: [] for way in self.sums}
        self.totalled = frozenset(total.segment for total in totals)
        self.counted: dict[str, list[Way]] = {}
        for way in ways:
            self.counted.setdefault(way.segment, []).append(way)

    def take(self, elements: Sequence[str]) -> None:
        """Take the next segment that is counted or summed."""
        for way in self.counted[elements[0]]:
            if not way.element:
                self.counts[way] += 1
            elif way.element < len(elements):
                waiting = self.waiting[way]
                waiting.append(elements[way.element])
                if len(waiting) > MOST_AMOUNTS:
                    self._add_up(way)

    def check(self, number: int, elements: Sequence[str]) -> Iterable[Finding]:
        """Yield what is wrong with the totals in a segment, `number` from ST = 1."""
        for total in self.totals:
            at = total.element
            value = elements[at][:LONGEST] if total.segment == elements[0] and at < len(elements) else ""
            if value and is_real(value) and not any(self._agrees(value, way) for way in total.ways):
                yield self._finding(number, total, value)

    def expected(self, total: Total) -> Decimal:
        """Return what a total should say of the segments taken so far."""
        return self._value(total.ways[0])

    def _agrees(self, value: str, way: Way) -> bool:
        """Say whether a total is what a way makes of it; a hash total may be cut from the left (X12 element 347)."""
        found = self._value(way)
        if Decimal(value) == found or not found.is_finite():  # a sum beyond all measure is nobody's total
            return True
        digits = value.replace(".", "").replace("-", "")
        return bool(way.element) and len(digits) >= 10 and str(found).replace(".", "").endswith(digits)

    def _value(self, way: Way) -> Decimal:
        if not way.element:
            return Decimal(self.counts[way])
        self._add_up(way)
        return self.sums[way]

    def _add_up(self, way: Way) -> None:
        for amount in self.waiting[way]:
            if is_real(amount[:LONGEST]):
                self.sums[way] = _ROUGH.add(self.sums[way], Decimal(amount[:LONGEST]))
        self.waiting[way].clear()

    def _finding(self, number: int, total: Total, value: str) -> Finding:
        place = f"{total.segment}{total.element:02d}"
        way, found = total.ways[0], self.expected(total)
        truth = (
            f"the count of {way.segment} is {found}"
            if not way.element
            else f"{str(way)[4:]} add up to {found}"
        )
        return Finding(
            problems.TOTAL_MISMATCH,
            f"{place} says {value}; {truth}",
            Severity.WARNING,
            Where(
                segment_number=number,
                segment=total.segment,
                element=total.element,
                element_ref=self._reference(total),
            ),
            value,
            "a line may be lost: compare with the sender",
        )

    def _reference(self, total: Total) -> str:
        uses = self.segments[total.segment].uses if total.segment in self.segments else ()
        return uses[total.element - 1].element.number if total.element <= len(uses) else ""
