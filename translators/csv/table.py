"""A flat file as a table: its header, and its rows as they are asked for, without what the agreement leaves out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import CsvSettings
from translators.csv.left_out import is_like, of_skipped, taken
from translators.csv.records import Row, delimited, find_separator, fixed
from translators.csv.text import DAMAGED, lines_of
from translators.csv.workbook import is_workbook, sheet_rows


class Table(Struct, kw_only=True):
    """A file that is being read. `rows` can be gone over once; blank rows are not in it.

    `left_out` fills while rows are taken: the numbers of the rows that the agreement does not want read; `like_data`
    are those of them that have the shape of the rows that are read. `findings` say why there is nothing to read, and
    which lines stand above the titles.
    """

    header: tuple[str, ...]
    rows: Iterator[Row]
    settings: CsvSettings
    left_out: list[int]
    like_data: list[int] = []
    findings: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Say whether the file as a whole must not be read."""
        return any(finding.fatal for finding in self.findings)


def open_table(stream: BinaryIO, settings: CsvSettings, *, is_fixed: bool = False) -> Table:
    """Open a file; its header is read, its rows when they are asked for. Faults of a row stand in the row.

    `is_fixed`: of fixed width, where a row is one cell and nothing is a header. Raises ConfigError when the agreed
    separator is not one character or the agreed encoding none.
    """
    if is_workbook(stream):
        found = sheet_rows(stream, settings)
        if isinstance(found, Finding):
            return Table(header=(), rows=iter(()), settings=settings, left_out=[], findings=(found,))
        above = taken(found, settings.skip)
        return _table(found, settings, above, is_fixed=is_fixed)
    lines = lines_of(stream, settings.encoding)
    above_lines = list(itertools.islice(lines, settings.skip))
    if is_fixed:
        above = tuple(fixed(iter(above_lines)))
        return _table(fixed(lines, settings.skip + 1), settings, above, is_fixed=True)
    head = list(_head(lines, settings))
    mark = settings.separator or find_separator(head[-1] if head else "", settings.quote)
    marked = replace(settings, separator=mark)
    above = tuple(Row(n, _cells_above(line, marked)) for n, line in enumerate(above_lines, 1))
    return _table(
        delimited(itertools.chain(head, lines), marked, settings.skip + 1), settings, above, is_fixed=False
    )


def _cells_above(line: str, settings: CsvSettings) -> tuple[str, ...]:
    """Return the cells of a line above the titles; a quotation mark in it may go on, which harms nobody."""
    row = next(delimited(iter((line,)), settings), None)
    return row.cells if row is not None else ()


def _head(lines: Iterator[str], settings: CsvSettings) -> Iterator[str]:
    """Yield the lines up to the first that is neither blank nor a comment: it shows the separator."""
    for line in lines:
        yield line
        if line.strip() and not (settings.comment and line.startswith(settings.comment)):
            return


def _table(rows: Iterator[Row], settings: CsvSettings, above: tuple[Row, ...], *, is_fixed: bool) -> Table:
    table = Table(header=(), rows=iter(()), settings=settings, left_out=[], like_data=[])
    wanted = _wanted(rows, settings, table.left_out, table.like_data)
    first = next(wanted, None)
    if first is None:
        table.findings = (_empty(table.left_out),)
        return table
    titles = None if is_fixed or not settings.header else first
    if above:  # else no row is asked for before its time
        second = next(wanted, None) if titles is not None else None
        notes = of_skipped(above, titles, second if titles is not None else first)
        wanted = itertools.chain(() if second is None else (second,), wanted)
    else:
        notes = ()
    if titles is None:
        table.rows, table.findings = itertools.chain((first,), wanted), notes
    else:
        table.header, table.rows = _without_tail(titles.cells), wanted
        table.findings = (*titles.faults, *notes, *_other_separator(titles, settings))
    return table


def _other_separator(titles: Row, settings: CsvSettings) -> Iterator[Finding]:
    """Warn of a row of titles that is one cell, and would be several by another separator than the agreed one."""
    found = find_separator(titles.cells[0], settings.quote)
    if len(titles.cells) > 1 or found == settings.separator or found not in titles.cells[0]:
        return
    agreed, other = settings.separator or ",", "\\t" if found == "\t" else found
    yield Finding(
        problems.ROW_INVALID,
        f"holds no {agreed!r}, which separates columns by agreement, but {titles.cells[0].count(found)} {other!r}",
        Severity.WARNING,
        Where(row=titles.number),
        hint=f'if that is how they write, set separator = "{other}" in [csv] or in the record type',
    )


def _wanted(
    rows: Iterator[Row], settings: CsvSettings, left_out: list[int], like_data: list[int]
) -> Iterator[Row]:
    """Yield the rows that are to be read; the others are blank, or noted."""
    ignored = tuple(pattern.casefold() for pattern in settings.ignore)
    before: Row | None = None
    for row in rows:
        first = next((cell for cell in row.cells if cell), "")
        if not first.strip() and not row.faults:
            continue
        is_comment = bool(settings.comment) and row.cells[0].startswith(settings.comment)
        if is_comment or any(fnmatchcase(first.strip().casefold(), pattern) for pattern in ignored):
            left_out.append(row.number)
            if not is_comment and is_like(row, before, share=1):
                like_data.append(row.number)
        else:
            before = row
            yield row


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


def _without_tail(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the empty cells at the end of a header."""
    end = max((index for index, cell in enumerate(cells) if cell), default=-1) + 1
    return cells[:end]


def _empty(left_out: list[int]) -> Finding:
    message = "the file holds no rows" + (" but those that are left out as agreed" if left_out else "")
    return Finding(problems.FILE_EMPTY, message, hint="send the file again with its rows")
