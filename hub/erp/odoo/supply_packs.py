"""How many of a product are in a pack, where Odoo has a place for that.

Until 18 a pack is a product.packaging; from 19 on it is a unit of measure that contains so many of the product's
own, and a product lists the packs it comes in. Such a unit is only ever chosen, never made: units are everybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from hub.erp.odoo.client import Session
from hub.erp.odoo.reading import number, ref_id
from hub.erp.odoo.supply_items import Goods, batches
from hub.model import problems
from hub.model.errors import Undeliverable
from hub.model.finding import Finding, Severity

#: The version from which packs are units of measure.
UNITS_SINCE = 19


class Packs:
    """The packs of one Odoo's products."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def tell(self, packs: Iterable[tuple[Goods, Decimal | None]]) -> tuple[Finding, ...]:
        """Let products come in packs of so many; told again it changes nothing. Sizes without a unit are noted."""
        sizes = [(goods, size) for goods, size in packs if size is not None and size > 1]
        if not sizes:
            return ()
        told = self._as_units if self._session.major() >= UNITS_SINCE else self._as_packaging
        try:
            return told(sizes)
        except Undeliverable as fault:
            return (not_allowed(fault, Severity.NOTE),)

    def _as_units(self, sizes: Sequence[tuple[Goods, Decimal]]) -> tuple[Finding, ...]:
        domain: list[Any] = [["relative_uom_id", "in", sorted({goods.product.unit_id for goods, _ in sizes})]]
        rows = self._session.search_read("uom.uom", domain, ["relative_uom_id", "relative_factor"])
        units = {(ref_id(row["relative_uom_id"]), number(row["relative_factor"])): row["id"] for row in rows}
        listed = self._listed(goods for goods, _ in sizes)
        adding: dict[int, list[int]] = {}
        without: set[str] = set()
        for goods, size in sizes:
            unit = units.get((goods.product.unit_id, size))
            if unit is None:
                without.add(f"{size.normalize():f} {goods.product.unit}")
            elif unit not in listed.get(goods.template, ()):
                adding.setdefault(unit, []).append(goods.template)
        for unit, templates in adding.items():
            self._session.write("product.template", templates, {"uom_ids": [[4, unit, 0]]})
        return _without(without)

    def _listed(self, listing: Iterable[Goods]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for batch in batches(sorted({goods.template for goods in listing})):
            rows = self._session.read("product.template", batch, ["uom_ids"])
            found |= {id_: row["uom_ids"] for id_, row in rows.items()}
        return found

    def _as_packaging(self, sizes: Sequence[tuple[Goods, Decimal]]) -> tuple[Finding, ...]:
        known: set[tuple[int, Decimal]] = set()
        for batch in batches(sorted({goods.product.id for goods, _ in sizes})):
            rows = self._session.search_read(
                "product.packaging", [["product_id", "in", batch]], ["product_id", "qty"]
            )
            known |= {(ref_id(row["product_id"]), number(row["qty"])) for row in rows}
        made = [
            {"name": f"Pack of {size.normalize():f}", "product_id": goods.product.id, "qty": float(size)}
            for goods, size in sizes
            if (goods.product.id, size) not in known
        ]
        if made:
            self._session.create("product.packaging", made)
        return ()


def not_allowed(fault: Undeliverable, severity: Severity) -> Finding:
    """Return the finding for supplier prices or packs that Odoo does not let the hub write."""
    hint = "let the hub's user change products (Purchase / Administrator, Products / Create), then release or redrive"
    return Finding(problems.ERP_REFUSED, f"Odoo does not take it: {fault}", severity, hint=hint)


def _without(sizes: set[str]) -> tuple[Finding, ...]:
    if not sizes:
        return ()
    message = f"no unit of measure in Odoo contains {', '.join(sorted(sizes)[:10])}: the packs are not listed"
    hint = "add such a unit in Odoo and redrive, when the packs matter"
    return (Finding(problems.ERP_MISSING, message, Severity.NOTE, hint=hint),)
