"""What every ERP gateway must tell of what people do, as tests; `erp` is as in erp_suite."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from hub.erp.odoo.reading import instant
from hub.erp.port import ErpChange, ErpGateway, Topic
from hub.model.exchange import ErpRecord
from tests.contracts.erp_suite import Erp, a_number, posted


def all_changes(
    gateway: ErpGateway, topic: Topic, since: datetime | None, page_size: int = 200
) -> list[ErpChange]:
    """Return the changes of all pages; none is longer than asked for."""
    pages = list(gateway.changes(topic, since, page_size))
    assert all(len(page) <= page_size for page in pages)
    return [change for page in pages for change in page]


class Watching:
    """The hub hears of what people do."""

    def test_decision_delivery_and_invoice_are_noticed(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        assert not self._of(gateway, Topic.ORDER_DECIDED, record)
        world.confirm(record)
        (decided,) = self._of(gateway, Topic.ORDER_DECIDED, record)
        assert decided.record.id == record.id
        assert decided.partner_ref == world.customer_ref
        delivery = world.deliver(record)
        (done,) = self._of(gateway, Topic.DELIVERY_DONE, record)
        assert (done.record.id, done.record.name) == (delivery.id, delivery.name)
        assert done.partner_ref == world.customer_ref
        invoice = world.invoice(record)
        (billed,) = self._of(gateway, Topic.INVOICE_POSTED, record)
        assert (billed.record.id, billed.record.name) == (invoice.id, invoice.name)

    def test_purchase_is_noticed_when_confirmed(self, erp: Erp) -> None:
        gateway, world = erp
        draft = world.buy({world.widget: (5, 4.5)}, confirm=False)
        order = world.buy({world.widget: (5, 4.5)})
        assert not self._of(gateway, Topic.PURCHASE_CONFIRMED, draft)
        (bought,) = self._of(gateway, Topic.PURCHASE_CONFIRMED, order)
        assert bought.record == bought.order == order
        assert bought.partner_ref == world.vendor_ref

    def test_whatever_changes_of_a_purchase_moves_its_time(self, erp: Erp) -> None:
        gateway, world = erp
        order = world.buy({world.widget: (5, 4.5)})
        assert not self._of(
            gateway, Topic.PURCHASE_CHANGED, world.buy({world.widget: (5, 4.5)}, confirm=False)
        )
        (line,) = world.session.search_read("purchase.order.line", [["order_id", "=", order.id]], ["name"])
        new = {"product_id": world.products[world.gadget], "product_qty": 1.0, "price_unit": 7.0}
        for command in ([1, line["id"], {"product_qty": 9.0}], [0, 0, new]):
            (before,) = self._of(gateway, Topic.PURCHASE_CHANGED, order)
            time.sleep(1.1)  # Odoo's times are cut to the second
            world.session.write("purchase.order", [order.id], {"order_line": [command]})
            (after,) = self._of(gateway, Topic.PURCHASE_CHANGED, order)
            assert after.changed_at > before.changed_at
        world.session.call("purchase.order", "button_cancel", [order.id])
        (gone,) = self._of(gateway, Topic.PURCHASE_CHANGED, order)
        assert gone.record.state == "cancel"

    def test_cursor_is_inclusive_and_ordered(self, erp: Erp) -> None:
        gateway, world = erp
        records = [posted(erp) for _ in range(3)]
        for record in records:
            world.confirm(record)
        changed = world.look("sale.order", records[0].id, "write_date")["write_date"]
        seen = all_changes(gateway, Topic.ORDER_DECIDED, instant(changed))
        assert [r.id for r in records] == [
            c.record.id for c in seen if c.record.id in {r.id for r in records}
        ]
        assert seen == sorted(seen, key=lambda c: c.changed_at)
        assert all_changes(gateway, Topic.ORDER_DECIDED, datetime.now(UTC) + timedelta(hours=1)) == []

    def test_pages_miss_nothing_of_a_bulk(self, erp: Erp) -> None:
        """Three have one `write_date`, one is before and one after them, a second apart."""
        gateway, world = erp
        records = [world.type_order(a_number("BULK")).id for _ in range(5)]
        for together in (records[:1], records[1:4], records[4:]):
            world.session.call("sale.order", "action_cancel", together)
            time.sleep(1.0 if together != records[4:] else 0.0)
        since = instant(world.look("sale.order", records[0], "write_date")["write_date"])
        for page_size in (1, 2, 3, 4, 200):
            seen = all_changes(gateway, Topic.ORDER_DECIDED, since, page_size)
            assert sorted(c.record.id for c in seen if c.record.id in records) == records, page_size
            assert seen == sorted(seen, key=lambda c: c.changed_at)

    def test_what_changes_while_pages_are_read_is_not_missed(self, erp: Erp) -> None:
        gateway, world = erp
        records = [world.type_order(a_number("BULK")).id for _ in range(4)]
        world.session.call("sale.order", "action_cancel", records)
        since = instant(world.look("sale.order", records[0], "write_date")["write_date"])
        seen: set[int] = set()
        for page in gateway.changes(Topic.ORDER_DECIDED, since, 1):
            if not seen:  # what was at the front goes to the end, and the rest moves up
                time.sleep(1)
                world.session.write("sale.order", records[:2], {"client_order_ref": a_number("MOVED")})
            seen |= {c.record.id for c in page}
        assert seen >= set(records)

    def test_changes_of_one_order_are_found_whenever_they_were(self, erp: Erp) -> None:
        gateway, world = erp
        record, other = posted(erp), posted(erp)
        assert gateway.changes_of(record) == []
        for order in (record, other):
            world.confirm(order)
        delivery = world.deliver(record)
        invoice = world.invoice(record)
        found = gateway.changes_of(record)
        assert [(c.topic, c.record.id, c.order.id) for c in found] == [
            (Topic.ORDER_DECIDED, record.id, record.id),
            (Topic.DELIVERY_DONE, delivery.id, record.id),
            (Topic.INVOICE_POSTED, invoice.id, record.id),
        ]
        bought = world.buy({world.widget: (5, 4.5)})
        assert [(c.topic, c.order) for c in gateway.changes_of(bought)] == [
            (Topic.PURCHASE_CONFIRMED, bought),
            (Topic.PURCHASE_CHANGED, bought),
        ]

    def test_the_clock_is_told(self, erp: Erp) -> None:
        gateway, _ = erp
        told = gateway.now()
        assert told is not None
        assert abs(told - datetime.now(UTC)) < timedelta(seconds=30)

    def _of(self, gateway: ErpGateway, topic: Topic, order: ErpRecord) -> list[ErpChange]:
        recent = datetime.now(UTC) - timedelta(minutes=5)
        return [c for c in all_changes(gateway, topic, recent) if c.order.id == order.id]
