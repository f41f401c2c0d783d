"""A profile's rules for orders, from the file to the answer."""

from __future__ import annotations

from hub.model import problems
from hub.model.exchange import State
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import LAMP, find, order_file, segment

ODD = ("AR-10002", "7", "EA", "20.00")
STRANGE = ("AR-99999", "7", "EA", "20.00")


def with_rules(hub: SmallHub, rules: str, more: str = "") -> None:
    hub.edit("acme", "[transport]", f"[receive.purchase_order]\n{more}\nrules = {rules}\n\n[transport]")


def test_an_order_that_breaks_a_rule_is_held_and_released_as_it_is(hub: SmallHub) -> None:
    with_rules(hub, '{ multiple = { "HUB-1002" = 6 } }')
    number = fresh_number()
    hub.send(order_file(number, LAMP, ODD))
    came = hub.order()
    assert (came.state, hub.problems(came)) == (State.HELD, {problems.RULE_QUANTITY})
    assert "multiples of 6" in came.why
    assert hub.sale_orders(number) == 0
    hub.hub.operations.release(str(came.id), "test", "just this once")
    hub.drain()
    assert hub.order_lines(number) == [24, 7]


def test_a_refused_line_is_left_off_and_our_answer_rejects_it(hub: SmallHub) -> None:
    with_rules(hub, '{ multiple = { "HUB-1002" = 6 }, breach = "refuse" }', 'confirm = "when_clean"')
    number = fresh_number()
    hub.send(order_file(number, LAMP, ODD))
    assert hub.order().state is State.POSTED
    assert hub.order_lines(number) == [24]
    hub.notice()
    (answer,) = (data for data in hub.collect() if find(data, "BAK"))
    assert segment(answer, "BAK")[2] == "AC"
    assert [ack[1:3] for ack in find(answer, "ACK")] == [["IA", "24"], ["IR", "7"]]


def test_an_unknown_item_is_a_note_and_our_answer_rejects_it(hub: SmallHub) -> None:
    with_rules(hub, '{ unknown_item = "note" }')
    number = fresh_number()
    hub.send(order_file(number, LAMP, STRANGE))
    assert hub.order().state is State.POSTED, hub.order().why
    assert hub.order_lines(number, "display_type") == [None, "line_note"]
    hub.confirmed(number)
    (answer,) = (data for data in hub.collect() if find(data, "BAK"))
    assert [ack[1] for ack in find(answer, "ACK")] == ["IA", "IR"]


def test_a_large_order_is_confirmed_by_a_person(hub: SmallHub) -> None:
    with_rules(hub, "{ confirm_up_to = 100 }", 'confirm = "when_clean"')
    small, large = fresh_number(), fresh_number()
    hub.send(order_file(small, ("AR-10001", "10", "EA", "9.99"), control=1))
    hub.send(order_file(large, ("AR-10001", "11", "EA", "9.99"), control=2))
    states = hub.call(
        "sale.order",
        "search_read",
        domain=[["client_order_ref", "in", [small, large]]],
        fields=["state"],
        order="id",
    )
    assert [row["state"] for row in states] == ["sale", "draft"]
