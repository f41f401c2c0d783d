"""What every ERP gateway must do with warehouses, as tests; `erp` is as in erp_suite.

The company's own warehouse WH stands for one that somebody keeps for us, and for one in which we keep goods.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hub.erp.port import ErpChange, PostResult, Topic
from hub.erp.port.warehousing import AdvicePolicy, Validation
from hub.model import problems
from hub.model.documents import (
    AdvisedLine,
    Carriage,
    DocType,
    Lot,
    Questioned,
    WarehouseAdvice,
)
from hub.model.exchange import ErpRecord, posting_key
from hub.model.finding import Severity
from tests.contracts.erp_suite import Erp, a_number, d, posted
from tests.support.erp_world import World

CODE = "WH"
_CARTON = "006141411234567890"


def ready(erp: Erp) -> ErpRecord:
    """Return the transfer of a confirmed order of 3 widgets and 2 gadgets, all there."""
    record = posted(erp)
    _, world = erp
    world.confirm(record)
    domain = [["sale_id", "=", record.id]]
    return world.record("stock.picking", world.session.search_read("stock.picking", domain, ["id"])[0]["id"])


def news(erp: Erp, topic: Topic, transfer: ErpRecord) -> list[ErpChange]:
    """Return what is told of a transfer."""
    gateway, _ = erp
    since = datetime.now(UTC) - timedelta(hours=1)
    return [c for page in gateway.changes(topic, since) for c in page if c.record.id == transfer.id]


def advised(world: World, transfer: ErpRecord, *lines: AdvisedLine, **more: object) -> WarehouseAdvice:
    """Return an advice on a transfer; all of it was shipped when no lines are named."""
    everything = (line(world.widget, 3), line(world.gadget, 2))
    values: dict[str, object] = {
        "number": a_number("SHP"),
        "warehouse_order": transfer.name,
        "carriage": Carriage(scac="UPSN", tracking="1Z999", bill_of_lading="BOL7"),
        "lines": lines or everything,
        **more,
    }
    return WarehouseAdvice(**values)  # type: ignore[arg-type]  # a test's advice is told in words


def line(sku: str, quantity: int | str, **more: object) -> AdvisedLine:
    values: dict[str, object] = {"number": "1", "quantity": d(quantity), "unit": "EA", "sku": sku, **more}
    return AdvisedLine(**values)  # type: ignore[arg-type]  # as above


def post(
    erp: Erp,
    advice: WarehouseAdvice,
    validate: Validation = "never",
    *,
    released: bool = False,
    damaged: str = "",
) -> PostResult:
    """Post an advice of the warehouse."""
    gateway, _ = erp
    key = posting_key("threepl", DocType.WAREHOUSE_ADVICE, *advice.key_parts)
    policy = AdvicePolicy(warehouse=CODE, validate=validate, released=released, damaged=damaged)
    return gateway.warehousing.post(key, advice, policy)


def moved(world: World, transfer: ErpRecord) -> dict[str, tuple[float, bool]]:
    """Return how much of each product a transfer has, and whether it is picked."""
    fields = ["product_id", "quantity", "picked"]
    rows = world.session.search_read("stock.move", [["picking_id", "=", transfer.id]], fields)
    codes = {product: code for code, product in world.products.items()}
    return {codes[row["product_id"][0]]: (row["quantity"], row["picked"]) for row in rows}


def held(result: PostResult, problem: str) -> str:
    """Return the message of the one finding that holds an advice."""
    assert [f.severity for f in result.findings] == [Severity.HOLD], result.findings
    assert result.findings[0].problem == problem
    return result.findings[0].message + " " + result.findings[0].hint


def left_of(world: World, transfer: ErpRecord) -> list[ErpRecord]:
    """Return the backorders of a transfer."""
    rows = world.session.search_read("stock.picking", [["backorder_id", "=", transfer.id]], ["id"])
    return [world.record("stock.picking", row["id"]) for row in rows]


class Ordering:
    """The warehouse is told what to ship and what will come."""

    def test_a_ready_delivery_is_news_and_an_order_to_ship(self, erp: Erp) -> None:
        gateway, world = erp
        transfer = ready(erp)
        (change,) = news(erp, Topic.TRANSFER_READY, transfer)
        assert (change.warehouse, change.kind, change.partner_ref) == (CODE, "ship", world.customer_ref)
        order = gateway.warehousing.read(transfer)
        assert (order.number, order.kind, order.purpose) == (transfer.name, "ship", "original")
        assert [(o.ids["vendor_part"], o.quantity, o.order_line) for o in order.lines] == [
            (world.widget, d(3), "00.1"),
            (world.gadget, d(2), "2"),
        ]
        assert order.lines[0].ids["upc"] == world.upc
        assert order.parties["ship_to"].name == "Store 42"
        assert order.parties["ship_to"].ours == world.store_ref
        assert order.parties["warehouse"].id == CODE
        assert order.parties["depositor"].name
        assert order.order_number.startswith("PO-")
        assert set(order.dates) >= {"ship_requested"}

    def test_a_cancelled_delivery_is_news_and_cancels(self, erp: Erp) -> None:
        gateway, world = erp
        transfer = ready(erp)
        world.session.call("stock.picking", "action_cancel", [transfer.id])
        (change,) = news(erp, Topic.TRANSFER_CANCELLED, transfer)
        assert (change.warehouse, change.record.state) == (CODE, "cancel")
        assert gateway.warehousing.read(transfer).purpose == "cancel"

    def test_a_receipt_is_an_order_to_receive(self, erp: Erp) -> None:
        gateway, world = erp
        order = world.buy({world.widget: (5, 4.5)})
        transfer = world.record("stock.picking", world.receipts(order)[0])
        (change,) = news(erp, Topic.TRANSFER_READY, transfer)
        assert (change.warehouse, change.kind) == (CODE, "receive")
        told = gateway.warehousing.read(transfer)
        assert (told.kind, told.order_number) == ("receive", order.name)
        assert told.dates["delivery_estimated"] == date(2026, 12, 15)
        assert told.parties["ship_from"].ours == world.vendor_ref


class Advising:
    """The warehouse says what it did."""

    def test_what_was_shipped_is_prepared_and_left_to_a_person(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        advice = advised(
            world, transfer, line(world.widget, 3, labels=("00" + _CARTON,)), line(world.gadget, 2)
        )
        result = post(erp, advice)
        assert result.created
        assert result.record is not None
        assert (result.record.id, result.record.state) == (transfer.id, "assigned")
        assert moved(world, transfer) == {world.widget: (3, True), world.gadget: (2, True)}
        packed = [["picking_id", "=", transfer.id], ["result_package_id", "!=", False]]
        (packed_line,) = world.session.search_read("stock.move.line", packed, ["result_package_id"])
        assert packed_line["result_package_id"][1] == _CARTON
        (note,) = [n for n in world.notes(result.record) if advice.number in n]
        assert "BOL7" in note
        again = post(erp, advice)
        assert (again.created, again.record) == (False, result.record)

    @pytest.mark.parametrize("validate", ["when_exact", "always"])
    def test_an_exact_advice_validates_by_agreement(self, erp: Erp, validate: Validation) -> None:
        _, world = erp
        transfer = ready(erp)
        result = post(erp, advised(world, transfer), validate)
        assert result.record is not None
        assert result.record.state == "done"
        assert news(erp, Topic.DELIVERY_DONE, transfer)

    def test_a_short_advice_waits_for_a_person_or_leaves_a_backorder(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        short = advised(world, transfer, line(world.widget, 2), line(world.gadget, 2))
        first = post(erp, short, "when_exact")
        assert first.record is not None
        assert first.record.state == "assigned"
        assert moved(world, transfer)[world.widget] == (2, True)
        done = post(erp, short, "always")
        assert done.record is not None
        assert (done.record.state, done.created) == ("done", False)
        (rest,) = left_of(world, transfer)
        assert not news(erp, Topic.TRANSFER_READY, rest), "the rest stays with the warehouse"
        later = post(erp, advised(world, transfer, line(world.widget, 1)), "when_exact")
        assert later.record is not None
        assert (later.record.id, later.record.state) == (rest.id, "done")

    def test_what_does_not_come_is_not_put_off(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        lines = line(world.widget, 3), line(world.gadget, 0, ordered=d(2), status="cancelled")
        result = post(erp, advised(world, transfer, *lines), "always")
        assert result.record is not None
        assert result.record.state == "done"
        assert left_of(world, transfer) == []

    def test_what_does_not_fit_holds_and_changes_nothing(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        before = moved(world, transfer)
        stray = advised(world, transfer, line("NOT-OURS", 1, ids={"vendor_part": "NOT-OURS"}))
        assert "NOT-OURS" in held(post(erp, stray, released=True), problems.LINE_UNKNOWN)
        cases = advised(world, transfer, line(world.widget, 1, unit="CA"))
        assert "CA" in held(post(erp, cases), problems.CODE_UNKNOWN)
        nothing = advised(world, transfer, line(world.widget, 0))
        held(post(erp, nothing), problems.QUANTITY_DIFFERS)
        much = advised(world, transfer, line(world.widget, 4))
        assert "ordered 3" in held(post(erp, much), problems.QUANTITY_DIFFERS)
        assert moved(world, transfer) == before
        assert post(erp, much, released=True).created
        elsewhere = advised(world, ErpRecord("stock.picking", 0, "WH/OUT/none", ""))
        held(post(erp, elsewhere), problems.ORDER_UNKNOWN)

    def test_an_advice_on_a_finished_transfer_holds(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        assert post(erp, advised(world, transfer), "always").created
        assert "done" in held(post(erp, advised(world, transfer), "always"), problems.ERP_REFUSED)

    def test_a_second_truck_adds_to_the_first(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        labels = "006141411234567906", _CARTON
        first = advised(world, transfer, line(world.widget, 2, labels=labels[:1]))
        assert post(erp, first, "when_exact").created
        ups = Carriage(scac="UPSN", tracking="1Z998")
        cartons = line(world.widget, 1, labels=labels[1:]), line(world.gadget, 2)
        second = advised(world, transfer, *cartons, carriage=ups)
        result = post(erp, second, "when_exact")
        assert result.record is not None
        assert (result.record.id, result.record.state) == (transfer.id, "done"), "together it is exact"
        assert moved(world, transfer) == {world.widget: (3, True), world.gadget: (2, True)}
        packed = [["picking_id", "=", transfer.id], ["result_package_id", "!=", False]]
        rows = world.session.search_read("stock.move.line", packed, ["result_package_id", "quantity"])
        assert {(row["result_package_id"][1], row["quantity"]) for row in rows} == {
            (labels[0], 2),
            (labels[1], 1),
        }
        assert world.look("stock.picking", transfer.id, "carrier_tracking_ref")["carrier_tracking_ref"] == (
            "1Z999,1Z998"
        )
        assert not post(erp, first, "when_exact").created, "neither is written twice"

    def test_two_advices_that_tell_too_much_together_hold(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        assert post(erp, advised(world, transfer, line(world.widget, 2))).created
        again = advised(world, transfer, line(world.widget, 2))
        assert "2 before, 2 now" in held(post(erp, again), problems.QUANTITY_DIFFERS)
        assert moved(world, transfer)[world.widget] == (2, True)
        assert post(erp, again, released=True).created
        assert moved(world, transfer)[world.widget] == (4, True)

    def test_what_a_person_changed_between_two_advices_is_not_written_over(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        assert post(erp, advised(world, transfer, line(world.widget, 2))).created
        domain = [["picking_id", "=", transfer.id], ["product_id", "=", world.products[world.widget]]]
        (move,) = world.session.search_read("stock.move", domain, ["id"])
        world.session.write("stock.move", [move["id"]], {"quantity": 1})
        second = advised(world, transfer, line(world.gadget, 2))
        assert f"{world.widget}: 1, not 2" in held(post(erp, second), problems.QUANTITY_DIFFERS)
        assert moved(world, transfer)[world.widget] == (1, True)
        world.session.write("stock.move", [move["id"]], {"quantity": 2})
        assert post(erp, second).created
        assert moved(world, transfer) == {world.widget: (2, True), world.gadget: (2, True)}

    def test_a_shipment_that_was_told_of_is_not_put_on_the_backorder(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        first = advised(world, transfer, line(world.widget, 2))
        assert post(erp, first, "always").created
        (rest,) = left_of(world, transfer)
        other = replace(first, lines=(line(world.widget, 1),))
        gateway, _ = erp
        policy = AdvicePolicy(warehouse=CODE, validate="always", released=True)
        held(gateway.warehousing.post(a_number("key"), other, policy), problems.ALREADY_POSTED)
        assert post(erp, advised(world, transfer, line(world.widget, 1)), "always").record == replace(
            rest, state="done"
        )
        assert moved(world, rest)[world.widget] == (1, True)

    def test_nothing_below_zero_is_written(self, erp: Erp) -> None:
        _, world = erp
        transfer = ready(erp)
        minus = advised(world, transfer, line(world.widget, 3), line(world.widget, -1))
        held(post(erp, minus, released=True), problems.QUANTITY_NEGATIVE)

    def test_damaged_goods_are_for_a_person(self, erp: Erp) -> None:
        _, world = erp
        transfer = self.coming(erp)
        come = line(world.widget, 4, damaged=d(1), ordered=d(5), difference=d(-1))
        advice = advised(world, transfer, come, kind="received")
        first = post(erp, advice, "when_exact")
        assert first.record is not None
        assert first.record.state == "assigned"
        (note,) = [n for n in world.notes(first.record) if advice.number in n]
        assert "1 of" in note
        assert "damaged" in note
        asked = [["res_model", "=", "stock.picking"], ["res_id", "=", transfer.id]]
        assert world.count("mail.activity", asked) == 1
        result = post(erp, advice, "always")
        assert "damaged" in held(result, problems.QUANTITY_DIFFERS)
        assert result.record == first.record
        done = post(erp, advice, "always", released=True).record
        assert done == world.record("stock.picking", transfer.id)
        assert world.look("stock.picking", transfer.id, "state")["state"] == "done"
        assert world.count("mail.activity", asked) == 1

    def test_what_else_is_not_good_is_for_a_person(self, erp: Erp) -> None:
        _, world = erp
        for more in (
            {"questioned": (Questioned(quantity=d(1), condition="rejected"),)},
            {"difference": d(-2)},  # two short, and yet all five came
            {"status": "damaged"},
        ):
            come = line(world.widget, 5, **more)
            advice = advised(world, self.coming(erp), come, kind="received")
            held(post(erp, advice, "always", released=True), problems.QUANTITY_DIFFERS)
            done = post(erp, advice, "always", released=True).record
            assert done is not None
            assert done.state == "done", "a release decides what a person was told of"

    def test_damaged_goods_go_to_the_agreed_place(self, erp: Erp) -> None:
        _, world = erp
        transfer = self.coming(erp)
        come = line(world.widget, 5, damaged=d(2))
        advice = advised(world, transfer, come, kind="received")
        nowhere = held(post(erp, advice, "always", damaged="WH/No such"), problems.ERP_MISSING)
        assert "no location" in nowhere
        sold = held(post(erp, advice, "always", damaged="WH/Stock"), problems.ERP_MISSING)
        assert "sold" in sold
        place, name = quarantine(world)
        assert post(erp, advice, "always", damaged=name).findings == ()
        domain = [["picking_id", "=", transfer.id], ["state", "=", "done"]]
        rows = world.session.search_read("stock.move.line", domain, ["location_dest_id", "quantity"])
        assert {(row["location_dest_id"][0] == place, row["quantity"]) for row in rows} == {
            (True, 2),
            (False, 3),
        }
        there = [["location_id", "=", place], ["product_id", "=", world.products[world.widget]]]
        (quant,) = world.session.search_read("stock.quant", there, ["quantity"])
        assert quant["quantity"] == 2

    def coming(self, erp: Erp) -> ErpRecord:
        """Return the receipt of five widgets that are to come."""
        _, world = erp
        order = world.buy({world.widget: (5, 4.5)})
        return world.record("stock.picking", world.receipts(order)[0])

    def test_lots_are_the_ones_that_the_warehouse_names(self, erp: Erp) -> None:
        gateway, world = erp
        sku, transfer = _lotted(erp)
        told = gateway.warehousing.read(transfer)
        assert sum((lot.quantity or Decimal(0) for lot in told.lines[0].lots), Decimal(0)) == d(4)
        unknown = advised(world, transfer, line(sku, 4, lots=(Lot(number="NO-SUCH"),)))
        assert "NO-SUCH" in held(post(erp, unknown), problems.CODE_UNKNOWN)
        lots = Lot(number=f"B-{sku}", quantity=d(3)), Lot(number=f"A-{sku}", quantity=d(1))
        assert post(erp, advised(world, transfer, line(sku, 4, lots=lots)), "when_exact").created
        fields = ["lot_id", "quantity"]
        rows = world.session.search_read("stock.move.line", [["picking_id", "=", transfer.id]], fields)
        assert {(row["lot_id"][1], row["quantity"]) for row in rows} == {(f"A-{sku}", 1), (f"B-{sku}", 3)}


def quarantine(world: World) -> tuple[int, str]:
    """Make a place beside the warehouse's stock; return it with its full name."""
    name = a_number("Quarantine")
    above = world.session.search_read("stock.location", [["complete_name", "=", "WH"]], ["id"])[0]["id"]
    values = {"name": name, "usage": "internal", "location_id": above}
    return world.session.create("stock.location", [values])[0], f"WH/{name}"


