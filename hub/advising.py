"""advising: how the partner hears that an operator refused a document of theirs.

An order that never was one of ours is answered by an order acknowledgment (855), where that is agreed; a change of an
order that we have by an order change acknowledgment (865), which is begun in the transaction of the decision and
written like any answer to a change. Everything else gets an 824, where that is agreed. 855 and 824 are written in the
transaction, with control numbers of their own. One of them goes once a document: one that is rejected again after a
redrive was told of already.
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
from hub.model.outcome import Reply
from hub.model.partner import Partner
from hub.operations import Refused
from hub.order_history import OrderHistory
from hub.stages import watch
from hub.stages.acknowledge import answer_document
from hub.stages.addresses import Company
from hub.stages.change_answers import refuse_change
from hub.stages.order_refusals import answer_refused, refuse_order
from hub.store import Tx
from translators.port import Acknowledger, Translator

_DOCUMENTS: msgspec.json.Decoder[AnyDocument] = msgspec.json.Decoder(AnyDocument)

#: Our documents that tell a partner of a rejection, as people call them.
_AS_PEOPLE_SAY = {
    DocType.APPLICATION_ADVICE: "824",
    DocType.ORDER_ACKNOWLEDGMENT: "order acknowledgment (855)",
}
#: States in which an order came to nothing, or a copy of it.
_NOTHING_CAME = frozenset({State.REJECTED, State.CANCELLED, State.TESTED, State.DUPLICATE})


class Advising:
    """Tells partners for `Operations.reject`, by what their profiles send: 855, 865, else 824."""

    def __init__(
        self,
        partners: Callable[[], Mapping[str, Partner]],
        company: Company,
        acknowledger: Acknowledger,
        translators: Mapping[str, Translator],
        clock: Callable[[], datetime],
    ) -> None:
        self._partners, self._company = partners, company
        self._acknowledger, self._translators, self._clock = acknowledger, translators, clock

    def now(self) -> datetime:
        """Return the instant, UTC."""
        return self._clock()

    def __call__(self, tx: Tx, exchange: Exchange, why: str) -> str:
        """Answer a document by what is agreed, if anything is; return in words how the partner hears of it."""
        partner = self._partners().get(exchange.partner)
        if partner is None:
            raise Refused(
                f"the profile of {exchange.partner} does not load, and it says what answer is owed; "
                f"run `hub partner lint {exchange.partner}`"
            )
        told = _told(tx, exchange)
        if told:
            return f"exchange {told} told them before"
        said = _as_read(tx, exchange)
        if isinstance(said, OrderChange):
            answered = self._change_answered(tx, exchange, said, partner, why)
            if answered:
                return answered
        reply = self._order_answered(tx, exchange, said, partner, why) or answer_document(
            exchange,
            tuple(tx.findings(exchange_id=exchange.id)),
            why,
            partner=partner,
            company=self._company,
            x12=self._acknowledger,
        )
        if reply is None:
            return (
                f"no [send.{DocType.APPLICATION_ADVICE}] is agreed with {partner.name}, so tell them yourself"
            )
        assert exchange.transmission_id is not None, "a received document came in a file"
        added = commit.add_reply(tx, reply, exchange.transmission_id, self)
        return f"exchange {added.id} tells them by an {_AS_PEOPLE_SAY[reply.document]}"

    def _order_answered(
        self, tx: Tx, exchange: Exchange, order: AnyDocument | None, partner: Partner, why: str
    ) -> Reply | None:
        """Return the 855 that rejects an order; None where it is none, or we have one of that number.

        An 855 on a repeat would reject the order that we have; that of a single store, those of the others.
        """
        if not isinstance(order, PurchaseOrder) or order.store or not _is_new(tx, exchange, order):
            return None
        today = self._clock().astimezone().date()
        return answer_refused(
            exchange,
            refuse_order(order, why, today),
            partner=partner,
            company=self._company,
            translators=self._translators,
        )

    def _change_answered(
        self, tx: Tx, exchange: Exchange, change: OrderChange, partner: Partner, why: str
    ) -> str:
        """Begin the 865 that rejects a change; empty where none is agreed, or we have no such order."""
        ordered = _ordered(tx, exchange, change)
        if ordered is None:
            return ""
        record, order = ordered
        new = watch.rejection_of_change(exchange, change.order_number, record, partner, self._company)
        if new is None:
            return ""
        if not commit.add_news(tx, new):
            return "an order change acknowledgment told them before"
        answer = msgspec.json.encode(refuse_change(change, why, order, record))
        tx.put_artifact(exchange.id, watch.REJECTION, msgspec.json.format(answer, indent=2))
        return f"an order change acknowledgment (865) tells them that {record.name} stays as it is"


def _as_read(tx: Tx, exchange: Exchange) -> AnyDocument | None:
    data = tx.artifact(exchange.id, "canonical")
    return None if data is None else _DOCUMENTS.decode(data)


def _told(tx: Tx, exchange: Exchange) -> int | None:
    """Return the exchange by which the partner heard of a document's rejection; its parts are one document."""
    for part in (exchange, *tx.exchanges_beside(exchange)):
        for answer in tx.acknowledgments(part.id):
            ours = answer.ack_exchange_id if answer.direction is Direction.OUT else None
            if ours is not None and tx.exchange(ours).document in _AS_PEOPLE_SAY:
                return ours
    return None


def _is_new(tx: Tx, exchange: Exchange, order: PurchaseOrder) -> bool:
    """Say whether an order is no repeat or change of one that we have, or are about to have."""
    key = posting_key(exchange.partner, DocType.PURCHASE_ORDER, order.number, order.release)
    others = [e for e in tx.exchange_by_key(key, Direction.IN) if e.id != exchange.id]
    return (
        order.purpose == "original" and exchange.erp is None and all(e.state in _NOTHING_CAME for e in others)
    )


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
