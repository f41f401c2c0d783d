"""How a remittance would settle a customer's invoices: the proposal that a person checks. Nothing here asks Odoo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.port.payments import RemittancePolicy
from hub.model import problems
from hub.model.documents import Adjustment, Remittance, RemittedItem
from hub.model.finding import Finding, Severity, Where

_ZERO = Decimal(0)


class OpenInvoice(Struct, frozen=True, kw_only=True):
    """A posted invoice or credit note of the customer. Amounts in its currency; of a credit note they are negative."""

    id: int
    name: str
    currency: str
    total: Decimal
    open: Decimal


class Case(Struct, frozen=True, kw_only=True):
    """Why an invoice is not paid in full: one deduction to be accepted, or to be claimed back."""

    reason: str  # discount, short (no reason given), over, or the payer's code (X12 element 426)
    amount: Decimal  # as it changes the payment: a deduction is negative
    reference: str = ""
    note: str = ""


class ProposedLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one remitted item settles."""

    number: str  # as the payer wrote it
    invoice: str = ""  # our invoice; empty: none of this customer has that number
    invoice_id: int = 0  # account.move
    open: Decimal | None = None  # before this payment
    paid: Decimal
    left: Decimal | None = None  # still open behind it, where no case is accepted
    cases: tuple[Case, ...] = ()


class Proposal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The proposed reconciliation of one payment. Amounts in `currency`."""

    trace: str
    amount: Decimal
    currency: str = ""
    lines: tuple[ProposedLine, ...] = ()
    cases: tuple[Case, ...] = ()  # of the payment as a whole
    unallocated: Decimal = _ZERO  # what the lines and cases do not account for


def propose(remittance: Remittance, invoices: Mapping[str, OpenInvoice]) -> Proposal:
    """Return the proposal; `invoices` by their numbers."""
    lines = tuple(_line(item, invoices.get(item.number.strip())) for item in remittance.items)
    cases = tuple(_case(adjustment) for adjustment in remittance.adjustments)
    return Proposal(
        trace=remittance.number,
        amount=remittance.amount,
        currency=remittance.currency,
        lines=lines,
        cases=cases,
        unallocated=remittance.unaccounted,
    )


def _line(item: RemittedItem, invoice: OpenInvoice | None) -> ProposedLine:
    amount = item.settled
    cases = [Case(reason="discount", amount=-item.discount)] if item.discount else []
    cases += [_case(adjustment) for adjustment in item.adjustments]
    if invoice is None:
        return ProposedLine(number=item.number, paid=amount, cases=tuple(cases))
    left = invoice.open - amount
    unexplained = left + sum((case.amount for case in cases), _ZERO)
    if unexplained:
        cases.append(Case(reason="over" if _beyond(invoice, amount) else "short", amount=-unexplained))
    return ProposedLine(
        number=item.number,
        invoice=invoice.name,
        invoice_id=invoice.id,
        open=invoice.open,
        paid=amount,
        left=left,
        cases=tuple(cases),
    )


def _beyond(invoice: OpenInvoice, amount: Decimal) -> bool:
    """Say whether more is paid than is open, or taken back than a credit note gives."""
    return abs(amount) > abs(invoice.open) or amount * invoice.open < 0


def _case(adjustment: Adjustment) -> Case:
    return Case(
        reason=adjustment.reason or "adjustment",
        amount=adjustment.amount,
        reference=adjustment.reference,
        note=adjustment.note,
    )


# --- what is wrong with it
def faults(
    proposal: Proposal, invoices: Mapping[str, OpenInvoice], policy: RemittancePolicy
) -> Iterator[Finding]:
    """Yield what a person must know of a proposal, before or beside the payment, as the policy says."""
    unknown = Severity.WARNING if policy.released else Severity.HOLD
    severity = unknown if policy.holds else Severity.WARNING
    for index, line in enumerate(proposal.lines):
        where = f"items[{index}]"
        invoice = invoices.get(line.number.strip())
        if invoice is None:
            yield _unknown(line, where, unknown)
        elif proposal.currency and invoice.currency != proposal.currency.upper():
            yield _foreign(invoice, proposal, where)
        else:
            yield from _short_or_over(line, invoice, policy, where, severity)


def _unknown(line: ProposedLine, where: str, severity: Severity) -> Finding:
    return Finding(
        problems.INVOICE_UNKNOWN,
        f"{line.paid} is paid for {line.number!r}: this customer has no posted invoice of that number",
        severity,
        Where(path=f"{where}.number"),
        line.number,
        "find out what they mean; released, the draft payment is made and this amount stays unallocated",
    )


def _foreign(invoice: OpenInvoice, proposal: Proposal, where: str) -> Finding:
    return Finding(
        problems.PRICE_DIFFERS,
        f"{invoice.name} is in {invoice.currency}, the payment in {proposal.currency}",
        Severity.HOLD,
        Where(path=where),
        proposal.currency,
        "enter this payment by hand, and cancel this exchange",
    )


def _short_or_over(
    line: ProposedLine, invoice: OpenInvoice, policy: RemittancePolicy, where: str, severity: Severity
) -> Iterator[Finding]:
    discounted = sum((case.amount for case in line.cases if case.reason == "discount"), _ZERO)
    short = (line.left or _ZERO) + discounted
    if _beyond(invoice, line.paid):
        message = f"{invoice.name}: {line.paid} is paid, {invoice.open} is open"
    elif abs(short) > abs(invoice.open) * policy.short_pay / 100:
        reasons = ", ".join(f"{c.amount} for {c.reason}" for c in line.cases if c.reason != "discount")
        message = f"{invoice.name}: {line.paid} of {invoice.open} is paid, {short} is missing ({reasons})"
    else:
        return
    hint = "settle the deduction with the customer; the payment's proposal names it as a case"
    yield Finding(problems.PAYMENT_DIFFERS, message, severity, Where(path=where), str(line.paid), hint)


def in_words(proposal: Proposal, findings: Sequence[Finding]) -> str:
    """Return the proposal as the payment's note has it, one item a line."""
    rows = [_row(line) for line in proposal.lines]
    rows += [f"Of the whole: {_words(case)}" for case in proposal.cases]
    if proposal.unallocated:
        rows.append(f"Not accounted for: {proposal.unallocated}")
    rows += [finding.message for finding in findings]
    return "\n".join(rows)


def _row(line: ProposedLine) -> str:
    if line.open is None:
        said = f"{line.number}: {line.paid} paid, no invoice of ours"
    else:
        said = f"{line.invoice}: {line.open} open, {line.paid} paid, {line.left} left"
    return "; ".join([said, *(_words(case) for case in line.cases)])


def _words(case: Case) -> str:
    more = " ".join(part for part in (case.reference, case.note) if part)
    return f"{case.reason} {case.amount}" + (f" ({more})" if more else "")
