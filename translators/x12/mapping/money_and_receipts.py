"""What the maps of 820 and 861 can't say: adjustments without a segment of their own, five quantities in a row.

The functions are called by name; see mapping/special.py for what each kind is given.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

from hub.model.documents import Adjustment, Questioned
from translators.x12.mapping.findings import Reading, Spot
from translators.x12.mapping.spec import Codes, load_map
from translators.x12.mapping.values import DECIMALS, write_decimal

Part: TypeAlias = Any
Segments = list[list[str]]

#: RCD09 to RCD20 have room for four more quantities in question, each with its unit and condition (element 412).
_MOST_OTHERS = 4
#: ADX03, what kind of number ADX04 is: one that the two agreed on.
_AGREED = "ZZ"


# --- 820
def read_adjusted(segment: list[str], spot: Spot, book: Reading) -> list[Adjustment]:
    """Read RMR07/08: the reason and amount of an adjustment that has no ADX."""
    amount = segment[8].strip() if len(segment) > 8 else ""
    if not amount:
        return []
    try:
        return [Adjustment(amount=DECIMALS[amount], reason=segment[7].strip())]
    except ValueError as error:
        book.invalid(spot, segment, 8, "adjustments", str(error), must=True)
        return []


def write_entity(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
    """Open the one entity in which all items stand (ENT01 its ordinal)."""
    return [["ENT", "1"]] if part.items or part.adjustments else []


def write_adjustment(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
    """Say of what kind the reference of an adjustment is: ADX03 and ADX04 come together."""
    return [[*s[:3], _AGREED, *s[4:]] if len(s) > 4 and not s[3] else s for s in made]


# --- 861
def read_questioned(segment: list[str], spot: Spot, book: Reading) -> list[Questioned]:
    """Read RCD09 to RCD20: what else is in question of an item."""
    found: list[Questioned] = []
    for at in range(9, min(len(segment), 21), 3):
        quantity = segment[at].strip()
        code = segment[at + 2].strip() if len(segment) > at + 2 else ""
        if not quantity:
            continue
        try:
            found.append(Questioned(quantity=DECIMALS[quantity], condition=conditions().ours.get(code, code)))
        except ValueError as error:
            book.invalid(spot, segment, at, "others", str(error), must=True)
    return found


def write_questioned(part: Part, made: Segments) -> Segments:
    """Write an RCD with a unit to each quantity, and all that is in question of the item."""
    theirs = conditions().theirs
    for segment in made:
        for at in (4, 6):
            if len(segment) > at and segment[at]:
                segment.extend([""] * (at + 2 - len(segment)))
                segment[at + 1] = part.unit
        for ordinal, other in enumerate(part.others[:_MOST_OTHERS]):
            at = 9 + 3 * ordinal
            segment.extend([""] * (at - len(segment)))
            segment += [
                write_decimal(other.quantity),
                part.unit,
                theirs.get(other.condition, other.condition),
            ]
    return made


def write_announced(part: Part, made: Segments) -> Segments:
    """Write SN1 with its units; without a shipped quantity (SN102) there is none, and what was ordered goes with it."""
    if part.announced is None:
        return []
    return [[*s[:3], part.unit, "", *s[5:], part.unit] if len(s) > 5 else [*s[:3], part.unit] for s in made]


def write_item_count(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
    """Write how many items there are."""
    return [["CTT", str(len(part.items))]]


@cache
def conditions() -> Codes:
    """Return the words for element 412, as the map of the 861 has them."""
    found = next(rule.codes for rule in load_map("861").sections["item"].rules if rule.path == "condition")
    assert found is not None, "the map names the table"
    return found
