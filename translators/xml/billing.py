"""The sums of an invoice that UBL wants said: line amounts, taxes by category, totals that add up to the cent.

Rules by their numbers in EN 16931: a line's amount is quantity times net price with the line's own charges
(BR-CO-10 sums them), a category's tax is worked out on the sum of what falls in it (BR-S-08, BR-CO-17), and
the total is net plus taxes (BR-CO-15). Amounts that a document has are kept; what does not add up is a finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from msgspec.structs import replace

from hub.model import problems
from hub.model.currencies import rounded
from hub.model.documents import ChangeLine, Charge, Invoice, InvoiceLine, OrderLine, Party, Tax
from hub.model.finding import Finding, Where
from hub.model.signs import opposite

CENT = Decimal("0.01")
ZERO = Decimal(0)

CREDIT_TRANSFER = "30"  # UNCL 4461
NO_TAX = "Not subject to VAT"

#: A line whose prices may be for many.
PricedLine = TypeVar("PricedLine", OrderLine, ChangeLine, InvoiceLine)
#: A tax category and its percentage: what the taxes of an invoice are added up by.
Rate = tuple[str, Decimal | None]


def completed_invoice(invoice: Invoice) -> tuple[Invoice, tuple[Finding, ...]]:
    """Return the invoice with its line amounts, its taxes by category and its sums, and what does not add up."""
    invoice = _addressed(invoice)
    lines = tuple(
        _referenced(replace(li, amount=_line_amount(li, invoice.currency)), invoice) for li in invoice.lines
    )
    net = _sum(_amount(line) for line in lines) + _signed(invoice.charges)
    usual = _usual_rate(invoice, net)
    free = _untaxed(invoice)
    lines = tuple(_taxed(line, usual, free) for line in lines)
    charges = tuple(_rated(charge, usual) for charge in invoice.charges)
    invoice = replace(invoice, lines=lines, charges=charges)
    taxes = invoice.taxes if _by_category(invoice.taxes) else tuple(_taxes(invoice, usual))
    total = net + _sum(tax.amount for tax in taxes)
    findings = tuple(_disagreements(invoice, net, total))
    return replace(invoice, taxes=tuple(map(_explained, taxes)), net=net, total=total), findings


def _addressed(invoice: Invoice) -> Invoice:
    """Return the invoice with the roles and the date due by UBL's names.

    Who is paid is the seller where no other is named (BT-59 is for a payee that is somebody else), and who
    bought is billed where no other is.
    """
    parties = dict(invoice.parties)
    payee, seller = parties.get("remit_to"), parties.get("seller")
    if payee is not None and (seller is None or _same_firm(seller, payee)):
        parties["seller"] = _known_as(payee, seller)
        del parties["remit_to"]
    if "bill_to" not in parties and "buyer" in parties:
        parties["bill_to"] = parties["buyer"]
    terms, due = invoice.terms, invoice.due
    if due is None and terms is not None:
        due = terms.due
        if due is None and terms.net_days is not None and invoice.date is not None:
            due = invoice.date + dt.timedelta(days=terms.net_days)
    payment = invoice.payment
    if payment is not None and not payment.kind:
        payment = replace(payment, kind=CREDIT_TRANSFER)
    return replace(invoice, parties=parties, due=due, payment=payment)


def _referenced(line: InvoiceLine, invoice: Invoice) -> InvoiceLine:
    """Return the line with the order's line that it bills, which a reference must name (UBL 2.1); the order once."""
    number = line.order_number if line.order_number != invoice.order_number else ""
    if not (number or invoice.order_number):
        return line
    return replace(line, order_number=number, order_line=line.order_line or line.number)


def _same_firm(seller: Party, payee: Party) -> bool:
    """Say whether the seller, as an order names it, is who is paid: by address, by name, or known by no more."""
    if seller.endpoint and payee.endpoint:
        return (seller.endpoint_kind, seller.endpoint) == (payee.endpoint_kind, payee.endpoint)
    bare = not (seller.tax_number or seller.registration or seller.address or seller.city)
    return bare or (bool(seller.name) and seller.name.casefold() == payee.name.casefold())


def _known_as(payee: Party, seller: Party | None) -> Party:
    """Return who sells: what we say of ourselves goes before what the order says of us (BG-4)."""
    if seller is None:
        return payee
    said = {name: value for name in payee.__struct_fields__ if (value := getattr(payee, name))}
    return replace(seller, **said)


