"""What was said about one order over all its documents, and as what it is known on each side.

Their order: as they wrote it, with the changes agreed on since. Ours: as the supplier was told it last, and what
they answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from hub.model.documents import (
    AnyDocument,
    DocType,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    PurchaseOrder,
    Remittance,
)
from hub.model.errors import ConfigError
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from hub.stages.revisions import Answer
from hub.stages.watch import REJECTION
from hub.store import Tx
from hub.store.exchanges import COMMITTED_STATES

_DOCUMENTS: msgspec.json.Decoder[AnyDocument] = msgspec.json.Decoder(AnyDocument)


class Reads(Protocol):
    """Where the log is read: a store, or a transaction that is under way."""

    def read(self) -> AbstractContextManager[Tx]: ...


class OrderHistory:
    """Reads the log of orders. Safe for many threads, where the store is."""

    def __init__(self, store: Reads) -> None:
        self._store = store

    # --- their orders
    def order_as_received(self, exchange: Exchange) -> PurchaseOrder:
        """Return the order that an exchange belongs to, in the partner's words, with all changes agreed on since."""
        changed = (self._kept(change, "order") for change in reversed(self._applied(exchange)))
        made = (self._kept(origin, "canonical") for origin in self._of_order(exchange))
        for order in (*changed, *made):
            if isinstance(order, PurchaseOrder):
                return order
        raise ConfigError(f"the order {exchange.order_number!r} is not in the log; nothing can answer it")

    def change_answers(self, exchange: Exchange) -> Sequence[OrderChangeAcknowledgment]:
        """Return what was decided about the changes of the order of an exchange, in the order of their doing."""
        answers = (self._kept(change, "answer") for change in self._applied(exchange))
        return [answer for answer in answers if isinstance(answer, OrderChangeAcknowledgment)]

    def _applied(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the changes of an order that are in Odoo, in the order in which they were brought there."""
        posted = [c for c in self.changes_of_order(exchange) if c.state is State.POSTED]
        return sorted(posted, key=lambda c: (c.updated_at, c.id))

    def changes_of_order(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the changes of the order of an exchange that came in and were understood, oldest first."""
        with self._store.read() as tx:
            known = tx.exchanges_of_order(exchange.partner, exchange.order_number)
        return [
            e
            for e in known
            if e.direction is Direction.IN
            and e.document in {DocType.ORDER_CHANGE, DocType.PURCHASE_ORDER}
            and isinstance(self._kept(e, "canonical"), OrderChange)
        ]

    def change_answer(self, exchange: Exchange) -> OrderChangeAcknowledgment:
        """Return what was decided about the change that an outbound answer tells of."""
        for change, kind in self._changes_answered(exchange):
            answer = self._kept(change, kind)
            if isinstance(answer, OrderChangeAcknowledgment):
                return answer
        raise ConfigError(
            f"what was decided about {exchange.number!r} is not in the log; nothing can answer it"
        )

    def _changes_answered(self, exchange: Exchange) -> Sequence[tuple[Exchange, str]]:
        """Return the changes that an answer may be to, newest first, and as what it is kept with them."""
        key = exchange.key.partition(":")[2]
        rejected = key.partition(":")
        with self._store.read() as tx:
            if rejected[0] == REJECTION:
                return [(tx.exchange(int(rejected[2])), REJECTION)]
            found = sorted(tx.exchange_by_key(key, Direction.IN), key=lambda e: e.id)
        return [(change, "answer") for change in reversed(found)]

    def _of_order(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return what came in and made the Odoo record of an exchange's order, oldest first."""
        if exchange.erp is None:
            return []
        with self._store.read() as tx:
            found = tx.exchanges_by_erp(exchange.erp.model, exchange.erp.id)
        return [e for e in found if e.direction is Direction.IN]

    def orders_of(self, partner: str, document: AnyDocument) -> tuple[str, ...]:
        """Return the orders that a document belongs to; a payment to those of the invoices that it settles."""
        if not isinstance(document, Remittance) or document.order_numbers:
            return document.order_numbers
        with self._store.read() as tx:
            return tuple(tx.orders_of(partner, DocType.INVOICE, [item.number for item in document.items]))

    # --- our orders
    def was_told(self, record: ErpRecord, document: DocType) -> bool:
        """Say whether a document of this kind went out that tells of an Odoo record."""
        with self._store.read() as tx:
            known = tx.exchanges_by_source(record.model, record.id)
        return any(e.document is document and e.state in COMMITTED_STATES for e in known)

    def order_as_known(self, exchange: Exchange) -> PurchaseOrder | None:
        """Return a purchase order of ours as its supplier was told it last; None when they were not."""
        for told in reversed(self._told(exchange)):
            order = self._kept(told, "basis") or self._kept(told, "canonical")
            if isinstance(order, PurchaseOrder):
                return order
        return None

    def answers_since(self, exchange: Exchange) -> Sequence[Answer]:
        """Return what the supplier answered to our order since we told them of it last, oldest first."""
        told = self._told(exchange)
        with self._store.read() as tx:
            known = tx.exchanges_of_order(exchange.partner, exchange.order_number)
        answers = [
            self._kept(e, "canonical")
            for e in known
            if e.direction is Direction.IN and e.state is State.POSTED and told and e.id > told[-1].id
        ]
        return [a for a in answers if isinstance(a, OrderAcknowledgment | OrderChangeAcknowledgment)]

    def _told(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the other orders and changes of one order that went out, oldest first."""
        kinds = (DocType.PURCHASE_ORDER, DocType.ORDER_CHANGE)
        with self._store.read() as tx:
            known = [
                e for kind in kinds for e in tx.sent_exchanges(exchange.partner, exchange.order_number, kind)
            ]
        same = (e for e in known if e.id != exchange.id and same_record(e.erp, exchange.erp))
        return sorted(same, key=lambda e: e.id)

    def _kept(self, exchange: Exchange, kind: str) -> AnyDocument | None:
        """Return a document that is kept with an exchange, or None."""
        with self._store.read() as tx:
            data = tx.artifact(exchange.id, kind)
        return None if data is None else _DOCUMENTS.decode(data)


def same_record(one: ErpRecord | None, other: ErpRecord | None) -> bool:
    """Say whether two are the same Odoo record, whatever its state was when each was read."""
    return one is not None and other is not None and (one.model, one.id) == (other.model, other.id)
