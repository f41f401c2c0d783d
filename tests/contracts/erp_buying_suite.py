"""What every ERP gateway must do where we are the buyer. See erp_suite.py for how it is used."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from hub.erp.port import AnswerPolicy, NoticePolicy, PostResult
from hub.model import problems
from hub.model.documents import (
    AckLine,
    Carriage,
    ChangeAckLine,
    DocType,
    LineStatus,
    Lot,
    OrderAcknowledgment,
    OrderChangeAcknowledgment,
    Package,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.exchange import ErpRecord, posting_key
from hub.model.leeway import Leeway
from tests.contracts.erp_suite import Erp, a_number, d, held
from tests.support.erp_finance import currency_of
from tests.support.erp_world import World


def bought(erp: Erp, currency: str = "") -> tuple[ErpRecord, PurchaseOrder]:
    """Return a confirmed purchase order of 10 widgets at 4.50 and 4 gadgets at 7.00, and as it is sent."""
    gateway, world = erp
    foreign = currency_of(world, currency) if currency else 0
    record = world.buy({world.widget: (10, 4.5), world.gadget: (4, 7)}, currency=foreign)
    return record, gateway.read_purchase_order(record)


def key_of(kind: DocType, number: str) -> str:
    """Return the once-only key of a supplier's document."""
    return posting_key("bolt", kind, number)


class Sending:
    """A confirmed purchase order is read as the document that we send."""

    def test_order_has_the_supplier_s_codes_and_stable_lines(self, erp: Erp) -> None:
        gateway, world = erp
        record, order = bought(erp)
        assert order.number == record.name
        assert order.date is not None
        assert [(li.quantity, li.price, li.sku) for li in order.lines] == [
            (d(10), d("4.5"), world.widget),
            (d(4), d(7), world.gadget),
        ]
        assert order.lines[0].ids == {"vendor_part": "BOLT-W", "buyer_part": world.widget, "upc": world.upc}
        assert order.lines[1].ids == {"buyer_part": world.gadget}
        assert order.lines[0].dates == {"delivery_requested": date(2026, 12, 15)}
        assert order.parties["seller"].ours == world.vendor_ref
        assert order.parties["ship_to"].name
        assert gateway.read_purchase_order(record) == order

    def test_order_is_found_by_its_number(self, erp: Erp) -> None:
        gateway, _ = erp
        record, _ = bought(erp)
        assert gateway.find_purchase_order(record.name) == record
        assert gateway.find_purchase_order("P-NEVER") is None

    def test_order_is_found_for_its_own_vendor_only(self, erp: Erp) -> None:
        gateway, world = erp
        record, _ = bought(erp)
        assert gateway.find_purchase_order(record.name, world.vendor_ref) == record
        assert gateway.find_purchase_order(record.name, world.customer_ref) is None


def ack_of(
    order: PurchaseOrder, *changes: dict[str, Any], status: str = "accepted", number: str = ""
) -> OrderAcknowledgment:
    """Return the supplier's acknowledgment; `changes` are per line, merged into its one decision."""
    lines = []
    for index, line in enumerate(order.lines):
        said = {
            "code": "accepted",
            "quantity": line.quantity,
            **(changes[index] if index < len(changes) else {}),
        }
        price = said.pop("price", line.price)
        lines.append(
            AckLine(
                number=line.number,
                quantity=line.quantity,
                unit="EA",
                price=price,
                ids=line.ids,
                statuses=(LineStatus(**said),),
            )
        )
    return OrderAcknowledgment(
        number=number or a_number("ACK"), status=status, order_number=order.number, lines=tuple(lines)
    )


