"""Odoo away, busy or silent: the partner is answered, orders wait, go through by themselves, and once."""

from __future__ import annotations

from pathlib import Path

from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.errors import Retryable
from hub.model.exchange import State
from tests.support.small_hub import SmallHub, fresh_number, small_hub
from tests.support.wire import order_file, segment


def test_orders_wait_while_odoo_is_down(hub: SmallHub) -> None:
    numbers = fresh_number(), fresh_number()
    hub.practice.fail_next("down", 1000)
    for control, number in enumerate(numbers, 1):
        (answer,) = hub.send(order_file(number, control=control))
        assert segment(answer, "AK9")[1] == "A"  # the 997 does not wait for Odoo
    assert {e.state for e in hub.received()} == {State.TRANSLATED}
    assert all(e.why and e.due_at for e in hub.received()[:1])
    hub.later(600)
    assert {e.state for e in hub.received()} == {State.TRANSLATED}
    hub.practice.faults.clear()
    hub.later(600)
    assert {e.state for e in hub.received()} == {State.POSTED}
    assert [hub.sale_orders(n) for n in numbers] == [1, 1]


def test_an_order_whose_answer_was_lost_is_found_and_not_made_again(hub: SmallHub) -> None:
    number = fresh_number()
    hub.practice.fail_next("slow", method="load", seconds=0.0)  # the look whether it is there already
    hub.practice.fail_next("timeout_after_commit", method="load")
    hub.send(order_file(number, control=1))
    doubtful = hub.order()
    assert doubtful.state is State.IN_DOUBT
    assert "no answer" in doubtful.why
    assert hub.sale_orders(number) == 1
    hub.later()
    came = hub.order()
    assert came.state is State.POSTED
    assert came.why.startswith("found")
    assert hub.sale_orders(number) == 1
    notes = hub.call("mail.message", "search_read", domain=[["model", "=", "sale.order"]], fields=["body"])
    assert sum(number in note["body"] for note in notes) == 1, "what is told beside it is not lost"


def test_a_look_that_fails_leaves_no_doubt(hub: SmallHub) -> None:
    number = fresh_number()
    hub.practice.fail_next("timeout_after_commit", method="load")
    hub.send(order_file(number, control=1))
    assert hub.order().state is State.TRANSLATED
    hub.later()
    assert hub.order().why.startswith("made")
    assert hub.sale_orders(number) == 1


def test_a_lost_race_is_run_again(hub: SmallHub) -> None:
    number = fresh_number()
    hub.practice.fail_next("serialization", 2, method="load")
    hub.send(order_file(number, control=1))
    hub.later()
    hub.later()
    assert hub.order().state is State.POSTED
    assert hub.sale_orders(number) == 1


def test_news_of_odoo_wait_while_it_is_down(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, control=1))
    order = hub.people.find_order(number)
    assert order is not None
    hub.people.confirm(order)
    hub.practice.fail_next("down", 1000)
    for _ in range(2):
        try:
            hub.notice()
        except Retryable:
            continue
    hub.practice.faults.clear()
    hub.notice()
    assert len(hub.sent(DocType.ORDER_ACKNOWLEDGMENT)) == 1
    hub.later()
    (said,) = hub.collect()
    assert segment(said, "BAK")[3] == number


def test_an_odoo_without_the_customer_holds_and_says_so(hub: SmallHub) -> None:
    hub.edit("acme", 'odoo = "ACME"', 'odoo = "ACNE"')
    number = fresh_number()
    hub.send(order_file(number, control=1))
    held = hub.order()
    assert held.state is State.HELD
    assert "ACNE" in held.why
    assert hub.sale_orders(number) == 0


def test_a_wrong_key_makes_a_dead_letter_that_a_redrive_mends(tmp_path: Path, odoo: PracticeOdoo) -> None:
    number = fresh_number()
    true_key, odoo.key = odoo.key, "0" * 40
    try:
        with small_hub(tmp_path, odoo) as hub:
            odoo.key = true_key
            (answer,) = hub.send(order_file(number, control=1))
            assert segment(answer, "AK9")[1] == "A"
            dead = hub.order()
            assert dead.state is State.DEAD
            assert dead.why
    finally:
        odoo.key = true_key
    with small_hub(tmp_path, odoo) as hub:
        hub.hub.operations.redrive(str(hub.order().id), "test", "the key was wrong")
        hub.drain()
        assert hub.order().state is State.POSTED
        assert hub.collect() == []
        assert hub.sale_orders(number) == 1
