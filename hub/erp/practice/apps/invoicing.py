"""The wizard that makes invoices of delivered sale orders (`sale.advance.payment.inv`)."""

from __future__ import annotations

from hub.erp.practice.apps.account import show_move
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.values import DATE
from hub.erp.practice.wire import Ids, Json, Values


def create_invoices(env: Env, model: str, ids: Ids) -> Values:
    """Carry out the invoicing wizard."""
    invoices = []
    for wizard in env.rows(model, ids, ["sale_order_ids", "advance_payment_method"]):
        if wizard["advance_payment_method"] != "delivered":
            raise UserError("The practice Odoo makes regular invoices only, no down payments.")
        invoices += invoice_orders(env, wizard["sale_order_ids"])
    return show_move(invoices)


def invoice_orders(env: Env, orders: Ids) -> list[int]:
    """Make drafts of what is to be billed, one for the orders that share customer, address and currency."""
    names = ["name", "partner_invoice_id", "partner_shipping_id", "currency_id", "payment_term_id"]
    groups: dict[tuple[Json, ...], list[Values]] = {}
    for order in env.rows("sale.order", orders, [*names, "client_order_ref", "order_line"]):
        key = (order["partner_invoice_id"], order["partner_shipping_id"], order["currency_id"])
        groups.setdefault(key, []).append(order)
    invoices = [made for group in groups.values() if (made := _invoice(env, group))]
    if not invoices:
        raise UserError("Cannot create an invoice: nothing was delivered that is not invoiced already.")
    return invoices


def _invoice(env: Env, orders: list[Values]) -> int | None:
    """Make the draft invoice of orders for one customer, or None when nothing is to be billed."""
    items = [item for order in orders for item in _items(env, order["order_line"])]
    if not items:
        return None
    values: Values = {
        "move_type": "out_invoice",
        "partner_id": orders[0]["partner_invoice_id"],
        "partner_shipping_id": orders[0]["partner_shipping_id"],
        "currency_id": orders[0]["currency_id"],
        "invoice_payment_term_id": orders[0]["payment_term_id"],
        "invoice_origin": ", ".join(order["name"] for order in orders),
        "ref": ", ".join(order["client_order_ref"] for order in orders if order["client_order_ref"]) or False,
        "delivery_date": env.now.strftime(DATE),
        "invoice_line_ids": items,
    }
    return env.create("account.move", values)


def _items(env: Env, lines: Ids) -> list[list[Json]]:
    names = ["product_id", "name", "qty_to_invoice", "price_unit", "discount", "tax_ids", "product_uom_id"]
    return [
        [
            0,
            0,
            {
                "product_id": line["product_id"],
                "name": line["name"],
                "quantity": line["qty_to_invoice"],
                "product_uom_id": line["product_uom_id"],
                "price_unit": line["price_unit"],
                "discount": line["discount"],
                "tax_ids": [[6, 0, line["tax_ids"]]],
                "sale_line_ids": [[6, 0, [line["id"]]]],
            },
        ]
        for line in env.rows("sale.order.line", lines, names)
        if line["qty_to_invoice"]
    ]
