"""Customers change what they ordered (860): applied by the rules, answered line by line (865), once."""

from __future__ import annotations

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import LAMP, Set, find, group, interchange, order, order_file, segment

CHANGE, ANSWER = DocType.ORDER_CHANGE, DocType.ORDER_CHANGE_ACKNOWLEDGMENT
CLOCK = ("AR-10002", "6", "EA", "20.00")


def change(order_number: str, *lines: tuple[str, ...], number: str = "1", purpose: str = "04") -> Set:
    """Return an 860 without its ST and SE (X12 004010)."""
    return (
        ("ST", "860"),
        ("BCH", purpose, "SA", order_number, "", number, "20260113", "", "", "", "", "20260114"),
        *(("POC", *line) for line in lines),
        *((("CTT", str(len(lines))),) if lines else ()),
    )


def change_file(*sets: Set, control: int) -> bytes:
    return interchange(*group(*sets, control=control, functional_id="PC"), control=control)


def answer_of(files: list[bytes]) -> bytes:
    (found,) = (data for data in files if find(data, "BCA"))
    return found


def ordered(hub: SmallHub, *, confirm: bool = True) -> str:
    """Let acme order 24 lamps and 6 clocks, confirm it when asked, clear acme's folder; return the number."""
    number = fresh_number()
    hub.send(order_file(number, LAMP, CLOCK, control=1))
    if confirm:
        hub.confirmed(number)
    hub.collect()
    return number


def test_a_change_is_applied_and_answered_line_by_line(hub: SmallHub) -> None:
    number = ordered(hub)
    lines = (
        ("1", "QI", "36", "", "EA", "9.99", "", "BP", "AR-10001"),
        ("2", "DI", "", "", "", "", "", "BP", "AR-10002"),
        ("3", "AI", "5", "", "EA", "12.50", "", "BP", "AR-10003"),
    )
    files = hub.send(change_file(change(number, *lines), control=2))
    assert hub.order_lines(number) == [36, 0, 5]
    assert hub.order_lines(number, "price_unit") == [9.99, 20, 12.5]
    answer = answer_of(files)
    assert segment(answer, "BCA")[:6] == ["BCA", "04", "AT", number, "", "1"]
    assert [p[1:3] for p in find(answer, "POC")] == [["1", "QI"], ["2", "DI"], ["3", "AI"]]
    assert [a[1:4] for a in find(answer, "ACK")] == [["IA", "36", "EA"], ["ID", "6", "EA"], ["IA", "5", "EA"]]
    (came,) = hub.received(CHANGE)
    assert came.state is State.POSTED
    assert "3 of 3 lines accepted" in came.why


def test_what_is_shipped_stays_and_the_answer_says_why(hub: SmallHub) -> None:
    number = ordered(hub)
    hub.people.ship(hub.people.find_order(number) or 0)
    hub.notice()
    hub.collect()
    lines = (("1", "QD", "10", "", "EA"), ("2", "QI", "8", "", "EA"), ("9", "DI"))
    answer = answer_of(hub.send(change_file(change(number, *lines), control=2)))
    assert segment(answer, "BCA")[2] == "AC"
    assert [a[1:4] for a in find(answer, "ACK")] == [["IR", "24", "EA"], ["IA", "8", "EA"], ["IR"]]
    told = " ".join(m[1] for m in find(answer, "MSG"))
    assert "24 shipped already" in told
    assert "it stays at 24 EA" in told
    assert "line 9: the order has no such line" in told
    assert hub.order_lines(number) == [24, 8]


def test_a_repeated_change_is_applied_once(hub: SmallHub) -> None:
    number = ordered(hub)
    lines = (("1", "QI", "30", "", "EA"),)
    hub.send(change_file(change(number, *lines), control=2))
    hub.send(change_file(change(number, *lines), control=3))
    assert [e.state for e in hub.received(CHANGE)] == [State.POSTED, State.DUPLICATE]
    assert len(hub.sent(ANSWER)) == 1
    hub.send(change_file(change(number, ("1", "QI", "99", "", "EA")), control=4))
    other = hub.received(CHANGE)[2]
    assert other.state is State.HELD
    assert problems.LOOKS_LIKE_CHANGE in hub.problems(other)
    assert hub.order_lines(number)[0] == 30


def test_a_difference_counts_from_what_was_agreed_on(hub: SmallHub) -> None:
    hub.edit("_x12_customer", 'change_quantity = "total"', 'change_quantity = "delta"')
    number = ordered(hub)
    hub.send(change_file(change(number, ("1", "QI", "12", "", "EA")), control=2))
    hub.send(change_file(change(number, ("1", "QD", "6", "", "EA"), number="2"), control=3))
    assert hub.order_lines(number)[0] == 30


