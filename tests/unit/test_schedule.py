"""What is due again and again: by the wall clock, over the changes of clocks, from any instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.schedule import last_due, parse_time

DAY, HOUR = 86_400.0, 3600.0
ZONE = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    """Return an instant of New York's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("every", "time", "now", "due"),
    [
        (DAY, "06:00", "2026-11-22 06:00", "2026-11-22 06:00"),
        (DAY, "06:00", "2026-11-22 05:59", "2026-11-21 06:00"),
        (DAY, "06:00", "2026-03-08 12:00", "2026-03-08 06:00"),  # clocks went forward at 2
        (DAY, "02:30", "2026-11-01 12:00", "2026-11-01 02:30"),  # and back
        (DAY, "", "2026-11-22 00:00", "2026-11-22 00:00"),
        (HOUR, "06:15", "2026-11-22 09:14", "2026-11-22 08:15"),
        (HOUR, "06:15", "2026-11-22 05:00", "2026-11-22 04:15"),
        (900.0, "", "2026-11-22 09:14", "2026-11-22 09:00"),
        (7 * DAY, "06:00", "2026-11-26 07:00", "2026-11-22 06:00"),
    ],
)
def test_the_last_due_instant(every: float, time: str, now: str, due: str) -> None:
    assert last_due(every, time, at(now), ZONE) == at(due)


@pytest.mark.parametrize(("every", "time"), [(0.0, "06:00"), (DAY, "6 am"), (DAY, "24:00")])
def test_without_a_schedule_nothing_is_due(every: float, time: str) -> None:
    assert last_due(every, time, at("2026-11-22 09:00"), ZONE) is None


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from([600.0, HOUR, 5 * HOUR, DAY, 7 * DAY]),
    st.times().map(lambda time: f"{time:%H:%M}"),
)
def test_it_is_never_later_than_now_and_stays_until_the_next(now: datetime, every: float, time: str) -> None:
    instant = now.replace(tzinfo=UTC)
    due = last_due(every, time, instant, ZONE)
    assert due is not None
    assert due <= instant
    assert instant - due < timedelta(seconds=every + 2 * HOUR)
    assert last_due(every, time, due, ZONE) == due


def test_a_time_of_day() -> None:
    assert f"{parse_time('6:05'):%H:%M}" == "06:05"
    assert parse_time("noon") is None
