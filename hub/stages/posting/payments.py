"""What customers pay: their remittance becomes a draft payment with a proposed reconciliation."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Make a draft payment, where the remittance pays us and adds up; finance posts and reconciles it."""
    assert isinstance(document, Remittance)
    partner = needs.partner(exchange.partner)
    findings = () if exchange.released else tuple(faults(document))
    if findings:
        return Posted(PostResult(findings=findings))
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


def faults(document: Remittance) -> Iterator[Finding]:
    """Yield why a remittance is not to become a payment until a person has looked at it."""
    if document.direction != "credit":
        yield _takes_money(document)
    if document.unaccounted:
        yield _does_not_add_up(document)


def _takes_money(document: Remittance) -> Finding:
    """Hold a debit (X12 BPR03 D): they do not pay us, they draw the amount from an account of ours."""
    return Finding(
        problem=problems.PAYMENT_DIFFERS,
        severity=Severity.HOLD,
        message=f"they take {document.amount} from our account (a debit, not a credit): it is no payment to us",
        where=Where(path="direction"),
        value=document.direction,
        hint="enter what they took by hand and cancel this exchange; release it only if they pay us all the same",
    )


def _does_not_add_up(document: Remittance) -> Finding:
    told = document.amount - document.unaccounted
    side = "less" if document.unaccounted > 0 else "more"
    return Finding(
        problem=problems.TOTAL_MISMATCH,
        severity=Severity.HOLD,
        message=f"{document.amount} is paid, items and adjustments make {told}:"
        f" {abs(document.unaccounted)} {side} than the payment",
        where=Where(path="amount"),
        value=str(document.amount),
        hint="ask the payer what the difference is for; released, the proposal has it as not accounted for",
    )
