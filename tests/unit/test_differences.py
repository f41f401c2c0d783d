"""What differs between two documents: found by number, told in one line, nothing left out."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from hypothesis import given
from msgspec.structs import replace

from hub.model.differences import differences
from hub.model.documents import OrderLine, Party, PurchaseOrder
from tests.support.x12_documents import DOCUMENTS

LINES = (
    OrderLine(number="1", quantity=Decimal(10), unit="EA", price=Decimal("4.50")),
    OrderLine(number="2", quantity=Decimal(3), unit="CA"),
)
ORDER = PurchaseOrder(number="PO-1", lines=LINES, notes=("ring twice",), refs={"department": "12"})


def told(before: PurchaseOrder, after: PurchaseOrder) -> list[str]:
    return [str(one) for one in differences(before, after)]


def test_alike_is_no_difference() -> None:
    assert differences(ORDER, ORDER) == ()


def test_a_line_is_compared_with_the_line_of_its_number() -> None:
    after = replace(ORDER, lines=(LINES[1], replace(LINES[0], quantity=Decimal(12))))
    assert told(ORDER, after) == ["lines[1].quantity: 10 became 12"]


def test_lines_that_came_and_went_are_told_field_by_field() -> None:
    after = replace(ORDER, lines=(LINES[0], OrderLine(number="7", quantity=Decimal(1), unit="EA")))
    assert told(ORDER, after) == [
        "lines[7].number: 7 is new",
        "lines[7].quantity: 1 is new",
        "lines[7].unit: EA is new",
        "lines[2].number: 2 is gone",
        "lines[2].quantity: 3 is gone",
        "lines[2].unit: CA is gone",
    ]


def test_repeated_numbers_are_compared_in_their_order() -> None:
    twice = replace(ORDER, lines=(LINES[0], LINES[0]))
    after = replace(ORDER, lines=(LINES[0], replace(LINES[0], price=Decimal(5))))
    assert told(twice, after) == ["lines[1/2].price: 4.50 became 5"]


def test_tables_texts_and_parties() -> None:
    after = replace(ORDER, notes=(), refs={}, parties={"ship_to": Party(id="0042", name="Store 42")})
    assert set(told(ORDER, after)) == {
        "parties.ship_to.name: Store 42 is new",
        "parties.ship_to.id: 0042 is new",
        "notes[#1]: ring twice is gone",
        "refs.department: 12 is gone",
    }


@given(DOCUMENTS[PurchaseOrder.doc_type], DOCUMENTS[PurchaseOrder.doc_type])
def test_nothing_that_differs_is_left_out(before: PurchaseOrder, after: PurchaseOrder) -> None:
    assert bool(differences(before, after)) == (msgspec.to_builtins(before) != msgspec.to_builtins(after))
