"""What customers pay: their remittance becomes a draft payment with a proposed reconciliation."""

from __future__ import annotations

from decimal import Decimal

from hub.erp.port import PostResult
from hub.erp.port.payments import RemittancePolicy
from hub.model import problems
from hub.model.documents import AnyDocument, DocType, Remittance
from hub.model.exchange import Exchange
from hub.model.finding import Finding, Severity, Where
from hub.stages.posting.needs import Needs, Posted, origin, reference
from hub.stages.posting.supply import percent


def post_remittance(exchange: Exchange, document: AnyDocument, needs: Needs) -> Posted:
    """Make a draft payment, where the remittance adds up; finance posts and reconciles it."""
    assert isinstance(document, Remittance)
    partner = needs.partner(exchange.partner)
    if document.unaccounted and not exchange.released:
        return Posted(PostResult(findings=(_does_not_add_up(document),)))
    agreement = partner.receive[DocType.REMITTANCE]
    policy = RemittancePolicy(
        customer_ref=reference(partner),
        origin=origin(exchange),
        short_pay=percent(agreement.short_pay) or Decimal(0),
        holds=agreement.differences == "hold",
        released=exchange.released,
    )
    result = needs.erp().payments.propose(exchange.key, document, policy)
    return Posted(result, ", to be checked and posted by finance")


def _does_not_add_up(document: Remittance) -> Finding:
    told = document.amount - document.unaccounted
    return Finding(
        problem=problems.TOTAL_MISMATCH,
        severity=Severity.HOLD,
        message=f"{document.amount} is paid, items and adjustments make {told}: {document.unaccounted} is missing",
        where=Where(path="amount"),
        value=str(document.amount),
        hint="ask the payer what the rest is for; released, it stands in the proposal as not accounted for",
    )
