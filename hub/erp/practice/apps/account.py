"""Invoices and bills: totals, taxes and due dates while draft; numbers when posted; made from delivered orders."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from hub.erp.practice.amounts import LineAmount, Totals, line_amounts, put_totals, totals
from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.values import DATE
from hub.erp.practice.wire import Ids, Json, Values

JOURNALS = {"out_invoice": "sale", "out_refund": "sale", "in_invoice": "purchase", "in_refund": "purchase"}
PREFIXES = {
    "out_invoice": "INV",
    "out_refund": "RINV",
    "in_invoice": "BILL",
    "in_refund": "RBILL",
    "entry": "MISC",
}
DERIVED = ("tax", "payment_term")


def prepare_move(env: Env, values: Values) -> Values:
    """Find the journal and the partner's terms."""
    kind = values.get("move_type", "entry")
    if not values.get("journal_id"):
        domain = [["type", "=", JOURNALS.get(kind, "general")]]
        values["journal_id"] = next(iter(env.search("account.journal", domain, limit=1)), False)
    if values.get("partner_id") and kind in JOURNALS:
        field = (
            "property_payment_term_id" if JOURNALS[kind] == "sale" else "property_supplier_payment_term_id"
        )
        values.setdefault(
            "invoice_payment_term_id", env.one("res.partner", values["partner_id"], field)[field]
        )
        values["partner_shipping_id"] = values.get("partner_shipping_id") or values["partner_id"]
    return values


def prepare_line(env: Env, values: Values) -> Values:
    """Complete an invoice line from its product: label, unit, price, taxes."""
    if values.get("product_id"):
        names = ["display_name", "uom_id", "list_price", "standard_price", "taxes_id", "supplier_taxes_id"]
        product = env.one("product.product", values["product_id"], *names)
        move = env.one("account.move", values["move_id"], "move_type") if values.get("move_id") else {}
        ours = JOURNALS.get(move.get("move_type", "")) == "sale"
        values["name"] = values.get("name") or product["display_name"]
        values["product_uom_id"] = (
            values.get("product_uom_id") or _ordered_in(env, values) or product["uom_id"]
        )
        if values.get("price_unit") is None:
            values["price_unit"] = product["list_price" if ours else "standard_price"]
        values.setdefault("tax_ids", product["taxes_id" if ours else "supplier_taxes_id"])
    return values


def _ordered_in(env: Env, values: Values) -> int | None:
    """Return the unit of the purchase line that is billed."""
    line = values.get("purchase_line_id")
    return env.one("purchase.order.line", line, "product_uom_id")["product_uom_id"] if line else None


def saved_move(env: Env, ids: Ids, changed: frozenset[str]) -> None:  # noqa: ARG001 - one signature for all
    """Have totals and due dates worked out again."""
    env.mark("account.move", ids)


def saved_line(env: Env, ids: Ids, changed: frozenset[str]) -> None:  # noqa: ARG001 - one signature for all
    """Have the invoice and the orders behind its lines worked out again."""
    mark_orders(env, ids)


def mark_orders(env: Env, items: Ids) -> None:
    """Have invoices, and the orders that their lines bill, worked out again."""
    names = ["move_id", "sale_line_ids", "purchase_line_id.order_id"]
    for row in env.rows("account.move.line", items, names):
        env.mark("account.move", [row["move_id"]])
        env.mark("purchase.order", [row["purchase_line_id.order_id"]])
        sold = env.rows("sale.order.line", row["sale_line_ids"], ["order_id"])
        env.mark("sale.order", [line["order_id"] for line in sold])


def guard_move(env: Env, ids: Ids) -> None:
    """What was posted stays."""
    for row in env.rows("account.move", ids, ["name", "line_ids"]):
        if row["name"]:
            raise UserError(f"{row['name']} was posted: it cannot be deleted, only reversed.")
        mark_orders(env, row["line_ids"])


def guard_line(env: Env, ids: Ids) -> None:
    """Have the orders behind deleted lines worked out again."""
    mark_orders(env, ids)


def recompute_moves(env: Env, ids: Ids) -> None:
    """Bring lines, taxes and totals up to date while an invoice is a draft."""
    names = [
        "state",
        "move_type",
        "invoice_line_ids",
        "line_ids",
        "invoice_date",
        "date",
        "invoice_payment_term_id",
    ]
    for move in env.rows("account.move", ids, names):
        if move["state"] == "draft" and move["move_type"] in JOURNALS:
            amounts = line_amounts(env, "account.move.line", move["invoice_line_ids"], "quantity")
            total = totals(amounts.values())
            _put_derived_lines(env, move, total, amounts)
            put_totals(env, "account.move", move["id"], total)
            due = due_date(env, move["invoice_payment_term_id"], move["invoice_date"] or move["date"])
            env.put(
                "account.move",
                move["id"],
                {"amount_residual": float(total.untaxed + total.tax), "invoice_date_due": due},
            )


