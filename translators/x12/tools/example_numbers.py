"""The numbers of an example that speak of other segments: HL levels, line numbers, LS and LE, CTT, SE."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from translators.x12.rules.dictionary import Total, Way
from translators.x12.rules.grammar import State
from translators.x12.rules.values import is_date

CONTROL = "0001"
_LINES = {"350", "554"}  # data elements: the number of a line, as its sender counts


def number_all(
    segments: Sequence[list[str]], trail: Sequence[State], totals: Sequence[Total]
) -> list[list[str]]:
    """Return the segments of a set with their numbers; `trail` has the place of each, `totals` are those of the set."""
    numbered = [list(segment) for segment in segments]
    _levels(numbered, trail)
    _lines(numbered, trail)
    _brackets(numbered)
    _totals(numbered, totals)
    _amount(numbered)
    _dates(numbered)
    for at in (0, -1):
        if numbered[at][0] in {"ST", "SE"}:
            numbered[at][2:3] = [CONTROL]
    if numbered[-1][0] == "SE":
        numbered[-1][1] = str(len(numbered))
    return numbered


def _levels(segments: list[list[str]], trail: Sequence[State]) -> None:
    """Number the HL from 1. Each is below the last one of an outer loop; in a loop of all levels, below the one before.

    HL04 says whether another one is below it.
    """
    above: dict[int, str] = {}  # depth of the loop -> HL01
    count = 0
    for segment, state in zip(segments, trail, strict=True):
        if segment[0] != "HL":
            continue
        count += 1
        depth = len(state.path)
        flat = state.entry.when is None
        outer_ones = [own for outer, own in above.items() if outer < depth or (flat and outer == depth)]
        above = {outer: own for outer, own in above.items() if outer < depth} | {depth: str(count)}
        segment[1:3] = [str(count), outer_ones[-1] if outer_ones else ""]
    parents = {segment[2] for segment in segments if segment[0] == "HL"}
    for segment, state in zip(segments, trail, strict=True):
        if segment[0] == "HL" and len(segment) > 4 and segment[4]:
            below, codes = str(int(segment[1] in parents)), state.subject.segment.uses[3].element.codes
            segment[4] = below if codes is None or below in codes else segment[4]


def _lines(segments: list[list[str]], trail: Sequence[State]) -> None:
    """Number the lines: heads of loops that begin with a line number."""
    counts: dict[int, int] = {}
    for segment, state in zip(segments, trail, strict=True):
        uses = state.subject.segment.uses
        if state.head and uses and uses[0].element.number in _LINES and len(segment) > 1 and segment[1]:
            counts[state.index] = counts.get(state.index, 0) + 1
            segment[1] = str(counts[state.index])


def _brackets(segments: list[list[str]]) -> None:
    """Let each LE repeat the LS that it closes."""
    opened: list[str] = []
    for segment in segments:
        if segment[0] == "LS" and len(segment) > 1:
            opened.append(segment[1])
        elif segment[0] == "LE" and opened:
            segment[1:2] = [opened.pop()]


def _totals(segments: list[list[str]], totals: Sequence[Total]) -> None:
    """Write what the set says of itself: how many lines there are, and what their quantities add up to."""
    for total in totals:
        for segment in segments:
            if segment[0] == total.segment and total.element < len(segment) and segment[total.element]:
                segment[total.element] = _counted(segments, total.ways[0])


def _amount(segments: list[list[str]]) -> None:
    """Write into TDS01 of an invoice, in cents, what its lines amount to."""
    lines = [segment for segment in segments if segment[0] == "IT1" and len(segment) > 4]
    amount = sum((Decimal(line[2] or 0) * Decimal(line[4] or 0) for line in lines), Decimal(0))
    for segment in segments:
        if segment[0] == "TDS" and amount:
            segment[1] = str(int(amount * 100))


def _dates(segments: list[list[str]]) -> None:
    """Let no DTM be before the document's own date, which stands in the segment after ST."""
    own = next((value for value in segments[1] if len(value) in {6, 8} and is_date(value)), "")
    for segment in segments:
        earlier = segment[0] == "DTM" and len(segment) > 2 and len(segment[2]) == len(own)
        if earlier and is_date(segment[2]) and segment[2] < own:
            segment[2] = own


def _counted(segments: Sequence[Sequence[str]], way: Way) -> str:
    """Return a total: how often a segment stands, or the sum of one of its elements."""
    found = [segment for segment in segments if segment[0] == way.segment]
    if not way.element:
        return str(len(found))
    amounts = [segment[way.element] for segment in found if way.element < len(segment)]
    return format(sum((Decimal(amount) for amount in amounts if amount), Decimal(0)), "f")
