"""What every ERP gateway must do with order lines in another unit than their product's. `erp` is as in erp_suite.

Orders are in dozens, the products are kept in pieces: so Odoo's stock moves count in pieces, and its order lines in
hundredths of a dozen.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hub.erp.port import AnswerPolicy, BillPolicy, NoticePolicy, PostResult
from hub.model import problems
from hub.model.documents import (
    AckLine,
    DocType,
    Invoice,
    InvoiceLine,
    Lot,
    OrderAcknowledgment,
    OrderLine,
    OwnUnit,
    Package,
    PurchaseOrder,
    ReceivingAdvice,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.exchange import ErpRecord
from hub.stages.order_sums import Sums
from tests.contracts.erp_buying_suite import key_of
from tests.contracts.erp_suite import Erp, a_number, an_order, d, held, posted
from tests.contracts.erp_warehouse_suite import advised, line, moved, post
from tests.support import erp_finance as finance
from tests.support.erp_world import World

CARTON = "003600020000000025"


def pieces(quantity: int) -> OwnUnit:
    """Return what is told beside a quantity of a line in dozens."""
    return OwnUnit(unit="Units", quantity=d(quantity), contained=d(12))


class SellingInDozens:
    """They order dozens of what we keep in pieces."""

    def ordered(self, erp: Erp, quantity: str = "2") -> ErpRecord:
        """Return a confirmed order of so many dozen widgets, at 24.00 a dozen."""
        _, world = erp
        world.dozens()
        asked = OrderLine(
            number="1",
            quantity=d(quantity),
            unit="DZ",
            price=d(24),
            sku=world.widget,
            our_unit="Dozens",
            our_quantity=d(quantity),
        )
        record = posted(erp, an_order(world, lines=(asked,)))
        world.confirm(record)
        return record

    def shipped(self, erp: Erp, order: ErpRecord, quantity: float | None = None, box: str = "") -> ShipNotice:
        """Ship so many pieces, or all, and return what is told of it."""
        gateway, world = erp
        counted = None if quantity is None else {world.widget: quantity}
        return gateway.read_delivery(world.deliver(order, counted, box))

    def items(self, notice: ShipNotice) -> list[tuple[Decimal, str, Decimal | None]]:
        return [
            (i.quantity, i.unit, i.ordered)
            for order in notice.orders
            for held_in in (order, *order.packages)
            for i in held_in.items
        ]

    def test_all_is_told_in_dozens(self, erp: Erp) -> None:
        notice = self.shipped(erp, self.ordered(erp))
        assert self.items(notice) == [(d(2), "Dozens", d(2))]
        assert notice.orders[0].items[0].own == pieces(24)

    def test_a_part_of_a_dozen_is_told_in_dozens_where_that_is_exact(self, erp: Erp) -> None:
        order = self.ordered(erp, "2.5")
        assert self.items(self.shipped(erp, order, 6, CARTON)) == [(d("0.5"), "Dozens", d("2.5"))]
        assert self.items(self.shipped(erp, order)) == [(d(2), "Dozens", d("2.5"))]

    def test_an_uneven_part_is_told_in_pieces(self, erp: Erp) -> None:
        order = self.ordered(erp)
        first, second = self.shipped(erp, order, 7), self.shipped(erp, order)
        assert self.items(first) == [(d(7), "Units", d(24))]
        assert self.items(second) == [(d(17), "Units", d(24))]
        assert Sums("", None, [first, second]).shipped == {"1": d(2)}

    def test_too_much_is_told_as_it_is(self, erp: Erp) -> None:
        assert self.items(self.shipped(erp, self.ordered(erp), 36)) == [(d(3), "Dozens", d(2))]

    def test_a_pack_of_an_odd_number_makes_all_of_the_line_pieces(self, erp: Erp) -> None:
        gateway, world = erp
        order = self.ordered(erp)
        domain: list[Any] = [["sale_id", "=", order.id]]
        picking = world.session.search_read("stock.picking", domain, ["move_ids"])[0]
        (box,) = world.session.create("stock.package", [{"name": a_number("BOX")}])
        parts: list[dict[str, Any]] = [{"quantity": 7.0, "result_package_id": box}, {"quantity": 17.0}]
        named = {"product_id": world.products[world.widget], "picking_id": picking["id"], "picked": True}
        old = world.session.search_read("stock.move.line", [["picking_id", "=", picking["id"]]], ["id"])
        lines: list[Any] = [[2, row["id"], 0] for row in old]
        lines += [[0, 0, {**named, **part}] for part in parts]
        values = {"move_ids": [[1, picking["move_ids"][0], {"move_line_ids": lines, "picked": True}]]}
        world.session.write("stock.picking", [picking["id"]], values)
        world.session.call("stock.picking", "button_validate", [picking["id"]])
        told = gateway.read_delivery(world.record("stock.picking", picking["id"]))
        assert sorted(self.items(told)) == [(d(7), "Units", d(24)), (d(17), "Units", d(24))]

    def test_lots_are_told_in_the_unit_of_their_item(self, erp: Erp) -> None:
        gateway, world = erp
        code = world.new_product(0)
        world.session.write("product.product", [world.products[code]], {"tracking": "lot"})
        quants = []
        house = world.session.search_read("stock.warehouse", [], ["lot_stock_id"], limit=1)[0]
        for name, quantity in (("L1", 12.0), ("L2", 6.0)):
            (lot,) = world.session.create("stock.lot", [{"name": name, "product_id": world.products[code]}])
            values = {
                "product_id": world.products[code],
                "location_id": house["lot_stock_id"][0],
                "lot_id": lot,
            }
            quants += world.session.create("stock.quant", [{**values, "inventory_quantity": quantity}])
        world.session.call("stock.quant", "action_apply_inventory", quants)
        world.dozens()
        asked = OrderLine(number="1", quantity=d("1.5"), unit="DZ", sku=code, our_unit="Dozens", price=d(1))
        order = posted(erp, an_order(world, lines=(asked,)))
        world.confirm(order)
        (item,) = gateway.read_delivery(world.deliver(order)).orders[0].items
        assert sorted((lot.number, lot.quantity) for lot in item.lots) == [("L1", d(1)), ("L2", d("0.5"))]

    def test_the_bill_is_in_dozens(self, erp: Erp) -> None:
        gateway, world = erp
        order = self.ordered(erp)
        world.deliver(order)
        (billed,) = gateway.read_invoice(world.invoice(order)).lines
        assert (billed.quantity, billed.unit, billed.price) == (d(2), "Dozens", d(24))

    def test_what_is_short_of_stock_is_told_in_dozens(self, erp: Erp) -> None:
        gateway, world = erp
        code = world.new_product(18)
        world.dozens()
        asked = OrderLine(number="1", quantity=d(2), unit="DZ", sku=code, our_unit="Dozens", price=d(1))
        order = posted(erp, an_order(world, lines=(asked,)))
        world.confirm(order)
        (told,) = gateway.read_order_decision(order, by_stock=True).lines
        assert [(s.code, s.quantity) for s in told.statuses] == [
            ("accepted", d("1.5")),
            ("backordered", d("0.5")),
        ]

    def test_a_warehouse_is_told_pieces_and_may_answer_in_dozens(self, erp: Erp) -> None:
        gateway, world = erp
        order = self.ordered(erp)
        domain: list[Any] = [["sale_id", "=", order.id]]
        transfer = ErpRecord("stock.picking", 0)
        for row in world.session.search_read("stock.picking", domain, ["id"]):
            transfer = world.record("stock.picking", row["id"])
        told = gateway.warehousing.read(transfer).lines
        assert [(li.quantity, li.unit) for li in told] == [(d(24), "Units")]
        said = line(world.widget, 2, unit="DZ", our_unit="Dozens", our_quantity=d(2))
        result = post(erp, advised(world, transfer, said))
        assert result.created, result.findings
        assert moved(world, transfer) == {world.widget: (24, True)}

    def test_a_unit_that_does_not_compare_holds_the_warehouse_s_advice(self, erp: Erp) -> None:
        _, world = erp
        order = self.ordered(erp)
        (row,) = world.session.search_read("stock.picking", [["sale_id", "=", order.id]], ["id"])
        said = line(world.widget, 2, unit="KG", our_unit="kg", our_quantity=d(2))
        result = post(erp, advised(world, world.record("stock.picking", row["id"]), said))
        assert [f.problem for f in result.findings] == [problems.CODE_UNKNOWN]


class BuyingInDozens:
    """We order dozens of what we keep in pieces."""

    def bought(self, erp: Erp, quantity: float = 2) -> tuple[ErpRecord, PurchaseOrder]:
        """Return a confirmed order of so many dozen widgets at 54.00 a dozen, and as it is sent."""
        gateway, world = erp
        record = world.buy({world.widget: (quantity, 54)}, unit=world.dozens())
        return record, gateway.read_purchase_order(record)

    def counted(self, quantity: str, unit: str) -> dict[str, Any]:
        """Return a quantity as the crosswalk leaves it."""
        ours = {"EA": "Units", "DZ": "Dozens", "KG": "kg"}[unit]
        return {"quantity": d(quantity), "unit": unit, "our_unit": ours, "our_quantity": d(quantity)}

    def announce(
        self, erp: Erp, record: ErpRecord, order: PurchaseOrder, *told: tuple[str, str], **more: Any
    ) -> PostResult:
        """Post a ship notice of these quantities, all of the order's one line."""
        items = tuple(
            ShippedItem(line_number=order.lines[0].number, **self.counted(*one), **more) for one in told
        )
        boxed = (Package(sscc=CARTON, items=items[:1]),)
        shipped = ShippedOrder(order_number=order.number, packages=boxed, items=items[1:])
        notice = ShipNotice(number=a_number("ASN"), date=date(2026, 11, 18), orders=(shipped,))
        return erp[0].post_ship_notice(
            key_of(DocType.SHIP_NOTICE, notice.number), notice, {record.name: record}, NoticePolicy()
        )

    def expected(self, world: World, record: ErpRecord) -> list[tuple[float, float]]:
        """Return demand and expectation of the open receipt's moves, in pieces."""
        domain: list[Any] = [["picking_id", "in", world.receipts(record)]]
        rows = world.session.search_read("stock.move", domain, ["product_uom_qty", "quantity"], order="id")
        return [(row["product_uom_qty"], row["quantity"]) for row in rows]

    def advice(self, erp: Erp, record: ErpRecord) -> ReceivingAdvice:
        """Return what is told of the order's last finished receipt."""
        receipt = finance.receipts_done(erp[1], record)[-1]
        return erp[0].receiving.read(ErpRecord("stock.picking", receipt))

    def acknowledge(self, erp: Erp, record: ErpRecord, order: PurchaseOrder, **said: Any) -> PostResult:
        """Post the supplier's answer to the one line."""
        line = AckLine(number=order.lines[0].number, **said)
        ack = OrderAcknowledgment(number=a_number("ACK"), order_number=order.number, lines=(line,))
        key = key_of(DocType.ORDER_ACKNOWLEDGMENT, ack.number)
        return erp[0].post_order_acknowledgment(key, ack, record, AnswerPolicy())

    def bill(self, erp: Erp, record: ErpRecord, order: PurchaseOrder, total: str, **said: Any) -> PostResult:
        """Post the supplier's invoice of the one line."""
        line = InvoiceLine(number=order.lines[0].number, **said)
        invoice = Invoice(
            number=a_number("INV"),
            date=date(2026, 12, 16),
            order_number=order.number,
            lines=(line,),
            total=d(total),
        )
        key = key_of(DocType.INVOICE, invoice.number)
        return erp[0].post_vendor_bill(key, invoice, {record.name: record}, BillPolicy(by_receipt=True))

    def billed(self, world: World, record: ErpRecord) -> tuple[float, float]:
        """Return what Odoo says was received and billed of the one line, in dozens."""
        (row,) = world.session.search_read(
            "purchase.order.line", [["order_id", "=", record.id]], ["qty_received", "qty_invoiced"]
        )
        return row["qty_received"], row["qty_invoiced"]

    def test_the_order_is_told_in_dozens(self, erp: Erp) -> None:
        _, order = self.bought(erp)
        told = order.lines[0]
        assert (told.quantity, told.unit, told.price, told.own) == (d(2), "Dozens", d(54), pieces(24))

    def test_a_vendor_s_own_unit_is_what_is_ordered_in(self, erp: Erp) -> None:
        gateway, world = erp
        code = world.new_product(0)
        values = {"partner_id": world.vendor, "price": 11.0, "product_uom_id": world.dozens()}
        template = world.look("product.product", world.products[code], "product_tmpl_id")["product_tmpl_id"][
            0
        ]
        world.session.create("product.supplierinfo", [{**values, "product_tmpl_id": template}])
        record = world.buy({code: (2, 11)})
        (told,) = gateway.read_purchase_order(record).lines
        assert (told.quantity, told.unit) == (d(2), "Dozens")
        assert self.expected(world, record) == [(24, 24)]

    def test_an_answer_in_pieces_is_one_in_dozens(self, erp: Erp) -> None:
        _, world = erp
        record, order = self.bought(erp)
        result = self.acknowledge(erp, record, order, **self.counted("24", "EA"), price=d("4.50"))
        assert result.created, result.findings
        (row,) = world.session.search_read(
            "purchase.order.line", [["order_id", "=", record.id]], ["product_qty", "price_unit"]
        )
        assert (row["product_qty"], row["price_unit"]) == (2, 54)

    def test_each_is_one_of_the_product_s_own_unit(self, erp: Erp) -> None:
        record, order = self.bought(erp)
        assert self.acknowledge(erp, record, order, quantity=d(24), unit="EA").created

    def test_an_uneven_answer_holds(self, erp: Erp) -> None:
        record, order = self.bought(erp)
        result = self.acknowledge(erp, record, order, **self.counted("25", "EA"))
        assert "25 EA cannot be told in Dozens" in held(result, problems.QUANTITY_DIFFERS)

    def test_an_answer_in_a_unit_that_does_not_compare_holds(self, erp: Erp) -> None:
        record, order = self.bought(erp)
        assert "nothing says how" in held(
            self.acknowledge(erp, record, order, **self.counted("2", "KG")), problems.CODE_UNKNOWN
        )

    def test_a_shipment_is_expected_in_pieces_whatever_it_is_told_in(self, erp: Erp) -> None:
        _, world = erp
        for told in ([("2", "DZ")], [("24", "EA")], [("1", "DZ"), ("12", "EA")]):
            record, order = self.bought(erp)
            result = self.announce(erp, record, order, *told)
            assert result.created, result.findings
            assert self.expected(world, record) == [(24, 24)]

    def test_more_than_ordered_holds(self, erp: Erp) -> None:
        record, order = self.bought(erp)
        message = held(self.announce(erp, record, order, ("25", "EA")), problems.QUANTITY_DIFFERS)
        assert "ordered 2 Dozens, announced 25 Units in all" in message

    def test_what_was_received_is_taken_off_to_the_piece(self, erp: Erp) -> None:
        _, world = erp
        record, order = self.bought(erp)
        self.announce(erp, record, order, ("7", "EA"))
        assert self.expected(world, record) == [(24, 7)]
        world.receive(record, {world.widget: 7})
        assert self.announce(erp, record, order, ("17", "EA")).created
        assert self.expected(world, record) == [(17, 17)]

    def test_a_receipt_is_told_in_dozens_or_to_the_piece(self, erp: Erp) -> None:
        _, world = erp
        record, order = self.bought(erp)
        self.announce(erp, record, order, ("2", "DZ"))
        world.receive(record, {world.widget: 19})
        (first,) = self.advice(erp, record).items
        assert (first.received, first.unit, first.announced, first.ordered) == (d(19), "Units", d(24), d(24))
        assert (first.questioned, first.condition, first.own) == (d(5), "short", pieces(19))
        world.receive(record)
        record, order = self.bought(erp)
        self.announce(erp, record, order, ("24", "EA"))
        world.receive(record)
        (whole,) = self.advice(erp, record).items
        assert (whole.received, whole.unit, whole.announced, whole.condition) == (d(2), "Dozens", d(2), "")

    def test_lots_of_a_receipt_are_counted_with_it(self, erp: Erp) -> None:
        gateway, world = erp
        code = world.new_product(0)
        world.session.write("product.product", [world.products[code]], {"tracking": "lot"})
        record = world.buy({code: (2, 54)}, unit=world.dozens())
        order = gateway.read_purchase_order(record)
        lots = (Lot(number="A", quantity=d("1.5")), Lot(number="B", quantity=d("0.5")))
        assert self.announce(erp, record, order, ("2", "DZ"), lots=lots).created
        world.receive(record)
        (item,) = self.advice(erp, record).items
        assert sorted((lot.number, lot.quantity) for lot in item.lots) == [("A", d("1.5")), ("B", d("0.5"))]
        assert item.labels == (CARTON,)

    def test_broken_and_returned_pieces(self, erp: Erp) -> None:
        _, world = erp
        record, _ = self.bought(erp)
        world.receive(record)
        receipt = finance.receipts_done(world, record)[0]
        finance.scrap(world, receipt, world.widget, 6)
        finance.send_back(world, receipt, world.widget, 3)
        (item,) = self.advice(erp, record).items
        assert (item.received, item.unit, item.returned) == (d("1.25"), "Dozens", d("0.25"))
        assert (item.questioned, item.condition) == (d("0.5"), "damaged")

    def test_a_bill_may_count_in_either(self, erp: Erp) -> None:
        _, world = erp
        for said in (
            {**self.counted("2", "DZ"), "price": d(54)},
            {**self.counted("24", "EA"), "price": d("4.50")},
        ):
            record, order = self.bought(erp)
            world.receive(record)
            result = self.bill(erp, record, order, "108.00", **said)
            assert result.created, result.findings
            assert result.findings == ()
            assert result.record
            assert world.look("account.move", result.record.id, "amount_total")["amount_total"] == 108
            assert self.billed(world, record) == (2, 2)

    def test_uneven_bills_add_up_to_the_order(self, erp: Erp) -> None:
        """Odoo says 0.59 and 1.42 dozen are billed, which is more than two: counted in pieces it is not."""
        _, world = erp
        record, order = self.bought(erp)
        world.receive(record)
        for quantity, total in (("7", "31.50"), ("17", "76.50")):
            result = self.bill(erp, record, order, total, **self.counted(quantity, "EA"), price=d("4.50"))
            assert result.created, result.findings
        beyond = self.bill(erp, record, order, "4.50", **self.counted("1", "EA"), price=d("4.50"))
        assert "2 Dozens were received, billed 25 Units in all" in held(beyond, problems.QUANTITY_DIFFERS)

    def test_another_price_holds(self, erp: Erp) -> None:
        record, order = self.bought(erp)
        erp[1].receive(record)
        dear = self.bill(erp, record, order, "109.20", **self.counted("24", "EA"), price=d("4.55"))
        assert "ordered at 54, billed at 54.6" in held(dear, problems.PRICE_DIFFERS)
        taken_for_a_dozen = self.bill(erp, record, order, "9.00", **self.counted("2", "DZ"), price=d("4.50"))
        assert "ordered at 54, billed at 4.5" in held(taken_for_a_dozen, problems.PRICE_DIFFERS)
