"""Units of measure: the same quantity counted in another one, rounded as Odoo rounds it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.wire import Values

#: What float arithmetic leaves behind the digits that count.
_NOISE = 9


def convert(
    env: Env, quantity: float, source: int | None, target: int | None, *, rounding: str = ROUND_HALF_UP
) -> float:
    """Return a quantity of one unit counted in another, to that one's own precision."""
    if not source or not target or source == target or not quantity:
        return quantity
    rows = {row["id"]: row for row in env.rows("uom.uom", [source, target], ["factor", "rounding", "name"])}
    if _root(env, source) != _root(env, target):
        raise UserError(f"{rows[source]['name']} cannot be counted in {rows[target]['name']}.")
    exact = round(
        Decimal(repr(quantity * float(rows[source]["factor"]) / float(rows[target]["factor"]))), _NOISE
    )
    step = Decimal(repr(float(rows[target]["rounding"])))
    return float((exact / step).quantize(Decimal(1), rounding=rounding) * step)


def billed(env: Env, quantity: float, source: int | None, target: int | None) -> float:
    """Return what an invoice line bills in the unit of its order line: Odoo rounds that up."""
    return convert(env, quantity, source, target, rounding=ROUND_UP)


def demanded(env: Env, line: Values, quantity: str) -> Values:
    """Return quantity and unit of the move for an order line: a move counts in the product's own unit.

    `line` has the quantity under that name, `product_uom_id` and `product_id.uom_id`.
    """
    own = line["product_id.uom_id"]
    moved = convert(env, float(line[quantity]), line["product_uom_id"], own)
    return {"product_uom_qty": moved, "product_uom": own or line["product_uom_id"]}


def _root(env: Env, unit: int) -> int:
    """Return the unit that all units of a kind are counted from."""
    above = env.one("uom.uom", unit, "relative_uom_id")["relative_uom_id"]
    return _root(env, above) if above else unit
