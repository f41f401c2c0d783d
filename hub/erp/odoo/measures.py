"""What a line of a supplier's document counts in, beside what our purchase line counts in. Nothing here asks Odoo."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from hub.erp.odoo.lookups import EACH, hold
from hub.erp.odoo.reading import PRICE_PLACES, number
from hub.erp.odoo.units import PLACES, LineUnits, Unit
from hub.model import problems
from hub.model.finding import Finding


class Counted(Protocol):
    """A line of a supplier's document that says how much, in their unit and, where the crosswalk knows it, in ours."""

    @property
    def unit(self) -> str: ...
    @property
    def our_unit(self) -> str: ...
    @property
    def our_quantity(self) -> Decimal | None: ...


class Measure(Struct, frozen=True):
    """One of theirs: so many of a unit of ours."""

    units: LineUnits
    unit: Unit
    factor: Decimal = Decimal(1)

    def ours(self, quantity: Decimal) -> Decimal:
        """Return a quantity of theirs in that unit of ours."""
        return quantity if self.factor == 1 else number(round(quantity * self.factor, PLACES))

    def own(self, quantity: Decimal) -> Decimal:
        """Return a quantity of theirs in the product's own unit."""
        return self.unit.into(self.units.own, self.ours(quantity))

    def exact(self, quantity: Decimal) -> bool:
        """Say whether Odoo keeps a quantity of theirs in the product's own unit as it is."""
        return self.unit.id == self.units.own.id or self.units.own.keeps(self.own(quantity))

    def line(self, quantity: Decimal) -> Decimal:
        """Return a quantity of theirs in the unit of the order line."""
        return self.unit.into(self.units.line, self.ours(quantity))

    def price(self, price: Decimal) -> Decimal:
        """Return a price of theirs per that unit of ours."""
        return price if self.factor == 1 else price / self.factor

    def line_price(self, price: Decimal, agreed: Decimal) -> Decimal:
        """Return a price of theirs per unit of the order line: the agreed one, where only rounding is between them.

        A price is rounded to cents at least: 2.0833 a piece is the 25.00 that a dozen was agreed at.
        """
        size = self.units.line.size / (self.factor * self.unit.size)
        if self.factor == 1 and self.unit.id == self.units.line.id:
            return price
        exponent = price.as_tuple().exponent
        places = max(2, -exponent) if isinstance(exponent, int) else 2
        told = number(price * size, PRICE_PLACES)
        return agreed if abs(told - agreed) <= Decimal(5).scaleb(-places - 1) * size else told


def measure(units: LineUnits, said: Counted, quantity: Decimal) -> Measure | None:
    """Return what a supplier's line, which tells a quantity, counts in; None when nothing says so.

    Never a guess: a case is not a piece. What Odoo's own factors compare is converted by them; each is one of the
    product's own unit.
    """
    if not said.our_unit:
        return Measure(units, units.own) if said.unit.strip().upper() in EACH else None
    unit = units.named(said.our_unit)
    if unit is None:
        return None
    factor = said.our_quantity / quantity if said.our_quantity and quantity else Decimal(1)
    return Measure(units, unit, factor)


def unlike_units(label: str, units: LineUnits, said: Counted, where: str) -> Finding:
    """Return the finding for a quantity in a unit that cannot be compared with the line's."""
    ours = units.line.name
    return hold(
        problems.CODE_UNKNOWN,
        f"{label}: they count in {said.unit!r}, the order in {ours}: nothing says how the two compare",
        where=where,
        value=said.unit,
        hint=f"Add a row to the unit crosswalk (theirs = {said.unit}, ours = {ours}, factor); then release.",
    )


def uneven(label: str, unit: Unit, said: Decimal, theirs: str, where: str) -> Finding:
    """Return the finding for a quantity that a unit of ours cannot say: 7 pieces are no part of a dozen to Odoo."""
    return hold(
        problems.QUANTITY_DIFFERS,
        f"{label}: {said} {theirs} cannot be told in {unit.name}: Odoo keeps multiples of {unit.step} of it",
        where=where,
        value=str(said),
        hint="Settle it with them, or set the line in Odoo to the unit that they count in; then release.",
    )
