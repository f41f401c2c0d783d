"""Money as Odoo 19 rounds it by default: taxes are rounded once per document, not per line.

Example: 3 lines of 10 x 9.99 at 15 % are 299.70 + 44.96 = 344.66.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from hub.erp.practice.wire import Json

if TYPE_CHECKING:
    from hub.erp.practice.records import Env


class LineAmount(Struct, frozen=True):
    """What one line comes to; `taxes` is (tax id, amount not yet rounded)."""

    subtotal: Decimal
    taxes: tuple[tuple[int, Decimal], ...]
    places: int = 2  # of the currency

    @property
    def tax(self) -> Decimal:
        """Return the line's taxes, not rounded."""
        return sum((amount for _, amount in self.taxes), Decimal(0))


class Totals(Struct, frozen=True):
    """What a document comes to, in its currency's smallest units; `taxes` is the amount per tax id."""

    untaxed: Decimal
    tax: Decimal
    taxes: Mapping[int, Decimal]


def rounded(amount: Decimal, places: int) -> Decimal:
    """Round half up to a currency's places."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def decimal(value: Json) -> Decimal:
    """Return a stored number as the decimal it was written as."""
    return Decimal(str(value or 0))


def line_amount(
    quantity: Json, price: Json, discount: Json, taxes: Iterable[Mapping[str, Json]], places: int = 2
) -> LineAmount:
    """Return what a line comes to; discount in percent; taxes as rows with id, amount and amount_type."""
    subtotal = rounded(decimal(quantity) * decimal(price) * (1 - decimal(discount) / 100), places)
    amounts = tuple(
        (
            int(tax["id"]),
            subtotal * decimal(tax["amount"]) / 100
            if tax["amount_type"] == "percent"
            else decimal(tax["amount"]) * decimal(quantity),
        )
        for tax in taxes
    )
    return LineAmount(subtotal, amounts, places)


def totals(lines: Iterable[LineAmount]) -> Totals:
    """Add lines up and round each tax once."""
    lines = list(lines)
    taxes: dict[int, Decimal] = {}
    for line in lines:
        for tax, amount in line.taxes:
            taxes[tax] = taxes.get(tax, Decimal(0)) + amount
    places = max((line.places for line in lines), default=2)
    whole = {tax: rounded(amount, places) for tax, amount in taxes.items()}
    return Totals(sum((line.subtotal for line in lines), Decimal(0)), sum(whole.values(), Decimal(0)), whole)


def line_amounts(env: Env, model: str, ids: Iterable[int], quantity: str) -> dict[int, LineAmount]:
    """Work out the lines of a model, write their subtotal and total, and return them by id."""
    result = {}
    lines = env.rows(model, ids, [quantity, "price_unit", "discount", "tax_ids", "currency_id"])
    every = {tax for line in lines for tax in line["tax_ids"]}
    known = {tax["id"]: tax for tax in env.rows("account.tax", every, ["amount", "amount_type"])}
    currencies = env.rows("res.currency", {line["currency_id"] for line in lines}, ["decimal_places"])
    decimals = {row["id"]: int(row["decimal_places"]) for row in currencies}
    for row in lines:
        taxes = [known[tax] for tax in row["tax_ids"]]
        places = decimals[row["currency_id"]]
        amount = line_amount(row[quantity], row["price_unit"], row["discount"], taxes, places)
        total = rounded(amount.subtotal + amount.tax, places)
        shown = {
            "price_subtotal": float(amount.subtotal),
            "price_total": float(total),
        }
        if "price_tax" in env.schema[model].fields:
            shown["price_tax"] = float(total - amount.subtotal)
        env.put(model, row["id"], shown)
        result[row["id"]] = amount
    return result


def put_totals(env: Env, model: str, record: int, total: Totals) -> None:
    """Write a document's totals."""
    amounts = {
        "amount_untaxed": float(total.untaxed),
        "amount_tax": float(total.tax),
        "amount_total": float(total.untaxed + total.tax),
    }
    env.put(model, record, amounts)
