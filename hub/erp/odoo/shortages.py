"""What of a confirmed order stock does not cover, and when Odoo expects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import day, number, ref_id

ZERO = Decimal(0)


class Shortage(Struct, frozen=True):
    """So much of an order line comes later, in the line's unit; None: nobody knows when."""

    quantity: Decimal
    expected: date | None


class Shortages:
    """Reads the open deliveries of orders in one Odoo."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def of(self, lines: Sequence[Values]) -> Mapping[int, tuple[Shortage, ...]]:
        """Return what is short of order lines (with `id` and `product_uom_qty`), by line id."""
        reserved = self._names.field("stock.move", "quantity")
        forecast = self._names.present("stock.move", "forecast_availability", "forecast_expected_date")
        fields = ["sale_line_id", "product_uom_qty", "state", reserved, *forecast]
        domain: list[Any] = [
            ["sale_line_id", "in", [line["id"] for line in lines]],
            ["picking_id.picking_type_code", "=", "outgoing"],
            ["state", "!=", "cancel"],
        ]
        moves = self._session.search_read("stock.move", domain, fields)
        return {line["id"]: found for line in lines if (found := self._short(line, moves, reserved))}

    def _short(self, line: Values, moves: Sequence[Values], reserved: str) -> tuple[Shortage, ...]:
        own = [move for move in moves if ref_id(move["sale_line_id"]) == line["id"]]
        demanded = sum((number(move["product_uom_qty"]) for move in own), ZERO)
        if not demanded:
            return ()
        factor = number(line["product_uom_qty"]) / demanded  # a move may count in the product's unit
        missing: dict[date | None, Decimal] = {}
        for move in own:
            if short := _missing(move, reserved):
                expected = day(move.get("forecast_expected_date"), self._session.zone())
                missing[expected] = missing.get(expected, ZERO) + short * factor
        return tuple(Shortage(quantity, expected) for expected, quantity in missing.items())


def _missing(move: Values, reserved: str) -> Decimal:
    """Return what of a move is not there: what is neither reserved nor, by Odoo's forecast, at hand."""
    demand = number(move["product_uom_qty"])
    at_hand = "forecast_availability" in move and not move.get("forecast_expected_date")
    if move["state"] == "done" or (at_hand and number(move["forecast_availability"]) >= demand):
        return ZERO
    return max(demand - number(move[reserved]), ZERO)
