"""What `load()` is given to make a sale order: the cells of its header and lines, and of lines that are only notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.line_keys import charge_ids, external_id, line_ids
from hub.erp.odoo.quoting import Goods
from hub.erp.odoo.reading import plain_number
from hub.erp.odoo.tables import Cells
from hub.model.documents import OrderLine, PurchaseOrder

#: Columns that Odoo leaves empty where they are not given: an empty cell says the same.
NEUTRAL = frozenset({"client_order_ref", "origin", "commitment_date", "order_line/display_type"})


class LineNames(Struct, frozen=True):
    """How this Odoo calls what moved between versions on sale.order.line."""

    unit: str
    agreed: tuple[str, ...] = ()  # the field that says whose price a line's is, where there is one


def order_rows(
    key: str, order: PurchaseOrder, header: Mapping[str, str], goods: Sequence[Goods], names: LineNames
) -> list[Cells]:
    """Return the rows of an order: its header stands in the first line's row.

    Since 18 Odoo keeps beside a line's price the price that it computed itself; where both are the same
    (so it makes them when only the price is given) a change of the quantity computes the price anew.
    Zero there says that the price was agreed: it stays until somebody asks for an update of prices.
    """
    ids = line_ids(key, (line.number for line in order.lines))
    ids += charge_ids(key, len(goods) - len(ids))
    priced = any(g.price is not None for g in goods)
    rows: list[Cells] = []
    for position, (line_id, g) in enumerate(zip(ids, goods, strict=True)):
        cells = {
            "id": line_id,
            "product_id/.id": str(g.product.id),
            "name": g.name,
            "product_uom_qty": plain_number(g.quantity),
            f"{names.unit}/.id": str(g.unit_id),
            "sequence": str(10 * (position + 1)),
        }
        if priced:
            cells["price_unit"] = plain_number(g.price if g.price is not None else Decimal(0))
            cells.update(dict.fromkeys(names.agreed, "0"))
        head = {"id": external_id(key), **{k: v for k, v in header.items() if v}} if position == 0 else {}
        rows.append({**head, **{f"order_line/{column}": cell for column, cell in cells.items()}})
    return rows


def note_rows(key: str, noted: Sequence[OrderLine], position: int) -> list[Cells]:
    """Return the rows of lines that name no item of ours, as notes behind the lines up to a position."""
    numbers = line_ids(key, (f"note {line.number}" for line in noted))
    return [
        {
            "order_line/id": line_id,
            "order_line/name": _told(line),
            "order_line/sequence": str(10 * (position + at)),
            "order_line/display_type": "line_note",
        }
        for at, (line_id, line) in enumerate(zip(numbers, noted, strict=True), start=1)
    ]


def _told(line: OrderLine) -> str:
    """Return a line in words, as the customer tells it."""
    ids = ", ".join(f"{kind} {code}" for kind, code in line.ids.items())
    per = f" per {line.base_quantity:f}" if line.base_quantity else ""
    price = "" if line.price is None else f" at {line.price}{per}"
    text = (
        f"Line {line.number}: {line.quantity} {line.unit} of {ids or 'no item'} {line.description}".rstrip()
    )
    return f"{text}{price}: we know no such item"
