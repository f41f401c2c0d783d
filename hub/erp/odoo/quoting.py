"""Ask Odoo what it would charge for an order, in which currency, without writing anything.

From 17 on the order form's own computation (`onchange`) answers, pricelists and all. Before, `onchange` spoke
another language: there the answer is the product's list price in the currency of the customer's pricelist.

The orders of one customer are asked for in one form, equal lines once: a price goes by its line's product, quantity and
unit (product.pricelist, `_get_product_rule`), never by what else stands on the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.lookups import Product
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import number, ref_id, ref_name, text

#: So many lines go into one form: each takes a millisecond or two, and one that lists no lines 20.
MOST_LINES = 300

#: The first version whose `onchange` takes a specification of the fields wanted.
SPECIFIED_SINCE = 17


class Goods(Struct, frozen=True):
    """One order line in Odoo's terms."""

    product: Product
    quantity: Decimal  # in the unit
    unit_id: int
    price: Decimal | None  # per that unit, document currency; None: Odoo's price
    name: str


class Quote(Struct, frozen=True):
    """What Odoo would charge: per line a price, per unit, in a currency (ISO 4217)."""

    currency: str
    prices: tuple[Decimal, ...]


class Quoting:
    """The prices of one Odoo."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def quotes(self, customer: int, orders: Sequence[Sequence[Goods]]) -> list[Quote]:
        """Return what a customer would pay for the goods of each order today; no goods: in which currency."""
        distinct = list({_priced_by(g): g for goods in orders for g in goods}.values())
        ask = self._by_form if self._session.major() >= SPECIFIED_SINCE else self._by_list
        asked = [
            ask(customer, distinct[start : start + MOST_LINES])
            for start in range(0, max(len(distinct), 1), MOST_LINES)
        ]
        prices = [price for quote in asked for price in quote.prices]
        ours = {_priced_by(g): price for g, price in zip(distinct, prices, strict=True)}
        return [Quote(asked[0].currency, tuple(ours[_priced_by(g)] for g in goods)) for goods in orders]

    def _by_form(self, customer: int, goods: Sequence[Goods]) -> Quote:
        unit = self._names.field("sale.order.line", "product_uom_id")
        lines = [[0, f"line_{i}", _line(g, unit)] for i, g in enumerate(goods)]
        answer = self._session.call(
            "sale.order",
            "onchange",
            [],
            values={"partner_id": customer, "order_line": lines},
            field_names=[],
            fields_spec={"currency_id": {}, "order_line": {"fields": {"price_unit": {}}}},
        )
        value = answer["value"]
        prices = {virtual: number(line["price_unit"]) for _, virtual, line in value.get("order_line", ())}
        currency = int(value["currency_id"])
        names = self._session.read("res.currency", [currency], ["name"])
        return Quote(text(names[currency]["name"]), tuple(prices[f"line_{i}"] for i in range(len(goods))))

    def _by_list(self, customer: int, goods: Sequence[Goods]) -> Quote:
        partner = self._session.read("res.partner", [customer], ["property_product_pricelist"])[customer]
        pricelist = ref_id(partner["property_product_pricelist"])
        lists = self._session.read("product.pricelist", [pricelist] if pricelist else [], ["currency_id"])
        products = self._session.read("product.product", [g.product.id for g in goods], ["lst_price"])
        return Quote(
            ref_name(lists[pricelist]["currency_id"]) if pricelist in lists else "",
            tuple(number(products[g.product.id]["lst_price"]) for g in goods),
        )


def _priced_by(goods: Goods) -> tuple[int, Decimal, int]:
    """Return what a price goes by."""
    return goods.product.id, goods.quantity, goods.unit_id


def _line(goods: Goods, unit: str) -> Values:
    return {
        "product_id": goods.product.id,
        "product_uom_qty": float(goods.quantity),
        unit: goods.unit_id,
    }
