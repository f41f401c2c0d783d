"""What customers send: their orders become sale orders, many of one customer in few calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, structs

from hub.erp.port import Fault, NoteRequest, OrderPolicy, OrderRequest, PostResult
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, PurchaseOrder
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity
from hub.model.partner import Receive
from hub.stages.posting.needs import Needs, Posted, origin, reference
from hub.stages.rules import Judged, confirmable, judge


class _Order(Struct, frozen=True):
    """One order on its way, as the rules of its agreement judge it."""

    exchange: Exchange
    document: PurchaseOrder
    judged: Judged
    agreement: Receive


def post_orders(documents: Sequence[tuple[Exchange, AnyDocument]], needs: Needs) -> list[Posted | Fault]:
    """Make sale orders of one partner's, and confirm those where the profile says so and nothing is in question."""
    orders = [_judged(exchange, document, needs) for exchange, document in documents]
    brought = {
        order.exchange.id: order
        for order in orders
        if not order.judged.held or order.exchange.erp or order.exchange.state is State.IN_DOUBT
    }
    requests = [_request(order, needs) for order in brought.values()]
    results = dict(zip(brought, needs.erp().post_orders(requests) if requests else (), strict=True))
    results |= _with_notes(brought, results, needs)
    confirmed = _confirmed(brought, results, needs)
    return [
        confirmed[order.exchange.id]
        if order.exchange.id in brought
        else Posted(PostResult(findings=order.judged.findings))
        for order in orders
    ]


def _judged(exchange: Exchange, document: AnyDocument, needs: Needs) -> _Order:
    assert isinstance(document, PurchaseOrder)
    agreement = needs.partner(exchange.partner).receive[DocType.PURCHASE_ORDER]
    judged = judge(document, agreement.rules, needs.today(), released=exchange.released)
    return _Order(exchange, document, judged, agreement)


def _request(order: _Order, needs: Needs) -> OrderRequest:
    policy = OrderPolicy(
        customer_ref=reference(needs.partner(order.exchange.partner)),
        price=order.agreement.price,
        origin=origin(order.exchange),
        released=order.exchange.released,
        one_place=order.agreement.sdq == "one_order",
        unknown_item=order.agreement.rules.unknown_item,
    )
    return OrderRequest(order.exchange.key, order.judged.order, policy)


def _with_notes(
    orders: Mapping[int, _Order], results: Mapping[int, PostResult | Fault], needs: Needs
) -> Iterator[tuple[int, PostResult | Fault]]:
    """Yield the results with what the rules found, the orders told of lines that were left off."""
    made = {
        id_: (result, record)
        for id_, result in results.items()
        if isinstance(result, PostResult) and (record := result.record) and orders[id_].judged.findings
    }
    notes = [_left_off(orders[id_], record) for id_, (_, record) in made.items()]
    told = needs.erp().add_notes(notes) if notes else []
    faults = {id_: fault for id_, fault in zip(made, told, strict=True) if fault is not None}
    for id_, result in results.items():
        if isinstance(result, PostResult):
            found = (*orders[id_].judged.findings, *result.findings)
            yield id_, faults.get(id_) or structs.replace(result, findings=found)


def _left_off(order: _Order, record: ErpRecord) -> NoteRequest:
    text = "Left off: " + "; ".join(f.message for f in order.judged.findings)
    return NoteRequest(f"{order.exchange.key}_left", record, text)


def _confirmed(
    orders: Mapping[int, _Order], results: Mapping[int, PostResult | Fault], needs: Needs
) -> dict[int, Posted | Fault]:
    """Return what came of each order, once those are confirmed that nothing holds."""
    wanted = {
        id_: (result, record)
        for id_, result in results.items()
        if isinstance(result, PostResult) and (record := result.record) and _may_confirm(orders[id_], result)
    }
    answers = needs.erp().confirm_orders([record for _, record in wanted.values()]) if wanted else []
    posted = {id_: Posted(r) if isinstance(r, PostResult) else r for id_, r in results.items()}
    for (id_, (result, record)), answer in zip(wanted.items(), answers, strict=True):
        match answer:
            case ErpRecord():
                posted[id_] = Posted(structs.replace(result, record=answer), ", confirmed")
            case Undeliverable():
                refusal = _not_confirmed(record, answer)
                posted[id_] = Posted(structs.replace(result, findings=(*result.findings, refusal)))
            case Retryable():
                posted[id_] = answer
    return posted


def _may_confirm(order: _Order, result: PostResult) -> bool:
    """Say whether the hub confirms an order that is made.

    What a person had to decide is theirs to confirm; but a release after Odoo refused tries that again.
    """
    clean = not any(f.severity in {Severity.HOLD, Severity.ERROR} for f in result.findings)
    exchange = order.exchange
    return (
        order.agreement.confirm != "never"
        and clean
        and confirmable(order.document, order.agreement.rules)
        and (not exchange.released or exchange.erp is not None)
    )


def _not_confirmed(record: ErpRecord, fault: Undeliverable) -> Finding:
    """Hold an order that is made and that Odoo will not confirm; a release tries the confirmation again."""
    return Finding(
        problem=problems.ERP_REFUSED,
        severity=Severity.HOLD,
        message=f"{record.name} is in Odoo, and Odoo does not confirm it: {fault}",
        value=record.name,
        hint="mend it in Odoo and release, or confirm it there by hand",
    )
