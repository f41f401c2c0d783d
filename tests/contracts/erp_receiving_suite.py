"""What every ERP gateway must do with receipts, on either side. See erp_suite.py for how it is used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.erp.port import Topic
from hub.model.documents import (
    DocType,
    Lot,
    Package,
    ReceivedItem,
    ReceivingAdvice,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord, posting_key
from tests.contracts.erp_suite import Erp, a_number, d
from tests.support import erp_finance as finance
from tests.support.erp_world import World

LABEL = "003600020000000018"


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

    def test_what_is_broken_is_told_once_where_two_lines_have_one_product(self, erp: Erp) -> None:
        _, world = erp
        order = self.order(world, {"product_qty": 10}, {"product_qty": 4})
        world.receive(order)
        receipt = finance.receipts_done(world, order)[0]
        finance.scrap(world, receipt, world.widget, 9)
        finance.scrap(world, receipt, world.widget, 3)
        told = self.advice(erp, order)
        assert [(i.received, i.questioned, i.condition) for i in told.items] == [
            (d(0), d(10), "damaged"),
            (d(2), d(2), "damaged"),
        ]

    def test_all_is_told_in_the_unit_that_was_ordered(self, erp: Erp) -> None:
        _, world = erp
        packs = world.session.search_read("uom.uom", [["name", "=", "Pack of 6"]], ["id"])[0]["id"]
        order = self.order(world, {"product_qty": 4, "product_uom_id": packs})
        world.receive(order)
        receipt = finance.receipts_done(world, order)[0]
        finance.scrap(world, receipt, world.widget, 6)
        (item,) = self.advice(erp, order).items
        assert (item.ordered, item.received) == (d(4), d(3)), item
        assert (item.questioned, item.condition, item.unit) == (d(1), "damaged", "Pack of 6")

    def order(self, world: World, *lines: dict[str, float]) -> ErpRecord:
        """Order widgets in several lines."""
        common = {"product_id": world.products[world.widget], "price_unit": 4.5}
        commands = [[0, 0, common | line] for line in lines]
        made = world.session.create("purchase.order", [{"partner_id": world.vendor, "order_line": commands}])
        world.session.call("purchase.order", "button_confirm", made)
        return world.record("purchase.order", made[0])

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
