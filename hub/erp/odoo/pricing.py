"""Decide whose price counts on an order line, by the agreement. Nothing here asks Odoo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from hub.erp.odoo.lookups import hold
from hub.erp.odoo.quoting import Goods, Quote
from hub.erp.port import OrderPolicy
from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.finding import Finding, Severity, Where

#: What is left of a price by the places in which it is read: no rounding of Odoo's.
_CLOSE, _HALF_CENT = Decimal("0.000000001"), Decimal("0.005")


def tolerance_percent(policy: str) -> Decimal | None:
    """Return the percentage of the price policy `tolerance N%`, or None for the other policies."""
    if not policy.startswith("tolerance"):
        return None
    return Decimal(policy.removeprefix("tolerance").strip().removesuffix("%").strip())


def needs_prices(goods: Sequence[Goods], policy: OrderPolicy) -> bool:
    """Say whether Odoo has to be asked for its prices first; for its currency it is asked where the order names one."""
    lacks_price = policy.price == "partner" and any(g.price is None for g in goods)
    return lacks_price or tolerance_percent(policy.price) is not None


def priced(
    order: PurchaseOrder, goods: Sequence[Goods], quote: Quote | None, policy: OrderPolicy
) -> tuple[list[Goods], list[Finding]]:
    """Return the goods with the prices to write (None leaves it to Odoo), and what holds the order.

    A price outside the tolerance holds until it is released; a foreign currency holds always, since their
    numbers would be read as our money. `quote`: without prices where only the currency was asked for.
    """
    findings = _foreign(order, quote)
    if policy.price == "pricelist":
        return [_at(g, None) for g in goods], findings
    if quote is None or not quote.prices:
        return list(goods), findings
    tolerance = tolerance_percent(policy.price)
    chosen = []
    for index, (line, g, our) in enumerate(zip(order.lines, goods, quote.prices, strict=True)):
        price = our if g.price is None else g.price
        if tolerance is not None and not policy.released and not near(price, our, tolerance):
            findings.append(_too_far(index, line, g, our, tolerance))
        chosen.append(_at(g, price))
    return chosen, findings


def near(price: Decimal, our: Decimal, tolerance: Decimal) -> bool:
    """Say whether a price is within a percentage of ours."""
    return abs(price - our) <= abs(our) * tolerance / 100


def rounded(order: PurchaseOrder, goods: Sequence[Goods], kept: Sequence[Decimal]) -> Iterator[Finding]:
    """Yield a finding for each price that Odoo rounded: before 19 it keeps two decimals by default.

    One that makes another amount of the line holds: 200 at 12.50 per hundred are no 26.00. `kept`: Odoo's prices.
    """
    for index, (line, g, price) in enumerate(zip(order.lines, goods, kept, strict=False)):
        if g.price is None or abs(price - g.price) <= _CLOSE:
            continue
        off = abs(g.quantity * (price - g.price)) >= _HALF_CENT
        yield Finding(
            problems.PRICE_DIFFERS,
            f"line {line.number}: the price {g.price:.6f} became {price} in Odoo"
            + (f", and {g.quantity * g.price:.2f} became {g.quantity * price:.2f}" if off else ""),
            Severity.HOLD if off else Severity.WARNING,
            Where(path=f"lines[{index}].price"),
            str(line.price),
            "Raise the decimal accuracy of 'Product Price' in Odoo's settings"
            + (", set the line's price there, then release." if off else "."),
        )


def _at(goods: Goods, price: Decimal | None) -> Goods:
    return Goods(goods.product, goods.quantity, goods.unit_id, price, goods.name)


def _foreign(order: PurchaseOrder, quote: Quote | None) -> list[Finding]:
    if not order.currency or quote is None or quote.currency in ("", order.currency.upper()):
        return []
    return [
        hold(
            problems.PRICE_DIFFERS,
            f"they order in {order.currency}, Odoo would sell to them in {quote.currency}",
            where="currency",
            value=order.currency,
            hint=f"Give the customer a pricelist in {order.currency} in Odoo, then release.",
        )
    ]


def _too_far(index: int, line: OrderLine, goods: Goods, our: Decimal, tolerance: Decimal) -> Finding:
    return hold(
        problems.PRICE_DIFFERS,
        f"line {line.number} {goods.product.code}: they order at {goods.price}, "
        f"our price is {our} (tolerance {tolerance}%)",
        where=f"lines[{index}].price",
        value=str(line.price),
        hint="Release it to take their price, or agree on one and cancel this exchange.",
    )
