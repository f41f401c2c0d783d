"""An order by store is cut into one order a store, and what does not add up is held."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from hub.model.documents import (
    AckLine,
    Charge,
    LineStatus,
    OrderAcknowledgment,
    OrderLine,
    Party,
    PurchaseOrder,
    Split,
)
from hub.model.exchange import Direction, State
from hub.stages.by_store import by_store, disagreements, unplaced, whole
from hub.stages.order_ledger import Told, ledger_of
from tests.support.store import MovableClock

D = Decimal


def line(number: str, quantity: int, *splits: tuple[str, int], unit: str = "EA") -> OrderLine:
    parts = tuple(Split(quantity=D(share), unit=unit, location=store) for store, share in splits)
    return OrderLine(number=number, quantity=D(quantity), unit="EA", price=D(2), splits=parts)


ORDER = PurchaseOrder(
    number="PO-7",
    release="3",
    parties={"ship_to": Party(id="DC01", id_kind="92"), "bill_to": Party(id="HQ")},
    lines=(line("10", 12, ("0042", 8), ("0043", 4)), line("20", 5, ("0043", 3), ("0044", 2))),
    line_count=2,
    total=D(34),
)


def quantities(order: PurchaseOrder) -> list[tuple[str, int]]:
    return [(one.number, int(one.quantity)) for one in order.lines]


def test_each_store_gets_its_part_under_the_buyers_line_numbers() -> None:
    parts = by_store(ORDER)
    assert [(part.store, quantities(part)) for part in parts] == [
        ("0042", [("10", 8)]),
        ("0043", [("10", 4), ("20", 3)]),
        ("0044", [("20", 2)]),
    ]
    assert [part.reference for part in parts] == ["PO-7-3/0042", "PO-7-3/0043", "PO-7-3/0044"]
    assert {part.number for part in parts} == {"PO-7"}


def test_the_store_is_the_place_to_ship_to_and_the_other_parties_stay() -> None:
    kinded = replace(ORDER.lines[0].splits[0], location_kind="UL")
    order = replace(ORDER, lines=(replace(ORDER.lines[0], splits=(kinded, ORDER.lines[0].splits[1])),))
    first, second = by_store(order)
    assert first.parties == {"ship_to": Party(id="0042", id_kind="UL"), "bill_to": Party(id="HQ")}
    assert second.parties["ship_to"] == Party(id="0043", id_kind="92")


def test_what_is_of_the_whole_is_not_said_of_a_store() -> None:
    rebate = Charge(kind="allowance", amount=D(50), description="promotion")
    percent = Charge(kind="allowance", percent=D(2), description="damages")
    part = by_store(replace(ORDER, charges=(rebate, percent)))[0]
    assert [charge.description for charge in part.charges] == [
        "promotion (for all stores together)",
        "damages",
    ]
    assert (part.line_count, part.total, part.lines[0].splits) == (1, None, ())


def test_a_store_that_gets_nothing_has_no_order() -> None:
    order = replace(ORDER, lines=(line("10", 8, ("0042", 8), ("0043", 0)),))
    assert [part.store for part in by_store(order)] == ["0042"]
    assert disagreements(order) == ()


def test_an_order_without_stores_is_left_alone() -> None:
    assert by_store(replace(ORDER, lines=(line("10", 12),))) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line("30", 9, ("0042", 8)), "line 30 orders 9 EA, and its stores make 8"),
        (line("30", 9), "line 30 names no store, other lines do"),
        (line("30", 9, ("0042", 9), unit="CA"), "line 30 is in EA, and its stores' parts in CA"),
        (line("30", 9, ("0042", 10), ("0043", -1)), "line 30 has less than nothing for a store"),
    ],
)
def test_what_does_not_add_up_is_held(wrong: OrderLine, said: str) -> None:
    (found,) = disagreements(replace(ORDER, lines=(*ORDER.lines, wrong)))
    assert (found.severity, found.message, found.where.path) == ("hold", said, "lines[2].splits")
    assert disagreements(ORDER) == ()


def test_a_store_without_a_place_of_ours_is_held() -> None:
    part = by_store(ORDER)[0]
    (found,) = unplaced(part)
    assert found.value == "0042"
    placed = replace(part, parties={"ship_to": replace(part.parties["ship_to"], ours="ST042")})
    assert unplaced(placed) == ()


def test_the_stores_make_the_whole_again() -> None:
    together = whole(by_store(ORDER))
    assert together is not None
    assert (together.store, quantities(together)) == ("", quantities(ORDER))
    assert whole([ORDER, *by_store(ORDER)]) is ORDER
    assert whole([]) is None


def test_the_ledger_adds_up_what_was_said_to_each_store() -> None:
    at = MovableClock()()
    orders = [Told(n, Direction.IN, State.POSTED, at, part) for n, part in enumerate(by_store(ORDER))]
    answers = [
        Told(n, Direction.OUT, State.SENT, at, answer)
        for n, answer in enumerate((ack("0042", 8), ack("0043", 4, took=3), ack("0043", 4)), 10)
    ]
    ledger = ledger_of("PO-7", "acme", [*orders, *answers])
    (first, second) = ledger.lines
    assert (first.number, first.ordered, first.agreed, first.acknowledged) == ("10", 12, 12, 12)
    assert (second.number, second.ordered, second.acknowledged) == ("20", 5, None)
    assert ledger.disagreements == ()


def ack(store: str, quantity: int, *, took: int | None = None) -> OrderAcknowledgment:
    """Return an answer to a store's order; without `took` its status names no quantity: all of it."""
    status = LineStatus(code="accepted", quantity=None if took is None else D(took))
    said = AckLine(number="10", quantity=D(quantity), unit="EA", statuses=(status,))
    parties = {"ship_to": Party(id=store)}
    return OrderAcknowledgment(number="S1", order_number="PO-7", parties=parties, lines=(said,))
