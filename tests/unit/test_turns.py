"""A job's turn: one process at a time, no oftener than its pause, early when it must be, free after a death."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.heart import Heart
from hub.model.errors import Retryable
from hub.runners.port import Job
from hub.runners.turns import Turns
from hub.store import LeaseLost, Store
from tests.support.hub_process import until
from tests.support.store import MovableClock, sqlite_store


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def store(tmp_path: Path, clock: MovableClock) -> Iterator[Store]:
    with sqlite_store(tmp_path, clock) as store:
        yield store


@pytest.fixture
def turns(store: Store) -> Turns:
    return Turns(store, Heart(store))


def test_a_job_is_done_once_a_pause_and_early_when_it_must_be(turns: Turns, clock: MovableClock) -> None:
    done: list[int] = []
    job = Job("look", 60.0, lambda: done.append(1))
    assert turns.take(job, "one")
    assert not turns.take(job, "two")
    assert turns.resting() == {"look"}
    assert turns.take(job, "two", early=True)
    clock.advance(61)
    assert turns.resting() == set()
    assert turns.take(job, "two")
    assert len(done) == 3


def test_two_never_do_a_job_at_the_same_time(turns: Turns) -> None:
    inside, leave = threading.Event(), threading.Event()

    def wait() -> None:
        inside.set()
        assert leave.wait(10)

    job = Job("look", 0.0, wait)
    first = threading.Thread(target=turns.take, args=(job, "one"))
    first.start()
    assert inside.wait(10)
    assert not turns.take(job, "two")
    assert not turns.take(job, "two", early=True)
    leave.set()
    first.join()
    assert turns.take(job, "two")


def test_a_job_that_fails_rests_like_one_that_works(turns: Turns, clock: MovableClock) -> None:
    def fail() -> None:
        raise Retryable("not now")

    with pytest.raises(Retryable, match="not now"):
        turns.take(Job("look", 60.0, fail), "one")
    assert turns.resting() == {"look"}


def test_a_lease_lives_as_long_as_its_step_and_no_longer_than_a_step_can_be(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store:
        passed = [0.0]
        heart = Heart(store, lease_seconds=0.3, longest_seconds=100.0, seconds=lambda: passed[0])
        with store.begin() as tx:
            lease = tx.claim_lane("a", "one", 0.3)
        assert lease is not None
        with heart.holding(lease):
            threading.Event().wait(0.8)
            with store.begin() as tx:
                assert tx.claim_lane("a", "two", 0.3) is None
                tx.check_lease(lease)
            passed[0] = 101.0  # it hangs
            taken = until(lambda: _claim(store), "somebody else takes the lane", 10)
        assert taken
        with pytest.raises(LeaseLost), store.begin() as tx:
            tx.check_lease(lease)
        heart.stop()


def _claim(store: Store) -> bool:
    with store.begin() as tx:
        return tx.claim_lane("a", "two", 60) is not None
