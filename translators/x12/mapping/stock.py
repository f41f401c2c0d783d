"""SDQ of an 846: how much of an item can be had at each place, ten places to a segment.

SDQ01 is the unit, SDQ02 the kind of location code, then pairs of location and quantity. What it counts has no
qualifier, so that only what is available now is told by place; every other sort is told in QTY.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from hub.model.documents import StockQuantity
from translators.x12.mapping.findings import Reading, Spot
from translators.x12.mapping.values import DECIMALS, write_decimal

#: A line of an inventory advice, or one of its quantities.
Part: TypeAlias = Any
Segments = list[list[str]]

_OUR_CODES = "92"  # SDQ02: assigned by the buyer or his agent
_ELEMENTS_OF_PLACES = 20  # SDQ03 to SDQ22


def read_places(segment: list[str], spot: Spot, book: Reading) -> list[StockQuantity]:
    """Read an SDQ of a line."""
    found: list[StockQuantity] = []
    unit = segment[1].strip() if len(segment) > 1 else ""
    for at in range(4, len(segment), 2):
        location, quantity = segment[at - 1].strip(), segment[at].strip()
        if not (location or quantity):
            continue
        try:
            found.append(StockQuantity(quantity=DECIMALS[quantity], unit=unit, location=location))
        except ValueError as error:
            book.invalid(spot, segment, at, "quantities", str(error), must=True)
    return found


def write_places(line: Part, made: Segments) -> Segments:
    """Write a line's quantities by place."""
    by_unit: dict[str, list[str]] = {}
    for told in line.quantities:
        if told.location:
            by_unit.setdefault(told.unit, []).extend((told.location, write_decimal(told.quantity)))
    return made + [
        ["SDQ", unit, _OUR_CODES, *pairs[at : at + _ELEMENTS_OF_PLACES]]
        for unit, pairs in by_unit.items()
        for at in range(0, len(pairs), _ELEMENTS_OF_PLACES)
    ]


def in_qty(told: Part) -> bool:
    """Say whether a quantity is told in a QTY: it is that of all places together."""
    return not told.location
