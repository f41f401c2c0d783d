"""Units of measure: what a quantity in one comes to in another, by Odoo's own factors.

An order line may be in dozens while its product is kept in pieces. Odoo's stock moves count in the product's own
unit then (stock_rule, `_adjust_uom_quantities`; only the parameter stock.propagate_uom keeps the line's), and what
it sums up on order lines is rounded to hundredths of the line's unit: 7 of a dozen are 0.58 delivered. So whatever
is summed or compared here is counted in the product's own unit, and told in the line's where that is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import number, ref_id, text
from hub.model.documents import OwnUnit

#: To so many places a converted quantity is kept.
PLACES = 6


class Unit(Struct, frozen=True):
    """One unit of measure (uom.uom)."""

    id: int
    name: str
    family: int  # units of one family compare
    size: Decimal = Decimal(1)  # how many of its family's reference unit it is
    step: Decimal = Decimal("0.01")  # Odoo keeps quantities as multiples of this

    def into(self, other: Unit, quantity: Decimal) -> Decimal:
        """Return so many of this unit counted in another of its family, to six places."""
        if self.id == other.id:
            return quantity
        return number(round(quantity * self.size / other.size, PLACES))

    def keeps(self, quantity: Decimal) -> bool:
        """Say whether Odoo keeps so many of this unit as they are, without rounding."""
        return quantity % self.step == 0


class LineUnits(Struct, frozen=True):
    """The unit that a line counts in, the product's own, and all that compare with them."""

    line: Unit
    own: Unit
    known: Mapping[str, Unit] = field(default_factory=dict)  # by name in lower case

    @property
    def alike(self) -> bool:
        """Say whether the line counts in the product's own unit, as nearly all do."""
        return self.line.id == self.own.id

    @property
    def contained(self) -> Decimal:
        """Return how many of the product's own unit one of the line's is."""
        return self.line.into(self.own, Decimal(1))

    def named(self, name: str) -> Unit | None:
        """Return the unit of that name, if it compares with the line's."""
        both = {unit.name.casefold(): unit for unit in (self.own, self.line)}
        return both.get(name.casefold()) or self.known.get(name.casefold())

    def numbered(self, unit: int) -> Unit:
        """Return the unit of an id, the product's own for one that does not compare."""
        return next((u for u in (self.line, *self.known.values()) if u.id == unit), self.own)

    def told(self, *quantities: Decimal) -> Unit:
        """Return the unit in which to tell these quantities of the product's own: the line's, where all are exact."""
        exact = (self.line.keeps(self.own.into(self.line, quantity)) for quantity in quantities)
        return self.line if all(exact) else self.own

    def beside(self, quantity: Decimal) -> OwnUnit | None:
        """Return what to say beside a quantity of the product's own unit: nothing where the line counts in that."""
        if self.alike:
            return None
        return OwnUnit(unit=self.own.name, quantity=quantity, contained=self.contained)

    def words(self, quantity: Decimal) -> str:
        """Return a quantity of the product's own unit in words, for messages."""
        unit = self.told(quantity)
        return f"{self.own.into(unit, quantity)} {unit.name}"


class UnitTable(Struct, frozen=True):
    """All units of one Odoo, by id."""

    units: Mapping[int, Unit]

    def of(self, line: int, own: int) -> LineUnits:
        """Return what compares with the unit of a line; the product's own where the line says none."""
        mine = self.units.get(line) or self.units.get(own) or Unit(0, "", 0)
        kept = self.units.get(own, mine)
        family = {u.name.casefold(): u for u in self.units.values() if u.family == mine.family}
        return LineUnits(mine, kept if kept.family == mine.family else mine, family)


class Units:
    """The units of one Odoo."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def read(self) -> UnitTable:
        """Return all units, archived ones too; there are a few dozen."""
        domain: list[Any] = [["active", "in", [True, False]]]
        old = self._names.present("uom.uom", "category_id", "factor_inv")
        fields = ["name", "rounding", *(old or ["factor", "relative_uom_id"])]
        rows = self._session.search_read("uom.uom", domain, fields, order="active desc, id")
        above = {row["id"]: ref_id(row.get("relative_uom_id")) for row in rows}
        found = (_unit(row, above) for row in reversed(rows))
        return UnitTable({unit.id: unit for unit in found})


def _unit(row: Values, above: Mapping[int, int]) -> Unit:
    """Return a unit; until 18 those of one category compare, from 19 on those that hang from one root."""
    old = "category_id" in row
    family = ref_id(row["category_id"]) if old else _root(row["id"], above)
    size = number(row["factor_inv" if old else "factor"])
    return Unit(
        id=row["id"],
        name=text(row["name"]),
        family=family,
        size=size or Decimal(1),
        step=number(row["rounding"]) or Decimal("0.01"),
    )


def _root(unit: int, above: Mapping[int, int]) -> int:
    seen: set[int] = set()
    while above.get(unit) and unit not in seen:
        seen.add(unit)
        unit = above[unit]
    return unit
