"""From an order to its payment between two hubs with two Odoos: the contract that practice and real Odoo keep."""

from __future__ import annotations

import time
from decimal import Decimal

from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, State
from tests.support.erp_finance import pay
from tests.support.live_hub import until
from tests.support.real_odoo import a_label
from tests.support.two_companies import Trade, amount

IN, OUT = Direction.IN, Direction.OUT


class Trading:
    """Inherit with a fixture `trade`."""

    def test_an_order_goes_all_the_way_and_both_sides_agree(self, trade: Trade) -> None:
        """850, 855, a change (860, 865), two shipments (856), receipts (861), the bill (810), its payment (820)."""
        buyer, seller = trade.buyer, trade.seller
        us, them = buyer.world, seller.world
        order = us.buy({us.widget: (24, 4.5), us.gadget: (6, 7.25)})
        sale = trade.sale_order(order.name)
        buyer.settled(DocType.ORDER_ACKNOWLEDGMENT, IN, State.POSTED, order=order.name)

        _order_more(trade, order, 30)
        them.deliver(sale, {them.widget: 10}, package=a_label())
        buyer.settled(DocType.SHIP_NOTICE, IN, State.POSTED, order=order.name)
        us.receive(order, {us.widget: 10})
        them.deliver(sale, package=a_label())
        buyer.settled(DocType.SHIP_NOTICE, IN, State.POSTED, 2, order.name)
        us.receive(order)
        seller.settled(DocType.RECEIVING_ADVICE, IN, State.POSTED, 2, order.name)

        bill = _billed(trade, sale, order.name)
        assert amount(us, bill) == amount(us, order) == amount(them, sale) == Decimal("178.50")
        _paid(trade, bill)

        _quantities_agree(trade, order, sale)
        _all_is_settled(trade)
        _ledgers_agree(trade, order)

    def test_dozens_of_what_is_kept_in_pieces(self, trade: Trade) -> None:
        """7 pieces of 2 dozen are 7 EA on the 856, and both ledgers add up to 2 dozen in the end."""
        buyer, seller = trade.buyer, trade.seller
        us, them = buyer.world, seller.world
        them.dozens()
        order = us.buy({us.widget: (2, 54)}, unit=us.dozens())
        sale = trade.sale_order(order.name)
        buyer.settled(DocType.ORDER_ACKNOWLEDGMENT, IN, State.POSTED, order=order.name)

        for ordinal, pieces in ((1, 7), (2, 17)):
            them.deliver(sale, {them.widget: pieces}, package=a_label())
            buyer.settled(DocType.SHIP_NOTICE, IN, State.POSTED, ordinal, order.name)
            us.receive(order, {us.widget: pieces})
            seller.settled(DocType.RECEIVING_ADVICE, IN, State.POSTED, ordinal, order.name)
        bill = _billed(trade, sale, order.name)

        assert amount(us, bill) == amount(us, order) == amount(them, sale) == Decimal(108)
        for firm in (buyer, seller):
            ledger = firm.order(order.name).ledger
            assert ledger.disagreements == (), firm.story()
            told = [(x.unit, x.ordered, x.shipped, x.received, x.invoiced) for x in ledger.lines]
            assert told == [("DZ", 2, 2, 2, 2)], told


def _order_more(trade: Trade, order: ErpRecord, quantity: float) -> None:
    """Let the buyer raise the quantity of the widget, and wait until the seller has agreed."""
    us = trade.buyer.world
    domain = [["order_id", "=", order.id], ["product_id", "=", us.products[us.widget]]]
    (line,) = us.session.search_read("purchase.order.line", domain, ["id"])
    time.sleep(1.01 - time.time() % 1)  # times in Odoo are cut to the second
    asked = us.look("purchase.order.line", line["id"], "date_planned")["date_planned"]
    for values in (
        {"product_qty": quantity},
        {"date_planned": asked},
    ):  # Odoo moves the date with the quantity
        us.session.write("purchase.order", [order.id], {"order_line": [[1, line["id"], values]]})
    trade.seller.settled(DocType.ORDER_CHANGE, IN, State.POSTED, order=order.name)
    trade.buyer.settled(DocType.ORDER_CHANGE_ACKNOWLEDGMENT, IN, State.POSTED, order=order.name)


def _billed(trade: Trade, sale: ErpRecord, order: str) -> ErpRecord:
    """Let the seller bill, and return the draft bill that the buyer got."""
    trade.seller.world.invoice(sale)
    (came,) = trade.buyer.settled(DocType.INVOICE, IN, State.POSTED, order=order)
    assert came.erp is not None
    assert trade.buyer.world.look("account.move", came.erp.id, "state")["state"] == "draft"
    return came.erp


def _paid(trade: Trade, bill: ErpRecord) -> None:
    """Let the buyer post the bill and pay it; the seller gets a draft payment over the same amount."""
    us, them = trade.buyer.world, trade.seller.world
    us.session.call("account.move", "action_post", [bill.id])
    payment = pay(us, [bill.id], "2026-11-22", memo=f"PAY-{us.tag}")
    (came,) = trade.seller.settled(DocType.REMITTANCE, IN, State.POSTED)
    assert came.erp is not None
    assert them.look("account.payment", came.erp.id, "state")["state"] == "draft"
    assert amount(them, came.erp, "amount") == amount(us, payment, "amount")


def _quantities_agree(trade: Trade, order: ErpRecord, sale: ErpRecord) -> None:
    us, them = trade.buyer.world, trade.seller.world
    fields = ["product_qty", "qty_received", "qty_invoiced"]
    bought = us.session.search_read("purchase.order.line", [["order_id", "=", order.id]], fields)
    assert sorted(tuple(row[name] for name in fields) for row in bought) == [(6, 6, 6), (30, 30, 30)]
    fields = ["product_uom_qty", "qty_delivered", "qty_invoiced"]
    sold = them.session.search_read("sale.order.line", [["order_id", "=", sale.id]], fields)
    assert sorted(tuple(row[name] for name in fields) for row in sold) == [(6, 6, 6), (30, 30, 30)]


def _all_is_settled(trade: Trade) -> None:
    """Wait until nothing on either side waits for anybody: all posted, all acknowledged."""
    for firm in (trade.buyer, trade.seller):
        until(lambda unsettled=firm.unsettled: not unsettled(), "all is settled", tell=firm.story)


def _ledgers_agree(trade: Trade, order: ErpRecord) -> None:
    for firm, role in ((trade.buyer, "buyer"), (trade.seller, "seller")):
        ledger = firm.order(order.name).ledger
        assert (ledger.role, ledger.disagreements) == (role, ()), firm.story()
        told = [
            (
                line.ordered,
                line.agreed,
                line.acknowledged,
                line.shipped,
                line.received,
                line.invoiced,
                line.paid,
            )
            for line in ledger.lines
        ]
        assert told == [(24, 30, 30, 30, 30, 30, 30), (6, 6, 6, 6, 6, 6, 6)], (role, told)
