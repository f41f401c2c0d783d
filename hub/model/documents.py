"""Canonical documents: one shape per business document, whatever format it came in or goes out in.

Money and quantities are `Decimal`; an amount is in the document's currency unless its name says otherwise.
Dates are the calendar dates that the sender wrote (their local day); a time of day, where a format gives
one, is kept beside its date. Codes of `kind`, `purpose` and the like are our words; the X12 codes behind
them are named in the field's comment.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct, field


class DocType(StrEnum):
    """The kinds of document that the hub trades in."""

    PURCHASE_ORDER = "purchase_order"  # 850
    ORDER_ACKNOWLEDGMENT = "order_acknowledgment"  # 855
    ORDER_CHANGE = "order_change"  # 860
    ORDER_CHANGE_ACKNOWLEDGMENT = "order_change_acknowledgment"  # 865
    SHIP_NOTICE = "ship_notice"  # 856
    INVOICE = "invoice"  # 810
    INVENTORY_ADVICE = "inventory_advice"  # 846
    PRICE_CATALOG = "price_catalog"  # 832
    REMITTANCE = "remittance"  # 820
    RECEIVING_ADVICE = "receiving_advice"  # 861
    WAREHOUSE_ORDER = "warehouse_order"  # 940
    WAREHOUSE_ADVICE = "warehouse_advice"  # 945
    APPLICATION_ADVICE = "application_advice"  # 824
    FUNCTIONAL_ACK = "functional_ack"  # 997, 999
    TECHNICAL_ACK = "technical_ack"  # TA1
    RECEIPT = "receipt"  # the answer to a CSV or XML file: what came of each document
    UNKNOWN = "unknown"  # not (yet) recognised


class _Value(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of the parts of a document: immutable, empty fields left out when stored as JSON.

    The parts make a tree, never a circle, so that Python's collector need not look at them.
    """


class Party(_Value, frozen=True, kw_only=True):
    """A company or place (X12 N1 loop)."""

    name: str = ""  # N102
    id: str = ""  # N104, the partner's code
    id_kind: str = ""  # N103 as written: 92 assigned by buyer, 91 by seller, 9 DUNS+4, 1 DUNS, UL GLN
    address: tuple[str, ...] = ()  # N301, N302 ...
    city: str = ""
    region: str = ""  # N402 state or province
    postal_code: str = ""
    country: str = ""  # N404, ISO 3166
    contact: str = ""  # PER02
    phone: str = ""
    email: str = ""
    ours: str = ""  # our reference for it (res.partner.ref), set by the crosswalk


class Charge(_Value, frozen=True, kw_only=True):
    """An allowance or a charge (X12 SAC), on the document or on a line."""

    kind: str  # allowance | charge (SAC01 A, C)
    code: str = ""  # SAC02
    amount: Decimal | None = None  # SAC05, always positive; `kind` gives the sign
    rate: Decimal | None = None  # SAC08 per unit
    percent: Decimal | None = None  # SAC07
    description: str = ""


class Tax(_Value, frozen=True, kw_only=True):
    """A tax amount (X12 TXI)."""

    kind: str = ""  # TXI01
    amount: Decimal = Decimal(0)
    percent: Decimal | None = None


class Terms(_Value, frozen=True, kw_only=True):
    """Terms of payment (X12 ITD)."""

    kind: str = ""  # ITD01
    discount_percent: Decimal | None = None  # ITD03
    discount_days: int | None = None  # ITD05
    net_days: int | None = None  # ITD07
    due: dt.date | None = None  # ITD06
    description: str = ""  # ITD12


class Carriage(_Value, frozen=True, kw_only=True):
    """How goods travel (X12 TD5, TD3, FOB)."""

    scac: str = ""  # TD503 with TD502 = 2
    mode: str = ""  # TD504
    routing: str = ""  # TD505
    service: str = ""  # TD512
    fob: str = ""  # FOB01
    tracking: str = ""  # REF CN
    bill_of_lading: str = ""  # REF BM
    equipment: str = ""  # TD302/03


#: Item numbers by whose number it is: buyer_part (BP, IN), vendor_part (VP, VN), upc (UP), ean (EN),
#: gtin (UK), sku (SK), manufacturer_part (MG), or the lower-case qualifier when it is none of these.
ItemIds = dict[str, str]


