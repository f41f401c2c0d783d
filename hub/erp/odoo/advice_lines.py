"""What one line of a warehouse's advice tells, in our unit: how much, of which lots, in which packages, how broken."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.announced import label
from hub.erp.odoo.transfers import Move
from hub.model.documents import AdvisedLine

_ZERO = Decimal(0)


class Part(Struct, frozen=True):
    """A part of what was done of a move: of one lot, in one package, good or damaged."""

    quantity: Decimal
    lot: str = ""
    package: str = ""
    damaged: bool = False


def quantity_of(line: AdvisedLine, move: Move) -> Decimal | None:
    """Return what was done in the move's unit, None where nobody told how theirs is counted."""
    if not line.our_unit:
        return line.our_quantity if line.our_quantity is not None else move.counted(line.quantity, line.unit)
    return move.counted(line.quantity if line.our_quantity is None else line.our_quantity, line.our_unit)


def parts_of(line: AdvisedLine, quantity: Decimal, *, tracked: bool) -> list[Part]:
    """Return what was done by lot; packages are known where there is one, or as many as go into it evenly."""
    if not quantity:
        return []
    rest, found = quantity, []
    for lot in line.lots if tracked else ():
        taken = rest if lot.quantity is None else min(ours(lot.quantity, line), rest)
        if taken > 0:
            found.append(Part(taken, lot.number))
            rest -= taken
    found += [Part(rest)] if rest else []
    return _broken(_packed(found, quantity, [label(text) for text in line.labels]), line)


def ours(quantity: Decimal, line: AdvisedLine) -> Decimal:
    """Return a quantity of a line in our unit."""
    done = line.quantity if line.our_quantity is None else line.our_quantity
    return quantity * done / line.quantity if line.quantity else quantity


def _packed(found: Sequence[Part], quantity: Decimal, labels: Sequence[str]) -> list[Part]:
    if len(labels) == 1:
        return [replace(part, package=labels[0]) for part in found]
    each = quantity / len(labels) if labels else _ZERO
    if len(found) == 1 and each and each == each.to_integral_value():
        return [Part(each, found[0].lot, name) for name in labels]
    return list(found)


def _broken(found: list[Part], line: AdvisedLine) -> list[Part]:
    """Tell the damaged goods of a line from the good ones, where it has one lot and package: else nobody says which."""
    damaged = ours(line.damaged or _ZERO, line)
    if len(found) != 1 or not 0 < damaged <= found[0].quantity:
        return found
    good = replace(found[0], quantity=found[0].quantity - damaged)
    return [part for part in (good, replace(found[0], quantity=damaged, damaged=True)) if part.quantity]
