"""What every ERP gateway must do with customers' invoices of several orders, and credit notes. See erp_suite.py."""

from __future__ import annotations

from hub.erp.port import Topic
from hub.model.documents import OrderLine
from hub.model.exchange import ErpRecord
from tests.contracts.erp_suite import Erp, a_number, an_order, d, posted
from tests.support import erp_finance as finance


class Invoicing:
    """A customer is billed."""

    def delivered(self, erp: Erp) -> tuple[str, ErpRecord]:
        """Post, confirm and ship an order of three widgets; return its number and record."""
        gateway, world = erp
        number = a_number("PO")
        line = OrderLine(number="1", quantity=d(3), unit="EA", price=d("9.99"), sku=world.widget)
        record = posted(erp, an_order(world, number=number, lines=(line,)))
        gateway.confirm_order(record)
        world.deliver(record)
        return number, record

    def test_an_invoice_of_two_orders_names_each_and_can_be_parted(self, erp: Erp) -> None:
        gateway, world = erp
        (one, first), (two, second) = self.delivered(erp), self.delivered(erp)
        bill = finance.invoice_orders(world, [first, second])
        assert {order.id for order in gateway.billed_orders(bill)} == {first.id, second.id}
        whole = gateway.read_invoice(bill)
        assert {line.order_number for line in whole.lines} == {one, two}
        parts = [gateway.read_invoice(bill, order) for order in gateway.billed_orders(bill)]
        assert [part.number for part in parts] == [f"{bill.name}-1", f"{bill.name}-2"]
        assert [[line.order_number for line in part.lines] for part in parts] in (
            [[one], [two]],
            [[two], [one]],
        )
        assert sum(part.total for part in parts) == whole.total
        for part in parts:
            assert part.total == sum(li.quantity * li.price for li in part.lines) + sum(
                t.amount for t in part.taxes
            )

    def test_each_order_hears_of_it_and_one_is_the_first(self, erp: Erp) -> None:
        gateway, world = erp
        began = gateway.now()
        (_, first), (_, second) = self.delivered(erp), self.delivered(erp)
        bill = finance.invoice_orders(world, [first, second])
        seen = [
            c for page in gateway.changes(Topic.INVOICE_POSTED, began) for c in page if c.record.id == bill.id
        ]
        assert sorted(c.further for c in seen) == [False, True]

    def test_a_credit_note_names_its_invoice_and_terms_their_discount(self, erp: Erp) -> None:
        gateway, world = erp
        invoice = finance.invoice(world, 10)
        credit = finance.invoice(world, 2, refund=True, corrects=invoice.id)
        read = gateway.read_invoice(credit)
        assert (read.kind, read.original) == ("credit", invoice.name)
        terms = gateway.read_invoice(finance.invoice(world, 10, early=True)).terms
        assert terms is not None
        assert terms.discount_percent == d(2)
        assert terms.discount_days in (7, 10)