class Acknowledging:
    """A supplier's 855 on our purchase order."""

    def post(self, erp: Erp, ack: OrderAcknowledgment, record: ErpRecord, **policy: Any) -> PostResult:
        """Post it under its own key."""
        key = key_of(DocType.ORDER_ACKNOWLEDGMENT, ack.number)
        return erp[0].post_order_acknowledgment(key, ack, record, AnswerPolicy(**policy))

    def lines(self, world: World, record: ErpRecord) -> list[dict[str, Any]]:
        """Return the order's lines as they are now."""
        fields = ["product_qty", "price_unit", "date_planned"]
        return world.session.search_read("purchase.order.line", [["order_id", "=", record.id]], fields)

    def test_acceptance_writes_reference_and_promised_dates(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        ack = ack_of(order, {"date": date(2026, 12, 20), "date_kind": "delivery_estimated"})
        result = self.post(erp, ack, record)
        assert result.created
        assert result.record == record
        seen = world.look("purchase.order", record.id, "partner_ref", "acknowledged")
        assert seen == {"id": record.id, "partner_ref": ack.number, "acknowledged": True}
        assert [li["date_planned"][:10] for li in self.lines(world, record)] == ["2026-12-20", "2026-12-15"]
        assert any(ack.number in note for note in world.notes(record))

    def test_repeat_changes_nothing(self, erp: Erp) -> None:
        gateway, world = erp
        record, order = bought(erp)
        ack = ack_of(order, {"date": date(2026, 12, 20)})
        self.post(erp, ack, record)
        line = self.lines(world, record)[0]["id"]
        world.session.write("purchase.order.line", [line], {"date_planned": "2026-12-30 12:00:00"})
        notes = len(world.notes(record))
        again = self.post(erp, ack, record)
        assert (again.created, again.record) == (False, record)
        assert gateway.find(key_of(DocType.ORDER_ACKNOWLEDGMENT, ack.number)) == record
        assert self.lines(world, record)[0]["date_planned"][:10] == "2026-12-30"
        assert len(world.notes(record)) == notes

    def test_differences_hold_and_write_nothing(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        ack = ack_of(order, {"quantity": d(8), "code": "quantity_changed"}, {"price": d("7.25")})
        before = self.lines(world, record)
        result = self.post(erp, ack, record)
        assert result.record is None
        assert [f.problem for f in result.findings] == [problems.QUANTITY_DIFFERS, problems.PRICE_DIFFERS]
        assert "ordered 10" in result.findings[0].message
        assert "confirms 8" in result.findings[0].message
        assert "ordered at 7" in result.findings[1].message
        assert "confirms 7.25" in result.findings[1].message
        assert self.lines(world, record) == before
        assert not world.look("purchase.order", record.id, "acknowledged")["acknowledged"]
        self.post(erp, ack, record)
        assert len([n for n in world.notes(record) if "Nothing was changed" in n]) == 1

    def test_released_differences_are_written(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        ack = ack_of(order, {"quantity": d(8), "code": "quantity_changed"}, {"price": d("7.25")})
        self.post(erp, ack, record)
        result = self.post(erp, ack, record, released=True)
        assert result.created
        assert [(li["product_qty"], li["price_unit"]) for li in self.lines(world, record)] == [
            (8, 4.5),
            (4, 7.25),
        ]

    def test_rejected_line_holds(self, erp: Erp) -> None:
        record, order = bought(erp)
        result = self.post(erp, ack_of(order, {"code": "rejected"}), record)
        assert "confirms 0" in held(result, problems.QUANTITY_DIFFERS)

    def test_what_is_near_enough_is_written_by_itself(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        ack = ack_of(order, {"quantity": d(9), "code": "quantity_changed"}, {"price": d("7.10")})
        near = {"price": Leeway(d(2), percent=True), "quantity": Leeway(d(1)), "days": 3}
        assert self.post(erp, ack, record, **near).created
        rows = [(li["product_qty"], li["price_unit"]) for li in self.lines(world, record)]
        assert rows == [(9, 4.5), (4, 7.1)]

    def test_what_is_too_far_is_held_and_the_buyer_is_asked_once(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        ack = ack_of(order, {"quantity": d(8), "date": date(2026, 12, 19)}, {"price": d("7.10")})
        near = {"price": Leeway(d(1), percent=True), "quantity": Leeway(d(1)), "days": 3}
        found = self.post(erp, ack, record, **near).findings
        told = [problems.QUANTITY_DIFFERS, problems.DATE_DIFFERS, problems.PRICE_DIFFERS]
        assert [f.problem for f in found] == told
        assert "4 days later" in found[1].message
        self.post(erp, ack, record, **near)
        assert (
            world.count("mail.activity", [["res_model", "=", record.model], ["res_id", "=", record.id]]) == 1
        )

    def test_an_accepted_change_is_as_the_order_is_by_now(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        one, two = order.lines
        status = LineStatus(code="accepted", quantity=one.quantity, unit="EA", date=date(2026, 12, 20))
        lines = (
            ChangeAckLine(
                number=one.number, action="increase", quantity=d(10), unit="EA", statuses=(status,)
            ),
            ChangeAckLine(number="777", action="delete", statuses=(LineStatus(code="deleted"),)),
        )
        result = self.change(erp, record, order, lines)
        assert result.created, result.findings
        assert [li["date_planned"][:10] for li in self.lines(world, record)] == ["2026-12-20", "2026-12-15"]
        assert [li["product_qty"] for li in self.lines(world, record)] == [one.quantity, two.quantity]

    def test_a_refused_change_holds(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        refused = LineStatus(code="rejected", quantity=d(6), unit="EA")
        line = ChangeAckLine(
            number=order.lines[0].number, action="increase", quantity=d(10), unit="EA", statuses=(refused,)
        )
        before = self.lines(world, record)
        result = self.change(erp, record, order, (line,), status="rejected")
        assert {f.problem for f in result.findings} == {problems.ANSWER_REJECTS}
        assert "increase 10" in result.findings[1].message
        assert self.lines(world, record) == before

    def test_the_answer_to_a_cancellation_needs_no_open_order(self, erp: Erp) -> None:
        gateway, world = erp
        record, order = bought(erp)
        world.session.call("purchase.order", "button_cancel", [record.id])
        assert gateway.read_purchase_order(record).purpose == "cancel"
        assert self.change(erp, record, order, (), purpose="cancel").created
        held(
            self.change(erp, record, order, (), purpose="cancel", status="rejected"), problems.ANSWER_REJECTS
        )

    def change(
        self, erp: Erp, record: ErpRecord, order: PurchaseOrder, lines: tuple[ChangeAckLine, ...], **head: str
    ) -> PostResult:
        """Post the answer to a change of the order under its own key."""
        answer = OrderChangeAcknowledgment(
            number=a_number("SO"), order_number=order.number, change_number="1", lines=lines, **head
        )
        key = key_of(DocType.ORDER_CHANGE_ACKNOWLEDGMENT, answer.number)
        return erp[0].post_order_acknowledgment(key, answer, record, AnswerPolicy())

    def test_split_promises_add_up(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        ack = ack_of(order)
        first = AckLine(
            number=order.lines[0].number,
            quantity=d(10),
            unit="EA",
            statuses=(
                LineStatus(code="accepted", quantity=d(6), date=date(2026, 12, 16)),
                LineStatus(code="backordered", quantity=d(4), date=date(2027, 1, 5)),
            ),
        )
        ack = OrderAcknowledgment(number=ack.number, order_number=order.number, lines=(first,))
        assert self.post(erp, ack, record).created
        assert self.lines(world, record)[0]["date_planned"][:10] == "2027-01-05"

    def test_unknown_line_holds_even_when_released(self, erp: Erp) -> None:
        record, order = bought(erp)
        stray = AckLine(number="999999999", quantity=d(1), unit="EA", ids={"vendor_part": "NOT-OURS"})
        ack = OrderAcknowledgment(number=a_number("ACK"), order_number=order.number, lines=(stray,))
        assert "NOT-OURS" in held(self.post(erp, ack, record, released=True), problems.LINE_UNKNOWN)

    def test_line_is_known_by_the_supplier_s_own_code(self, erp: Erp) -> None:
        record, order = bought(erp)
        line = AckLine(number="1", quantity=d(10), unit="EA", price=d("4.50"), ids={"vendor_part": "BOLT-W"})
        ack = OrderAcknowledgment(number=a_number("ACK"), order_number=order.number, lines=(line,))
        assert self.post(erp, ack, record).created


def notice_of(
    order: PurchaseOrder, *quantities: int, sscc: str = "", number: str = "", **item: Any
) -> ShipNotice:
    """Return a ship notice of these quantities of the order's first lines."""
    items = tuple(
        ShippedItem(line_number=line.number, ids=line.ids, quantity=d(quantity), unit="EA", **item)
        for line, quantity in zip(order.lines, quantities, strict=False)
    )
    shipped = ShippedOrder(order_number=order.number, items=items)
    if sscc:
        shipped = ShippedOrder(order_number=order.number, packages=(Package(sscc=sscc, items=items),))
    return ShipNotice(
        number=number or a_number("ASN"),
        date=date(2026, 12, 10),
        dates={"delivery_estimated": date(2026, 12, 13)},
        carriage=Carriage(scac="UPSN", tracking="1Z999", bill_of_lading="BOL7"),
        orders=(shipped,),
    )


class Announcing:
    """A supplier's 856 on our open receipts."""

    def post(self, erp: Erp, notice: ShipNotice, record: ErpRecord, purpose: str = "") -> PostResult:
        """Post it under its own key."""
        key = key_of(DocType.SHIP_NOTICE, notice.number) + purpose
        return erp[0].post_ship_notice(key, notice, {record.name: record})

    def moves(self, world: World, record: ErpRecord) -> list[dict[str, Any]]:
        """Return the moves of the open receipt."""
        fields = ["quantity", "picked", "product_uom_qty"]
        domain: list[Any] = [["picking_id", "in", world.receipts(record)]]
        return world.session.search_read("stock.move", domain, fields)

    def test_announced_quantities_are_expected_not_received(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        notice = notice_of(order, 6, 4)
        result = self.post(erp, notice, record)
        assert result.created, result.findings
        assert result.record == record
        assert [(m["quantity"], m["picked"]) for m in self.moves(world, record)] == [(6, False), (4, False)]
        (receipt,) = world.receipts(record)
        seen = world.look("stock.picking", receipt, "state", "scheduled_date")
        assert seen["state"] == "assigned"
        assert seen["scheduled_date"].startswith("2026-12-13")
        note = world.notes(ErpRecord("stock.picking", receipt))[0]
        assert all(word in note for word in (notice.number, "UPSN", "1Z999", "BOL7"))

    def test_repeat_changes_nothing(self, erp: Erp) -> None:
        gateway, world = erp
        record, order = bought(erp)
        notice = notice_of(order, 6)
        self.post(erp, notice, record)
        (receipt,) = world.receipts(record)
        world.session.write("stock.picking", [receipt], {"scheduled_date": "2026-12-31 12:00:00"})
        again = self.post(erp, notice, record)
        assert (again.created, again.record) == (False, record)
        assert gateway.find(key_of(DocType.SHIP_NOTICE, notice.number)) == record
        seen = world.look("stock.picking", receipt, "scheduled_date")
        assert seen["scheduled_date"].startswith("2026-12-31")

    def test_two_notices_add_up(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        assert self.post(erp, notice_of(order, 3), record).created
        assert self.post(erp, notice_of(order, 4), record).created
        assert self.moves(world, record)[0]["quantity"] == 7

    def test_notice_after_a_receipt_counts_what_is_still_to_come(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        assert self.post(erp, notice_of(order, 3), record).created
        world.receive(record, {world.widget: 3})
        assert self.post(erp, notice_of(order, 5), record).created
        widget = next(m for m in self.moves(world, record) if m["product_uom_qty"] == 7)
        assert widget["quantity"] == 5

    def test_package_carries_its_sscc(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        sscc = a_number("")[1:].ljust(18, "0")
        assert self.post(erp, notice_of(order, 6, 4, sscc=sscc), record).created
        domain: list[Any] = [["picking_id", "in", world.receipts(record)]]
        lines = world.session.search_read("stock.move.line", domain, ["quantity", "result_package_id"])
        assert [(li["quantity"], li["result_package_id"][1]) for li in lines] == [(6, sscc), (4, sscc)]

    def test_a_replacement_counts_instead_of_the_first_and_a_cancellation_takes_it_back(
        self, erp: Erp
    ) -> None:
        _, world = erp
        record, order = bought(erp)
        first = notice_of(order, 6, 4)
        assert self.post(erp, first, record).created
        other = replace(notice_of(order, 5), number=first.number, purpose="replace")
        assert self.post(erp, other, record, "replace").created
        assert [m["quantity"] for m in self.moves(world, record)] == [5, 4], (
            "nothing is told of the second: all of it"
        )
        back = replace(other, purpose="cancel")
        assert self.post(erp, back, record, "cancel").created
        assert [m["quantity"] for m in self.moves(world, record)] == [10, 4]
        assert not self.post(erp, back, record, "cancel").created
        stranger = replace(notice_of(order, 1), purpose="cancel")
        held(self.post(erp, stranger, record, "cancel"), problems.ORDER_UNKNOWN)

    def test_a_little_too_much_comes_by_agreement(self, erp: Erp) -> None:
        gateway, world = erp
        record, order = bought(erp)
        notice = notice_of(order, 11)
        key, orders = key_of(DocType.SHIP_NOTICE, notice.number), {record.name: record}
        little = NoticePolicy(quantity=Leeway(d(5), percent=True))
        held(gateway.post_ship_notice(key, notice, orders, little), problems.QUANTITY_DIFFERS)
        more = NoticePolicy(quantity=Leeway(d(10), percent=True))
        assert gateway.post_ship_notice(key, notice, orders, more).created
        assert self.moves(world, record)[0]["quantity"] == 11

    def test_lots_of_an_untracked_product_do_no_harm(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        lots = (Lot(number="L1", quantity=d(2)), Lot(number="L2", quantity=d(4)))
        assert self.post(erp, notice_of(order, 6, lots=lots), record).created
        assert self.moves(world, record)[0]["quantity"] == 6

    def test_too_much_holds_and_writes_nothing(self, erp: Erp) -> None:
        _, world = erp
        record, order = bought(erp)
        before = self.moves(world, record)
        message = held(self.post(erp, notice_of(order, 11), record), problems.QUANTITY_DIFFERS)
        assert "ordered 10" in message
        assert "announced 11" in message
        assert self.moves(world, record) == before

    def test_unknown_order_and_unknown_line_hold(self, erp: Erp) -> None:
        gateway, _ = erp
        record, order = bought(erp)
        notice = notice_of(order, 1)
        key = key_of(DocType.SHIP_NOTICE, notice.number)
        assert order.number in held(gateway.post_ship_notice(key, notice, {}), problems.ORDER_UNKNOWN)
        item = ShippedItem(line_number="999999999", ids={"vendor_part": "NOT-OURS"}, quantity=d(1))
        stray = ShipNotice(
            number=notice.number, orders=(ShippedOrder(order_number=order.number, items=(item,)),)
        )
        assert "NOT-OURS" in held(self.post(erp, stray, record), problems.LINE_UNKNOWN)
