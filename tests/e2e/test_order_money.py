"""What an order's money comes to: its total against its lines, its allowances and charges on the sale order."""

from __future__ import annotations

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.e2e.test_changes import change, change_file, ordered
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import Segment, group, interchange, order

CHANGE = DocType.ORDER_CHANGE


def order_with(number: str, *more: Segment, head: tuple[Segment, ...] = ()) -> bytes:
    """Return a file of one order of 24 lamps at 9.99, with segments of its head and its end."""
    made = order(number)
    at = next(i for i, segment in enumerate(made) if segment[0] == "N1")
    rows = (
        (*made[:2], *head, *made[2:], *more) if not head else (*made[: at - 1], *head, *made[at - 1 :], *more)
    )
    return interchange(*group(rows, control=1), control=1)


def test_a_total_that_the_lines_do_not_make_holds(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_with(number, ("AMT", "TT", "23.98")))
    came = hub.order()
    assert (came.state, hub.problems(came)) == (State.HELD, {problems.TOTAL_MISMATCH})
    assert "239.76" in came.why
    assert "23.98" in came.why
    assert hub.sale_orders(number) == 0
    hub.hub.operations.release(str(came.id), "test", "they will mend their total")
    hub.drain()
    assert hub.order_lines(number) == [24]


def test_a_total_that_they_make_passes(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_with(number, ("AMT", "TT", "239.76")))
    assert hub.order().state is State.POSTED


def test_a_change_s_total_is_of_the_order_as_it_becomes(hub: SmallHub) -> None:
    number = ordered(hub)
    more = ("1", "QI", "36", "", "EA")
    for control, (named, total) in enumerate((("1", "479.64"), ("2", "1000.00")), 2):
        made = (*change(number, more, number=named), ("AMT", "TT", total))
        hub.send(change_file(made, control=control))
    right, wrong = hub.received(CHANGE)
    assert right.state is State.POSTED, right.why
    assert (wrong.state, hub.problems(wrong)) == (State.HELD, {problems.TOTAL_MISMATCH})
