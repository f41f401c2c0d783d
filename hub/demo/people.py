"""The people of our company in the demo: they confirm, ship, invoice and buy in Odoo, through its own API."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hub.erp.odoo import OdooSettings
from hub.erp.odoo.client import Session
from hub.model import gs1

_SHIP_ALL = {"skip_backorder": True, "picking_ids_not_to_backorder": []}


def sscc(serial: int, company_prefix: str = "0360002") -> str:
    """Return the SSCC-18 of a carton."""
    return gs1.sscc(company_prefix, serial, "1")


class People:
    """Sales, warehouse, accounts and purchasing in one."""

    def __init__(self, settings: OdooSettings) -> None:
        self._odoo = Session(settings)

    def close(self) -> None:
        """Let go of the connection."""
        self._odoo.close()

    def find_order(self, number: str) -> int | None:
        """Return the sale order of a customer's order number, or None."""
        found = self._odoo.search_read("sale.order", [["client_order_ref", "=", number]], ["name"], limit=1)
        return int(found[0]["id"]) if found else None

    def confirm(self, order: int) -> str:
        """Confirm a sale order and return its name."""
        self._odoo.call("sale.order", "action_confirm", [order])
        return str(self._odoo.read("sale.order", [order], ["name"])[order]["name"])

    def ship(self, order: int, package: str = "") -> str:
        """Ship a sale order whole, in one package when a label is given; return the delivery's name."""
        domain: list[Any] = [["sale_id", "=", order], ["state", "not in", ["done", "cancel"]]]
        picking = self._odoo.search_read("stock.picking", domain, ["name"])[0]
        for move in self._odoo.search_read(
            "stock.move", [["picking_id", "=", picking["id"]]], ["product_uom_qty"]
        ):
            values = {"quantity": move["product_uom_qty"], "picked": True}
            self._odoo.write("stock.move", [move["id"]], values)
        if package:
            made = self._odoo.create("stock.package", [{"name": package}])[0]
            lines = self._odoo.search_read(
                "stock.move.line", [["picking_id", "=", picking["id"]]], ["quantity"]
            )
            self._odoo.write("stock.move.line", [line["id"] for line in lines], {"result_package_id": made})
        self._odoo.call("stock.picking", "button_validate", [picking["id"]], context=_SHIP_ALL)
        return str(picking["name"])

    def invoice(self, order: int) -> str:
        """Invoice what was delivered, post it, and return the invoice's name."""
        wizard = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order]]]}
        made = self._odoo.create("sale.advance.payment.inv", [wizard])
        self._odoo.call("sale.advance.payment.inv", "create_invoices", made)
        ids: list[int] = self._odoo.read("sale.order", [order], ["invoice_ids"])[order]["invoice_ids"]
        today = dt.datetime.now().astimezone().date().isoformat()
        self._odoo.write("account.move", ids, {"invoice_date": today})
        self._odoo.call("account.move", "action_post", ids)
        return str(self._odoo.read("account.move", ids, ["name"])[ids[0]]["name"])

    def buy(self, vendor_ref: str, lines: dict[str, float]) -> str:
        """Order from a vendor: quantities by our item code, at the vendor's own prices; return the name."""
        vendor = self._odoo.search_read("res.partner", [["ref", "=", vendor_ref]], ["name"], limit=1)[0]
        commands = [[0, 0, self._purchase_line(code, quantity)] for code, quantity in lines.items()]
        order = self._odoo.create("purchase.order", [{"partner_id": vendor["id"], "order_line": commands}])
        self._odoo.call("purchase.order", "button_confirm", order)
        return str(self._odoo.read("purchase.order", order, ["name"])[order[0]]["name"])

    def _purchase_line(self, code: str, quantity: float) -> dict[str, Any]:
        fields = ["product_tmpl_id", "name"]
        product = self._odoo.search_read("product.product", [["default_code", "=", code]], fields, limit=1)[0]
        template = product["product_tmpl_id"][0]
        info = self._odoo.search_read(
            "product.supplierinfo", [["product_tmpl_id", "=", template]], ["price"], limit=1
        )
        return {"product_id": product["id"], "product_qty": quantity, "price_unit": info[0]["price"]}

    def bill_state(self, number: str) -> str:
        """Return the state of the vendor bill with that number; empty when there is none."""
        found = self._odoo.search_read("account.move", [["ref", "=", number]], ["state"], limit=1)
        return str(found[0]["state"]) if found else ""
