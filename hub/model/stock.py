"""What a seller has told of its stock, as the hub keeps it: Odoo has no model for what others have."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct


class VendorStock(Struct, frozen=True, kw_only=True):
    """How much of one item a seller has, of one sort, at one of its places, from one day on."""

    sku: str  # our item code
    quantity: Decimal  # in `unit`
    unit: str = ""  # our unit's name where the crosswalk knows theirs, else their code
    kind: str = "available"  # as StockQuantity.kind
    location: str = ""  # their warehouse, by their code; empty: they name none
    available: date | None = None  # there from this day on; None: now
    item: str = ""  # their number of the item
    discontinued: bool = False  # it will not come again


class StockTold(Struct, frozen=True, kw_only=True):
    """What one inventory advice says, in our codes. An older one never overwrites a newer one."""

    partner: str  # profile key
    number: str  # of the advice
    as_of: datetime  # of the sender's clock, without a zone: his documents are compared with each other only
    full: bool  # what is not named is not there; else only what is named has changed
    location: str = ""  # a full advice of one warehouse says nothing of the others
    rows: tuple[VendorStock, ...] = ()
    held: tuple[str, ...] = ()  # our items that stay as they were: it contradicts itself about them


class KeptStock(VendorStock, frozen=True, kw_only=True):
    """A row as it is kept: whose it is, and since which document."""

    partner: str
    number: str
    as_of: datetime
