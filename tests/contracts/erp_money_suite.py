"""What every ERP gateway must do with payments. See erp_suite.py for how it is used."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import date
from typing import Any

import pytest

from hub.erp.port import Topic
from hub.erp.port.payments import RemittancePolicy
from hub.model import problems
from hub.model.documents import (
    Adjustment,
    DocType,
    Remittance,
    RemittedItem,
)
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord, posting_key
from hub.model.finding import Severity
from tests.contracts.erp_suite import Erp, a_number, d, held
from tests.support import erp_finance as finance
from tests.support.erp_world import World


def policy(world: World, **more: Any) -> RemittancePolicy:
    """Return how a remittance of the customer may be posted."""
    return RemittancePolicy(customer_ref=world.customer_ref, origin="EDI 000000311/0001 exchange 7", **more)


def remittance(amount: str, *items: RemittedItem, **more: Any) -> Remittance:
    """Return a customer's remittance of 20 November 2026 with a trace of its own."""
    return Remittance(
        number=a_number("TR"), amount=d(amount), paid_on=date(2026, 11, 20), items=items, **more
    )


def paid(number: str, amount: str, **more: Any) -> RemittedItem:
    """Return what is paid of one invoice."""
    return RemittedItem(number=number, paid=d(amount), **more)


class BeingPaid:
    """A customer says what a payment is for."""

    def propose(self, erp: Erp, document: Remittance, **more: Any) -> Any:
        """Propose it under its own key."""
        key = posting_key("acme", DocType.REMITTANCE, document.number)
        return erp[0].payments.propose(key, document, policy(erp[1], **more))

    def proposal(self, world: World, payment: ErpRecord) -> dict[str, Any]:
        """Return the proposed reconciliation that is kept on a payment."""
        domain = [["res_model", "=", payment.model], ["res_id", "=", payment.id]]
        rows = world.session.search_read("ir.attachment", domain, ["name", "datas"])
        assert [row["name"].endswith(".json") for row in rows] == [True]
        found: dict[str, Any] = json.loads(b64decode(rows[0]["datas"]))
        return found

    def test_it_becomes_a_draft_with_a_proposal_and_nothing_is_settled(self, erp: Erp) -> None:
        _, world = erp
        one, credit = finance.invoice(world, 10), finance.invoice(world, 0.5, refund=True)
        document = remittance("95", paid(one.name, "100"), paid(credit.name, "-5", kind="credit"))
        result = self.propose(erp, document)
        assert (result.created, result.findings) == (True, ())
        seen = world.look(
            "account.payment", result.record.id, "state", "amount", "date", "memo", "payment_type"
        )
        assert seen == {
            "id": result.record.id,
            "state": "draft",
            "amount": 95.0,
            "date": "2026-11-20",
            "memo": document.number,
            "payment_type": "inbound",
        }
        for move in (one, credit):
            left = world.look("account.move", move.id, "amount_residual", "amount_total", "payment_state")
            assert (left["amount_residual"], left["payment_state"]) == (left["amount_total"], "not_paid")
        proposal = self.proposal(world, result.record)
        assert [(li["invoice"], li["open"], li["paid"], li["left"]) for li in proposal["lines"]] == [
            (one.name, "100.00", "100", "0.00"),
            (credit.name, "-5.00", "-5", "0.00"),
        ]
        assert any("Proposed reconciliation" in note for note in world.notes(result.record))

    def test_a_repeat_makes_nothing(self, erp: Erp) -> None:
        gateway, world = erp
        document = remittance("100", paid(finance.invoice(world, 10).name, "100"))
        first, again = self.propose(erp, document), self.propose(erp, document)
        assert (again.created, again.record.id) == (False, first.record.id)
        assert gateway.find(posting_key("acme", DocType.REMITTANCE, document.number)).id == first.record.id
        assert world.count("account.payment", [["memo", "=", document.number]]) == 1
        assert sum("Proposed reconciliation" in note for note in world.notes(first.record)) == 1

    def test_a_proposal_that_was_lost_is_made_good(self, erp: Erp) -> None:
        _, world = erp
        document = remittance("100", paid(finance.invoice(world, 10).name, "100"))
        payment = self.propose(erp, document).record
        domain = [["res_model", "=", payment.model], ["res_id", "=", payment.id]]
        kept = [row["id"] for row in world.session.search_read("ir.attachment", domain, ["id"])]
        world.session.call("ir.attachment", "unlink", kept)
        self.propose(erp, document)
        assert self.proposal(world, payment)["trace"] == document.number

    def test_deductions_are_cases_with_their_reasons(self, erp: Erp) -> None:
        _, world = erp
        name = finance.invoice(world, 10).name
        item = paid(
            name, "90", gross=d(100), discount=d(2), adjustments=(Adjustment(amount=d(-5), reason="06"),)
        )
        whole = Adjustment(amount=d(-4), reason="01", reference="4710", note="DAMAGED")
        result = self.propose(erp, remittance("86", item, adjustments=(whole,)))
        (finding,) = result.findings
        assert (finding.problem, finding.severity) == (problems.PAYMENT_DIFFERS, Severity.WARNING)
        proposal = self.proposal(world, result.record)
        assert [(c["reason"], c["amount"]) for c in proposal["lines"][0]["cases"]] == [
            ("discount", "-2"),
            ("06", "-5"),
            ("short", "-3.00"),
        ]
        assert [(c["reason"], c["reference"], c["note"]) for c in proposal["cases"]] == [
            ("01", "4710", "DAMAGED")
        ]

    def test_short_pay_within_tolerance_is_quiet(self, erp: Erp) -> None:
        name = finance.invoice(erp[1], 10).name
        result = self.propose(erp, remittance("99", paid(name, "99")), short_pay=d(1))
        assert (result.created, result.findings) == (True, ())

    @pytest.mark.parametrize("amount", ["98", "101"])
    def test_short_pay_and_over_payment_hold(self, erp: Erp, amount: str) -> None:
        document = remittance(amount, paid(finance.invoice(erp[1], 10).name, amount))
        assert held(self.propose(erp, document, holds=True), problems.PAYMENT_DIFFERS)
        assert erp[1].count("account.payment", [["memo", "=", document.number]]) == 0
        assert self.propose(erp, document, holds=True, released=True).created

    def test_an_invoice_named_twice_is_settled_once(self, erp: Erp) -> None:
        _, world = erp
        name = finance.invoice(world, 10).name
        result = self.propose(erp, remittance("100", paid(name, "60"), paid(name, "40")), holds=True)
        assert (result.created, result.findings) == (True, ())
        assert [(li["open"], li["left"]) for li in self.proposal(world, result.record)["lines"]] == [
            ("100.00", "40.00"),
            ("40.00", "0.00"),
        ]

    def test_an_invoice_paid_twice_in_one_payment_is_over_paid(self, erp: Erp) -> None:
        _, world = erp
        name = finance.invoice(world, 10).name
        document = remittance("200", paid(name, "100"), paid(name, "100"))
        message = held(self.propose(erp, document, holds=True), problems.PAYMENT_DIFFERS)
        assert "they pay 200, 100.00 more than is open (100.00)" in message
        payment = self.propose(erp, document).record
        first, second = self.proposal(world, payment)["lines"]
        assert (first["left"], second["open"], second["left"]) == ("0.00", "0.00", "-100.00")
        assert [(c["reason"], c["amount"]) for c in second["cases"]] == [("over", "100.00")]

    @pytest.mark.parametrize(
        ("amount", "refund", "words"),
        [
            ("90", False, "they pay 90, 10.00 less than is open (100.00)"),
            ("110", False, "they pay 110, 10.00 more than is open (100.00)"),
            ("-90", True, "they take 90 of this credit note, 10.00 less than is open (100.00)"),
            ("-110", True, "they take 110 of this credit note, 10.00 more than is open (100.00)"),
            ("-5", False, "they take 5 back, and 100.00 is open to be paid"),
            ("5", True, "they pay 5 for this credit note, of which they may take 100.00"),
        ],
    )
    def test_a_difference_is_told_in_words(self, erp: Erp, amount: str, refund: bool, words: str) -> None:
        name = finance.invoice(erp[1], 10, refund=refund).name
        document = remittance("1", paid(name, amount))
        assert words in held(self.propose(erp, document, holds=True), problems.PAYMENT_DIFFERS)

    def test_no_currency_against_a_foreign_invoice_holds(self, erp: Erp) -> None:
        _, world = erp
        name = finance.invoice(world, 10, currency="EUR").name
        document = remittance("100", paid(name, "100"))
        message = held(self.propose(erp, document), problems.PRICE_DIFFERS)
        assert f"{name} is in EUR, and the payment does not say its currency" in message
        payment = self.propose(erp, document, released=True).record
        assert world.look("account.payment", payment.id, "currency_id")["currency_id"][1] == "EUR"

    def test_no_currency_and_invoices_in_several_hold_even_when_released(self, erp: Erp) -> None:
        _, world = erp
        one, other = finance.invoice(world, 10), finance.invoice(world, 10, currency="EUR")
        document = remittance("200", paid(one.name, "100"), paid(other.name, "100"))
        message = held(self.propose(erp, document, released=True), problems.PRICE_DIFFERS)
        assert "EUR and USD" in message

    def test_a_currency_that_odoo_does_not_use_holds(self, erp: Erp) -> None:
        document = remittance("7", currency="XTS")
        assert "XTS" in held(self.propose(erp, document, released=True), problems.ERP_MISSING)

    def test_unknown_invoice_holds_and_is_unallocated_when_released(self, erp: Erp) -> None:
        document = remittance("7", paid("INV-NEVER", "7"))
        assert held(self.propose(erp, document), problems.INVOICE_UNKNOWN)
        payment = self.propose(erp, document, released=True).record
        assert "invoice" not in self.proposal(erp[1], payment)["lines"][0]

    def test_another_customer_s_invoice_is_unknown(self, erp: Erp) -> None:
        name = finance.invoice(erp[1], 10).name
        other = World(erp[1].session.settings)
        document = remittance("100", paid(name, "100"))
        key = posting_key("acme", DocType.REMITTANCE, document.number)
        result = erp[0].payments.propose(key, document, policy(other))
        other.close()
        assert held(result, problems.INVOICE_UNKNOWN)

    def test_a_payment_in_another_currency_holds(self, erp: Erp) -> None:
        finance.currency_of(erp[1], "EUR")
        document = remittance("100", paid(finance.invoice(erp[1], 10).name, "100"), currency="EUR")
        assert held(self.propose(erp, document, released=True), problems.PRICE_DIFFERS)

    def test_a_payment_typed_by_hand_holds(self, erp: Erp) -> None:
        _, world = erp
        document = remittance("100", paid(finance.invoice(world, 10).name, "100"))
        typed = {
            "partner_id": world.customer,
            "amount": 100,
            "memo": document.number,
            "payment_type": "inbound",
        }
        world.session.create("account.payment", [{**typed, "partner_type": "customer"}])
        assert held(self.propose(erp, document), problems.ALREADY_POSTED)


