"""What a warehouse's advice means for the moves of a transfer, without an Odoo."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo.advised import Part, plan_of
from hub.erp.odoo.lookups import Product
from hub.erp.odoo.transfers import Move
from hub.erp.odoo.units import LineUnits, Unit
from hub.model import problems
from hub.model.documents import AdvisedLine, Lot, WarehouseAdvice

UNIT = Unit(1, "Units", 1)
WIDGET = Product(id=1, code="W1", name="Widget", barcode="012345678905")
CHEESE = Product(id=2, code="C1", name="Cheese", tracked=True)
CARTONS = ("006141411234567890", "00006141411234567906")


def move(number: int, item: Product = WIDGET, demand: int = 10, line: str = "") -> Move:
    quantity = Decimal(demand)
    return Move(
        id=number,
        transfer=7,
        product=item,
        demand=quantity,
        done=quantity,
        units=LineUnits(UNIT, UNIT),
        state="assigned",
        line=line,
    )


def advised(quantity: int | str, ids: dict[str, str], **more: object) -> AdvisedLine:
    values: dict[str, object] = {
        "number": "1",
        "quantity": Decimal(quantity),
        "unit": "EA",
        "ids": ids,
        **more,
    }
    return AdvisedLine(**values)  # type: ignore[arg-type]  # a test's line is told in words


def advice(*lines: AdvisedLine) -> WarehouseAdvice:
    return WarehouseAdvice(number="SHP1", warehouse_order="WH/OUT/1", lines=lines)


def parts(*lines: AdvisedLine, moves: tuple[Move, ...] = (move(1),)) -> dict[int, tuple[Part, ...]]:
    plan, findings = plan_of(advice(*lines), moves, "WH/OUT/1", released=False)
    assert findings == []
    return {done.move.id: done.parts for done in plan.done}


def test_our_item_is_known_by_whatever_name_they_give_it() -> None:
    for ids in ({"vendor_part": "W1"}, {"sku": "W1"}, {"buyer_part": "W1"}, {"upc": "12345678905"}):
        assert parts(advised(10, ids)) == {1: (Part(Decimal(10)),)}


def test_of_two_lines_with_one_item_the_order_line_says_which() -> None:
    moves = move(1, line="10"), move(2, demand=4, line="20")
    found = parts(advised(4, {"sku": "W1"}, order_line="20"), advised(3, {"sku": "W1"}), moves=moves)
    assert found == {1: (Part(Decimal(3)),), 2: (Part(Decimal(4)),)}


def test_cartons_of_one_line_share_what_goes_into_them_evenly() -> None:
    even = parts(advised(10, {"sku": "W1"}, labels=CARTONS))
    assert even == {1: (Part(Decimal(5), "", CARTONS[0]), Part(Decimal(5), "", CARTONS[1][2:]))}
    assert parts(advised(9, {"sku": "W1"}, labels=CARTONS)) == {1: (Part(Decimal(9)),)}, "nobody knows which"


def test_lots_count_where_the_product_is_kept_by_lot() -> None:
    lots = Lot(number="A", quantity=Decimal(2)), Lot(number="B", quantity=Decimal(1))
    assert parts(advised(4, {"sku": "W1"}, lots=lots)) == {1: (Part(Decimal(4)),)}
    kept = parts(advised(4, {"sku": "C1"}, lots=lots), moves=(move(1, CHEESE),))
    assert kept == {1: (Part(Decimal(2), "A"), Part(Decimal(1), "B"), Part(Decimal(1)))}


def test_a_lots_quantity_is_turned_into_our_unit_with_the_line() -> None:
    cases = advised(
        2, {"sku": "C1"}, unit="CA", our_quantity=Decimal(24), lots=(Lot(number="A", quantity=Decimal(1)),)
    )
    assert parts(cases, moves=(move(1, CHEESE, 24),)) == {1: (Part(Decimal(12), "A"), Part(Decimal(12)))}


def test_the_rest_is_dropped_only_when_they_say_so_of_all_that_is_short() -> None:
    moves = move(1, line="10"), move(2, CHEESE, line="20")
    dropped = advised(0, {"sku": "C1"}, status="cancelled")
    whole, _ = plan_of(advice(advised(10, {"sku": "W1"}), dropped), moves, "T", released=False)
    assert (whole.exact, whole.drops_rest) == (False, True)
    both, _ = plan_of(advice(advised(9, {"sku": "W1"}), dropped), moves, "T", released=False)
    assert not both.drops_rest
    exact, _ = plan_of(
        advice(advised(10, {"sku": "W1"}), advised(10, {"sku": "C1"})), moves, "T", released=False
    )
    assert (exact.exact, exact.drops_rest) == (True, False)


def test_what_does_not_fit_is_told_with_its_line() -> None:
    stray = advised(1, {"sku": "X"}), advised(1, {"sku": "W1"}, unit="CA")
    _, (unknown, unit) = plan_of(advice(*stray), (move(1),), "WH/OUT/1", released=True)
    assert (unknown.problem, unknown.where.path) == (problems.LINE_UNKNOWN, "lines[0]")
    assert (unit.problem, unit.where.path) == (problems.CODE_UNKNOWN, "lines[1].unit")
    _, (much,) = plan_of(advice(advised(11, {"sku": "W1"})), (move(1),), "WH/OUT/1", released=False)
    assert "ordered 10 Units" in much.message
    assert plan_of(advice(advised(11, {"sku": "W1"})), (move(1),), "WH/OUT/1", released=True)[1] == []


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3)), max_size=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_nothing_that_was_done_gets_lost(done: list[tuple[int, int]], demands: list[int]) -> None:
    moves = tuple(move(at, demand=demand) for at, demand in enumerate(demands, 1))
    lines = tuple(advised(quantity, {"sku": "W1"}, labels=CARTONS[:labels]) for quantity, labels in done)
    plan, _ = plan_of(advice(*lines), moves, "T", released=True)
    assert sum(one.quantity for one in plan.done) == sum(quantity for quantity, _ in done)
