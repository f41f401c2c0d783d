"""One file of many documents to one payload per document, and the file's row numbers to go with it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hub.model.documents import DocType
from hub.model.envelope import Envelope, UnwrappedSet
from hub.model.finding import Finding
from hub.model.partner import CsvSettings
from translators.csv.binding import Bound
from translators.csv.table import Row, Table, write_table
from translators.csv.text import encode


def split(
    table: Table, key: Bound, document: DocType, envelope: Envelope, settings: CsvSettings
) -> tuple[UnwrappedSet, ...]:
    """Part the rows by document number, in the order of first appearance.

    Rows without a number make one document of their own, whose reading says what they lack.
    """
    parted: dict[str, list[Row]] = {}
    for row in table.rows:
        parted.setdefault(key.cell(row.cells), []).append(row)
    return tuple(
        UnwrappedSet(
            document=document,
            envelope=msgspec.structs.replace(
                envelope, set_control=str(ordinal), rows=compress(row.number for row in rows)
            ),
            payload=_payload(table.header, rows, settings),
            findings=_torn(table, rows),
        )
        for ordinal, rows in enumerate(parted.values(), 1)
    )


def compress(numbers: Iterable[int]) -> str:
    """Write rising row numbers as ranges: 2-4,9."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)


def expand(ranges: str) -> tuple[int, ...]:
    """Return the row numbers that `compress` wrote; none for an empty text."""
    numbers: list[int] = []
    for part in ranges.split(",") if ranges else ():
        low, _, high = part.partition("-")
        numbers.extend(range(int(low), int(high or low) + 1))
    return tuple(numbers)


def file_row(payload_row: int, numbers: tuple[int, ...], *, header: bool) -> int:
    """Return where a row of a payload stood in its file; the header stays the first row."""
    index = payload_row - (2 if header else 1)
    return numbers[index] if 0 <= index < len(numbers) else payload_row


def in_file(finding: Finding, numbers: tuple[int, ...], *, header: bool) -> Finding:
    """Move a finding of a payload to the row where it stood in the file."""
    if finding.where.row is None:
        return finding
    row = file_row(finding.where.row, numbers, header=header)
    return msgspec.structs.replace(finding, where=msgspec.structs.replace(finding.where, row=row))


def _payload(header: tuple[str, ...], rows: list[Row], settings: CsvSettings) -> bytes:
    """Write the rows with their header as a file of the same dialect."""
    kept = (_without_padding(row.cells, len(header)) for row in rows)
    return encode(write_table(header, kept, settings.separator), settings.encoding)


def _without_padding(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Drop the empty cells right of the header's width."""
    end = max((index for index, cell in enumerate(cells) if cell), default=-1) + 1
    return cells[: max(end, width)]


def _torn(table: Table, rows: list[Row]) -> tuple[Finding, ...]:
    numbers = {row.number for row in rows}
    return tuple(finding for finding in table.torn if finding.where.row in {None, *numbers})
