"""What vendors hear of our payments: which of their invoices each settles."""

from __future__ import annotations

from msgspec import structs

from hub.model import problems
from hub.model.documents import DocType, Remittance
from hub.model.exchange import ErpRecord, Exchange
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Partner
from hub.stages.composing.needs import Composed, Needs
from hub.stages.patience import wait_for_reconciliation


def compose_remittance(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Tell what a payment settles, if that is all of it; it waits a while for its reconciliation.

    A memo that an earlier payment had (the bill's own number, for a second part) would look like a repeat: then
    the payment goes by its number in Odoo.
    """
    payment = needs.erp().payments.read(source)
    method = payment.method or partner.send[DocType.REMITTANCE].method
    taken = any(e.id != exchange.id for e in needs.sent_as(partner.key, payment.number, DocType.REMITTANCE))
    number = source.name if taken and source.name else payment.number
    document = structs.replace(payment, method=method, number=number)
    if not document.unaccounted and document.items:
        return Composed(document)
    return Composed(document, (_on_account(document),), wait_for_reconciliation(exchange, needs.now()))


def _on_account(document: Remittance) -> Finding:
    """Hold a payment that no bills account for: a vendor cannot book it."""
    told = document.amount - document.unaccounted
    return Finding(
        problem=problems.GATE_DISAGREES,
        severity=Severity.HOLD,
        message=f"{document.amount} is paid, and the bills that it is reconciled with make {told}",
        where=Where(path="amount"),
        value=str(document.amount),
        hint="reconcile the payment in Odoo and redrive, release it as it is, or cancel it",
    )
