"""What customers send about orders that we have: their changes are applied to the sale order, and answered.

A change waits for its order and for the changes before it. What was decided is kept with it (`answer`, the 865 in
our words, and `order`, the order as it is now agreed on), in the transaction that also begins the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

import msgspec
from msgspec import Struct, structs

from hub.erp.port import OrderPolicy, PostResult
from hub.model import problems
from hub.model.documents import AnyDocument, Charge, DocType, OrderChange, PurchaseOrder
from hub.model.exchange import ErpRecord, Exchange, State, posting_key
from hub.model.finding import Finding, Severity, Where
from hub.model.outcome import NewExchange
from hub.model.partner import Partner, Receive
from hub.stages import watch
from hub.stages.change_answers import answer_change
from hub.stages.changes import Decision, after_change, decide
from hub.stages.order_totals import wrong_total
from hub.stages.patience import Wait, before, wait_for_order, wait_for_turn
from hub.stages.posting.needs import Needs, Posted, origin, reference
from hub.stages.targets import ChangeTerms

_ONE = Decimal(1)


class Ordered(Struct, frozen=True):
    """The order that a change is of: its record and its key in Odoo, and as it was last agreed on."""

    record: ErpRecord
    key: str
    order: PurchaseOrder


def post_change(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Apply a customer's change to their sale order as far as it may be, and answer it."""
    assert isinstance(document, OrderChange)
    partner = needs.partner(exchange.partner)
    agreement = partner.receive[exchange.document]
    ordered = _ordered(exchange, document, agreement, needs)
    if isinstance(ordered, Posted):
        return ordered
    waiting = _turn(exchange, document, agreement, needs)
    if waiting is not None:
        return waiting
    if agreement.changes == "hold" and not exchange.released:
        return _held(_for_a_person(document))
    terms = _terms(exchange, partner, agreement)
    standing = needs.erp().revising.standing(ordered.record)
    decision = decide(ordered.order, document, standing, ordered.key, terms)
    money = () if exchange.released else tuple(_money(document, ordered.order, decision, partner))
    if decision.findings or money:
        return Posted(PostResult(findings=decision.findings + money))
    return _applied(exchange, document, ordered, decision, needs)


def _money(
    change: OrderChange, order: PurchaseOrder, decision: Decision, partner: Partner
) -> Iterator[Finding]:
    """Yield what of a change's money adds up to no sum, or would not be written."""
    if change.purpose == "cancel":
        return
    asked = [structs.replace(verdict, reason="") for verdict in decision.verdicts]
    charges = change.charges or order.charges
    sums = [
        structs.replace(after_change(order, verdicts), charges=charges)
        for verdicts in (asked, decision.verdicts)
    ]
    yield from wrong_total(change, (*sums, change), _order_agreement(partner).rules.total)
    known = {
        _bare(charge)
        for charges in (order.charges, *(li.charges for li in order.lines))
        for charge in charges
    }
    told = [("charges", charge) for charge in change.charges]
    told += [(f"lines[{n}].charges", charge) for n, li in enumerate(change.lines) for charge in li.charges]
    for path, charge in told:
        if _bare(charge) not in known and charge.worth(_ONE, _ONE):
            yield _new_charge(change, charge, path)


def _bare(charge: Charge) -> Charge:
    """Return a charge in their words alone."""
    return structs.replace(charge, ours="")


def _new_charge(change: OrderChange, charge: Charge, path: str) -> Finding:
    named = " ".join(word for word in (charge.kind, charge.code, charge.description) if word)
    return Finding(
        problem=problems.CHARGE_UNPLACED,
        severity=Severity.HOLD,
        message=f"the change of order {change.order_number} brings a new {named}: the hub changes goods only",
        where=Where(path=path),
        value=charge.code,
        hint="put it on the order in Odoo and release, or settle it with them and reject this",
    )


def _applied(
    exchange: Exchange, change: OrderChange, ordered: Ordered, decision: Decision, needs: Needs
) -> Posted:
    partner = needs.partner(exchange.partner)
    edit = structs.replace(decision.edit, told=_words(decision))
    policy = OrderPolicy(
        customer_ref=reference(partner),
        price=_order_agreement(partner).price,
        origin=origin(exchange),
        released=exchange.released,
    )
    result = needs.erp().revising.post(exchange.key, change, edit, policy)
    if result.record is None or any(f.severity is Severity.HOLD for f in result.findings):
        return Posted(result)
    after = after_change(ordered.order, decision.verdicts)
    answer = answer_change(change, decision, after, needs.erp().read_order_decision(ordered.record))
    return Posted(
        result,
        more=f": {_words(decision)}".rstrip("."),
        artifacts={"answer": _json(answer), "order": _json(after)},
        noticed=_news(exchange, change, result.record, needs),
    )


