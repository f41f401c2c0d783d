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
    company_currency: str = ""  # of the company whose invoice it is


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
    open: Decimal | None = None  # before this item: what items before it have settled is gone
    paid: Decimal
    left: Decimal | None = None  # still open behind it, where no case is accepted
    cases: tuple[Case, ...] = ()  # what nobody explains stands with the last item of its invoice


class Proposal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The proposed reconciliation of one payment. Amounts in `currency`."""

    trace: str
    amount: Decimal
    currency: str = ""
    lines: tuple[ProposedLine, ...] = ()
    cases: tuple[Case, ...] = ()  # of the payment as a whole
    unallocated: Decimal = _ZERO  # what the lines and cases do not account for


def propose(remittance: Remittance, invoices: Mapping[str, OpenInvoice]) -> Proposal:
    """Return the proposal; `invoices` by their numbers.

    A payer may name an invoice twice: each item takes of what the items before it have left open.
    """
    return Proposal(
        trace=remittance.number,
        amount=remittance.amount,
        currency=currency_meant(remittance, invoices),
        lines=tuple(_lines(remittance.items, invoices)),
        cases=tuple(_case(adjustment) for adjustment in remittance.adjustments),
        unallocated=remittance.unaccounted,
    )


def currency_meant(remittance: Remittance, invoices: Mapping[str, OpenInvoice]) -> str:
    """Return the currency of a payment: the one that it names, else the one that all its invoices have."""
    if remittance.currency:
        return remittance.currency.upper()
    named = {invoice.currency for invoice in invoices.values()}
    return named.pop() if len(named) == 1 else ""


def _lines(items: Sequence[RemittedItem], invoices: Mapping[str, OpenInvoice]) -> Iterator[ProposedLine]:
    left = {number: invoice.open for number, invoice in invoices.items()}
    explained = dict.fromkeys(invoices, _ZERO)
    last = {item.number.strip(): index for index, item in enumerate(items)}
    for index, item in enumerate(items):
        number, cases = item.number.strip(), _told_cases(item)
        invoice = invoices.get(number)
        if invoice is None:
            yield ProposedLine(number=item.number, paid=item.settled, cases=cases)
            continue
        before, left[number] = left[number], left[number] - item.settled
        explained[number] += sum((case.amount for case in cases), _ZERO)
        if last[number] == index:
            cases += _unexplained(invoice, left[number], explained[number])
        yield ProposedLine(
            number=item.number,
            invoice=invoice.name,
            invoice_id=invoice.id,
            open=before,
            paid=item.settled,
            left=left[number],
            cases=cases,
        )


def _told_cases(item: RemittedItem) -> tuple[Case, ...]:
    discount = (Case(reason="discount", amount=-item.discount),) if item.discount else ()
    return (*discount, *(_case(adjustment) for adjustment in item.adjustments))


def _unexplained(invoice: OpenInvoice, left: Decimal, explained: Decimal) -> tuple[Case, ...]:
    """Return the case for what no reason of theirs accounts for, if any."""
    amount = left + explained
    if not amount:
        return ()
    return (Case(reason="short" if amount * invoice.open > 0 else "over", amount=-amount),)


def _case(adjustment: Adjustment) -> Case:
    return Case(
        reason=adjustment.reason or "adjustment",
        amount=adjustment.amount,
        reference=adjustment.reference,
        note=adjustment.note,
    )


# --- what is wrong with it
def faults(
    proposal: Proposal,
    remittance: Remittance,
    invoices: Mapping[str, OpenInvoice],
    policy: RemittancePolicy,
) -> Iterator[Finding]:
    """Yield what a person must know of a proposal, before or beside the payment, as the policy says."""
    unknown = Severity.WARNING if policy.released else Severity.HOLD
    severity = unknown if policy.holds else Severity.WARNING
    told: dict[str, list[ProposedLine]] = {}
    last = {line.number.strip(): index for index, line in enumerate(proposal.lines)}
    for index, line in enumerate(proposal.lines):
        where, number = f"items[{index}]", line.number.strip()
        invoice = invoices.get(number)
        told.setdefault(number, []).append(line)
        if invoice is None:
            yield _unknown(line, where, unknown)
        elif last[number] != index:
            continue
        elif finding := _foreign(invoice, remittance, policy, where):
            yield finding
        else:
            yield from _short_or_over(told[number], invoice, policy, where, severity)


def _unknown(line: ProposedLine, where: str, severity: Severity) -> Finding:
    return Finding(
        problems.INVOICE_UNKNOWN,
        f"{line.paid} is paid for {line.number!r}: this customer has no posted invoice of that number",
        severity,
        Where(path=f"{where}.number"),
        line.number,
        "find out what they mean; released, the draft payment is made and this amount stays unallocated",
    )


def _foreign(
    invoice: OpenInvoice, remittance: Remittance, policy: RemittancePolicy, where: str
) -> Finding | None:
    """Return a finding where the payment is not known to be in its invoice's currency.

    A payment that names none (X12 without CUR) is in the company's own, until a person says otherwise.
    """
    if remittance.currency:
        if invoice.currency == remittance.currency.upper():
            return None
        message = f"{invoice.name} is in {invoice.currency}, the payment in {remittance.currency}"
        hint = "enter this payment by hand, and cancel this exchange"
    else:
        if policy.released or invoice.currency == invoice.company_currency:
            return None
        message = f"{invoice.name} is in {invoice.currency}, and the payment does not say its currency"
        hint = (
            f"ask the payer (X12: CUR02), or release it if they pay in {invoice.currency};"
            " several currencies: enter it by hand"
        )
    return Finding(
        problems.PRICE_DIFFERS, message, Severity.HOLD, Where(path=where), remittance.currency, hint
    )


def several_currencies(remittance: Remittance, invoices: Mapping[str, OpenInvoice]) -> Iterator[Finding]:
    """Yield a finding where a payment that names no currency is for invoices of several."""
    named = sorted({invoice.currency for invoice in invoices.values()})
    if not remittance.currency and len(named) > 1:
        yield Finding(
            problems.PRICE_DIFFERS,
            f"the payment does not say its currency, and its invoices are in {' and '.join(named)}",
            Severity.HOLD,
            Where(path="currency"),
            hint="ask the payer, enter this payment by hand, and cancel this exchange",
        )


def _short_or_over(
    lines: Sequence[ProposedLine],
    invoice: OpenInvoice,
    policy: RemittancePolicy,
    where: str,
    severity: Severity,
) -> Iterator[Finding]:
    """Yield a finding where all items of an invoice, discount taken counted in, are not what is open of it."""
    cases = [case for line in lines for case in line.cases]
    paid = sum((line.paid for line in lines), _ZERO)
    discount = -sum((case.amount for case in cases if case.reason == "discount"), _ZERO)
    missing = invoice.open - paid - discount
    short = missing * invoice.open > 0
    if not missing or (short and abs(missing) <= abs(invoice.open) * policy.short_pay / 100):
        return
    reasons = ", ".join(_words(case) for case in cases if case.reason not in {"discount", "over", "short"})
    message = f"{invoice.name}: {_compared(invoice.open, paid, discount)}"
    message += f" ({reasons})" if reasons else ""
    hint = "settle the deduction with the customer; the payment's proposal names it as a case"
    if not short:
        hint = "ask the customer what the rest is for; the payment's proposal names it as a case"
    yield Finding(problems.PAYMENT_DIFFERS, message, severity, Where(path=where), str(paid), hint)


def _compared(open_: Decimal, paid: Decimal, discount: Decimal) -> str:
    """Return what they pay against what is open in words, without a sign to be puzzled over."""
    settles = paid + discount
    if settles * open_ < 0:
        if open_ > 0:
            return f"they take {abs(paid)} back, and {open_} is open to be paid"
        return f"they pay {paid} for this credit note, of which they may take {abs(open_)}"
    verb = f"they take {abs(paid)} of this credit note" if open_ < 0 else f"they pay {paid}"
    verb += f" and {abs(discount)} is discount" if discount else ""
    side = "less" if abs(settles) < abs(open_) else "more"
    return f"{verb}, {abs(open_ - settles)} {side} than is open ({abs(open_)})"


def in_words(proposal: Proposal, findings: Sequence[Finding]) -> str:
    """Return the proposal as the payment's note has it, one item a line."""
    rows = [_row(line) for line in proposal.lines]
    rows += [f"Of the whole: {_words(case)}" for case in proposal.cases]
    if proposal.unallocated:
        rows.append(f"Not accounted for: {_of_the_payment(proposal.unallocated)}")
    rows += [finding.message for finding in findings]
    return "\n".join(rows)


def _row(line: ProposedLine) -> str:
    if line.open is None:
        said = f"{line.number}: {line.paid} paid, no invoice of ours"
    else:
        said = f"{line.invoice}: {line.open} open, {line.paid} paid, {line.left} left"
    return "; ".join([said, *(_words(case) for case in line.cases)])


def _of_the_payment(rest: Decimal) -> str:
    side = "less" if rest > 0 else "more"
    return f"items and adjustments make {abs(rest)} {side} than the payment"


def _words(case: Case) -> str:
    """Return a case in words: which way it goes is said, not signed."""
    more = " ".join(part for part in (case.reference, case.note) if part)
    side = "less" if case.amount < 0 else "more"
    return f"{abs(case.amount)} {side}: {case.reason}" + (f" ({more})" if more else "")
