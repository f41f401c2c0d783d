"""What came of each purchase line with one receipt: accepted, sent back, thrown away, its lots and labels.

Odoo counts a receipt in the product's unit, or in the one that a storekeeper chose; all is counted in the product's own
here, which is exact whatever the purchase line counts in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo import scrapped
from hub.erp.odoo.announced import label
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.names import Names
from hub.erp.odoo.purchase_lines import PurchaseLine
from hub.erp.odoo.reading import Plain, number, ref_id, ref_name, text
from hub.erp.odoo.scrapped import Room, Scrap
from hub.erp.odoo.units import LineUnits
from hub.model.documents import Lot

_ZERO = Decimal(0)
_SSCC_DIGITS = 18
_DONE = ["state", "=", "done"]


class Arrived(Struct, frozen=True, kw_only=True):
    """What came of one purchase line with one receipt, in the product's own unit."""

    quantity: Decimal = _ZERO
    returned: Decimal = _ZERO
    damaged: Decimal = _ZERO
    lots: tuple[Lot, ...] = ()
    labels: tuple[str, ...] = ()


class Stow(Struct, frozen=True, kw_only=True):
    """A part of a move: in one lot and package."""

    quantity: Decimal
    lot: str = ""
    label: str = ""


class Arrivals:
    """The goods that come in on purchase orders of one Odoo."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def moves(self, lines: Sequence[PurchaseLine]) -> list[Values]:
        """Return the moves in of these lines, of all receipts, oldest first; what was sent back is not among them.

        `quantity` is in the product's own unit; `units` are those of the purchase line.
        """
        quantity = self._names.field("stock.move", "quantity")
        domain: list[Any] = [
            ["purchase_line_id", "in", [line.id for line in lines]],
            ["picking_id.picking_type_code", "=", "incoming"],
            ["state", "!=", "cancel"],
        ]
        fields = ["picking_id", "product_id", "product_uom", "purchase_line_id", "state", "date"]
        rows = self._session.search_read(
            "stock.move", domain, [*fields, "move_line_ids", quantity], order="date, id"
        )
        units = {line.id: line.units for line in lines}
        for row in rows:
            row["units"] = units[ref_id(row["purchase_line_id"])]
            row["quantity"] = _own(row["units"], row["product_uom"], row[quantity])
        return rows

    def of(self, moves: Sequence[Values], receipt: int) -> dict[int, Arrived]:
        """Return what came by purchase line with the moves of one receipt."""
        stows = self._stows(moves)
        returned = self._returned(moves)
        damaged = self._damaged(moves, receipt, stows, returned)
        found: dict[int, Arrived] = {}
        for move in moves:
            line = ref_id(move["purchase_line_id"])
            before, parts = found.get(line, Arrived()), stows.get(move["id"], ())
            labels = tuple(part.label for part in parts if part.label)
            lots = tuple(Lot(number=part.lot, quantity=part.quantity) for part in parts if part.lot)
            found[line] = Arrived(
                quantity=before.quantity + (move["quantity"] if move["state"] == "done" else _ZERO),
                returned=before.returned + returned.get(move["id"], _ZERO),
                damaged=damaged.get(line, _ZERO),
                lots=before.lots + lots,
                labels=tuple(dict.fromkeys(before.labels + labels)),
            )
        return found

    def _returned(self, moves: Sequence[Values]) -> dict[int, Decimal]:
        """Return what was sent back, by the move that it came with."""
        quantity = self._names.field("stock.move", "quantity")
        units = {move["id"]: move["units"] for move in moves}
        domain: list[Any] = [["origin_returned_move_id", "in", list(units)], _DONE]
        fields = ["origin_returned_move_id", "product_uom", quantity]
        rows = self._session.search_read("stock.move", domain, fields)
        found: dict[int, Decimal] = {}
        for row in rows:
            origin = ref_id(row["origin_returned_move_id"])
            found[origin] = found.get(origin, _ZERO) + _own(units[origin], row["product_uom"], row[quantity])
        return found

    def _damaged(
        self,
        moves: Sequence[Values],
        receipt: int,
        stows: Mapping[int, Sequence[Stow]],
        returned: Mapping[int, Decimal],
    ) -> dict[int, Decimal]:
        """Return what was scrapped of a receipt, by purchase line."""
        fields = ["product_id", "scrap_qty", "product_uom_id", "lot_id"]
        rows = self._session.search_read("stock.scrap", [["picking_id", "=", receipt], _DONE], fields)
        units = {ref_id(move["product_id"]): move["units"] for move in moves}
        scraps = [
            Scrap(
                product=product,
                quantity=_own(units[product], row["product_uom_id"], row["scrap_qty"]),
                lot=ref_name(row["lot_id"]),
            )
            for row in rows
            if (product := ref_id(row["product_id"])) in units
        ]
        rooms = [
            room
            for move in moves
            for room in _rooms(move, stows.get(move["id"], ()), returned.get(move["id"], _ZERO))
        ]
        return scrapped.by_line(scraps, rooms)

    def _stows(self, moves: Sequence[Values]) -> dict[int, list[Stow]]:
        """Return lot and label of each part of a move, by move."""
        quantity = self._names.field("stock.move.line", "quantity")
        units = {move["id"]: move["units"] for move in moves}
        wanted = [line for move in moves for line in move["move_line_ids"]]
        fields = ["move_id", "lot_id", "lot_name", "result_package_id", "product_uom_id", quantity]
        found: dict[int, list[Stow]] = {}
        for row in self._session.read("stock.move.line", wanted, fields).values():
            move, sscc = ref_id(row["move_id"]), label(ref_name(row["result_package_id"]))
            stow = Stow(
                quantity=_own(units[move], row["product_uom_id"], row[quantity]),
                lot=ref_name(row["lot_id"]) or text(row["lot_name"]),
                label=sscc if len(sscc) == _SSCC_DIGITS and sscc.isdecimal() else "",
            )
            found.setdefault(move, []).append(stow)
        return found


def _own(units: LineUnits, unit: Plain, quantity: Plain) -> Decimal:
    """Return a quantity as Odoo gives it, with its unit (`[id, name]`), in the product's own unit."""
    return units.numbered(ref_id(unit)).into(units.own, number(quantity))


def _rooms(move: Values, parts: Sequence[Stow], returned: Decimal) -> list[Room]:
    """Return what is left of a finished move by lot, less what was sent back."""
    if move["state"] != "done":
        return []
    rooms = []
    for part in parts or (Stow(quantity=move["quantity"]),):
        kept = max(part.quantity - returned, _ZERO)
        returned -= part.quantity - kept
        line, product = ref_id(move["purchase_line_id"]), ref_id(move["product_id"])
        rooms.append(Room(line=line, product=product, left=kept, lot=part.lot))
    return rooms
