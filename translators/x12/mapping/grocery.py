"""What the maps of 875 and 880 can't say: amounts without a sign, and totals that must be there.

The functions are called by name; see mapping/special.py for what each kind is given.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

from msgspec.structs import replace

from translators.x12.mapping.values import write_decimal

Part: TypeAlias = Any
Segments = list[list[str]]


def read_charge(charge: Part) -> Part:
    """Return a charge with amounts above zero: some write what lowers the bill with a minus sign."""
    signed = {name: getattr(charge, name) for name in ("amount", "rate", "percent")}
    return replace(charge, **{name: abs(value) for name, value in signed.items() if value is not None})


def write_total(part: Part, made: Segments) -> Segments:
    """Write the mandatory G76: how much is ordered in all, in the unit of the first line, and the amount."""
    total = made[0][8] if made else ""
    return [_counted(["G76", "", "", "", "", "", "", "", total], part)]


def write_shipped(part: Part, made: Segments) -> Segments:
    """Write the mandatory G31: how much is billed in all, where the document does not say what was shipped."""
    segment = made[0] if made else ["G31", ""]
    return [segment if segment[1] else _counted([*segment, ""][:3] + segment[3:], part)]


def _counted(segment: list[str], part: Part) -> list[str]:
    segment[1] = write_decimal(sum((line.quantity for line in part.lines), Decimal(0)))
    segment[2] = part.lines[0].unit if part.lines else "EA"
    while not segment[-1]:
        segment.pop()
    return segment