class Split(_Value, frozen=True, kw_only=True):
    """A part of a line with its own date or place (X12 SCH, SDQ)."""

    quantity: Decimal
    unit: str = ""
    date: dt.date | None = None
    location: str = ""


class OrderLine(_Value, frozen=True, kw_only=True):
    """One ordered item (X12 PO1 loop)."""

    number: str  # PO101 the buyer's line number; our ordinal when they send none
    quantity: Decimal  # PO102, counted in `unit`
    unit: str  # PO103 (data element 355), the partner's code
    price: Decimal | None = None  # PO104 per unit
    price_basis: str = ""  # PO105
    ids: ItemIds = field(default_factory=dict)
    description: str = ""  # PID05
    pack: Decimal | None = None  # PO401 inner units per pack
    dates: dict[str, dt.date] = field(default_factory=dict)
    splits: tuple[Split, ...] = ()
    charges: tuple[Charge, ...] = ()
    refs: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sku: str = ""  # our item code (product.default_code), set by the crosswalk
    our_quantity: Decimal | None = None  # in `our_unit`, set by the crosswalk
    our_unit: str = ""  # our unit's name, set by the crosswalk


class Document(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="document"):
    """What every canonical document has.

    `number` is the sender's own number for this document (BEG03, BAK08, BSN02, BIG02).
    `refs` are references by our names: department, vendor_number, promotion, contract, vendor_order ...
    `dates` by our names: delivery_requested (002), ship_requested (010), cancel_after (001),
    ship_not_before (037), ship_not_after (038), shipped (011), delivery_estimated (017), delivered (035).
    `parties` by role: buyer BY, ship_to ST, bill_to BT, ship_from SF, seller SE/SU/VN, remit_to RE/RI,
    mark_for Z7.
    """

    doc_type: ClassVar[DocType] = DocType.UNKNOWN

    number: str
    date: dt.date | None = None
    purpose: str = "original"  # original 00 | cancel 01 | change 04 | replace 05 | confirm 06 | duplicate 07
    currency: str = ""  # ISO 4217; empty means the agreement's
    parties: dict[str, Party] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    dates: dict[str, dt.date] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class PurchaseOrder(Document, frozen=True, kw_only=True, omit_defaults=True, tag="purchase_order"):
    """A buyer orders (X12 850; cXML OrderRequest; UBL Order)."""

    doc_type: ClassVar[DocType] = DocType.PURCHASE_ORDER

    kind: str = (
        "standalone"  # BEG02: standalone SA | dropship DS | blanket BK | release RL | new NE | the code
    )
    release: str = ""  # BEG04
    terms: Terms | None = None
    carriage: Carriage | None = None
    charges: tuple[Charge, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    line_count: int | None = None  # CTT01 as sent
    total: Decimal | None = None  # AMT*TT as sent, document currency


class LineStatus(_Value, frozen=True, kw_only=True):
    """What the seller decided about (a part of) a line (X12 ACK)."""

    code: str  # ACK01: accepted IA | backordered IB | changed IC | deleted ID | price_changed IP |
    #            quantity_changed IQ | rejected IR | substituted IS | rescheduled DR | else the code
    quantity: Decimal | None = None  # ACK02
    unit: str = ""  # ACK03
    date: dt.date | None = None  # ACK05
    date_kind: str = ""  # ACK04 in our words: delivery_estimated 067/017, ship_estimated 068/010
    price: Decimal | None = None
    ids: ItemIds = field(default_factory=dict)  # the substitute (ACK07 ...)


class AckLine(_Value, frozen=True, kw_only=True):
    """One line of an order acknowledgment: the order's line, and its decision."""

    number: str  # PO101 as ordered
    quantity: Decimal  # PO102
    unit: str
    price: Decimal | None = None
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    statuses: tuple[LineStatus, ...] = ()
    sku: str = ""


class OrderAcknowledgment(
    Document, frozen=True, kw_only=True, omit_defaults=True, tag="order_acknowledgment"
):
    """A seller answers an order (X12 855). `number` is BAK08, the acknowledgment's own number."""

    doc_type: ClassVar[DocType] = DocType.ORDER_ACKNOWLEDGMENT

    status: str = "accepted"  # BAK02: accepted AT/AK | accepted_no_change AD | accepted_with_change AC |
    #                           rejected RD/RJ | held AH | else the code
    order_number: str = ""  # BAK03
    order_date: dt.date | None = None  # BAK04
    release: str = ""  # BAK05
    terms: Terms | None = None
    carriage: Carriage | None = None
    lines: tuple[AckLine, ...] = ()
    line_count: int | None = None


class Lot(_Value, frozen=True, kw_only=True):
    """A lot or serial within a shipped item (REF LT, DTM 036)."""

    number: str
    quantity: Decimal | None = None
    expires: dt.date | None = None


class ShippedItem(_Value, frozen=True, kw_only=True):
    """One shipped item (X12 856 HL level I)."""

    line_number: str = ""  # LIN01 or SN101: the order's line number
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    quantity: Decimal = Decimal(0)  # SN102 shipped, in `unit`
    unit: str = ""  # SN103
    ordered: Decimal | None = None  # SN105
    lots: tuple[Lot, ...] = ()
    sku: str = ""


class Package(_Value, frozen=True, kw_only=True):
    """A carton or pallet with a label (X12 856 HL level P or T)."""

    sscc: str = ""  # SSCC-18 without its application identifier (MAN GM writes 00 before it)
    kind: str = ""  # carton | pallet
    weight: Decimal | None = None
    weight_unit: str = ""
    items: tuple[ShippedItem, ...] = ()


class ShippedOrder(_Value, frozen=True, kw_only=True):
    """What a shipment carries for one order (X12 856 HL level O). Items stand loose or in packages."""

    order_number: str  # PRF01
    order_date: dt.date | None = None  # PRF04
    release: str = ""  # PRF02
    refs: dict[str, str] = field(default_factory=dict)
    packages: tuple[Package, ...] = ()
    items: tuple[ShippedItem, ...] = ()


class ShipNotice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="ship_notice"):
    """A seller announces a shipment (X12 856). `number` is BSN02, the shipment's id."""

    doc_type: ClassVar[DocType] = DocType.SHIP_NOTICE

    time: dt.time | None = None  # BSN04, sender's local time
    structure: str = ""  # BSN05: 0001 S-O-P-I, 0002 S-O-I-P, 0004 S-O-I
    carriage: Carriage | None = None
    package_count: int | None = None  # TD102
    weight: Decimal | None = None  # TD107
    weight_unit: str = ""  # TD108
    orders: tuple[ShippedOrder, ...] = ()


