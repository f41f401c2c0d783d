"""What a stage decides. The pipeline commits it, in one SQL transaction; a stage itself never writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from hub.model.documents import DocType
from hub.model.envelope import Address, Envelope
from hub.model.errors import Trouble
from hub.model.exchange import Direction, ErpRecord, State
from hub.model.finding import Finding
from hub.model.stock import StockTold

#: Makes the bytes of a file once its control numbers are known.
Render = Callable[[Envelope], bytes]


class OutFile(Struct, frozen=True, kw_only=True):
    """A file to be written to a partner. The pipeline draws its control numbers in the same transaction.

    `envelope` holds the addresses, release and usage; the numbers and `prepared_at` are filled in then.
    """

    envelope: Envelope
    render: Render


class Answered(Struct, frozen=True, kw_only=True):
    """One acknowledgment of one exchange, for the acknowledgment ledger."""

    exchange_id: int
    verdict: str  # A, E, P, R
    detail: str = ""


class Reply(Struct, frozen=True, kw_only=True):
    """An acknowledgment that we send (TA1, 997, 999, receipt); it becomes an outbound exchange of its own."""

    kind: str
    partner: str
    document: DocType
    file: OutFile
    answers: tuple[Answered, ...] = ()
    verdict: str = ""  # where it answers no exchange: on the envelope or the empty group
    number: str = ""  # what it answers, for the log
    order_number: str = ""  # the order that it is about, where it answers one
    canonical: bytes = b""  # the document that it is, where it is one


class NewExchange(Struct, frozen=True, kw_only=True):
    """An exchange that a stage found or noticed."""

    partner: str
    direction: Direction
    document: DocType
    state: State
    envelope: Envelope
    lane: str
    payload: bytes = b""
    position: int = 0
    number: str = ""
    order_number: str = ""
    key: str = ""
    why: str = ""
    source: ErpRecord | None = None  # outbound: the Odoo record whose event we tell
    happened_at: datetime | None = None  # outbound: when that event was, by Odoo's clock (UTC)
    erp: ErpRecord | None = None  # outbound: the order that it belongs to
    findings: tuple[Finding, ...] = ()
    digest: str = ""  # inbound: of its content as they wrote it
    canonical: bytes = b""  # inbound, where it begins translated


class NewGroup(Struct, frozen=True, kw_only=True):
    """A received functional group and its exchanges; without `envelope` nothing will be acknowledged."""

    partner: str
    envelope: Envelope | None = None
    declared_count: str = ""
    findings: tuple[Finding, ...] = ()
    exchanges: tuple[NewExchange, ...] = ()


class SeenInterchange(Struct, frozen=True, kw_only=True):
    """An accepted interchange, kept to recognise its control number when it comes again."""

    sender: Address
    receiver: Address
    usage: str
    control: str


class Settlement(Struct, frozen=True, kw_only=True):
    """What an incoming acknowledgment does to an exchange that we sent."""

    exchange_id: int
    kind: str  # TA1 | 997 | 999
    verdict: str
    state: State | None  # None: only recorded (a repeat, or a note)
    why: str = ""
    findings: tuple[Finding, ...] = ()


class Outcome(Struct, frozen=True, kw_only=True):
    """The decision of one step.

    `changes` are columns of the exchange (number, order_number, key, digest, erp, lane, deadline_at ...);
    `due_in_seconds` delays its next step, for a retry or a wait; `tried` counts the step as a failed try.
    """

    state: State
    why: str = ""
    findings: tuple[Finding, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    orders: tuple[str, ...] = ()  # all orders that the document belongs to; none: what is known stays
    due_in_seconds: float | None = None
    tried: bool = False
    trouble: Trouble = Trouble.FAILED  # of a failed try: how long the pause is
    file: OutFile | None = None
    replies: tuple[Reply, ...] = ()
    groups: tuple[NewGroup, ...] = ()
    seen: tuple[SeenInterchange, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    posted: ErpRecord | None = None
    stock: StockTold | None = None  # what a seller has, for the hub's own table
    noticed: tuple[NewExchange, ...] = ()  # outbound; what is begun already is left as it is
    beside: tuple[NewExchange, ...] = ()  # inbound: what else the document of this exchange becomes
