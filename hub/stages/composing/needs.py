"""What every composer asks of the hub, and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from hub.erp.port import ErpGateway
from hub.model.documents import AnyDocument, DocType, OrderChangeAcknowledgment, PurchaseOrder
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.stages.addresses import Company
from hub.stages.patience import Wait
from translators.crosswalk import Tables
from translators.port import Translator


class Composed(Struct, frozen=True):
    """A document in the partner's words, what speaks against sending it, and what it could wait for."""

    document: AnyDocument
    findings: tuple[Finding, ...] = ()
    wait: Wait | None = None


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
    def open_documents(self, exchange: Exchange, document: DocType) -> Sequence[Exchange]: ...
    def send_tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]: ...


#: Makes one kind of document of an Odoo record.
Composer = Callable[[Exchange, ErpRecord, Partner, Needs], Composed]