class InvoiceLine(_Value, frozen=True, kw_only=True):
    """One invoiced item (X12 IT1 loop)."""

    number: str
    quantity: Decimal
    unit: str
    price: Decimal  # per unit
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    charges: tuple[Charge, ...] = ()
    taxes: tuple[Tax, ...] = ()
    order_number: str = ""  # where one invoice bills several orders
    sku: str = ""


class Invoice(Document, frozen=True, kw_only=True, omit_defaults=True, tag="invoice"):
    """A seller bills (X12 810). `number` is BIG02; `kind` says which way the money goes."""

    doc_type: ClassVar[DocType] = DocType.INVOICE

    kind: str = "invoice"  # invoice DI | credit CR (BIG07)
    order_number: str = ""  # BIG04
    order_date: dt.date | None = None  # BIG03
    release: str = ""  # BIG05
    shipment: str = ""  # REF SI / BM: the ship notice it bills
    terms: Terms | None = None
    carriage: Carriage | None = None
    lines: tuple[InvoiceLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[Tax, ...] = ()
    total: Decimal = Decimal(0)  # TDS01, document currency (the wire has cents)
    units_shipped: Decimal | None = None  # ISS01
    units_shipped_unit: str = ""  # ISS02
    weight: Decimal | None = None  # ISS03
    weight_unit: str = ""  # ISS04
    line_count: int | None = None


AnyDocument = PurchaseOrder | OrderAcknowledgment | ShipNotice | Invoice

DOCUMENTS: dict[DocType, type[AnyDocument]] = {
    DocType.PURCHASE_ORDER: PurchaseOrder,
    DocType.ORDER_ACKNOWLEDGMENT: OrderAcknowledgment,
    DocType.SHIP_NOTICE: ShipNotice,
    DocType.INVOICE: Invoice,
}
