"""The port's part for stock and prices: what sellers tell us of theirs, and what we tell of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from msgspec import Struct, field

from hub.erp.port.results import PostResult
from hub.model.documents import ItemIds, PriceCatalog
from hub.model.finding import Finding
from hub.model.stock import VendorStock


class Named(Struct, frozen=True, kw_only=True):
    """An item as a seller's document names it."""

    sku: str = ""  # our code, where the crosswalk or the document knows it
    ids: ItemIds = field(default_factory=dict)  # vendor_part, upc, ean, gtin ...


class CatalogPolicy(Struct, frozen=True, kw_only=True):
    """How a seller's price list may be written, from the agreement."""

    vendor_ref: str  # res.partner `ref`, or else exact name
    today: dt.date  # a price without a first day counts from here, where it changes one
    price_jump: Decimal | None = (
        None  # percent; a price further from the one that counts now waits for a release
    )
    released: bool = False  # an operator decided: jumps no longer hold


class CatalogResult(Struct, frozen=True, kw_only=True):
    """What came of a price list. `unknown`: ordinals of lines whose item we do not have, from 0."""

    result: PostResult
    added: int = 0
    changed: int = 0
    closed: int = 0
    unknown: tuple[int, ...] = ()


class Assortment(Struct, frozen=True, kw_only=True):
    """Which of our products a customer is told of, and from where."""

    customer_ref: str = ""  # res.partner `ref`, or else exact name: whose pricelist it is
    listing: str = "all"  # skus: those named | pricelist: those with a rule of their own | all: what is sold
    skus: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ()  # short names (WH); none: all of the company's


class OurStock(Struct, frozen=True, kw_only=True):
    """What we have of one product. Quantities in its own unit."""

    sku: str
    ids: ItemIds = field(default_factory=dict)
    name: str = ""
    unit: str = ""
    free: Mapping[str, Decimal] = field(default_factory=dict)  # on hand and not reserved, by warehouse
    gone: bool = False  # archived, or no longer sold


class OurPrice(Struct, frozen=True, kw_only=True):
    """What a customer pays for a product from a quantity on, per its own unit."""

    amount: Decimal
    minimum: Decimal = Decimal(0)
    start: dt.date | None = None
    end: dt.date | None = None


class OurProduct(Struct, frozen=True, kw_only=True):
    """A product as a price list tells of it. Weight in kg, volume in m³, as Odoo keeps them."""

    sku: str
    ids: ItemIds = field(default_factory=dict)
    name: str = ""
    description: str = ""  # for customers
    group: str = ""
    unit: str = ""
    pack: Decimal | None = None  # pieces in the smallest pack
    weight: Decimal | None = None
    volume: Decimal | None = None
    lead_days: int | None = None
    prices: tuple[OurPrice, ...] = ()


class OurPrices(Struct, frozen=True, kw_only=True):
    """A customer's price list."""

    currency: str
    products: tuple[OurProduct, ...] = ()
    name: str = ""  # of the pricelist
    weight_unit: str = "KG"
    volume_unit: str = "CR"  # cubic metre, in the words of element 355


class Supplying(Protocol):
    """What the hub asks of an ERP about stock and prices."""

    def find_items(self, vendor_ref: str, wanted: Sequence[Named]) -> list[str]:
        """Return our code of each item, "" for one that we do not have or that several products answer to.

        Trust: our code, the number that the vendor has for it (supplier prices), barcodes.
        """

    def tell_stock(self, vendor_ref: str, rows: Sequence[VendorStock], today: dt.date) -> tuple[Finding, ...]:
        """Write what a vendor has on his supplier prices: fields x_vendor_qty and x_vendor_date where Odoo has
        them, else the lead time of what is not there now and will be. Written again it changes nothing."""

    def post_catalog(self, catalog: PriceCatalog, policy: CatalogPolicy) -> CatalogResult:
        """Write a seller's prices as supplier prices, by (vendor, product, quantity, first day).

        A price that another takes the place of ends the day before; none is deleted. HOLD findings: nothing was
        written. Written again it changes nothing. Products are never made.
        """

    def read_stock(self, asked: Assortment) -> list[OurStock]:
        """Return what is free of each product, of one instant."""

    def read_prices(self, asked: Assortment, today: dt.date) -> OurPrices:
        """Return what a customer pays, by the rules of his pricelist that count today or later."""
