"""What every ERP gateway must do with changes of sale orders, as tests; see erp_suite.py for how it is used."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from hub.erp.port import PostResult
from hub.erp.port.revising import LineEdit, OrderEdit
from hub.model import problems
from hub.model.documents import OrderChange, OrderLine, PurchaseOrder
from hub.model.exchange import ErpRecord
from tests.contracts.erp_suite import Erp, a_number, an_order, d, held, key_of, policy

FIELDS = ["product_uom_qty", "price_unit", "product_id", "qty_delivered"]


class Placed:
    """An order of 3 widgets at 9.99 and 2 gadgets at 20.00 in Odoo, and the ways in which it is changed."""

    def __init__(self, erp: Erp, *, confirm: bool = True) -> None:
        self.gateway, self.world = erp
        self.order: PurchaseOrder = an_order(self.world, number=a_number("CHG"))
        result = self.gateway.post_order(key_of(self.order), self.order, policy(self.world))
        assert result.record, result.findings
        self.record: ErpRecord = result.record
        if confirm:
            self.world.confirm(self.record)

    def line(self, quantity: str | None = None, price: str | None = None, number: str = "00.1") -> LineEdit:
        """Return an edit of one line."""
        before = next(line for line in self.order.lines if line.number == number)
        return LineEdit(
            number=number,
            line=OrderLine(
                number=number, quantity=d(quantity or 1), unit="EA", price=price and d(price), sku=before.sku
            ),
            quantity=None if quantity is None else d(quantity),
            price=None if price is None else d(price),
        )

    def change(self, *lines: LineEdit, key: str = "", price: str = "partner", **edit: Any) -> PostResult:
        """Write an edit as change number 2."""
        change = OrderChange(number="2", order_number=self.order.number, purpose="change")
        wanted = OrderEdit(order=self.record, order_key=key_of(self.order), lines=lines, **edit)
        key = key or f"change_{uuid4().hex[:12]}"
        return self.gateway.revising.post(key, change, wanted, policy(self.world, price))

    def rows(self) -> list[tuple[float, float, float]]:
        """Return (ordered, price, delivered) of each line as Odoo has it."""
        domain = [["order_id", "=", self.record.id]]
        rows = self.world.session.search_read("sale.order.line", domain, FIELDS, order="sequence, id")
        return [(r["product_uom_qty"], r["price_unit"], r["qty_delivered"]) for r in rows]

    def demanded(self) -> list[float]:
        """Return what open deliveries are to carry, a number a move."""
        domain = [["picking_id.sale_id", "=", self.record.id], ["state", "not in", ["done", "cancel"]]]
        moves = self.world.session.search_read("stock.move", domain, ["product_uom_qty"])
        return sorted(move["product_uom_qty"] for move in moves)

    def notes(self) -> list[str]:
        """Return what the order's chatter says of change 2."""
        return [note for note in self.world.notes(self.record) if "Change 2 of order" in note]


