"""What an order's money comes to: its total against its lines, its allowances and charges on the sale order."""

from __future__ import annotations

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.e2e.test_changes import change, change_file, ordered
from tests.e2e.test_outgoing import invoice
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import Segment, find, group, interchange, order, segment

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


SAC = ("SAC", "C", "D240", "", "", "1200", *[""] * 9, "Freight")


def priced_by_product(hub: SmallHub) -> None:
    """Let acme's charge D240 be a product of ours, which is billed as ordered."""
    values: dict[str, object] = {"name": "Freight", "default_code": "FREIGHT", "type": "service"}
    values |= {"invoice_policy": "order", "taxes_id": [[6, 0, []]]}
    if not hub.call("product.product", "search", domain=[["default_code", "=", "FREIGHT"]]):
        hub.call("product.product", "create", vals_list=[values])
    (hub.root / "partners" / "acme" / "charges.csv").write_text("theirs,ours\nD240,FREIGHT\n")
    hub.edit("acme", 'item    = "acme/items.csv"', 'charge  = "acme/charges.csv"\nitem    = "acme/items.csv"')


def test_a_charge_that_no_product_stands_for_holds(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_with(number, head=(SAC,)))
    came = hub.order()
    assert (came.state, hub.problems(came)) == (State.HELD, {problems.CHARGE_UNPLACED})
    assert "charge D240 Freight" in came.why
    hub.hub.operations.release(str(came.id), "test", "never mind")
    hub.drain()
    assert hub.order().state is State.HELD  # money is never left out
    assert hub.sale_orders(number) == 0


def test_a_charge_is_a_line_of_the_order_and_billed_as_one(hub: SmallHub) -> None:
    priced_by_product(hub)
    number = fresh_number()
    hub.send(order_with(number, ("AMT", "TT", "251.76"), head=(SAC,)))
    assert hub.order_lines(number, "price_subtotal") == [239.76, 12]
    sale = hub.confirmed(number)
    (answer,) = (data for data in hub.collect() if find(data, "BAK"))
    assert segment(answer, "BAK")[2] == "AD"
    assert [ack[1:3] for ack in find(answer, "ACK")] == [["IA", "24"]]
    hub.people.ship(sale)
    hub.notice()
    hub.collect()
    invoice(hub, sale)
    hub.notice()
    (billed,) = hub.sent(DocType.INVOICE)
    assert billed.state is not State.HELD, billed.why
    (bill,) = (data for data in hub.collect() if find(data, "BIG"))
    assert [row[1:5] for row in find(bill, "IT1")] == [["1", "24", "EA", "9.99"]]
    assert segment(bill, "SAC")[1:6] == ["C", "D240", "", "", "1200"]
    assert segment(bill, "TDS")[1] == "25176"


def test_a_change_that_brings_a_charge_asks_a_person(hub: SmallHub) -> None:
    number = ordered(hub)
    made = change(number, ("1", "QI", "36", "", "EA"))
    hub.send(change_file((*made[:2], SAC, *made[2:]), control=2))
    (came,) = hub.received(CHANGE)
    assert (came.state, hub.problems(came)) == (State.HELD, {problems.CHARGE_UNPLACED})
    assert hub.order_lines(number) == [24, 6]
