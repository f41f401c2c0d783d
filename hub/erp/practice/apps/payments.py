"""Payments: drafts, and the wizard that pays posted invoices and settles them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.wire import Ids, Values

PURCHASES = {"in_invoice", "in_refund"}
REFUNDS = {"in_refund", "out_refund"}
_CENT = 0.005

_MOVE = (
    "state", "move_type", "ref", "name", "partner_id", "currency_id", "amount_total", "amount_residual",
    "invoice_date", "invoice_payment_term_id",
)  # fmt: skip


def prepare_payment(env: Env, values: Values) -> Values:
    """Take the first bank's journal."""
    if not values.get("journal_id"):
        values["journal_id"] = next(
            iter(env.search("account.journal", [["type", "=", "bank"]], limit=1)), False
        )
    return values


def prepare_wizard(env: Env, values: Values) -> Values:
    """Take the invoices of the context, and what is open of them less early discount as the amount."""
    chosen = list(env.context.get("active_ids") or [])
    moves = env.rows("account.move", chosen, _MOVE)
    if not moves or any(move["state"] != "posted" for move in moves):
        raise UserError("You can only register payments for posted journal entries.")
    values["move_ids"] = [[6, 0, chosen]]
    if values.get("amount") is None:
        open_amount = sum(_signed(move, move["amount_residual"]) for move in moves)
        values["amount"] = round(open_amount - _discounts(env, moves, values["payment_date"]), 2)
    return values


def action_create_payments(env: Env, model: str, ids: Ids) -> bool:
    """Pay the wizard's invoices with one payment, post it and settle them."""
    for wizard in env.rows(model, ids, ["move_ids", "amount", "payment_date", "communication"]):
        more = env.one(model, wizard["id"], "payment_difference_handling")
        moves = env.rows("account.move", wizard["move_ids"], _MOVE)
        bought = moves[0]["move_type"] in PURCHASES
        year = str(wizard["payment_date"])[:4]
        name = next_number(env, f"PBNK1/{year}/")
        entry = env.create("account.move", {"move_type": "entry", "date": wizard["payment_date"]})
        env.put("account.move", entry, {"state": "posted", "name": name})
        env.create(
            "account.payment",
            {
                "name": name,
                "state": "in_process",
                "payment_type": "outbound" if bought else "inbound",
                "partner_type": "supplier" if bought else "customer",
                "partner_id": moves[0]["partner_id"],
                "currency_id": moves[0]["currency_id"],
                "amount": wizard["amount"],
                "date": wizard["payment_date"],
                "memo": wizard["communication"] or ", ".join(move["ref"] or move["name"] for move in moves),
                "move_id": entry,
                "reconciled_bill_ids" if bought else "reconciled_invoice_ids": [[6, 0, wizard["move_ids"]]],
            },
        )
        settled = _worth(env, wizard, more["payment_difference_handling"], moves)
        _settle(env, entry, settled, moves)
    return True


def _worth(env: Env, wizard: Values, handling: str, moves: list[Values]) -> float:
    """Return what a payment settles: its amount, and what is written off beside it."""
    open_amount = sum(_signed(move, move["amount_residual"]) for move in moves)
    missing = round(open_amount - wizard["amount"], 2)
    early = abs(missing - _discounts(env, moves, wizard["payment_date"])) < _CENT
    return float(open_amount if missing > 0 and (early or handling == "reconcile") else wizard["amount"])


def _settle(env: Env, entry: int, worth: float, moves: list[Values]) -> None:
    """Match the payment's journal item, then those of refunds, with the invoices in their order."""
    item = env.create(
        "account.move.line",
        {"move_id": entry, "display_type": "payment_term", "quantity": 0.0},
        follow_up=False,
    )
    bought = moves[0]["move_type"] in PURCHASES
    invoices = [move for move in moves if move["move_type"] not in REFUNDS]
    left = {move["id"]: float(move["amount_residual"]) for move in moves}
    payers: list[tuple[int, int | None, float]] = [(item, None, worth)]
    payers += [(_item(env, m["id"]), m["id"], left[m["id"]]) for m in moves if m["move_type"] in REFUNDS]
    for line, refund, amount in payers:
        for invoice, part in _shares(invoices, left, amount):
            pair = (line, _item(env, invoice)) if bought else (_item(env, invoice), line)
            _match(env, pair, part)
            left[invoice] = round(left[invoice] - part, 2)
            if refund is not None:
                left[refund] = round(left[refund] - part, 2)
    for move, rest in left.items():
        state = "paid" if rest < _CENT else "partial"
        env.put("account.move", move, {"amount_residual": rest, "payment_state": state})


def _shares(invoices: list[Values], left: dict[int, float], amount: float) -> Iterator[tuple[int, float]]:
    """Yield how much of an amount each invoice takes."""
    for invoice in invoices:
        part = round(min(amount, left[invoice["id"]]), 2)
        if part >= _CENT:
            amount -= part
            yield invoice["id"], part


def _item(env: Env, move: int) -> int:
    """Return the journal item of what an invoice leaves open."""
    domain = [["move_id", "=", move], ["display_type", "=", "payment_term"]]
    return env.search("account.move.line", domain, limit=1)[0]


def _match(env: Env, pair: tuple[int, int], amount: float) -> None:
    values: Values = {"debit_move_id": pair[0], "credit_move_id": pair[1], "amount": amount}
    values |= {"debit_amount_currency": amount, "credit_amount_currency": amount}
    env.create("account.partial.reconcile", values)


def _signed(move: Values, amount: float) -> float:
    return -amount if move["move_type"] in REFUNDS else amount


def _discounts(env: Env, moves: list[Values], paid_on: str) -> float:
    """Return the early payment discounts that the invoices' terms give on a day."""
    total = 0.0
    for move in moves:
        term = move["invoice_payment_term_id"]
        if not term or move["amount_residual"] != move["amount_total"]:
            continue
        row = env.one("account.payment.term", term, "early_discount", "discount_percentage", "discount_days")
        last = date.fromisoformat(move["invoice_date"]) + timedelta(days=int(row["discount_days"] or 0))
        if row["early_discount"] and date.fromisoformat(str(paid_on)) <= last:
            total += _signed(move, round(move["amount_total"] * row["discount_percentage"] / 100, 2))
    return total
