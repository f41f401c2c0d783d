"""What customers send: their orders become sale orders."""

from __future__ import annotations

from msgspec import structs

from hub.erp.port import OrderPolicy, PostResult
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, PurchaseOrder
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity
from hub.stages.posting.needs import Needs, Posted, origin, reference
from hub.stages.rules import confirmable, judge


def post_order(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Make a sale order, and confirm it where the profile says so and nothing is in question."""
    assert isinstance(document, PurchaseOrder)
    partner, erp = needs.partner(exchange.partner), needs.erp()
    agreement = partner.receive[DocType.PURCHASE_ORDER]
    judged = judge(document, agreement.rules, needs.today(), released=exchange.released)
    if judged.held and exchange.erp is None and exchange.state is not State.IN_DOUBT:
        return Posted(PostResult(findings=judged.findings))
    policy = OrderPolicy(
        customer_ref=reference(partner),
        price=agreement.price,
        origin=origin(exchange),
        released=exchange.released,
        one_place=agreement.sdq == "one_order",
        unknown_item=agreement.rules.unknown_item,
    )
    result = erp.post_order(exchange.key, judged.order, policy)
    if result.record is not None and judged.findings:
        left_off = "Left off: " + "; ".join(f.message for f in judged.findings)
        erp.add_note(f"{exchange.key}_left", result.record, left_off)
    result = structs.replace(result, findings=(*judged.findings, *result.findings))
    clean = not any(f.severity in {Severity.HOLD, Severity.ERROR} for f in result.findings)
    # what a person had to decide is theirs to confirm; but a release after Odoo refused tries that again
    clean = clean and confirmable(document, agreement.rules)
    clean = clean and (not exchange.released or exchange.erp is not None)
    if result.record is None or agreement.confirm == "never" or not clean:
        return Posted(result)
    try:
        record = erp.confirm_order(result.record)
    except Undeliverable as fault:
        refusal = _not_confirmed(result.record, fault)
        return Posted(structs.replace(result, findings=(*result.findings, refusal)))
    return Posted(structs.replace(result, record=record), ", confirmed")


def _not_confirmed(record: ErpRecord, fault: Undeliverable) -> Finding:
    """Hold an order that is made and that Odoo will not confirm; a release tries the confirmation again."""
    return Finding(
        problem=problems.ERP_REFUSED,
        severity=Severity.HOLD,
        message=f"{record.name} is in Odoo, and Odoo does not confirm it: {fault}",
        value=record.name,
        hint="mend it in Odoo and release, or confirm it there by hand",
    )
