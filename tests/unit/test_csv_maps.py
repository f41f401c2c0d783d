"""Column maps as data: places, kinds of row, dialects, and what is wrong with a map before anything moves."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.model import problems
from hub.model.documents import DocType, InventoryAdvice, OrderLine, PurchaseOrder
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError
from hub.profiles import lint
from tests.support.plain_files import partner, read_file
from translators.csv.column_map import column_map, compile_map
from translators.csv.places import Place, parse_place
from translators.csv.translator import CsvTranslator
from translators.errors import Unwritable

CSV = CsvTranslator()
ENVELOPE = Envelope(format="csv")
LINES = {"lines[].number": "L:#2", "lines[].quantity": "L:#3", "lines[].unit": "L:#4"}
RECORDS: dict[str, Any] = {
    "document": "purchase_order",
    "records": {"tag": "#1", "begin": "H"},
    "columns": {"number": "H:#2", **LINES},
}


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("PO Number", Place(title="PO Number")),
        ("#3", Place(position=3)),
        ("#3.2", Place(position=3, implied=2)),
        ("#31-38", Place(start=30, stop=38)),
        ("#31+8.3", Place(start=30, stop=38, implied=3)),
        ("#", Place(title="#")),
        ("# of items", Place(title="# of items")),
    ],
)
def test_places(written: str, place: Place) -> None:
    assert parse_place(written) == place


@pytest.mark.parametrize("written", ["#0", "#0-4", "#9-3", "#5+0"])
def test_ranges_that_are_none(written: str) -> None:
    with pytest.raises(ValueError, match=r"count from 1|ends before"):
        parse_place(written)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"records": {"begin": "H"}}, "records.tag is missing"),
        ({"records": {"tag": "#1", "begin": "X"}}, "no column stands in rows 'X'"),
        ({"records": {"tag": "#1", "begins": "H"}}, "begins means nothing"),
        ({"columns": {"number": "#2", **LINES}}, "does not say in which rows"),
        ({"columns": {**LINES}}, "no column for number"),
        ({"columns": {"number": "H:#2", **LINES, "lines[].price": "L:#9-3"}}, "'lines.*price'.*ends before"),
        ({"columns": {"number": "H:#2", **LINES, "lines[].price": "L:#31-38"}}, "some are not"),
        ({"columns": {"number": "H:#2"}}, "no column for the lines"),
        ({"csv": {"seperator": ";"}}, "seperator"),
        ({"csv": {"separator": ";;"}}, "cannot separate"),
        ({"csv": {"encoding": "klingon"}}, "klingon"),
        ({"codes": {"lines[].price": {"A": "B"}}}, "has codes or a format, but no column"),
        ({"defaults": {"charges[].kind": "charge"}}, "no column of the map stands in"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        compile_map({**RECORDS, **change}, (), "x.toml")


def test_lint_names_the_line_of_the_profile(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(
        'name = "ACME"\nformat = "csv"\n[csv]\nthousands = "."\ndecimal = "."\ndate_format = "%d.%m.%Y|d"\n'
        'quote = "??"\nskip = -1\n\n[receive.purchase_order.map]\nnumber = "No"\n"lines[].price" = "#9-3"\n'
    )
    found = {(f.where.row, f.message.split(",")[0]) for f in lint(tmp_path, ()) if f.fatal}
    lines = {row for row, _ in found}
    assert lines == {4, 6, 7, 8, 12}, found


def test_an_edited_map_file_is_read_anew(tmp_path: Path) -> None:
    own, known = tmp_path / "own.toml", partner("csv", receive={"purchase_order": {"map_file": "own.toml"}})
    text = 'document = "purchase_order"\n[columns]\nnumber = "A"\n"lines[].quantity" = "Q"\n"lines[].unit" = "U"\n'
    for at, title in enumerate(("A", "B")):
        own.write_text(text.replace('"A"', f'"{title}"'))
        os.utime(own, (at, at))
        found = column_map(DocType.PURCHASE_ORDER, known.receive[DocType.PURCHASE_ORDER], tmp_path)
        assert found.columns[0].title == title


def test_a_map_may_be_the_shipped_one_but_for_a_few_lines(tmp_path: Path) -> None:
    text = 'document = "purchase_order"\nextends = "shipped"\n[csv]\nseparator = ";"\n[columns]\nnumber = "Our No"\n'
    (tmp_path / "own.toml").write_text(text)
    known = partner("csv", receive={"purchase_order": {"map_file": "own.toml"}})
    (read,), _ = read_file(CsvTranslator(tmp_path), b"Our No;Quantity;Unit\n1;2;EA\n", "o.csv", known)
    assert read is not None
    (tmp_path / "own.toml").write_text(text.replace("shipped", "cxml"))
    with pytest.raises(ConfigError, match="extends = 'cxml'"):
        read_file(CsvTranslator(tmp_path), b"", "o.csv", known)


def order(**fields: object) -> PurchaseOrder:
    line = {"number": "1", "quantity": Decimal(1), "unit": "EA", **fields}
    return PurchaseOrder(number="1", date=dt.date(2026, 3, 2), lines=(OrderLine(**line),))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_text_that_a_sheet_takes_for_a_formula_is_written_as_agreed(text: str) -> None:
    document = order(description=text)
    assert text.strip() in CSV.write(document, ENVELOPE, partner("csv")).decode()
    quoted = CSV.write(document, ENVELOPE, partner("csv", csv={"formulas": "quote"})).decode()
    assert f"'{text}" in quoted
    with pytest.raises(Unwritable, match="formula"):
        CSV.write(document, ENVELOPE, partner("csv", csv={"formulas": "refuse"}))


def test_a_negative_number_is_no_formula() -> None:
    known = partner("csv", csv={"formulas": "refuse"})
    assert b"-5" in CSV.write(order(price=Decimal(-5)), ENVELOPE, known)


def fixed(**csv: object) -> dict[str, Any]:
    columns = {
        "number": "#1-4", "lines[].number": "#5-6", "lines[].quantity": "#7-12.2", "lines[].unit": "#13-14",
        "lines[].description": "#15-20",
    }  # fmt: skip
    return {"document": "purchase_order", "columns": columns, "csv": csv}


@pytest.mark.parametrize(
    ("signs", "quantity", "written"),
    [
        ("leading", "12.5", b"1   1 001250EA"),
        ("leading", "-12.5", b"1   1 -01250EA"),
        ("trailing", "-12.5", b"1   1 01250-EA"),
        ("overpunched", "12.5", b"1   1 00125{EA"),
        ("overpunched", "-12.57", b"1   1 00125PEA"),
    ],
)
def test_numbers_of_fixed_width(tmp_path: Path, signs: str, quantity: str, written: bytes) -> None:
    translator, known = own(tmp_path, fixed(signs=signs))
    document = order(quantity=Decimal(quantity))
    data = translator.write(document, ENVELOPE, known)
    assert data == written + b"\r\n"
    (back,), _ = read_file(translator, data, "in", known)
    assert isinstance(back, PurchaseOrder)
    assert back.lines[0].quantity == Decimal(quantity)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"quantity": Decimal("12345.67")}, "does not fit into 6 characters"),
        ({"quantity": Decimal("1.234")}, "more than 2 decimals"),
        ({"description": "far too long"}, "does not fit"),
        ({"description": "a\nb"}, "does not fit"),
    ],
)
def test_what_does_not_fit_into_its_characters_is_refused(
    tmp_path: Path, fields: dict[str, object], complaint: str
) -> None:
    translator, known = own(tmp_path, fixed())
    with pytest.raises(Unwritable, match=complaint):
        translator.write(order(**fields), ENVELOPE, known)


def own(folder: Path, tables: dict[str, Any]) -> tuple[CsvTranslator, Any]:
    """Return a translator and a partner with a map of its own."""
    from hub.toml.writing import toml_lines

    (folder / "own.toml").write_text("\n".join(toml_lines(tables)))
    agreed = {"purchase_order": {"map_file": "own.toml"}}
    return CsvTranslator(folder), partner("csv", receive=agreed, send=agreed)


def test_titles_may_have_to_be_exact() -> None:
    data = b"po number,QUANTITY,Unit\n1,2,EA\n"
    (read,), _ = read_file(CSV, data, "o.csv", partner("csv"))
    assert read is not None
    _, findings = read_file(CSV, data, "o.csv", partner("csv", csv={"titles": "exact"}))
    assert [f.where.column for f in findings if f.problem == problems.COLUMN_MISSING] == [
        "PO Number",
        "Quantity",
    ]


def test_a_held_row_takes_what_belongs_to_it_along() -> None:
    raw = {**RECORDS, "columns": {**RECORDS["columns"], "lines[].splits[].quantity": "S:#2"}}
    mapped = compile_map(raw, (), "x.toml")
    from hub.model.finding import Severity
    from translators.csv.binding import bind
    from translators.csv.reading import read_document
    from translators.csv.records import Row

    cells = (("H", "7"), ("L", "1", "x", "EA"), ("S", "5"), ("L", "2", "3", "EA"), ("S", "3"), ("Z",))
    rows = tuple(Row(n, row) for n, row in enumerate(cells, 1))
    made, findings = read_document(bind(mapped, ()), rows, hold=True)
    assert isinstance(made, PurchaseOrder)
    assert [(line.number, len(line.splits)) for line in made.lines] == [("2", 1)]
    assert [(f.where.row, f.severity) for f in findings] == [(n, Severity.HOLD) for n in (2, 3, 6)]
    assert read_document(bind(mapped, ()), rows)[0] is None


def test_a_row_with_a_cell_too_many_is_held_like_any_other() -> None:
    data = b"PO Number,Quantity,Unit\n1,2,EA\n1,3,EA,7\n1,4\xff,EA\n"
    (read,), findings = read_file(
        CSV, data, "o.csv", partner("csv", csv={"bad_rows": "hold", "encoding": "utf-8"})
    )
    assert isinstance(read, PurchaseOrder)
    assert [line.quantity for line in read.lines] == [2]
    assert [(f.where.row, f.severity.value) for f in findings] == [(3, "hold"), (4, "hold")]
    documents, findings = read_file(CSV, data, "o.csv", partner("csv", csv={"encoding": "utf-8"}))
    assert documents == (None,)
    assert [f.where.row for f in findings if f.fatal] == [3, 4, 4]


def test_a_report_without_a_number_is_numbered_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "feed.toml").write_text(
        'document = "inventory_advice"\n[columns]\n"lines[].ids.sku" = "SKU"\n'
        '"lines[].quantities[].quantity" = "Qty"\n[defaults]\nnumber = "content"\n"lines[].number" = "#"\n'
    )
    translator = CsvTranslator(tmp_path)
    known = partner("csv", receive={"inventory_advice": {"map_file": "feed.toml"}})
    numbers = []
    for data in (b"SKU,Qty\nA,1\nB,2\n", b"SKU,Qty\r\nA,1\r\nB,2\r\n", b"SKU,Qty\nA,1\nB,3\n"):
        (read,), findings = read_file(translator, data, "feed.csv", known)
        assert isinstance(read, InventoryAdvice)
        assert findings == ()
        assert len(read.lines) == 2
        numbers.append(read.number)
    assert numbers[0] == numbers[1] != numbers[2]