def _news(
    exchange: Exchange, change: OrderChange, record: ErpRecord, needs: Needs
) -> tuple[NewExchange, ...]:
    new = watch.answer_to_change(exchange, change.order_number, record, needs)
    return () if new is None else (new,)


def _ordered(exchange: Exchange, change: OrderChange, agreement: Receive, needs: Needs) -> Ordered | Posted:
    """Return the order in Odoo that a change is of, or its wait for it."""
    key = posting_key(exchange.partner, DocType.PURCHASE_ORDER, change.order_number, change.release)
    orders = [e for e in needs.same_key(key) if e.id != exchange.id]
    for order in orders:
        if order.state is State.POSTED and order.erp is not None:
            agreed = needs.order_as_received(order)
            return _held(_of_stores(change)) if agreed.store else Ordered(order.erp, key, agreed)
    wait = wait_for_order(exchange, orders, _patience(agreement), needs.now())
    if wait is not None and not exchange.released:
        return _waiting(wait)
    finding = Finding(
        problem=problems.ORDER_UNKNOWN,
        severity=Severity.HOLD,
        message=f"order {change.order_number!r}, which this changes, did not come or is not in Odoo",
        where=Where(path="order_number"),
        value=change.order_number,
        hint="settle the order first (`hub order NUMBER`) and release this, or ask them which order they mean",
    )
    return _held(finding)


def _turn(exchange: Exchange, change: OrderChange, agreement: Receive, needs: Needs) -> Posted | None:
    """Return why a change does not go on yet: others are to go before it, or one behind it has."""
    if exchange.released:
        return None
    others = [(e.number, e) for e in needs.changes_of_order(exchange) if e.id != exchange.id]
    overtaken = [number for number, e in others if e.state is State.POSTED and before(change.number, number)]
    if overtaken:
        return _held(_overtaken(change, overtaken))
    wait = wait_for_turn(exchange, others, change.number, _patience(agreement), needs.now())
    return None if wait is None else _waiting(wait)


def _overtaken(change: OrderChange, others: Sequence[str]) -> Finding:
    return Finding(
        problem=problems.CHANGE_OVERTAKEN,
        severity=Severity.HOLD,
        message=f"change {change.number} of order {change.order_number} comes after change {others[-1]}, "
        "which is applied",
        where=Where(path="number"),
        value=change.number,
        hint="ask them whether it still holds; release to apply it now, or reject it",
    )


def _of_stores(change: OrderChange) -> Finding:
    return Finding(
        problem=problems.LOOKS_LIKE_CHANGE,
        severity=Severity.HOLD,
        message=f"order {change.order_number} was made an order for each store, and this changes all of them together",
        where=Where(path="order_number"),
        value=change.order_number,
        hint="change the stores' orders in Odoo by hand, and end this one with `hub cancel ID --why ...`",
    )


def _for_a_person(change: OrderChange) -> Finding:
    return Finding(
        problem=problems.LOOKS_LIKE_CHANGE,
        severity=Severity.HOLD,
        message=f"a change of order {change.order_number}: by the profile a person decides",
        where=Where(path="purpose"),
        value=change.purpose,
        hint='release to apply it, or reject it; changes = "apply" in the profile does so by itself',
    )


def _terms(exchange: Exchange, partner: Partner, agreement: Receive) -> ChangeTerms:
    return ChangeTerms(
        quantity=agreement.change_quantity,
        cancel=agreement.cancel,
        price=_order_agreement(partner).price,
        released=exchange.released,
    )


def _order_agreement(partner: Partner) -> Receive:
    """Return the agreement on orders: whose prices count is the same for an order and its changes."""
    return partner.receive.get(DocType.PURCHASE_ORDER, Receive())


def _words(decision: Decision) -> str:
    """Return what was decided, for the log and the order's chatter."""
    if decision.edit.cancel:
        return "The order is cancelled."
    accepted = sum(not v.reason for v in decision.verdicts)
    count = f"{accepted} of {len(decision.verdicts)} lines accepted." if decision.verdicts else ""
    refused = f"Refused: {'; '.join(decision.told)}." if decision.told else ""
    return " ".join(part for part in (count, refused) if part) or "Nothing changes."


def _patience(agreement: Receive) -> timedelta:
    return timedelta(seconds=agreement.patience)


def _waiting(wait: Wait) -> Posted:
    return Posted(PostResult(), wait=wait)


def _held(finding: Finding) -> Posted:
    return Posted(PostResult(findings=(finding,)))


def _json(document: AnyDocument) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2)
