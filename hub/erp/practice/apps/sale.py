"""Sale orders: completed from partner and products, confirmed into a delivery, followed until billed."""

from __future__ import annotations

from hub.erp.practice.amounts import line_amounts, put_totals, totals
from hub.erp.practice.apps import reservation, stock, units
from hub.erp.practice.apps.partners import address
from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.values import stamp
from hub.erp.practice.wire import Ids, Json, Values

OPEN_STATES = {"draft", "sent"}


def prepare_order(env: Env, values: Values) -> Values:
    """Number the order and complete it from its customer."""
    if values.get("name") in {None, False, "New"}:
        values["name"] = next_number(env, "S")
    partner = values.get("partner_id")
    if partner:
        row = env.one("res.partner", partner, "property_payment_term_id", "property_product_pricelist")
        values["partner_invoice_id"] = values.get("partner_invoice_id") or address(env, partner, "invoice")
        values["partner_shipping_id"] = values.get("partner_shipping_id") or address(env, partner, "delivery")
        values.setdefault("payment_term_id", row["property_payment_term_id"])
        values.setdefault("pricelist_id", row["property_product_pricelist"])
    return values


def prepare_line(env: Env, values: Values) -> Values:
    """Complete a line from its product: description, unit, price, taxes."""
    if values.get("product_id"):
        names = ["display_name", "description_sale", "uom_id", "list_price", "taxes_id", "sale_delay"]
        product = env.one("product.product", values["product_id"], *names)
        words = [product["display_name"], product["description_sale"]]
        values["name"] = values.get("name") or "\n".join(word for word in words if word)
        values["product_uom_id"] = values.get("product_uom_id") or product["uom_id"]
        if values.get("price_unit") is None:
            values["price_unit"] = _price(env, values, product)
        values.setdefault("tax_ids", product["taxes_id"])
        values.setdefault("customer_lead", product["sale_delay"])
    if values.get("display_type"):
        values["product_uom_qty"] = 0.0
    values.setdefault("price_unit", 0.0)
    return values


def _price(env: Env, values: Values, product: Values) -> float:
    """Return the price of the order's pricelist, or the list price, per unit sold."""
    order = (
        env.existing("sale.order", [values["order_id"]]).get(values["order_id"], {})
        if values.get("order_id")
        else {}
    )
    if order.get("pricelist_id"):
        template = env.one("product.product", values["product_id"], "product_tmpl_id")["product_tmpl_id"]
        domain: list[Json] = [
            ["pricelist_id", "=", order["pricelist_id"]],
            ["min_quantity", "<=", values.get("product_uom_qty", 1)],
            ["product_id", "in", [False, values["product_id"]]],
            ["product_tmpl_id", "in", [False, template]],
        ]
        found = env.search(
            "product.pricelist.item", domain, limit=1, order="applied_on, min_quantity desc, id"
        )
        for rule in env.rows(
            "product.pricelist.item", found, ["compute_price", "fixed_price", "percent_price"]
        ):
            if rule["compute_price"] == "fixed":
                return float(rule["fixed_price"])
            return float(product["list_price"]) * (1 - float(rule["percent_price"]) / 100)
    units = env.rows("uom.uom", [values["product_uom_id"], product["uom_id"]], ["factor"])
    return float(product["list_price"]) * float(units[0]["factor"]) / float(units[-1]["factor"])


