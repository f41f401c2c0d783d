"""Our stock as we tell it, and what vendors tell of theirs.

What is free is read from the quants in one call, which is one transaction of Odoo: a quantity that moves from one
warehouse to another is in one of them. Only what lies in a warehouse's stock location or below it counts: goods
that are being received or checked are nobody's yet. What vendors have is never written to quants of ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.lookups import Codes
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import number, ref_id, text
from hub.erp.odoo.supply_delays import Delay, Delays
from hub.erp.odoo.supply_items import SupplyItems, batches
from hub.erp.odoo.supply_listing import Listing
from hub.erp.odoo.supply_packs import not_allowed
from hub.erp.port.supplying import Assortment, OurStock
from hub.model import problems
from hub.model.errors import Undeliverable
from hub.model.finding import Finding, Severity
from hub.model.stock import VendorStock

#: Fields of people's own (Studio) on a supplier price: how many the vendor has, and from which day on.
OWN_QUANTITY, OWN_DATE = "x_vendor_qty", "x_vendor_date"


#: What is there now, and the first day on which there is more.
_Amount = tuple[Decimal, dt.date | None]


class Stocks:
    """The stock of one Odoo."""

    def __init__(
        self, session: Session, names: Names, codes: Codes, listing: Listing, items: SupplyItems
    ) -> None:
        self._session, self._names, self._codes, self._listing = session, names, codes, listing
        self._items = items

    def read(self, asked: Assortment) -> list[OurStock]:
        """Return what is free of each product of an assortment, by warehouse; a product without stock has zeros."""
        products = self._listing.products(asked)
        places = self._places(asked.warehouses)
        warehouses = dict.fromkeys(places.values())
        free = self._free(places, None if asked.listing == "all" else products.keys())
        found: list[OurStock] = []
        for id_, listed in products.items():
            one = listed.goods
            amounts = {name: free.get((id_, name), Decimal(0)) for name in warehouses}
            found.append(
                OurStock(
                    sku=one.sku,
                    ids=one.product.ids,
                    name=listed.name,
                    unit=one.product.unit,
                    free=amounts,
                    gone=listed.gone,
                )
            )
        return found

    def _places(self, wanted: Sequence[str]) -> dict[int, str]:
        """Return the warehouse of each location where its stock lies, of the company that trades with the partner."""
        domain: list[Any] = [["company_id", "=", self._session.company()]]
        domain += [["code", "in", list(wanted)]] if wanted else []
        rows = self._session.search_read("stock.warehouse", domain, ["code", "lot_stock_id"])
        tops = {ref_id(row["lot_stock_id"]): text(row["code"]) for row in rows}
        locations = self._session.search_read("stock.location", [["usage", "=", "internal"]], ["location_id"])
        parents = {row["id"]: ref_id(row["location_id"]) for row in locations}
        found = {id_: _top(id_, parents, tops) for id_ in parents}
        return {id_: name for id_, name in found.items() if name}

    def _free(
        self, places: Mapping[int, str], products: Iterable[int] | None
    ) -> dict[tuple[int, str], Decimal]:
        """Return what is on hand and not reserved, by product and warehouse."""
        domain: list[Any] = [["location_id", "in", sorted(places)]]
        if products is not None:
            domain.append(["product_id", "in", sorted(products)])
        fields = ["product_id", "location_id", "quantity", "reserved_quantity"]
        free: dict[tuple[int, str], Decimal] = {}
        for row in self._session.search_read("stock.quant", domain, fields):
            key = ref_id(row["product_id"]), places[ref_id(row["location_id"])]
            left = number(row["quantity"]) - number(row["reserved_quantity"])
            free[key] = free.get(key, Decimal(0)) + left
        return free

    # --- theirs
    def tell(self, vendor_ref: str, rows: Sequence[VendorStock], today: dt.date) -> tuple[Finding, ...]:
        """Write what a vendor has on his supplier prices; see `Supplying.tell_stock`."""
        vendor = self._codes.partner(vendor_ref)
        if isinstance(vendor, Finding):
            return (vendor,)
        own = self._session.call(
            "product.supplierinfo", "fields_get", allfields=[OWN_QUANTITY, OWN_DATE], attributes=["type"]
        )
        told = _told(rows)
        try:
            if own:
                self._write_own(vendor["id"], told, own)
            else:
                self._write_delays(vendor["id"], told, today)
        except Undeliverable as fault:
            return (not_allowed(fault, Severity.WARNING),)
        return () if own else (_no_field(),)

    def _write_own(self, vendor: int, told: Mapping[str, _Amount], own: Mapping[str, Any]) -> None:
        changes: dict[int, Values] = {}
        for row in self._prices_of(vendor, told, list(own)):
            values = _values(told[row["sku"]], own)
            changes[row["id"]] = {name: value for name, value in values.items() if row[name] != value}
        self._write(changes)

    def _write_delays(self, vendor: int, told: Mapping[str, _Amount], today: dt.date) -> None:
        """Write the days until there is stock again as the lead time; the ordinary one once there is."""
        delays = Delays(self._session, self._session.company(), vendor)
        changes: dict[int, Values] = {}
        kept: dict[int, Delay | None] = {}
        for row in self._prices_of(vendor, told, ["delay"]):
            now, later = told[row["sku"]]
            wait = max((later - today).days, 0) if now <= 0 and later is not None else None
            wanted, kept[row["id"]] = delays.wanted(row["id"], row["delay"], wait)
            changes[row["id"]] = {"delay": wanted} if wanted != row["delay"] else {}
        delays.keep(
            kept, forget=False
        )  # before they are written: a run that breaks off loses no ordinary one
        self._write(changes)
        delays.keep(kept, forget=True)

    def _write(self, changes: Mapping[int, Values]) -> None:
        """Write values by supplier price; those that change alike together."""
        alike: dict[tuple[tuple[str, Any], ...], list[int]] = {}
        for id_, values in changes.items():
            if values:
                alike.setdefault(tuple(sorted(values.items())), []).append(id_)
        for values_, ids in alike.items():
            self._session.write("product.supplierinfo", ids, dict(values_))

    def _prices_of(self, vendor: int, told: Mapping[str, Any], fields: Sequence[str]) -> list[Values]:
        """Return a vendor's supplier prices of some of our items, each with our code as `sku`."""
        partner = self._names.field("product.supplierinfo", "partner_id")
        found: list[Values] = []
        for batch in batches(sorted(told)):
            products = self._session.search_read(
                "product.product", [["default_code", "in", batch]], ["default_code", "product_tmpl_id"]
            )
            codes = {int(row["id"]): text(row["default_code"]) for row in products}
            templates = sorted({ref_id(row["product_tmpl_id"]) for row in products})
            domain: list[Any] = [[partner, "=", vendor], ["product_tmpl_id", "in", templates]]
            domain.append(["company_id", "in", [False, self._session.company()]])
            rows = self._session.search_read(
                "product.supplierinfo", domain, ["product_id", "product_tmpl_id", *fields]
            )
            single = self._items.only_variants(
                {ref_id(row["product_tmpl_id"]) for row in rows if not row["product_id"]}
            )
            for row in rows:
                product = ref_id(row["product_id"]) or single.get(ref_id(row["product_tmpl_id"]), 0)
                if product in codes:
                    found.append(row | {"sku": codes[product]})
        return found