class Paying:
    """We pay vendors."""

    def test_a_payment_names_the_bills_that_it_settles(self, erp: Erp) -> None:
        gateway, world = erp
        numbers = [a_number("V") for _ in range(3)]
        bills = [finance.bill(world, numbers[0], 100), finance.bill(world, numbers[1], 50)]
        refund = finance.bill(world, numbers[2], 5, refund=True)
        payment = finance.pay(world, [*bills, refund], "2026-11-20", memo=(trace := a_number("TR")))
        told = gateway.payments.read(payment)
        assert (told.number, told.amount, told.paid_on, told.currency) == (
            trace,
            d(1450),
            date(2026, 11, 20),
            "USD",
        )
        assert [(i.number, i.kind, i.paid, i.gross) for i in told.items] == [
            (numbers[0], "invoice", d(1000), d(1000)),
            (numbers[1], "invoice", d(500), d(500)),
            (numbers[2], "credit", d(-50), d(-50)),
        ]
        assert told.parties["payee"].ours == world.vendor_ref
        assert told.adjustments == ()

    def test_early_discount_is_told_per_bill(self, erp: Erp) -> None:
        gateway, world = erp
        payment = finance.pay(world, [finance.bill(world, "V-D", 100, term="early")], "2026-11-03")
        (item,) = gateway.payments.read(payment).items
        assert (item.paid, item.gross, item.discount, item.adjustments) == (d(980), d(1000), d(20), ())

    def test_what_is_written_off_is_an_adjustment(self, erp: Erp) -> None:
        gateway, world = erp
        payment = finance.pay(
            world,
            [finance.bill(world, "V-W", 100)],
            "2026-11-20",
            amount=990.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=finance.expense_account(world),
            writeoff_label="short",
        )
        (item,) = gateway.payments.read(payment).items
        assert (item.paid, item.gross, item.discount) == (d(990), d(1000), None)
        assert [a.amount for a in item.adjustments] == [d(-10)]

    def test_a_part_is_told_as_a_part(self, erp: Erp) -> None:
        gateway, world = erp
        payment = finance.pay(world, [finance.bill(world, "V-P", 100)], "2026-11-20", amount=400.0)
        (item,) = gateway.payments.read(payment).items
        assert (item.paid, item.gross, item.adjustments) == (d(400), d(1000), ())

    def test_a_draft_is_not_told(self, erp: Erp) -> None:
        gateway, world = erp
        values = {
            "partner_id": world.vendor,
            "amount": 5,
            "payment_type": "outbound",
            "partner_type": "supplier",
        }
        draft = world.session.create("account.payment", [values])[0]
        with pytest.raises(Undeliverable, match="not posted"):
            gateway.payments.read(ErpRecord("account.payment", draft))

    def test_it_is_noticed_for_its_vendor(self, erp: Erp) -> None:
        gateway, world = erp
        began = gateway.now()
        payment = finance.pay(world, [finance.bill(world, "V-N", 1)], "2026-11-20")
        seen = [
            c for page in gateway.changes(Topic.PAYMENT_POSTED, began) for c in page if c.record == payment
        ]
        assert [(c.partner_ref, c.order) for c in seen] == [(world.vendor_ref, payment)]
