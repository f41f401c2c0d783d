"""A file as rows of cells, whatever its format: what a record type reads, and what the log keeps of each part.

The rows of a part are kept as JSON with the numbers that they have in the file, so that a part can be read again
by itself. A CSV or Excel row keeps all its cells; an XML node those that the record type names.
"""

from __future__ import annotations

import io
import itertools

import msgspec
from msgspec import Struct

from hub.model import problems
from hub.model.documents.records import MASK
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import CsvSettings
from hub.model.record_types import RecordType, as_source
from translators.csv.left_out import note_left_out
from translators.csv.table import open_table, row_faults

#: Rows of one file: they are held in memory while it is cut into parts, some 2 kB each.
MOST_ROWS = 500_000


class SourceRow(Struct, frozen=True, omit_defaults=True):
    """One row, or one node. `number` counts from 1 in the file (CSV: with the header); `faults` are its own."""

    number: int
    cells: tuple[str, ...]
    lines: dict[str, tuple[tuple[str, ...], ...]] = {}  # XML: the cells of the nodes below, by field
    faults: tuple[Finding, ...] = ()


class SourceTable(Struct, frozen=True, omit_defaults=True):
    """Rows under their titles (XML: XPaths). `findings` are about the file as a whole."""

    header: tuple[str, ...]
    rows: tuple[SourceRow, ...] = ()
    line_headers: dict[str, tuple[str, ...]] = {}
    findings: tuple[Finding, ...] = ()
    secret: tuple[int, ...] = ()  # indexes of the cells that nobody is shown


def dialect_of(kind: RecordType, settings: CsvSettings) -> CsvSettings:
    """Return how a record type's files are written: the partner's dialect with the type's own marks.

    XML has a dialect of its own (a point, days as YYYY-MM-DD) unless the type says otherwise.
    """
    settings = CsvSettings() if kind.format == "xml" else settings
    own = {name: getattr(kind, name) for name in ("separator", "encoding", "decimal", "date_format")}
    return msgspec.structs.replace(settings, **{name: value for name, value in own.items() if value})


def open_source(data: bytes, kind: RecordType, settings: CsvSettings) -> SourceTable:
    """Read all rows or nodes of a file. Faults are findings."""
    if kind.format == "xml":
        from translators.xml.nodes import read_nodes

        wanted = {name: (lines.nodes, line_columns(kind, name)) for name, lines in kind.lines.items()}
        header, found, faults = read_nodes(data, kind.nodes, columns(kind), kind.namespaces, wanted)
        rows = tuple(SourceRow(number, node.cells, node.lines) for number, node in enumerate(found, 1))
        line_headers = {name: titles for name, (_, titles) in wanted.items()}
        return SourceTable(header, rows, line_headers, faults or _nothing(rows))
    table = open_table(io.BytesIO(data), dialect_of(kind, settings))
    rows = tuple(
        SourceRow(row.number, row.cells, {}, (*row.faults, *row_faults(row, table.header)))
        for row in itertools.islice(table.rows, MOST_ROWS)
    )
    if len(rows) == MOST_ROWS and next(table.rows, None) is not None:
        message, hint = f"the file has more than {MOST_ROWS:,} rows", "send it in several files"
        return SourceTable(table.header, findings=(Finding(problems.FILE_TOO_LARGE, message, hint=hint),))
    header = table.header or tuple(
        f"#{n}" for n in range(1, 1 + max((len(r.cells) for r in rows), default=0))
    )
    notes = (*table.findings, *note_left_out(table.left_out, table.like_data))
    return SourceTable(header, rows, {}, notes if rows else (*notes, *_nothing(rows)))


def encode_part(table: SourceTable) -> bytes:
    """Return a part as the bytes that are kept of it, fit for people: one row a line."""
    head = msgspec.json.encode(msgspec.structs.replace(table, rows=()))
    rows = b",\n ".join(msgspec.json.encode(row) for row in table.rows)
    return b"[" + head + b",\n[" + rows + b"]]\n"


def decode_part(payload: bytes) -> SourceTable:
    """Read what `encode_part` wrote. Raises msgspec.DecodeError for other bytes."""
    head, rows = msgspec.json.decode(payload, type=tuple[SourceTable, tuple[SourceRow, ...]])
    return msgspec.structs.replace(head, rows=rows)


def secret_cells(table: SourceTable, kind: RecordType) -> tuple[int, ...]:
    """Return the indexes of the cells of a table that hold secrets."""
    lines = (written for part in kind.lines.values() for written in part.fields.values())
    sources = (as_source(written) for written in (*kind.fields.values(), *lines))
    bound = Columns(table.header)
    found = {bound.index(source.column) for source in sources if source.secret and source.column}
    return tuple(sorted(at for at in found if at is not None))


