"""The port's part for warehouses: ours that somebody else keeps, and goods of somebody else that we keep."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from hub.erp.port.results import PostResult
from hub.model.documents import WarehouseAdvice, WarehouseOrder
from hub.model.exchange import ErpRecord

#: When a transfer is validated by itself: never, when all of it was done as ordered, or always.
Validation = Literal["never", "when_exact", "always"]


class AdvicePolicy(Struct, frozen=True, kw_only=True):
    """How an advice of a warehouse may be posted, from the agreement."""

    warehouse: str  # stock.warehouse `code`: no other transfers may be touched
    validate: Validation = "never"
    damaged: str = ""  # stock.location `complete_name`: where damaged goods go; empty: a person decides
    released: bool = False  # an operator decided: more than ordered, or goods in question, no longer hold it


class StoragePolicy(Struct, frozen=True, kw_only=True):
    """How an order of a depositor may be posted, from the agreement."""

    depositor_ref: str  # res.partner `ref`, or else exact name: the owner of the goods
    warehouse: str  # stock.warehouse `code`
    origin: str = ""  # as of an order's policy


class Warehousing(Protocol):
    """What the hub asks of an ERP about warehouses."""

    # --- somebody keeps our goods
    def read(self, transfer: ErpRecord) -> WarehouseOrder:
        """Return a transfer as an order to the warehouse: ship (a delivery) or receive (a receipt).

        `purpose` is cancel when it is cancelled. A line's ids: our code as vendor_part, barcodes; its order_line is
        the customer's line number, or that of our purchase order.
        """

    def post(self, key: str, advice: WarehouseAdvice, policy: AdvicePolicy) -> PostResult:
        """Write what a warehouse did on its transfer, once: quantities, lots, packages, tracking number.

        What was done is marked as picked; the transfer is validated as the policy says, its rest put off, or
        cancelled where the warehouse says so. A later advice on the same order adds to what the earlier told as
        long as the transfer is open, then goes to the backorder; one of the same number is never written twice.
        Goods in question (damaged, rejected ...) are never validated unasked, but for damaged ones with a place.
        """

    # --- we keep somebody's goods
    def post_order(self, key: str, order: WarehouseOrder, policy: StoragePolicy) -> PostResult:
        """Make a draft transfer of a depositor's order, once; the goods are theirs (owner)."""

    def cancel(self, key: str, order: WarehouseOrder, transfer: ErpRecord) -> PostResult:
        """Cancel a depositor's transfer, once; one that is done holds."""

    def read_done(self, transfer: ErpRecord) -> WarehouseAdvice:
        """Return what was shipped or received of a depositor's order. Raises Undeliverable when it is not done."""
