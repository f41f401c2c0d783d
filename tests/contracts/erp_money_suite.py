"""What every ERP gateway must do with payments and receipts. See erp_suite.py for how it is used."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.erp.port import Topic
from hub.erp.port.payments import RemittancePolicy
from hub.model import problems
from hub.model.documents import (
    Adjustment,
    DocType,
    Lot,
    Package,
    ReceivedItem,
    ReceivingAdvice,
    Remittance,
    RemittedItem,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord, posting_key
from hub.model.finding import Severity
from tests.contracts.erp_suite import Erp, a_number, d, held
from tests.support import erp_finance as finance
from tests.support.erp_world import World

LABEL = "003600020000000018"


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


def notice(order: ErpRecord, *items: ShippedItem, **more: Any) -> ShipNotice:
    """Return a vendor's ship notice for an order."""
    shipped = ShippedOrder(order_number=order.name, items=items, **more)
    return ShipNotice(number=a_number("ASN"), date=date(2026, 11, 18), orders=(shipped,))


class Receiving:
    """Goods come in, and the vendor hears what came."""

    def bought(self, erp: Erp) -> tuple[ErpRecord, list[str]]:
        """Order 10 widgets and 4 gadgets; return the order and its line numbers as they were sent."""
        gateway, world = erp
        order = world.buy({world.widget: (10, 4.5), world.gadget: (4, 7)})
        return order, [line.number for line in gateway.read_purchase_order(order).lines]

    def announce(self, erp: Erp, order: ErpRecord, document: ShipNotice) -> None:
        """The vendor's ship notice comes in."""
        key = posting_key("bolt", DocType.SHIP_NOTICE, document.number)
        assert erp[0].post_ship_notice(key, document, {order.name: order}).created

    def advice(self, erp: Erp, order: ErpRecord, at: int = -1) -> ReceivingAdvice:
        """Return what the vendor would hear of a finished receipt."""
        receipt = finance.receipts_done(erp[1], order)[at]
        return erp[0].receiving.read(ErpRecord("stock.picking", receipt))

    def test_all_that_came_as_ordered(self, erp: Erp) -> None:
        _, world = erp
        order, numbers = self.bought(erp)
        world.receive(order)
        told = self.advice(erp, order)
        assert (told.order_number, told.kind, told.purpose) == (order.name, "received", "original")
        assert [(i.order_line, i.received, i.ordered, i.announced, i.condition) for i in told.items] == [
            (numbers[0], d(10), d(10), None, ""),
            (numbers[1], d(4), d(4), None, ""),
        ]
        assert told.items[0].ids["vendor_part"] == "BOLT-W"
        assert told.dates["received"] == told.date
        assert told.parties["seller"].ours == world.vendor_ref

    def test_what_is_waited_for_is_not_short(self, erp: Erp) -> None:
        _, world = erp
        order, _ = self.bought(erp)
        world.receive(order, {world.widget: 7, world.gadget: 4})
        assert [(i.received, i.condition) for i in self.advice(erp, order).items] == [(d(7), ""), (d(4), "")]

    def test_short_of_what_was_announced(self, erp: Erp) -> None:
        _, world = erp
        order, numbers = self.bought(erp)
        document = notice(
            order,
            ShippedItem(line_number=numbers[1], quantity=d(4), unit="EA"),
            packages=(
                Package(sscc=LABEL, items=(ShippedItem(line_number=numbers[0], quantity=d(8), unit="EA"),)),
            ),
        )
        self.announce(erp, order, document)
        world.receive(order, {world.widget: 7, world.gadget: 4})
        told = self.advice(erp, order)
        assert told.shipment == document.number
        assert [(i.received, i.announced, i.questioned, i.condition) for i in told.items] == [
            (d(7), d(8), d(1), "short"),
            (d(4), d(4), None, ""),
        ]
        assert told.items[0].labels == (LABEL,)

    def test_broken_and_returned_goods_are_not_accepted(self, erp: Erp) -> None:
        _, world = erp
        order, _ = self.bought(erp)
        world.receive(order)
        receipt = finance.receipts_done(world, order)[0]
        finance.scrap(world, receipt, world.widget, 2)
        finance.send_back(world, receipt, world.gadget, 1)
        told = self.advice(erp, order)
        assert [(i.received, i.returned, i.questioned, i.condition) for i in told.items] == [
            (d(8), None, d(2), "damaged"),
            (d(3), d(1), None, ""),
        ]

    def test_lots_are_told(self, erp: Erp) -> None:
        gateway, world = erp
        code = f"LOT-{a_number('C')}"
        values = {
            "name": "Cheese",
            "default_code": code,
            "type": "consu",
            "is_storable": True,
            "tracking": "lot",
        }
        (world.products[code],) = world.session.create("product.product", [values])
        order = world.buy({code: (4, 7)})
        (line,) = gateway.read_purchase_order(order).lines
        lots = (Lot(number="L-7", quantity=d(4)),)
        item = ShippedItem(line_number=line.number, quantity=d(4), unit="EA", lots=lots)
        self.announce(erp, order, notice(order, item))
        world.receive(order)
        assert [i.lots for i in self.advice(erp, order).items] == [lots]

    def test_an_open_receipt_is_not_told(self, erp: Erp) -> None:
        gateway, world = erp
        order, _ = self.bought(erp)
        with pytest.raises(Undeliverable, match="no finished receipt"):
            gateway.receiving.read(ErpRecord("stock.picking", world.receipts(order)[0]))

    def test_it_is_noticed_for_its_vendor(self, erp: Erp) -> None:
        gateway, world = erp
        began = gateway.now()
        order, _ = self.bought(erp)
        world.receive(order)
        (receipt,) = finance.receipts_done(world, order)
        seen = [
            c for page in gateway.changes(Topic.RECEIPT_DONE, began) for c in page if c.record.id == receipt
        ]
        assert [(c.partner_ref, c.order.name) for c in seen] == [(world.vendor_ref, order.name)]


