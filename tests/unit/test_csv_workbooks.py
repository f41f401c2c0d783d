"""Excel workbooks: cells as people see them, and nothing that a hostile or broken one can do."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.envelope import Envelope
from hub.model.finding import Finding
from hub.model.partner import CsvSettings
from tests.support.plain_files import partner, read_file
from translators.csv import workbook
from translators.csv.records import Row
from translators.csv.translator import CsvTranslator
from translators.csv.workbook import sheet_rows
from translators.errors import Unwritable

CSV = CsvTranslator()
#: Excel knows no zones.
MIDNIGHT, HALF_PAST_TWO = (dt.datetime.fromisoformat(f"2026-03-02T{time}") for time in ("00:00", "14:30"))


def saved(fill: Callable[[Worksheet], object], title: str = "Orders") -> bytes:
    """Return a workbook whose second sheet is filled in."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Cover"
    fill(book.create_sheet(title))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(data: bytes, **settings: object) -> list[Row]:
    found = sheet_rows(io.BytesIO(data), CsvSettings(**{"sheet": "#2", **settings}))
    assert not isinstance(found, Finding), found
    return list(found)


def refusal(data: bytes, sheet: str = "") -> Finding:
    found = sheet_rows(io.BytesIO(data), CsvSettings(sheet=sheet))
    assert isinstance(found, Finding)
    return found


def orders(sheet: Worksheet) -> None:
    sheet.append(["PO Number", "PO Date", "Item", "UPC", "Quantity", "Unit", "Price"])
    sheet.append([70031, dt.date(2026, 3, 2), "A", 36000291452, 2, "EA", 12.3])
    sheet["D2"].number_format = "000000000000"
    sheet.append([70031, MIDNIGHT, "B", None, 1250.5, "EA", 0.1 + 0.2])


def test_an_order_is_read_from_the_agreed_sheet() -> None:
    documents, findings = read_file(
        CSV, saved(orders), "orders.xlsx", partner("csv", csv={"sheet": "orders"})
    )
    (order,) = documents
    assert isinstance(order, PurchaseOrder)
    assert findings == ()
    assert (order.number, order.date) == ("70031", dt.date(2026, 3, 2))
    assert [(line.quantity, line.price, line.ids.get("upc")) for line in order.lines] == [
        (Decimal(2), Decimal("12.3"), "036000291452"),
        (Decimal("1250.5"), Decimal("0.3"), None),
    ]


def test_cells_of_every_type_become_the_text_that_is_agreed() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append([1.5, 10**14, True, dt.time(14, 30), HALF_PAST_TWO, " x ", 1e-7, -2])

    (row,) = rows(saved(fill), decimal=",", date_format="%d.%m.%Y")
    assert row.cells == (
        "1,5", "100000000000000", "true", "14:30:00", "02.03.2026 14:30:00", "x", "0,0000001", "-2",
    )  # fmt: skip


def test_rows_keep_the_numbers_that_the_sheet_shows() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A2"], sheet["C5"] = "a", "b"

    assert [(row.number, row.cells) for row in rows(saved(fill)) if any(row.cells)] == [
        (2, ("a",)),
        (5, ("", "", "b")),
    ]


def test_a_formula_counts_by_its_stored_value_and_one_without_is_a_fault() -> None:
    data = saved(lambda sheet: sheet.append(["=1+1", 2]))
    (row,) = rows(data)
    assert [(f.problem, f.where.row, f.where.column) for f in row.faults] == [(problems.ROW_INVALID, 1, "1")]
    stored = rezipped(data, "xl/worksheets/sheet2.xml", lambda xml: xml.replace(b"<v></v>", b"<v>2</v>"))
    (row,) = rows(stored)
    assert (row.cells, row.faults) == (("2", "2"), ())


def test_an_error_of_excel_is_a_fault() -> None:
    (row,) = rows(saved(lambda sheet: sheet.append(["#N/A", "#REF!"])))
    assert [f.where.column for f in row.faults] == ["1", "2"]


