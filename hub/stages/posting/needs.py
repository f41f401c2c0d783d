"""What every poster asks of the hub, and how they name partners, orders and exchanges in Odoo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct, field

from hub.erp.port import Fault, PostResult
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, PurchaseOrder
from hub.model.exchange import ErpRecord, Exchange, Transmission
from hub.model.finding import Finding, Severity, Where
from hub.model.outcome import NewExchange
from hub.model.partner import Partner
from hub.model.stock import StockTold
from hub.stages import watch
from hub.stages.patience import Wait
from hub.stages.recording import posting as recording


class Needs(watch.Needs, recording.Needs, Protocol):
    """What posting asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def looking_at(self, items: Sequence[Transmission | Exchange]) -> AbstractContextManager[object]: ...
    def document(self, exchange: Exchange) -> AnyDocument: ...
    def findings(self, exchange: Exchange, stage: str) -> Sequence[Finding]: ...
    def now(self) -> dt.datetime: ...
    def today(self) -> dt.date: ...
    def same_key(self, key: str) -> Sequence[Exchange]: ...
    def order_as_received(self, exchange: Exchange) -> PurchaseOrder: ...
    def placed(self, partner: str, number: str) -> ErpRecord | None: ...
    def sent_about(self, partner: str, number: str, document: DocType) -> Sequence[Exchange]: ...
    def changes_of_order(self, exchange: Exchange) -> Sequence[Exchange]: ...


class Posted(Struct, frozen=True):
    """What came of a post, and what to add to the sentence about it, e.g. ", confirmed".

    `wait`: nothing was posted yet. `artifacts` are kept with the exchange, `noticed` begins what has to be told.
    """

    result: PostResult
    more: str = ""
    wait: Wait | None = None
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    noticed: tuple[NewExchange, ...] = ()
    stock: StockTold | None = None  # what the hub itself keeps: then no record in Odoo is needed


#: Brings one kind of document to Odoo, once; a repeat finds what an earlier try left behind.
Poster = Callable[[Exchange, AnyDocument, Needs], Posted]
#: Brings many documents of one kind and one partner; one answer for each, and a fault of one touches no other.
Crowd = Callable[[Sequence[tuple[Exchange, AnyDocument]], Needs], list[Posted | Fault]]


def reference(partner: Partner) -> str:
    """Return how the partner is called in Odoo: its reference there, or its name."""
    return partner.identity.odoo or partner.name


def their_order(exchange: Exchange, number: str, needs: Needs) -> ErpRecord | None:
    """Return the purchase order with that number if it was placed with this supplier: nobody bills another's."""
    return needs.erp().find_purchase_order(number, reference(needs.partner(exchange.partner)))


def unknown_order(number: str) -> Posted:
    """Hold a document for an order that we did not place with this supplier."""
    finding = Finding(
        problem=problems.ORDER_UNKNOWN,
        severity=Severity.HOLD,
        message=f"we placed no purchase order {number!r} with this supplier",
        where=Where(path="order_number"),
        value=number,
        hint="ask the supplier which order they mean; release when the order is in Odoo",
    )
    return Posted(PostResult(findings=(finding,)))


def origin(exchange: Exchange) -> str:
    """Return how a record in Odoo names its exchange (sale.order `origin`, chatter notes)."""
    envelope = exchange.envelope
    numbers = "/".join(n for n in (envelope.interchange_control, envelope.set_control) if n)
    return f"EDI {numbers} exchange {exchange.id}" if numbers else f"EDI exchange {exchange.id}"
