"""Allowances and charges of a customer's order: lines of the sale order, each of the product that the crosswalk names.

Nothing about money stands in a note alone: what has no product, or comes to nobody knows how much, holds the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.lookups import Codes, Product, hold
from hub.erp.odoo.quoting import Goods
from hub.model import problems
from hub.model.currencies import rounded
from hub.model.documents import Charge, PurchaseOrder
from hub.model.finding import Finding

_ONE = Decimal(1)


class _Told(Struct, frozen=True):
    """An allowance or a charge as told. `amount` is signed; None: it is a part of a price that is not told."""

    charge: Charge
    where: str
    amount: Decimal | None
    line: str = ""  # the line's number; empty: it is the order's


def charge_goods(orders: Sequence[PurchaseOrder], codes: Codes) -> list[tuple[list[Goods], list[Finding]]]:
    """Return, for each order, a line for each allowance and charge that comes to something, or what holds it."""
    told = [[one for one in _told(order) if one.amount != 0] for order in orders]
    products = codes.products_of([[(one.charge.ours, {}) for one in ones] for ones in told])
    return [_split(o, ones, found) for o, ones, found in zip(orders, told, products, strict=True)]


def _split(
    order: PurchaseOrder, told: Sequence[_Told], products: Sequence[Product | Finding]
) -> tuple[list[Goods], list[Finding]]:
    made = [_goods(order, one, product) for one, product in zip(told, products, strict=True)]
    return [m for m in made if isinstance(m, Goods)], [m for m in made if isinstance(m, Finding)]


def _told(order: PurchaseOrder) -> Iterator[_Told]:
    goods: Decimal | None = Decimal(0)
    for at, line in enumerate(order.lines):
        price = line.unit_price
        gross = None if price is None else line.quantity * price
        goods = None if gross is None or goods is None else goods + gross
        where = f"lines[{at}].charges"
        yield from (_Told(c, where, _amount(c, gross, line.quantity), line.number) for c in line.charges)
    yield from (_Told(charge, "charges", _amount(charge, goods, _ONE)) for charge in order.charges)


def _amount(charge: Charge, gross: Decimal | None, quantity: Decimal) -> Decimal | None:
    """Return what a charge adds; None where it is a part of a price that is not told."""
    if gross is None and charge.base is None and charge.amount is None and charge.rate is None:
        return None if charge.percent else Decimal(0)
    return charge.worth(gross or Decimal(0), quantity)


def _goods(order: PurchaseOrder, one: _Told, product: Product | Finding) -> Goods | Finding:
    named = " ".join(word for word in (one.charge.kind, one.charge.code, one.charge.description) if word)
    place = f"line {one.line}: " if one.line else ""
    if one.amount is None:
        message = f"{place}{named} is {one.charge.percent}% of a price that the order does not tell"
        return hold(problems.CHARGE_UNPLACED, message, where=one.where, hint=_ENTER)
    if order.store and one.charge.amount is not None:
        message = f"{place}{named} of {one.charge.amount} is for all stores together"
        return hold(problems.CHARGE_UNPLACED, message, where=one.where, hint=_ENTER)
    if isinstance(product, Finding):
        ours = one.charge.ours
        message = f"{place}Odoo has no one product {ours!r}, which the crosswalk of charges names for {named}"
        hint = "Correct the crosswalk and redrive it, or add the product in Odoo and release."
        return hold(problems.CODE_UNKNOWN, message, where=one.where, value=ours, hint=hint)
    name = one.charge.description or named
    label = f"{name} ({place.removesuffix(': ')})" if place else name
    return Goods(product, _ONE, product.unit_id, rounded(one.amount, order.currency), label)


_ENTER = "Ask them for its amount and reject this, or enter the order by hand and cancel this exchange."


def all_priced(goods: Sequence[Goods], prices: Sequence[Decimal]) -> list[Goods]:
    """Return lines with Odoo's own price where none was to be written: beside one that has a price, none is empty."""
    return [
        Goods(g.product, g.quantity, g.unit_id, our if g.price is None else g.price, g.name)
        for g, our in zip(goods, prices, strict=True)
    ]