def _top(location: int, parents: Mapping[int, int], tops: Mapping[int, str]) -> str:
    """Return the warehouse whose stock location is this one or above it; empty for none."""
    seen: set[int] = set()
    while location and location not in tops and location not in seen:
        seen.add(location)
        location = parents.get(location, 0)
    return tops.get(location, "")


def _told(rows: Sequence[VendorStock]) -> dict[str, _Amount]:
    """Return by item what is there now over all places, and the first day on which there is more."""
    found: dict[str, _Amount] = {}
    for row in rows:
        now, later = found.get(row.sku, (Decimal(0), None))
        if row.available is None and row.kind == "available":
            now += row.quantity
        elif row.available is not None and row.kind in ("available", "on_order", "projected"):
            later = row.available if later is None else min(later, row.available)
        found[row.sku] = now, later
    return found


def _values(told: _Amount, own: Mapping[str, Any]) -> Values:
    """Return what is to stand in the fields of people's own."""
    now, later = told
    values: Values = {OWN_QUANTITY: float(now)} if OWN_QUANTITY in own else {}
    if OWN_DATE in own:
        values[OWN_DATE] = later.isoformat() if later else False
    return values


def _no_field() -> Finding:
    message = f"Odoo's supplier prices have no field {OWN_QUANTITY}: only lead times were written"
    hint = "add the field (decimal) to product.supplierinfo, or take push out of the profile"
    return Finding(problems.ERP_MISSING, message, Severity.NOTE, hint=hint)
