"""Find and read our purchase orders."""

from __future__ import annotations

from typing import Any

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.names import Names
from hub.erp.odoo.parties import Parties
from hub.erp.odoo.purchase_lines import PurchaseLine, PurchaseLines
from hub.erp.odoo.reading import day, plain, ref_id, ref_name, text
from hub.model.documents import OrderLine, PurchaseOrder, Terms
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord

OPEN = ("purchase", "done")

HEAD = (
    "name",
    "state",
    "partner_id",
    "partner_ref",
    "currency_id",
    "date_approve",
    "date_planned",
    "company_id",
    "payment_term_id",
    "note",
)


class Purchases:
    """The purchase orders of one Odoo."""

    def __init__(
        self, session: Session, names: Names, parties: Parties, ledger: Ledger, lines: PurchaseLines
    ) -> None:
        self._session = session
        self._names = names
        self._parties = parties
        self._ledger = ledger
        self._lines = lines

    def find(self, number: str, vendor_ref: str = "") -> ErpRecord | None:
        """Return the purchase order with that name, or None; with a vendor, only when it is theirs."""
        fields = ["name", "state", "partner_id"]
        rows = self._session.search_read("purchase.order", [["name", "=", number]], fields, limit=1)
        if not rows or (vendor_ref and vendor_ref not in self._called(ref_id(rows[0]["partner_id"]))):
            return None
        return ErpRecord("purchase.order", rows[0]["id"], rows[0]["name"], rows[0]["state"])

    def _called(self, partner: int) -> set[str]:
        """Return reference and name of a partner and of the company that it belongs to."""
        fields = ["ref", "name", "commercial_partner_id"]
        rows = self._session.read("res.partner", [partner], fields)
        tops = [ref_id(row["commercial_partner_id"]) for row in rows.values()]
        rows |= self._session.read("res.partner", tops, fields)
        return {text(row[name]) for row in rows.values() for name in ("ref", "name")} - {""}

    def head(self, order: int) -> Values:
        """Return the header fields of an order."""
        optional = self._names.present(
            "purchase.order", "dest_address_id", "picking_type_id", "acknowledged", "note"
        )
        fields = [f for f in HEAD if f != "note"]
        return self._session.one("purchase.order", order, [*fields, *optional])

    # --- out
    def read(self, order: ErpRecord) -> PurchaseOrder:
        """Return a confirmed purchase order (or a cancelled one, by its purpose) as we send it.

        Line numbers are the lines' ids.
        """
        head = self.head(order.id)
        if head["state"] not in (*OPEN, "cancel"):
            raise Undeliverable(f"purchase order {head['name']} is {head['state']}, not confirmed")
        vendor = ref_id(head["partner_id"])
        wanted = day(head["date_planned"], self._session.zone())
        note = plain(head.get(self._names.field("purchase.order", "note")))
        return PurchaseOrder(
            number=text(head["name"]),
            date=day(head["date_approve"], self._session.zone()),
            purpose="cancel" if head["state"] == "cancel" else "original",
            kind="dropship" if head.get("dest_address_id") else "standalone",
            currency=ref_name(head["currency_id"]),
            terms=Terms(description=ref_name(head["payment_term_id"])) if head["payment_term_id"] else None,
            dates={"delivery_requested": wanted} if wanted else {},
            refs={"vendor_order": text(head["partner_ref"])} if head["partner_ref"] else {},
            notes=tuple(line for line in note.splitlines() if line.strip()),
            parties=self.roles(head, vendor),
            lines=tuple(_order_line(line) for line in self._lines.read(order.id, vendor)),
        )

    def roles(self, head: Values, vendor: int) -> dict[str, Any]:
        """Return the parties of an order."""
        company = self._parties.company_partner(ref_id(head["company_id"]))
        ship_to = ref_id(head.get("dest_address_id")) or self._warehouse(head) or company
        return self._parties.of({"buyer": company, "seller": vendor, "ship_to": ship_to, "bill_to": company})

    def _warehouse(self, head: Values) -> int:
        """Return the address of the warehouse that receives an order, 0 when it has none."""
        kind = ref_id(head.get("picking_type_id"))
        types = self._session.read("stock.picking.type", [kind] if kind else [], ["warehouse_id"])
        house = ref_id(types[kind]["warehouse_id"]) if kind in types else 0
        houses = self._session.read("stock.warehouse", [house] if house else [], ["partner_id"])
        return ref_id(houses[house]["partner_id"]) if house in houses else 0


def _order_line(line: PurchaseLine) -> OrderLine:
    return OrderLine(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        ids=line.ids,
        description=line.name.partition("\n")[0],
        dates={"delivery_requested": line.planned} if line.planned else {},
        sku=line.product.code,
        our_quantity=line.quantity,
        our_unit=line.unit,
        own=line.units.beside(line.ordered),
    )
