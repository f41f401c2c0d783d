"""Which of our products a customer is told of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.lookups import PRODUCT_FIELDS, Codes, product
from hub.erp.odoo.reading import ref_id, text
from hub.erp.odoo.supply_items import Goods, batches
from hub.erp.port.supplying import Assortment
from hub.model.errors import Undeliverable
from hub.model.finding import Finding


class Listed(Struct, frozen=True):
    """A product of an assortment."""

    goods: Goods
    name: str
    gone: bool  # archived, or no longer sold
    row: Values  # what was read of it


class Listing:
    """The assortments of one Odoo."""

    def __init__(self, session: Session, codes: Codes) -> None:
        self._session, self._codes = session, codes

    def products(self, asked: Assortment, fields: Sequence[str] = ()) -> dict[int, Listed]:
        """Return the products of an assortment by id, archived ones only where they are named.

        `fields` are read besides. A product that is named and not there is left out: its row in the crosswalk is
        wrong, and every other line is right.
        """
        names = [*PRODUCT_FIELDS, "sale_ok", "active", *fields]
        rows: list[Values] = []
        for domain in self._domains(asked):
            rows += self._session.search_read("product.product", domain, names, order="default_code, id")
        return {row["id"]: _listed(row) for row in rows}

    def _domains(self, asked: Assortment) -> list[list[Any]]:
        if asked.listing == "skus":
            named = [["default_code", "in", batch] for batch in batches(sorted(set(asked.skus)))]
            return [[domain, ["active", "in", [True, False]]] for domain in named]
        sold = ["sale_ok", "=", True]
        if asked.listing != "pricelist":
            return [[sold, ["default_code", "!=", False]]]
        rules = self.rules(self.pricelist(asked.customer_ref))
        variants = sorted({ref_id(row["product_id"]) for row in rows_of_variants(rules)})
        templates = sorted({ref_id(row["product_tmpl_id"]) for row in rows_of_templates(rules)})
        return [[sold, "|", ["id", "in", variants], ["product_tmpl_id", "in", templates]]]

    def customer(self, reference: str) -> Values:
        """Return a customer; raise Undeliverable when Odoo has none of that reference, or several."""
        found = self._codes.partner(reference)
        if isinstance(found, Finding):
            raise Undeliverable(found.line())
        return found

    def pricelist(self, reference: str) -> Values | None:
        """Return a customer's pricelist; None where he has none, or pricelists are switched off in Odoo."""
        customer = self.customer(reference)
        row = self._session.one("res.partner", customer["id"], ["property_product_pricelist"])
        chosen = ref_id(row["property_product_pricelist"])
        return self._session.one("product.pricelist", chosen, ["name", "currency_id"]) if chosen else None

    def rules(self, pricelist: Values | None) -> list[Values]:
        """Return the rules of a pricelist, as they are kept."""
        if pricelist is None:
            return []
        known = self._session.call("product.pricelist.item", "fields_get", attributes=["type"])
        fields = [name for name in RULE_FIELDS if name in known]
        return self._session.search_read(
            "product.pricelist.item", [["pricelist_id", "=", pricelist["id"]]], fields
        )


RULE_FIELDS = (
    "applied_on",
    "product_id",
    "product_tmpl_id",
    "categ_id",
    "min_quantity",
    "date_start",
    "date_end",
    "compute_price",
    "fixed_price",
    "percent_price",
)


def rows_of_variants(rules: Sequence[Values]) -> list[Values]:
    """Return the rules for one product each."""
    return [row for row in rules if row["applied_on"] == "0_product_variant"]


def rows_of_templates(rules: Sequence[Values]) -> list[Values]:
    """Return the rules for all variants of a template."""
    return [row for row in rules if row["applied_on"] == "1_product"]


def _listed(row: Values) -> Listed:
    goods = Goods(product(row), ref_id(row["product_tmpl_id"]))
    return Listed(goods, text(row["name"]), gone=not (row["active"] and row["sale_ok"]), row=row)
