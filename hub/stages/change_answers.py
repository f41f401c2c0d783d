"""What we answer to a change of an order (865): the decision put into the change's own words. Pure."""

from __future__ import annotations

import datetime as dt

from msgspec import structs

from hub.erp.port.revising import OrderEdit
from hub.model.documents import (
    ChangeAckLine,
    LineStatus,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    Priced,
    PurchaseOrder,
)
from hub.model.exchange import ErpRecord
from hub.stages.changes import Decision, Verdict, all_refused
from hub.stages.their_units import as_told, price_per_their_unit, same_price


def answer_change(
    change: OrderChange, decision: Decision, after: PurchaseOrder, standing: OrderAcknowledgment
) -> OrderChangeAcknowledgment:
    """Return the answer to a change: per line accepted, or refused with the old values kept and the reason told.

    `after`: the order as it is now agreed on; `standing`: what Odoo has of it. Number, date and parties come when
    it is written.
    """
    lines = tuple(_line(verdict, standing) for verdict in decision.verdicts)
    return OrderChangeAcknowledgment(
        number=standing.number,
        purpose=change.purpose,
        status=decision.status,
        order_number=change.order_number,
        release=change.release,
        change_number=change.number if change.number != change.order_number else "",
        order_date=change.order_date or after.date,
        currency=change.currency or after.currency,
        parties=change.parties or after.parties,
        refs={**after.refs, "vendor_order": standing.number},
        notes=decision.told,
        lines=lines,
        line_count=len(lines),
    )


def refuse_change(
    change: OrderChange, reason: str, order: PurchaseOrder, record: ErpRecord
) -> OrderChangeAcknowledgment:
    """Return the answer to a change that a person rejects: the reason is told once, and each line stays as it is.

    `order`: as it was last agreed on; `record`: the sale order, whose number names it.
    """
    decision = Decision(
        edit=OrderEdit(order=record, order_key=""),
        refused=reason,
        verdicts=tuple(all_refused(order, change, reason)),
    )
    answer = answer_change(change, decision, order, OrderAcknowledgment(number=record.name))
    return structs.replace(answer, notes=(reason,))


def dated(answer: OrderChangeAcknowledgment, today: dt.date) -> OrderChangeAcknowledgment:
    """Return an answer with the day on which it is written."""
    return structs.replace(answer, date=today)


def _line(verdict: Verdict, standing: OrderAcknowledgment) -> ChangeAckLine:
    asked, known = verdict.asked, verdict.after or verdict.before
    priced = asked if asked.price is not None or known is None else known
    return ChangeAckLine(
        number=asked.number if verdict.before is None else verdict.before.number,
        action=asked.action,
        quantity=asked.quantity,
        unit=asked.unit,
        price=asked.price,
        price_basis=priced.price_basis,
        base_quantity=priced.base_quantity,
        ids=asked.ids or (known.ids if known else {}),
        description=asked.description or (known.description if known else ""),
        statuses=(_status(verdict, standing, priced),),
        sku=asked.sku or (known.sku if known else ""),
    )


def _status(verdict: Verdict, standing: OrderAcknowledgment, priced: Priced) -> LineStatus:
    """Return the line's status: its quantity is what the line now is, for a refused one what it stays at.

    `priced` says for how many units its price is told.
    """
    stays = verdict.stays
    if verdict.reason and stays is not None:
        kept = None if stays.unit_price is None else as_told(priced, stays.unit_price)
        return LineStatus(code="rejected", quantity=stays.quantity, unit=stays.unit, price=kept)
    if verdict.reason:
        return LineStatus(code="rejected")
    if stays is None:
        gone = verdict.asked if verdict.asked.unit else verdict.before
        return LineStatus(
            code="deleted", quantity=gone.quantity if gone else None, unit=gone.unit if gone else ""
        )
    now = next((line for line in standing.lines if line.number == stays.number), None)
    told = None if now is None or now.price is None else price_per_their_unit(stays, now.price)
    agreed = stays.unit_price
    other = told is not None and agreed is not None and not same_price(stays, told, agreed)
    promised = next((s for s in now.statuses if s.date), None) if now is not None else None
    return LineStatus(
        code="price_changed" if other else "accepted",
        quantity=stays.quantity,
        unit=stays.unit,
        date=promised.date if promised else None,
        date_kind=promised.date_kind if promised else "",
        price=as_told(priced, told) if told is not None and (other or agreed is None) else None,
    )
