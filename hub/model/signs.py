"""Which way the money of an invoice goes: said by its kind, and by nothing else.

The convention. An invoice asks for money, a credit note gives it back, and the amounts of either are positive: total,
taxes, what its lines come to together. A single line may be negative: it takes back what the others bill. `kind` of an
allowance or a charge gives its sign. Whoever reads a document of the hub never has to guess.

Senders do it in any way: credits with all amounts negative (cXML asks for that), with a negative total over positive
lines or positive totals over negative lines, or as an invoice with a negative total. UBL and X12 leave it to the kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from hub.model.currencies import smallest
from hub.model.documents import Charge, Invoice, InvoiceLine, Tax

_ZERO = Decimal(0)
_OTHER = {"allowance": "charge", "charge": "allowance"}


def upright(invoice: Invoice) -> Invoice:
    """Return an invoice or credit note with its signs by the convention; one that keeps to it as it is.

    A negative total is a credit, whatever the kind says. Where lines, charges and taxes make that total, all of it is
    turned round; where they do not, each part that is negative is.
    """
    if invoice.total >= 0 and (invoice.kind != "credit" or _adds_up(invoice)):
        return invoice
    if invoice.total < 0 and _adds_up(invoice):
        turned = opposite(replace(invoice, kind="credit"))
        lines = tuple(replace(_tidy(li), charges=tuple(map(_told, li.charges))) for li in turned.lines)
        return replace(turned, lines=lines, charges=tuple(map(_told, turned.charges)))
    worth = _sum(line.quantity * line.unit_price for line in invoice.lines)
    taxes = invoice.taxes
    return replace(
        invoice,
        kind="credit",
        lines=tuple(_with_sign(line, turned=worth < 0) for line in invoice.lines),
        charges=tuple(map(_positive, invoice.charges)),
        taxes=tuple(map(_opposite_tax, taxes)) if _sum(t.amount for t in taxes) < 0 else taxes,
        total=abs(invoice.total),
        net=None if invoice.net is None else abs(invoice.net),
        prepaid=None if invoice.prepaid is None else abs(invoice.prepaid),
    )


def opposite(invoice: Invoice) -> Invoice:
    """Return an invoice with every amount turned round; its kind stays. Twice is the identity."""
    return replace(
        invoice,
        lines=tuple(map(_opposite_line, invoice.lines)),
        charges=tuple(map(_opposite_charge, invoice.charges)),
        taxes=tuple(map(_opposite_tax, invoice.taxes)),
        total=-invoice.total,
        net=_negated(invoice.net),
        prepaid=_negated(invoice.prepaid),
    )


def signed(charge: Charge) -> Decimal:
    """Return what an allowance or a charge adds; other kinds are for information and add nothing."""
    sign = {"allowance": -1, "charge": 1}.get(charge.kind, 0)
    return sign * (charge.amount or _ZERO)


def worth_of(line: InvoiceLine) -> Decimal:
    """Return what a line comes to with its allowances, charges and taxes, not rounded."""
    return line.quantity * line.unit_price + _extras(line)


def _extras(part: Invoice | InvoiceLine) -> Decimal:
    return _sum(map(signed, part.charges)) + _sum(tax.amount for tax in part.taxes)


def _adds_up(invoice: Invoice) -> bool:
    """Say whether the parts make the total, but for what rounding each line may do."""
    slack = smallest(invoice.currency) * max(len(invoice.lines), 1)
    return abs(_sum(map(worth_of, invoice.lines)) + _extras(invoice) - invoice.total) < slack


def _with_sign(line: InvoiceLine, *, turned: bool) -> InvoiceLine:
    """Return a line, turned if all lines are, whose own amount, charges and taxes go the way of its quantity."""
    if turned:
        line = _tidy(replace(line, quantity=-line.quantity, our_quantity=_negated(line.our_quantity)))
    worth = line.quantity * line.unit_price
    return replace(
        line,
        amount=line.amount if (line.amount or _ZERO) * worth >= 0 else _negated(line.amount),
        charges=tuple(map(_positive, line.charges)),
        taxes=tuple(t if t.amount * worth >= 0 else _opposite_tax(t) for t in line.taxes),
    )


def _opposite_line(line: InvoiceLine) -> InvoiceLine:
    return replace(
        line,
        quantity=-line.quantity,
        our_quantity=_negated(line.our_quantity),
        amount=_negated(line.amount),
        charges=tuple(map(_opposite_charge, line.charges)),
        taxes=tuple(map(_opposite_tax, line.taxes)),
    )


def _tidy(line: InvoiceLine) -> InvoiceLine:
    """Return a line whose price is not negative together with its quantity; it comes to the same."""
    if line.quantity >= 0 or line.price >= 0:
        return line
    return replace(line, quantity=-line.quantity, our_quantity=_negated(line.our_quantity), price=-line.price)


def _opposite_charge(charge: Charge) -> Charge:
    """Return what adds as much as a charge takes away; a rate or a percentage follows what it is of."""
    return charge if charge.amount is None else replace(charge, kind=_OTHER.get(charge.kind, charge.kind))


def _told(charge: Charge) -> Charge:
    """Return a charge with its sign in its kind; it comes to the same."""
    return _positive(_opposite_charge(charge)) if charge.amount is not None and charge.amount < 0 else charge


def _positive(charge: Charge) -> Charge:
    if charge.amount is None or charge.amount >= 0:
        return charge
    return replace(charge, amount=-charge.amount, base=None if charge.base is None else abs(charge.base))


def _opposite_tax(tax: Tax) -> Tax:
    return replace(tax, amount=-tax.amount, taxable=_negated(tax.taxable))


def _negated(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, _ZERO)
