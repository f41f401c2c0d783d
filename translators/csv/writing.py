"""A canonical document to rows: the same map as in reading, walked the other way."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.finding import Finding, Where
from translators.csv.column_map import Column, ColumnMap
from translators.csv.text import can_encode
from translators.paths import fetch
from translators.scalars import Dialect, render

#: The entries that one row stands for: the document, then one per list; None where a list is left out.
Chain = tuple[Struct | None, ...]


def write_rows(
    column_map: ColumnMap, document: AnyDocument, dialect: Dialect
) -> tuple[list[list[str]], tuple[Finding, ...]]:
    """Return the rows of a document, and why it cannot be written when it cannot."""
    notes: list[Finding] = []
    columns = written_columns(column_map)
    rows = [
        [_cell(column, chain[column.level], dialect, notes) for column in columns]
        for chain in _chains(document, column_map.lists)
    ]
    if not rows:
        notes.append(Finding(problems.FIELD_MISSING, "has no lines", where=Where(path=column_map.lists[0])))
    notes += _overflows(column_map, document)
    return rows, tuple(notes)


def written_columns(column_map: ColumnMap) -> tuple[Column, ...]:
    """Return the columns that the file has: those with a name or a position, in the file's order."""
    named = [column for column in column_map.columns if column.names or column.position]
    return tuple(sorted(named, key=lambda column: column.position or 0))


def _chains(document: AnyDocument, lists: tuple[str, ...]) -> Iterator[Chain]:
    """Yield what each row stands for, in the order of the document."""
    for entries in _below(document, lists):
        yield (document, *entries)


def _below(parent: Struct, lists: tuple[str, ...]) -> Iterator[Chain]:
    """Yield the entries of each row below `parent`; what hangs on it directly comes after the nested."""
    if not lists:
        yield ()
        return
    for child in getattr(parent, lists[0], ()):
        for entries in list(_below(child, lists[1:])) or [(None,) * len(lists[1:])]:
            yield (child, *entries)
    if len(lists) > 1 and hasattr(parent, lists[1]):
        for entries in _below(parent, lists[1:]):
            yield (None, *entries)


def _cell(column: Column, entry: Struct | None, dialect: Dialect, notes: list[Finding]) -> str:
    """Return the text of one cell; a mandatory one that is empty, or a number that is none, is noted."""
    value = fetch(entry, column.keys) if entry is not None else None
    try:
        text = render(value, dialect)
    except ValueError as fault:
        notes.append(Finding(problems.FIELD_INVALID, str(fault), where=_where(column), value=str(value)))
        return ""
    if not text and column.required and entry is not None:
        notes.append(
            Finding(problems.FIELD_MISSING, "is empty, and the partner must have it", where=_where(column))
        )
    theirs = {ours: theirs for theirs, ours in reversed(column.codes.items())}
    return theirs.get(text, text)


def _where(column: Column) -> Where:
    return Where(column=column.title, path=column.path)


def _overflows(column_map: ColumnMap, document: AnyDocument) -> Iterator[Finding]:
    """Report lists that have more entries than the map has columns for: they would be lost unseen."""
    rooms: dict[tuple[int, tuple[str | int, ...]], int] = {}
    for column in column_map.columns:
        for at, key in enumerate(column.keys):
            if isinstance(key, int):
                place = (column.level, column.keys[:at])
                rooms[place] = max(rooms.get(place, 0), key + 1)
    for chain in _chains(document, column_map.lists) if rooms else ():
        for (level, keys), room in rooms.items():
            entries = fetch(chain[level], keys) if chain[level] is not None else ()
            if isinstance(entries, tuple) and len(entries) > room:
                path = ".".join((*column_map.lists[:level], *map(str, keys)))
                message = f"has {len(entries)} entries, and the map has columns for {room}"
                hint = f"add {path}[{room}] to the partner's map"
                yield Finding(problems.FIELD_UNMAPPED, message, where=Where(path=path), hint=hint)


def unencodable(rows: list[list[str]], columns: tuple[Column, ...], encoding: str) -> tuple[Finding, ...]:
    """Report cells with characters that the agreed encoding does not have."""
    return tuple(
        Finding(
            problems.FIELD_INVALID,
            f"{cell[:60]!r} has a character that {encoding or 'a text file'} cannot carry",
            where=_where(column),
            value=cell[:80],
            hint="change the text, or agree on UTF-8 (csv.encoding)",
        )
        for row in rows
        for column, cell in zip(columns, row, strict=True)
        if not can_encode(cell, encoding)
    )
