"""CSV text to rows: every nasty file is read right, or a finding names the row and the column."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import CsvSettings
from translators.csv.frames import write_table, write_workbook
from translators.csv.left_out import note_left_out
from translators.csv.records import LONGEST_CELL, MAX_COLUMNS, Row
from translators.csv.table import open_table, row_faults
from translators.csv.text import DAMAGED, decode, encode, encoding_of

ROOT = Path(__file__).parents[2]

GRID = (("1", "x"), ("2", "y"))


def table(data: str | bytes, **dialect: object) -> tuple[list[Row], list[Finding]]:
    """Return all rows of a file, and all that is wrong with it."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    opened = open_table(io.BytesIO(raw), msgspec.convert(dialect, CsvSettings))
    rows = list(opened.rows)
    faults = [fault for row in rows for fault in (*row.faults, *row_faults(row, opened.header))]
    return rows, [*opened.findings, *faults]


def cells(text: str, **dialect: object) -> tuple[tuple[str, ...], ...]:
    return tuple(row.cells for row in table(text, **dialect)[0])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind_part_rows(newline: str) -> None:
    assert cells(newline.join(["a,b", "1,x", "2,y"])) == GRID


def test_mixed_line_ends_part_rows() -> None:
    assert cells("a,b\r1,x\r\n2,y\n") == GRID


def test_a_line_break_in_quotation_marks_starts_no_row() -> None:
    rows, _ = table('a,b\n1,"x\r\ny"\n2,z\n')
    assert [(row.number, row.cells[1]) for row in rows] == [(2, "x\r\ny"), (3, "z")]


def test_blank_rows_are_left_out_and_still_counted() -> None:
    assert [row.number for row in table("a,b\n\n1,x\n,\n\n2,y\n\n")[0]] == [3, 6]


def test_doubled_quotation_marks_are_one() -> None:
    assert cells('a,b\n"say ""hi""",5" pipe\n') == (('say "hi"', '5" pipe'),)


def test_words_that_other_readers_take_for_nothing_stay_words() -> None:
    assert cells("a,b\nNA,null\nnan,None\n") == (("NA", "null"), ("nan", "None"))


def test_a_long_row_is_kept_and_reported() -> None:
    rows, findings = table("a,b\n1,x,more\n")
    assert rows[0].cells[2] == "more"
    assert [(f.problem, f.where.row, f.where.column) for f in findings] == [(problems.ROW_INVALID, 2, "3")]


def test_empty_cells_right_of_the_header_are_no_fault() -> None:
    assert table("a,b,,\n1,x,,\n")[1] == []


def test_an_open_quotation_mark_is_reported_with_its_row() -> None:
    rows, findings = table('a,b\n1,x\n2,"y\n3,z\n')
    assert [(f.problem, f.where.row) for f in findings] == [(problems.ROW_INVALID, 3)]
    assert rows[-1].cells[1] == "y\n3,z"


def test_an_open_quotation_mark_of_a_huge_file_ends_the_reading() -> None:
    rows, findings = table('a,b\n1,x\n2,"y\n' + "3,z\n" * LONGEST_CELL)
    assert [(f.problem, f.where.row) for f in findings] == [(problems.ROW_INVALID, 3)]
    assert [row.number for row in rows] == [2, 3]


def test_a_huge_cell_without_a_quotation_mark_is_said_to_be_one() -> None:
    rows, findings = table("a,b\n1,x\n2," + "y" * (LONGEST_CELL + 1) + "\n3,z\n")
    assert [(f.problem, f.where.row) for f in findings] == [(problems.ROW_INVALID, 3)]
    assert "a cell of more than 131072 characters" in findings[0].message
    assert [row.number for row in rows] == [2, 3]


def test_text_behind_a_closing_quotation_mark_is_reported_and_the_next_row_is_read() -> None:
    rows, findings = table('a,b\n1,"x"y\n2,z\n')
    assert [(f.problem, f.where.row, f.value) for f in findings] == [(problems.ROW_INVALID, 2, '1,"x"y')]
    assert [row.cells for row in rows] == [("1", "xy"), ("2", "z")]


