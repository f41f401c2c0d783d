"""Which of our products a seller's item is, asked for many at once.

A price list names thousands of items: each question holds a batch of them, and one that no product answers to is
simply not found; saying what is near would be a question for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

from hub.erp.odoo.client import Session
from hub.erp.odoo.lookups import BARCODE_KINDS, PRODUCT_FIELDS, Product, barcode_forms, product
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import ref_id, text
from hub.erp.port.supplying import Named

T = TypeVar("T")

BATCH = 500


class Goods(Struct, frozen=True):
    """A product, and its template."""

    product: Product
    template: int

    @property
    def sku(self) -> str:
        """Return how the hub calls it: its own code, else its barcode, else its name."""
        return self.product.code or self.product.barcode or self.product.name


class SupplyItems:
    """Finds the products of one Odoo by what a vendor calls them."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def find(self, vendor: int, wanted: Sequence[Named]) -> list[Goods | None]:
        """Return the product of each item, None for one that none or several answer to."""
        found: list[Goods | None] = []
        for batch in batches(wanted):
            found += self._batch(vendor, batch)
        return found

    def _batch(self, vendor: int, wanted: Sequence[Named]) -> list[Goods | None]:
        by_vendor = self._vendor_codes(vendor, {one.ids.get("vendor_part", "") for one in wanted} - {""})
        codes = sorted({one.sku for one in wanted} - {""})
        bars = sorted({form for one in wanted for form in _barcodes(one)})
        listed = sorted({id_ for ids in by_vendor.values() for id_ in ids})
        domain: list[Any] = [
            "|",
            "|",
            ["default_code", "in", codes],
            ["barcode", "in", bars],
            ["id", "in", listed],
        ]
        rows = self._session.search_read("product.product", domain, PRODUCT_FIELDS)
        goods = {row["id"]: Goods(product(row), ref_id(row["product_tmpl_id"])) for row in rows}
        by_code = _by((one.product.code, one) for one in goods.values())
        by_barcode = _by((one.product.barcode, one) for one in goods.values())
        return [_choose(one, goods, by_code, by_barcode, by_vendor) for one in wanted]

    def _vendor_codes(self, vendor: int, codes: set[str]) -> dict[str, set[int]]:
        """Return products by the number that the vendor has for them."""
        if not codes:
            return {}
        partner = self._names.field("product.supplierinfo", "partner_id")
        domain: list[Any] = [[partner, "=", vendor], ["product_code", "in", sorted(codes)]]
        rows = self._session.search_read(
            "product.supplierinfo", domain, ["product_code", "product_id", "product_tmpl_id"]
        )
        variants = self.only_variants(
            {ref_id(row["product_tmpl_id"]) for row in rows if not row["product_id"]}
        )
        found: dict[str, set[int]] = {}
        for row in rows:
            known = ref_id(row["product_id"]) or variants.get(ref_id(row["product_tmpl_id"]), 0)
            if known:
                found.setdefault(text(row["product_code"]), set()).add(known)
        return found

    def only_variants(self, templates: set[int]) -> dict[int, int]:
        """Return the product of each template that has just one."""
        if not templates:
            return {}
        domain: list[Any] = [["product_tmpl_id", "in", sorted(templates)]]
        rows = self._session.search_read("product.product", domain, ["product_tmpl_id"])
        variants = _by((ref_id(row["product_tmpl_id"]), row["id"]) for row in rows)
        return {template: ids[0] for template, ids in variants.items() if len(ids) == 1}


def _choose(
    one: Named,
    goods: Mapping[int, Goods],
    by_code: Mapping[str, list[Goods]],
    by_barcode: Mapping[str, list[Goods]],
    by_vendor: Mapping[str, set[int]],
) -> Goods | None:
    """Return the product that the most trusted number names; two of one number name none."""
    ways = [by_code.get(one.sku, []) if one.sku else []]
    ways.append([goods[id_] for id_ in by_vendor.get(one.ids.get("vendor_part", ""), ()) if id_ in goods])
    ways += [by_barcode.get(form, []) for form in _barcodes(one)]
    best = next((found for found in ways if found), [])
    return best[0] if len(best) == 1 else None


def _barcodes(one: Named) -> list[str]:
    return [form for kind in BARCODE_KINDS if kind in one.ids for form in barcode_forms(one.ids[kind])]


def _by(pairs: Iterable[tuple[Any, T]]) -> dict[Any, list[T]]:
    found: dict[Any, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def batches(values: Sequence[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield values in lists of at most `size`."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
