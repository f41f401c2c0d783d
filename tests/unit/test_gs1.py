"""Labels of logistic units: GS1's own arithmetic."""

from __future__ import annotations

import pytest

from hub.model.gs1 import check_digit, sscc


@pytest.mark.parametrize(
    ("digits", "check"), [("629104150021", "3"), ("00614141123456789", "0"), ("03600029145", "2"), ("0", "0")]
)
def test_check_digits(digits: str, check: str) -> None:
    assert check_digit(digits) == check


@pytest.mark.parametrize(
    ("prefix", "serial", "label"),
    [
        ("0614141", 1, "006141410000000012"),
        ("0614141", 999_999_999, "006141419999999994"),
        ("123456789012", 7, None),
    ],
)
def test_an_sscc_is_filled_up_and_checked(prefix: str, serial: int, label: str | None) -> None:
    made = sscc(prefix, serial)
    assert len(made) == 18
    assert made[-1] == check_digit(made[:-1])
    assert label is None or made == label


@pytest.mark.parametrize(
    ("prefix", "serial"), [("12", 1), ("", 1), ("12A456", 1), ("0614141", 10**9), ("0614141", -1)]
)
def test_what_is_no_prefix_or_has_no_room_is_refused(prefix: str, serial: int) -> None:
    with pytest.raises(ValueError, match=r"prefix"):
        sscc(prefix, serial)