def _explained(tax: Tax) -> Tax:
    """Return a tax with the reason why there is none, which its category demands (BR-O-10)."""
    said = tax.category != "O" or tax.exemption or tax.exemption_code
    return tax if said else replace(tax, exemption=NO_TAX)


def peppol_invoice(invoice: Invoice) -> tuple[Invoice, tuple[Finding, ...]]:
    """Return the completed invoice with one note at most (PEPPOL-EN16931-R002)."""
    done, findings = completed_invoice(invoice)
    return (replace(done, notes=("\n".join(done.notes),)) if done.notes else done), findings


def cxml_invoice(invoice: Invoice) -> tuple[Invoice, tuple[Finding, ...]]:
    """Return the invoice with the sums that cXML wants said; its taxes stay as they are.

    The amounts of a credit memo are negative in cXML.
    """
    invoice = _addressed(invoice)
    lines = tuple(measured(replace(li, amount=_line_amount(li, invoice.currency))) for li in invoice.lines)
    net = _sum(_amount(line) for line in lines) + _signed(invoice.charges)
    taxes = tuple(
        tax if tax.kind else replace(tax, kind="vat" if tax.category else "sales") for tax in invoice.taxes
    )
    total = net + _sum(tax.amount for tax in taxes)
    findings = tuple(_disagreements(invoice, net, total))
    done = replace(invoice, lines=lines, taxes=taxes, net=None, total=total)
    return cxml_credit(done), findings


def cxml_credit(invoice: Invoice) -> Invoice:
    """Return a credit note with the other sign, as cXML writes it and as it is read; an invoice as it is."""
    return opposite(invoice) if invoice.kind == "credit" else invoice


def measured(line: PricedLine) -> PricedLine:
    """Return a line that says in which unit its price's quantity counts: the line's own (cXML demands it)."""
    if not line.base_quantity or line.base_unit:
        return line
    return replace(line, base_unit=line.unit, base_factor=Decimal(1))


def _line_amount(line: InvoiceLine, currency: str) -> Decimal:
    if line.amount is not None:
        return line.amount
    return rounded(line.quantity * line.unit_price, currency) + _signed(line.charges)


def _amount(line: InvoiceLine) -> Decimal:
    return line.amount if line.amount is not None else ZERO


def _signed(charges: Iterable[Charge]) -> Decimal:
    """Return what charges and allowances add together."""
    return _sum((c.amount or ZERO) * (-1 if c.kind == "allowance" else 1) for c in charges)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _by_category(taxes: tuple[Tax, ...]) -> bool:
    return bool(taxes) and all(tax.category and tax.taxable is not None for tax in taxes)


def _usual_rate(invoice: Invoice, net: Decimal) -> Rate:
    """Return the rate of what does not name one: the invoice's own, where it has only one.

    Without any tax it is zero-rated (Z), or outside of the tax (O) where the seller has no tax number.
    """
    taxes = invoice.taxes
    if not any(tax.amount for tax in taxes):
        named = taxes[0].category if len(taxes) == 1 else ""
        category = named or _untaxed(invoice)[0]
        return (category, None if category == "O" else ZERO)
    if len(taxes) != 1:
        return ("S", None)
    if told := {line.tax_percent for line in invoice.lines if line.tax_percent}:
        return ("S", told.pop() if len(told) == 1 else None)
    tax = taxes[0]
    return (
        tax.category or "S",
        tax.percent if tax.percent is not None else _percent(tax.amount, net, invoice.currency),
    )


def _untaxed(invoice: Invoice) -> Rate:
    """Return the rate of what no tax is on: zero-rated, or outside of the tax where the seller has no number."""
    seller = invoice.parties.get("seller")
    return ("Z", ZERO) if seller and seller.tax_number else ("O", None)


def _percent(amount: Decimal, net: Decimal, currency: str) -> Decimal | None:
    """Return the percentage that makes the tax out of the net amount, where one with few decimals does."""
    if not net:
        return None
    for decimals in (CENT, Decimal("0.0001")):
        percent = (amount * 100 / net).quantize(decimals, ROUND_HALF_UP)
        if rounded(net * percent / 100, currency) == amount:
            return percent.normalize() if percent % 1 else percent.quantize(Decimal(1))
    return None


