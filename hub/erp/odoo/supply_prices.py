"""What a customer pays, by the rules of his pricelist, with what a price list tells of each product.

A fixed price is the rule's own. Every other rule (discounts, formulas) is worked out by Odoo itself: the order form
says what it would charge for that quantity today, so that no rule of Odoo's is written a second time here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.names import Names
from hub.erp.odoo.quoting import SPECIFIED_SINCE
from hub.erp.odoo.reading import day, number, plain, ref_id, ref_name, text
from hub.erp.odoo.supply_items import batches
from hub.erp.odoo.supply_listing import Listed, Listing, rows_of_templates, rows_of_variants
from hub.erp.port.supplying import Assortment, OurPrice, OurPrices, OurProduct

_FIELDS = ("description_sale", "weight", "volume", "categ_id", "sale_delay", "lst_price", "uom_ids")
_ONE = Decimal(1)
_LINES = 80  # of one order form: each is computed like a line of an order
_PLACES = 4


class Tier(Struct, frozen=True):
    """A price that Odoo is to work out: from a quantity on."""

    product: int
    minimum: Decimal
    start: dt.date | None
    end: dt.date | None


class Prices:
    """The pricelists of one Odoo."""

    def __init__(self, session: Session, names: Names, listing: Listing) -> None:
        self._session, self._names, self._listing = session, names, listing

    def read(self, asked: Assortment, today: dt.date) -> OurPrices:
        """Return the prices of an assortment that count today or later."""
        pricelist = self._listing.pricelist(asked.customer_ref)
        present = self._session.call(
            "product.product", "fields_get", allfields=list(_FIELDS), attributes=["type"]
        )
        products = self._listing.products(asked, [name for name in _FIELDS if name in present])
        products = {id_: one for id_, one in products.items() if not one.gone}
        rules = _rules_of(self._listing.rules(pricelist), products)
        prices: dict[int, list[OurPrice]] = {id_: [] for id_ in products}
        open_: list[Tier] = []
        for id_, own in rules.items():
            fixed, tiers = _split(id_, own, today)
            prices[id_] += fixed
            open_ += tiers
        customer = self._listing.customer(asked.customer_ref)["id"]
        for tier, amount in zip(open_, self._asked(customer, open_, products), strict=True):
            prices[tier.product].append(
                OurPrice(amount=amount, minimum=tier.minimum, start=tier.start, end=tier.end)
            )
        packs = self._packs(products)
        return OurPrices(
            currency=ref_name(pricelist["currency_id"]) if pricelist else self._company_currency(),
            name=text(pricelist["name"]) if pricelist else "",
            products=tuple(_told(one, prices[id_], packs.get(id_)) for id_, one in products.items()),
        )

    def _company_currency(self) -> str:
        company = self._session.one("res.company", self._session.company(), ["currency_id"])
        return ref_name(company["currency_id"])

    def _asked(self, customer: int, tiers: Sequence[Tier], products: Mapping[int, Listed]) -> list[Decimal]:
        """Return what Odoo would charge for each, per the product's own unit."""
        if self._session.major() < SPECIFIED_SINCE:
            return [number(products[tier.product].row["lst_price"]) for tier in tiers]
        return [
            amount for batch in batches(tiers, _LINES) for amount in self._form(customer, batch, products)
        ]

    def _form(
        self, customer: int, tiers: Sequence[Tier], products: Mapping[int, Listed]
    ) -> Iterator[Decimal]:
        unit = self._names.field("sale.order.line", "product_uom_id")
        lines = [
            [
                0,
                f"line_{at}",
                {
                    "product_id": tier.product,
                    "product_uom_qty": float(max(tier.minimum, _ONE)),
                    unit: products[tier.product].goods.product.unit_id,
                },
            ]
            for at, tier in enumerate(tiers)
        ]
        answer = self._session.call(
            "sale.order",
            "onchange",
            [],
            values={"partner_id": customer, "order_line": lines},
            field_names=[],
            fields_spec={"order_line": {"fields": {"price_unit": {}, "discount": {}}}},
        )
        shown = {virtual: line for _, virtual, line in answer["value"]["order_line"]}
        for at in range(len(tiers)):
            line = shown[f"line_{at}"]
            yield round(number(line["price_unit"]) * (100 - number(line["discount"])) / 100, _PLACES)

    def _packs(self, products: Mapping[int, Listed]) -> dict[int, Decimal]:
        """Return the smallest pack of each product that comes in packs (from Odoo 19 on)."""
        listed = {id_: one.row.get("uom_ids") or [] for id_, one in products.items()}
        units = sorted({unit for ids in listed.values() for unit in ids})
        if not units:
            return {}
        rows = self._session.read("uom.uom", units, ["relative_uom_id", "relative_factor"])
        found: dict[int, Decimal] = {}
        for id_, ids in listed.items():
            own = products[id_].goods.product.unit_id
            sizes = [
                number(rows[u]["relative_factor"])
                for u in ids
                if u in rows and ref_id(rows[u]["relative_uom_id"]) == own
            ]
            if packs := [size for size in sizes if size > 1]:
                found[id_] = min(packs)
        return found


def _rules_of(rules: Sequence[Values], products: Mapping[int, Listed]) -> dict[int, list[Values]]:
    """Return the rules of each product: its own, and those of its template; general ones are Odoo's to apply."""
    variants: dict[int, list[Values]] = {}
    templates: dict[int, list[Values]] = {}
    for row in rows_of_variants(rules):
        variants.setdefault(ref_id(row["product_id"]), []).append(row)
    for row in rows_of_templates(rules):
        templates.setdefault(ref_id(row["product_tmpl_id"]), []).append(row)
    return {id_: variants.get(id_) or templates.get(one.goods.template, []) for id_, one in products.items()}


def _split(product: int, rules: Sequence[Values], today: dt.date) -> tuple[list[OurPrice], list[Tier]]:
    """Return the fixed prices of a product, and the ones that Odoo is to work out: the first piece's always."""
    fixed: list[OurPrice] = []
    tiers: list[Tier] = []
    for rule in rules:
        start, end = day(rule.get("date_start")), day(rule.get("date_end"))
        minimum = number(rule["min_quantity"])
        if end is not None and end < today:
            continue
        if rule["compute_price"] == "fixed":
            fixed.append(OurPrice(amount=number(rule["fixed_price"]), minimum=minimum, start=start, end=end))
        elif start is None or start <= today:
            tiers.append(Tier(product, minimum, start, end))
    begun = [(one.minimum, one.start) for one in fixed] + [(one.minimum, one.start) for one in tiers]
    first = any(minimum <= _ONE and (start is None or start <= today) for minimum, start in begun)
    return fixed, tiers if first else [Tier(product, Decimal(0), None, None), *tiers]


def _told(one: Listed, prices: Sequence[OurPrice], pack: Decimal | None) -> OurProduct:
    row = one.row
    return OurProduct(
        sku=one.goods.sku,
        ids=one.goods.product.ids,
        name=one.name,
        description=plain(row.get("description_sale")),
        group=ref_name(row.get("categ_id")),
        unit=one.goods.product.unit,
        pack=pack,
        weight=_measure(row.get("weight")),
        volume=_measure(row.get("volume")),
        lead_days=int(row.get("sale_delay") or 0) or None,
        prices=tuple(sorted(prices, key=lambda price: (price.minimum, price.start or dt.date.min))),
    )


def _measure(value: object) -> Decimal | None:
    return number(value) or None
