"""Purchase orders: completed from vendor and products, confirmed into a receipt, followed until billed."""

from __future__ import annotations

from datetime import timedelta

from hub.erp.practice.amounts import line_amounts, put_totals, totals
from hub.erp.practice.apps import reservation, stock, units
from hub.erp.practice.apps.account import show_move
from hub.erp.practice.apps.products import seller_of
from hub.erp.practice.apps.sale import billed_quantity
from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.values import DATETIME, stamp
from hub.erp.practice.wire import Ids, Json, Values


def prepare_order(env: Env, values: Values) -> Values:
    """Number the order and complete it from its vendor."""
    if values.get("name") in {None, False, "New"}:
        values["name"] = next_number(env, "P")
    if values.get("partner_id"):
        vendor = env.one("res.partner", values["partner_id"], "property_supplier_payment_term_id")
        values.setdefault("payment_term_id", vendor["property_supplier_payment_term_id"])
    return values


def prepare_line(env: Env, values: Values) -> Values:
    """Complete a line from its product and the vendor's price: description, unit, price, date, taxes."""
    if values.get("display_type"):
        values["product_qty"] = 0.0
    if values.get("product_id"):
        names = ["display_name", "name", "uom_id", "standard_price", "supplier_taxes_id"]
        product = env.one("product.product", values["product_id"], *names)
        heads = ["partner_id", "date_order"]
        order = env.one("purchase.order", values["order_id"], *heads) if values.get("order_id") else {}
        vendor = order.get("partner_id")
        quantity = float(values.get("product_qty") or 0)
        on = str(order.get("date_order") or env.now.strftime(DATETIME))[:10]
        seller = seller_of(env, values["product_id"], vendor, quantity, on) if vendor else None
        code = seller["product_code"] if seller else None
        called = (seller["product_name"] if seller else None) or product["name"]
        values["name"] = values.get("name") or (f"[{code}] {called}" if code else product["display_name"])
        theirs = seller["product_uom_id"] if seller else None
        values["product_uom_id"] = values.get("product_uom_id") or theirs or product["uom_id"]
        if values.get("price_unit") is None:
            values["price_unit"] = seller["price"] if seller else product["standard_price"]
        lead = timedelta(days=int(seller["delay"]) if seller else 0)
        values["date_planned"] = values.get("date_planned") or (env.now + lead).strftime(DATETIME)
        values.setdefault("tax_ids", product["supplier_taxes_id"])
    values.setdefault("price_unit", 0.0)
    return values


def saved_order(env: Env, ids: Ids, changed: frozenset[str]) -> None:  # noqa: ARG001 - one signature for all
    """Have statuses and totals worked out again."""
    env.mark("purchase.order", ids)


def saved_line(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Have the order worked out again; what changes on a confirmed order changes its open receipt."""
    names = ["order_id", "state", "move_ids", "product_qty", "price_unit", "date_planned"]
    rows = env.rows("purchase.order.line", ids, [*names, "product_uom_id", "product_id.uom_id"])
    env.mark("purchase.order", [row["order_id"] for row in rows])
    for row in rows:
        if row["state"] != "purchase":
            continue
        if "id" in changed:
            _receive_lines(env, row["order_id"], [row["id"]])
            continue
        if "product_qty" in changed:
            demand = units.demanded(env, row, "product_qty")["product_uom_qty"]
            reservation.set_demand(env, row["move_ids"], demand)
        for move in env.rows("stock.move", row["move_ids"], ["state"]):
            if move["state"] not in stock.CLOSED:
                news = {"price_unit": row["price_unit"], "date_deadline": row["date_planned"]}
                env.put("stock.move", move["id"], news)


def guard_order(env: Env, ids: Ids) -> None:
    """Only a cancelled order may be deleted."""
    if any(row["state"] != "cancel" for row in env.rows("purchase.order", ids, ["state"])):
        raise UserError("In order to delete a purchase order, cancel it first.")


def button_confirm(env: Env, model: str, ids: Ids) -> bool:
    """Confirm requests for quotation: each gets a receipt; confirmed ones stay as they are."""
    env.check(model, ids)
    for row in env.rows(model, ids, ["state", "order_line"]):
        if row["state"] in {"draft", "sent", "to approve"}:
            lines = env.rows("purchase.order.line", row["order_line"], ["product_id", "display_type"])
            if any(not line["display_type"] and not line["product_id"] for line in lines):
                raise UserError("A line of the order has no product: complete it or remove it.")
            env.put(model, row["id"], {"state": "purchase", "date_approve": stamp(env.now)[:19]})
            _receive_lines(env, row["id"], row["order_line"])
            env.mark(model, [row["id"]])
    return True


def button_cancel(env: Env, model: str, ids: Ids) -> bool:
    """Cancel orders without bills and goods received, and their open receipts."""
    for row in env.rows(model, ids, ["name", "invoice_ids", "picking_ids"]):
        bills = env.rows("account.move", row["invoice_ids"], ["state"])
        if any(bill["state"] not in {"cancel", "draft"} for bill in bills):
            raise UserError(f"Unable to cancel {row['name']}: cancel its vendor bills first.")
        if any(p["state"] == "done" for p in env.rows("stock.picking", row["picking_ids"], ["state"])):
            raise UserError(f"Unable to cancel {row['name']}: goods were received.")
        stock.cancel(env, row["picking_ids"])
        env.put(model, row["id"], {"state": "cancel"})
        env.mark(model, [row["id"]])
    return True


def action_create_invoice(env: Env, model: str, ids: Ids) -> Values:
    """Make a draft bill of what was received (or ordered, by the product's policy) and not yet billed."""
    bills = []
    for order in env.rows(model, ids, ["name", "partner_id", "currency_id", "payment_term_id", "order_line"]):
        values: Values = {
            "move_type": "in_invoice",
            "partner_id": order["partner_id"],
            "currency_id": order["currency_id"],
            "invoice_payment_term_id": order["payment_term_id"],
            "invoice_origin": order["name"],
            "invoice_line_ids": _bill_lines(env, order["order_line"]),
        }
        bills.append(env.create("account.move", values))
    return show_move(bills)


def _bill_lines(env: Env, lines: Ids) -> list[list[Json]]:
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
                "purchase_line_id": line["id"],
            },
        ]
        for line in env.rows("purchase.order.line", lines, [*names, "display_type"])
        if not line["display_type"]
    ]


