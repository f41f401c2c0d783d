"""Which lines of a receipt what was thrown away of it came with. Nothing here asks Odoo.

Odoo keeps the receipt, the product and perhaps the lot of what is scrapped, and not the line. It is taken from where
the lot came in, else from the lines in their order, from none more than came with it and is left: so two lines of one
product never both lose what was scrapped once.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct


class Scrap(Struct, frozen=True, kw_only=True):
    """What was thrown away of a product, in the smallest unit of its kind."""

    product: int
    quantity: Decimal
    lot: str = ""


class Room(Struct, kw_only=True):
    """What came of a product with one line, of one lot; in the smallest unit of its kind."""

    line: int
    product: int
    left: Decimal
    lot: str = ""


def by_line(scraps: Sequence[Scrap], rooms: Sequence[Room]) -> dict[int, Decimal]:
    """Return what was thrown away by line; `rooms` are used up in their order."""
    found: dict[int, Decimal] = {}
    for scrap in sorted(scraps, key=lambda one: not one.lot):  # those that say which lot choose first
        left = scrap.quantity
        alike = [room for room in rooms if room.product == scrap.product]
        same_lot = [room for room in alike if scrap.lot and room.lot == scrap.lot]
        for room in same_lot or alike:
            taken = min(left, room.left)
            if taken > 0:
                room.left -= taken
                left -= taken
                found[room.line] = found.get(room.line, Decimal(0)) + taken
    return found
