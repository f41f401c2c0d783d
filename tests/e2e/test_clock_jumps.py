"""The clock of the machine jumps by hours, forwards and backwards: nothing waits for hours, nothing is done twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from tests.e2e.test_answers_to_us import reply
from tests.support.small_hub import SmallHub, fresh_number, small_hub
from tests.support.store import MovableClock
from tests.support.wire import order_file, segment

HOURS = 3600.0


def waiting_order(hub: SmallHub, control: int = 1) -> str:
    """Let an order meet an Odoo that asks for less, so that it waits for its next try; return its number."""
    number = fresh_number()
    hub.practice.fail_next("down")
    hub.send(order_file(number, control=control), f"{number}.edi")
    assert hub.sale_orders(number) == 0
    return number


@pytest.mark.parametrize("hours", [-30, -3, 3, 30])
def test_what_waits_for_its_next_try_is_not_delayed(hub: SmallHub, hours: float) -> None:
    number = waiting_order(hub)
    hub.clock.jump(hours * HOURS)
    hub.later(6)
    assert hub.sale_orders(number) == 1
    hub.clock.jump(-hours * HOURS)
    hub.later(6)
    assert hub.sale_orders(number) == 1


def test_a_clock_that_was_put_back_while_the_hub_stood_still(tmp_path: Path, odoo: PracticeOdoo) -> None:
    clock = MovableClock()
    clock.jump(5 * HOURS)
    with small_hub(tmp_path, odoo, clock) as hub:
        number = waiting_order(hub)
    clock.jump(-5 * HOURS)
    with small_hub(tmp_path, odoo, clock) as hub:
        hub.drain()
        assert hub.sale_orders(number) == 1


def test_the_lease_of_one_who_died_does_not_last_for_hours(hub: SmallHub) -> None:
    number = fresh_number()
    hub.put(order_file(number))
    hub.poll()
    with hub.hub.store.begin() as tx:
        (lane,) = tx.due_lanes()
        assert tx.claim_lane(lane, "one who dies", 30)
    hub.clock.jump(-4 * HOURS)
    hub.later(1)
    hub.later(29)
    assert hub.sale_orders(number) == 0
    hub.later(2)
    hub.later(1)
    assert hub.sale_orders(number) == 1


def test_a_lease_that_a_jump_voids_is_fenced(hub: SmallHub) -> None:
    with hub.hub.store.begin() as tx:
        lease = tx.claim_lane("acme:in:open", "slow", 30)
        assert lease
    hub.clock.jump(2 * HOURS)
    with hub.hub.store.begin() as tx:
        assert tx.claim_lane("acme:in:open", "other", 30)
    with hub.hub.store.begin() as tx:
        assert not tx.renew_lane(lease, 30)


def test_files_are_taken_once_and_at_once_whatever_their_times_say(hub: SmallHub) -> None:
    numbers = [fresh_number() for _ in range(3)]
    for control, (number, hours) in enumerate(zip(numbers, (0, -10, 20), strict=True), 1):
        hub.clock.jump(hours * HOURS)
        hub.send(order_file(number, control=control), "order.edi")
        hub.later(1)
    assert [hub.sale_orders(number) for number in numbers] == [1, 1, 1]


def test_control_numbers_go_on_and_bytes_stay_as_they_were_written(hub: SmallHub) -> None:
    came: list[bytes] = []
    for control, hours in enumerate((0, -26, 40), 1):
        hub.clock.jump(hours * HOURS)
        came += hub.send(order_file(fresh_number(), control=control), f"{control}.edi")
        hub.later(1)
    assert [segment(data, "ISA")[13] for data in came] == ["000000001", "000000002", "000000003"]
    for ack, data in zip(hub.log(DocType.FUNCTIONAL_ACK, Direction.OUT), came, strict=True):
        prepared = ack.envelope.prepared_at
        assert prepared is not None
        assert segment(data, "ISA")[9:11] == [f"{prepared:%y%m%d}", f"{prepared:%H%M}"]
        hub.hub.operations.resend(str(ack.id), "test")
        hub.later(1)
        assert hub.collect() == [data]


def test_an_acknowledgment_that_a_jump_made_overdue_still_counts(hub: SmallHub) -> None:
    number = fresh_number()
    hub.send(order_file(number))
    hub.confirmed(number)
    (sent,) = hub.collect()
    hub.clock.jump(9 * HOURS)
    hub.later(1)
    (ours,) = hub.sent(DocType.ORDER_ACKNOWLEDGMENT)
    assert ours.state is State.OVERDUE
    hub.clock.jump(-9 * HOURS)
    reply(hub, sent)
    (ours,) = hub.sent(DocType.ORDER_ACKNOWLEDGMENT)
    assert ours.state is State.ACKNOWLEDGED


def test_a_deadline_set_by_a_wrong_clock_is_never_before_its_time(hub: SmallHub) -> None:
    hub.clock.jump(-7 * HOURS)
    number = fresh_number()
    hub.send(order_file(number))
    hub.confirmed(number)
    (ours,) = hub.sent(DocType.ORDER_ACKNOWLEDGMENT)
    assert ours.deadline_at is not None
    assert ours.deadline_at - datetime.now(UTC) < timedelta(hours=0)
    hub.later(60)
    (ours,) = hub.sent(DocType.ORDER_ACKNOWLEDGMENT)
    assert ours.state is State.SENT