def _receive_lines(env: Env, order: int, lines: Ids) -> None:
    names = ["name", "partner_id", "picking_type_id", "dest_address_id", "picking_ids"]
    head = env.one("purchase.order", order, *names)
    names = ["product_id", "product_id.type", "product_id.uom_id", "product_qty", "product_uom_id"]
    moves: list[Values] = [
        {
            "product_id": line["product_id"],
            **units.demanded(env, line, "product_qty"),
            "purchase_line_id": line["id"],
            "price_unit": line["price_unit"],
            "origin": head["name"],
            "date": line["date_planned"],
            "date_deadline": line["date_planned"],
        }
        for line in env.rows("purchase.order.line", lines, [*names, "price_unit", "date_planned"])
        if line["product_id"] and line["product_id.type"] == "consu" and line["product_qty"]
    ]
    dates = [move["date"] for move in moves]
    picking = {
        "picking_type_id": head["picking_type_id"],
        "partner_id": head["partner_id"],
        "origin": head["name"],
        "purchase_id": order,
        "scheduled_date": min(dates, default=False),
        "date_deadline": min(dates, default=False),
    }
    stock.make_picking(env, picking, moves, head["picking_ids"])


def recompute_orders(env: Env, ids: Ids) -> None:
    """Bring lines, totals and statuses up to date."""
    for order in env.rows("purchase.order", ids, ["state", "order_line", "picking_ids", "date_planned"]):
        lines = order["order_line"]
        amounts = line_amounts(env, "purchase.order.line", lines, "product_qty")
        put_totals(env, "purchase.order", order["id"], totals(amounts.values()))
        open_quantities = [_follow_line(env, line, order["state"]) for line in lines]
        bills = _bills(env, lines)
        dates = [
            r["date_planned"]
            for r in env.rows("purchase.order.line", lines, ["date_planned"])
            if r["date_planned"]
        ]
        pickings = env.rows("stock.picking", order["picking_ids"], ["state", "date_done"])
        arrivals = [row["date_done"] for row in pickings if row["date_done"]]
        status = {
            "invoice_status": _bill_status(order["state"], open_quantities, billed=bool(bills)),
            "receipt_status": receipt_status([row["state"] for row in pickings]),
            "effective_date": min(arrivals, default=False),
            "date_planned": min(dates, default=order["date_planned"] or False),
        }
        env.put("purchase.order", order["id"], status)
        _put_bills(env, order["id"], bills)


def _bills(env: Env, lines: Ids) -> set[int]:
    items = env.search("account.move.line", [["purchase_line_id", "in", list(lines)]])
    return {row["move_id"] for row in env.rows("account.move.line", items, ["move_id"])}


def _put_bills(env: Env, order: int, bills: set[int]) -> None:
    if set(env.one("purchase.order", order, "invoice_ids")["invoice_ids"]) != bills:
        env.beside("DELETE FROM purchase_order_invoice_ids_rel WHERE left_id = ?", [order])
        for bill in bills:
            env.beside("INSERT INTO purchase_order_invoice_ids_rel VALUES (?, ?)", [order, bill])


def _follow_line(env: Env, line: int, state: str) -> float:
    """Work out what of a line is received and billed; return what is to be billed."""
    names = [
        "product_qty",
        "product_uom_id",
        "qty_received",
        "move_ids",
        "invoice_lines",
        "product_id.type",
        "product_id.purchase_method",
    ]
    row = env.one("purchase.order.line", line, *names)
    received = float(row["qty_received"] or 0)
    if row["product_id.type"] == "consu":
        received = -reservation.done_quantity(env, row["move_ids"], "supplier", row["product_uom_id"])
    billed = billed_quantity(env, row, "in_invoice", "in_refund")
    due = received if row["product_id.purchase_method"] == "receive" else float(row["product_qty"])
    open_quantity = due - billed if state == "purchase" else 0.0
    env.put(
        "purchase.order.line",
        line,
        {"qty_received": received, "qty_invoiced": billed, "qty_to_invoice": open_quantity},
    )
    return open_quantity


def _bill_status(state: str, open_quantities: list[float], *, billed: bool) -> str:
    if state != "purchase":
        return "no"
    if any(open_quantities):
        return "to invoice"
    return "invoiced" if billed else "no"


def receipt_status(states: list[str]) -> Json:
    """Return how far the receipts are, False when there are none."""
    if not states or set(states) == {"cancel"}:
        return False
    if set(states) <= {"done", "cancel"}:
        return "full"
    return "partial" if "done" in states else "pending"
