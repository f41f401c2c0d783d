"""Pauses between tries: each class of trouble has its own, they grow to a longest and never all fall together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo.errors import json2_error, load_error, status_error
from hub.model.errors import Retryable, Trouble
from hub.pauses import (
    MAX_TRIES,
    PATIENT_AFTER_TRIES,
    PATIENT_PAUSE_SECONDS,
    SCHEDULES,
    pause_seconds,
)

troubles = st.sampled_from(Trouble)
EVEN = 0.5  # the chance that changes nothing


@pytest.mark.parametrize(
    ("trouble", "pauses"),
    [
        (Trouble.BUSY, [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]),
        (Trouble.FAILED, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]),
        (Trouble.OVERLOADED, [5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 120.0, 120.0]),
        (Trouble.IN_DOUBT, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]),
        (Trouble.STORAGE, [1.0, 1.5, 2.25, 3.375, 5.0, 5.0, 5.0, 5.0]),
        (Trouble.IN_REPAIR, [2.0, 3.0, 4.5, 6.75, 10.125, 15.1875, 22.78125, 34.171875]),
    ],
)
def test_the_pauses_of_each_class(trouble: Trouble, pauses: list[float]) -> None:
    assert [pause_seconds(trouble, tries, EVEN) for tries in range(8)] == pauses


def test_every_class_has_its_pauses() -> None:
    assert set(SCHEDULES) == set(Trouble)


@given(troubles, st.integers(0, MAX_TRIES), st.floats(0, 1))
def test_a_pause_is_never_far_from_its_schedule(trouble: Trouble, tries: int, chance: float) -> None:
    jitter, even = SCHEDULES[trouble].jitter, pause_seconds(trouble, tries, EVEN)
    assert even * (1 - jitter) * 0.999 <= pause_seconds(trouble, tries, chance) <= even * (1 + jitter) * 1.001
    assert even <= PATIENT_PAUSE_SECONDS


@given(troubles)
def test_they_grow_and_differ_and_become_patient(trouble: Trouble) -> None:
    even = [pause_seconds(trouble, tries, EVEN) for tries in range(PATIENT_AFTER_TRIES + 1)]
    assert all(before <= after for before, after in pairwise(even))
    assert even[-2] == SCHEDULES[trouble].longest
    assert even[-1] == PATIENT_PAUSE_SECONDS
    assert pause_seconds(trouble, 3, 0.0) < pause_seconds(trouble, 3, 1.0)


def test_a_weekend_is_waited_out_whatever_the_trouble() -> None:
    for trouble in Trouble:
        waited = sum(pause_seconds(trouble, tries, 0.0) for tries in range(MAX_TRIES))
        assert waited > 4 * 86_400


def test_what_odoo_says_has_its_class() -> None:
    def trouble(fault: Exception) -> Trouble:
        assert isinstance(fault, Retryable)
        return fault.trouble

    lost_race = {"name": "psycopg2.errors.SerializationFailure", "message": "could not serialize access"}
    assert trouble(json2_error(503, lost_race, writes=True, what="load")) is Trouble.BUSY
    assert trouble(load_error([{"message": "deadlock detected"}], "load")) is Trouble.BUSY
    assert trouble(status_error(429, writes=True, what="load")) is Trouble.OVERLOADED
    assert trouble(status_error(503, writes=False, what="read")) is Trouble.OVERLOADED
    assert trouble(status_error(502, writes=False, what="read")) is Trouble.FAILED
    assert trouble(status_error(502, writes=True, what="load")) is Trouble.IN_DOUBT
