"""What warehouses send us, and what depositors send to ours."""

from __future__ import annotations

from hub.erp.port import PostResult
from hub.erp.port.warehousing import AdvicePolicy, StoragePolicy
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, WarehouseAdvice, WarehouseOrder
from hub.model.exchange import Exchange, posting_key
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Send
from hub.stages.posting.needs import Needs, Posted, origin, reference


def post_advice(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Write what a warehouse did with our goods on its transfer, and validate that as agreed."""
    assert isinstance(document, WarehouseAdvice)
    partner = needs.partner(exchange.partner)
    warehouse = partner.send.get(DocType.WAREHOUSE_ORDER, Send()).warehouse
    if not warehouse:
        return _no_warehouse(partner.key, "send.warehouse_order")
    agreement = partner.receive[DocType.WAREHOUSE_ADVICE]
    policy = AdvicePolicy(
        warehouse=warehouse,
        validate=agreement.validate,
        damaged=agreement.damaged,
        released=exchange.released,
    )
    result = needs.erp().warehousing.post(exchange.key, document, policy)
    done = result.record is not None and result.record.state == "done"
    return Posted(result, ", validated" if done else ", prepared for a person")


def post_order(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Make a draft transfer of a depositor's order, or cancel the one that an earlier order made."""
    assert isinstance(document, WarehouseOrder)
    partner = needs.partner(exchange.partner)
    warehouse = partner.receive[DocType.WAREHOUSE_ORDER].warehouse
    if not warehouse:
        return _no_warehouse(partner.key, "receive.warehouse_order")
    if document.purpose == "cancel":
        return _cancelled(exchange, document, needs)
    policy = StoragePolicy(depositor_ref=reference(partner), warehouse=warehouse, origin=origin(exchange))
    return Posted(needs.erp().warehousing.post_order(exchange.key, document, policy))


def _cancelled(exchange: Exchange, document: WarehouseOrder, needs: Needs) -> Posted:
    key = posting_key(exchange.partner, DocType.WAREHOUSE_ORDER, document.number, document.kind)
    made = [e.erp for e in needs.same_key(key) if e.erp is not None]
    if made:
        result = needs.erp().warehousing.cancel(exchange.key, document, made[-1])
        return Posted(result, ", cancelled")
    finding = Finding(
        problem=problems.ORDER_UNKNOWN,
        severity=Severity.HOLD,
        message=f"warehouse order {document.number!r}, which this cancels, is not in Odoo",
        where=Where(path="number"),
        value=document.number,
        hint="settle the order first and release this, or cancel this exchange",
    )
    return Posted(PostResult(findings=(finding,)))


def _no_warehouse(key: str, agreement: str) -> Posted:
    finding = Finding(
        problem=problems.NO_AGREEMENT,
        severity=Severity.HOLD,
        message=f"the profile {key} names no warehouse in [{agreement}]",
        hint=f'write warehouse = "WH2" (the short name in Odoo) into partners/{key}.toml, then redrive',
    )
    return Posted(PostResult(findings=(finding,)))
