"""What every post to the ERP is given and gives back."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from hub.model.documents import PurchaseOrder
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding
from hub.model.leeway import Leeway


class OrderPolicy(Struct, frozen=True, kw_only=True):
    """How an inbound order may be posted, from the agreement."""

    customer_ref: str  # res.partner `ref`, or else exact name
    price: str = "partner"  # partner | pricelist | tolerance N%
    origin: str = ""  # e.g. "EDI 000000905/0001 exchange 42": the record names its exchange
    one_place: bool = False  # lines for several places (SDQ) all go to the order's one: no question, a note
    released: bool = False  # an operator decided: price differences no longer hold
    unknown_item: str = "hold"  # hold | note: a line whose item nobody knows becomes a note on the order


class AnswerPolicy(Struct, frozen=True, kw_only=True):
    """How far a supplier's answer may depart from our order and still be written on it, from the agreement."""

    price: Leeway = Leeway()
    quantity: Leeway = Leeway()
    days: int = -1  # promised so many days after what we asked for; -1: any day
    released: bool = False  # an operator decided: all of it is written


class BillPolicy(Struct, frozen=True, kw_only=True):
    """How a supplier's invoice may be posted, from the agreement."""

    by_receipt: bool = False  # what was received is the most that may be billed, where Odoo's product says so
    price: Leeway | None = None  # from ours, per our unit; None: half of the last place of the ERP's prices
    quantity: Leeway = Leeway()  # so much more than was ordered, or received, may be billed
    released: bool = False  # an operator decided: prices and quantities no longer hold
    sum_released: bool = False  # ... and saw that it does not add up: neither does that


class NoticePolicy(Struct, frozen=True, kw_only=True):
    """How a supplier's ship notice may be posted, from the agreement."""

    quantity: Leeway = Leeway()  # so much more than was ordered may come
    released: bool = False  # an operator decided: too much no longer holds


class PostResult(Struct, frozen=True, kw_only=True):
    """What came of a post. No record: the findings say why."""

    record: ErpRecord | None = None
    created: bool = False
    findings: tuple[Finding, ...] = ()


class OrderRequest(Struct, frozen=True):
    """One customer's order to be posted, among others of the same call."""

    key: str
    order: PurchaseOrder
    policy: OrderPolicy


class NoteRequest(Struct, frozen=True):
    """A plain-text note to be written on a record, once for its key."""

    key: str
    record: ErpRecord
    text: str


#: What stands in the place of one answer among many: told, not raised, so that its neighbours have theirs.
Fault: TypeAlias = Retryable | Undeliverable
