"""What every ERP gateway must do with goods of others, labels and several companies, as tests; see erp_suite."""

from __future__ import annotations

from datetime import date

import pytest

from hub.erp.port import PostResult, Topic
from hub.erp.port.warehousing import StoragePolicy
from hub.model import problems
from hub.model.documents import DocType, Party, WarehouseLine, WarehouseOrder
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord, posting_key
from hub.model.gs1 import check_digit
from tests.contracts.erp_suite import Erp, a_number, d, posted
from tests.contracts.erp_warehouse_suite import CODE, held, left_of, news
from tests.support.erp_world import World


class Labelling:
    """Packages get labels of ours, the same for good."""

    PREFIX = "0614141"

    def test_a_package_without_a_label_gets_one_of_ours(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        world.confirm(record)
        delivery = world.deliver(record, package=a_number("BOX"))
        (plain,) = gateway.read_delivery(delivery).orders[0].packages
        assert plain.sscc == ""
        notice = gateway.read_delivery(delivery, self.PREFIX)
        (package,) = notice.orders[0].packages
        assert package.sscc.startswith("00614141")
        assert package.sscc[-1] == check_digit(package.sscc[:-1])
        assert gateway.read_delivery(delivery, self.PREFIX) == notice
        gateway.label_packages(delivery, self.PREFIX)
        assert gateway.read_delivery(delivery).orders[0].packages[0].sscc == package.sscc
        assert world.count("stock.package", [["name", "=", package.sscc]]) == 1

    def test_cartons_stand_on_the_pallet_that_they_are_in(self, erp: Erp) -> None:
        gateway, world = erp
        record = posted(erp)
        world.confirm(record)
        carton = f"00614141{record.id:0>9}"
        delivery = world.deliver(record, package=carton + check_digit(carton))
        label = f"10614141{record.id:0>9}"
        pallet = world.session.create("stock.package", [{"name": label + check_digit(label)}])[0]
        (box,) = world.session.search_read(
            "stock.package", [["name", "=", carton + check_digit(carton)]], ["id"]
        )
        world.session.write("stock.package", [box["id"]], {"parent_package_id": pallet})
        notice = gateway.read_delivery(delivery)
        stack = [(p.kind, p.sscc, p.on, bool(p.items)) for p in notice.orders[0].packages]
        assert stack == [
            ("pallet", label + check_digit(label), "", False),
            ("carton", carton + check_digit(carton), label + check_digit(label), True),
        ]
        assert notice.package_count == 1


class Storing:
    """We keep the goods of the customer."""

    def test_an_order_becomes_a_draft_of_the_depositor_once(self, erp: Erp) -> None:
        gateway, world = erp
        order = deposited(world)
        result = store(erp, order)
        assert result.created
        assert result.record is not None
        assert (result.record.model, result.record.state) == ("stock.picking", "draft")
        seen = world.look(
            "stock.picking", result.record.id, "origin", "owner_id", "note", "picking_type_code"
        )
        assert (seen["origin"], seen["owner_id"][0]) == (order.number, world.customer)
        assert seen["picking_type_code"] == "outgoing"
        assert "1 MAIN ST" in seen["note"]
        again = store(erp, order)
        assert (again.created, again.record) == (False, result.record)
        assert gateway.find(_key(order)) == result.record

    def test_what_was_done_is_told_with_what_is_left(self, erp: Erp) -> None:
        gateway, world = erp
        record = store(erp, deposited(world)).record
        assert record is not None
        with pytest.raises(Undeliverable, match="not done"):
            gateway.warehousing.read_done(record)
        _pick(world, record, {world.widget: 2, world.gadget: 2})
        (change,) = news(erp, Topic.TRANSFER_DONE, record)
        assert change.order == change.record
        advice = gateway.warehousing.read_done(change.record)
        assert (advice.kind, advice.number) == ("shipped", change.record.name)
        assert advice.warehouse_order.startswith("WO-")
        assert {(o.sku, o.quantity, o.ordered, o.status, o.order_line) for o in advice.lines} == {
            (world.widget, d(2), d(3), "backordered", "1"),
            (world.gadget, d(2), d(2), "complete", "2"),
        }
        (rest,) = left_of(world, record)
        _pick(world, rest, {world.widget: 1})
        later = gateway.warehousing.read_done(rest)
        assert later.warehouse_order == advice.warehouse_order
        assert [(o.quantity, o.status) for o in later.lines] == [(d(1), "complete")]

    def test_goods_to_come_are_a_receipt(self, erp: Erp) -> None:
        gateway, world = erp
        order = deposited(world, kind="receive")
        record = store(erp, order).record
        assert record is not None
        kind = world.look("stock.picking", record.id, "picking_type_code")["picking_type_code"]
        assert kind == "incoming"
        _pick(world, record, {world.widget: 3, world.gadget: 2})
        assert gateway.warehousing.read_done(record).kind == "received"

    def test_a_cancelled_order_cancels_its_transfer_once(self, erp: Erp) -> None:
        gateway, world = erp
        order = deposited(world)
        record = store(erp, order).record
        assert record is not None
        result = gateway.warehousing.cancel(f"{_key(order)}_cancel", order, record)
        assert result.created
        assert result.record is not None
        assert result.record.state == "cancel"
        assert not gateway.warehousing.cancel(f"{_key(order)}_cancel", order, record).created

    def test_a_shipped_order_is_not_cancelled(self, erp: Erp) -> None:
        gateway, world = erp
        order = deposited(world)
        record = store(erp, order).record
        assert record is not None
        _pick(world, record, {world.widget: 3, world.gadget: 2})
        held(gateway.warehousing.cancel(f"{_key(order)}_cancel", order, record), problems.ERP_REFUSED)

    def test_what_odoo_lacks_holds(self, erp: Erp) -> None:
        _, world = erp
        strange = WarehouseLine(number="1", quantity=d(1), unit="EA", sku="NOT-OURS")
        assert "NOT-OURS" in held(store(erp, deposited(world, lines=(strange,))), problems.CODE_UNKNOWN)
        assert "NONE" in held(store(erp, deposited(world), "NONE"), problems.ERP_MISSING)


def deposited(world: World, **more: object) -> WarehouseOrder:
    """Return a depositor's order of 3 widgets and 2 gadgets."""
    place = Party(name="Jane Roe", address=("1 MAIN ST",), city="SPRINGFIELD", postal_code="12345")
    values: dict[str, object] = {
        "number": a_number("WO"),
        "dates": {"ship_requested": date(2026, 12, 1)},
        "parties": {"ship_to": place},
        "lines": (
            WarehouseLine(number="1", quantity=d(3), unit="EA", sku=world.widget),
            WarehouseLine(number="2", quantity=d(2), unit="EA", sku=world.gadget),
        ),
        **more,
    }
    return WarehouseOrder(**values)  # type: ignore[arg-type]  # a test's order is told in words


def store(erp: Erp, order: WarehouseOrder, warehouse: str = CODE) -> PostResult:
    """Post a depositor's order."""
    gateway, world = erp
    policy = StoragePolicy(
        depositor_ref=world.customer_ref, warehouse=warehouse, origin="EDI 1/0001 exchange 7"
    )
    return gateway.warehousing.post_order(_key(order), order, policy)


def _key(order: WarehouseOrder) -> str:
    return posting_key("depositor", DocType.WAREHOUSE_ORDER, *order.key_parts)


def _pick(world: World, transfer: ErpRecord, quantities: dict[str, float]) -> None:
    """A picker confirms a transfer, picks what there is and validates it; the rest waits."""
    world.session.call("stock.picking", "action_confirm", [transfer.id])
    codes = {product: code for code, product in world.products.items()}
    fields = ["product_id"]
    for move in world.session.search_read("stock.move", [["picking_id", "=", transfer.id]], fields):
        quantity = quantities.get(codes[move["product_id"][0]], 0)
        world.session.write("stock.move", [move["id"]], {"quantity": quantity, "picked": bool(quantity)})
    context = {"skip_backorder": True, "picking_ids_not_to_backorder": []}
    world.session.call("stock.picking", "button_validate", [transfer.id], context=context)


class Acting:
    """All for a partner is done for one company."""

    def test_what_is_posted_within_belongs_to_the_company(self, erp: Erp) -> None:
        gateway, world = erp
        (company, *_) = world.session.search_read("res.company", [], ["name"])
        order = deposited(world)
        with gateway.acting_for(company["name"]):
            record = store(erp, order).record
        assert record is not None
        assert world.look("stock.picking", record.id, "company_id")["company_id"][0] == company["id"]

    def test_a_company_that_is_not_there_is_told(self, erp: Erp) -> None:
        gateway, _ = erp
        with pytest.raises(Undeliverable, match="No Such"), gateway.acting_for("No Such"):
            pass