@pytest.mark.parametrize("text", ["", "\n", "\r\n\r\n", " ", ",,,"])
def test_an_empty_file_is_reported(text: str) -> None:
    assert [f.problem for f in table(text)[1]] == [problems.FILE_EMPTY]


def test_damaged_cells_are_reported_with_row_and_column() -> None:
    _, findings = table(b"a,b\n1,x\n2,\0y\n")
    assert [(f.problem, f.where.row, f.where.column) for f in findings] == [(problems.ROW_INVALID, 3, "b")]


def test_a_table_of_absurd_width_is_cut_and_reported() -> None:
    rows, findings = table("a,b\n1,2\n3" + "," * 100_000 + "x\n")
    assert max(len(row.cells) for row in rows) == MAX_COLUMNS
    assert [(f.problem, f.where.row) for f in findings] == [(problems.ROW_INVALID, 3)]


@pytest.mark.parametrize("header", [True, False])
def test_the_longest_row_may_stand_anywhere(header: bool) -> None:
    rows, findings = table('a,"b\nc"\n1\n1' + "," * 40 + "x\n", header=header)
    assert rows[-1].cells[40] == "x"
    assert len(findings) == header


@pytest.mark.parametrize("separator", [";;", '"', "\n"])
def test_a_separator_that_separates_nothing_is_a_fault_of_the_profile(separator: str) -> None:
    with pytest.raises(ConfigError, match="separator"):
        table("a,b", separator=separator)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_separator_is_found_outside_of_quotation_marks(separator: str) -> None:
    text = '# a, b; c, d\n"a,;|",b\n1,x\n'.replace(",b", f"{separator}b").replace(",x", f"{separator}x")
    assert cells(text, separator="", comment="#") == (("1", "x"),)


def test_lines_that_the_agreement_leaves_out_are_counted_and_told() -> None:
    opened = open_table(
        io.BytesIO(b"Report of May\na,b\n# new\n1,x\nTotal: 1,\n2,y\n"),
        CsvSettings(skip=1, comment="#", ignore=("total*",)),
    )
    assert [(row.number, row.cells) for row in opened.rows] == [(4, ("1", "x")), (6, ("2", "y"))]
    assert opened.left_out == [3, 5]
    (note,) = opened.findings
    assert note.line() == "row 1: 1 line above the titles skipped as agreed (csv.skip): 1 'Report of May'"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("Item,Text,Qty\nA-1,Lamp,5\nA-2,Desk,7\n", CsvSettings(skip=1)),  # the titles are skipped
        ("Item,Text,Qty\nA-1,Lamp,5\nA-2,Desk,7\n", CsvSettings(skip=2)),
        ("Item,Qty\nA-1,5\nA-2,7\n", CsvSettings(skip=1)),
        ("Stock of May\nItem,Qty\nA-1,5\nA-2,7\nA-3,7\n", CsvSettings(skip=3)),
        ("A-1,5\nA-2,7\n", CsvSettings(skip=1, header=False)),
        ("LIN0001HUB-1001  0005\nLIN0002HUB-1002  0007\n", CsvSettings(skip=1, header=False)),
    ],
)
def test_a_skipped_line_of_titles_or_data_refuses_the_file(text: str, settings: CsvSettings) -> None:
    fixed = "," not in text
    (fault,) = open_table(io.BytesIO(text.encode()), settings, is_fixed=fixed).findings
    assert fault.fatal
    assert "looks like" in fault.message
    assert "csv.skip" in fault.hint


@pytest.mark.parametrize(
    "above",
    ["Stock", "Vendor,Globex", "Date,2026-01-31,,", "\n", '"Our report, ""May"""', "-----,-----", "Page,1"],
)
def test_lines_of_a_letterhead_are_skipped_and_told(above: str) -> None:
    text = f"{above}\nItem,Text,Qty\nA-1,Lamp,5\n"
    table = open_table(io.BytesIO(text.encode()), CsvSettings(skip=text.count("\n") - 2))
    assert table.header == ("Item", "Text", "Qty")
    (note,) = table.findings
    assert (note.severity, "skipped as agreed" in note.message) == ("note", True)


