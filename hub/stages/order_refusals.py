"""What we answer to an order that an operator rejects before it is one of ours: an 855 with the reason.

It is written with the decision, from the log alone: Odoo has no record of the order that could tell of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec
from msgspec import structs

from hub.model.documents import DocType, OrderAcknowledgment, PurchaseOrder
from hub.model.envelope import Envelope
from hub.model.exchange import Exchange
from hub.model.outcome import Answered, OutFile, Reply
from hub.model.partner import Partner
from hub.stages.addresses import Company, outgoing_envelope, trial
from hub.stages.answers import answer_order
from translators.errors import Unwritable
from translators.port import Translator

_ANSWER = DocType.ORDER_ACKNOWLEDGMENT


def refuse_order(order: PurchaseOrder, reason: str, today: dt.date) -> OrderAcknowledgment:
    """Return the acknowledgment that rejects an order with all its lines; without a number of ours, theirs names it."""
    answer = answer_order(order, OrderAcknowledgment(number=order.number, status="rejected"), today)
    return structs.replace(answer, refs=order.refs, notes=(reason,))


def answer_refused(
    exchange: Exchange,
    answer: OrderAcknowledgment,
    *,
    partner: Partner,
    company: Company,
    translators: Mapping[str, Translator],
) -> Reply | None:
    """Return the file that rejects an order; None where none is agreed, or the order has not what such a file needs."""
    if _ANSWER not in partner.send:
        return None
    envelope = outgoing_envelope(partner, company, _ANSWER)
    translator = translators[envelope.format]

    def render(numbered: Envelope) -> bytes:
        return translator.write(answer, numbered, partner)

    try:
        render(trial(envelope))  # before numbers are drawn
    except Unwritable:
        return None
    return Reply(
        kind=envelope.set_id or _ANSWER.value,
        partner=partner.key,
        document=_ANSWER,
        file=OutFile(envelope=envelope, render=render),
        answers=(Answered(exchange_id=exchange.id, verdict="R", detail=" ".join(answer.notes)),),
        number=answer.number,
        order_number=answer.order_number,
        canonical=msgspec.json.format(msgspec.json.encode(answer), indent=2),
    )