class Revising:
    """They change what they ordered."""

    def test_standing_tells_shipped_and_invoiced_by_their_line_numbers(self, erp: Erp) -> None:
        placed = Placed(erp)
        placed.world.deliver(placed.record, {placed.world.widget: 1})
        standing = placed.gateway.revising.standing(placed.record)
        assert standing.state == "confirmed"
        assert [(s.number, s.quantity, s.shipped, s.invoiced) for s in standing.lines] == [
            ("00.1", d(3), d(1), d(0)),
            ("2", d(2), d(0), d(0)),
        ]
        placed.world.invoice(placed.record)
        assert placed.gateway.revising.standing(placed.record).lines[0].invoiced > 0

    def test_a_confirmed_order_gets_more_and_its_delivery_with_it(self, erp: Erp) -> None:
        placed = Placed(erp)
        result = placed.change(placed.line("5"), told="line 00.1 is 5 now.")
        assert result.created
        assert result.record
        assert (result.record.model, result.record.id) == ("sale.order", placed.record.id)
        assert placed.rows() == [(5, 9.99, 0), (2, 20, 0)], "the agreed price stays"
        assert placed.demanded() == [2, 5]
        (note,) = placed.notes()
        assert "line 00.1 is 5 now." in note

    def test_less_is_less_to_deliver(self, erp: Erp) -> None:
        placed = Placed(erp)
        placed.change(placed.line("1"))
        assert placed.rows()[0] == (1, 9.99, 0)
        assert placed.demanded() == [1, 2]

    def test_a_line_that_goes_is_delivered_no_more(self, erp: Erp) -> None:
        placed = Placed(erp)
        placed.change(placed.line("0"))
        assert placed.rows()[0][0] == 0
        assert [q for q in placed.demanded() if q] == [2]
        answer = placed.gateway.read_order_decision(placed.record)
        assert [line.quantity for line in answer.lines] == [d(0), d(2)]

    def test_a_draft_is_changed_as_well(self, erp: Erp) -> None:
        placed = Placed(erp, confirm=False)
        placed.change(placed.line("4", "8.50"), delivery=date(2026, 12, 24))
        assert placed.rows()[0] == (4, 8.5, 0)
        seen = placed.world.look("sale.order", placed.record.id, "commitment_date", "state")
        assert (seen["commitment_date"][:10], seen["state"]) == ("2026-12-24", "draft")

    def test_an_added_line_is_known_by_its_number(self, erp: Erp) -> None:
        placed = Placed(erp)
        new = OrderLine(number="7", quantity=d(6), unit="EA", price=d("1.25"), sku=placed.world.gadget)
        result = placed.change(added=(new,))
        assert result.created, result.findings
        assert placed.rows()[2][:2] == (6, 1.25)
        assert placed.demanded() == [2, 3, 6]
        assert [s.number for s in placed.gateway.revising.standing(placed.record).lines] == ["00.1", "2", "7"]
        again = placed.change(placed.line("9"), added=(new,))
        assert again.created
        assert [row[0] for row in placed.rows()] == [9, 2, 6], "the line is not added twice"

    def test_the_same_key_again_changes_nothing(self, erp: Erp) -> None:
        placed = Placed(erp)
        key = f"change_{uuid4().hex[:12]}"
        assert placed.change(placed.line("5"), key=key).created
        again = placed.change(placed.line("8"), key=key)
        assert not again.created
        assert again.record
        assert again.record.id == placed.record.id
        assert placed.rows()[0][0] == 5
        assert len(placed.notes()) == 1

    def test_an_unknown_item_holds_the_whole_change(self, erp: Erp) -> None:
        placed = Placed(erp)
        new = OrderLine(number="7", quantity=d(6), unit="EA", price=d("1.25"), sku="NOPE-1")
        assert "NOPE-1" in held(placed.change(placed.line("5"), added=(new,)), problems.CODE_UNKNOWN)
        assert placed.rows()[0][0] == 3
        assert placed.notes() == []

    def test_a_new_price_is_held_outside_the_tolerance(self, erp: Erp) -> None:
        placed = Placed(erp)
        result = placed.change(placed.line("5", "4.00"), price="tolerance 5%")
        assert "tolerance 5%" in held(result, problems.PRICE_DIFFERS)
        assert placed.rows()[0] == (3, 9.99, 0)
        assert placed.change(placed.line("5", "9.90"), price="tolerance 5%").created
        assert placed.rows()[0] == (5, 9.9, 0)

    def test_an_order_is_cancelled_and_stays_so(self, erp: Erp) -> None:
        placed = Placed(erp)
        result = placed.change(cancel=True, told="Cancelled.")
        assert result.record
        assert result.record.state == "cancel"
        assert placed.gateway.revising.standing(placed.record).state == "cancelled"
        assert placed.change(cancel=True).created, "what is cancelled is cancelled"

    def test_an_empty_edit_leaves_a_note_alone(self, erp: Erp) -> None:
        placed = Placed(erp)
        before = placed.world.look("sale.order", placed.record.id, "amount_total")
        assert placed.change(told="All of it was refused.").created
        assert placed.world.look("sale.order", placed.record.id, "amount_total") == before
        assert "refused" in placed.notes()[0]
