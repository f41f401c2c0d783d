"""Lines of text to rows of cells, one at a time: delimited and fixed width, and never a float.

The standard library's reader does the splitting, because it takes ragged rows as they are and holds one at a time.
Measured on 30 MB (400,000 rows of 12 cells): 10 MB of memory and 0.4 s; pandas in chunks took 68 to 81 MB and 0.5 to
0.8 s, refuses a file in which a row is too long, and does not tell a row with a loose quotation mark.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from msgspec import Struct

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from hub.model.partner import CsvSettings
from translators.csv.text import DAMAGED, LONGEST_LINE

#: A table wider than this is no trade document; its further cells are not read.
MAX_COLUMNS = 512
#: A longer cell is no text of a trade document, but a quotation mark that was never closed.
LONGEST_CELL = 131_072  # the limit of the csv module, which its users may not change
#: Separators that are looked for where the profile names none, the likeliest first.
SEPARATORS = ",;\t|"
#: A private-use character that marks the end of the text: a quotation mark left open swallows it.
_END = "\ue0ff"


class Row(Struct, frozen=True):
    """One row: its number in the file (the first is 1, and a quoted line break starts no row) and trimmed cells.

    A row of fixed width is one cell, the line as it is. `faults` are those that a copy of the row no longer has.
    """

    number: int
    cells: tuple[str, ...]
    faults: tuple[Finding, ...] = ()


def delimited(lines: Iterator[str], settings: CsvSettings, first: int = 1) -> Iterator[Row]:
    """Yield the rows of delimited text; `first` is the number of the first one.

    Raises ConfigError when the agreed separator is not one character.
    """
    source = _Source(lines)
    strict = _reader(source, settings, strict=True)
    number = first
    while True:
        source.taken.clear()
        faults: list[Finding] = []
        try:
            cells = next(strict)
        except StopIteration:
            return
        except csv.Error as error:
            cells = _leniently(source.taken, settings)
            too_long = "limit" in str(error)  # of one cell
            faults.append(_refused(number, source.taken, settings.quote, too_long=too_long))
            source.over = source.over or too_long
        if cells and cells[-1].endswith(_END):
            if cells == [_END]:
                return
            faults = [_unclosed(number)]
            cells[-1] = cells[-1].removesuffix(_END).rstrip("\r\n")
        if len(cells) > MAX_COLUMNS:
            faults.append(_too_wide(number))
        yield Row(number, tuple([cell.strip() for cell in cells[:MAX_COLUMNS]]), tuple(faults))
        number += 1


def fixed(lines: Iterator[str], first: int = 1) -> Iterator[Row]:
    """Yield the lines of a file of fixed width as rows of one cell, without their ends."""
    for number, line in enumerate(lines, first):
        faults = (_endless(number),) if len(line) >= LONGEST_LINE and line[-1] not in "\r\n" else ()
        yield Row(number, (line.rstrip("\r\n"),), faults)
        if faults:
            return


def find_separator(line: str, quote: str) -> str:
    """Return the separator that stands most often outside of quotation marks in a line; a comma when none does."""
    bare = "".join(line.split(quote)[::2]) if quote else line
    return max(SEPARATORS, key=bare.count)


class _Source:
    """Feeds lines to the reader, remembers those of the present row, and marks the end of the text."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.taken: list[str] = []
        self.over = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.over:
            raise StopIteration
        line = next(self._lines, None)
        if line is None:
            self.over = True
            line = _END
        else:
            line = line.replace(_END, DAMAGED)
        self.taken.append(line)
        return line


def _reader(lines: Iterable[str], settings: CsvSettings, *, strict: bool) -> Iterator[list[str]]:
    """Return the reader of the standard library. Raises ConfigError for a separator that can't be one."""
    separator = settings.separator or ","
    if len(separator) != 1 or separator in f"{settings.quote}\r\n":
        raise ConfigError(
            f"csv.separator: {separator!r} cannot separate columns; write one, such as ; or \\t"
        )
    return csv.reader(
        lines,
        delimiter=separator,
        quotechar=settings.quote or None,
        quoting=csv.QUOTE_MINIMAL if settings.quote else csv.QUOTE_NONE,
        escapechar=settings.escape or None,
        doublequote=True,
        strict=strict,
    )


def _leniently(lines: list[str], settings: CsvSettings) -> list[str]:
    """Return the cells of a row that breaks the rules, as spreadsheets show them."""
    try:
        return next(_reader([line[:LONGEST_CELL] for line in lines], settings, strict=False), [])
    except csv.Error:
        return ["".join(lines)[:LONGEST_CELL]]


def _refused(row: int, lines: list[str], quote: str, *, too_long: bool) -> Finding:
    """Return what is wrong with a row that the strict reader refuses."""
    if not too_long:
        return _loose_quote(row, lines)
    if quote and any(quote in line for line in lines):
        return _unclosed(row)
    message = f"has a cell of more than {LONGEST_CELL} characters; from here on nothing was read"
    hint = "is this the agreed file, and the agreed separator?"
    return Finding(problems.ROW_INVALID, message, where=Where(row=row), hint=hint)


def _unclosed(row: int) -> Finding:
    return Finding(
        problems.ROW_INVALID,
        "a quotation mark opened in this row is never closed, so that the rest of the file is one cell",
        where=Where(row=row),
        hint='close the quotation mark, or write it twice ("") where it belongs to the text',
    )


def _loose_quote(row: int, lines: list[str]) -> Finding:
    return Finding(
        problems.ROW_INVALID,
        "text stands behind a closing quotation mark, so that it is not sure where the cell ends",
        where=Where(row=row),
        value="".join(lines)[:80].rstrip("\r\n"),
        hint='write a quotation mark that belongs to the text twice ("")',
    )


def _too_wide(row: int) -> Finding:
    message = f"has more than {MAX_COLUMNS} cells; what stands right of them was not read"
    hint = "is this the agreed file, and the agreed separator?"
    return Finding(problems.ROW_INVALID, message, where=Where(row=row), hint=hint)


def _endless(row: int) -> Finding:
    message = f"is longer than {LONGEST_LINE} characters; from here on nothing was read"
    return Finding(
        problems.ROW_INVALID, message, where=Where(row=row), hint="end each record with a line end"
    )