def _lotted(erp: Erp) -> tuple[str, ErpRecord]:
    """Return a product kept by lot, ten each of A and B, and the transfer of an order of four."""
    _, world = erp
    sku = a_number("LOT").upper()
    values = {"name": "Cheese", "default_code": sku, "type": "consu", "is_storable": True, "tracking": "lot"}
    product = world.session.create("product.product", [values])[0]
    stock = world.session.search_read("stock.warehouse", [["code", "=", CODE]], ["lot_stock_id"])[0]
    for name in (f"A-{sku}", f"B-{sku}"):
        lot = world.session.create("stock.lot", [{"name": name, "product_id": product}])[0]
        quant = {"product_id": product, "location_id": stock["lot_stock_id"][0], "lot_id": lot}
        made = world.session.create("stock.quant", [{**quant, "inventory_quantity": 10.0}])
        world.session.call("stock.quant", "action_apply_inventory", made)
    ordered = [0, 0, {"product_id": product, "product_uom_qty": 4.0}]
    order = world.session.create("sale.order", [{"partner_id": world.customer, "order_line": [ordered]}])[0]
    world.session.call("sale.order", "action_confirm", [order])
    rows = world.session.search_read("stock.picking", [["sale_id", "=", order]], ["id"])
    return sku, world.record("stock.picking", rows[0]["id"])
