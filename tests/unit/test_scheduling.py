"""What goes out by the clock begins once for each due time, over restarts, pauses and days off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.model.partner import Identity, Partner, Send
from hub.scheduling import Scheduler
from hub.stages.addresses import Company
from hub.store import LogQuery, Store
from tests.support.store import sqlite_store

STOCK = DocType.INVENTORY_ADVICE
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAILY = Send(every=86_400.0, at="06:00")


class Clockwork:
    """Who sends what, and what time it is."""

    def __init__(self) -> None:
        self.instant, self.nudged = NOON, list[str]()
        self.known = {"acme": self.partner("acme")}

    @staticmethod
    def partner(key: str, status: str = "live", send: Send = DAILY) -> Partner:
        return Partner(key=key, name=key, status=status, identity=Identity(isa="ZZ:A"), send={STOCK: send})  # type: ignore[arg-type] # a word of three

    def now(self) -> datetime:
        return self.instant

    def partners(self) -> Mapping[str, Partner]:
        return self.known

    def company(self) -> Company:
        return Company(name="We", isa="ZZ:WE")

    def days_later(self, days: float) -> None:
        self.instant += timedelta(days=days)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with sqlite_store(tmp_path) as store:
        yield store


@pytest.fixture
def clock() -> Clockwork:
    return Clockwork()


def run(store: Store, clock: Clockwork) -> int:
    """Let a scheduler of a process that has just started do what is due."""
    return Scheduler(store, clock, clock.nudged.append, UTC).run()


def begun(store: Store) -> list[Exchange]:
    with store.read() as tx:
        return sorted(tx.find_exchanges(LogQuery(document=STOCK)), key=lambda e: e.id)


def test_a_new_schedule_begins_with_its_next_time(store: Store, clock: Clockwork) -> None:
    assert [run(store, clock), run(store, clock)] == [0, 0]
    clock.days_later(0.7)  # 04:48 of the next day
    assert run(store, clock) == 0
    clock.days_later(0.1)
    assert [run(store, clock), run(store, clock)] == [1, 0]
    (one,) = begun(store)
    assert (one.state, one.partner, one.why) == (State.NOTICED, "acme", "due at 2026-11-23 06:00")
    assert one.source is not None
    assert (one.source.model, one.source.name) == ("clock", "2026-11-23 06:00")
    assert clock.nudged == ["acme:out:bulk"]


def test_what_was_missed_is_sent_once(store: Store, clock: Clockwork) -> None:
    run(store, clock)
    clock.days_later(5)
    assert [run(store, clock), run(store, clock)] == [1, 0]
    clock.days_later(1)
    assert run(store, clock) == 1
    assert [one.why[-16:] for one in begun(store)] == ["2026-11-27 06:00", "2026-11-28 06:00"]


def test_a_clock_that_is_put_back_tells_nothing_twice(store: Store, clock: Clockwork) -> None:
    run(store, clock)
    clock.days_later(1)
    assert run(store, clock) == 1
    clock.days_later(-1)
    assert run(store, clock) == 0
    clock.days_later(1)
    assert run(store, clock) == 0


def test_a_paused_partner_is_told_once_when_he_goes_on(store: Store, clock: Clockwork) -> None:
    run(store, clock)
    clock.known["acme"] = clock.partner("acme", "paused")
    clock.days_later(3)
    assert run(store, clock) == 0
    clock.known["acme"] = clock.partner("acme")
    assert [run(store, clock), run(store, clock)] == [1, 0]


def test_partners_have_schedules_of_their_own(store: Store, clock: Clockwork) -> None:
    clock.known |= {
        "bolt": clock.partner("bolt", send=Send(every=3600.0)),
        "none": clock.partner("none", send=Send()),
    }
    run(store, clock)
    clock.days_later(1)
    assert run(store, clock) == 2
    clock.days_later(1 / 24)
    assert run(store, clock) == 1
    assert [one.partner for one in begun(store)] == ["acme", "bolt", "bolt"]