def _taxed(line: InvoiceLine, usual: Rate, free: Rate) -> InvoiceLine:
    """Return the line with its tax category; what it says of its taxes goes before. `free`: of a line without."""
    if not line.taxes and line.tax_percent is not None:
        category, percent = ("S", line.tax_percent) if line.tax_percent else free
        return replace(line, taxes=(Tax(category=category, percent=percent),))
    if not line.taxes:
        return replace(line, taxes=(Tax(category=usual[0], percent=usual[1]),))
    first, *others = line.taxes
    if first.category:
        return line
    return replace(line, taxes=(replace(first, category="S" if first.percent else usual[0]), *others))


def _rated(charge: Charge, usual: Rate) -> Charge:
    if not (charge.code or charge.description):  # BR-33, BR-38: a reason, in a code or in words
        charge = replace(charge, description=charge.kind.capitalize())
    if charge.tax_category:
        return charge
    return replace(charge, tax_category=usual[0], tax_percent=usual[1])


def _shares(invoice: Invoice) -> Iterator[tuple[Rate, Decimal]]:
    """Yield each amount that taxes are worked out on, with its rate."""
    for line in invoice.lines:
        yield (line.taxes[0].category, line.taxes[0].percent), _amount(line)
    for charge in invoice.charges:
        yield (charge.tax_category, charge.tax_percent), _signed((charge,))


def _taxes(invoice: Invoice, usual: Rate) -> Iterator[Tax]:
    """Yield the tax of each category: as the invoice has it where it has one, or worked out."""
    bases: dict[Rate, Decimal] = {}
    for rate, share in _shares(invoice):
        bases[rate] = bases.get(rate, ZERO) + share
    alone = invoice.taxes[0] if len(invoice.taxes) == 1 and list(bases) == [usual] else None
    for (category, percent), base in bases.items():
        amount = alone.amount if alone else rounded(base * (percent or ZERO) / 100, invoice.currency)
        kept = alone or Tax()
        yield replace(kept, amount=amount, percent=percent, category=category, taxable=base)


def _disagreements(invoice: Invoice, net: Decimal, total: Decimal) -> Iterator[Finding]:
    """Yield the sums of the invoice that its lines, charges and taxes do not add up to."""
    for path, said, found in (("net", invoice.net, net), ("total", invoice.total or None, total)):
        if said is not None and said != found:
            message = f"{said} is not what lines, charges and taxes add up to, which is {found}"
            hint = "mend the invoice; the format has no place for a difference"
            yield Finding(
                problems.TOTAL_MISMATCH, message, where=Where(path=path), value=str(said), hint=hint
            )


def _lines_total(invoice: Invoice, _: object) -> Decimal:
    return _sum(_amount(line) for line in invoice.lines)


def _charged(kind: str) -> Callable[[Invoice, object], Decimal | None]:
    """Return the function that adds up the allowances or the charges; none are not written."""

    def added(invoice: Invoice, _: object) -> Decimal | None:
        amounts = [c.amount or ZERO for c in invoice.charges if c.kind == kind]
        return _sum(amounts) if amounts else None

    return added


def _tax_total(invoice: Invoice, _: object) -> Decimal:
    return _sum(tax.amount for tax in invoice.taxes)


def _order_reference(invoice: Invoice, _: object) -> str | None:
    """Return what stands for the buyer's order where only the seller's own number is known."""
    return "NA" if not invoice.order_number and invoice.refs.get("vendor_order") else None


def _payable(invoice: Invoice, _: object) -> Decimal:
    return invoice.total - (invoice.prepaid or ZERO)


def _charge(kind: str) -> Callable[[Invoice, object], Decimal | None]:
    """Return the function that gives the amount of a charge of that kind; of another it is not written."""

    def amount(_: Invoice, charge: object) -> Decimal | None:
        return (charge.amount or ZERO) if isinstance(charge, Charge) and charge.kind == kind else None

    return amount


#: What [computed] may name: sums that only the file has.
SUMS: dict[str, Callable[[Any, object], object]] = {
    "lines_total": _lines_total,
    "allowance_total": _charged("allowance"),
    "charge_total": _charged("charge"),
    "allowance_amount": _charge("allowance"),
    "charge_amount": _charge("charge"),
    "tax_total": _tax_total,
    "payable": _payable,
    "order_reference": _order_reference,
}
