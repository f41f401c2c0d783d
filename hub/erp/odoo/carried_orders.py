"""Whose goods a delivery carries: the sale orders of its moves, of which there may be several.

Odoo's `sale_id` names one of them at most: whoever puts the moves of several orders on one transfer (one truck for
one customer) leaves it as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.erp.odoo.client import Session
from hub.erp.odoo.reading import ref_id


def orders_of_deliveries(session: Session, deliveries: Mapping[int, int]) -> dict[int, list[int]]:
    """Return the sale orders of finished deliveries, given as transfer -> its `sale_id`; that one is the first.

    A delivery none of whose moves names an order line has its `sale_id` alone.
    """
    if not deliveries:
        return {}
    domain: list[Any] = [
        ["picking_id", "in", list(deliveries)],
        ["state", "=", "done"],
        ["sale_line_id", "!=", False],
    ]
    moves = session.search_read("stock.move", domain, ["picking_id", "sale_line_id"], order="id")
    lines = session.read("sale.order.line", [ref_id(m["sale_line_id"]) for m in moves], ["order_id"])
    found: dict[int, list[int]] = {}
    for move in moves:
        line = lines.get(ref_id(move["sale_line_id"]))
        if line is not None:
            found.setdefault(ref_id(move["picking_id"]), []).append(ref_id(line["order_id"]))
    return {
        delivery: sorted(dict.fromkeys(found.get(delivery, [named])), key=lambda order: order != named)
        for delivery, named in deliveries.items()
    }


def deliveries_with(session: Session, order: int) -> list[int]:
    """Return the transfers that carry goods of a sale order, whatever order they name themselves."""
    moves = session.search_read("stock.move", [["sale_line_id.order_id", "=", order]], ["picking_id"])
    return sorted({ref_id(move["picking_id"]) for move in moves if move["picking_id"]})
