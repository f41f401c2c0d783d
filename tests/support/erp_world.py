"""The people of the company, played through Odoo's own API: they stock, confirm, pack, bill and buy.

A World needs nothing but a session; it works on a real Odoo 19 and on the practice Odoo. Every World has
names of its own (a tag in codes and references), so tests share one database and may run in any order.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from hub.erp.odoo import OdooSettings
from hub.erp.odoo.client import Session
from hub.erp.odoo.reading import ref_id
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord

NO_QUESTIONS = {"skip_backorder": True, "picking_ids_not_to_backorder": []}


class World:
    """One customer, one vendor and two products in one Odoo."""

    def __init__(self, settings: OdooSettings) -> None:
        self.session = Session(settings)
        self.tag = uuid.uuid4().hex[:8].upper()
        self.customer_ref, self.store_ref, self.vendor_ref = (
            f"CUS-{self.tag}",
            f"ST42-{self.tag}",
            f"VEN-{self.tag}",
        )
        self.widget, self.gadget = f"WID-{self.tag}", f"GAD-{self.tag}"
        self.upc = str(uuid.uuid4().int)[:12]
        customer, vendor = self._partners()
        self.customer, self.vendor = customer, vendor
        self.products = self._products(vendor)

    # --- once
    def _partners(self) -> tuple[int, int]:
        partners = [
            {"name": f"Acme Retail {self.tag}", "ref": self.customer_ref, "is_company": True},
            {"name": f"Bolt Supply {self.tag}", "ref": self.vendor_ref, "is_company": True},
        ]
        customer, vendor = self.session.create("res.partner", partners)
        store = {"name": "Store 42", "ref": self.store_ref, "parent_id": customer, "type": "delivery"}
        store |= {"street": "1 Main St", "city": "Springfield", "zip": "12345"}
        self.session.create("res.partner", [store])
        return customer, vendor

    def _products(self, vendor: int) -> dict[str, int]:
        base = {"type": "consu", "is_storable": True}
        made = self.session.create(
            "product.product",
            [
                {
                    "name": "Widget",
                    "default_code": self.widget,
                    "barcode": self.upc,
                    "list_price": 10.0,
                    **base,
                },
                {"name": "Gadget", "default_code": self.gadget, "list_price": 20.0, **base},
            ],
        )
        rows = self.session.read("product.product", made, ["product_tmpl_id"])
        self.session.create(
            "product.supplierinfo",
            [
                {
                    "partner_id": vendor,
                    "product_tmpl_id": ref_id(rows[made[0]]["product_tmpl_id"]),
                    "product_code": "BOLT-W",
                    "price": 4.5,
                }
            ],
        )
        for product in made:
            self._stock(product, 1000)
        return {self.widget: made[0], self.gadget: made[1]}

    def new_product(self, stock: float) -> str:
        """Make a product that no other test touches, with so much in stock; return its code."""
        code = f"NEW-{uuid.uuid4().hex[:8].upper()}"
        values = {"name": "Gizmo", "default_code": code, "type": "consu", "is_storable": True}
        self.products[code] = self.session.create("product.product", [values])[0]
        self._stock(self.products[code], stock)
        return code

    def new_service(self) -> str:
        """Make a service that is billed as ordered, for an allowance or a charge; return its code."""
        code = f"SERVICE-{uuid.uuid4().hex[:8]}"
        values = {"name": code, "default_code": code, "type": "service", "invoice_policy": "order"}
        self.products[code] = self.session.create("product.product", [values])[0]
        return code

    def _stock(self, product: int, quantity: float) -> None:
        warehouse = self.session.search_read("stock.warehouse", [], ["lot_stock_id"], limit=1)[0]
        values = {
            "product_id": product,
            "location_id": ref_id(warehouse["lot_stock_id"]),
            "inventory_quantity": quantity,
        }
        quants = self.session.call("stock.quant", "create", vals_list=[values])
        self.session.call("stock.quant", "action_apply_inventory", quants)

    # --- selling
    def confirm(self, order: ErpRecord) -> None:
        """A salesperson confirms an order."""
        self.session.call("sale.order", "action_confirm", [order.id])

    def cancel(self, order: ErpRecord) -> None:
        """A salesperson cancels an order."""
        self.session.call("sale.order", "action_cancel", [order.id])

    def deliver(
        self, order: ErpRecord, quantities: dict[str, float] | None = None, package: str = ""
    ) -> ErpRecord:
        """A picker ships an order's open delivery, all of it or these quantities by code; the rest waits."""
        picking = self._open_delivery(order)
        self._pick(picking, quantities)
        if package:
            made = self.session.create("stock.package", [{"name": package}])[0]
            lines = self.session.search_read("stock.move.line", [["picking_id", "=", picking]], ["quantity"])
            packed = [line["id"] for line in lines if line["quantity"]]
            self.session.write("stock.move.line", packed, {"result_package_id": made})
        self.session.call("stock.picking", "button_validate", [picking], context=NO_QUESTIONS)
        return self.record("stock.picking", picking)

    def put_together(self, order: ErpRecord, other: ErpRecord) -> None:
        """A packer puts what is to be shipped of another order on the transfer of an order."""
        first, second = (self._open_delivery(one) for one in (order, other))
        for model in ("stock.move", "stock.move.line"):
            rows = self.session.search_read(model, [["picking_id", "=", second]], ["id"])
            self.session.write(model, [row["id"] for row in rows], {"picking_id": first})

    def _open_delivery(self, order: ErpRecord) -> int:
        domain: list[Any] = [["sale_id", "=", order.id], ["state", "not in", ["done", "cancel"]]]
        return int(self.session.search_read("stock.picking", domain, ["name"])[0]["id"])

    def _pick(self, picking: int, quantities: dict[str, float] | None) -> None:
        """Take these quantities by code, or all; of a product on several moves the last takes what is left."""
        domain: list[Any] = [["picking_id", "=", picking], ["state", "not in", ["done", "cancel"]]]
        moves = self.session.search_read("stock.move", domain, ["product_id", "product_uom_qty"], order="id")
        codes = {product: code for code, product in self.products.items()}
        left = dict(quantities or {})
        for at, move in enumerate(moves):
            product, wanted = ref_id(move["product_id"]), move["product_uom_qty"]
            if quantities is not None:
                is_last = all(ref_id(other["product_id"]) != product for other in moves[at + 1 :])
                rest = left.get(codes[product], 0)
                wanted = rest if is_last else min(rest, wanted)
                left[codes[product]] = rest - wanted
            self.session.write("stock.move", [move["id"]], {"quantity": wanted, "picked": bool(wanted)})

    def invoice(self, order: ErpRecord) -> ErpRecord:
        """An accountant bills what was delivered and posts the invoice."""
        before = set(self._invoices(order))
        wizard = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order.id]]]}
        made = self.session.create("sale.advance.payment.inv", [wizard])
        self.session.call("sale.advance.payment.inv", "create_invoices", made)
        invoice = next(i for i in self._invoices(order) if i not in before)
        self.session.write("account.move", [invoice], {"invoice_date": date(2026, 11, 20).isoformat()})
        self.session.call("account.move", "action_post", [invoice])
        return self.record("account.move", invoice)

    def _invoices(self, order: ErpRecord) -> list[int]:
        ids: list[int] = self.session.read("sale.order", [order.id], ["invoice_ids"])[order.id]["invoice_ids"]
        return ids

    def type_order(self, number: str) -> ErpRecord:
        """A salesperson types an order that came by mail."""
        line = [0, 0, {"product_id": self.products[self.widget], "product_uom_qty": 1.0}]
        values = {"partner_id": self.customer, "client_order_ref": number, "order_line": [line]}
        return self.record("sale.order", self.session.create("sale.order", [values])[0])

    # --- buying
    @contextmanager
    def price_lists(self) -> Iterator[None]:
        """Somebody ticks "Pricelists" in Odoo's settings, and unticks it in the end; without it, none counts."""
        self._tick_price_lists(on=True)
        try:
            yield
        finally:
            self._tick_price_lists(on=False)

    def _tick_price_lists(self, *, on: bool) -> None:
        with suppress(Undeliverable):  # the practice Odoo has no such settings: there they always count
            settings = self.session.create("res.config.settings", [{"group_product_pricelist": on}])
            self.session.call("res.config.settings", "execute", settings)

    def dozens(self) -> int:
        """Return the unit of twelve; a fresh Odoo keeps it out of sight until somebody wants it."""
        domain = [["name", "=", "Dozens"], ["active", "in", [True, False]]]
        unit = int(self.session.search_read("uom.uom", domain, ["id"])[0]["id"])
        self.session.write("uom.uom", [unit], {"active": True})
        return unit

    def buy(
        self,
        lines: dict[str, tuple[float, float]],
        *,
        confirm: bool = True,
        currency: int = 0,
        unit: int = 0,
    ) -> ErpRecord:
        """A buyer orders from the vendor: quantity and price by code, in the products' own unit or another one."""
        commands = [
            [
                0,
                0,
                {
                    "product_id": self.products[code],
                    "product_qty": quantity,
                    "price_unit": price,
                    "date_planned": "2026-12-15 12:00:00",
                    **({"product_uom_id": unit} if unit else {}),
                },
            ]
            for code, (quantity, price) in lines.items()
        ]
        values: dict[str, Any] = {"partner_id": self.vendor, "order_line": commands}
        if currency:
            values["currency_id"] = currency
        order = self.session.create("purchase.order", [values])[0]
        if confirm:
            self.session.call("purchase.order", "button_confirm", [order])
        return self.record("purchase.order", order)

    def receive(self, order: ErpRecord, quantities: dict[str, float] | None = None) -> None:
        """A storekeeper receives the open receipt of a purchase order; the rest waits."""
        picking = self.receipts(order)[0]
        self._pick(picking, quantities)
        self.session.call("stock.picking", "button_validate", [picking], context=NO_QUESTIONS)

    def receipts(self, order: ErpRecord) -> list[int]:
        """Return the open receipts of a purchase order."""
        ids = self.session.read("purchase.order", [order.id], ["picking_ids"])[order.id]["picking_ids"]
        rows = self.session.read("stock.picking", ids, ["state"])
        return [i for i in sorted(rows) if rows[i]["state"] not in ("done", "cancel")]

    # --- looking
    def record(self, model: str, record_id: int) -> ErpRecord:
        """Return a record as the hub knows it."""
        row = self.look(model, record_id, "name", "state")
        return ErpRecord(model, record_id, row["name"] or "", row["state"])

    def look(self, model: str, record_id: int, *fields: str) -> dict[str, Any]:
        """Return fields of a record as a person sees them."""
        return self.session.read(model, [record_id], fields)[record_id]

    def notes(self, record: ErpRecord) -> list[str]:
        """Return the messages on a record, newest first."""
        domain: list[Any] = [["model", "=", record.model], ["res_id", "=", record.id]]
        rows = self.session.search_read("mail.message", domain, ["body"], order="id desc")
        return [row["body"] for row in rows]

    def count(self, model: str, domain: list[Any]) -> int:
        """Return how many records a domain has."""
        return len(self.session.search_read(model, domain, ["id"]))

    def close(self) -> None:
        """Let go of connections."""
        self.session.close()
