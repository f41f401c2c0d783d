"""Odoo away, busy or silent: the partner is answered, orders wait, go through by themselves, and once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from hub.breaker import FIRST_PAUSE_SECONDS, OPENS_AFTER
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.errors import Retryable
from hub.model.exchange import State
from hub.together import MOST_AT_ONCE
from tests.support.small_hub import SmallHub, fresh_number, small_hub
from tests.support.wire import group, interchange, order, order_file, segment

#: How long Odoo takes for a call in the middle of which something else is to happen.
SLOW_SECONDS = 2.0


def test_orders_wait_while_odoo_is_down(hub: SmallHub) -> None:
    numbers = fresh_number(), fresh_number()
    hub.practice.fail_next("down", 1000)
    for control, number in enumerate(numbers, 1):
        (answer,) = hub.send(order_file(number, control=control))
        assert segment(answer, "AK9")[1] == "A"  # the 997 does not wait for Odoo
    assert {e.state for e in hub.received()} == {State.TRANSLATED}
    assert all(e.why for e in hub.received())
    hub.later(600)
    assert {e.state for e in hub.received()} == {State.TRANSLATED}
    hub.practice.faults.clear()
    hub.later(600)
    assert {e.state for e in hub.received()} == {State.POSTED}
    assert [hub.sale_orders(n) for n in numbers] == [1, 1]


def test_two_hundred_orders_wait_for_one_odoo(hub: SmallHub) -> None:
    numbers = [fresh_number() for _ in range(200)]
    sets = group(*(order(number) for number in numbers), control=1)
    hub.practice.fail_next("down", 100_000)
    (answer,) = hub.send(interchange(*sets, control=1))
    assert segment(answer, "AK9")[1:] == ["A", "200", "200", "200"], "the 997 does not wait for Odoo"
    for _ in range(60):  # a minute of outage
        hub.later(1)
    calls = 100_000 - len(hub.practice.faults)
    waiting = hub.received()
    assert {e.state for e in waiting} == {State.TRANSLATED}
    assert calls <= 2 * OPENS_AFTER + 60 / FIRST_PAUSE_SECONDS / 4, (
        "a few before it opens, then a probe a pause"
    )
    assert all("Odoo" in e.why for e in waiting)
    assert max(e.attempts for e in waiting) <= calls
    assert sum(e.attempts for e in waiting) < len(numbers) + MOST_AT_ONCE * calls, "waiting is no try"

    hub.practice.faults.clear()
    for _ in range(15):
        hub.later(1)
    posted = hub.received()
    assert {e.state for e in posted} == {State.POSTED}, "seconds after it is back"
    assert [hub.sale_orders(number) for number in numbers] == [1] * 200
    made = [e.erp.id for e in posted if e.erp]
    assert made == sorted(made), "in the order in which they came"
    assert hub.hub.breakers.of("Odoo").health().state == "closed"


def test_what_a_partner_is_owed_does_not_wait_for_odoo(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, control=1))
    hub.people.confirm(hub.people.find_order(number) or 0)
    hub.hub.noticer.watch()  # an 855 to be made, at the head of the lane of all that goes out
    hub.practice.fail_next("down", 100_000)
    for control in range(2, 10):
        (answer,) = hub.send(order_file(fresh_number(), control=control), f"{control}.edi")
        assert segment(answer, "AK9")[1] == "A"
    assert hub.hub.breakers.of("Odoo").health().state == "open"
    hub.practice.faults.clear()
    hub.later(15)
    (said,) = hub.collect()
    assert segment(said, "BAK")[3] == number


def test_an_answer_is_sent_while_news_are_being_made(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number, control=1))
    hub.people.confirm(hub.people.find_order(number) or 0)
    hub.hub.noticer.watch()
    hub.practice.fail_next("slow", seconds=SLOW_SECONDS)
    making = threading.Thread(target=hub.hub.pipeline.drain, args=("acme:out:make", "another"))
    making.start()
    while hub.practice.faults and making.is_alive():  # until Odoo was asked, and takes its time
        time.sleep(0.01)
    begun = time.monotonic()
    (answer,) = hub.send(order_file(fresh_number(), control=2), "2.edi")
    assert segment(answer, "AK9")[1] == "A"
    assert making.is_alive(), "the 855 is not made yet"
    assert time.monotonic() - begun < SLOW_SECONDS
    making.join()
    hub.later(1)
    (said,) = hub.collect()
    assert segment(said, "BAK")[3] == number


def test_an_order_whose_answer_was_lost_is_found_and_not_made_again(hub: SmallHub) -> None:
    number = fresh_number()
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
    hub.practice.fail_next("timeout_after_commit", method="search_read")
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
    hub.clock.advance(15)  # the next look comes by itself
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
