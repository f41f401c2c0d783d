"""A canonical document to rows: the same map as in reading, walked the other way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.finding import Finding, Where
from hub.model.partner import CsvSettings
from translators.csv.binding import dialect_of, slots
from translators.csv.column_map import Column, ColumnMap, Record
from translators.paths import Kind, fetch
from translators.scalars import render

#: The entries that one row stands for: the document, then one per list; None where a list is left out.
Chain = tuple[Struct | None, ...]

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Written(Struct, frozen=True):
    """A document as rows of cells (fixed width: one cell, the whole line), and why it cannot be written."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...]


def write_rows(column_map: ColumnMap, document: AnyDocument, settings: CsvSettings) -> Written:
    """Return the rows of a document, and why it cannot be written when it cannot."""
    writer = _Writer(column_map, settings)
    rows = tuple(writer.rows(document))
    if not any(row.is_entry for row in rows):
        path = next(record.lists[0] for record in column_map.records if record.lists)
        writer.notes.append(Finding(problems.FIELD_MISSING, "has no lines", where=Where(path=path)))
    writer.notes += _overflows(column_map, document)
    header = writer.header() if settings.header and not column_map.is_fixed else ()
    return Written(header, tuple(row.cells for row in rows), tuple(writer.notes))


class _Line(Struct, frozen=True):
    """One row that is written; `is_entry` when it stands for an entry of a list."""

    cells: tuple[str, ...]
    is_entry: bool


class _Writer:
    """Writes the rows of one document; `notes` gathers what cannot be written."""

    def __init__(self, column_map: ColumnMap, settings: CsvSettings) -> None:
        self._map, self._settings = column_map, settings
        self._slots = {record.tag: slots(record.columns) for record in column_map.records}
        self.notes: list[Finding] = []

    def header(self) -> tuple[str, ...]:
        """Return the titles of the columns (of a map whose rows are all alike)."""
        record = self._map.records[0]
        places = self._slots[record.tag]
        titles = [""] * (max(places.values(), default=-1) + 1)
        for column in record.columns:
            if column.path in places:
                titles[places[column.path]] = column.title
        return tuple(titles)

    def rows(self, document: AnyDocument) -> Iterator[_Line]:
        """Yield the rows in the file's order: heads, entries in the document's order, what closes it."""
        if self._map.tag is None:
            record = self._map.records[0]
            for entries in _below(document, record.lists):
                chain = (document, *entries)
                cells = {c.path: self._cell(c, chain[c.level]) for c in record.columns if c.places}
                yield _Line(self._placed(record, cells), is_entry=True)
            return
        with_lists = [at for at, record in enumerate(self._map.records) if record.lists]
        for record in self._map.records[: with_lists[0]]:
            yield from self._lines(record, (document,))
        yield from self._entries((document,), ())
        for record in self._map.records[with_lists[0] :]:
            if not record.lists:
                yield from self._lines(record, (document,))

    def _entries(self, chain: Chain, lists: tuple[str, ...]) -> Iterator[_Line]:
        """Yield the rows of all that stands below an entry, each with what is below it in turn."""
        inner = dict.fromkeys(
            record.lists[: len(lists) + 1]
            for record in self._map.records
            if len(record.lists) > len(lists) and record.lists[: len(lists)] == lists
        )
        for below in inner:
            for child in getattr(chain[-1], below[-1], ()):
                for record in self._map.records:
                    if record.lists == below:
                        yield from self._lines(record, (*chain, child))
                yield from self._entries((*chain, child), below)

    def _lines(self, record: Record, chain: Chain) -> Iterator[_Line]:
        """Yield the rows of one kind for an entry: one; none where a kind that only adds has nothing to say.

        Texts that have rows to themselves get a row each.
        """
        columns = [column for column in record.columns if column.places]
        said = [fetch(chain[column.level], column.keys) for column in columns]
        first = next(other for other in self._map.records if other.prefixes == record.prefixes)
        if record is not first and all(value in {None, "", ()} for value in said):
            return
        if len(columns) == 1 and isinstance(said[0], tuple):
            for text in said[0]:
                yield _Line(self._placed(record, {columns[0].path: text}), is_entry=bool(record.lists))
            return
        cells = {column.path: self._cell(column, chain[column.level]) for column in columns}
        yield _Line(self._placed(record, cells), is_entry=bool(record.lists))

    def _placed(self, record: Record, cells: dict[str, str]) -> tuple[str, ...]:
        """Put the cells of a row, by path, where they stand."""
        if self._map.is_fixed:
            return (self._line(record, cells),)
        places = self._slots[record.tag]
        tag_at = self._map.tag.position - 1 if self._map.tag is not None and self._map.tag.position else None
        row = [""] * (max((*places.values(), -1 if tag_at is None else tag_at)) + 1)
        for path, text in cells.items():
            row[places[path]] = text
        if tag_at is not None:
            row[tag_at] = record.tag
        return tuple(row)

    def _cell(self, column: Column, entry: Struct | None) -> str:
        """Return the text of one cell; a mandatory one that is empty, or a number that is none, is noted."""
        value = fetch(entry, column.keys) if entry is not None else None
        try:
            text = render(value, dialect_of(self._settings, column))
        except ValueError as fault:
            self._note(column, problems.FIELD_INVALID, str(fault), str(value))
            return ""
        if not text and column.required and entry is not None:
            self._note(column, problems.FIELD_MISSING, "is empty, and the partner must have it")
        theirs = {ours: theirs for theirs, ours in reversed(column.codes.items())}
        return self._harmless(column, theirs.get(text, text))

    def _harmless(self, column: Column, text: str) -> str:
        """Treat text that a spreadsheet takes for a formula as agreed; numbers are what they are."""
        if self._settings.formulas == "keep" or not text.startswith(_FORMULA):
            return text
        if column.kind not in {Kind.TEXT, Kind.TEXTS}:
            return text
        if self._settings.formulas == "quote":
            return f"'{text}"
        self._note(column, problems.FIELD_INVALID, "begins like a formula of a spreadsheet", text)
        return text

    def _line(self, record: Record, cells: dict[str, str]) -> str:
        """Put cells into the characters that are theirs: numbers to the right behind zeros, all else to the left."""
        placed = [
            (column.places[0], column, cells[column.path]) for column in record.columns if column.places
        ]
        line = [" "] * max(place.stop for place, _, _ in placed)
        for place, column, text in placed:
            if len(text) > place.width or "\n" in text or "\r" in text:
                message = f"does not fit into {place.width} characters of one line"
                self._note(column, problems.FIELD_INVALID, message, text)
            line[place.start : place.stop] = _padded(column, text, place.width)[: place.width]
        if (tag := self._map.tag) is not None:
            line[tag.start : tag.stop] = record.tag.ljust(tag.width)
        return "".join(line).rstrip()

    def _note(self, column: Column, problem: str, message: str, value: str = "") -> None:
        where = Where(column=column.title, path=column.path)
        self.notes.append(Finding(problem, message, where=where, value=value[:80]))


