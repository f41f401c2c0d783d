"""What came and what was billed of purchase lines, in the product's own unit.

What Odoo sums up on a line is rounded to the line's unit (19 pieces are 1.58 dozen received, 7 billed are 0.59):
of lines in another unit than the product's it is added up from the moves and the bills themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.erp.odoo.client import Session
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import number, ref_id
from hub.erp.odoo.units import Unit, UnitTable

_ZERO = Decimal(0)
#: What a move or a bill adds, by its kind.
_MOVED = {"incoming": 1, "outgoing": -1}
_BILLED = {"in_invoice": 1, "in_refund": -1}


class PurchaseProgress:
    """What has happened to the purchase lines of one Odoo."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def received(self, lines: Mapping[int, Unit], table: UnitTable) -> dict[int, Decimal]:
        """Return what came of lines, given with the units to count in; what went back and is refunded is taken off."""
        quantity = self._names.field("stock.move", "quantity")
        fields = ["purchase_line_id", "product_uom", quantity]
        found = dict.fromkeys(lines, _ZERO)
        for direction, sign in _MOVED.items():
            domain = _of(lines, ["picking_id.picking_type_code", "=", direction], ["state", "=", "done"])
            if sign < 0:
                domain.append(["to_refund", "=", True])
            for row in self._session.search_read("stock.move", domain, fields):
                line, unit = ref_id(row["purchase_line_id"]), table.units[ref_id(row["product_uom"])]
                found[line] += sign * unit.into(lines[line], number(row[quantity]))
        return found

    def billed(self, lines: Mapping[int, Unit], table: UnitTable) -> dict[int, Decimal]:
        """Return what is on bills of lines, drafts too, given with the units to count in."""
        fields = ["purchase_line_id", "product_uom_id", "quantity", "move_type"]
        found = dict.fromkeys(lines, _ZERO)
        domain = _of(lines, ["parent_state", "!=", "cancel"], ["move_type", "in", list(_BILLED)])
        for row in self._session.search_read("account.move.line", domain, fields):
            line, unit = ref_id(row["purchase_line_id"]), table.units.get(ref_id(row["product_uom_id"]))
            told = number(row["quantity"])
            counted = unit.into(lines[line], told) if unit else told
            found[line] += _BILLED[row["move_type"]] * counted
        return found


def _of(lines: Mapping[int, Unit], *more: Sequence[Any]) -> list[Any]:
    return [["purchase_line_id", "in", list(lines)], *map(list, more)]
