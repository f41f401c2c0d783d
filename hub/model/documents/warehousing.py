"""What came in, and what a warehouse of somebody else is told and tells."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from msgspec import field

from hub.model.documents.base import Document
from hub.model.documents.kinds import DocType
from hub.model.documents.parts import Carriage, CustomerReference, ItemIds, Lot, OwnUnit, Value


class Questioned(Value, frozen=True, kw_only=True):
    """A quantity with which something is wrong (X12 861 RCD06 to RCD08), in the unit of its item."""

    quantity: Decimal  # RCD06, W1301
    condition: str = ""  # RCD08, as of `ReceivedItem`; W1303
    unit: str = ""  # W1302, where it is not the unit of its item


class ReceivedItem(Value, frozen=True, kw_only=True):
    """What became of one announced or ordered item (X12 861 RCD loop)."""

    number: str = ""  # RCD01; our ordinal when they send none
    order_number: str = ""  # PRF01 before it, or REF PO
    order_line: str = ""  # LIN01 or REF
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    received: Decimal = Decimal(0)  # RCD02, in `unit`
    unit: str = ""  # RCD03
    returned: Decimal | None = None  # RCD04
    questioned: Decimal | None = None  # RCD06
    condition: str = ""  # RCD08: damaged 01 | short 02 | over 03 | rejected ... | else the code
    others: tuple[Questioned, ...] = ()  # RCD09 to RCD20: what else is in question, four at most in X12
    announced: Decimal | None = None  # SN102: what the ship notice said
    ordered: Decimal | None = None  # SN105
    lots: tuple[Lot, ...] = ()
    labels: tuple[str, ...] = ()  # MAN: SSCCs of the packages
    notes: tuple[str, ...] = ()
    sku: str = ""  # our item code, set by the crosswalk
    our_quantity: Decimal | None = None  # `received` in `our_unit`, set by the crosswalk
    our_unit: str = ""
    own: OwnUnit | None = None  # of ours: `received` in the product's own unit


class ReceivingAdvice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="receiving_advice"):
    """A buyer says what came in (X12 861). `number` is BRA01."""

    doc_type: ClassVar[DocType] = DocType.RECEIVING_ADVICE

    kind: str = ""  # BRA04: received 1 | rejected ... | else the code
    order_number: str = ""  # PRF01
    shipment: str = ""  # REF SI, BM: the ship notice that it answers
    carriage: Carriage | None = None
    items: tuple[ReceivedItem, ...] = ()
    line_count: int | None = None

    @property
    def order_numbers(self) -> tuple[str, ...]:
        named = (self.order_number, *(item.order_number for item in self.items))
        return tuple(dict.fromkeys(number for number in named if number))


class WarehouseLine(Value, frozen=True, kw_only=True):
    """One item that a warehouse is to ship or to expect (X12 940 W01, 943 W04)."""

    number: str  # LX01; our ordinal when they send none
    quantity: Decimal  # in `unit`
    unit: str
    ids: ItemIds = field(default_factory=dict)
    description: str = ""  # G69
    order_line: str = ""  # N9 or REF: the customer's line number
    lots: tuple[Lot, ...] = ()  # N9 LT: only these lots
    weight: Decimal | None = None
    weight_unit: str = ""
    labels: tuple[str, ...] = ()  # SSCCs
    refs: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sku: str = ""  # our item code, set by the crosswalk
    our_quantity: Decimal | None = None  # in `our_unit`, set by the crosswalk
    our_unit: str = ""
    listed: CustomerReference | None = None  # asked of the ERP before `ids`, `sku` is empty; by the crosswalk


class WarehouseOrder(Document, frozen=True, kw_only=True, omit_defaults=True, tag="warehouse_order"):
    """The owner of goods tells a warehouse what to ship (X12 940) or to expect (X12 943).

    `number` is the depositor's own (W0502, W0602 of the 943); parties: depositor DE, warehouse WH, ship_to ST.
    """

    doc_type: ClassVar[DocType] = DocType.WAREHOUSE_ORDER

    kind: str = "ship"  # ship 940 | receive 943
    order_number: str = ""  # W0503: the customer's order, or the purchase order that the goods come in for
    shipment: str = ""  # 943: the shipment that will come
    carriage: Carriage | None = None
    lines: tuple[WarehouseLine, ...] = ()
    quantity: Decimal | None = None  # W7601, W0301: in all
    weight: Decimal | None = None
    weight_unit: str = ""

    @property
    def key_parts(self) -> tuple[str, str]:
        """Return what names it for good; its cancellation is a document of its own."""
        return self.number, f"{self.kind}/cancel" if self.purpose == "cancel" else self.kind

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return (self.order_number,) if self.order_number else ()


class AdvisedLine(Value, frozen=True, kw_only=True):
    """What a warehouse did with one line (X12 945 W12, 944 W07)."""

    number: str  # LX01; our ordinal when they send none, or when a carton has several lines
    order_line: str = ""  # N9 LI: the order's line number
    quantity: Decimal  # shipped or received, in `unit`
    unit: str
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    status: str = ""  # W1201: shipped SH | partial ... | else the code; 944: received, damaged ...
    ordered: Decimal | None = None  # W1202
    difference: Decimal | None = None  # W1204
    damaged: Decimal | None = None  # 944 W13 01: of `quantity`
    questioned: tuple[
        Questioned, ...
    ] = ()  # 944 W13: what else is not good of it, or counted in another unit
    lots: tuple[Lot, ...] = ()  # N9 LT
    labels: tuple[str, ...] = ()  # MAN: SSCCs of the packages that it is in
    refs: dict[str, str] = field(default_factory=dict)
    sku: str = ""  # our item code, set by the crosswalk
    our_quantity: Decimal | None = None  # in `our_unit`, set by the crosswalk
    our_unit: str = ""


class WarehouseAdvice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="warehouse_advice"):
    """A warehouse tells the owner what it shipped (X12 945) or received (X12 944).

    `number` is the shipment's (W0604) or the receipt's (W1703); `warehouse_order` says what it answers.
    """

    doc_type: ClassVar[DocType] = DocType.WAREHOUSE_ADVICE

    kind: str = "shipped"  # shipped 945 | received 944
    completeness: str = ""  # W0601: full | partial | else the code
    warehouse_order: str = ""  # W0602, W1704: the depositor's number
    order_number: str = ""  # W0606: the customer's order
    shipment: str = ""  # 944 W1705
    carriage: Carriage | None = None
    lines: tuple[AdvisedLine, ...] = ()
    quantity: Decimal | None = None  # W0301, W1401: in all
    package_count: int | None = None
    weight: Decimal | None = None  # W0302
    weight_unit: str = ""

    @property
    def key_parts(self) -> tuple[str, str]:
        return f"{self.warehouse_order}/{self.number}", self.kind

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return (self.order_number,) if self.order_number else ()
