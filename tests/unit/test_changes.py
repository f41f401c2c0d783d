"""What a change may do to an order: the rules of hub.stages.changes as tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from hub.erp.port.revising import LineStanding, OrderStanding
from hub.model import problems
from hub.model.documents import (
    AckLine,
    ChangeLine,
    LineStatus,
    OrderAcknowledgment,
    OrderChange,
    OrderLine,
    PurchaseOrder,
)
from hub.model.exchange import ErpRecord
from hub.stages.change_answers import answer_change
from hub.stages.changes import Decision, after_change, decide
from hub.stages.targets import ChangeTerms, target_of

SALE = ErpRecord("sale.order", 7, "S00007", "sale")


def d(value: str | int) -> Decimal:
    return Decimal(value)


#: 24 pieces at 10.00, and 2 cases of 12 at 60.00 a case.
ORDER = PurchaseOrder(
    number="PO1",
    lines=(
        OrderLine(number="1", quantity=d(24), unit="EA", price=d(10), ids={"buyer_part": "A"}, sku="SKU-A"),
        OrderLine(
            number="2",
            quantity=d(2),
            unit="CA",
            price=d(60),
            sku="SKU-B",
            our_quantity=d(24),
            our_unit="Units",
        ),
    ),
)


def standing(
    shipped: int = 0, *, state: str = "confirmed", invoiced: int = 0, quantity: int = 24
) -> OrderStanding:
    """Return the order as Odoo has it: so much of line 1 shipped and invoiced."""
    one = LineStanding(
        number="1", quantity=d(quantity), shipped=d(shipped), invoiced=d(invoiced), price=d(10)
    )
    two = LineStanding(number="2", quantity=d(24), shipped=d(0), invoiced=d(0), price=d(5))
    return OrderStanding(order=SALE, state=state, lines=(one, two))


def asked(action: str, number: str = "1", quantity: int = 0, unit: str = "EA", **more: Any) -> ChangeLine:
    return ChangeLine(
        number=number, action=action, quantity=d(quantity), unit=unit if quantity else "", **more
    )


def decided(
    *lines: ChangeLine, stand: OrderStanding | None = None, purpose: str = "change", **terms: Any
) -> Decision:
    change = OrderChange(number="2", order_number="PO1", purpose=purpose, lines=lines)
    return decide(ORDER, change, stand or standing(), "key", ChangeTerms(**terms))


def quantities(decision: Decision) -> list[tuple[str, Decimal | None, Decimal | None]]:
    return [(e.number, e.quantity, e.price) for e in decision.edit.lines]


@pytest.mark.parametrize(
    ("line", "written", "total"),
    [
        (asked("quantity", quantity=30), [("1", d(30), None)], d(30)),
        (asked("increase", quantity=30), [("1", d(30), None)], d(30)),
        (asked("decrease", quantity=6), [("1", d(6), None)], d(6)),
        (asked("change", quantity=30, price=d(9)), [("1", d(30), d(9))], d(30)),
        (asked("change", price=d(9)), [("1", None, d(9))], d(24)),
        (asked("price", price=d(9)), [("1", None, d(9))], d(24)),
        (asked("price", quantity=99, price=d(9)), [("1", None, d(9))], d(24)),
        (asked("replace", quantity=12, price=d(9)), [("1", d(12), d(9))], d(12)),
        (asked("unchanged", quantity=99), [], d(24)),
        (asked("increase", number="001", quantity=30), [("1", d(30), None)], d(30)),
        (asked("increase", number="77", quantity=30, ids={"buyer_part": "A"}), [("1", d(30), None)], d(30)),
    ],
)
def test_what_a_line_asks_for_is_written_as_what_is_to_be(
    line: ChangeLine, written: list[Any], total: Decimal
) -> None:
    decision = decided(line)
    assert (decision.status, decision.findings) == ("accepted", ())
    assert quantities(decision) == written
    assert after_change(ORDER, decision.verdicts).lines[0].quantity == total


def test_cases_are_written_as_pieces_and_prices_per_piece() -> None:
    line = asked(
        "change", number="2", quantity=3, unit="CA", price=d(48), our_quantity=d(36), our_unit="Units"
    )
    decision = decided(line)
    assert quantities(decision) == [("2", d(36), d(4))]
    two = after_change(ORDER, decision.verdicts).lines[1]
    assert (two.quantity, two.unit, two.our_quantity, two.price) == (d(3), "CA", d(36), d(48))


@pytest.mark.parametrize(
    ("action", "quantity", "total"), [("increase", 6, 30), ("decrease", 6, 18), ("decrease", -6, 18)]
)
def test_a_difference_is_added_to_what_was_agreed_on(action: str, quantity: int, total: int) -> None:
    decision = decided(asked(action, quantity=quantity), quantity="delta")
    assert quantities(decision) == [("1", d(total), None)]


def test_all_of_it_taken_off_takes_the_line_off() -> None:
    decision = decided(asked("decrease", quantity=24), quantity="delta")
    assert quantities(decision) == [("1", d(0), None)]
    assert [line.number for line in after_change(ORDER, decision.verdicts).lines] == ["2"]


def test_a_difference_from_another_quantity_than_odoo_s_is_a_person_s_business() -> None:
    odd = standing(quantity=20)
    (finding,) = decided(asked("increase", quantity=6), quantity="delta", stand=odd).findings
    assert finding.problem == problems.QUANTITY_DIFFERS
    released = decided(asked("increase", quantity=6), quantity="delta", stand=odd, released=True)
    assert quantities(released) == [("1", d(30), None)]
    applied = decided(asked("increase", quantity=6), quantity="delta", stand=standing(quantity=30))
    assert (applied.findings, applied.edit.empty) == ((), True), "a second time it finds everything as it is"


@pytest.mark.parametrize(
    ("line", "shipped", "reason"),
    [
        (asked("quantity", quantity=9), 10, "10 shipped already, 9 is less"),
        (asked("quantity", quantity=10), 10, ""),
        (asked("delete"), 1, "1 shipped already"),
        (asked("delete"), 0, ""),
        (asked("price", price=d(9)), 10, ""),
        (asked("decrease", quantity=25), 0, "there are only 24 EA to take off"),
        (asked("quantity", number="9", quantity=1), 0, "the order has no such line"),
        (asked("delete", number="9"), 0, "the order has no such line"),
        (asked("add", quantity=5), 0, "the order has a line of that number already"),
        (asked("add", number="9"), 0, "a new line needs a quantity"),
        (asked("add", number="9", quantity=5), 0, ""),
    ],
)
def test_what_a_line_may_not_become(line: ChangeLine, shipped: int, reason: str) -> None:
    decision = decided(
        line, stand=standing(shipped), quantity="delta" if line.action == "decrease" else "total"
    )
    assert [v.reason for v in decision.verdicts] == [reason]
    assert decision.status == ("rejected" if reason else "accepted")
    if reason:
        assert decision.edit.empty
        assert after_change(ORDER, decision.verdicts).lines == ORDER.lines


@pytest.mark.parametrize(
    ("stand", "refused"),
    [
        (standing(invoiced=1), "S00007 is invoiced"),
        (standing(state="cancelled"), "S00007 is cancelled"),
        (standing(state="draft"), ""),
    ],
)
def test_a_closed_order_takes_no_change(stand: OrderStanding, refused: str) -> None:
    decision = decided(asked("quantity", quantity=30), stand=stand)
    assert (decision.refused, decision.edit.empty) == (refused, bool(refused))


@pytest.mark.parametrize(
    ("stand", "terms", "cancel", "refused", "held"),
    [
        (standing(), {}, False, "", True),
        (standing(), {"released": True}, True, "", False),
        (standing(), {"cancel": "when_unshipped"}, True, "", False),
        (standing(1), {"cancel": "when_unshipped"}, False, "goods of S00007 are shipped", False),
        (standing(1), {"released": True}, False, "goods of S00007 are shipped", False),
        (standing(0, invoiced=1), {"cancel": "when_unshipped"}, False, "S00007 is invoiced", False),
        (standing(state="cancelled"), {}, False, "", False),
    ],
)
def test_a_cancelled_order(
    stand: OrderStanding, terms: dict[str, Any], cancel: bool, refused: str, held: bool
) -> None:
    decision = decided(purpose="cancel", stand=stand, **terms)
    assert (decision.edit.cancel, decision.refused, bool(decision.findings)) == (cancel, refused, held)


def test_a_restatement_deletes_what_it_does_not_name_and_adds_what_is_new() -> None:
    new = asked("change", number="5", quantity=7, sku="SKU-C")
    decision = decided(asked("change", quantity=30), new, purpose="replace")
    assert quantities(decision) == [("1", d(30), None), ("2", d(0), None)]
    assert [line.number for line in decision.edit.added] == ["5"]
    assert [line.number for line in after_change(ORDER, decision.verdicts).lines] == ["1", "5"]


def test_our_list_is_our_list() -> None:
    decision = decided(
        asked("price", price=d(9)), asked("quantity", "2", 3, "CA", our_quantity=d(36)), price="pricelist"
    )
    assert [v.reason for v in decision.verdicts] == ["our prices follow our list", ""]
    assert decision.status == "accepted_with_change"


def test_what_nobody_knows_is_asked_and_left_as_it_is() -> None:
    (finding,) = decided(asked("MU", quantity=3)).findings
    assert finding.problem == problems.CHANGE_UNCLEAR
    assert decided(asked("MU", quantity=3), released=True).edit.empty


def test_one_date_for_all_is_the_order_s_and_several_are_a_person_s() -> None:
    christmas = {"delivery_requested": date(2026, 12, 24)}
    both = decided(asked("reschedule", dates=christmas), asked("reschedule", "2", dates=christmas))
    assert both.edit.delivery == date(2026, 12, 24)
    one = decided(asked("reschedule", dates=christmas))
    assert [f.problem for f in one.findings] == [problems.DATE_DIFFERS]
    change = OrderChange(number="2", order_number="PO1", purpose="change", dates=christmas)
    assert decide(ORDER, change, standing(), "key", ChangeTerms()).edit.delivery == date(2026, 12, 24)


def test_the_answer_tells_what_each_line_is_now_and_why_one_stays() -> None:
    lines = (
        asked("quantity", quantity=30),
        asked("delete", "2"),
        asked("add", "3", 5, sku="SKU-C", price=d(3)),
        asked("price", "9", price=d(1)),
    )
    change = OrderChange(
        number="2", order_number="PO1", purpose="change", lines=lines, order_date=date(2026, 1, 2)
    )
    stand = standing(0)
    decision = decide(ORDER, change, stand, "key", ChangeTerms())
    after = after_change(ORDER, decision.verdicts)
    promised = LineStatus(code="accepted", date=date(2026, 2, 1), date_kind="delivery_estimated")
    odoo = OrderAcknowledgment(
        number="S00007",
        lines=(
            AckLine(number="1", quantity=d(30), unit="Units", price=d("10.50"), statuses=(promised,)),
            AckLine(number="3", quantity=d(5), unit="Units", price=d(3)),
        ),
    )
    answer = answer_change(change, decision, after, odoo)
    assert (answer.status, answer.change_number, answer.order_date) == (
        "accepted_with_change",
        "2",
        date(2026, 1, 2),
    )
    told = [
        (line.number, s.code, s.quantity, s.unit, s.price) for line in answer.lines for s in line.statuses
    ]
    assert told == [
        ("1", "price_changed", d(30), "EA", d("10.5")),
        ("2", "deleted", d(2), "CA", None),
        ("3", "accepted", d(5), "EA", None),
        ("9", "rejected", None, "", None),
    ]
    assert answer.notes == ("line 9: the order has no such line",)
    unnumbered = answer_change(structs.replace(change, number="PO1"), decision, after, odoo)
    assert unnumbered.change_number == ""


@pytest.mark.parametrize(
    ("action", "quantity", "price", "clear"),
    [
        ("price", 0, "5", False),  # a price per piece for a line in cases
        ("quantity", 72, None, False),  # pieces at the price of a case
        ("change", 48, "5", True),  # both, in one unit
        ("reschedule", 0, None, True),
    ],
)
def test_a_price_and_a_quantity_stay_in_one_unit(
    action: str, quantity: int, price: str | None, clear: bool
) -> None:
    before = OrderLine(
        number="1", quantity=Decimal(2), unit="CA", price=Decimal(100), our_quantity=Decimal(48)
    )
    asked = ChangeLine(
        number="1",
        action=action,
        quantity=Decimal(quantity),
        unit="EA",
        price=None if price is None else Decimal(price),
        our_quantity=Decimal(quantity),
    )
    assert (target_of(asked, before, ChangeTerms()).unclear == "") is clear
