"""advising: how the partner hears that an operator refused a document of theirs.

A change of an order that we have is answered by an order change acknowledgment (865), where that is agreed: begun in
the transaction of the decision, and written like any answer to a change. Everything else gets an 824, where that is
agreed, written in the transaction with control numbers of its own. Either goes once a document: one that is rejected
again after a redrive was told of already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

import msgspec
from msgspec import structs

from hub import commit
from hub.model.documents import AnyDocument, DocType, OrderChange, PurchaseOrder
from hub.model.exchange import Direction, ErpRecord, Exchange, State, posting_key
from hub.model.partner import Partner
from hub.operations import Refused
from hub.order_history import OrderHistory
from hub.stages import watch
from hub.stages.acknowledge import answer_document
from hub.stages.addresses import Company
from hub.stages.change_answers import refuse_change
from hub.store import Tx
from translators.port import Acknowledger

_DOCUMENTS: msgspec.json.Decoder[AnyDocument] = msgspec.json.Decoder(AnyDocument)


class Advising:
    """Tells partners for `Operations.reject`, by what their profiles send: an 865 on a change, else an 824."""

    def __init__(
        self,
        partners: Callable[[], Mapping[str, Partner]],
        company: Company,
        acknowledger: Acknowledger,
        clock: Callable[[], datetime],
    ) -> None:
        self._partners, self._company = partners, company
        self._acknowledger, self._clock = acknowledger, clock

    def now(self) -> datetime:
        """Return the instant, UTC."""
        return self._clock()

    def __call__(self, tx: Tx, exchange: Exchange, why: str) -> str:
        """Begin the 865 on a change or write the 824, if one is due; return in words how the partner hears of it."""
        partner = self._partners().get(exchange.partner)
        if partner is None:
            raise Refused(
                f"the profile of {exchange.partner} does not load, and it says whether an 824 is owed; "
                f"run `hub partner lint {exchange.partner}`"
            )
        parts = (exchange, *tx.exchanges_beside(exchange))  # of one document, which is advised once
        for told in (told for part in parts for told in tx.acknowledgments(part.id)):
            if told.direction is Direction.OUT and told.kind == "824":
                return f"exchange {told.ack_exchange_id} told them before"
        answered = self._answered(tx, exchange, partner, why)
        if answered is not None:
            return answered
        findings = tuple(tx.findings(exchange_id=exchange.id))
        reply = answer_document(
            exchange, findings, why, partner=partner, company=self._company, x12=self._acknowledger
        )
        if reply is None:
            return (
                f"no [send.{DocType.APPLICATION_ADVICE}] is agreed with {partner.name}, so tell them yourself"
            )
        assert exchange.transmission_id is not None, "a received document came in a file"
        added = commit.add_reply(tx, reply, exchange.transmission_id, self)
        return f"exchange {added.id} tells them by an 824"

    def _answered(self, tx: Tx, exchange: Exchange, partner: Partner, why: str) -> str | None:
        """Begin the rejecting answer (865) to a change; None where it is none, or none of an order that we have."""
        data = tx.artifact(exchange.id, "canonical")
        change = None if data is None else _DOCUMENTS.decode(data)
        if not isinstance(change, OrderChange):
            return None
        ordered = _ordered(tx, exchange, change)
        if ordered is None:
            return None
        record, order = ordered
        new = watch.rejection_of_change(exchange, change.order_number, record, partner, self._company)
        if new is None:
            return None
        if not commit.add_news(tx, new):
            return "an order change acknowledgment told them before"
        answer = msgspec.json.encode(refuse_change(change, why, order, record))
        tx.put_artifact(exchange.id, watch.REJECTION, msgspec.json.format(answer, indent=2))
        return f"an order change acknowledgment (865) tells them that {record.name} stays as it is"


class _UnderWay:
    """A transaction, read by those that would open one."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def read(self) -> AbstractContextManager[Tx]:
        return nullcontext(self._tx)


def _ordered(tx: Tx, exchange: Exchange, change: OrderChange) -> tuple[ErpRecord, PurchaseOrder] | None:
    """Return the sale order that a change is of, and the order as it was last agreed on.

    None: we have no such order, or one for each store, and then no one number of ours answers.
    """
    key = posting_key(exchange.partner, DocType.PURCHASE_ORDER, change.order_number, change.release)
    for made in tx.exchange_by_key(key, Direction.IN):
        if made.id != exchange.id and made.state is State.POSTED and made.erp is not None:
            order = OrderHistory(_UnderWay(tx)).order_as_received(
                structs.replace(exchange, erp=made.erp, order_number=made.order_number)
            )
            return None if order.store else (made.erp, order)
    return None
