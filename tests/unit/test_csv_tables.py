"""CSV text to rows: every nasty file is read right, or a finding names the row and the column."""

from __future__ import annotations

import pytest

from hub.model import problems
from hub.model.errors import ConfigError
from translators.csv.table import MAX_COLUMNS, parse_table, write_table
from translators.csv.text import DAMAGED, decode, encode, encoding_of

GRID = (("1", "x"), ("2", "y"))


def cells(text: str, width: int = 2) -> tuple[tuple[str, ...], ...]:
    return tuple(row.cells[:width] for row in parse_table(text, ",", header=True).rows)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind_part_rows(newline: str) -> None:
    assert cells(newline.join(["a,b", "1,x", "2,y"])) == GRID


def test_mixed_line_ends_part_rows() -> None:
    assert cells("a,b\r1,x\r\n2,y\n") == GRID


def test_a_line_break_in_quotation_marks_starts_no_row() -> None:
    table = parse_table('a,b\n1,"x\r\ny"\n2,z\n', ",", header=True)
    assert [(row.number, row.cells[1]) for row in table.rows] == [(2, "x\r\ny"), (3, "z")]


def test_blank_rows_are_left_out_and_still_counted() -> None:
    assert [row.number for row in parse_table("a,b\n\n1,x\n,\n\n2,y\n\n", ",", header=True).rows] == [3, 6]


def test_doubled_quotation_marks_are_one() -> None:
    assert cells('a,b\n"say ""hi""",5" pipe\n') == (('say "hi"', '5" pipe'),)


def test_words_that_pandas_takes_for_nothing_stay_words() -> None:
    assert cells("a,b\nNA,null\nnan,None\n") == (("NA", "null"), ("nan", "None"))


def test_a_short_row_is_filled_up() -> None:
    assert cells("a,b\n1\n") == (("1", ""),)


def test_a_long_row_is_kept_and_reported() -> None:
    table = parse_table("a,b\n1,x,more\n", ",", header=True)
    assert table.rows[0].cells[2] == "more"
    assert [(f.problem, f.where.row, f.where.column) for f in table.findings] == [
        (problems.ROW_INVALID, 2, "3")
    ]


def test_empty_cells_right_of_the_header_are_no_fault() -> None:
    assert parse_table("a,b,,\n1,x,,\n", ",", header=True).findings == ()


def test_an_open_quotation_mark_is_reported_with_its_row() -> None:
    table = parse_table('a,b\n1,x\n2,"y\n3,z\n', ",", header=True)
    assert [(f.problem, f.where.row) for f in table.torn] == [(problems.ROW_INVALID, 3)]
    assert table.rows[-1].cells[1] == "y\n3,z"


@pytest.mark.parametrize("text", ["", "\n", "\r\n\r\n", " ", ",,,"])
def test_an_empty_file_is_reported(text: str) -> None:
    assert [f.problem for f in parse_table(text, ",", header=True).findings] == [problems.FILE_EMPTY]


def test_damaged_cells_are_reported_with_row_and_column() -> None:
    table = parse_table(decode(b"a,b\n1,x\n2,\0y\n", ""), ",", header=True)
    assert [(f.problem, f.where.row, f.where.column) for f in table.findings] == [
        (problems.ROW_INVALID, 3, "b")
    ]


def test_a_table_of_absurd_width_is_cut_and_reported() -> None:
    table = parse_table("a,b\n1,2\n3" + "," * 100_000 + "x\n", ",", header=True)
    assert max(len(row.cells) for row in table.rows) == MAX_COLUMNS
    assert [f.problem for f in table.torn] == [problems.ROW_INVALID]


@pytest.mark.parametrize("header", [True, False])
def test_the_longest_row_sets_the_width_wherever_it_stands(header: bool) -> None:
    table = parse_table('a,"b\nc"\n1\n1' + "," * 40 + "x\n", ",", header=header)
    assert table.rows[-1].cells[40] == "x"
    assert len(table.findings) == header


@pytest.mark.parametrize("separator", ["", ";;", '"', "\n"])
def test_a_separator_that_separates_nothing_is_a_fault_of_the_profile(separator: str) -> None:
    with pytest.raises(ConfigError, match="separator"):
        parse_table("a,b", separator, header=True)


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


def test_a_byte_that_is_no_character_is_marked() -> None:
    assert decode(b"a\xff", "utf-8") == "a" + DAMAGED


def test_an_unknown_encoding_is_a_fault_of_the_profile() -> None:
    with pytest.raises(ConfigError, match="klingon"):
        decode(b"a", "klingon")


def test_written_tables_are_quoted_only_where_needed() -> None:
    text = write_table(["a", "b"], [["1;2", 'say "hi"'], ["x\ny", ""]], ";")
    assert text == 'a;b\r\n"1;2";"say ""hi"""\r\n"x\ny";\r\n'
    assert encode("ä", "cp1252") == b"\xe4"
