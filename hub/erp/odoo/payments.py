"""Make a customer's remittance a DRAFT payment, with the reconciliation that it proposes beside it.

The payment is made in one transaction with the external id of its key. The proposal is kept on it as a JSON
attachment under a key of its own, so that a run that broke between the two is simply run again. Nothing is
posted and nothing is reconciled: a person of finance does both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import external_id
from hub.erp.odoo.lookups import Codes, hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.paid_bills import PaidBills
from hub.erp.odoo.places import Places
from hub.erp.odoo.reading import plain_number, ref_id, ref_name, text
from hub.erp.odoo.refusals import refused
from hub.erp.odoo.settlement import (
    OpenInvoice,
    Proposal,
    faults,
    in_words,
    propose,
    several_currencies,
)
from hub.erp.port import PostResult, money
from hub.erp.port.payments import RemittancePolicy
from hub.model import problems
from hub.model.documents import Remittance
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding, Severity

MODEL = "account.payment"


class Payments:
    """The payments of one Odoo, from customers and to vendors."""

    def __init__(
        self,
        session: Session,
        names: Names,
        ledger: Ledger,
        codes: Codes,
        paid_bills: PaidBills,
    ) -> None:
        self._session = session
        self._names = names
        self._ledger = ledger
        self._codes = codes
        self._paid_bills = paid_bills
        self._places = Places(session)

    def read(self, payment: ErpRecord) -> Remittance:
        """Return a posted payment to a vendor."""
        return self._paid_bills.read(payment)

    def propose(self, key: str, remittance: Remittance, policy: RemittancePolicy) -> PostResult:
        """Make the draft payment of a key, once; findings of severity HOLD say why there is none."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, [MODEL])
            customer = self._codes.partner(policy.customer_ref)
            if isinstance(customer, Finding):
                return PostResult(findings=(customer,))
            invoices = self._invoices(remittance, customer)
            proposal = propose(remittance, invoices)
            findings = tuple(faults(proposal, remittance, invoices, policy))
            findings += tuple(several_currencies(remittance, invoices))
            if found is not None:
                self._tell(key, found, proposal, policy, findings)
                return PostResult(record=_named(found, remittance))
            currency, unused = self._currency(proposal.currency)
            findings = (*self._repeated(remittance, customer), *unused, *findings)
            if any(f.severity is Severity.HOLD for f in findings):
                return PostResult(findings=findings)
            try:
                made, created = self._create(key, remittance, customer, currency)
            except Refused as e:
                return PostResult(findings=(refused(e, f"payment {remittance.number}"),))
            record = self._ledger.record(MODEL, made)
            self._tell(key, record, proposal, policy, findings)
            return PostResult(record=_named(record, remittance), created=created, findings=findings)

    def _invoices(self, remittance: Remittance, customer: Values) -> dict[str, OpenInvoice]:
        """Return the customer's posted invoices and credit notes that the items name, by number."""
        wanted = sorted({item.number.strip() for item in remittance.items})
        top = ref_id(customer["commercial_partner_id"]) or customer["id"]
        domain: list[Any] = [
            ["move_type", "in", ["out_invoice", "out_refund"]],
            ["state", "=", "posted"],
            ["name", "in", wanted],
            ["partner_id.commercial_partner_id", "=", top],
        ]
        fields = ["name", "move_type", "currency_id", "company_currency_id"]
        fields += ["amount_total", "amount_residual"]
        rows = self._session.search_read("account.move", domain, fields) if wanted else []
        return {
            text(row["name"]): _open_invoice(row, self._places.of(ref_id(row["currency_id"]))) for row in rows
        }

    def _repeated(self, remittance: Remittance, customer: Values) -> Sequence[Finding]:
        """Return a finding when this customer's payment is in Odoo already: typed by hand, or from the bank."""
        memo = self._names.field(MODEL, "memo")
        domain: list[Any] = [
            ["payment_type", "=", "inbound"],
            [memo, "=", remittance.number],
            ["partner_id", "child_of", customer["id"]],
            ["state", "not in", ["canceled", "cancelled", "rejected"]],
        ]
        rows = self._session.search_read(MODEL, domain, ["display_name", "amount"], limit=1)
        message = f"a payment of this customer with the trace {remittance.number} is in Odoo already: "
        return [
            hold(
                problems.ALREADY_POSTED,
                f"{message}{text(row['display_name'])}, {row['amount']}",
                where="number",
                value=remittance.number,
                hint="Cancel this exchange; or cancel the payment in Odoo and release.",
            )
            for row in rows
        ]

    def _create(self, key: str, remittance: Remittance, customer: Values, currency: str) -> tuple[int, bool]:
        day = remittance.paid_on or remittance.date
        values = {
            "id": external_id(key),
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id/.id": str(customer["id"]),
            "amount": plain_number(remittance.amount),
            "date": day.isoformat() if day else "",
            self._names.field(MODEL, "memo"): remittance.number,
            "currency_id/.id": currency,
        }
        values = {name: value for name, value in values.items() if value}
        return self._ledger.create(key, MODEL, list(values), [list(values.values())])

    def _currency(self, code: str) -> tuple[str, tuple[Finding, ...]]:
        """Return the id of a currency as text; empty for the company's own. One that Odoo does not use is held."""
        if not code:
            return "", ()
        rows = self._session.search_read("res.currency", [["name", "=", code]], ["name"], limit=1)
        if rows:
            return str(rows[0]["id"]), ()
        message = f"the payment is in {code}, a currency that Odoo does not use"
        hint = "Activate the currency in Odoo, then release."
        return "", (hold(problems.ERP_MISSING, message, where="currency", value=code, hint=hint),)

    def _tell(
        self,
        key: str,
        record: ErpRecord,
        proposal: Proposal,
        policy: RemittancePolicy,
        findings: Sequence[Finding],
    ) -> None:
        """Keep the proposal on the payment and write it in words: once, by the proposal's own key."""
        content = msgspec.json.format(msgspec.json.encode(proposal), indent=2)
        kept = f"{key}_proposal"
        if self._ledger.find(kept, ["ir.attachment"]) is None:
            told = f"{policy.origin}\nProposed reconciliation:\n{in_words(proposal, findings)}\nKey {key}."
            self._ledger.tell(key, record, told.strip())
            self._ledger.attach(kept, record, f"remittance {proposal.trace}.json", content)


def _open_invoice(row: Mapping[str, Any], places: int) -> OpenInvoice:
    sign = -1 if row["move_type"] == "out_refund" else 1
    return OpenInvoice(
        id=row["id"],
        name=text(row["name"]),
        currency=ref_name(row["currency_id"]),
        company_currency=ref_name(row["company_currency_id"]),
        total=sign * money(row["amount_total"], places),
        open=sign * money(row["amount_residual"], places),
    )


def _named(record: ErpRecord, remittance: Remittance) -> ErpRecord:
    """Return a draft payment, which has no name yet, under its trace number."""
    return ErpRecord(
        record.model, record.id, record.name or f"draft payment {remittance.number}", record.state
    )
