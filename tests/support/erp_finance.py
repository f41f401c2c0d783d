"""The people of finance and of the dock, played through Odoo's own API: they bill, pay, scrap and send back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.erp.odoo.reading import ref_id
from hub.model.exchange import ErpRecord
from tests.support.erp_world import NO_QUESTIONS, World


def bill(world: World, number: str, price: float, *, refund: bool = False, term: str = "") -> int:
    """Enter and post a vendor's bill (or refund) over 10 widgets without tax, of 1 November 2026; return its id."""
    line = {"product_id": world.products[world.widget], "quantity": 10, "price_unit": price}
    values: dict[str, Any] = {
        "move_type": "in_refund" if refund else "in_invoice",
        "partner_id": world.vendor,
        "ref": number,
        "invoice_date": "2026-11-01",
        "invoice_line_ids": [[0, 0, {**line, "tax_ids": [[6, 0, []]]}]],
    }
    if term:
        values["invoice_payment_term_id"] = _early_terms(world)
    made = world.session.create("account.move", [values])[0]
    world.session.call("account.move", "action_post", [made])
    return made


def invoice(
    world: World,
    price: float,
    *,
    refund: bool = False,
    corrects: int = 0,
    early: bool = False,
    currency: str = "",
) -> ErpRecord:
    """Make and post a customer's invoice (or credit note) over 10 widgets without tax."""
    line = {"product_id": world.products[world.widget], "quantity": 10, "price_unit": price}
    values: dict[str, Any] = {
        "move_type": "out_refund" if refund else "out_invoice",
        "partner_id": world.customer,
        "invoice_date": "2026-11-01",
        "invoice_line_ids": [[0, 0, {**line, "tax_ids": [[6, 0, []]]}]],
    }
    if currency:
        values["currency_id"] = currency_of(world, currency)
    if corrects:
        values["reversed_entry_id"] = corrects
    if early:
        values["invoice_payment_term_id"] = _early_terms(world)
    made = world.session.create("account.move", [values])[0]
    world.session.call("account.move", "action_post", [made])
    return world.record("account.move", made)


def currency_of(world: World, code: str) -> int:
    """Return the id of a currency by its code, which Odoo then uses."""
    domain = [["name", "=", code], ["active", "in", [True, False]]]
    found = int(world.session.search_read("res.currency", domain, ["id"])[0]["id"])
    world.session.write("res.currency", [found], {"active": True})
    return found


def invoice_orders(world: World, orders: Sequence[ErpRecord]) -> ErpRecord:
    """Bill several orders of one customer together, and post the invoice."""
    ids = [order.id for order in orders]
    wizard = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, ids]]}
    made = world.session.create("sale.advance.payment.inv", [wizard])
    world.session.call("sale.advance.payment.inv", "create_invoices", made)
    (bill,) = world.session.read("sale.order", ids[:1], ["invoice_ids"])[ids[0]]["invoice_ids"]
    world.session.write("account.move", [bill], {"invoice_date": "2026-11-20"})
    world.session.call("account.move", "action_post", [bill])
    return world.record("account.move", bill)


def _early_terms(world: World) -> int:
    found = world.session.search_read("account.payment.term", [["early_discount", "=", True]], ["id"])
    return int(found[0]["id"])


def pay(world: World, moves: list[int], day: str, memo: str = "", **wizard: Any) -> ErpRecord:
    """Pay posted invoices or bills with the wizard, in one payment."""
    values = {
        "payment_date": day,
        "group_payment": True,
        **({"communication": memo} if memo else {}),
        **wizard,
    }
    context = {"active_model": "account.move", "active_ids": moves}
    made = world.session.call("account.payment.register", "create", vals_list=[values], context=context)
    before = {row["id"] for row in world.session.search_read("account.payment", [], ["id"])}
    world.session.call("account.payment.register", "action_create_payments", made)
    paid = next(
        row["id"]
        for row in world.session.search_read("account.payment", [], ["id"])
        if row["id"] not in before
    )
    return world.record("account.payment", paid)


def expense_account(world: World) -> int:
    """Return an account that takes what is written off."""
    domain = [["account_type", "=", "expense"]]
    return int(world.session.search_read("account.account", domain, ["id"], limit=1)[0]["id"])


def scrap(world: World, receipt: int, code: str, quantity: float) -> None:
    """Throw away what came broken with a receipt."""
    place = world.session.search_read("stock.move", [["picking_id", "=", receipt]], ["location_dest_id"])[0]
    values = {
        "product_id": world.products[code],
        "scrap_qty": quantity,
        "picking_id": receipt,
        "location_id": ref_id(place["location_dest_id"]),
    }
    made = world.session.create("stock.scrap", [values])
    world.session.call("stock.scrap", "action_validate", made)


def send_back(world: World, receipt: int, code: str, quantity: float) -> None:
    """Send goods of a finished receipt back to the vendor."""
    domain = [["picking_id", "=", receipt], ["product_id", "=", world.products[code]]]
    fields = ["location_id", "location_dest_id", "purchase_line_id", "product_uom"]
    move = world.session.search_read("stock.move", domain, fields)[0]
    out = world.session.search_read("stock.picking.type", [["code", "=", "outgoing"]], ["id"], limit=1)[0][
        "id"
    ]
    places = {
        "location_id": ref_id(move["location_dest_id"]),
        "location_dest_id": ref_id(move["location_id"]),
    }
    moved = {
        "product_id": world.products[code],
        "product_uom_qty": quantity,
        "product_uom": ref_id(move["product_uom"]),
        "origin_returned_move_id": move["id"],
        "purchase_line_id": ref_id(move["purchase_line_id"]),
        **places,
    }
    picking = {"picking_type_id": out, "partner_id": world.vendor, **places, "move_ids": [[0, 0, moved]]}
    made = world.session.create("stock.picking", [picking])[0]
    lines = world.session.search_read("stock.move", [["picking_id", "=", made]], ["id"])
    world.session.write("stock.move", [line["id"] for line in lines], {"quantity": quantity, "picked": True})
    world.session.call("stock.picking", "button_validate", [made], context=NO_QUESTIONS)


def receipts_done(world: World, order: ErpRecord) -> list[int]:
    """Return the finished receipts of a purchase order, oldest first."""
    domain = [["purchase_id", "=", order.id], ["state", "=", "done"], ["picking_type_code", "=", "incoming"]]
    return [row["id"] for row in world.session.search_read("stock.picking", domain, ["id"])]
