"""Make a supplier's invoice a DRAFT vendor bill whose lines are linked to the purchase lines.

The invoice must add up before it is written: lines less allowances plus charges and tax is its total to the
currency's smallest unit, whatever each line was rounded to. It may bill several orders of that vendor. Taxes:
where the supplier bills none, none; else those of the purchase line, and a difference to the supplier's total is
told. A person checks and posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.erp.odoo.bill_checks import (
    BillLine,
    Limits,
    against_orders,
    charged,
    foreign,
    not_billable,
    wrong_sum,
)
from hub.erp.odoo.charge_targets import ChargeTargets, Target
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.invoices import GOODS
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import external_id
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.measures import Measure, measure, unlike_units
from hub.erp.odoo.places import Places
from hub.erp.odoo.purchase_lines import PurchaseLine, PurchaseLines, match, unknown_line
from hub.erp.odoo.purchases import Purchases
from hub.erp.odoo.reading import plain_number, ref_id, ref_name, text
from hub.erp.odoo.refusals import refused
from hub.erp.port import BillPolicy, PostResult, money
from hub.model import problems
from hub.model.documents import Invoice, InvoiceLine
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding, Severity, Where
from hub.model.leeway import Leeway

COLUMNS = (
    "product_id/.id",
    "name",
    "quantity",
    "product_uom_id/.id",
    "price_unit",
    "purchase_line_id/.id",
    "tax_ids/.id",
)


class Bills:
    """The vendor bills of one Odoo."""

    def __init__(
        self,
        session: Session,
        ledger: Ledger,
        purchases: Purchases,
        lines: PurchaseLines,
        places: Places,
    ) -> None:
        self._session = session
        self._ledger = ledger
        self._purchases = purchases
        self._lines = lines
        self._places = places
        self._targets = ChargeTargets(session)

    def post(
        self, key: str, invoice: Invoice, orders: Mapping[str, ErpRecord], policy: BillPolicy
    ) -> PostResult:
        """Make the draft bill of a key, once. A release waives prices and quantities, and a wrong sum that it names."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["account.move"])
            if found:
                told = self._told(key, invoice, found)
                return PostResult(record=self._named(found, invoice), findings=told)
            heads = {number: self._purchases.head(order.id) for number, order in orders.items()}
            first = next(iter(heads.values()))
            currency = ref_id(first["currency_id"])
            bill, findings = self._bill(invoice, heads, self._places.of(currency))
            targets, unknown = self._targets.of([line.ours for line in bill])
            findings += [*not_billable(list(heads.values())), *unknown]
            findings += foreign(invoice, ref_name(first["currency_id"]))
            if not policy.sum_released:
                findings += wrong_sum(invoice, bill, self._places.of(currency))
            findings += self._repeated(invoice, first)
            if not policy.released:
                findings += against_orders(bill, invoice, self._limits(bill, policy, currency))
            if findings:
                return PostResult(findings=tuple(findings))
            try:
                bill_id, created = self._create(key, invoice, list(heads.values()), bill, targets)
            except Refused as e:
                return PostResult(findings=(refused(e, f"bill {invoice.number}"),))
            record = self._ledger.record("account.move", bill_id)
            told = self._told(key, invoice, record)
            return PostResult(record=self._named(record, invoice), created=created, findings=told)

    def _bill(
        self, invoice: Invoice, heads: Mapping[str, Values], places: int
    ) -> tuple[list[BillLine], list[Finding]]:
        """Return the bill's lines; lines of no purchase line leave findings."""
        lines = {number: self._lines.read(h["id"], ref_id(h["partner_id"])) for number, h in heads.items()}
        bill: list[BillLine] = []
        findings: list[Finding] = []
        for index, said in enumerate(invoice.lines):
            number = said.order_number if said.order_number in heads else next(iter(heads))
            order = text(heads[number]["name"])
            line = match(lines[number], said.order_line or said.number, said.ids, said.sku)
            counted = measure(line.units, said, said.quantity) if line else None
            if line is None:
                findings.append(unknown_line(order, said.number, said.ids, f"lines[{index}]"))
            elif counted is None:
                findings.append(unlike_units(line.label, line.units, said, f"lines[{index}].unit"))
            bill.append(_billed(said, order, line, counted))
            gross = said.quantity * said.unit_price
            rated = line.tax_ids if line and any(tax.percent for tax in said.taxes) else ()
            bill += charged(
                said.charges, gross, said.quantity, f" ({said.number})", taxes=rated, places=places
            )
        gross = sum((li.quantity * li.unit_price for li in invoice.lines), Decimal(0))
        usual = next((item.line.tax_ids for item in bill if item.line and item.line.tax_ids), ())
        bill += charged(invoice.charges, gross, Decimal(1), "", taxes=usual, places=places)
        return bill, findings

    def _limits(self, bill: Sequence[BillLine], policy: BillPolicy, currency: int) -> Limits:
        """Return how far the bill may depart, as agreed; of a price at least as far as Odoo rounds it."""
        price = Leeway(self._places.half_price(currency)) if policy.price is None else policy.price
        return Limits(price, policy.quantity, self._by_receipt(bill, policy))

    def _by_receipt(self, bill: Sequence[BillLine], policy: BillPolicy) -> dict[int, bool]:
        """Return of which products no more may be billed than was received, as Odoo's product says."""
        if not policy.by_receipt:
            return {}
        products = [item.line.product.id for item in bill if item.line]
        rows = self._session.read("product.product", products, ["purchase_method"])
        return {i: row["purchase_method"] == "receive" for i, row in rows.items()}

    def _repeated(self, invoice: Invoice, head: Values) -> Iterator[Finding]:
        """Yield a finding when this supplier's invoice number is in Odoo already; it knows no such rule."""
        for row in self._of_vendor(invoice.number, head, ["in_invoice", "in_refund"]):
            name = text(row["name"]).strip("/") or f"draft bill {row['id']}"
            yield hold(
                problems.ALREADY_POSTED,
                f"invoice {invoice.number} of this supplier is in Odoo already: {name}, {row['amount_total']}",
                where="number",
                value=invoice.number,
                hint="Cancel this exchange; or cancel the bill in Odoo and release.",
            )

    def _of_vendor(self, number: str, head: Values, kinds: Sequence[str]) -> list[Values]:
        """Return a vendor's bills that have their number."""
        partner = ref_id(head["partner_id"])
        rows = self._session.read("res.partner", [partner], ["commercial_partner_id"])
        top = ref_id(rows[partner]["commercial_partner_id"]) or partner
        domain: list[Any] = [
            ["move_type", "in", list(kinds)],
            ["ref", "=", number],
            ["partner_id.commercial_partner_id", "=", top],
            ["state", "!=", "cancel"],
        ]
        return self._session.search_read("account.move", domain, ["name", "state", "amount_total"], limit=3)

    def _create(
        self,
        key: str,
        invoice: Invoice,
        heads: Sequence[Values],
        bill: Sequence[BillLine],
        targets: Mapping[str, Target],
    ) -> tuple[int, bool]:
        taxed = any(t.amount for t in (*invoice.taxes, *(t for li in invoice.lines for t in li.taxes)))
        header = self._header(key, invoice, heads)
        rows = [
            [
                *(header.values() if position == 0 else [""] * len(header)),
                *_cells(line, targets.get(line.ours, Target()), taxed=taxed),
            ]
            for position, line in enumerate(bill)
        ]
        fields = [*header, *(f"invoice_line_ids/{c}" for c in COLUMNS)]
        made, created = self._ledger.create(key, "account.move", fields, rows)
        self._assign(made, bill, targets)
        return made, created

    def _assign(self, made: int, bill: Sequence[BillLine], targets: Mapping[str, Target]) -> None:
        """Write the accounts of charges: an import's empty cell would take those of all other lines away."""
        wanted = {at: target.account for at, li in enumerate(bill) if (target := targets.get(li.ours))}
        if not any(wanted.values()):
            return
        domain: list[Any] = [["move_id", "=", made], ["display_type", "in", list(GOODS)]]
        lines = self._session.search_read("account.move.line", domain, ["id"], order="sequence, id")
        commands = [
            [1, lines[at]["id"], {"account_id": account}] for at, account in wanted.items() if account
        ]
        self._session.write("account.move", [made], {"invoice_line_ids": commands})

    def _header(self, key: str, invoice: Invoice, heads: Sequence[Values]) -> dict[str, str]:
        first = heads[0]
        refund = invoice.kind == "credit"
        due = (invoice.terms.due if invoice.terms else None) or invoice.due
        corrected = self._of_vendor(invoice.original, first, ["in_invoice"]) if invoice.original else []
        header = {
            "id": external_id(key),
            "move_type": "in_refund" if refund else "in_invoice",
            "partner_id/.id": str(ref_id(first["partner_id"])),
            "ref": invoice.number,
            "invoice_date": invoice.date.isoformat() if invoice.date else "",
            "invoice_date_due": due.isoformat() if due else "",
            "invoice_origin": ", ".join(text(head["name"]) for head in heads),
            "currency_id/.id": str(ref_id(first["currency_id"])),
            "reversed_entry_id/.id": str(corrected[0]["id"]) if refund and corrected else "",
        }
        return {name: value for name, value in header.items() if value}

    def _told(self, key: str, invoice: Invoice, bill: ErpRecord) -> tuple[Finding, ...]:
        """Write a note on a new bill; return a warning when Odoo's total is not the supplier's."""
        row = self._session.one("account.move", bill.id, ["amount_total", "currency_id"])
        total = money(row["amount_total"], self._places.of(ref_id(row["currency_id"])))
        body = f"Invoice {invoice.number} of the supplier came in by EDI, total {invoice.total}. Key {key}."
        findings: tuple[Finding, ...] = ()
        if total != invoice.total:
            message = f"Odoo computes a total of {total}, the supplier bills {invoice.total}"
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
        self._ledger.tell(key, bill, body)
        return findings

    def _named(self, record: ErpRecord, invoice: Invoice) -> ErpRecord:
        """Return a draft bill, which has no name yet, under the supplier's number."""
        name = record.name.strip("/") or f"draft bill {invoice.number}"
        return ErpRecord(record.model, record.id, name, record.state)


def _billed(said: InvoiceLine, order: str, line: PurchaseLine | None, counted: Measure | None) -> BillLine:
    """Return a line of the bill in the unit that they bill in, as far as that is one of ours."""
    name = said.description or (line.name if line else said.number)
    if line is None or counted is None:
        return BillLine(name, said.quantity, said.unit_price, line, order)
    return BillLine(
        name=name,
        quantity=counted.ours(said.quantity),
        price=counted.price(said.unit_price),
        line=line,
        order=order,
        unit=counted.unit.id,
        line_price=counted.line_price(said.unit_price, line.price),
        own=counted.own(said.quantity),
    )


def _cells(line: BillLine, target: Target, *, taxed: bool) -> list[str]:
    """Return a line's cells in the order of COLUMNS; an empty tax cell means: no tax."""
    of: PurchaseLine | None = line.line
    taxes = of.tax_ids if of else line.taxes
    return [
        str(of.product.id if of else target.product or ""),
        line.name,
        plain_number(line.quantity),
        str(line.unit or target.unit or ""),
        plain_number(line.price),
        str(of.id) if of else "",
        ",".join(str(t) for t in taxes) if taxed else "",
    ]
