"""What of a purchase order is news to its supplier: hub.stages.revisions as tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from hub.erp.port.revising import LineStanding, OrderStanding
from hub.model.documents import AckLine, LineStatus, OrderAcknowledgment, OrderLine, Party, PurchaseOrder
from hub.model.exchange import ErpRecord
from hub.stages.changes import after_change, decide
from hub.stages.revisions import change_of
from hub.stages.targets import ChangeTerms


def d(value: str | int) -> Decimal:
    return Decimal(value)


DUE = date(2026, 12, 15)
LATER = date(2026, 12, 24)


def line(number: str = "41", quantity: int = 24, price: str = "4.50", due: date = DUE) -> OrderLine:
    return OrderLine(
        number=number,
        quantity=d(quantity),
        unit="EA",
        price=d(price),
        ids={"vendor_part": f"V{number}"},
        dates={"delivery_requested": due},
    )


def order(*lines: OrderLine, **more: Any) -> PurchaseOrder:
    return PurchaseOrder(
        number="P00041", date=date(2026, 11, 2), lines=lines or (line(), line("42", 6, "20")), **more
    )


KNOWN = order()


def news(
    now: PurchaseOrder, *answers: OrderAcknowledgment, delta: bool = False
) -> list[tuple[Any, ...]] | None:
    change = change_of(KNOWN, now, answers, "1", delta=delta)
    if change is None:
        return None
    return [(li.number, li.action, li.quantity, li.price) for li in change.lines]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (KNOWN, None),
        (order(line(quantity=30), line("42", 6, "20")), [("41", "increase", d(30), d("4.50"))]),
        (order(line(quantity=20), line("42", 6, "20")), [("41", "decrease", d(20), d("4.50"))]),
        (order(line(price="4"), line("42", 6, "20")), [("41", "price", d(24), d(4))]),
        (order(line(due=LATER), line("42", 6, "20")), [("41", "reschedule", d(24), d("4.50"))]),
        (order(line(quantity=30, price="4"), line("42", 6, "20")), [("41", "change", d(30), d(4))]),
        (order(line()), [("42", "delete", d(6), d(20))]),
        (order(line(), line("42", 0, "20")), [("42", "delete", d(6), d(20))]),
        (order(*KNOWN.lines, line("43", 1, "1")), [("43", "add", d(1), d(1))]),
        (order(*KNOWN.lines, line("43", 0, "1")), None),
        (order(*reversed(KNOWN.lines)), None),
        (order(parties={"ship_to": Party(name="Elsewhere")}), []),
        (order(notes=("Ring twice",)), []),
    ],
)
def test_what_differs_is_told_and_nothing_else(now: PurchaseOrder, told: list[Any] | None) -> None:
    assert news(now) == told


def test_a_difference_is_told_where_that_was_agreed_on() -> None:
    assert news(order(line(quantity=20), line("42", 6, "20")), delta=True) == [
        ("41", "decrease", d(4), d("4.50"))
    ]
    both = order(line(quantity=20, price="4"), line("42", 6, "20"))
    assert news(both, delta=True) == [("41", "change", d(20), d(4))]


def test_a_cancelled_order_is_told_once_and_a_revived_one_line_by_line() -> None:
    gone = order(purpose="cancel")
    change = change_of(KNOWN, gone, (), "3")
    assert change is not None
    assert (change.purpose, change.lines, change.number, change.order_number) == ("cancel", (), "3", "P00041")
    assert change.order_date == KNOWN.date
    assert change_of(gone, gone, (), "4") is None
    revived = change_of(gone, KNOWN, (), "4")
    assert revived is not None
    assert (revived.purpose, [li.action for li in revived.lines]) == ("replace", ["add", "add"])


def test_what_they_said_themselves_is_no_news_to_them() -> None:
    said = AckLine(
        number="41",
        quantity=d(24),
        unit="EA",
        statuses=(
            LineStatus(code="accepted", quantity=d(20), date=LATER, price=d("4.60")),
            LineStatus(code="rejected", quantity=d(4)),
        ),
    )
    answer = OrderAcknowledgment(number="A1", lines=(said,))
    taken_over = order(line(quantity=20, price="4.60", due=LATER), line("42", 6, "20"))
    assert news(taken_over, answer) is None
    haggled = order(line(quantity=22, price="4.60", due=LATER), line("42", 6, "20"))
    assert news(haggled, answer) == [("41", "decrease", d(22), d("4.60"))]


_lines = st.lists(
    st.builds(
        line, st.sampled_from(["41", "42", "43", "44"]), st.integers(0, 9), st.sampled_from(["1", "2"])
    ),
    max_size=4,
    unique_by=lambda one: one.number,
)


@settings(max_examples=200, deadline=None)
@given(_lines, _lines, st.sampled_from(["total", "delta"]))
def test_a_seller_who_takes_our_change_has_our_order(
    known: list[OrderLine], now: list[OrderLine], counted: str
) -> None:
    """The two sides of an 860 are each other's mirror."""
    before, after = order(line("40"), *known), order(line("40"), *now)
    change = change_of(before, after, (), "1", delta=counted == "delta")
    alive = structs.replace(before, lines=tuple(li for li in before.lines if li.quantity))
    if change is None:
        taken = alive
    else:
        standing = OrderStanding(
            order=ErpRecord("sale.order", 1, "S1"),
            state="confirmed",
            lines=tuple(
                LineStanding(number=li.number, quantity=li.quantity, shipped=d(0), invoiced=d(0), price=d(1))
                for li in alive.lines
            ),
        )
        decision = decide(alive, change, standing, "key", ChangeTerms(quantity=counted))
        assert (decision.status, decision.findings) == ("accepted", ())
        taken = after_change(alive, decision.verdicts)
    wanted = {li.number: (li.quantity, li.price) for li in after.lines if li.quantity}
    assert {li.number: (li.quantity, li.price) for li in taken.lines} == wanted
