"""Rows and nodes to records: values in plain text, lines grouped by key, and no row that disappears."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hub.model import problems
from hub.model.documents import DocType, RecordBatch
from hub.model.envelope import UnwrappedSet
from hub.model.finding import Severity
from hub.model.partner import CsvSettings, Partner
from hub.model.record_types import Attached, FieldSource, Lines, RecordType
from translators.records.translator import RecordsTranslator

HOURS = RecordType(
    match="hours*",
    model="account.analytic.line",
    system_of_record="partner",
    key=("Unit", "Day"),
    fields={
        "name": "Unit",
        "date": FieldSource(column="Day", type="date", required=True),
        "unit_amount": FieldSource(column="Hours", type="decimal"),
        "ref": FieldSource(column="Note", empty="clear"),
        "kind": FieldSource(column="Kind", codes={"R": "run", "I": "idle"}),
    },
)


def opened(
    text: str | bytes, kind: RecordType = HOURS, name: str = "hours.csv", **csv: str
) -> list[UnwrappedSet]:
    data = text.encode() if isinstance(text, str) else text
    unwrapped = RecordsTranslator().unwrap(data, name, partner(kind, **csv))
    (interchange,) = unwrapped.interchanges
    return [part for group in interchange.groups for part in group.sets]


def partner(kind: RecordType, **csv: str) -> Partner:
    return Partner(key="crew", name="Crew", csv=CsvSettings(**csv), records={"hours": kind})


def read(text: str | bytes, kind: RecordType = HOURS, **csv: str) -> RecordBatch:
    """Return the only part of a file as a batch."""
    (part,) = opened(text, kind, **csv)
    assert not [f for f in part.findings if f.fatal]
    batch, _ = RecordsTranslator().read(part.payload, part.envelope, DocType.RECORDS, partner(kind, **csv))
    assert isinstance(batch, RecordBatch)
    return batch


def test_each_value_is_in_one_plain_form() -> None:
    text = "Unit;Day;Hours;Note;Kind\nD8;03.11.2026;1.234,50;;R\n"
    batch = read(text, separator=";", decimal=",", date_format="%d.%m.%Y")
    (record,) = batch.records
    assert record.values == {
        "name": "D8",
        "date": "2026-11-03",
        "unit_amount": "1234.5",
        "ref": "",
        "kind": "run",
    }
    assert (record.label, record.rows) == ("D8 / 03.11.2026", (2,))
    assert record.key.startswith("rec_crew_hours_d8_03_11_2026_")


def test_an_empty_cell_leaves_a_field_alone_unless_it_is_to_be_emptied() -> None:
    (record,) = read("Unit,Day,Hours,Note,Kind\nD8,2026-11-03,,,\n").records
    assert record.values == {"name": "D8", "date": "2026-11-03", "ref": ""}


@pytest.mark.parametrize(
    ("row", "problem", "column"),
    [
        ("D8,2026-11-03,1O,,R", problems.FIELD_INVALID, "Hours"),
        ("D8,03.11.2026,1,,R", problems.FIELD_INVALID, "Day"),
        ("D8,2026-11-03,1,,Q", problems.CODE_UNKNOWN, "Kind"),
        (",2026-11-03,1,,R", problems.FIELD_MISSING, "Unit"),
        ("D8,2026-11-03,1,,R,surplus", problems.ROW_INVALID, "6"),
    ],
)
def test_a_bad_row_is_refused_at_its_place_and_its_neighbours_are_read(
    row: str, problem: str, column: str
) -> None:
    batch = read(f"Unit,Day,Hours,Note,Kind\nD7,2026-11-03,1,,R\n{row}\nD9,2026-11-03,1,,R\n")
    (refused,) = batch.refused
    assert [r.label.partition(" ")[0] for r in batch.records] == ["D7", "D9"]
    assert [(f.problem, f.where.row, f.where.column) for f in refused.findings] == [(problem, 3, column)]
    assert batch.row_count == 3


def test_a_file_that_is_wanted_whole_is_refused_whole() -> None:
    text = "Unit,Day,Hours,Note,Kind\nD7,2026-11-03,1,,R\nD8,2026-11-03,x,,R\n"
    strict = RecordType(
        **{**{f: getattr(HOURS, f) for f in HOURS.__struct_fields__}, "bad_rows": "refuse_file"}
    )
    (part,) = opened(text, strict)
    assert [(f.where.row, f.severity) for f in part.findings] == [(3, Severity.ERROR)]


def test_a_file_without_a_column_of_the_key_is_refused() -> None:
    (part,) = opened("Unit,Date,Hours\nD7,2026-11-03,1\n")
    assert {f.where.column for f in part.findings if f.fatal} == {"Day"}


def test_a_large_file_is_cut_into_parts_and_every_row_is_in_one() -> None:
    rows = "".join(f"U{n},2026-11-03,1,,R\n" for n in range(1201))
    parts = opened("Unit,Day,Hours,Note,Kind\n" + rows)
    batches = [
        RecordsTranslator().read(p.payload, p.envelope, DocType.RECORDS, partner(HOURS))[0] for p in parts
    ]
    assert [b.row_count for b in batches if isinstance(b, RecordBatch)] == [500, 500, 201]
    assert [b.number for b in batches if isinstance(b, RecordBatch)] == [
        "hours 2-501",
        "hours 502-1001",
        "hours 1002-1202",
    ]


def test_rows_of_one_key_are_one_record_and_a_contradiction_refuses_it() -> None:
    text = "Unit,Day,Hours,Note,Kind\nD8,2026-11-03,1,,R\nD9,2026-11-03,1,,R\nD8,2026-11-03,2,,R\n"
    batch = read(text)
    assert [r.label for r in batch.records] == ["D9 / 2026-11-03"]
    (refused,) = batch.refused
    assert refused.rows == (2, 4)
    assert "contradicts row 2" in refused.findings[0].message


PICKING = RecordType(
    match="hours*",
    model="stock.picking",
    system_of_record="partner",
    key=("Slip",),
    fields={"origin": "Slip"},
    lines={
        "move_ids": Lines(
            key=("Line",),
            fields={
                "product_id": FieldSource(column="Item", look_up="product.product", by="default_code"),
                "product_uom_qty": FieldSource(column="Qty", type="decimal"),
            },
        )
    },
)


def test_rows_with_one_key_become_a_record_with_lines() -> None:
    (record,) = read("Slip,Line,Item,Qty\nS1,10,A,2\nS1,20,B,3\n", PICKING).records
    assert [(line.key, line.row, line.values) for line in record.lines["move_ids"]] == [
        ("10", 2, {"product_id": "A", "product_uom_qty": "2"}),
        ("20", 3, {"product_id": "B", "product_uom_qty": "3"}),
    ]


def test_a_line_key_that_stands_twice_refuses_the_record() -> None:
    batch = read("Slip,Line,Item,Qty\nS1,10,A,2\nS1,10,B,3\nS2,10,A,1\n", PICKING)
    assert [r.label for r in batch.records] == ["S2"]
    assert "stands twice" in batch.refused[0].findings[0].message


XML = b"""<?xml version="1.0"?>
<Log xmlns="urn:crew"><Slip no="S1"><Item code="A">2</Item><Item code="B">3</Item></Slip>
<Slip no="S2"><Item code="A">x</Item></Slip></Log>"""
NODES = RecordType(
    match="hours*",
    format="xml",
    nodes="//c:Slip",
    namespaces={"c": "urn:crew"},
    model="stock.picking",
    system_of_record="partner",
    key=("@no",),
    fields={"origin": "@no"},
    lines={
        "move_ids": Lines(
            nodes="c:Item",
            fields={"product_id": "@code", "product_uom_qty": FieldSource(column=".", type="decimal")},
        )
    },
)


def test_nodes_become_records_and_the_nodes_below_their_lines() -> None:
    batch = read(XML, NODES)
    (record,) = batch.records
    assert [line.values for line in record.lines["move_ids"]] == [
        {"product_id": "A", "product_uom_qty": "2"},
        {"product_id": "B", "product_uom_qty": "3"},
    ]
    assert [(r.label, r.rows) for r in batch.refused] == [("S2", (2,))]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Log>&x;</Log>',
        b"<Log><Slip></Log>",
        b"",
        b"PK\x03\x04 no workbook",
        b"\x00\x01\x02",
        b"Unit;Day\n\xff\xfe",
    ],
)
@pytest.mark.parametrize("kind", [HOURS, NODES], ids=["csv", "xml"])
def test_a_hostile_file_is_a_finding(data: bytes, kind: RecordType) -> None:
    (part,) = opened(data, kind)
    assert any(f.fatal for f in part.findings)


def test_a_workbook_is_read_like_a_csv() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Unit", "Day", "Hours", "Note", "Kind"])
    book.active.append(["D8", "2026-11-03", "7.5", "", "I"])
    kept = io.BytesIO()
    book.save(kept)
    (record,) = read(kept.getvalue()).records
    assert record.values["unit_amount"] == "7.5"


def test_a_secret_is_in_no_finding_and_no_attachment_is_made_unasked(tmp_path: Path) -> None:
    kind = RecordType(
        match="hours*",
        model="res.partner",
        system_of_record="partner",
        key=("Ref",),
        fields={"ref": "Ref", "x_account": FieldSource(column="Account", type="integer", secret=True)},
        attachment=Attached(own=True, expires="Until"),
    )
    batch = read("Ref,Account,Until\nV1,NO93 8601,\nV2,12,2027-01-31\n", kind)
    assert "8601" not in str(batch.refused)
    (record,) = batch.records
    assert (record.expires, record.own) == ("2027-01-31", "Ref,Account,Until\r\nV2,12,2027-01-31\r\n")