def test_a_row_that_a_pattern_leaves_out_and_that_looks_like_data_is_doubted() -> None:
    text = b"Item,Text,Qty\nA-1,Lamp,5\nT-9,Table,3\nTotal,,8\n"
    table = open_table(io.BytesIO(text), CsvSettings(ignore=("t*",)))
    assert [row.number for row in table.rows] == [2]
    note, doubt = note_left_out(table.left_out, table.like_data)
    assert note.line() == "row 3: 2 rows left out as agreed (csv.comment, csv.ignore): 3, 4"
    assert doubt.line() == "row 3: 1 row left out by csv.ignore, with the shape of data: 3"


def test_quotation_marks_of_other_kinds_are_read() -> None:
    assert cells("a,b\n'1,2',it\\'s\n", quote="'", escape="\\") == (("1,2", "it's"),)
    assert cells('a,b\n"1,2"\n', quote="") == (('"1', '2"'),)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("é,b".encode(), "utf-8"),
        ("é,b".encode("utf-8-sig"), "utf-8-sig"),
        ("é,b".encode("utf-16"), "utf-16"),
        ("é,b".encode("utf-16-le"), "utf-16-le"),
        ("é,b".encode("utf-16-be"), "utf-16-be"),
        ("é,b".encode("cp1252"), "cp1252"),
    ],
)
def test_encodings_are_told_by_their_bytes(data: bytes, encoding: str) -> None:
    assert encoding_of(data, "") == encoding
    assert decode(data, "") == "é,b"


def test_a_byte_order_mark_wins_over_the_agreement() -> None:
    assert decode("é".encode("utf-16"), "utf-8") == "é"


def test_one_bad_byte_does_not_turn_the_good_letters_of_a_file_into_others() -> None:
    assert decode("Bodø, Tromsø".encode() + b"\xff", "") == "Bodø, Tromsø" + DAMAGED


def test_a_byte_that_is_no_character_is_marked() -> None:
    assert decode(b"a\xff", "utf-8") == "a" + DAMAGED


def test_an_unknown_encoding_is_a_fault_of_the_profile() -> None:
    with pytest.raises(ConfigError, match="klingon"):
        decode(b"a", "klingon")


def test_written_tables_are_quoted_only_where_needed() -> None:
    text = write_table(["a", "b"], [["1;2", 'say "hi"'], ["x\ny", ""]], ";")
    assert text == 'a;b\r\n"1;2";"say ""hi"""\r\n"x\ny";\r\n'
    assert encode("ä", "cp1252") == b"\xe4"


def test_rows_of_several_kinds_are_written_as_long_as_they_are() -> None:
    assert write_table([], [["H", "1"], ["L", "1", "", "A"], ["S"]], ",") == "H,1\r\nL,1,,A\r\nS\r\n"


@pytest.mark.parametrize(
    ("header", "rows", "text"), [([], [], ""), (["a", "a"], [], "a,a\r\n"), ([], [[""]], '""\r\n')]
)
def test_tables_of_next_to_nothing(header: list[str], rows: list[list[str]], text: str) -> None:
    assert write_table(header, rows, ",") == text


def test_what_is_written_stays_text() -> None:
    """Whatever a frame might take for a number, a day or nothing."""
    cells = ["007", "1e5", "12.30", "NA", "nan", "null", "None", "<NA>", "inf", "True", "2026-01-01"]
    assert write_table(cells, [cells], ",") == 2 * (",".join(cells) + "\r\n")
    table = open_table(io.BytesIO(write_workbook(cells, [cells], "")), CsvSettings())
    assert [table.header, *(row.cells for row in table.rows)] == 2 * [tuple(cells)]


def test_a_workbook_cuts_what_no_cell_of_excel_can_hold() -> None:
    table = open_table(io.BytesIO(write_workbook([], [["x" * 40_000]], "")), CsvSettings(header=False))
    assert [len(row.cells[0]) for row in table.rows] == [32_767]


def test_pandas_is_loaded_with_the_first_table_that_is_written() -> None:
    """Its half a second is not for those who ask for help, or trade in X12 alone."""
    code = (
        "import sys, hub.cli.main, hub.wiring\n"
        "from translators.csv import frames, translator\n"
        "before = 'pandas' in sys.modules or 'numpy' in sys.modules\n"
        "frames.write_table(['a'], [['1']], ',')\n"
        "print(before, 'pandas' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.split() == ["False", "True"]
