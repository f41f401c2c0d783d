"""The lines of one of our purchase orders, and which of them a supplier's document speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.lookups import BARCODE_KINDS, Codes, Product, barcode_forms, hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.purchase_progress import PurchaseProgress
from hub.erp.odoo.reading import PRICE_PLACES, day, number, ref_id, text
from hub.erp.odoo.units import LineUnits, Units, UnitTable
from hub.model import problems
from hub.model.documents import ItemIds
from hub.model.finding import Finding


class PurchaseLine(Struct, frozen=True, kw_only=True):
    """One line of a purchase order, price per its unit in the order's currency."""

    id: int
    product: Product
    name: str
    quantity: Decimal  # in the line's own unit, `units.line`
    received: Decimal  # in the product's own unit, `units.own`
    invoiced: Decimal  # in the product's own unit
    units: LineUnits
    price: Decimal
    planned: date | None
    tax_ids: tuple[int, ...]
    ids: ItemIds = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Return the line number that we sent: the line's id, which no later edit moves."""
        return str(self.id)

    @property
    def unit(self) -> str:
        """Return the name of the unit that was ordered in."""
        return self.units.line.name

    @property
    def ordered(self) -> Decimal:
        """Return what was ordered in the product's own unit."""
        return self.units.line.into(self.units.own, self.quantity)

    def answers_to(self, ids: ItemIds, sku: str) -> bool:
        """Say whether item numbers of a document mean this line's product."""
        codes = {sku, ids.get("buyer_part", ""), ids.get("sku", "")} - {""}
        bars = {form for kind in BARCODE_KINDS if kind in ids for form in barcode_forms(ids[kind])}
        vendor = ids.get("vendor_part", "")
        return (
            self.product.code in codes
            or bool(self.product.barcode and self.product.barcode in bars)
            or bool(vendor and vendor == self.ids.get("vendor_part"))
        )

    @property
    def label(self) -> str:
        """Return the line in words, for messages."""
        return f"line {self.number} {self.product.code or self.product.name}".strip()


class PurchaseLines:
    """Reads the lines of purchase orders of one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes) -> None:
        self._session = session
        self._names = names
        self._codes = codes
        self._units = Units(session, names)
        self._progress = PurchaseProgress(session, names)

    def read(self, order: int, vendor: int) -> list[PurchaseLine]:
        """Return the product lines of an order, sections and notes left out, as they stand on it."""
        unit = self._names.field("purchase.order.line", "product_uom_id")
        taxes = self._names.field("purchase.order.line", "tax_ids")
        fields = ["name", "product_id", "product_qty", "qty_received", "qty_invoiced", "price_unit"]
        fields += [unit, taxes, "date_planned", "display_type"]
        domain: list[Any] = [["order_id", "=", order], ["display_type", "=", False]]
        rows = self._session.search_read("purchase.order.line", domain, fields, order="sequence, id")
        rows = [row for row in rows if row["product_id"]]
        products = self._codes.products_by_id(ref_id(row["product_id"]) for row in rows)
        vendor_codes = self._vendor_codes(rows, vendor)
        table = self._units.read()
        units = {
            row["id"]: table.of(ref_id(row[unit]), products[ref_id(row["product_id"])].unit_id)
            for row in rows
        }
        came, billed = self._exact(units, table)
        return [
            self._line(
                {**row, "taxes": row[taxes]}
                | {"qty_received": came.get(row["id"], row["qty_received"])}
                | {"qty_invoiced": billed.get(row["id"], row["qty_invoiced"])},
                products[ref_id(row["product_id"])],
                vendor_codes,
                units[row["id"]],
            )
            for row in rows
        ]

    def _exact(
        self, units: Mapping[int, LineUnits], table: UnitTable
    ) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
        """Return what came and was billed of the lines whose own sums Odoo rounds, in the products' own units."""
        rounded = {line: of.own for line, of in units.items() if not of.alike}
        if not rounded:
            return {}, {}
        return self._progress.received(rounded, table), self._progress.billed(rounded, table)

    def _line(
        self, row: Values, item: Product, vendor_codes: dict[int, str], units: LineUnits
    ) -> PurchaseLine:
        ids = {"vendor_part": vendor_codes.get(item.id, ""), "buyer_part": item.code, **item.ids}
        return PurchaseLine(
            id=row["id"],
            product=item,
            name=text(row["name"]),
            quantity=number(row["product_qty"]),
            received=number(row["qty_received"]),
            invoiced=number(row["qty_invoiced"]),
            units=units,
            price=number(row["price_unit"], PRICE_PLACES),
            planned=day(row["date_planned"], self._session.zone()),
            tax_ids=tuple(row["taxes"]),
            ids={kind: value for kind, value in ids.items() if value},
        )

    def _vendor_codes(self, rows: Sequence[Values], vendor: int) -> dict[int, str]:
        """Return the vendor's own codes by product id; a code of the variant beats one of the template."""
        partner = self._names.field("product.supplierinfo", "partner_id")
        products = [ref_id(row["product_id"]) for row in rows]
        templates = {
            i: ref_id(row["product_tmpl_id"])
            for i, row in self._session.read("product.product", products, ["product_tmpl_id"]).items()
        }
        domain: list[Any] = [
            [partner, "=", vendor],
            ["product_tmpl_id", "in", sorted(set(templates.values()))],
            ["product_code", "!=", False],
        ]
        fields = ["product_id", "product_tmpl_id", "product_code"]
        infos = self._session.search_read("product.supplierinfo", domain, fields, order="sequence, id")
        codes: dict[int, str] = {}
        for exact in (True, False):
            for info in infos:
                for item, template in templates.items():
                    fits = ref_id(info["product_id"]) == item if exact else not info["product_id"]
                    if fits and ref_id(info["product_tmpl_id"]) == template:
                        codes.setdefault(item, text(info["product_code"]))
        return codes


def match(lines: Sequence[PurchaseLine], said: str, ids: ItemIds, sku: str = "") -> PurchaseLine | None:
    """Return the line that a supplier means by a line number and item numbers, or None.

    Suppliers number their lines anew more often than they mistake the item: the item numbers decide, the
    line number settles which of several lines with that item, or speaks alone where there is no item.
    """
    by_item = [line for line in lines if line.answers_to(ids, sku)]
    by_number = [line for line in lines if line.number == said.lstrip("0")]
    if by_number and (by_number[0] in by_item or not by_item):
        return by_number[0]
    return by_item[0] if len(by_item) == 1 else None


def unknown_line(order: str, said: str, ids: ItemIds, where: str) -> Finding:
    """Return the finding for a line that the purchase order does not have."""
    items = ", ".join(f"{kind} {value}" for kind, value in ids.items()) or "no item number"
    return hold(
        problems.LINE_UNKNOWN,
        f"{order} has no line {said!r} ({items})",
        where=where,
        value=said,
        hint="Ask the supplier what they mean, or add the line to the order in Odoo; then release.",
    )
