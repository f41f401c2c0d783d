"""What was to arrive with a receipt, and how that differs from what did. Nothing here asks Odoo.

A receipt answers ship notices whole and in their order: the oldest that no earlier receipt answered, and the
next ones as long as more came of some line than those before them announced. So a truck that is received while
another is on the road is short of nothing, and what was told short once is not told again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.model.documents import Questioned

#: Quantities by purchase line.
ByLine = Mapping[int, Decimal]

_ZERO = Decimal(0)


class Expected(Struct, frozen=True, kw_only=True):
    """What the ship notices that a receipt answers announced."""

    notices: tuple[int, ...]  # their ordinals
    quantities: ByLine


def expected(announced: Sequence[ByLine], earlier: Sequence[ByLine], came: ByLine) -> Expected:
    """Return what was to come with a receipt; `announced` oldest first, `earlier`: receipts before it, alike."""
    waiting = list(range(len(announced)))
    for receipt in earlier:
        answered = _answered(announced, waiting, receipt)
        waiting = [at for at in waiting if at not in answered]
    answered = _answered(announced, waiting, came)
    quantities: dict[int, Decimal] = {}
    for at in answered:
        for line, quantity in announced[at].items():
            quantities[line] = quantities.get(line, _ZERO) + quantity
    return Expected(notices=tuple(answered), quantities=quantities)


def _answered(announced: Sequence[ByLine], waiting: Sequence[int], came: ByLine) -> list[int]:
    """Return which of the waiting notices a receipt answers: each that announces some of what is left of it."""
    left = dict(came)
    answered = []
    for at in waiting:
        if any(left.get(line, _ZERO) > 0 for line in announced[at]):
            answered.append(at)
            for line, quantity in announced[at].items():
                left[line] = left.get(line, _ZERO) - quantity
    return answered


def in_question(*, damaged: Decimal, short: Decimal) -> tuple[Questioned, ...]:
    """Return what is wrong with an item; a shortage below zero is too much."""
    found = [(damaged, "damaged"), (short, "short"), (-short, "over")]
    return tuple(Questioned(quantity=quantity, condition=word) for quantity, word in found if quantity > 0)
