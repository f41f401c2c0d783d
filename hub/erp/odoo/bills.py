"""Make a supplier's invoice a DRAFT vendor bill whose lines are linked to the purchase lines.

The invoice must add up before it is written: lines less allowances plus charges and tax is its total to the
cent, each line rounded or only the sum. Taxes: where the supplier bills none, none; else those of the purchase
line, and a difference to the supplier's total is told. A person checks and posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import external_id
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.purchase_lines import PurchaseLine, PurchaseLines, match, unknown_line
from hub.erp.odoo.purchases import OPEN, Purchases
from hub.erp.odoo.reading import plain_number, ref_id, ref_name, text
from hub.erp.odoo.refusals import refused
from hub.erp.port import PostResult, money
from hub.model import problems
from hub.model.documents import Charge, Invoice
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding, Severity, Where

COLUMNS = ("product_id/.id", "name", "quantity", "price_unit", "purchase_line_id/.id", "tax_ids/.id")


class BillLine(Struct, frozen=True):
    """One line of the bill; `line` is None for an allowance or a charge."""

    name: str
    quantity: Decimal
    price: Decimal
    line: PurchaseLine | None = None

    @property
    def amount(self) -> Decimal:
        """Return quantity times price, not rounded."""
        return self.quantity * self.price


class Bills:
    """The vendor bills of one Odoo."""

    def __init__(self, session: Session, ledger: Ledger, purchases: Purchases, lines: PurchaseLines) -> None:
        self._session = session
        self._ledger = ledger
        self._purchases = purchases
        self._lines = lines

    def post(self, key: str, invoice: Invoice, order: ErpRecord, *, released: bool) -> PostResult:
        """Make the draft bill of a key, once. `released` waives prices and quantities, never a wrong sum."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["account.move"])
            if found:
                return PostResult(record=self._named(found, invoice))
            head = self._purchases.head(order.id)
            bill, findings = self._bill(invoice, head)
            findings += _foreign(invoice, ref_name(head["currency_id"]))
            findings += _sum_finding(invoice, bill)
            findings += self._repeated(invoice, head)
            if not released:
                findings += _against_order(bill, text(head["name"]), invoice)
            if findings:
                return PostResult(findings=tuple(findings))
            try:
                bill_id, created = self._create(key, invoice, head, bill)
            except Refused as e:
                return PostResult(findings=(refused(e, f"bill {invoice.number}"),))
            told = self._told(key, invoice, bill_id) if created else ()
            record = self._named(self._ledger.record("account.move", bill_id), invoice)
            return PostResult(record=record, created=created, findings=told)

    def _bill(self, invoice: Invoice, head: Values) -> tuple[list[BillLine], list[Finding]]:
        """Return the bill's lines; lines of no purchase line leave findings."""
        lines = self._lines.read(head["id"], ref_id(head["partner_id"]))
        sign = -1 if invoice.total < 0 else 1
        bill: list[BillLine] = []
        findings: list[Finding] = []
        if head["state"] not in OPEN:
            findings.append(_not_open(text(head["name"]), text(head["state"])))
        for index, said in enumerate(invoice.lines):
            line = match(lines, said.number, said.ids, said.sku)
            if line is None:
                findings.append(unknown_line(head["name"], said.number, said.ids, f"lines[{index}]"))
            name = said.description or (line.name if line else said.number)
            bill.append(BillLine(name, sign * said.quantity, said.price, line))
            gross = said.quantity * said.price
            bill += _charges(said.charges, gross, said.quantity, sign, f" ({said.number})")
        gross = sum((li.quantity * li.price for li in invoice.lines), Decimal(0))
        bill += _charges(invoice.charges, gross, Decimal(1), sign, "")
        return bill, findings

    def _repeated(self, invoice: Invoice, head: Values) -> Iterator[Finding]:
        """Return a finding when this supplier's invoice number is in Odoo already; it knows no such rule."""
        partner = ref_id(head["partner_id"])
        rows = self._session.read("res.partner", [partner], ["commercial_partner_id"])
        top = ref_id(rows[partner]["commercial_partner_id"]) or partner
        domain: list[Any] = [
            ["move_type", "in", ["in_invoice", "in_refund"]],
            ["ref", "=", invoice.number],
            ["partner_id.commercial_partner_id", "=", top],
            ["state", "!=", "cancel"],
        ]
        for row in self._session.search_read(
            "account.move", domain, ["name", "state", "amount_total"], limit=3
        ):
            name = text(row["name"]).strip("/") or f"draft bill {row['id']}"
            yield hold(
                problems.ALREADY_POSTED,
                f"invoice {invoice.number} of this supplier is in Odoo already: {name}, {row['amount_total']}",
                where="number",
                value=invoice.number,
                hint="Cancel this exchange; or cancel the bill in Odoo and release.",
            )

    def _create(self, key: str, invoice: Invoice, head: Values, bill: Sequence[BillLine]) -> tuple[int, bool]:
        refund = invoice.kind == "credit" or invoice.total < 0
        header = {
            "id": external_id(key),
            "move_type": "in_refund" if refund else "in_invoice",
            "partner_id/.id": str(ref_id(head["partner_id"])),
            "ref": invoice.number,
            "invoice_date": invoice.date.isoformat() if invoice.date else "",
            "invoice_origin": text(head["name"]),
            "currency_id/.id": str(ref_id(head["currency_id"])),
        }
        if invoice.terms and invoice.terms.due:
            header["invoice_date_due"] = invoice.terms.due.isoformat()
        taxed = any(t.amount for t in invoice.taxes) or any(
            t.amount for li in invoice.lines for t in li.taxes
        )
        header = {name: value for name, value in header.items() if value}
        rows = [
            [*(header.values() if position == 0 else [""] * len(header)), *_cells(line, taxed=taxed)]
            for position, line in enumerate(bill)
        ]
        fields = [*header, *(f"invoice_line_ids/{c}" for c in COLUMNS)]
        return self._ledger.create(key, "account.move", fields, rows)

    def _told(self, key: str, invoice: Invoice, bill: int) -> tuple[Finding, ...]:
        """Write a note on a new bill; return a warning when Odoo's total is not the supplier's."""
        total = money(self._session.read("account.move", [bill], ["amount_total"])[bill]["amount_total"])
        body = f"Invoice {invoice.number} of the supplier came in by EDI, total {invoice.total}. Key {key}."
        findings: tuple[Finding, ...] = ()
        if total != abs(invoice.total):
            message = f"Odoo computes a total of {total}, the supplier bills {abs(invoice.total)}"
            hint = "Correct taxes or rounding on the draft before posting it."
            findings = (
                Finding(
                    problems.TOTAL_MISMATCH,
                    message,
                    Severity.WARNING,
                    Where(path="total"),
                    str(invoice.total),
                    hint,
                ),
            )
            body += f" {message}: {hint}"
        self._session.call("account.move", "message_post", [bill], body=body)
        return findings

    def _named(self, record: ErpRecord, invoice: Invoice) -> ErpRecord:
        """Return a draft bill, which has no name yet, under the supplier's number."""
        name = record.name.strip("/") or f"draft bill {invoice.number}"
        return ErpRecord(record.model, record.id, name, record.state)


