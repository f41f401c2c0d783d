"""What is wrong with a supplier's invoice against its orders and itself. Nothing here asks Odoo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.client import Values
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.purchase_lines import PurchaseLine
from hub.erp.odoo.purchases import OPEN
from hub.erp.odoo.reading import PRICE_PLACES, plain_number, ref_name, text
from hub.erp.port import money
from hub.model import problems
from hub.model.currencies import places_of
from hub.model.documents import Charge, Invoice
from hub.model.finding import Finding
from hub.model.leeway import Leeway

#: What dividing a price by what it is for may leave: no amount of money is so small.
_NOISE = Decimal("0.0000001")
#: What the places in which a price is read leave of one that is told for many.
_READ = Decimal(1).scaleb(-PRICE_PLACES)
_HINT = "Release it to make the draft bill all the same, or dispute it with the supplier."


class BillLine(Struct, frozen=True):
    """One line of the bill; `line` is None for an allowance or a charge, and `ours` what it is to us."""

    name: str
    quantity: Decimal  # in `unit`
    price: Decimal  # per `unit`
    line: PurchaseLine | None = None
    order: str = ""
    ours: str = ""
    taxes: tuple[int, ...] = ()  # of an allowance or a charge whose tax the supplier tells
    unit: int = 0  # uom.uom id; 0: Odoo's choice
    line_price: Decimal = Decimal(0)  # the price per unit of `line`
    own: Decimal = Decimal(0)  # the quantity in the product's own unit

    @property
    def amount(self) -> Decimal:
        """Return quantity times price, not rounded."""
        return self.quantity * self.price


def charged(
    charges: Sequence[Charge],
    gross: Decimal,
    quantity: Decimal,
    where: str,
    *,
    taxes: Sequence[int],
    places: int,
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
            amount = money(gross * (charge.percent or Decimal(0)) / 100, places)
        name = (charge.description or charge.code or charge.kind) + where
        price = -amount if charge.kind == "allowance" else amount
        taxed = tuple(taxes) if where or charge.tax_percent else ()
        yield BillLine(name, Decimal(1), price, ours=charge.ours, taxes=taxed)


def wrong_sum(invoice: Invoice, bill: Sequence[BillLine], places: int) -> Iterator[Finding]:
    """Yield a finding when the invoice does not add up to its own total.

    Every amount that is not in whole smallest units of the currency was rounded, by itself or with the others, up
    or down: each may have moved the total by half a unit. Amounts that are whole leave no such room.
    """
    unit = Decimal(1).scaleb(-places)
    worked = sum((line.amount for line in bill), Decimal(0))
    rounded = [line for line in bill if abs(money(line.amount, places) - line.amount) > _NOISE]
    room = unit / 2 * len(rounded) + _NOISE
    if any(abs(worked + tax - invoice.total) <= room for tax in _taxes(invoice)):
        return
    told = money(worked + next(iter(_taxes(invoice))), places)
    yield hold(
        problems.TOTAL_MISMATCH,
        f"lines, allowances, charges and tax come to {told}, the invoice's total is {invoice.total}:"
        f" {abs(invoice.total - told)} {'more' if invoice.total > told else 'less'}",
        where="total",
        value=str(invoice.total),
        hint="Ask the supplier for a correct invoice, and cancel this exchange; or release it to make the draft.",
    )


def _taxes(invoice: Invoice) -> list[Decimal]:
    """Return what the tax may be: told for the whole, else by line; or for the whole beside that of the lines."""
    whole = sum((tax.amount for tax in invoice.taxes), Decimal(0))
    lines = sum((tax.amount for line in invoice.lines for tax in line.taxes), Decimal(0))
    return [whole or lines, whole + lines]


def wrong_own_sum(invoice: Invoice) -> Iterator[Finding]:
    """Yield a finding when an invoice does not add up, before its lines are matched with those of an order."""
    places = places_of(invoice.currency)
    bill: list[BillLine] = []
    gross = Decimal(0)
    for line in invoice.lines:
        amount = line.quantity * line.unit_price
        bill.append(BillLine(line.number, line.quantity, line.unit_price))
        bill += charged(line.charges, amount, line.quantity, "", taxes=(), places=places)
        gross += amount
    bill += charged(invoice.charges, gross, Decimal(1), "", taxes=(), places=places)
    yield from wrong_sum(invoice, bill, places)


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


class Limits(Struct, frozen=True):
    """How far a bill may depart from its orders."""

    price: Leeway  # per our unit
    quantity: Leeway
    by_receipt: Mapping[int, bool]  # by product: what was received is the limit, and not what was ordered


def against_orders(bill: Sequence[BillLine], invoice: Invoice, limits: Limits) -> Iterator[Finding]:
    """Yield findings where the bill asks for another price than the order, or for more than may be billed."""
    billed: dict[int, Decimal] = {}
    for item in bill:
        if item.line is None:
            continue
        near = abs(item.line_price - item.line.price) <= _READ
        if not near and not limits.price.allows(item.line.price, item.line_price):
            price = plain_number(round(item.line_price, PRICE_PLACES).normalize())
            message = f"{item.line.label}: ordered at {item.line.price}, billed at {price}"
            yield hold(problems.PRICE_DIFFERS, message, value=price, hint=_HINT)
        billed[item.line.id] = billed.get(item.line.id, item.line.invoiced) + item.own
    if invoice.kind == "credit":
        return
    for line, order in {item.line.id: (item.line, item.order) for item in bill if item.line}.values():
        received, total = limits.by_receipt.get(line.product.id, False), billed[line.id]
        limit = line.received if received else line.ordered
        most, told = (line.units.own.into(line.units.line, own) for own in (limit, total))
        if total > limit and not limits.quantity.allows(most, told):
            words = line.units.words(limit)
            said = f"{words} were received" if received else f"{order} orders {words}"
            message = f"{line.label}: {said}, billed {line.units.words(total)} in all"
            yield hold(problems.QUANTITY_DIFFERS, message, value=str(told), hint=_HINT)