def saved_order(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Have statuses and totals worked out again; a new delivery date moves the open deliveries."""
    env.mark("sale.order", ids)
    if "commitment_date" in changed and "id" not in changed:
        for row in env.rows("sale.order", ids, ["commitment_date", "picking_ids"]):
            if row["commitment_date"]:
                stock.reschedule(env, row["picking_ids"], row["commitment_date"])


def saved_line(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Have the order worked out again; a line added to or changed on a confirmed order changes its delivery."""
    lines = env.rows("sale.order.line", ids, ["order_id", "state"])
    env.mark("sale.order", [line["order_id"] for line in lines])
    names = ["order_id", "move_ids", "product_uom_qty", "product_uom_id", "product_id.uom_id"]
    for row in env.rows("sale.order.line", [li["id"] for li in lines if li["state"] == "sale"], names):
        if "id" in changed:
            _deliver_lines(env, row["order_id"], [row["id"]])
        elif "product_uom_qty" in changed:
            demand = units.demanded(env, row, "product_uom_qty")["product_uom_qty"]
            reservation.set_demand(env, row["move_ids"], demand)


def guard_order(env: Env, ids: Ids) -> None:
    """Only a quotation or a cancelled order may be deleted."""
    if any(row["state"] not in OPEN_STATES | {"cancel"} for row in env.rows("sale.order", ids, ["state"])):
        raise UserError("A confirmed sales order cannot be deleted; cancel it first.")


def action_confirm(env: Env, model: str, ids: Ids) -> bool:
    """Confirm quotations: each gets a delivery, reserved as far as stock goes."""
    env.check(model, ids)
    rows = env.rows(model, ids, ["state", "order_line"])
    if any(row["state"] not in OPEN_STATES for row in rows):
        raise UserError("Some orders are not in a state requiring confirmation.")
    for row in rows:
        lines = env.rows("sale.order.line", row["order_line"], ["product_id", "display_type"])
        if any(not line["display_type"] and not line["product_id"] for line in lines):
            raise UserError("A line of the order has no product: complete it or remove it.")
        env.put(model, row["id"], {"state": "sale", "date_order": stamp(env.now)[:19]})
        _deliver_lines(env, row["id"], row["order_line"])
        env.mark(model, [row["id"]])
    return True


def action_cancel(env: Env, model: str, ids: Ids) -> bool:
    """Cancel orders, their open deliveries and their draft invoices."""
    env.check(model, ids)
    for row in env.rows(model, ids, ["name", "locked", "picking_ids", "invoice_ids"]):
        if row["locked"]:
            raise UserError(f"The order {row['name']} is locked: unlock it before you cancel it.")
        stock.cancel(env, row["picking_ids"])
        for invoice in env.rows("account.move", row["invoice_ids"], ["state"]):
            if invoice["state"] == "draft":
                env.put("account.move", invoice["id"], {"state": "cancel"})
        env.put(model, row["id"], {"state": "cancel"})
        env.mark(model, [row["id"]])
    return True


def action_draft(env: Env, model: str, ids: Ids) -> bool:
    """Make cancelled orders quotations again."""
    for row in env.rows(model, ids, ["state"]):
        if row["state"] in {"cancel", "sent"}:
            env.put(model, row["id"], {"state": "draft"})
    env.mark(model, ids)
    return True


def _deliver_lines(env: Env, order: int, lines: Ids) -> None:
    names = [
        "name",
        "partner_shipping_id",
        "warehouse_id.out_type_id",
        "commitment_date",
        "carrier_id",
        "picking_ids",
    ]
    head = env.one("sale.order", order, *names)
    date = head["commitment_date"] or stamp(env.now)[:19]
    goods = ["product_id", "product_id.type", "product_id.uom_id", "product_uom_qty", "product_uom_id"]
    moves: list[Values] = [
        {
            "product_id": line["product_id"],
            **units.demanded(env, line, "product_uom_qty"),
            "sale_line_id": line["id"],
            "origin": head["name"],
            "date": date,
            "date_deadline": date,
        }
        for line in env.rows("sale.order.line", lines, goods)
        if line["product_id"] and line["product_id.type"] == "consu" and line["product_uom_qty"]
    ]
    picking = {
        "picking_type_id": head["warehouse_id.out_type_id"],
        "partner_id": head["partner_shipping_id"],
        "origin": head["name"],
        "sale_id": order,
        "carrier_id": head["carrier_id"],
        "scheduled_date": date,
        "date_deadline": date,
    }
    stock.make_picking(env, picking, moves, head["picking_ids"])


def recompute_orders(env: Env, ids: Ids) -> None:
    """Bring lines, totals and statuses up to date."""
    for order in env.rows("sale.order", ids, ["state", "order_line", "picking_ids"]):
        amounts = line_amounts(env, "sale.order.line", order["order_line"], "product_uom_qty")
        put_totals(env, "sale.order", order["id"], totals(amounts.values()))
        if order["state"] in OPEN_STATES and not order["picking_ids"]:
            continue  # nothing is delivered or billed of a quotation
        statuses = [_follow_line(env, line, order["state"]) for line in order["order_line"]]
        pickings = [row["state"] for row in env.rows("stock.picking", order["picking_ids"], ["state"])]
        delivered = any(
            row["qty_delivered"]
            for row in env.rows("sale.order.line", order["order_line"], ["qty_delivered"])
        )
        status = {
            "invoice_status": _order_invoice_status(order["state"], statuses),
            "delivery_status": _delivery_status(pickings, delivered=delivered),
            "invoice_ids": _invoices(env, order["order_line"]),
        }
        _put_status(env, order["id"], status)


def _put_status(env: Env, order: int, status: Values) -> None:
    invoices = status.pop("invoice_ids")
    env.put("sale.order", order, status)
    if set(env.one("sale.order", order, "invoice_ids")["invoice_ids"]) != set(invoices):
        env.beside("DELETE FROM sale_order_invoice_ids_rel WHERE left_id = ?", [order])
        for invoice in invoices:
            env.beside("INSERT INTO sale_order_invoice_ids_rel VALUES (?, ?)", [order, invoice])


def _invoices(env: Env, lines: Ids) -> list[int]:
    items = {
        item for row in env.rows("sale.order.line", lines, ["invoice_lines"]) for item in row["invoice_lines"]
    }
    return sorted({row["move_id"] for row in env.rows("account.move.line", items, ["move_id"])})


def _follow_line(env: Env, line: int, state: str) -> str:
    """Work out what of a line is delivered and billed; return its invoice status."""
    names = [
        "product_uom_qty",
        "product_uom_id",
        "qty_delivered",
        "move_ids",
        "invoice_lines",
        "product_id.type",
        "product_id.invoice_policy",
    ]
    row = env.one("sale.order.line", line, *names)
    delivered = float(row["qty_delivered"] or 0)
    if row["product_id.type"] == "consu":
        delivered = reservation.done_quantity(env, row["move_ids"], "customer", row["product_uom_id"])
    billed = billed_quantity(env, row, "out_invoice", "out_refund")
    due = delivered if row["product_id.invoice_policy"] == "delivery" else float(row["product_uom_qty"])
    open_quantity = due - billed if state == "sale" else 0.0
    if state != "sale":
        status = "no"
    elif open_quantity:
        status = "to invoice"
    else:
        status = "invoiced" if billed >= float(row["product_uom_qty"]) else "no"
    followed = {"qty_delivered": delivered, "qty_invoiced": billed, "qty_to_invoice": open_quantity}
    env.put("sale.order.line", line, followed | {"invoice_status": status})
    return status


def billed_quantity(env: Env, line: Values, plus: str, minus: str) -> float:
    """Return what is billed of an order line, in its unit, credit notes taken off and cancelled ones left out."""
    total = 0.0
    names = ["quantity", "product_uom_id", "move_type", "parent_state"]
    for row in env.rows("account.move.line", line["invoice_lines"], names):
        if row["parent_state"] != "cancel":
            quantity = units.billed(
                env, float(row["quantity"] or 0), row["product_uom_id"], line["product_uom_id"]
            )
            total += {plus: 1, minus: -1}.get(row["move_type"], 0) * quantity
    return round(total, 6)


def _order_invoice_status(state: str, statuses: list[str]) -> str:
    if state != "sale":
        return "no"
    if "to invoice" in statuses:
        return "to invoice"
    return "invoiced" if statuses and set(statuses) == {"invoiced"} else "no"


def _delivery_status(pickings: list[str], *, delivered: bool) -> Json:
    if not pickings or set(pickings) == {"cancel"}:
        return False
    if set(pickings) <= {"done", "cancel"}:
        return "full"
    if "done" in pickings:
        return "partial" if delivered else "started"
    return "pending"