def rezipped(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one of its parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as package,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for name in package.namelist():
            changed.writestr(name, change(package.read(name)) if name == part else package.read(name))
    return out.getvalue()


@pytest.mark.parametrize("sheet", ["Invoices", "#3", "#0"])
def test_a_sheet_that_is_not_there_is_named_with_those_that_are(sheet: str) -> None:
    found = refusal(saved(orders), sheet)
    assert found.problem == problems.FILE_UNREADABLE
    assert "'Cover', 'Orders'" in found.message


def test_an_order_is_written_as_a_workbook_and_comes_back() -> None:
    line = OrderLine(
        number="1", quantity=Decimal("2.50"), unit="EA", description="=1+1", ids={"upc": "036000291452"}
    )
    sent = PurchaseOrder(number="0042", date=dt.date(2026, 3, 2), lines=(line,), notes=("two", "notes"))
    known = partner("csv", csv={"workbook": True, "sheet": "Orders"})
    data = CSV.write(sent, Envelope(format="csv"), known)
    assert CSV.write(sent, Envelope(format="csv"), known) == data
    assert refusal(data, "Other").message.endswith("it has 'Orders'")
    (back,), findings = read_file(CSV, data, "o.xlsx", known)
    assert back == sent
    assert findings == ()


@pytest.mark.parametrize("text", ["a\x07b", "a\rb", "x" * 40_000])
def test_text_that_a_cell_does_not_give_back_is_refused(text: str) -> None:
    line = OrderLine(number="1", quantity=Decimal(1), unit="EA", description=text)
    with pytest.raises(Unwritable, match="cannot carry"):
        CSV.write(
            PurchaseOrder(number="1", lines=(line,)),
            Envelope(format="csv"),
            partner("csv", csv={"workbook": True}),
        )


def test_old_and_locked_workbooks_are_refused_with_what_to_do() -> None:
    documents, findings = read_file(
        CSV, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "orders.xls", partner("csv")
    )
    assert documents == ()
    assert [(f.problem, f.fatal) for f in findings] == [(problems.FILE_UNREADABLE, True)]
    assert ".xlsx" in findings[0].hint


def test_a_bomb_is_not_unpacked() -> None:
    bomb = rezipped(saved(orders), "xl/worksheets/sheet2.xml", lambda xml: xml + b" " * 50_000_000)
    assert len(bomb) < 100_000
    assert refusal(bomb).problem == problems.FILE_TOO_LARGE


def test_a_sheet_of_endless_rows_is_read_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 10)
    found = rows(saved(lambda sheet: [sheet.append([n]) for n in range(20)]))
    assert len(found) == 11
    assert [f.problem for f in found[-1].faults] == [problems.ROW_INVALID]


def test_a_workbook_that_declares_entities_is_refused() -> None:
    def declare(xml: bytes) -> bytes:
        return b'<!DOCTYPE a [<!ENTITY e "x">]>' + xml

    assert refusal(rezipped(saved(orders), "xl/workbook.xml", declare)).problem == problems.XML_FORBIDDEN


@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]
)
@pytest.mark.parametrize("broken", [b"", b"<", b"<a/>", b"\xff\xfe"])
def test_broken_parts_are_findings(part: str, broken: bytes) -> None:
    data = rezipped(saved(orders), part, lambda _: broken)
    documents, findings = read_file(CSV, data, "orders.xlsx", partner("csv", csv={"sheet": "#2"}))
    assert documents or findings
    assert all(documents) or any(f.fatal for f in findings)


@pytest.mark.parametrize("cut", [4, 100, 1000, -1])
def test_a_torn_workbook_is_a_finding(cut: int) -> None:
    assert refusal(saved(orders)[:cut]).problem == problems.FILE_UNREADABLE


def test_a_sheet_that_breaks_off_is_told_with_its_row() -> None:
    def tear(xml: bytes) -> bytes:
        return xml[: xml.index(b'<row r="3"')] + b"<row r="

    found = rows(rezipped(saved(orders), "xl/worksheets/sheet2.xml", tear))
    assert [f.problem for f in found[-1].faults] == [problems.ROW_INVALID]
    assert "broken" in found[-1].faults[0].message
