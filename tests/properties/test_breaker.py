"""The breaker as a machine: whatever happens in whatever order, one probe at a time, bounded pauses, and a way back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.breaker import LONGEST_ASKED_SECONDS, LONGEST_PAUSE_SECONDS, OPENS_AFTER, Breaker
from hub.model.errors import Retryable


def attempt(work: Callable[[], object]) -> object:
    """Do something; return what came of it, also when that is a refusal."""
    try:
        return work()
    except Retryable as fault:
        return fault


def elsewhere(work: Callable[[], object]) -> object:
    """Do something in a thread of its own, as another worker would, and return what came of it."""
    came: list[object] = []
    thread = threading.Thread(target=lambda: came.append(attempt(work)))
    thread.start()
    thread.join()
    return came[0]


class Outside(RuleBasedStateMachine):
    """One endpoint that fails and recovers, a clock that goes on, and two workers."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.breaker = Breaker("Odoo", lambda: self.now, lambda: 1.0)
        self.failures = 0
        self.opened_at: float | None = None
        self.asked = 0.0

    def ask(self) -> bool:
        refused = attempt(self.breaker.enter)
        if isinstance(refused, Retryable):
            assert refused.wait_seconds is not None
            assert refused.wait_seconds > 0
            assert not refused.in_doubt
        return refused is None

    @rule(seconds=st.floats(0.0, 30.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(asks=st.sampled_from([0.0, 0.0, 0.0, 5.0, 100_000.0]))
    def an_ask_fails(self, asks: float) -> None:
        if not self.ask():
            assert self.opened_at is not None, "a closed breaker lets everybody through"
            return
        self.breaker.failed("gone", asks)
        self.failures += 1
        if self.failures >= OPENS_AFTER or asks:
            self.opened_at = self.now

    @rule()
    def an_ask_is_answered(self) -> None:
        if self.ask():
            self.breaker.worked()
            self.failures, self.opened_at = 0, None

    @rule()
    def an_ask_breaks_off(self) -> None:
        if self.ask():
            self.breaker.left()

    @precondition(lambda self: self.opened_at is not None)
    @rule()
    def while_one_probes_nobody_else_does(self) -> None:
        if self.ask():
            refused = elsewhere(self.breaker.enter)
            assert isinstance(refused, Retryable)
            assert self.breaker.health().state == "half open"
            elsewhere(lambda: (self.breaker.worked(), self.breaker.failed("late"), self.breaker.left()))
            assert self.breaker.health().state == "half open", "only the probe decides"
            self.breaker.left()

    @invariant()
    def open_means_away_and_never_for_long(self) -> None:
        health = self.breaker.health()
        assert (health.state == "closed") == (self.opened_at is None)
        assert health.failures == self.failures
        assert health.wait_seconds <= max(LONGEST_PAUSE_SECONDS, LONGEST_ASKED_SECONDS)

    @invariant()
    def after_the_longest_pause_somebody_gets_through(self) -> None:
        before = self.now
        self.now += LONGEST_ASKED_SECONDS + 1
        assert self.ask()
        self.breaker.left()
        self.now = before


TestBreaker = Outside.TestCase


def test_the_pauses_grow_to_the_longest_and_start_again_after_an_answer() -> None:
    now = [0.0]
    breaker = Breaker("Odoo", lambda: now[0], lambda: 1.0)
    waits = []
    for _ in range(OPENS_AFTER + 5):
        breaker.enter()
        breaker.failed("gone")
        waits.append(breaker.health().wait_seconds)
        now[0] += breaker.health().wait_seconds
    assert waits == [0.0] * (OPENS_AFTER - 1) + [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    breaker.enter()
    breaker.worked()
    for _ in range(OPENS_AFTER):
        breaker.enter()
        breaker.failed("gone")
    assert breaker.health().wait_seconds == 1.0


def test_what_is_no_trouble_of_the_endpoint_closes_nothing_and_opens_nothing() -> None:
    breaker = Breaker("Odoo", lambda: 0.0, lambda: 1.0)
    for _ in range(10):
        with pytest.raises(ValueError, match="ours"), breaker.asking():
            raise ValueError("a fault of ours")
    assert breaker.health().state == "closed"
