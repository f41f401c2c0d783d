"""A flat file as a table: its header, and its rows as they are asked for, without what the agreement leaves out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import CsvSettings
from translators.csv.records import Row, delimited, find_separator, fixed
from translators.csv.text import DAMAGED, lines_of
from translators.csv.workbook import is_workbook, sheet_rows


class Table(Struct, kw_only=True):
    """A file that is being read. `rows` can be gone over once; blank rows are not in it.

    `left_out` fills while rows are taken: the numbers of the rows that the agreement does not want read. `findings`
    say why there is nothing to read.
    """

    header: tuple[str, ...]
    rows: Iterator[Row]
    settings: CsvSettings
    left_out: list[int]
    findings: tuple[Finding, ...] = ()


def open_table(stream: BinaryIO, settings: CsvSettings, *, is_fixed: bool = False) -> Table:
    """Open a file; its header is read, its rows when they are asked for. Faults of a row stand in the row.

    `is_fixed`: of fixed width, where a row is one cell and nothing is a header. Raises ConfigError when the agreed
    separator is not one character or the agreed encoding none.
    """
    if is_workbook(stream):
        found = sheet_rows(stream, settings)
        if isinstance(found, Finding):
            return Table(header=(), rows=iter(()), settings=settings, left_out=[], findings=(found,))
        return _table(itertools.islice(found, settings.skip, None), settings, is_fixed=is_fixed)
    lines = itertools.islice(lines_of(stream, settings.encoding), settings.skip, None)
    if is_fixed:
        return _table(fixed(lines, settings.skip + 1), settings, is_fixed=True)
    head = list(_head(lines, settings))
    mark = settings.separator or find_separator(head[-1] if head else "", settings.quote)
    rows = delimited(itertools.chain(head, lines), replace(settings, separator=mark), settings.skip + 1)
    return _table(rows, settings, is_fixed=False)


def _head(lines: Iterator[str], settings: CsvSettings) -> Iterator[str]:
    """Yield the lines up to the first that is neither blank nor a comment: it shows the separator."""
    for line in lines:
        yield line
        if line.strip() and not (settings.comment and line.startswith(settings.comment)):
            return


def _table(rows: Iterator[Row], settings: CsvSettings, *, is_fixed: bool) -> Table:
    left_out: list[int] = []
    wanted = _wanted(rows, settings, left_out)
    first = next(wanted, None)
    if first is None:
        return Table(
            header=(), rows=iter(()), settings=settings, left_out=left_out, findings=(_empty(left_out),)
        )
    if is_fixed or not settings.header:
        chained = itertools.chain((first,), wanted)
        return Table(header=(), rows=chained, settings=settings, left_out=left_out)
    return Table(
        header=_without_tail(first.cells),
        rows=wanted,
        settings=settings,
        left_out=left_out,
        findings=first.faults,
    )


def _wanted(rows: Iterator[Row], settings: CsvSettings, left_out: list[int]) -> Iterator[Row]:
    """Yield the rows that are to be read; the others are blank, or noted."""
    ignored = tuple(pattern.casefold() for pattern in settings.ignore)
    for row in rows:
        first = next((cell for cell in row.cells if cell), "")
        if not first.strip() and not row.faults:
            continue
        if _is_left_out(row.cells[0], first, settings.comment, ignored):
            left_out.append(row.number)
        else:
            yield row


def _is_left_out(start: str, first: str, comment: str, ignored: tuple[str, ...]) -> bool:
    if comment and start.startswith(comment):
        return True
    return bool(ignored) and any(fnmatchcase(first.strip().casefold(), pattern) for pattern in ignored)


def row_faults(row: Row, header: tuple[str, ...]) -> Iterator[Finding]:
    """Report what is wrong with a row whatever the map: cells right of the header, bytes that are no characters."""
    if header and any(row.cells[len(header) :]):
        yield Finding(
            problems.ROW_INVALID,
            f"has a cell more than the header has columns ({len(header)})",
            where=Where(row=row.number, column=str(len(header) + 1)),
            value=next(cell for cell in row.cells[len(header) :] if cell)[:80],
            hint="put text that contains the separator in quotation marks",
        )
    for index, cell in enumerate(row.cells):
        if DAMAGED in cell:
            yield Finding(
                problems.ROW_INVALID,
                "holds bytes that are no characters in this file's encoding",
                where=Where(row=row.number, column=header[index] if index < len(header) else str(index + 1)),
                value=cell[:80],
                hint="save the file as UTF-8, or agree on its encoding (csv.encoding)",
            )


def note_left_out(rows: Sequence[int]) -> tuple[Finding, ...]:
    """Say which rows were not read because the agreement says so: nothing disappears unseen."""
    if not rows:
        return ()
    shown = ", ".join(map(str, rows[:9])) + (" ..." if len(rows) > 9 else "")
    message = (
        f"{len(rows)} row{'s' if len(rows) > 1 else ''} left out as agreed (csv.comment, csv.ignore): {shown}"
    )
    return (Finding(problems.FIELD_UNMAPPED, message, Severity.NOTE, Where(row=rows[0])),)


def _without_tail(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the empty cells at the end of a header."""
    end = max((index for index, cell in enumerate(cells) if cell), default=-1) + 1
    return cells[:end]


def _empty(left_out: list[int]) -> Finding:
    message = "the file holds no rows" + (" but those that are left out as agreed" if left_out else "")
    return Finding(problems.FILE_EMPTY, message, hint="send the file again with its rows")