def _padded(column: Column, text: str, width: int) -> str:
    if not text or column.kind not in {Kind.DECIMAL, Kind.INTEGER}:
        return text.ljust(width)
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    return sign + digits.rjust(width - len(sign), "0")


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


def _overflows(column_map: ColumnMap, document: AnyDocument) -> Iterator[Finding]:
    """Report lists that have more entries than the map has columns for: they would be lost unseen."""
    for record in column_map.records:
        rooms: dict[tuple[int, tuple[str | int, ...]], int] = {}
        for column in record.columns:
            for at, key in enumerate(column.keys):
                if isinstance(key, int):
                    place = (column.level, column.keys[:at])
                    rooms[place] = max(rooms.get(place, 0), key + 1)
        for entries in (_below(document, record.lists) if record.lists else [()]) if rooms else ():
            yield from _too_many((document, *entries), rooms, record)


def _too_many(
    chain: Chain, rooms: dict[tuple[int, tuple[str | int, ...]], int], record: Record
) -> Iterator[Finding]:
    for (level, keys), room in rooms.items():
        entries = fetch(chain[level], keys) if chain[level] is not None else ()
        if isinstance(entries, tuple) and len(entries) > room:
            path = ".".join((*record.lists[:level], *map(str, keys)))
            message = f"has {len(entries)} entries, and the map has columns for {room}"
            hint = f"add {path}[{room}] to the partner's map"
            yield Finding(problems.FIELD_UNMAPPED, message, where=Where(path=path), hint=hint)


def unencodable(written: Written, fits: Callable[[str], bool]) -> tuple[Finding, ...]:
    """Report cells with characters that the agreed file, which `fits` knows, does not give back."""
    return tuple(
        Finding(
            problems.FIELD_INVALID,
            f"{cell[:60]!r} has a character that the file cannot carry (csv.encoding)",
            where=Where(column=written.header[at] if at < len(written.header) else f"#{at + 1}"),
            value=cell[:80],
            hint="change the text, or agree on UTF-8 (csv.encoding)",
        )
        for row in written.rows
        for at, cell in enumerate(row)
        if not fits(cell)
    )
