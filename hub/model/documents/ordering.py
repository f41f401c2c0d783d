"""Orders and what answers and changes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from msgspec import field

from hub.model.documents.base import Document
from hub.model.documents.kinds import DocType
from hub.model.documents.parts import (
    Carriage,
    Charge,
    CustomerReference,
    ItemIds,
    OwnUnit,
    Priced,
    Split,
    Terms,
    Value,
)


class OrderLine(Priced, frozen=True, kw_only=True):
    """One ordered item (X12 PO1 loop)."""

    number: str  # PO101 the buyer's line number; our ordinal when they send none
    quantity: Decimal  # PO102, counted in `unit`
    unit: str  # PO103 (data element 355), the partner's code
    price: Decimal | None = None  # PO104, for `base_quantity` units
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
    own: OwnUnit | None = None  # of ours: `quantity` in the product's own unit
    listed: CustomerReference | None = None  # asked of the ERP before `ids`, `sku` is empty; by the crosswalk

    @property
    def unit_price(self) -> Decimal | None:
        """Return the price of one `unit`; None where the line names no price."""
        return None if self.price is None else self.per_one(self.price)


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
    tax: Decimal | None = None  # taxes told beside the total (UBL TaxTotal, cXML Tax), document currency
    store: str = (
        ""  # the one store (SDQ03, 05 ...) of an order by store that this is the order of; empty: all of it
    )

    @property
    def key_parts(self) -> tuple[str, str]:
        return self.number, self.release

    @property
    def reference(self) -> str:
        """Return the order's number as Odoo's order carries it (`client_order_ref`): with its release and store."""
        released = f"{self.number}-{self.release}" if self.release else self.number
        return f"{released}/{self.store}" if self.store else released

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return (self.number,)


class LineStatus(Value, frozen=True, kw_only=True):
    """What the seller decided about (a part of) a line (X12 ACK)."""

    code: str  # ACK01: accepted IA | backordered IB | changed IC | deleted ID | price_changed IP |
    #            quantity_changed IQ | rejected IR | substituted IS | rescheduled DR | else the code
    quantity: Decimal | None = None  # ACK02
    unit: str = ""  # ACK03
    date: dt.date | None = None  # ACK05
    date_kind: str = ""  # ACK04 in our words: delivery_estimated 067/017, ship_estimated 068/010
    price: Decimal | None = None  # for the line's `base_quantity`
    ids: ItemIds = field(default_factory=dict)  # the substitute (ACK07 ...)


class AckLine(Priced, frozen=True, kw_only=True):
    """One line of an order acknowledgment: the order's line, and its decision."""

    number: str  # PO101 as ordered
    quantity: Decimal  # PO102
    unit: str
    price: Decimal | None = None  # PO104, for `base_quantity` units
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    statuses: tuple[LineStatus, ...] = ()
    sku: str = ""  # our item code, set by the crosswalk
    our_quantity: Decimal | None = None  # in `our_unit`, set by the crosswalk
    our_unit: str = ""

    @property
    def told_price(self) -> Decimal | None:
        """Return the price of one `unit` that they decided, else the line's; None where neither is told."""
        told = next((s.price for s in self.statuses if s.price is not None), self.price)
        return None if told is None else self.per_one(told)


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

    @property
    def key_parts(self) -> tuple[str, str]:
        return self.number, self.release

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return (self.order_number,)


class ChangeLine(OrderLine, frozen=True, kw_only=True):
    """One changed line of an order (X12 860 POC loop): what the line is to become.

    Without a `unit` there is no quantity either: POC03 and POC05 come together, and a line that goes, or
    changes its price or date only, may have neither.
    """

    quantity: Decimal = Decimal(0)  # POC03, counted in `unit`; what it means follows from `action`
    unit: str = ""  # POC05-1
    action: str = "change"  # POC02: add AI | delete DI | change CA | reschedule CT | price PC | quantity PQ |
    #                         decrease QD | increase QI | replace RZ | unchanged NC | else the code
    left: Decimal | None = None  # POC04 quantity left to receive


class OrderChange(Document, frozen=True, kw_only=True, omit_defaults=True, tag="order_change"):
    """A buyer changes or cancels an order (X12 860).

    `number` is BCH05, the change's own number, or the day of the change where they give none (so that two of
    them are two), or else the order's; `purpose` says cancel, change or replace (a line that is missing from a
    replacement is deleted).
    """

    doc_type: ClassVar[DocType] = DocType.ORDER_CHANGE

    kind: str = "standalone"  # BCH02, as of an order
    order_number: str  # BCH03
    release: str = ""  # BCH04
    order_date: dt.date | None = None  # BCH06
    terms: Terms | None = None
    carriage: Carriage | None = None
    charges: tuple[Charge, ...] = ()
    lines: tuple[ChangeLine, ...] = ()
    line_count: int | None = None  # CTT01 as sent
    total: Decimal | None = None  # AMT*TT as sent, document currency
    tax: Decimal | None = None  # taxes told beside the total (UBL TaxTotal, cXML Tax), document currency

    @property
    def key_parts(self) -> tuple[str, str]:
        """Return what names this change for good: its order, and its number among that order's changes."""
        return self.order_number, f"{self.release}/{self.number}"

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return (self.order_number,)


class ChangeAckLine(AckLine, frozen=True, kw_only=True):
    """One line of the answer to a change: what was asked for, and what was decided."""

    quantity: Decimal = Decimal(0)  # POC03, as asked for; without a `unit` there is none
    unit: str = ""  # POC05-1
    action: str = "change"  # POC02, as of `ChangeLine`


class OrderChangeAcknowledgment(
    Document, frozen=True, kw_only=True, omit_defaults=True, tag="order_change_acknowledgment"
):
    """A seller answers a change of an order, or asks for one (X12 865).

    `number` is BCA09, the seller's own number of the order: the same in each answer to the order's changes.
    """

    doc_type: ClassVar[DocType] = DocType.ORDER_CHANGE_ACKNOWLEDGMENT

    status: str = "accepted"  # BCA02, as of an order acknowledgment
    order_number: str  # BCA03
    release: str = ""  # BCA04
    change_number: str = ""  # BCA05: the change that it answers
    order_date: dt.date | None = None  # BCA06
    terms: Terms | None = None
    carriage: Carriage | None = None
    lines: tuple[ChangeAckLine, ...] = ()
    line_count: int | None = None

    @property
    def key_parts(self) -> tuple[str, str]:
        """Return what names this answer for good: the order, and which of its changes is answered."""
        return self.order_number, f"{self.release}/{self.change_number}"

    @property
    def order_numbers(self) -> tuple[str, ...]:
        return (self.order_number,)