def _cells(line: BillLine, *, taxed: bool) -> list[str]:
    """Return a line's cells in the order of COLUMNS; an empty tax cell means: no tax."""
    of = line.line
    return [
        str(of.product.id) if of else "",
        line.name,
        plain_number(line.quantity),
        plain_number(line.price),
        str(of.id) if of else "",
        ",".join(str(t) for t in of.tax_ids) if of and taxed else "",
    ]


def _charges(
    charges: Sequence[Charge], gross: Decimal, quantity: Decimal, sign: int, where: str
) -> Iterator[BillLine]:
    """Return allowances and charges (SAC) as lines of their own: amount, else rate, else percent of gross."""
    for charge in charges:
        if charge.amount is not None:
            amount = charge.amount
        elif charge.rate is not None:
            amount = charge.rate * quantity
        else:
            amount = money(gross * (charge.percent or Decimal(0)) / 100)
        name = (charge.description or charge.code or charge.kind) + where
        yield BillLine(name, Decimal(sign), -amount if charge.kind == "allowance" else amount)


def _sum_finding(invoice: Invoice, bill: Sequence[BillLine]) -> Iterator[Finding]:
    """Return a finding when the invoice does not add up to its own total."""
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


def _foreign(invoice: Invoice, ours: str) -> Iterator[Finding]:
    """Return a finding when the bill is not in the order's currency: a release cannot change money."""
    if invoice.currency and invoice.currency.upper() != ours:
        yield hold(
            problems.PRICE_DIFFERS,
            f"the order is in {ours}, the invoice in {invoice.currency}",
            where="currency",
            value=invoice.currency,
            hint="Settle the currency with the supplier; enter the bill by hand if it is right.",
        )


def _against_order(bill: Sequence[BillLine], order: str, invoice: Invoice) -> Iterator[Finding]:
    """Return findings where the bill asks for more, or for another price, than the order."""
    hint = "Release it to make the draft bill all the same, or dispute it with the supplier."
    billed: dict[int, Decimal] = {}
    for item in bill:
        if item.line is None:
            continue
        if item.price != item.line.price:
            message = f"{item.line.label}: ordered at {item.line.price}, billed at {item.price}"
            yield hold(problems.PRICE_DIFFERS, message, value=str(item.price), hint=hint)
        billed[item.line.id] = billed.get(item.line.id, item.line.invoiced) + item.quantity
    if invoice.kind == "credit" or invoice.total < 0:
        return
    for line in {item.line.id: item.line for item in bill if item.line}.values():
        if billed[line.id] > line.quantity:
            message = (
                f"{line.label}: {order} orders {line.quantity} {line.unit}, billed {billed[line.id]} in all"
            )
            yield hold(problems.QUANTITY_DIFFERS, message, value=str(billed[line.id]), hint=hint)


def _not_open(order: str, state: str) -> Finding:
    return hold(
        problems.ERP_REFUSED,
        f"{order} is {state} in Odoo: there is nothing to bill",
        hint="Confirm the order in Odoo and release, or dispute the invoice with the supplier.",
    )
