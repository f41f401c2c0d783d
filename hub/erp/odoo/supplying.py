"""Stock and prices in Odoo, both roles: `hub.erp.port.supplying.Supplying`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hub.erp.odoo.client import Session
from hub.erp.odoo.lookups import Codes
from hub.erp.odoo.names import Names
from hub.erp.odoo.supply_catalog import Catalogs
from hub.erp.odoo.supply_items import SupplyItems
from hub.erp.odoo.supply_listing import Listing
from hub.erp.odoo.supply_prices import Prices
from hub.erp.odoo.supply_stock import Stocks
from hub.erp.port.supplying import Assortment, CatalogPolicy, CatalogResult, Named, OurPrices, OurStock
from hub.model.documents import PriceCatalog
from hub.model.finding import Finding
from hub.model.stock import VendorStock


class OdooSupplying:
    """Hands each request to the part that knows it."""

    def __init__(self, session: Session, names: Names, codes: Codes) -> None:
        listing = Listing(session, codes)
        self._codes = codes
        self._items = SupplyItems(session, names)
        self._catalogs = Catalogs(session, names, codes, self._items)
        self._stocks = Stocks(session, names, codes, listing, self._items)
        self._prices = Prices(session, names, listing)

    def find_items(self, vendor_ref: str, wanted: Sequence[Named]) -> list[str]:
        """Return our code of each item, "" for one that we do not have or that several products answer to."""
        vendor = self._codes.partner(vendor_ref)
        known = 0 if isinstance(vendor, Finding) else int(vendor["id"])  # barcodes need no vendor
        return [goods.sku if goods else "" for goods in self._items.find(known, wanted)]

    def tell_stock(self, vendor_ref: str, rows: Sequence[VendorStock], today: dt.date) -> tuple[Finding, ...]:
        """Write what a vendor has on his supplier prices."""
        return self._stocks.tell(vendor_ref, rows, today)

    def post_catalog(self, catalog: PriceCatalog, policy: CatalogPolicy) -> CatalogResult:
        """Make our supplier prices those of a list."""
        return self._catalogs.post(catalog, policy)

    def read_stock(self, asked: Assortment) -> list[OurStock]:
        """Return what is free of each product of an assortment, by warehouse."""
        return self._stocks.read(asked)

    def read_prices(self, asked: Assortment, today: dt.date) -> OurPrices:
        """Return what a customer pays."""
        return self._prices.read(asked, today)
