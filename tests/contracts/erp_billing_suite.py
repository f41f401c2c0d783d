"""What every ERP gateway must do with suppliers' invoices. See erp_suite.py for how it is used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from hub.erp.port import BillPolicy, PostResult
from hub.model import problems
from hub.model.documents import Charge, DocType, Invoice, InvoiceLine, PurchaseOrder, Tax
from hub.model.exchange import ErpRecord, posting_key
from hub.model.finding import Severity
from hub.model.leeway import Leeway
from tests.contracts.erp_buying_suite import bought, key_of
from tests.contracts.erp_suite import Erp, a_number, d, held
from tests.support.erp_finance import expense_account


def invoice_of(order: PurchaseOrder, **changes: Any) -> Invoice:
    """Return the supplier's invoice of all of the order: 10 x 4.50 + 4 x 7.00 = 73.00."""
    lines = tuple(
        InvoiceLine(number=li.number, quantity=li.quantity, unit="EA", price=li.price or d(0), ids=li.ids)
        for li in order.lines
    )
    values: dict[str, Any] = {
        "number": a_number("INV"),
        "date": date(2026, 12, 16),
        "order_number": order.number,
        "lines": lines,
        "total": d("73.00"),
        **changes,
    }
    return Invoice(**values)


class BeingBilled:
    """A supplier's 810 becomes a draft vendor bill."""

    def post(self, erp: Erp, invoice: Invoice, record: ErpRecord, **kwargs: Any) -> PostResult:
        """Post it under its own key."""
        key = key_of(DocType.INVOICE, invoice.number)
        return erp[0].post_vendor_bill(key, invoice, {record.name: record}, BillPolicy(**kwargs))

    def test_bill_is_a_draft_linked_to_the_order(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        invoice = invoice_of(order)
        result = self.post(erp, invoice, record)
        assert result.created, result.findings
        assert result.findings == ()
        assert result.record
        fields = ("state", "move_type", "ref", "invoice_date", "invoice_origin", "amount_total", "partner_id")
        seen = world.look("account.move", result.record.id, *fields)
        assert (seen["state"], seen["move_type"], seen["ref"]) == ("draft", "in_invoice", invoice.number)
        assert (seen["invoice_date"], seen["invoice_origin"]) == ("2026-12-16", record.name)
        assert (seen["amount_total"], seen["partner_id"][0]) == (73.0, world.vendor)
        domain: list[Any] = [["move_id", "=", result.record.id], ["purchase_line_id", "!=", False]]
        lines = world.session.search_read("account.move.line", domain, ["purchase_line_id", "quantity"])
        assert {(str(li["purchase_line_id"][0]), li["quantity"]) for li in lines} == {
            (order.lines[0].number, 10),
            (order.lines[1].number, 4),
        }
        assert any(invoice.number in note for note in world.notes(result.record))

    def test_same_key_again_and_four_at_once_are_one_bill(self, erp: Erp) -> None:
        gateway, world = erp
        record, order = bought(erp)
        invoice = invoice_of(order)
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda _: self.post(erp, invoice, record), range(4)))
        assert sum(r.created for r in results) == 1
        assert len({r.record for r in results}) == 1
        assert world.count("account.move", [["ref", "=", invoice.number]]) == 1
        found = gateway.find(key_of(DocType.INVOICE, invoice.number))
        assert found
        assert results[0].record
        assert found.id == results[0].record.id

    def test_wrong_sum_holds_to_the_cent_and_makes_nothing(self, erp: Erp) -> None:
        gateway, world = erp
        record, order = bought(erp)
        invoice = invoice_of(order, total=d("73.01"))
        message = held(self.post(erp, invoice, record, released=True), problems.TOTAL_MISMATCH)
        assert "come to 73.00, the invoice's total is 73.01: 0.01 more" in message
        assert world.count("account.move", [["ref", "=", invoice.number]]) == 0
        assert gateway.find(key_of(DocType.INVOICE, invoice.number)) is None

    def test_a_person_who_saw_the_wrong_sum_may_release_it(self, erp: Erp) -> None:
        record, order = bought(erp)
        result = self.post(erp, invoice_of(order, total=d("73.01")), record, released=True, sum_released=True)
        assert result.created
        (told,) = result.findings
        assert (told.problem, told.severity) == (problems.TOTAL_MISMATCH, Severity.WARNING)

    def test_each_rounded_line_gives_half_a_unit_of_room(self, erp: Erp) -> None:
        for total, adds_up in (("49.02", True), ("49.03", True), ("49.04", False), ("49.01", False)):
            record, order = bought(erp)
            lines = tuple(
                InvoiceLine(number=li.number, quantity=d(quantity), unit="EA", price=d(price), ids=li.ids)
                for li, quantity, price in zip(
                    order.lines, ("10", "4"), ("4.5017", "1.0013"), strict=True
                )  # 45.017 + 4.0052
            )
            invoice = invoice_of(order, lines=lines, total=d(total))
            result = self.post(erp, invoice, record, released=True)
            assert result.created is adds_up, (total, result.findings)

    def test_sums_are_held_to_the_smallest_unit_of_their_currency(self, erp: Erp) -> None:
        for currency, price, total, wrong in (
            ("KWD", "4.505", "45.050", "45.051"),
            ("JPY", "450", "4500", "4501"),
        ):
            record, order = bought(erp, currency=currency)
            first = order.lines[0]
            line = InvoiceLine(number=first.number, quantity=d(10), unit="EA", price=d(price), ids=first.ids)
            invoice = invoice_of(order, lines=(line,), total=d(wrong), currency=currency)
            assert wrong in held(self.post(erp, invoice, record, released=True), problems.TOTAL_MISMATCH)
            right = invoice_of(order, lines=(line,), total=d(total), currency=currency)
            result = self.post(erp, right, record, released=True)
            assert result.record, result.findings
            assert result.findings == ()
            assert d(str(erp[1].look("account.move", result.record.id, "amount_total")["amount_total"])) == d(
                total
            )

    def test_several_rates_of_tax_add_up(self, erp: Erp) -> None:
        record, order = bought(erp)
        lines = tuple(
            InvoiceLine(
                number=li.number,
                quantity=li.quantity,
                unit="EA",
                price=li.price or d(0),
                ids=li.ids,
                taxes=(Tax(category="S", percent=d(rate)),),
            )
            for li, rate in zip(order.lines, ("21", "9"), strict=True)
        )
        taxes = (
            Tax(amount=d("9.45"), percent=d(21), category="S", taxable=d("45.00")),
            Tax(amount=d("2.52"), percent=d(9), category="S", taxable=d("28.00")),
        )
        invoice = invoice_of(order, lines=lines, taxes=taxes, total=d("84.97"))
        assert self.post(erp, invoice, record).created

    def test_a_price_within_half_the_last_place_of_odoo_passes(self, erp: Erp) -> None:
        record, order = bought(erp)
        first = order.lines[0]
        near, far = (
            InvoiceLine(number=first.number, quantity=d(10), unit="EA", price=d(price), ids=first.ids)
            for price in ("4.504", "4.506")
        )
        result = self.post(erp, invoice_of(order, lines=(far,), total=d("45.06")), record)
        assert "ordered at 4.5, billed at 4.506" in held(result, problems.PRICE_DIFFERS)
        result = self.post(erp, invoice_of(order, lines=(near,), total=d("45.04")), record)
        assert result.created, result.findings

    def test_a_price_per_pack_is_compared_in_our_unit(self, erp: Erp) -> None:
        record, order = bought(erp)
        first = order.lines[0]
        dozens = InvoiceLine(
            number=first.number,
            quantity=d(1),
            unit="DZ",
            price=d("53.99"),  # 4.499167 each
            ids=first.ids,
            our_quantity=d(12),
            our_unit="Units",
        )
        invoice = invoice_of(order, lines=(dozens,), total=d("53.99"))
        assert "billed 12" in held(self.post(erp, invoice, record), problems.QUANTITY_DIFFERS)
        assert self.post(erp, invoice, record, quantity=Leeway(d(20), percent=True)).created

    def test_the_leeway_of_the_profile_goes_before(self, erp: Erp) -> None:
        record, order = bought(erp)
        first = order.lines[0]
        line = InvoiceLine(number=first.number, quantity=d(10), unit="EA", price=d("4.55"), ids=first.ids)
        invoice = invoice_of(order, lines=(line,), total=d("45.50"))
        exact = self.post(erp, invoice, record, price=Leeway())
        assert "4.55" in held(exact, problems.PRICE_DIFFERS)
        assert self.post(erp, invoice, record, price=Leeway(d(2), percent=True)).created

    def test_allowances_charges_and_tax_are_in_the_sum(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        charges = (
            Charge(kind="charge", code="D240", amount=d("12.50"), description="Freight"),
            Charge(kind="allowance", code="C310", amount=d("3.50"), description="Discount"),
        )
        result = self.post(erp, invoice_of(order, charges=charges, total=d("82.00")), record)
        assert result.record, result.findings
        assert world.look("account.move", result.record.id, "amount_total")["amount_total"] == 82.0
        domain: list[Any] = [["move_id", "=", result.record.id], ["name", "in", ["Freight", "Discount"]]]
        lines = world.session.search_read("account.move.line", domain, ["price_subtotal"])
        assert sorted(li["price_subtotal"] for li in lines) == [-3.5, 12.5]

    def test_tax_that_odoo_computes_otherwise_is_told(self, erp: Erp) -> None:
        record, order = bought(erp)
        invoice = invoice_of(order, taxes=(Tax(amount=d("1.23")),), total=d("74.23"))
        result = self.post(erp, invoice, record)
        assert result.created
        assert [(f.problem, f.severity) for f in result.findings] == [
            (problems.TOTAL_MISMATCH, Severity.WARNING)
        ]
        assert "74.23" in result.findings[0].message

    def test_repeated_invoice_number_holds_under_another_key(self, erp: Erp) -> None:
        gateway, _ = erp
        record, order = bought(erp)
        invoice = invoice_of(order)
        assert self.post(erp, invoice, record).created
        other = posting_key("bolt", DocType.INVOICE, invoice.number, "R2")
        again = gateway.post_vendor_bill(other, invoice, {record.name: record}, BillPolicy(released=True))
        assert invoice.number in held(again, problems.ALREADY_POSTED)

    def test_other_price_holds_until_released(self, erp: Erp) -> None:
        record, order = bought(erp)
        first = order.lines[0]
        line = InvoiceLine(number=first.number, quantity=d(10), unit="EA", price=d("4.75"), ids=first.ids)
        invoice = invoice_of(order, lines=(line,), total=d("47.50"))
        message = held(self.post(erp, invoice, record), problems.PRICE_DIFFERS)
        assert "4.5," in message
        assert "4.75" in message
        assert self.post(erp, invoice, record, released=True).created

    def test_more_than_ordered_holds(self, erp: Erp) -> None:
        record, order = bought(erp)
        first = order.lines[0]
        line = InvoiceLine(number=first.number, quantity=d(12), unit="EA", price=d("4.50"), ids=first.ids)
        invoice = invoice_of(order, lines=(line,), total=d("54.00"))
        message = held(self.post(erp, invoice, record), problems.QUANTITY_DIFFERS)
        assert "billed 12" in message

    def test_other_currency_holds_even_when_released(self, erp: Erp) -> None:
        record, order = bought(erp)
        result = self.post(erp, invoice_of(order, currency="JPY"), record, released=True)
        assert "JPY" in held(result, problems.PRICE_DIFFERS)

    def test_credit_becomes_a_refund(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        result = self.post(erp, invoice_of(order, kind="credit"), record)
        assert result.record, result.findings
        assert world.look("account.move", result.record.id, "move_type")["move_type"] == "in_refund"

    def test_one_invoice_bills_several_orders(self, erp: Erp) -> None:
        gateway, world = erp
        (one, first), (two, second) = bought(erp), bought(erp)
        lines = tuple(
            InvoiceLine(
                number=order.lines[0].number,
                quantity=d(10),
                unit="EA",
                price=d("4.50"),
                ids=order.lines[0].ids,
                order_number=order.number,
            )
            for order in (first, second)
        )
        invoice = invoice_of(first, lines=lines, total=d("90.00"))
        orders = {one.name: one, two.name: two}
        result = gateway.post_vendor_bill(
            key_of(DocType.INVOICE, invoice.number), invoice, orders, BillPolicy()
        )
        assert result.record, result.findings
        fields = ["purchase_line_id"]
        billed = world.session.search_read("account.move.line", [["move_id", "=", result.record.id]], fields)
        assert {str(li["purchase_line_id"][0]) for li in billed if li["purchase_line_id"]} == {
            first.lines[0].number,
            second.lines[0].number,
        }
        assert world.look("account.move", result.record.id, "invoice_origin")["invoice_origin"] == (
            f"{one.name}, {two.name}"
        )

    def test_a_charge_goes_to_the_product_that_the_crosswalk_names(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        code = a_number("FREIGHT")
        (freight,) = world.session.create(
            "product.product", [{"name": "Freight", "default_code": code, "type": "service"}]
        )
        charge = Charge(kind="charge", code="D240", amount=d("12.50"), ours=code)
        result = self.post(erp, invoice_of(order, charges=(charge,), total=d("85.50")), record)
        assert result.record, result.findings
        domain: list[Any] = [["move_id", "=", result.record.id], ["product_id", "=", freight]]
        lines = world.session.search_read("account.move.line", domain, ["price_subtotal", "tax_ids"])
        assert [(li["price_subtotal"], li["tax_ids"]) for li in lines] == [(12.5, [])]

    def test_a_charge_goes_to_the_account_that_the_crosswalk_names(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        account = expense_account(world)
        code = world.look("account.account", account, "code")["code"]
        charge = Charge(kind="charge", code="D240", amount=d("12.50"), description="Freight", ours=code)
        result = self.post(erp, invoice_of(order, charges=(charge,), total=d("85.50")), record)
        assert result.record, result.findings
        domain: list[Any] = [["move_id", "=", result.record.id], ["name", "=", "Freight"]]
        lines = world.session.search_read("account.move.line", domain, ["account_id"])
        assert [li["account_id"][0] for li in lines] == [account]

    def test_a_charge_of_no_product_and_no_account_holds(self, erp: Erp) -> None:
        record, order = bought(erp)
        charge = Charge(kind="charge", code="D240", amount=d("12.50"), ours="999999-NEVER")
        result = self.post(erp, invoice_of(order, charges=(charge,), total=d("85.50")), record)
        assert "999999-NEVER" in held(result, problems.CODE_UNKNOWN)

    def test_more_than_received_holds_where_that_is_agreed(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        world.receive(record, {world.widget: 7, world.gadget: 4})
        invoice = invoice_of(order)
        message = held(self.post(erp, invoice, record, by_receipt=True), problems.QUANTITY_DIFFERS)
        assert "7 Units were received, billed 10" in message
        assert self.post(erp, invoice, record).created

    def test_a_credit_names_the_bill_that_it_corrects(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        invoice = invoice_of(order)
        bill = self.post(erp, invoice, record).record
        assert bill
        credit = invoice_of(order, kind="credit", original=invoice.number)
        made = self.post(erp, credit, record).record
        assert made
        corrected = world.look("account.move", made.id, "reversed_entry_id")["reversed_entry_id"]
        assert corrected[0] == bill.id
