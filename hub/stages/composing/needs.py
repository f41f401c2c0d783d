"""What every composer asks of the hub, and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from hub.erp.port import ErpGateway
from hub.model.documents import AnyDocument, DocType, OrderChangeAcknowledgment, PurchaseOrder
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.stages.addresses import Company
from hub.stages.patience import Wait
from hub.stages.revisions import Answer
from translators.crosswalk import Tables
from translators.port import Translator


class Composed(Struct, frozen=True):
    """A document in the partner's words, what speaks against sending it, and what it could wait for."""

    document: AnyDocument
    findings: tuple[Finding, ...] = ()
    wait: Wait | None = None
    artifacts: Mapping[str, bytes] = field(default_factory=dict)  # kept with it once it is written
    nothing: str = ""  # why nothing is to be told after all


class Needs(Protocol):
    """What composing asks of the hub."""

    def partner(self, key: str) -> Partner: ...
    def company(self) -> Company: ...
    def translator(self, name: str) -> Translator: ...
    def erp(self) -> ErpGateway: ...
    def today(self) -> dt.date: ...
    def now(self) -> dt.datetime: ...
    def order_as_received(self, exchange: Exchange) -> PurchaseOrder: ...
    def change_answer(self, exchange: Exchange) -> OrderChangeAcknowledgment: ...
    def change_answers(self, exchange: Exchange) -> Sequence[OrderChangeAcknowledgment]: ...
    def sent_documents(self, exchange: Exchange, document: DocType) -> Sequence[AnyDocument]: ...
    def last_basis(self, exchange: Exchange) -> AnyDocument | None: ...
    def open_documents(self, exchange: Exchange, document: DocType) -> Sequence[Exchange]: ...
    def order_as_known(self, exchange: Exchange) -> PurchaseOrder | None: ...
    def answers_since(self, exchange: Exchange) -> Sequence[Answer]: ...
    def send_tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]: ...


#: Makes one kind of document of an Odoo record.
Composer = Callable[[Exchange, ErpRecord, Partner, Needs], Composed]
