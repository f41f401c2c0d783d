"""What was to arrive with a receipt, and how that differs from what did. Nothing here asks Odoo.

A receipt answers ship notices whole and in their order: the oldest that no earlier receipt answered, and the
next ones as long as more came of some line than those before them announced. So a truck that is received while
another is on the road is short of nothing, and what was told short once is not told again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.arrived import Arrived
from hub.erp.odoo.purchase_lines import PurchaseLine
from hub.model.documents import Questioned, ReceivedItem

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


def short_of_order(missing: Decimal, came: Decimal, *, waiting: bool) -> Decimal:
    """Return what is missing of the order (below zero: too much) where nothing was announced.

    As long as Odoo waits for more of the line, nothing is missing yet; and what earlier receipts brought too
    much is not told again.
    """
    if missing < 0:
        return max(missing, -came)
    return _ZERO if waiting else missing


def received_item(
    line: PurchaseLine, came: Arrived, announced: Decimal | None, short: Decimal, ordinal: int
) -> ReceivedItem:
    """Return what to tell of a line: in its own unit where all is exact in it, else in the product's."""
    good = came.quantity - came.returned - came.damaged
    parts = (good, came.returned, came.damaged, short, announced or _ZERO)
    unit = line.units.told(*parts, *(lot.quantity or _ZERO for lot in came.lots))

    def told(quantity: Decimal) -> Decimal:
        return line.units.own.into(unit, quantity)

    wrong = in_question(damaged=told(came.damaged), short=told(short))
    return ReceivedItem(
        number=str(ordinal),
        order_line=line.number,
        ids=line.ids,
        description=line.name.partition("\n")[0],
        received=told(good),
        unit=unit.name,
        returned=told(came.returned) or None,
        questioned=wrong[0].quantity if wrong else None,
        condition=wrong[0].condition if wrong else "",
        others=wrong[1:],
        announced=None if announced is None else told(announced),
        ordered=told(line.ordered),
        lots=tuple(replace(lot, quantity=told(lot.quantity or _ZERO)) for lot in came.lots),
        labels=came.labels,
        sku=line.product.code,
        own=line.units.beside(good),
    )
