"""What every ERP gateway must do with a delivery that carries goods of several orders. See erp_suite.py."""

from __future__ import annotations

from hub.erp.port import Topic
from hub.model.documents import OrderLine
from hub.model.exchange import ErpRecord
from tests.contracts.erp_suite import Erp, a_number, an_order, d, posted


class Together:
    """Two orders of one customer leave on one truck."""

    def confirmed(self, erp: Erp) -> tuple[str, ErpRecord]:
        gateway, world = erp
        number = a_number("PO")
        line = OrderLine(number="1", quantity=d(3), unit="EA", price=d("9.99"), sku=world.widget)
        record = posted(erp, an_order(world, number=number, lines=(line,)))
        gateway.confirm_order(record)
        return number, record

    def test_a_delivery_of_two_orders_names_each_with_its_goods(self, erp: Erp) -> None:
        gateway, world = erp
        began = gateway.now()
        (one, first), (two, second) = self.confirmed(erp), self.confirmed(erp)
        world.put_together(first, second)
        delivery = world.deliver(first)
        assert [order.id for order in gateway.carried_orders(delivery)] == [first.id, second.id]
        notice = gateway.read_delivery(delivery)
        told = [(o.order_number, o.items[0].line_number, o.items[0].quantity) for o in notice.orders]
        assert told == [(one, "1", 3), (two, "1", 3)]
        seen = [
            (c.order.id, c.further)
            for page in gateway.changes(Topic.DELIVERY_DONE, began)
            for c in page
            if c.record.id == delivery.id
        ]
        assert seen == [(first.id, False), (second.id, True)]
        about = [c for c in gateway.changes_of(second) if c.topic is Topic.DELIVERY_DONE]
        assert [c.record.id for c in about] == [delivery.id]

    def test_a_delivery_of_one_order_carries_that_order(self, erp: Erp) -> None:
        gateway, world = erp
        _, first = self.confirmed(erp)
        assert [order.id for order in gateway.carried_orders(world.deliver(first))] == [first.id]
