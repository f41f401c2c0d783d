"""What is wrong with a supplier's invoice against its orders and itself. Nothing here asks Odoo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.client import Values
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.purchase_lines import PurchaseLine
from hub.erp.odoo.purchases import OPEN
from hub.erp.odoo.reading import PRICE_PLACES, ref_name, text
from hub.erp.port import money
from hub.model import problems
from hub.model.documents import Charge, Invoice
from hub.model.finding import Finding

#: What the places in which a price is read leave of one that is told for many.
_READ = Decimal(1).scaleb(-PRICE_PLACES)
_HINT = "Release it to make the draft bill all the same, or dispute it with the supplier."


class BillLine(Struct, frozen=True):
    """One line of the bill; `line` is None for an allowance or a charge, and `ours` what it is to us."""

    name: str
    quantity: Decimal
    price: Decimal
    line: PurchaseLine | None = None
    order: str = ""
    ours: str = ""
    taxes: tuple[int, ...] = ()  # of an allowance or a charge whose tax the supplier tells

    @property
    def amount(self) -> Decimal:
        """Return quantity times price, not rounded."""
        return self.quantity * self.price


def charged(
    charges: Sequence[Charge],
    gross: Decimal,
    quantity: Decimal,
    sign: int,
    where: str,
    *,
    taxes: Sequence[int],
) -> Iterator[BillLine]:
    """Yield allowances and charges (SAC) as lines of their own: amount, else rate, else percent of gross.

    `taxes` are those of the goods; they are on what goes with taxed goods (`where` says with which), and on what
    the supplier says a percentage of tax of (UBL).
    """
    for charge in charges:
        if charge.amount is not None:
            amount = charge.amount
        elif charge.rate is not None:
            amount = charge.rate * quantity
        else:
            amount = money(gross * (charge.percent or Decimal(0)) / 100)
        name = (charge.description or charge.code or charge.kind) + where
        price = -amount if charge.kind == "allowance" else amount
        taxed = tuple(taxes) if where or charge.tax_percent else ()
        yield BillLine(name, Decimal(sign), price, ours=charge.ours, taxes=taxed)


def wrong_sum(invoice: Invoice, bill: Sequence[BillLine]) -> Iterator[Finding]:
    """Yield a finding when the invoice does not add up to its own total."""
    line_taxes = [t.amount for line in invoice.lines for t in line.taxes]
    tax = abs(sum([t.amount for t in invoice.taxes] or line_taxes, Decimal(0)))
    sums = {
        sum((money(b.amount) for b in bill), Decimal(0)) + tax,
        money(sum((b.amount for b in bill), Decimal(0)) + tax),
    }
    if abs(invoice.total) not in sums:
        yield hold(
            problems.TOTAL_MISMATCH,
            f"lines, allowances, charges and tax come to {min(sums)}, the invoice's total is {invoice.total}",
            where="total",
            value=str(invoice.total),
            hint="Ask the supplier for a correct invoice, and cancel this exchange.",
        )


def wrong_own_sum(invoice: Invoice) -> Iterator[Finding]:
    """Yield a finding when an invoice does not add up, before its lines are matched with those of an order."""
    sign = -1 if invoice.total < 0 else 1
    bill: list[BillLine] = []
    gross = Decimal(0)
    for line in invoice.lines:
        amount = line.quantity * line.unit_price
        bill.append(BillLine(line.number, sign * line.quantity, line.unit_price))
        bill += charged(line.charges, amount, line.quantity, sign, "", taxes=())
        gross += amount
    bill += charged(invoice.charges, gross, Decimal(1), sign, "", taxes=())
    yield from wrong_sum(invoice, bill)


def not_billable(heads: Sequence[Values]) -> Iterator[Finding]:
    """Yield findings for orders that are not open, and for orders that no one bill can have together."""
    for head in heads:
        if head["state"] not in OPEN:
            yield hold(
                problems.ERP_REFUSED,
                f"{text(head['name'])} is {text(head['state'])} in Odoo: there is nothing to bill",
                hint="Confirm the order in Odoo and release, or dispute the invoice with the supplier.",
            )
    for field, what in (("currency_id", "currencies"), ("company_id", "companies")):
        names = list(dict.fromkeys(ref_name(head[field]) for head in heads))
        if len(names) > 1:
            yield hold(
                problems.ERP_REFUSED,
                f"the orders that it bills are of several {what}: {', '.join(names)}",
                where="order_number",
                hint="Ask the supplier for an invoice of each, and cancel this exchange.",
            )


def foreign(invoice: Invoice, ours: str) -> Iterator[Finding]:
    """Yield a finding when the bill is not in the order's currency: a release cannot change money."""
    if invoice.currency and invoice.currency.upper() != ours:
        yield hold(
            problems.PRICE_DIFFERS,
            f"the order is in {ours}, the invoice in {invoice.currency}",
            where="currency",
            value=invoice.currency,
            hint="Settle the currency with the supplier; enter the bill by hand if it is right.",
        )


def against_orders(
    bill: Sequence[BillLine], invoice: Invoice, by_receipt: Mapping[int, bool]
) -> Iterator[Finding]:
    """Yield findings where the bill asks for another price than the order, or for more than may be billed.

    `by_receipt`, by product: whether what was received is the limit, and not what was ordered.
    """
    billed: dict[int, Decimal] = {}
    for item in bill:
        if item.line is None:
            continue
        if abs(item.price - item.line.price) > _READ:
            message = f"{item.line.label}: ordered at {item.line.price}, billed at {item.price}"
            yield hold(problems.PRICE_DIFFERS, message, value=str(item.price), hint=_HINT)
        billed[item.line.id] = billed.get(item.line.id, item.line.invoiced) + item.quantity
    if invoice.kind == "credit" or invoice.total < 0:
        return
    for line, order in {item.line.id: (item.line, item.order) for item in bill if item.line}.values():
        received = by_receipt.get(line.product.id, False)
        limit = line.received if received else line.quantity
        if billed[line.id] > limit:
            said = f"{limit} {line.unit} were received" if received else f"{order} orders {limit} {line.unit}"
            message = f"{line.label}: {said}, billed {billed[line.id]} in all"
            yield hold(problems.QUANTITY_DIFFERS, message, value=str(billed[line.id]), hint=_HINT)
