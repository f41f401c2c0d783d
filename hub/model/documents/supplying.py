"""What a seller has and what it costs: stock and prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from msgspec import field

from hub.model.documents.base import Document
from hub.model.documents.kinds import DocType
from hub.model.documents.parts import ItemIds, Value


class StockQuantity(Value, frozen=True, kw_only=True):
    """How much there is of an item, of one sort, at one place and time (X12 846 QTY)."""

    quantity: Decimal  # QTY02, in `unit`
    unit: str = ""  # QTY03
    kind: str = (
        "available"  # QTY01: available 33 | on_hand 17 | on_order 63 | projected 29 | unusable 20 | the code
    )
    date: dt.date | None = None  # DTM 018: there from this day on
    location: str = ""  # the warehouse, where the document tells of several


class StockLine(Value, frozen=True, kw_only=True):
    """The stock of one item (X12 846 LIN loop)."""

    number: str = ""  # LIN01; our ordinal when they send none
    ids: ItemIds = field(default_factory=dict)
    description: str = ""  # PID05
    quantities: tuple[StockQuantity, ...] = ()
    price: Decimal | None = None  # CTP03 per unit
    discontinued: bool = False  # it will not come again
    lots: tuple[str, ...] = ()  # REF LT
    refs: dict[str, str] = field(default_factory=dict)
    dates: dict[str, dt.date] = field(default_factory=dict)
    sku: str = ""  # our item code, set by the crosswalk
    our_unit: str = ""  # our unit's name, set by the crosswalk
    unit_factor: Decimal | None = None  # how many of our units one of theirs is, set by the crosswalk


class InventoryAdvice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="inventory_advice"):
    """A seller or a warehouse says what it has (X12 846). `number` is BIA03; the place is parties.warehouse."""

    doc_type: ClassVar[DocType] = DocType.INVENTORY_ADVICE

    kind: str = "seller"  # BIA02: seller SI | distributor DD | warehouse WH ... | else the code
    scope: str = "full"  # full: what is not named is not there | delta: only what has changed
    time: dt.time | None = None  # BIA05, sender's local time
    lines: tuple[StockLine, ...] = ()
    line_count: int | None = None  # CTT01 as sent


class CatalogPrice(Value, frozen=True, kw_only=True):
    """One price of an item (X12 832 CTP)."""

    amount: Decimal  # CTP03 per `per` units, in the document's currency
    kind: str = ""  # CTP02: unit_cost UCP | wholesale WHL | suggested_retail MSR | retail RES | else the code
    unit: str = ""  # CTP05-1
    minimum: Decimal | None = None  # CTP04: from this quantity on
    maximum: Decimal | None = None
    per: Decimal | None = None  # the price is for so many units; None means one
    start: dt.date | None = None  # DTM 007, 196: first day
    end: dt.date | None = None  # DTM 197: last day
    currency: str = ""  # CUR02 of the price itself, ISO 4217; empty: the document's
    our_unit: str = ""  # our unit's name, set by the crosswalk
    unit_factor: Decimal | None = None  # how many of our units one of theirs is, set by the crosswalk


class CatalogLine(Value, frozen=True, kw_only=True):
    """One item of a catalogue (X12 832 LIN loop)."""

    number: str = ""  # LIN01; our ordinal when they send none
    action: str = ""  # G5301: add | change | delete ...; empty says nothing
    ids: ItemIds = field(default_factory=dict)
    name: str = ""  # PID05, short
    description: str = ""  # a longer text
    brand: str = ""
    group: str = ""  # their class of goods
    prices: tuple[CatalogPrice, ...] = ()
    unit: str = ""  # in which it is ordered
    pack: Decimal | None = None  # PO401 inner units per pack
    minimum: Decimal | None = None  # smallest order
    multiple: Decimal | None = None  # orders are multiples of it
    lead_days: int | None = None  # from order to delivery
    weight: Decimal | None = None  # MEA, gross, in `weight_unit`
    weight_unit: str = ""
    volume: Decimal | None = None
    volume_unit: str = ""
    origin: str = ""  # country, ISO 3166
    refs: dict[str, str] = field(default_factory=dict)
    dates: dict[str, dt.date] = field(default_factory=dict)
    sku: str = ""  # our item code, set by the crosswalk


class PriceCatalog(Document, frozen=True, kw_only=True, omit_defaults=True, tag="price_catalog"):
    """A seller says what it sells and for how much (X12 832). `number` is BCT02; from when: dates.effective (007)."""

    doc_type: ClassVar[DocType] = DocType.PRICE_CATALOG

    kind: str = "catalog"  # BCT01: catalog PC | price_sheet PS | sales SC | else the code
    version: str = ""  # BCT03
    lines: tuple[CatalogLine, ...] = ()
    line_count: int | None = None  # CTT01 as sent
