"""The record types that we ship: their profiles lint clean, and each sample is read without a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.documents import Record, RecordBatch
from hub.model.envelope import Envelope
from hub.profiles import lint
from tests.support.record_samples import FOLDER, PARTNERS, SAMPLES, read_sample, sample
from translators.records.translator import RecordsTranslator

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


PROJECT_TYPES = {
    "name": "char",
    "account_id.code": "char",
    "partner_id.ref": "char",
    "date_start": "date",
    "date": "date",
    "active": "boolean",
}
PROJECTS = [
    ("North Bridge", "JOB-100", "ACME", "2026-09-01", "2027-06-30", "true"),
    ("South Yard", "JOB-200", "", "2026-10-15", "", "true"),
    ("Old Quay, phase 1", "JOB-050", "NORDIC", "2025-02-01", "2026-08-31", "false"),
]
CODE_TYPES = {"code": "char", "name": "char", "plan_id.name": "char"}
CODES = [
    ("JOB-050", "Old Quay", "Projects"),
    ("JOB-100", "North Bridge", "Projects"),
    ("OH-10", "Yard", "Overhead"),
]


@pytest.mark.parametrize(
    ("kind", "types", "rows"),
    [("projects", PROJECT_TYPES, PROJECTS), ("cost_codes", CODE_TYPES, CODES)],
)
def test_what_they_get_of_our_projects_and_cost_codes_is_like_the_samples(
    kind: str, types: dict[str, str], rows: list[tuple[str, ...]]
) -> None:
    partner = PARTNERS["fieldworks"]
    assert list(types) == list(partner.records[kind].fields)
    records = tuple(
        Record(key=str(at), label=str(at), rows=(at,), values=dict(zip(types, row, strict=True)))
        for at, row in enumerate(rows, 1)
    )
    batch = RecordBatch(number=kind, record_type=kind, records=records, types=types)
    envelope = Envelope(format="records", set_id=kind)
    (sample_file,) = (FOLDER / "fieldworks" / "sent").glob(f"{kind}_*.csv")
    assert RecordsTranslator(FOLDER).write(batch, envelope, partner) == sample_file.read_bytes()
