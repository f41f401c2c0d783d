"""The port to the ERP: canonical documents in, canonical documents and changes out.

Every `post_*` is once only: it looks the key up first, creates the record and its external id
(`edi_hub.<key>`) in one ERP transaction, and says whether the record was there already. Data that the ERP
cannot take (unknown product, closed order) comes back as findings of severity HOLD, never as an exception.
Technical trouble raises `Retryable` (with `in_doubt` when the request may have been carried out) or
`Undeliverable`. One implementation object may be used by several threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from hub.erp.port.naming import Naming
from hub.erp.port.payments import Payments
from hub.erp.port.proving import Proving
from hub.erp.port.receiving import Receiving
from hub.erp.port.records import Records
from hub.erp.port.results import (
    AnswerPolicy,
    BillPolicy,
    Fault,
    NoteRequest,
    NoticePolicy,
    OrderPolicy,
    OrderRequest,
    PostResult,
)
from hub.erp.port.revising import Revising
from hub.erp.port.supplying import Supplying
from hub.erp.port.warehousing import Warehousing
from hub.model.documents import (
    Invoice,
    OrderAcknowledgment,
    OrderChangeAcknowledgment,
    PurchaseOrder,
    ShipNotice,
)
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

__all__ = [
    "AnswerPolicy",
    "BillPolicy",
    "Capabilities",
    "ErpChange",
    "ErpGateway",
    "Fault",
    "NoteRequest",
    "NoticePolicy",
    "OrderPolicy",
    "OrderRequest",
    "PostResult",
    "Topic",
    "money",
]


class Topic(StrEnum):
    """What the hub watches the ERP for."""

    ORDER_DECIDED = "order_decided"  # a sale order was confirmed or cancelled -> 855
    DELIVERY_DONE = "delivery_done"  # an outgoing delivery of a sale order is done -> 856
    INVOICE_POSTED = "invoice_posted"  # a customer invoice of a sale order is posted -> 810
    PURCHASE_CONFIRMED = "purchase_confirmed"  # a purchase order is confirmed -> 850
    PURCHASE_CHANGED = "purchase_changed"  # anything of a purchase order that was confirmed -> 860
    RECEIPT_DONE = "receipt_done"  # goods of a purchase order were received -> 861
    TRANSFER_READY = "transfer_ready"  # goods of one of our warehouses may leave, or will come -> 940, 943
    TRANSFER_CANCELLED = "transfer_cancelled"  # ... and will not after all -> 940 that cancels
    TRANSFER_DONE = "transfer_done"  # a depositor's goods left or came -> 945, 944
    PAYMENT_POSTED = "payment_posted"  # a payment to a vendor is posted -> 820


class ErpChange(Struct, frozen=True, kw_only=True):
    """Something that happened in the ERP. `order` is the sale or purchase order it belongs to; a payment belongs to
    none, and is itself in its place.

    An invoice or a delivery of several orders is one change for each of them.
    """

    topic: Topic
    record: ErpRecord
    order: ErpRecord
    partner_ref: str  # res.partner `ref` (or, when it has none, its name) of the order's commercial partner
    changed_at: datetime  # UTC, the ERP's clock; the cursor is made of these
    further: bool = False  # the record is of several orders, and this order is not its first
    warehouse: str = ""  # of a transfer: stock.warehouse `code`
    kind: str = ""  # of a transfer: ship | receive


class Capabilities(Struct, frozen=True, kw_only=True):
    """What the ERP behind the port is and can do, probed and not assumed."""

    version: str  # e.g. 19.0
    api: str  # json2 | xmlrpc
    database: str
    user: str
    models: tuple[str, ...] = ()  # models of ours that exist
    missing: tuple[Finding, ...] = ()  # rights or modules that a flow needs and that are not there


class ErpGateway(Protocol):
    """What the hub asks of an ERP. What has an attribute of its own stands in a file of its own."""

    @property
    def records(self) -> Records:
        """Records of any model, by the record types of the profiles."""

    @property
    def naming(self) -> Naming:
        """Which of the names in the profiles are there."""

    @property
    def revising(self) -> Revising:
        """Changes of orders that customers placed."""

    @property
    def payments(self) -> Payments:
        """What customers paid, and what vendors were paid."""

    @property
    def receiving(self) -> Receiving:
        """What came in, on either side."""

    @property
    def supplying(self) -> Supplying:
        """Stock and prices: what sellers tell of theirs, and what we tell of ours."""

    @property
    def warehousing(self) -> Warehousing:
        """Our goods in somebody's warehouse, and somebody's goods in ours."""

    @property
    def proving(self) -> Proving:
        """What the ERP has by the keys of the hub, for a proof that all is there once."""

    def acting_for(self, company: str) -> AbstractContextManager[None]:
        """Do all that this thread does within for one of the ERP's companies, by its name; "" for the user's own.

        Raises Undeliverable for a company that is not there, or not for the service user.
        """

    def probe(self) -> Capabilities:
        """Log in, read version, models, fields and rights; raise Undeliverable when the login is refused."""

    def find(self, key: str) -> ErpRecord | None:
        """Return the record with external id `edi_hub.<key>`, or None."""

    # --- they order from us
    def post_order(self, key: str, order: PurchaseOrder, policy: OrderPolicy) -> PostResult:
        """Make a draft sale.order of an order whose lines carry `sku` (or upc/ean/gtin ids)."""

    def post_orders(self, requests: Sequence[OrderRequest]) -> list[PostResult | Fault]:
        """Make the draft sale.orders of many orders in few calls; one answer for each request, in their order.

        What `post_order` would raise is the answer in that place: a fault of one never touches its neighbours. Where
        a call for several got no answer, each of them is in doubt.
        """

    def order_batch_size(self) -> int:
        """Return how many orders to bring at once now, at least 1: learned from how the ERP takes them."""

    def confirm_order(self, record: ErpRecord) -> ErpRecord:
        """Confirm a sale order; one that is confirmed already is returned as it is."""

    def confirm_orders(self, records: Sequence[ErpRecord]) -> list[ErpRecord | Fault]:
        """Confirm many sale orders in few calls; one answer for each record, as `post_orders` has it."""

    def read_order_decision(self, order: ErpRecord, *, by_stock: bool = False) -> OrderAcknowledgment:
        """Return what was decided: per line the quantity, price and date that Odoo now has.

        `by_stock`: what stock does not cover is a status of its own, `backordered`, with the day on which the ERP
        expects it; the other status has the rest.

        `status` is accepted or rejected (order cancelled); lines carry the partner's line number (from the
        line's external id) and sku. The stage compares it with the order as received.
        """

    def read_delivery(self, delivery: ErpRecord, gs1_prefix: str = "") -> ShipNotice:
        """Return a finished outgoing picking: one ShippedOrder, packages with SSCC where packed, on pallets, lots,
        carrier and weight. Item line numbers are the partner's (from the sale line's external id).

        With a GS1 prefix packages that have no SSCC get one: always the same for a package, and never again.
        """

    def carried_orders(self, delivery: ErpRecord) -> tuple[ErpRecord, ...]:
        """Return the sale orders whose goods a finished delivery carries, as `read_delivery` has them."""

    def label_packages(self, delivery: ErpRecord, gs1_prefix: str) -> None:
        """Name a delivery's packages without an SSCC by the ones that `read_delivery` gives them."""

    def read_invoice(self, invoice: ErpRecord, order: ErpRecord | None = None) -> Invoice:
        """Return a posted customer invoice or credit note; line numbers as in `read_delivery`.

        With an `order` (a sale order) only what it bills of that order, as one of several invoices: its number
        ends in -1, -2 ... by the order's place, and the parts' taxes and totals add up to the whole.
        """

    def billed_orders(self, invoice: ErpRecord) -> tuple[ErpRecord, ...]:
        """Return the sale orders that a customer invoice bills, in the order of its lines."""

    # --- we order from them
    def read_purchase_order(self, order: ErpRecord) -> PurchaseOrder:
        """Return a confirmed purchase.order, or with the purpose `cancel` one that is cancelled.

        ids: vendor_part (supplierinfo), buyer_part (default_code), upc.

        A line's `number` is stable: its ordinal by (sequence, id) when first read is not enough, so it is
        the purchase.order.line id as text.
        """

    def post_order_acknowledgment(
        self,
        key: str,
        ack: OrderAcknowledgment | OrderChangeAcknowledgment,
        order: ErpRecord,
        policy: AnswerPolicy,
    ) -> PostResult:
        """Write a supplier's 855 or 865 on its purchase order: reference, acknowledged, promised dates.

        What is near enough to the order by the policy is written by itself. Other differences of quantity, price
        or date, substitutes and rejections come back as HOLD findings, with a note and an activity on the order;
        released, quantities, prices and dates are written as acknowledged.
        """

    def post_ship_notice(
        self,
        key: str,
        notice: ShipNotice,
        orders: dict[str, ErpRecord],
        policy: NoticePolicy = NoticePolicy(),  # noqa: B008 - immutable
    ) -> PostResult:
        """Write a supplier's 856 on the open receipts: date, carrier reference, announced quantities, lots,
        packages. Nothing is validated. `orders`: order number -> purchase order.

        A notice of the same number replaces what of the earlier one has not come, and one that cancels takes it back.
        """

    def post_vendor_bill(
        self, key: str, invoice: Invoice, orders: Mapping[str, ErpRecord], policy: BillPolicy
    ) -> PostResult:
        """Make a DRAFT vendor bill (or refund) whose lines are linked to the purchase lines.

        `orders`: order number -> purchase order of that vendor, at least one.
        """

    def find_purchase_order(self, number: str, vendor_ref: str = "") -> ErpRecord | None:
        """Return the purchase order with that name (our BEG03), or None.

        With `vendor_ref` (res.partner `ref`, or else exact name) only when the order is this vendor's: one
        partner must not answer or bill an order that another one has.
        """

    # --- both
    def find_codes(self, kind: str, code: str) -> tuple[str, ...]:
        """Return at most 3 known codes nearest to an unknown one, best first; kind: item | ship_to | unit."""

    def add_note(self, key: str, record: ErpRecord, text: str) -> None:
        """Write a plain-text note on the record (chatter), once for each key."""

    def add_notes(self, notes: Sequence[NoteRequest]) -> list[Fault | None]:
        """Write many notes in few calls; one answer for each, in their order: None, or why it is not there."""

    def changes(
        self, topic: Topic, since: datetime | None, page_size: int = 200
    ) -> Iterator[list[ErpChange]]:
        """Yield all changes at or after `since` (UTC), in pages of at most `page_size`, oldest second first.

        A page is asked for when the one before has been taken: what is held in memory is one page. The caller
        keeps the cursor, overlaps, and drops what it has seen; it may stop after any page and come back with
        the newest `changed_at` that it got.
        """

    def changes_of(self, order: ErpRecord) -> list[ErpChange]:
        """Return what has happened to one sale or purchase order, whenever it was, all topics of its kind."""

    def now(self) -> datetime | None:
        """Return the ERP's clock (UTC, to the second), None when it does not tell; ours may differ."""

    def close(self) -> None:
        """Let go of connections."""


def money(value: float | str | Decimal, places: int = 2) -> Decimal:
    """Return an amount from an ERP's JSON number as a Decimal rounded to `places`, half up as Odoo does."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
