"""One file of many documents to one payload per document, and the file's row numbers to go with it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Envelope, UnwrappedSet
from hub.model.finding import Finding, Where
from hub.model.partner import CsvSettings
from translators.csv.binding import Binding
from translators.csv.frames import row_writer
from translators.csv.records import Row
from translators.csv.table import Table
from translators.csv.text import encode_whole


class Cut:
    """The rows of one document, gathered one by one as the text of a file of its own."""

    def __init__(self, header: tuple[str, ...], settings: CsvSettings, *, is_fixed: bool) -> None:
        self.faults: list[Finding] = []
        self._settings, self._is_fixed, self._width = settings, is_fixed, len(header)
        self._rows: list[list[int]] = []
        self._text = io.StringIO(newline="")
        self._write = row_writer(self._text, settings.separator or ",")
        if header:
            self._write(header)

    def add(self, row: Row) -> None:
        """Add a row. What is wrong with it in a way that its copy no longer shows is kept beside."""
        if self._is_fixed:
            self._text.write(f"{row.cells[0]}\r\n")
        else:
            self._write(_without_padding(row.cells, self._width))
        self.faults += row.faults
        _extend(self._rows, row.number)

    def as_set(self, ordinal: int, document: DocType, envelope: Envelope) -> UnwrappedSet:
        """Return the document as it is handed on."""
        return UnwrappedSet(
            document=document,
            envelope=replace(envelope, set_control=str(ordinal), rows=_written(self._rows)),
            payload=encode_whole(self._text.getvalue(), self._settings.encoding),
            findings=tuple(self.faults),
        )


def as_cut(settings: CsvSettings) -> CsvSettings:
    """Return the dialect in which a cut is written: that of the file, without what only a whole file has."""
    marks = {"separator": settings.separator or ",", "quote": '"', "escape": "", "comment": "", "sheet": ""}
    return replace(settings, skip=0, ignore=(), **marks)


def groups(table: Table, binding: Binding) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of one document after the other: memory holds one at a time.

    A document begins at its first row by tag, or where the number changes. A number that returns further down is a
    fault of the row: its rows are two documents here.
    """
    rows: list[Row] = []
    current: str | None = None
    seen: set[int] = set()
    for row, number in _numbered(table, binding):
        begins = number is not None and (binding.map.begin != "" or number != current)
        if begins or not rows:
            if rows:
                yield tuple(rows)
            again = not binding.map.begin and hash(number) in seen
            rows, current = [replace(row, faults=(*row.faults, _apart(row))) if again else row], number
            seen.add(hash(number))
        else:
            rows.append(row)
    if rows:
        yield tuple(rows)


def gathered(table: Table, binding: Binding) -> Iterator[Cut]:
    """Part rows by number wherever they stand, in the order of first appearance; memory holds the whole file.

    Rows without a number make one document of their own, whose reading says what they lack.
    """
    parted: dict[object, Cut] = {}
    settings, is_fixed = as_cut(table.settings), binding.map.is_fixed
    if binding.map.begin:
        for ordinal, rows in enumerate(groups(table, binding)):
            parted[ordinal] = Cut(table.header, settings, is_fixed=is_fixed)
            for row in rows:
                parted[ordinal].add(row)
    else:
        last = ""
        for row, number in _numbered(table, binding):
            last = last if number is None else number
            parted.setdefault(last, Cut(table.header, settings, is_fixed=is_fixed)).add(row)
    yield from parted.values()


def _numbered(table: Table, binding: Binding) -> Iterator[tuple[Row, str | None]]:
    """Yield each row with the number of the document that it begins or belongs to; None: that of the row before."""
    begin, ignored = binding.map.begin, frozenset(binding.map.ignored)
    for row in table.rows:
        tag = binding.tag_of(row.cells)
        if tag in ignored:
            table.left_out.append(row.number)
            continue
        kind = binding.records.get(tag)
        key = kind.key if kind is not None else None
        if begin:
            yield row, (key.cell(row.cells) if key is not None else "") if tag == begin else None
        else:
            yield row, key.cell(row.cells) if key is not None else None


def _apart(row: Row) -> Finding:
    return Finding(
        problems.ROW_INVALID,
        "goes on with a document whose rows stand further up, behind those of another",
        where=Where(row=row.number),
        hint="sort the file by document number and send it again",
    )


def _extend(ranges: list[list[int]], number: int) -> None:
    if ranges and ranges[-1][1] == number - 1:
        ranges[-1][1] = number
    else:
        ranges.append([number, number])


def _written(ranges: list[list[int]]) -> str:
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)


def compress(numbers: Iterable[int]) -> str:
    """Write rising row numbers as ranges: 2-4,9."""
    ranges: list[list[int]] = []
    for number in numbers:
        _extend(ranges, number)
    return _written(ranges)


def expand(ranges: str) -> tuple[int, ...]:
    """Return the row numbers that `compress` wrote; none for an empty text."""
    numbers: list[int] = []
    for part in ranges.split(",") if ranges else ():
        low, _, high = part.partition("-")
        numbers.extend(range(int(low), int(high or low) + 1))
    return tuple(numbers)


def in_file(row: Row, numbers: tuple[int, ...], *, header: bool) -> Row:
    """Return a row of a payload with the number and faults that it has in the file; the header stays the first row."""
    index = row.number - (2 if header else 1)
    if not 0 <= index < len(numbers):
        return row
    faults = tuple(_moved(fault, numbers[index]) for fault in row.faults)
    return Row(numbers[index], row.cells, faults)


def _moved(finding: Finding, row: int) -> Finding:
    return msgspec.structs.replace(finding, where=msgspec.structs.replace(finding.where, row=row))


def _without_padding(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Drop the empty cells right of the header's width, and fill a short row up to it."""
    end = max((index for index, cell in enumerate(cells) if cell), default=-1) + 1
    return (*cells, *[""] * (width - len(cells)))[: max(end, width)]
