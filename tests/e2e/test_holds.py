"""Business exceptions: held with the reason, decided by a person, and nothing posted before or twice."""

from __future__ import annotations

import time

import pytest

from hub.model import problems
from hub.model.exchange import State
from hub.operations import Refused
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import LAMP, find, group, interchange, order, order_file, segment


def test_an_unknown_item_is_held_until_the_crosswalk_knows_it(hub: SmallHub) -> None:
    number = fresh_number()
    (answer,) = hub.send(order_file(number, ("AR-10O01", "24", "EA", "9.99")))
    assert segment(answer, "AK9")[1] == "A"  # well formed: our trouble, not theirs
    held = hub.order()
    assert held.state is State.HELD
    (finding,) = (f for f in hub.findings(held) if f.problem == problems.CODE_UNKNOWN)
    assert finding.value == "AR-10O01"
    assert "AR-10001" in finding.hint + finding.message

    hub.hub.operations.release(str(held.id), "test")
    hub.drain()
    assert hub.order().state is State.HELD  # a release can't invent a code

    table = hub.root / "partners" / "acme" / "items.csv"
    table.write_text(table.read_text() + "AR-10O01,HUB-1001\n")
    hub.hub.operations.release(str(held.id), "test")
    hub.drain()
    assert hub.order().state is State.POSTED
    assert hub.sale_orders(number) == 1
    assert hub.collect() == []  # the 997 went once


def test_an_unknown_ship_to_is_held(hub: SmallHub) -> None:
    hub.send(interchange(*group(order(fresh_number(), ship_to="0099")), control=1))
    held = hub.order()
    assert held.state is State.HELD
    assert problems.CODE_UNKNOWN in hub.problems(held)
    assert "0099" in held.why


def test_a_held_order_holds_up_no_other(hub: SmallHub) -> None:
    bad, good = fresh_number(), fresh_number()
    sets = order(bad, ("NOPE", "1", "EA", "9.99")), order(good)
    (answer,) = hub.send(interchange(*group(*sets), control=1))
    assert [a[1] for a in find(answer, "AK5")] == ["A", "A"]
    assert [hub.sale_orders(n) for n in (bad, good)] == [0, 1]


@pytest.mark.parametrize(("price", "state"), [("10.10", State.POSTED), ("10.50", State.HELD)])
def test_a_price_is_held_outside_the_agreed_tolerance(hub: SmallHub, price: str, state: State) -> None:
    hub.edit("acme", "[transport]", '[receive.purchase_order]\nprice = "tolerance 2%"\n\n[transport]')
    number = fresh_number()
    hub.send(order_file(number, ("AR-10001", "24", "EA", price)))
    came = hub.order()
    assert came.state is state
    if state is State.HELD:
        assert problems.PRICE_DIFFERS in hub.problems(came)
        assert hub.sale_orders(number) == 0
        hub.hub.operations.release(str(came.id), "test", "agreed by phone")
        hub.drain()
        assert hub.order().state is State.POSTED
    assert hub.sale_orders(number) == 1


def test_the_same_number_with_other_content_is_held_and_never_posted_twice(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, control=1))
    hub.send(order_file(number, ("AR-10001", "48", "EA", "9.99"), control=2))
    first, second = hub.received()
    assert (first.state, second.state) == (State.POSTED, State.HELD)
    assert problems.LOOKS_LIKE_CHANGE in hub.problems(second)
    assert f"exchange {first.id}" in second.why
    notes = [f.message for f in hub.findings(second) if f.problem == problems.DIFFERENCE]
    assert notes == ["lines[1].quantity: 24 became 48"]
    hub.hub.operations.redrive(str(second.id), "test")
    hub.drain()
    assert hub.received()[1].state is State.HELD
    assert hub.sale_orders(number) == 1
    hub.hub.operations.cancel(str(second.id), "test", "changed by hand")
    assert hub.received()[1].state is State.CANCELLED


