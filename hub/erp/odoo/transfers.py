"""Read transfers (stock.picking) of a warehouse: their head, and their moves as lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.line_keys import line_number
from hub.erp.odoo.lookups import BARCODE_KINDS, EACH, Codes, Product, barcode_forms
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import day, number, ref_id, ref_name, text
from hub.erp.odoo.units import LineUnits, Units
from hub.model.documents import ItemIds, Lot

CLOSED = ("done", "cancel")
#: Directions of a transfer (stock.picking.type `code`) by the kind of warehouse order.
DIRECTIONS = {"ship": "outgoing", "receive": "incoming"}


class Move(Struct, frozen=True, kw_only=True):
    """One product of a transfer. Quantities are in the unit of the move, `units.line`."""

    id: int
    transfer: int
    product: Product
    demand: Decimal
    done: Decimal  # reserved, as long as the transfer is open and it is not picked
    picked: bool = False
    units: LineUnits
    state: str
    line: str = ""  # the number of the order line that it is for
    lots: tuple[Lot, ...] = ()
    packages: tuple[str, ...] = ()
    line_ids: tuple[int, ...] = ()

    def answers_to(self, ids: ItemIds, sku: str) -> bool:
        """Say whether item numbers of a document mean this product; theirs may stand under any of our names."""
        codes = {sku, *(ids.get(kind, "") for kind in ("sku", "vendor_part", "buyer_part"))} - {""}
        bars = {form for kind in BARCODE_KINDS if kind in ids for form in barcode_forms(ids[kind])}
        return self.product.code in codes or bool(self.product.barcode and self.product.barcode in bars)

    @property
    def unit(self) -> str:
        """Return the name of the unit that it counts in."""
        return self.units.line.name

    def counted(self, quantity: Decimal, unit: str) -> Decimal | None:
        """Return a quantity of a document in the unit of the move; None when Odoo's factors do not give it exactly."""
        said = self.units.own if unit.upper() in EACH else self.units.named(unit)
        if said is None or said.id == self.units.line.id:
            return quantity if said else None
        ours = said.into(self.units.line, quantity)
        return ours if self.units.line.keeps(ours) else None

    @property
    def label(self) -> str:
        """Return the move in words, for messages."""
        return f"{self.product.code or self.product.name}".strip()


class Transfers:
    """The transfers of one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes) -> None:
        self._session = session
        self._names = names
        self._codes = codes
        self._units = Units(session, names)

    def head(self, transfer: int) -> Values:
        """Return the fields of a transfer that its documents are made of."""
        optional = self._names.present("stock.picking", "carrier_id", "carrier_tracking_ref", "sale_id")
        fields = [
            "name",
            "state",
            "partner_id",
            "origin",
            "note",
            "scheduled_date",
            "date_deadline",
            "date_done",
        ]
        fields += ["picking_type_id", "picking_type_code", "company_id", "backorder_id", *optional]
        return self._session.one("stock.picking", transfer, fields)

    def warehouse(self, picking_type: int) -> Values:
        """Return code and partner of the warehouse of an operation type."""
        kind = self._session.one("stock.picking.type", picking_type, ["warehouse_id"])
        return self._session.one("stock.warehouse", ref_id(kind["warehouse_id"]), ["code", "partner_id"])

    def moves(self, transfers: Sequence[int]) -> list[Move]:
        """Return the moves of transfers as they stand on them."""
        if not transfers:
            return []
        done = self._names.field("stock.move", "quantity")
        fields = [
            "picking_id",
            "product_id",
            "product_uom_qty",
            "product_uom",
            done,
            "state",
            "move_line_ids",
        ]
        marks = self._names.present("stock.move", "picked")  # before 17 what is entered is what was done
        fields += ["sale_line_id", "purchase_line_id", *marks]
        domain: list[Any] = [["picking_id", "in", list(transfers)]]
        rows = self._session.search_read("stock.move", domain, fields, order="sequence, id")
        products = self._codes.products_by_id(ref_id(row["product_id"]) for row in rows)
        numbers, table = self._numbers(rows), self._units.read()
        stows = self._stows([line for row in rows for line in row["move_line_ids"]])
        return [
            Move(
                id=row["id"],
                transfer=ref_id(row["picking_id"]),
                product=products[ref_id(row["product_id"])],
                demand=number(row["product_uom_qty"]),
                done=number(row[done]),
                picked=all(row[mark] for mark in marks),
                units=table.of(ref_id(row["product_uom"]), products[ref_id(row["product_id"])].unit_id),
                state=text(row["state"]),
                line=numbers.get(row["id"], ""),
                lots=tuple(lot for lot, _ in stows.get(row["id"], ()) if lot.number),
                packages=tuple(dict.fromkeys(label for _, label in stows.get(row["id"], ()) if label)),
                line_ids=tuple(row["move_line_ids"]),
            )
            for row in rows
        ]

    def _numbers(self, rows: Iterable[Values]) -> dict[int, str]:
        """Return the number of the order line that each move is for: the customer's, our purchase line's, or theirs."""
        sales = self._session.external_ids(
            "sale.order.line", [ref_id(r["sale_line_id"]) for r in rows if r["sale_line_id"]]
        )
        own = self._session.external_ids("stock.move", [row["id"] for row in rows])
        found = {}
        for row in rows:
            sale = line_number(sales.get(ref_id(row["sale_line_id"]), ""))
            bought = str(ref_id(row["purchase_line_id"])) if row["purchase_line_id"] else ""
            found[row["id"]] = sale or bought or line_number(own.get(row["id"], ""))
        return found

    def _stows(self, lines: Sequence[int]) -> dict[int, list[tuple[Lot, str]]]:
        """Return lot and package of each part of a move, by move; a lot without a number is none."""
        quantity = self._names.field("stock.move.line", "quantity")
        fields = ["move_id", "lot_id", "lot_name", "result_package_id", quantity]
        rows = self._session.read("stock.move.line", lines, fields)
        expiries = self._expiries(ref_id(row["lot_id"]) for row in rows.values())
        labels = self._labels(ref_id(row["result_package_id"]) for row in rows.values())
        found: dict[int, list[tuple[Lot, str]]] = {}
        for row in rows.values():
            lot = Lot(
                number=ref_name(row["lot_id"]) or text(row["lot_name"]),
                quantity=number(row[quantity]),
                expires=day(expiries.get(ref_id(row["lot_id"]))),
            )
            found.setdefault(ref_id(row["move_id"]), []).append(
                (lot, labels.get(ref_id(row["result_package_id"]), ""))
            )
        return found

    def _labels(self, packages: Iterable[int]) -> dict[int, str]:
        wanted = sorted({package for package in packages if package})
        rows = self._session.read(self._names.model("stock.package"), wanted, ["name"]) if wanted else {}
        return {package: text(row["name"]) for package, row in rows.items()}

    def _expiries(self, lots: Iterable[int]) -> Mapping[int, Any]:
        field = self._names.field("stock.lot", "expiration_date")
        wanted = sorted({lot for lot in lots if lot})
        if not field or not wanted:
            return {}
        rows = self._session.read(self._names.model("stock.lot"), wanted, [field])
        return {lot: row[field] for lot, row in rows.items()}