def _put_derived_lines(env: Env, move: Values, total: Totals, amounts: dict[int, LineAmount]) -> None:
    """Write the journal items that follow from the lines: one per tax and the open amount, and all balances."""
    sign = 1 if move["move_type"] in {"in_invoice", "out_refund"} else -1
    for line, amount in amounts.items():
        env.put("account.move.line", line, {"balance": sign * float(amount.subtotal)})
    wanted: list[Values] = [
        {
            "display_type": "tax",
            "tax_line_id": tax,
            "name": env.one("account.tax", tax, "name")["name"],
            "balance": sign * float(amount),
            "sequence": 10000,
        }
        for tax, amount in total.taxes.items()
    ]
    open_amount = -sign * float(total.untaxed + total.tax)
    wanted.append({"display_type": "payment_term", "name": False, "balance": open_amount, "sequence": 12000})
    derived = env.rows("account.move.line", move["line_ids"], ["display_type", "tax_line_id"])
    known = {
        (row["display_type"], row["tax_line_id"]): row["id"]
        for row in derived
        if row["display_type"] in DERIVED
    }
    for values in wanted:
        found = known.pop((values["display_type"], values.get("tax_line_id")), None)
        if found:
            env.put("account.move.line", found, values)
        else:
            fixed = {"move_id": move["id"], "quantity": 0.0, "tax_ids": []}
            env.create("account.move.line", values | fixed, follow_up=False)
    for left in known.values():
        env.connection.execute("DELETE FROM account_move_line WHERE id = ?", [left])


def due_date(env: Env, term: int | None, start: str) -> str:
    """Return the last due date of payment terms from a date (ISO); the date itself without terms."""
    due = begin = date.fromisoformat(start)
    lines = env.search("account.payment.term.line", [["payment_id", "=", term or 0]])
    for row in env.rows("account.payment.term.line", lines, ["delay_type", "nb_days"]):
        base = begin
        if row["delay_type"] == "days_after_end_of_month":
            base = begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])
        due = max(due, base + timedelta(days=int(row["nb_days"] or 0)))
    return due.strftime(DATE)


def action_post(env: Env, model: str, ids: Ids) -> bool:
    """Post drafts: number them, date customers' invoices today when they have no date. Answers False, as Odoo."""
    env.check(model, ids)
    today = env.now.strftime(DATE)
    names = ["state", "name", "move_type", "invoice_date", "invoice_line_ids", "line_ids", "partner_id"]
    for move in env.rows(model, ids, names):
        called = env.names(model, [move["id"]])[move["id"]]
        if move["state"] != "draft":
            raise UserError(f"The entry {called} (id {move['id']}) must be in draft.")
        if move["move_type"] in JOURNALS and not move["invoice_line_ids"]:
            raise UserError(f"{called} needs a line before it can be posted.")
        if move["move_type"] in JOURNALS and not move["partner_id"]:
            raise UserError(f"{called} needs a customer or vendor before it can be posted.")
        if move["move_type"] in {"in_invoice", "in_refund"} and not move["invoice_date"]:
            raise UserError("The Bill/Refund date is required to validate this document.")
        dated = move["invoice_date"] or today
        env.put(model, move["id"], {"invoice_date": dated, "date": dated})
        env.mark(model, [move["id"]])
        env.flush()
        name = move["name"] or _number(env, move["move_type"], dated)
        posted: Values = {"state": "posted", "name": name}
        if JOURNALS.get(move["move_type"]) == "sale":
            posted["payment_reference"] = name
        env.put(model, move["id"], posted)
        mark_orders(env, move["line_ids"])
    return False


def _number(env: Env, kind: str, dated: str) -> str:
    year, month = dated[:4], dated[5:7]
    if JOURNALS.get(kind) == "sale":
        return next_number(env, f"{PREFIXES[kind]}/{year}/")
    return next_number(env, f"{PREFIXES[kind]}/{year}/{month}/", 4)


def button_draft(env: Env, model: str, ids: Ids) -> bool:
    """Take entries back to draft; they keep their number."""
    return _set_state(env, model, ids, "draft")


def button_cancel(env: Env, model: str, ids: Ids) -> bool:
    """Cancel draft entries."""
    if any(row["state"] == "posted" for row in env.rows(model, ids, ["state"])):
        raise UserError("Reset the entry to draft before you cancel it.")
    return _set_state(env, model, ids, "cancel")


def _set_state(env: Env, model: str, ids: Ids, state: str) -> bool:
    for row in env.rows(model, ids, ["line_ids"]):
        env.put(model, row["id"], {"state": state})
        mark_orders(env, row["line_ids"])
    return True


def show_move(ids: Ids) -> Values:
    """Return the action that Odoo's web client opens after invoices were made."""
    action: dict[str, Json] = {
        "type": "ir.actions.act_window",
        "res_model": "account.move",
        "target": "current",
    }
    return action | ({"res_id": ids[0]} if len(ids) == 1 else {"domain": [["id", "in", list(ids)]]})
