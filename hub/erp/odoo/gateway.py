"""The gateway to a real Odoo: `hub.erp.port.ErpGateway` over JSON-2 or XML-RPC.

It only hands each request to the part that knows it; what is called, with which fields, stands in calls.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeVar

from hub.breaker import Breaker
from hub.erp.odoo.acknowledging import Acknowledgments
from hub.erp.odoo.bills import Bills
from hub.erp.odoo.changes import Changes
from hub.erp.odoo.client import Session
from hub.erp.odoo.decisions import Decisions
from hub.erp.odoo.deliveries import Deliveries
from hub.erp.odoo.invoices import Invoices
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.lookups import Codes
from hub.erp.odoo.names import Names
from hub.erp.odoo.naming import OdooNaming
from hub.erp.odoo.orders import Orders
from hub.erp.odoo.paid_bills import PaidBills
from hub.erp.odoo.parties import Parties
from hub.erp.odoo.payments import Payments
from hub.erp.odoo.places import Places
from hub.erp.odoo.probing import probe
from hub.erp.odoo.proving import OdooProving
from hub.erp.odoo.purchase_lines import PurchaseLines
from hub.erp.odoo.purchases import Purchases
from hub.erp.odoo.receipts import Receipts
from hub.erp.odoo.received import Received
from hub.erp.odoo.records import OdooRecords
from hub.erp.odoo.revising import Revisions
from hub.erp.odoo.supplying import OdooSupplying
from hub.erp.odoo.warehousing import OdooWarehousing
from hub.erp.odoo.wires import OdooSettings
from hub.erp.port import (
    AnswerPolicy,
    BillPolicy,
    Capabilities,
    ErpChange,
    Fault,
    NoteRequest,
    NoticePolicy,
    OrderPolicy,
    OrderRequest,
    PostResult,
    Topic,
)
from hub.model.documents import (
    Invoice,
    OrderAcknowledgment,
    OrderChangeAcknowledgment,
    PurchaseOrder,
    ShipNotice,
)
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import ErpRecord

_T = TypeVar("_T")


class OdooGateway:
    """One Odoo, as the hub sees it. May be used by several threads."""

    def __init__(self, settings: OdooSettings, breaker: Breaker | None = None) -> None:
        session = Session(settings, breaker)
        names = Names(session)
        self._session = session
        self._names = names
        self._codes = Codes(session)
        self._ledger = Ledger(session)
        parties = Parties(session)
        self._orders = Orders(session, names, self._codes, self._ledger)
        self.records = OdooRecords(session)
        self.naming = OdooNaming(session, self._codes, self.records)
        self.supplying = OdooSupplying(session, names, self._codes)
        self.revising = Revisions(session, names, self._ledger, self._orders)
        self._decisions = Decisions(session, names, self._codes, self._ledger)
        self._deliveries = Deliveries(session, names, self._codes, parties)
        places = Places(session)
        self._invoices = Invoices(session, names, self._codes, parties, places)
        self._changes = Changes(session)
        lines = PurchaseLines(session, names, self._codes)
        self._purchases = Purchases(session, names, parties, self._ledger, lines)
        self._answers = Acknowledgments(session, names, self._ledger, self._purchases, lines)
        self._receipts = Receipts(session, names, self._ledger, self._purchases, lines)
        self._bills = Bills(session, self._ledger, self._purchases, lines, places)
        paid_bills = PaidBills(session, names, parties, places)
        self.payments = Payments(session, names, self._ledger, self._codes, paid_bills)
        self.warehousing = OdooWarehousing(session, names, self._ledger, self._codes, parties)
        self.proving = OdooProving(session)
        self.receiving = Received(session, names, self._ledger, self._purchases, lines)

    def acting_for(self, company: str) -> AbstractContextManager[None]:
        """Do all that this thread does within for one of Odoo's companies."""
        return self._session.acting_for(company)

    def probe(self) -> Capabilities:
        """Log in; read version, models, fields and rights."""
        return probe(self._session, self._names)

    def find(self, key: str) -> ErpRecord | None:
        """Return the record that a key made, or was written on."""
        return self._ledger.find(key)

    # --- they order from us
    def post_order(self, key: str, order: PurchaseOrder, policy: OrderPolicy) -> PostResult:
        """Make the draft sale.order of a key, once."""
        return _one(self.post_orders([OrderRequest(key, order, policy)]))

    def post_orders(self, requests: Sequence[OrderRequest]) -> list[PostResult | Fault]:
        """Make the draft sale.orders of many keys, once each."""
        return self._orders.post(requests)

    def order_batch_size(self) -> int:
        """Return how many orders to bring at once now."""
        return self._orders.batch_size

    def confirm_orders(self, records: Sequence[ErpRecord]) -> list[ErpRecord | Fault]:
        """Confirm the sale orders that are not confirmed."""
        return self._decisions.confirm(records)

    def confirm_order(self, record: ErpRecord) -> ErpRecord:
        """Confirm a sale order that is not confirmed."""
        return _one(self.confirm_orders([record]))

    def read_order_decision(self, order: ErpRecord, *, by_stock: bool = False) -> OrderAcknowledgment:
        """Return the order as Odoo has it now."""
        return self._decisions.read(order, by_stock=by_stock)

    def read_delivery(self, delivery: ErpRecord, gs1_prefix: str = "") -> ShipNotice:
        """Return a finished outgoing picking."""
        return self._deliveries.read(delivery, gs1_prefix)

    def carried_orders(self, delivery: ErpRecord) -> tuple[ErpRecord, ...]:
        """Return the sale orders whose goods a finished delivery carries."""
        return self._deliveries.orders(delivery)

    def label_packages(self, delivery: ErpRecord, gs1_prefix: str) -> None:
        """Name a delivery's packages by their labels."""
        self._deliveries.label(delivery, gs1_prefix)

    def read_invoice(self, invoice: ErpRecord, order: ErpRecord | None = None) -> Invoice:
        """Return a posted customer invoice or credit note, or what it bills of one order."""
        return self._invoices.read(invoice, order)

    def billed_orders(self, invoice: ErpRecord) -> tuple[ErpRecord, ...]:
        """Return the sale orders that a customer invoice bills."""
        return self._invoices.orders(invoice)

    # --- we order from them
    def read_purchase_order(self, order: ErpRecord) -> PurchaseOrder:
        """Return a confirmed purchase order."""
        return self._purchases.read(order)

    def find_purchase_order(self, number: str, vendor_ref: str = "") -> ErpRecord | None:
        """Return the purchase order with that name (and of that vendor), or None."""
        return self._purchases.find(number, vendor_ref)

    def post_order_acknowledgment(
        self,
        key: str,
        ack: OrderAcknowledgment | OrderChangeAcknowledgment,
        order: ErpRecord,
        policy: AnswerPolicy,
    ) -> PostResult:
        """Write a supplier's answer on its purchase order, once."""
        return self._answers.post(key, ack, order, policy)

    def post_ship_notice(
        self,
        key: str,
        notice: ShipNotice,
        orders: dict[str, ErpRecord],
        policy: NoticePolicy = NoticePolicy(),  # noqa: B008 - immutable
    ) -> PostResult:
        """Write a supplier's ship notice on the open receipts, once."""
        return self._receipts.announce(key, notice, orders, policy)

    def post_vendor_bill(
        self, key: str, invoice: Invoice, orders: Mapping[str, ErpRecord], policy: BillPolicy
    ) -> PostResult:
        """Make a draft vendor bill, once."""
        return self._bills.post(key, invoice, orders, policy)

    # --- both
    def find_codes(self, kind: str, code: str) -> tuple[str, ...]:
        """Return at most 3 known codes nearest to an unknown one."""
        return self._codes.near(kind, code)

    def add_note(self, key: str, record: ErpRecord, text: str) -> None:
        """Write a plain-text note in the record's chatter, once."""
        self._ledger.tell(key, record, text)

    def add_notes(self, notes: Sequence[NoteRequest]) -> list[Fault | None]:
        """Write many notes, once each."""
        return self._ledger.tell_all(notes)

    def changes(
        self, topic: Topic, since: datetime | None, page_size: int = 200
    ) -> Iterator[list[ErpChange]]:
        """Yield changes at or after an instant in pages, oldest first."""
        return self._changes.since(topic, since, page_size)

    def changes_of(self, order: ErpRecord) -> list[ErpChange]:
        """Return what has happened to one order, whenever it was."""
        return self._changes.of(order)

    def now(self) -> datetime | None:
        """Return Odoo's clock, from the Date of an answer."""
        return self._session.now()

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()


def _one(answers: Sequence[_T | Fault]) -> _T:
    """Return the answer of a batch of one, or raise the fault that it is."""
    (answer,) = answers
    if isinstance(answer, Retryable | Undeliverable):
        raise answer
    return answer
