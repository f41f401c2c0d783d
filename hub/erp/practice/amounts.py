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

CENT = Decimal("0.01")


class LineAmount(Struct, frozen=True):
    """What one line comes to; `taxes` is (tax id, amount not yet rounded)."""

    subtotal: Decimal
    taxes: tuple[tuple[int, Decimal], ...]

    @property
    def tax(self) -> Decimal:
        """Return the line's taxes, not rounded."""
        return sum((amount for _, amount in self.taxes), Decimal(0))


class Totals(Struct, frozen=True):
    """What a document comes to, in cents; `taxes` is the amount per tax id."""

    untaxed: Decimal
    tax: Decimal
    taxes: Mapping[int, Decimal]


def cents(amount: Decimal) -> Decimal:
    """Round half up to cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def decimal(value: Json) -> Decimal:
    """Return a stored number as the decimal it was written as."""
    return Decimal(str(value or 0))


def line_amount(
    quantity: Json, price: Json, discount: Json, taxes: Iterable[Mapping[str, Json]]
) -> LineAmount:
    """Return what a line comes to; discount in percent; taxes as rows with id, amount and amount_type."""
    subtotal = cents(decimal(quantity) * decimal(price) * (1 - decimal(discount) / 100))
    amounts = tuple(
        (
            int(tax["id"]),
            subtotal * decimal(tax["amount"]) / 100
            if tax["amount_type"] == "percent"
            else decimal(tax["amount"]) * decimal(quantity),
        )
        for tax in taxes
    )
    return LineAmount(subtotal, amounts)


def totals(lines: Iterable[LineAmount]) -> Totals:
    """Add lines up and round each tax once."""
    lines = list(lines)
    taxes: dict[int, Decimal] = {}
    for line in lines:
        for tax, amount in line.taxes:
            taxes[tax] = taxes.get(tax, Decimal(0)) + amount
    rounded = {tax: cents(amount) for tax, amount in taxes.items()}
    return Totals(
        sum((line.subtotal for line in lines), Decimal(0)), sum(rounded.values(), Decimal(0)), rounded
    )


def line_amounts(env: Env, model: str, ids: Iterable[int], quantity: str) -> dict[int, LineAmount]:
    """Work out the lines of a model, write their subtotal and total, and return them by id."""
    result = {}
    for row in env.rows(model, ids, [quantity, "price_unit", "discount", "tax_ids"]):
        taxes = env.rows("account.tax", row["tax_ids"], ["amount", "amount_type"])
        amount = line_amount(row[quantity], row["price_unit"], row["discount"], taxes)
        shown = {
            "price_subtotal": float(amount.subtotal),
            "price_total": float(cents(amount.subtotal + amount.tax)),
        }
        if "price_tax" in env.schema[model].fields:
            shown["price_tax"] = float(cents(amount.subtotal + amount.tax) - amount.subtotal)
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
