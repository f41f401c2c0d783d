"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.toml.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("30m", 1800),
        ("4h", 14_400),
        ("2d", 172_800),
        ("7y", 7 * 366 * 86_400),
        ("1h30m", 5400),
        (" 1 h 30 m ", 5400),
        ("0.5h", 1800),
    ],
)
def test_what_they_mean(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", " ", "4", "h", "4 hours", "-1h", "1h-", "4H", "1e3s", "1,5h", "9" * 30 + "s", "1001y", "999999999d"],
)
def test_what_means_nothing(text: str) -> None:
    assert parse_duration(text) is None


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_parts_add_up(days: int, hours: int, minutes: int, seconds: int) -> None:
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    assert parse_duration(f"{days}d {hours}h{minutes}m {seconds}s") == total


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert (parse_duration(text) or 0) >= 0
