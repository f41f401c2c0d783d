"""Units of measure: a quantity in one unit as a quantity in another of the same kind, by Odoo's own factors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from hub.erp.odoo.client import Session
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import number


def factors(session: Session, names: Names, units: Iterable[int]) -> Mapping[int, Decimal]:
    """Return how many of the smallest unit of its kind each unit (uom.uom) is; until 18 Odoo keeps the inverse."""
    rows = session.read("uom.uom", sorted({unit for unit in units if unit}), ["factor"])
    inverse = not names.field("uom.uom", "relative_uom_id")
    found = {unit: Decimal(repr(float(row["factor"]))) or Decimal(1) for unit, row in rows.items()}
    return {unit: 1 / factor if inverse else factor for unit, factor in found.items()}


def counted(quantity: Decimal, of: int, to: int, known: Mapping[int, Decimal]) -> Decimal:
    """Return a quantity of one unit in another, to six places; a unit that nobody knows counts as one."""
    if of == to:
        return quantity
    one = Decimal(1)
    return number(float(quantity * known.get(of, one) / known.get(to, one)))