class BeingReceived:
    """A customer says what came in."""

    def post(self, erp: Erp, told: list[str]) -> tuple[ErpRecord, Any, ReceivingAdvice]:
        """Keep an advice on a new sale order."""
        gateway, world = erp
        order = world.type_order(a_number("PO"))
        advice = ReceivingAdvice(number=a_number("R"), items=(ReceivedItem(number="1", received=Decimal(1)),))
        key = posting_key("acme", DocType.RECEIVING_ADVICE, advice.number)
        return order, gateway.receiving.post(key, advice, order, told), advice

    def activities(self, world: World, order: ErpRecord) -> list[dict[str, Any]]:
        """Return what somebody was asked to do about an order."""
        domain = [["res_model", "=", order.model], ["res_id", "=", order.id]]
        return world.session.search_read("mail.activity", domain, ["summary", "note", "user_id"])

    def test_differences_become_a_note_and_an_activity_once(self, erp: Erp) -> None:
        gateway, world = erp
        order, result, advice = self.post(erp, ["line 1: shipped 10, received 7 <short 3>"])
        assert (result.created, result.record) == (True, order)
        (asked,) = self.activities(world, order)
        assert advice.number in asked["summary"]
        assert "&lt;short 3&gt;" in asked["note"]
        assert any("received 7" in note for note in world.notes(order))
        key = posting_key("acme", DocType.RECEIVING_ADVICE, advice.number)
        again = gateway.receiving.post(key, advice, order, ["line 1: shipped 10, received 7"])
        assert (again.created, again.record) == (False, order)
        assert len(self.activities(world, order)) == 1

    def test_what_agrees_is_kept_in_silence(self, erp: Erp) -> None:
        _, world = erp
        order, result, _ = self.post(erp, [])
        assert result.created
        assert self.activities(world, order) == []
        assert not any("eceiving advice" in note for note in world.notes(order))
