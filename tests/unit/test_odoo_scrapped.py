"""What was thrown away of a receipt is taken from its lines once."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo.scrapped import Room, Scrap, by_line

D = Decimal


def room(line: int, left: int, lot: str = "", product: int = 1) -> Room:
    return Room(line=line, product=product, left=D(left), lot=lot)


def scrap(quantity: int, lot: str = "", product: int = 1) -> Scrap:
    return Scrap(product=product, quantity=D(quantity), lot=lot)


def test_the_lot_says_where_it_came_in() -> None:
    rooms = [room(1, 10, "A"), room(2, 4, "B")]
    assert by_line([scrap(2), scrap(3, "B"), scrap(1, product=9)], rooms) == {1: D(2), 2: D(3)}


def test_lines_give_in_their_order_and_no_more_than_came() -> None:
    assert by_line([scrap(9), scrap(3)], [room(1, 10), room(2, 4)]) == {1: D(10), 2: D(2)}
    assert by_line([scrap(5)], [room(1, 0), room(2, 4)]) == {2: D(4)}


@given(st.lists(st.integers(1, 9), max_size=4), st.lists(st.integers(0, 9), max_size=4))
def test_nothing_is_counted_twice(thrown: list[int], came: list[int]) -> None:
    found = by_line([scrap(n) for n in thrown], [room(at, n) for at, n in enumerate(came)])
    assert sum(found.values()) == min(sum(thrown), sum(came))
    assert all(found[line] <= came[line] for line in found)
