"""Who is away, told in the store by each process: since when, and no longer than it is true."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.breaker import OPENS_AFTER
from hub.model.errors import Retryable
from hub.outages import Outages
from hub.store import Archive, Outage, Store
from hub.store.outages import OLD
from tests.support.store import MovableClock, migrated_sqlite


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def store(tmp_path: Path, clock: MovableClock) -> Iterator[Store]:
    (tmp_path / "hub.sqlite3").write_bytes(migrated_sqlite())
    made = Store(f"sqlite:///{tmp_path}/hub.sqlite3", Archive(tmp_path / "archive"), clock)
    yield made
    made.close()


@pytest.fixture
def outages(store: Store, clock: MovableClock) -> Iterator[Outages]:
    made = Outages(store, clock, process="box:1")
    yield made
    made.stop()


def fail(outages: Outages, name: str = "Odoo") -> None:
    for _ in range(OPENS_AFTER):
        with pytest.raises(Retryable), outages.breakers.of(name).asking():
            raise Retryable("no answer")


def told(store: Store) -> list[Outage]:
    with store.read() as tx:
        return tx.outages()


def until_told(store: Store, *endpoints: str) -> list[Outage]:
    """Wait until just these are told to be away: telling is the work of another thread."""
    end = time.monotonic() + 5
    found = told(store)
    while [one.endpoint for one in found] != list(endpoints):
        assert time.monotonic() < end, found
        time.sleep(0.01)
        found = told(store)
    return found


def test_who_is_away_is_told(store: Store, outages: Outages) -> None:
    fail(outages)
    (one,) = until_told(store, "Odoo")
    assert (one.process, one.why) == ("box:1", "no answer")
    assert one.told_at - timedelta(seconds=1) <= one.since <= one.told_at < one.next_look_at
    fail(outages, "acme@sftp.example.com:22")
    until_told(store, "Odoo", "acme@sftp.example.com:22")


def test_an_endpoint_that_answers_again_is_away_no_more(store: Store, clock: MovableClock) -> None:
    now = [0.0]
    outages = Outages(store, clock, lambda: now[0], "box:1")
    fail(outages)
    until_told(store, "Odoo")
    now[0] += 60
    with outages.breakers.of("Odoo").asking():
        pass
    assert until_told(store) == []
    outages.stop()


def test_a_process_that_ends_takes_back_what_it_told(store: Store, outages: Outages) -> None:
    fail(outages)
    until_told(store, "Odoo")
    outages.stop()
    assert told(store) == []


def test_what_a_process_told_that_died_is_believed_for_a_while(
    store: Store, outages: Outages, clock: MovableClock
) -> None:
    now = clock()
    dead = Outage(endpoint="Odoo", process="box:9", why="x", since=now, next_look_at=now, told_at=now)
    with store.begin() as tx:
        tx.tell_outages("box:9", [dead])
    assert told(store) == [dead]
    clock.advance(OLD.total_seconds() + 1)
    assert told(store) == []
    fail(outages)
    assert [one.process for one in until_told(store, "Odoo")] == ["box:1"]
    with store.read() as tx:
        assert tx.cursor("away:box:9") == ""
