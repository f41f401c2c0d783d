"""Rows to records: grouped by key, each value in plain text, every fault at its row and column.

A row that cannot be used never takes its neighbours with it, and never disappears: it stands among the refused
rows of the batch with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from hub.model import problems
from hub.model.documents.records import MASK, Record, RecordBatch, RecordLine, RefusedRows, record_key
from hub.model.finding import Finding, Where
from hub.model.record_types import FieldSource, RecordType, as_source
from translators.csv.frames import write_table
from translators.records.cells import Context, Unreadable, fault, read_cell
from translators.records.sources import Columns, SourceRow, SourceTable

#: Rows of one key.
Group = tuple[SourceRow, ...]


def grouped(table: SourceTable, kind: RecordType) -> list[Group]:
    """Return the rows of each key together, keys in the order in which they first appear.

    A row whose key is not whole stands alone: its reading says what it lacks.
    """
    bound, parted = Columns(table.header), dict[object, list[SourceRow]]()
    for row in table.rows:
        key = tuple(bound.cell(row.cells, column) for column in kind.key)
        parted.setdefault(key if all(key) else row.number, []).append(row)
    return [tuple(rows) for rows in parted.values()]


def parts(table: SourceTable, kind: RecordType) -> Iterator[SourceTable]:
    """Cut a table into tables of at most `batch` records each; rows of one record stay together."""
    groups = grouped(table, kind)
    for start in range(0, len(groups), kind.batch):
        rows = tuple(row for group in groups[start : start + kind.batch] for row in group)
        yield structs.replace(table, rows=rows, findings=())


def read_batch(
    table: SourceTable, kind: RecordType, context: Context, *, partner: str, name: str, number: str = ""
) -> RecordBatch:
    """Make records of all rows of a table; `name` is the record type's, `number` the batch's."""
    reader = _Reader(table, kind, (partner, name), context)
    records: list[Record] = []
    refused: list[RefusedRows] = []
    for group in grouped(table, kind):
        made = reader.record(group)
        if isinstance(made, Record):
            records.append(made)
        else:
            refused.append(made)
    return RecordBatch(number=number, record_type=name, records=tuple(records), refused=tuple(refused))


class _Reader:
    """Reads the groups of one table."""

    def __init__(
        self, table: SourceTable, kind: RecordType, owner: tuple[str, str], context: Context
    ) -> None:
        self._table, self._kind, self._owner, self._context = table, kind, owner, context
        self._columns = Columns(table.header)
        self._line_columns = {name: Columns(header) for name, header in table.line_headers.items()}
        self._sources = {name: kind.source(name) for name in kind.fields}

    def record(self, group: Group) -> Record | RefusedRows:
        """Read the rows of one key."""
        first, rows = group[0], tuple(row.number for row in group)
        key = tuple(self._columns.cell(first.cells, column) for column in self._kind.key)
        label = " / ".join(part or "?" for part in key)
        notes = [finding for row in group for finding in row.faults]
        notes += self._keyless(first, key)
        values = self._values(self._sources, self._columns, first.cells, first.number, notes)
        notes += self._contradictions(group)
        lines = {name: self._lines(name, group, notes) for name in self._kind.lines}
        expires = self._expiry(first, notes)
        if notes:
            return RefusedRows(label=label, rows=rows, findings=tuple(notes))
        attached = self._kind.attachment
        return Record(
            key=record_key(*self._owner, key),
            label=label,
            rows=rows,
            values=values,
            lines=lines,
            file=self._columns.cell(first.cells, attached.column) if attached.column else "",
            own=self._own(group) if attached.own else "",
            expires=expires,
        )

    def _keyless(self, row: SourceRow, key: tuple[str, ...]) -> Iterator[Finding]:
        for column, cell in zip(self._kind.key, key, strict=True):
            if not cell:
                yield Finding(
                    problems.FIELD_MISSING,
                    "is empty, and is part of the key",
                    where=Where(row=row.number, column=column),
                    hint="without it nobody can say which record it is: fill it in",
                )

    def _values(
        self,
        sources: dict[str, FieldSource],
        columns: Columns,
        cells: tuple[str, ...],
        row: int,
        notes: list[Finding],
    ) -> dict[str, str]:
        """Read the mapped fields of one row; what is left alone is not in the result."""
        values: dict[str, str] = {}
        for name, source in sources.items():
            if source.column and columns.index(source.column) is None and not source.default:
                continue  # the file has no such column: a finding of the whole file says so
            cell = columns.cell(cells, source.column) if source.column else ""
            try:
                value = read_cell(cell, source, self._context)
            except Unreadable as error:
                notes.append(fault(error, cell, source, row, name))
                continue
            if value is not None:
                values[name] = value
        return values

    def _contradictions(self, group: Group) -> Iterator[Finding]:
        """Report rows of one key that give the record another value than its first row does."""
        first = group[0]
        for name, source in self._sources.items() if len(group) > 1 else ():
            if not source.column:
                continue
            wanted = self._columns.cell(first.cells, source.column)
            for row in group[1:]:
                cell = self._columns.cell(row.cells, source.column)
                if cell not in {wanted, ""}:
                    shown = MASK if source.secret else cell[:80]
                    yield Finding(
                        problems.ROW_INVALID,
                        f"{shown[:60]!r} contradicts row {first.number}, which has the same key",
                        where=Where(row=row.number, column=source.column, path=name),
                        value=shown,
                        hint="write the same value in each row of a record, or another key",
                    )

    def _lines(self, name: str, group: Group, notes: list[Finding]) -> tuple[RecordLine, ...]:
        """Read the lines of one list: a line a row (CSV), or a line a node below (XML)."""
        lines = self._kind.lines[name]
        sources = {field: as_source(written) for field, written in lines.fields.items()}
        below = self._line_columns.get(name)
        columns = below or self._columns
        rows: Sequence[tuple[int, tuple[str, ...]]] = (
            [(group[0].number, cells) for cells in group[0].lines.get(name, ())]
            if below
            else [(row.number, row.cells) for row in group]
        )
        made: dict[str, RecordLine] = {}
        for ordinal, (row, cells) in enumerate(rows, 1):
            read = [source.column for source in sources.values() if source.column]
            if not any(columns.cell(cells, column) for column in read):
                continue  # a row that says nothing of this list
            key = "/".join(columns.cell(cells, column) for column in lines.key) or str(ordinal)
            if key in made:
                notes.append(_twice(key, row, name))
            values = self._values(sources, columns, cells, row, notes)
            made[key] = RecordLine(key=key, row=row, values=values)
        return tuple(made.values())

    def _expiry(self, row: SourceRow, notes: list[Finding]) -> str:
        attached = self._kind.attachment
        if not attached.expires:
            return ""
        source = FieldSource(column=attached.expires, type="date", format=attached.format)
        cell = self._columns.cell(row.cells, attached.expires)
        try:
            return read_cell(cell, source, self._context) or ""
        except Unreadable as error:
            notes.append(fault(error, cell, source, row.number, "attachment.expires"))
            return ""

    def _own(self, group: Group) -> str:
        """Return the record's own rows as a CSV with their titles."""
        return write_table(self._table.header, [row.cells for row in group], ",")


def _twice(key: str, row: int, name: str) -> Finding:
    return Finding(
        problems.ROW_INVALID,
        f"the line {key[:60]!r} stands twice in one record",
        where=Where(row=row, path=name),
        hint="give each line its own key, or leave one out",
    )
