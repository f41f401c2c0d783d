"""Lanes: an order's documents keep their order, bulk delays nobody, and a latency class waits for its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.heart import Heart
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from hub.model.schedule import opens_in
from hub.stages import lanes
from hub.store import Store
from tests.support.store import MovableClock, sqlite_store, x12_envelope

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def store(tmp_path: Path, clock: MovableClock) -> Iterator[Store]:
    with sqlite_store(tmp_path, clock) as store:
        yield store


def add(store: Store, document: DocType, order: str = "", state: State = State.TRANSLATED) -> int:
    with store.begin() as tx:
        return tx.add_exchange(
            partner="acme",
            direction=Direction.IN,
            document=document,
            state=state,
            envelope=x12_envelope(),
            order_number=order,
            lane=lanes.posting("acme", document),
        ).id


def next_in(store: Store, lane: str) -> int | None:
    with store.read() as tx:
        found = tx.due(lane)
    return found[0].id if found else None


def offered(store: Store) -> list[str]:
    with store.read() as tx:
        return tx.due_lanes()


def try_again_later(store: Store, clock: MovableClock, exchange: int, *, tried: bool = True) -> None:
    with store.begin() as tx:
        due = clock() + timedelta(minutes=1)
        tx.move(exchange, State.TRANSLATED, due_at=due, attempts=int(tried))


def test_a_change_does_not_overtake_its_order_while_that_is_tried_again(
    store: Store, clock: MovableClock
) -> None:
    lane = lanes.posting("acme", DocType.PURCHASE_ORDER)
    order = add(store, DocType.PURCHASE_ORDER, "PO1")
    change = add(store, DocType.ORDER_CHANGE, "PO1")
    other = add(store, DocType.PURCHASE_ORDER, "PO2")
    assert next_in(store, lane) == order
    try_again_later(store, clock, order)
    assert next_in(store, lane) == other
    with store.begin() as tx:
        tx.move(other, State.POSTED)
    assert next_in(store, lane) is None
    assert offered(store) == []  # or workers would take the lane again and again, in vain
    clock.advance(61)
    assert offered(store) == [lane]
    assert next_in(store, lane) == order
    with store.begin() as tx:
        tx.move(order, State.POSTED)
    assert next_in(store, lane) == change


def test_a_change_that_waits_for_its_order_does_not_block_it(store: Store, clock: MovableClock) -> None:
    change = add(store, DocType.ORDER_CHANGE, "PO1")
    try_again_later(store, clock, change, tried=False)
    order = add(store, DocType.PURCHASE_ORDER, "PO1")
    assert next_in(store, lanes.posting("acme", DocType.PURCHASE_ORDER)) == order


def test_what_a_person_has_to_decide_blocks_nothing(store: Store) -> None:
    add(store, DocType.PURCHASE_ORDER, "PO1", State.HELD)
    change = add(store, DocType.ORDER_CHANGE, "PO1")
    assert next_in(store, lanes.posting("acme", DocType.ORDER_CHANGE)) == change


def test_bulk_comes_last_and_only_a_few_at_a_time(store: Store) -> None:
    stock, prices, order = (
        lanes.posting("acme", kind)
        for kind in (DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG, DocType.PURCHASE_ORDER)
    )
    for kind in (DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG, DocType.PURCHASE_ORDER):
        add(store, kind)
    assert lanes.is_bulk(stock)
    assert lanes.is_bulk(prices)
    assert not lanes.is_bulk(order)
    with store.begin() as tx:
        assert tx.due_lanes()[0] == order
        assert tx.held_bulk() == 0
        assert tx.claim_lane(stock, "one", 60)
        assert tx.claim_lane(order, "one", 60)
        assert tx.held_bulk() == 1


def test_a_pipeline_takes_no_more_bulk_than_it_may(store: Store) -> None:
    from hub.pipeline import Pipeline

    add(store, DocType.PRICE_CATALOG)
    with store.begin() as tx:
        tx.claim_lane(lanes.posting("acme", DocType.INVENTORY_ADVICE), "another", 60)
    taken: list[object] = []

    class Watched(Pipeline):
        def step(self, item, lease=None):
            taken.append(item)
            with store.begin() as tx:
                tx.move(item.id, State.POSTED)

    lane = lanes.posting("acme", DocType.PRICE_CATALOG)
    nobody = None
    assert Watched(store, nobody, Heart(store), bulk_at_once=1).drain(lane, "test") == 0
    assert taken == []
    assert Watched(store, nobody, Heart(store), bulk_at_once=2).drain(lane, "test") == 1


@pytest.mark.parametrize(
    ("when", "now", "seconds"),
    [
        ("", "12:00", 0),
        ("hourly", "12:04", 0),
        ("hourly", "12:05", 55 * 60),
        ("22:00-05:00", "21:00", 3600),
        ("22:00-05:00", "22:00", 0),
        ("22:00-05:00", "04:59", 0),
        ("22:00-05:00", "05:00", 17 * 3600),
        ("08:00-12:00", "12:00", 20 * 3600),
        ("nonsense", "12:00", 0),
    ],
)
def test_when_a_latency_class_opens(when: str, now: str, seconds: float) -> None:
    hours, minutes = map(int, now.split(":"))
    instant = datetime(2026, 11, 23, hours, minutes, tzinfo=VIENNA).astimezone(UTC)
    assert opens_in(when, instant, VIENNA) == seconds


def test_a_window_opens_by_the_wall_clock_on_the_day_on_which_clocks_change() -> None:
    before = datetime(2026, 3, 28, 23, 0, tzinfo=VIENNA).astimezone(
        UTC
    )  # 02:00 to 03:00 is left out that night
    assert opens_in("04:00-05:00", before, VIENNA) == 4 * 3600
