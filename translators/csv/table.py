"""Rows and cells of a CSV text, as strings: the one place that knows pandas, and never a float.

pandas is imported when the first file is read, because importing it takes a third of a second.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from msgspec import Struct

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Severity, Where
from translators.csv.text import DAMAGED

#: A table wider than this is no trade document; its further cells are not read.
MAX_COLUMNS = 512
#: A private-use character that marks the end of the text: a quotation mark left open swallows it.
_END = "\ue0ff"


class Row(Struct, frozen=True):
    """One row: its number in the file (the first is 1, and a quoted line break starts no row) and cells."""

    number: int
    cells: tuple[str, ...]


class Table(Struct, frozen=True, kw_only=True):
    """A CSV text. `header` is empty where columns go by position; blank rows are left out of `rows`.

    `findings` would be found again in a copy of the rows; `torn` only the whole file can show.
    """

    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    torn: tuple[Finding, ...] = ()


def parse_table(text: str, separator: str, *, header: bool) -> Table:
    """Split text into rows and trimmed cells. Faults are findings that name row and column.

    Raises ConfigError when the agreed separator is not one character.
    """
    if len(separator) != 1 or separator in '"\r\n':
        raise ConfigError(
            f"csv.separator: {separator!r} cannot separate columns; write one, such as ; or \\t"
        )
    records, torn = _records(text.replace(_END, DAMAGED), separator)
    rows = [Row(n, cells) for n, cells in enumerate(records, 1) if any(cells)]
    if not rows:
        return Table(findings=(_empty(),), torn=torn)
    findings: list[Finding] = []
    names: tuple[str, ...] = ()
    if header:
        names = _without_tail(rows.pop(0).cells)
        findings += _overhang(rows, names)
    if DAMAGED in text:
        findings += _damaged(rows, names)
    return Table(header=names, rows=tuple(rows), findings=tuple(findings), torn=torn)


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]], separator: str) -> str:
    """Write rows as CSV text (RFC 4180: CR LF, quotation marks where needed). No header when it is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _records(text: str, separator: str) -> tuple[list[tuple[str, ...]], tuple[Finding, ...]]:
    """Return every record of the text, trimmed, and what only the whole text can show to be wrong."""
    records, cut = _read(f'{text}\n{_END}"', separator)
    trimmed = [tuple(cell.replace(_END, "").strip() for cell in record) for record in records]
    torn = (_too_wide(),) if cut else ()
    if records[-1][0] == f'{_END}"':
        return trimmed[:-1], torn
    return trimmed, (*torn, _unclosed(len(records)))


def _unclosed(row_number: int) -> Finding:
    return Finding(
        problems.ROW_INVALID,
        "a quotation mark opened in this row is never closed, so that the rest of the file is one cell",
        where=Where(row=row_number),
        hint='close the quotation mark, or write it twice ("") where it belongs to the text',
    )


def _too_wide() -> Finding:
    message = f"a row has more than {MAX_COLUMNS} cells; what stands right of them was not read"
    return Finding(problems.ROW_INVALID, message, hint="is this the agreed file, and the agreed separator?")


def _read(text: str, separator: str) -> tuple[list[list[str]], bool]:
    """Return the records, short ones filled up to the longest, and whether long ones had to be cut.

    pandas wants to know the width beforehand: the first line's is tried, and doubled while a row is longer.
    """
    import pandas as pd

    width = text.partition("\n")[0].count(separator) + 1
    while width < MAX_COLUMNS:
        try:
            return _read_wide(text, separator, width, None), False
        except pd.errors.ParserError:
            width *= 2
    return _read_wide(text, separator, MAX_COLUMNS, range(MAX_COLUMNS)), True


def _read_wide(text: str, separator: str, width: int, kept: range | None) -> list[list[str]]:
    """Return the records as lists of `width` cells. Without `kept`, a longer one raises ParserError.

    A first record of full width is put before the text, because pandas takes the width from there.
    """
    import pandas as pd

    frame = pd.read_csv(
        io.StringIO(separator * (width - 1) + "\n" + text, newline=""),
        sep=separator,
        header=None,
        names=range(width),
        usecols=kept,
        index_col=False,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
    )
    records: list[list[str]] = frame.to_numpy(dtype=object).tolist()
    return records[1:]


def _without_tail(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the empty cells at the end of a header."""
    end = max(index for index, cell in enumerate(cells) if cell) + 1
    return cells[:end]


def _empty() -> Finding:
    return Finding(problems.FILE_EMPTY, "the file holds no rows", hint="send the file again with its rows")


def _overhang(rows: list[Row], names: tuple[str, ...]) -> list[Finding]:
    """Report cells that stand right of the last column: the row's columns may have shifted."""
    return [
        Finding(
            problems.ROW_INVALID,
            f"has a cell more than the header has columns ({len(names)})",
            where=Where(row=row.number, column=str(len(names) + 1)),
            value=next(cell for cell in row.cells[len(names) :] if cell),
            hint="put text that contains the separator in quotation marks",
        )
        for row in rows
        if any(row.cells[len(names) :])
    ]


def _damaged(rows: list[Row], names: tuple[str, ...]) -> list[Finding]:
    """Report cells with bytes that are no characters."""
    return [
        Finding(
            problems.ROW_INVALID,
            "holds bytes that are no characters in this file's encoding",
            severity=Severity.ERROR,
            where=Where(row=row.number, column=names[index] if index < len(names) else str(index + 1)),
            value=cell[:80],
            hint="save the file as UTF-8, or agree on its encoding (csv.encoding)",
        )
        for row in rows
        for index, cell in enumerate(row.cells)
        if DAMAGED in cell
    ]
