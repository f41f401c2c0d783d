"""What customers received: their advice is held against what we told as shipped, and kept on the sale order."""

from __future__ import annotations

from hub.erp.port import PostResult
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, ReceivingAdvice, ShipNotice
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding, Severity, Where
from hub.stages.posting.needs import Needs, Posted
from hub.stages.received import differences


def post_receiving_advice(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Keep an advice on each of its sale orders; differences are told there, or hold it, as the profile says."""
    assert isinstance(document, ReceivingAdvice)
    agreement = needs.partner(exchange.partner).receive[DocType.RECEIVING_ADVICE]
    holds = agreement.differences == "hold" and not exchange.released
    orders: dict[str, ErpRecord] = {}
    found: dict[str, tuple[Finding, ...]] = {}
    for number in document.order_numbers:
        about = needs.sent_about(exchange.partner, number, DocType.SHIP_NOTICE)
        told = [notice for e in about if isinstance(notice := needs.document(e), ShipNotice)]
        order = next((e.erp for e in about if e.erp is not None), None) or needs.placed(
            exchange.partner, number
        )
        if order is None:
            return _unknown(number)
        orders[number] = order
        severity = Severity.HOLD if holds else Severity.WARNING
        unclear = Severity.WARNING if exchange.released else Severity.HOLD
        found[number] = differences(document, number, told, severity, unclear)
    findings = tuple(finding for several in found.values() for finding in several)
    if not orders:
        return _unknown("")
    if any(finding.severity is Severity.HOLD for finding in findings):
        return Posted(PostResult(findings=findings))
    return _kept(exchange, document, orders, found, needs)


def _kept(
    exchange: Exchange,
    document: ReceivingAdvice,
    orders: dict[str, ErpRecord],
    found: dict[str, tuple[Finding, ...]],
    needs: Needs,
) -> Posted:
    """Keep the advice on each order; the first one's is kept last and under the exchange's own key."""
    receiving = needs.erp().receiving
    result = PostResult()
    for ordinal, (number, order) in reversed(list(enumerate(orders.items(), start=1))):
        key = exchange.key if ordinal == 1 else f"{exchange.key}_{ordinal}"
        result = receiving.post(key, document, order, [finding.message for finding in found[number]])
    findings = tuple(finding for several in found.values() for finding in several)
    more = f": {len(findings)} differences told there" if findings else ": as it was shipped"
    return Posted(PostResult(record=result.record, created=result.created, findings=findings), more)


def _unknown(number: str) -> Posted:
    finding = Finding(
        problem=problems.ORDER_UNKNOWN,
        severity=Severity.HOLD,
        message=f"this customer placed no order {number!r} through the hub"
        if number
        else "it names no order",
        where=Where(path="order_number"),
        value=number,
        hint="ask them which order they received, and cancel this exchange when it is not ours",
    )
    return Posted(PostResult(findings=(finding,)))
