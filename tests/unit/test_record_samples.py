"""The record types that we ship: their profiles lint clean, and each sample is read without a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.profiles import lint
from tests.support.record_samples import FOLDER, SAMPLES, read_sample, sample

PROFILES = ("fieldworks", "plant", "vendorportal")


def test_the_profiles_lint_clean() -> None:
    assert lint(FOLDER, PROFILES) == ()


def test_each_record_type_that_comes_in_has_a_sample() -> None:
    assert {read_sample(file)[2].record_type for file in SAMPLES} == {
        "compliance",
        "consumption",
        "equipment_hours",
        "production",
        "timesheets",
        "vendors",
    }


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_each_sample_becomes_records_and_loses_no_row(file: Path) -> None:
    _, kind, batch = read_sample(file)
    rows = len(file.read_text("utf-8").splitlines()) - 1
    assert batch.records
    assert not batch.refused
    assert batch.row_count == (file.read_text("utf-8").count("<Entry ") if kind.format == "xml" else rows)


def test_minutes_become_hours_and_a_cost_is_negative() -> None:
    dozer = read_sample(sample("equipment_"))[2].records[0]
    assert dozer.values["unit_amount"] == "7.5"
    assert dozer.values["amount"] == "-1125"


def test_a_local_time_becomes_an_instant_and_rows_of_one_slip_one_transfer() -> None:
    slip = read_sample(sample("consumption_"))[2].records[0]
    assert slip.values["scheduled_date"] == "2026-11-03 20:20:00"
    assert [line.values["product_uom_qty"] for line in slip.lines["move_ids"]] == ["4", "2.5"]


def test_a_certificate_has_its_file_and_its_day() -> None:
    found = [(record.file, record.expires) for record in read_sample(sample("compliance_"))[2].records]
    assert found == [("V-100_insurance.pdf", "2027-12-31"), ("V-101_iso9001.pdf", "2027-06-30")]
