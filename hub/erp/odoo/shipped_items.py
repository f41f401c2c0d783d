"""What of an order line was shipped, as the items of a ship notice. Nothing here asks Odoo.

An item is told in the unit of its order line. Where a part of what went is no exact number of those (7 pieces of a
line in dozens), all of the line is told in the product's own unit, in every package of the delivery alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.lookups import Product
from hub.erp.odoo.units import LineUnits, Unit
from hub.model.documents import Lot, ShippedItem


class Stow(Struct, frozen=True):
    """One move line: what of an order line went into which package."""

    order_line: int  # sale.order.line id, 0 when the move belongs to none
    product: int
    quantity: Decimal
    unit: int  # uom.uom id
    package: int  # 0: loose
    lot: int  # 0: not tracked


class Telling(Struct, frozen=True):
    """How the quantities of one order line are told."""

    units: LineUnits
    unit: Unit

    @classmethod
    def of(cls, units: LineUnits, stows: Iterable[Stow]) -> Telling:
        """Return how to tell what moved of a line, in all its parts."""
        return cls(units, units.told(*(_own(units, stow) for stow in stows)))

    def own(self, stow: Stow) -> Decimal:
        """Return a quantity that moved in the product's own unit."""
        return _own(self.units, stow)

    def told(self, own: Decimal) -> Decimal:
        """Return a quantity of the product's own unit as it is told."""
        return self.units.own.into(self.unit, own)


class ShippedItems(Struct, frozen=True, kw_only=True):
    """What turns move lines into shipped items."""

    products: dict[int, Product]
    ordered: dict[int, Decimal]  # by order line, in its unit
    numbers: dict[int, str]
    lots: dict[int, Lot]
    counted: dict[tuple[int, int], Telling]  # by order line and product

    def of(self, stows: Sequence[Stow]) -> tuple[ShippedItem, ...]:
        """Return one item per order line and product, its lots within."""
        groups: dict[tuple[int, int], list[Stow]] = {}
        for stow in stows:
            groups.setdefault((stow.order_line, stow.product), []).append(stow)
        return tuple(self._item(group) for group in groups.values())

    def _item(self, group: Sequence[Stow]) -> ShippedItem:
        first = group[0]
        item = self.products.get(first.product)
        telling = self.counted[first.order_line, first.product]
        own = sum((telling.own(s) for s in group), Decimal(0))
        ordered = self.ordered.get(first.order_line)
        return ShippedItem(
            line_number=self.numbers.get(first.order_line, ""),
            ids=item.ids if item else {},
            description=item.name if item else "",
            quantity=telling.told(own),
            unit=telling.unit.name,
            ordered=None if ordered is None else telling.units.line.into(telling.unit, ordered),
            lots=tuple(self._lot(s, telling) for s in group if s.lot),
            sku=item.code if item else "",
            own=telling.units.beside(own),
        )

    def _lot(self, stow: Stow, telling: Telling) -> Lot:
        known = self.lots.get(stow.lot)
        return Lot(
            number=known.number if known else str(stow.lot),
            quantity=telling.told(telling.own(stow)),
            expires=known.expires if known else None,
        )


def _own(units: LineUnits, stow: Stow) -> Decimal:
    return units.numbered(stow.unit).into(units.own, stow.quantity)
