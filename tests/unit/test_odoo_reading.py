"""Odoo's plain values as Python reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo import reading
from hub.erp.odoo.lookups import barcode_forms, item_ids, our_quantity


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1 + 0.2, "0.3"),
        (100.0, "100"),
        (1e7, "10000000"),
        (False, "0"),
        (9.99, "9.99"),
        (-0.5, "-0.5"),
        (3, "3"),
    ],
)
def test_floats_become_the_decimals_that_people_write(value: float, shown: str) -> None:
    assert str(reading.number(value)) == shown


@given(st.decimals(min_value=-(10**8), max_value=10**8, places=4))
def test_number_is_exact_to_six_places(value: Decimal) -> None:
    assert reading.number(float(value)) == value
    assert "E" not in str(reading.number(float(value)))


def test_days_and_instants() -> None:
    assert reading.day(False) is None
    assert reading.day("2026-12-01 23:59:59") == date(2026, 12, 1)
    assert reading.day("2026-12-01 02:00:00", ZoneInfo("America/New_York")) == date(2026, 11, 30)
    assert reading.day("2026-12-01", ZoneInfo("America/New_York")) == date(2026, 12, 1)
    assert reading.instant("2026-12-01 08:30:00") == datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    assert reading.stamp(reading.instant("2026-12-01 08:30:00")) == "2026-12-01 08:30:00"
    assert reading.noon(date(2026, 12, 1)) == "2026-12-01 12:00:00"
    assert reading.noon(None) == ""


def test_html_becomes_lines() -> None:
    assert reading.plain("<p>Ring &amp; wait<br/>twice</p><p>Thanks</p>") == "Ring & wait\ntwice\nThanks"
    assert reading.plain(False) == ""


def test_one_gtin_is_written_in_several_ways() -> None:
    assert set(barcode_forms("00012345678905")) == {"00012345678905", "012345678905", "0012345678905"}
    assert barcode_forms("ABC-1") == ("ABC-1",)
    assert item_ids("012345678905") == {"upc": "012345678905"}
    assert item_ids("4006381333931") == {"ean": "4006381333931"}
    assert item_ids("ABC") == {}


def test_price_follows_the_unit() -> None:
    assert our_quantity(Decimal(2), Decimal(12), Decimal(24)) == (Decimal(24), Decimal(1))
    assert our_quantity(Decimal(2), Decimal(12), None) == (Decimal(2), Decimal(12))
    assert our_quantity(Decimal(2), None, Decimal(24)) == (Decimal(24), None)