def shown_row(line: bytes, table: SourceTable) -> str:
    """Return a line of an encoded part as people may see it: its secrets masked, with the lines below a record."""
    text = line.decode("utf-8", "replace").strip(" ,")
    if text.startswith('[{"header":') or not (table.secret or table.line_headers):
        return text
    try:
        row = msgspec.json.decode(text.removeprefix("[").removesuffix("]]"), type=SourceRow)
    except msgspec.DecodeError:
        return MASK  # a long row is cut, and who knows where
    cells = tuple(MASK if at in table.secret and cell else cell for at, cell in enumerate(row.cells))
    return msgspec.json.encode(msgspec.structs.replace(row, cells=cells, lines={})).decode()


def columns(kind: RecordType) -> tuple[str, ...]:
    """Return the columns that a record type reads of a record, each once."""
    read = [source.column for name in kind.fields if (source := kind.source(name)).column]
    attached = [kind.attachment.column, kind.attachment.expires]
    in_rows = [c for name in kind.lines for c in line_columns(kind, name)] if kind.format == "csv" else []
    return tuple(dict.fromkeys(c for c in (*kind.key, *read, *attached, *in_rows) if c))


def line_columns(kind: RecordType, name: str) -> tuple[str, ...]:
    """Return the columns that a record type reads of a line."""
    lines = kind.lines[name]
    read = [source.column for written in lines.fields.values() if (source := as_source(written)).column]
    return tuple(dict.fromkeys((*lines.key, *read)))


class Columns:
    """Where the columns of a record type stand in one table: by title, case and blanks apart, or by position."""

    def __init__(self, header: tuple[str, ...]) -> None:
        self.header = header
        self._titles = [_plain(title) for title in header]

    def index(self, column: str) -> int | None:
        """Return the index of a column, None when the table has none of that name."""
        if column.startswith("#") and column[1:].isdecimal():
            at = int(column[1:]) - 1
            return at if 0 <= at < len(self.header) else None
        plain = _plain(column)
        return self._titles.index(plain) if plain in self._titles else None

    def cell(self, cells: tuple[str, ...], column: str) -> str:
        """Return the trimmed text of a column in a row; empty when the row is too short or has no such column."""
        at = self.index(column)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def doubled(self, column: str) -> bool:
        """Say whether a column that is named by its title stands twice."""
        return not column.startswith("#") and self._titles.count(_plain(column)) > 1


def column_faults(table: SourceTable, kind: RecordType) -> tuple[Finding, ...]:
    """Return what is wrong with the columns of a CSV table as a whole: missing, doubled, not read."""
    if kind.format == "xml" or not table.rows:
        return ()
    bound, read = Columns(table.header), columns(kind)
    needed = {*kind.key, *(s.column for n in kind.fields if (s := kind.source(n)).required)}
    titles = max(table.rows[0].number - 1, 1)  # below the lines that are skipped
    faults = [_missing(c, titles, hard=c in needed) for c in read if bound.index(c) is None]
    faults += [_doubled(column, titles) for column in read if bound.doubled(column)]
    used = {bound.index(column) for column in read}
    left = [title for at, title in enumerate(table.header) if title and at not in used]
    if left:
        message = f"columns that we do not read: {', '.join(left)[:300]}"
        faults.append(Finding(problems.FIELD_UNMAPPED, message, Severity.NOTE, Where(row=titles)))
    return tuple(faults)


def _missing(column: str, row: int, *, hard: bool) -> Finding:
    return Finding(
        problems.COLUMN_MISSING,
        f"the file has no column {column!r}" + ("" if hard else ": what it fills is left as it is in Odoo"),
        Severity.ERROR if hard else Severity.WARNING,
        Where(row=row, column=column),
        hint="add the column, or name the one that holds it in the record type",
    )


def _doubled(column: str, row: int) -> Finding:
    return Finding(
        problems.COLUMN_DUPLICATE,
        "stands twice: which one is meant?",
        where=Where(row=row, column=column),
        hint='rename one, or name it by its position, such as "#3"',
    )


def _nothing(rows: tuple[SourceRow, ...]) -> tuple[Finding, ...]:
    if rows:
        return ()
    return (Finding(problems.FILE_EMPTY, "the file holds no records", hint="is it the agreed file?"),)


def _plain(title: str) -> str:
    """Return a title without case and doubled blanks, as people vary it."""
    return " ".join(title.split()).casefold()