def test_the_same_number_with_other_content_is_released_as_a_change(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, LAMP, ("AR-10002", "1", "EA", "5.00"), control=1))
    hub.send(order_file(number, ("AR-10001", "48", "EA", "9.99"), control=2))
    second = hub.received()[1]
    assert second.state is State.HELD
    hub.hub.operations.release(str(second.id), "test", "they meant 48 lamps and nothing else")
    hub.drain()
    assert hub.received()[1].state is State.POSTED, hub.received()[1].why
    assert hub.sale_orders(number) == 1
    assert hub.order_lines(number) == [48, 0]


def test_a_cancellation_is_no_new_order(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(interchange(*group(order(number, purpose="01")), control=1))
    held = hub.order()
    assert held.state is State.HELD
    assert problems.LOOKS_LIKE_CHANGE in hub.problems(held)
    assert hub.sale_orders(number) == 0


def test_a_profile_is_seen_changed_without_a_restart(hub: SmallHub) -> None:
    hub.work()
    hub.edit("acme", 'status  = "live"', 'status  = "testing"')
    time.sleep(1.05)  # the partner book looks once a second
    hub.send(order_file(fresh_number(), control=1))
    assert hub.order().state is State.TESTED


def test_a_profile_broken_in_an_editor_keeps_its_last_good_form(hub: SmallHub) -> None:
    hub.work()
    hub.edit("acme", 'status  = "live"', 'status  = "lvie"')
    time.sleep(1.05)
    number = fresh_number()
    hub.send(order_file(number, control=1))
    assert hub.order().state is State.POSTED
    assert any("lvie" in f.line() + f.value for f in hub.hub.partners.findings)


def test_operations_are_refused_where_they_do_not_fit(hub: SmallHub) -> None:
    hub.send(order_file(fresh_number(), control=1))
    posted, answer = hub.order(), hub.log()[1]
    operations = hub.hub.operations
    refused = [
        lambda: operations.release(str(posted.id), "test"),
        lambda: operations.redrive(str(posted.id), "test"),
        lambda: operations.resend(str(posted.id), "test"),
        lambda: operations.cancel(str(posted.id), "test", "no"),
        lambda: operations.cancel(str(answer.id), "test", " "),
        lambda: operations.release(str(answer.id), "test"),
        lambda: operations.redrive("T1", "test"),
        lambda: operations.release("999", "test"),
        lambda: operations.release("T999", "test"),
        lambda: operations.release("4x", "test"),
        lambda: operations.cancel("T1", "test", "no"),
    ]
    for ask in refused:
        with pytest.raises(Refused) as caught:
            ask()
        assert str(caught.value)
    assert hub.order().state is State.POSTED
    assert hub.log()[1].state is State.DELIVERED


def test_what_an_operator_did_carries_a_name(hub: SmallHub) -> None:
    hub.send(order_file(fresh_number(), ("NOPE", "1", "EA", "9.99")))
    hub.hub.operations.cancel(str(hub.order().id), "cli:pat", "they took it back")
    with hub.hub.store.read() as tx:
        last = tx.events(exchange_id=hub.order().id)[-1]
    assert (last.actor, last.why, last.to_state) == ("cli:pat", "they took it back", State.CANCELLED)


def test_redrive_runs_a_rejected_document_again_and_answers_no_second_time(hub: SmallHub) -> None:
    hub.edit("acme", "[transport]", '[receive.purchase_order.must]\nREF01 = "DP"\n\n[transport]')
    number = fresh_number()
    (answer,) = hub.send(order_file(number, control=1))
    assert segment(answer, "AK9")[1] == "R"
    hub.edit("acme", '[receive.purchase_order.must]\nREF01 = "DP"\n\n', "")
    time.sleep(1.05)
    hub.hub.operations.redrive(str(hub.order().id), "test", "the guideline was wrong")
    hub.drain()
    assert hub.order().state is State.POSTED
    assert hub.sale_orders(number) == 1
    assert hub.collect() == []