def test_a_change_before_its_order_waits_for_it(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(change_file(change(number, ("1", "QI", "30", "", "EA")), control=1))
    (came,) = hub.received(CHANGE)
    assert (came.state, "waits for the order" in came.why) == (State.TRANSLATED, True)
    hub.send(order_file(number, LAMP, control=2))
    hub.later(60)
    assert hub.received(CHANGE)[0].state is State.POSTED
    assert hub.order_lines(number) == [30]


def test_a_change_of_nothing_is_held_in_the_end(hub: SmallHub) -> None:
    hub.send(change_file(change(fresh_number(), ("1", "QI", "30", "", "EA")), control=1))
    hub.later(16 * 60)
    (came,) = hub.received(CHANGE)
    assert came.state is State.HELD
    assert problems.ORDER_UNKNOWN in hub.problems(came)


def test_changes_go_by_their_number(hub: SmallHub) -> None:
    number = ordered(hub)
    hub.send(change_file(change(number, ("1", "PQ", "50", "", "EA"), number="2"), control=2))
    assert "waits for change 1" in hub.received(CHANGE)[0].why
    hub.send(change_file(change(number, ("1", "PQ", "40", "", "EA"), number="1"), control=3))
    assert hub.order_lines(number)[0] == 40
    hub.later(30)
    assert hub.order_lines(number)[0] == 50, "the second has the last word"
    hub.send(change_file(change(number, ("1", "PQ", "45", "", "EA"), number="1", purpose="05"), control=4))
    assert hub.received(CHANGE)[2].state is State.HELD


def test_a_late_change_is_held(hub: SmallHub) -> None:
    number = ordered(hub)
    hub.send(change_file(change(number, ("1", "PQ", "50", "", "EA"), number="3"), control=2))
    hub.later(61)
    assert hub.order_lines(number)[0] == 50
    hub.send(change_file(change(number, ("1", "PQ", "40", "", "EA"), number="2"), control=3))
    hub.later(61)
    late = hub.received(CHANGE)[1]
    assert (late.state, hub.problems(late)) == (State.HELD, {problems.CHANGE_OVERTAKEN})
    hub.hub.operations.release(str(late.id), "test", "they want it")
    hub.drain()
    assert hub.order_lines(number)[0] == 40


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_cancelled_order(hub: SmallHub, by_itself: bool) -> None:
    if by_itself:
        hub.edit("_x12_customer", 'cancel          = "hold"', 'cancel          = "when_unshipped"')
    number = ordered(hub)
    files = hub.send(change_file(change(number, purpose="01"), control=2))
    if not by_itself:
        (came,) = hub.received(CHANGE)
        assert (came.state, hub.problems(came)) == (State.HELD, {problems.CANCEL_ASKED})
        hub.hub.operations.release(str(came.id), "test")
        hub.drain()
        files = hub.collect()
    assert segment(answer_of(files), "BCA")[1:3] == ["01", "AT"]
    (order_row,) = hub.call("sale.order", "read", ids=[hub.people.find_order(number)], fields=["state"])
    assert order_row["state"] == "cancel"


def test_a_shipped_order_is_not_cancelled(hub: SmallHub) -> None:
    number = ordered(hub)
    hub.people.ship(hub.people.find_order(number) or 0)
    hub.notice()
    hub.collect()
    answer = answer_of(hub.send(change_file(change(number, purpose="01"), control=2)))
    assert segment(answer, "BCA")[1:3] == ["01", "RD"]
    assert "shipped" in segment(answer, "MSG")[1]


def test_a_restated_order_goes_the_way_of_a_change(hub: SmallHub) -> None:
    hub.edit("acme", "[transport]", '[receive.purchase_order]\nchanges = "apply"\n\n[transport]')
    number = ordered(hub)
    restated = order(number, ("AR-10001", "30", "EA", "9.99"), purpose="05")
    answer = answer_of(hub.send(interchange(*group(restated, control=2), control=2)))
    assert hub.order_lines(number) == [30, 0], "a line that is not named is gone"
    assert segment(answer, "BCA")[5] == "", "they gave no number, we make none up"
    assert [a[1] for a in find(answer, "ACK")] == ["IA", "ID"]
    hub.send(interchange(*group(order(number, purpose="07"), control=3), control=3))
    assert hub.received()[-1].state is State.HELD, "a duplicate is never anything"


def test_what_follows_goes_by_the_changed_order(hub: SmallHub) -> None:
    number = ordered(hub)
    lines = (("1", "CA", "36", "", "EA", "9.50"), ("3", "AI", "5", "", "EA", "12.50", "", "BP", "AR-10003"))
    hub.send(change_file(change(number, *lines), control=2))
    sale = hub.people.find_order(number) or 0
    hub.people.ship(sale)
    hub.notice()
    (notice,) = hub.sent(DocType.SHIP_NOTICE)
    assert notice.state is State.SENT, notice.why
    hub.people.invoice(sale)
    hub.notice()
    (bill,) = hub.sent(DocType.INVOICE)
    assert bill.state is State.SENT, bill.why
