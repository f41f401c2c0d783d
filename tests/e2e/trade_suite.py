"""From an order to its payment between two hubs with two Odoos: the contract that practice and real Odoo keep."""

from __future__ import annotations

from decimal import Decimal

from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, State
from tests.support.live_hub import until
from tests.support.real_odoo import a_label
from tests.support.two_companies import Trade, amount

IN, OUT = Direction.IN, Direction.OUT


class Trading:
    """Inherit with a fixture `trade`."""

    def test_an_order_goes_all_the_way_and_both_sides_agree(self, trade: Trade) -> None:
        buyer, seller = trade.buyer, trade.seller
        us, them = buyer.world, seller.world
        order = us.buy({us.widget: (24, 4.5), us.gadget: (6, 7.25)})
        sale = trade.sale_order(order.name)
        buyer.settled(DocType.ORDER_ACKNOWLEDGMENT, IN, State.POSTED)

        first = them.deliver(sale, {them.widget: 10}, package=a_label())
        buyer.settled(DocType.SHIP_NOTICE, IN, State.POSTED)
        us.receive(order, {us.widget: 10})
        second = them.deliver(sale, package=a_label())
        buyer.settled(DocType.SHIP_NOTICE, IN, State.POSTED, 2)
        us.receive(order)

        bill = _billed(trade, sale)
        _quantities_agree(trade, order, sale)
        assert amount(us, bill) == amount(us, order) == amount(them, sale) == Decimal("151.50")
        assert {first.state, second.state} == {"done"}
        _all_is_settled(trade)
        for firm, role in ((buyer, "buyer"), (seller, "seller")):
            story = firm.order(order.name)
            assert story.ledger.role == role
            assert [(line.agreed, line.shipped, line.invoiced) for line in story.ledger.lines] == [
                (24, 24, 24),
                (6, 6, 6),
            ]
            assert story.ledger.disagreements == ()


def _billed(trade: Trade, sale: ErpRecord) -> ErpRecord:
    """Let the seller bill, and return the draft bill that the buyer got."""
    trade.seller.world.invoice(sale)
    (came,) = trade.buyer.settled(DocType.INVOICE, IN, State.POSTED)
    assert came.erp is not None
    assert trade.buyer.world.look("account.move", came.erp.id, "state")["state"] == "draft"
    return came.erp


def _quantities_agree(trade: Trade, order: ErpRecord, sale: ErpRecord) -> None:
    us, them = trade.buyer.world, trade.seller.world
    bought = us.session.search_read(
        "purchase.order.line", [["order_id", "=", order.id]], ["qty_received", "product_qty"]
    )
    sold = them.session.search_read(
        "sale.order.line", [["order_id", "=", sale.id]], ["qty_delivered", "product_uom_qty"]
    )
    assert sorted((r["product_qty"], r["qty_received"]) for r in bought) == [(6, 6), (24, 24)]
    assert sorted((r["product_uom_qty"], r["qty_delivered"]) for r in sold) == [(6, 6), (24, 24)]


def _all_is_settled(trade: Trade) -> None:
    """Wait until nothing on either side waits for anybody: all posted, all acknowledged."""
    for firm in (trade.buyer, trade.seller):
        until(lambda unsettled=firm.unsettled: not unsettled(), "all is settled", tell=firm.story)
