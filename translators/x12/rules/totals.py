"""Totals that a set says of itself (CTT01, CTT02, W7601 ...) against what stands in it.

X12 has no error code for a wrong total, so it is a warning that no 997 carries. `Tally` keeps no
segment, so that a set of any size is counted in constant memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        self.segments = segments or {}
        self.open = [(total, [_running(way) for way in total.ways]) for total in totals]

    @property
    def running(self) -> Iterator[tuple[str, _Count | _Sum]]:
        """Yield what is to be told of which segments: the id of those, and the count or sum that takes them."""
        for total, counters in self.open:
            yield from ((way.segment, counter) for way, counter in zip(total.ways, counters, strict=True))

    @property
    def totalled(self) -> set[str]:
        """Return the ids of the segments in which totals stand: those to `check`."""
        return {total.segment for total, _ in self.open}

    def check(self, number: int, elements: Sequence[str]) -> Iterator[Finding]:
        """Yield what is wrong with the totals in a segment, `number` from ST = 1."""
        for total, counters in self.open:
            at = total.element
            value = elements[at][:LONGEST] if total.segment == elements[0] and at < len(elements) else ""
            if value and is_real(value) and not any(_agrees(value, counter) for counter in counters):
                yield self._finding(number, total, value, counters[0].value)

    def _finding(self, number: int, total: Total, value: str, found: Decimal) -> Finding:
        place = f"{total.segment}{total.element:02d}"
        way = total.ways[0]
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


class _Count:
    """How many segments there were so far."""

    def __init__(self) -> None:
        self._count = 0

    def take(self, _number: int, _elements: Sequence[str]) -> None:
        self._count += 1

    @property
    def value(self) -> Decimal:
        return Decimal(self._count)


class _Sum:
    """What an element of the segments so far adds up to; what is no number is left out."""

    def __init__(self, element: int) -> None:
        self._at = element
        self._sum = Decimal(0)
        self._waiting: list[str] = []  # values that are not added up yet

    def take(self, _number: int, elements: Sequence[str]) -> None:
        if self._at < len(elements):
            self._waiting.append(elements[self._at])
            if len(self._waiting) > MOST_AMOUNTS:
                self._add_up()

    @property
    def value(self) -> Decimal:
        self._add_up()
        return self._sum

    def _add_up(self) -> None:
        amounts, self._waiting = [amount[:LONGEST] for amount in self._waiting if amount], []
        digits = "".join(amounts)
        if digits.isascii() and digits.isdecimal():
            self._sum = _ROUGH.add(self._sum, Decimal(sum(map(int, amounts))))
            return
        for amount in filter(is_real, amounts):
            self._sum = _ROUGH.add(self._sum, Decimal(amount))


def _running(way: Way) -> _Count | _Sum:
    return _Sum(way.element) if way.element else _Count()


def _agrees(value: str, counter: _Count | _Sum) -> bool:
    """Say whether a total is what was counted; a hash total may be cut from the left (X12 element 347)."""
    found = counter.value
    if Decimal(value) == found or not found.is_finite():  # a sum beyond all measure is nobody's total
        return True
    digits = value.replace(".", "").replace("-", "")
    hashed = isinstance(counter, _Sum) and len(digits) >= 10
    return hashed and str(found).replace(".", "").endswith(digits)
