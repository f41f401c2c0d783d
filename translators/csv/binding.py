"""Where each column of a map stands in one file: by its header, by position, or by characters."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import DOCUMENTS, DocType
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import CsvSettings
from translators.csv.column_map import Column, ColumnMap, Record
from translators.csv.places import Place
from translators.paths import Kind, PathError, type_at
from translators.scalars import Dialect

#: Stands for the column that says what a row is: no field of a document.
_TAG = Column(path="", keys=(), kind=Kind.TEXT, level=0)


class Bound(Struct, frozen=True):
    """A column and its index in the rows of one file; None when the file does not have it.

    Of fixed width, `start` and `stop` are its characters within the one cell of a row.
    """

    column: Column
    index: int | None
    title: str = ""  # as this file writes it
    start: int | None = None
    stop: int = 0
    dialect: Dialect = Dialect()

    def cell(self, cells: tuple[str, ...]) -> str:
        """Return the trimmed text of this column in a row; empty when the row is too short."""
        if self.index is None or self.index >= len(cells):
            return ""
        text = cells[self.index]
        return text if self.start is None else text[self.start : self.stop].strip()


class BoundRecord(Struct, frozen=True, kw_only=True):
    """One kind of row, bound to a file.

    `skippable`: the lists that rows may leave out, so that what is in them hangs on the list around them (a ship
    notice's items without a carton). `adds`: these rows go on with the entry that rows of another kind have begun.
    """

    record: Record
    levels: tuple[tuple[Bound, ...], ...]  # 0 the document's own, then one for each list
    present: tuple[tuple[Bound, ...], ...]  # of them those that the file has
    awaited: tuple[tuple[Bound, ...], ...]  # of them those that have a default or must be there
    skippable: tuple[bool, ...] = ()
    adds: bool = False

    @property
    def bound(self) -> tuple[Bound, ...]:
        """Return all columns."""
        return tuple(bound for level in self.levels for bound in level)

    @property
    def key(self) -> Bound | None:
        """Return the column of the document's number, where these rows have it."""
        return next((b for b in self.levels[0] if b.column.path == "number"), None)


class Binding(Struct, frozen=True, kw_only=True):
    """A map bound to one file. `records` by tag; a map whose rows are all alike has one, whose tag is empty."""

    map: ColumnMap
    records: dict[str, BoundRecord]
    tag: Bound | None = None
    findings: tuple[Finding, ...] = ()
    titles_row: int = 1  # below the lines that are skipped

    def tag_of(self, cells: tuple[str, ...]) -> str:
        """Return what a row says it is."""
        return self.tag.cell(cells) if self.tag is not None else ""

    def record(self, cells: tuple[str, ...]) -> BoundRecord | None:
        """Return the kind of a row; None when the map has no such."""
        return self.records.get(self.tag_of(cells))

    @property
    def bound(self) -> tuple[Bound, ...]:
        """Return all columns of all records."""
        return tuple(bound for record in self.records.values() for bound in record.bound)


def bind(column_map: ColumnMap, header: tuple[str, ...], settings: CsvSettings | None = None) -> Binding:
    """Find the columns of a map in a file's header; without a header they stand in the map's order."""
    binder = _Binder(header, column_map.settings(settings or CsvSettings()), column_map.document)
    begun: set[tuple[str, ...]] = set()
    records = {}
    for record in column_map.records:
        records[record.tag] = binder.record(record, adds=record.prefixes in begun)
        begun.add(record.prefixes)
    tag = binder.tag(column_map.tag) if column_map.tag is not None else None
    return Binding(
        map=column_map,
        records=records,
        tag=tag,
        findings=tuple(binder.findings),
        titles_row=binder.titles_row,
    )


def unmapped(binding: Binding, header: tuple[str, ...]) -> tuple[Finding, ...]:
    """Note the columns of a file that no line of its map reads, in one finding."""
    read = {b.index for b in binding.bound}
    titles = {_plain(header[index]) for index in read if index is not None and index < len(header)}
    left = [name for name in header if name and _plain(name) not in titles]
    if not left:
        return ()
    message = f"columns that we do not read: {', '.join(left)[:300]}"
    hint = "name them in the partner's map when they matter"
    row = Where(row=binding.titles_row)
    return (Finding(problems.FIELD_UNMAPPED, message, Severity.NOTE, row, hint=hint),)


def dialect_of(settings: CsvSettings, column: Column | None = None) -> Dialect:
    """Return how values are written, in general or in one column."""
    plain = Dialect(settings.decimal, settings.date_format, settings.thousands, settings.signs)
    if column is None:
        return plain
    return replace(plain, date_format=column.date_format or plain.date_format, implied=column.implied)


def slots(columns: Iterable[Column]) -> dict[str, int]:
    """Return the index of each column where no header names them: positions as they say, the others fill the gaps."""
    placed = [column for column in columns if column.places]
    taken = {c.places[0].position - 1: c.path for c in placed if c.places[0].position is not None}
    free = (index for index in range(len(taken) + len(placed) + 1) if index not in taken)
    order = {path: index for index, path in taken.items()}
    order.update({c.path: next(free) for c in placed if c.places[0].position is None})
    return order


class _Binder:
    """Binds the columns of one file; `findings` gathers what the file lacks."""

    def __init__(self, header: tuple[str, ...], settings: CsvSettings, document: DocType) -> None:
        self._header, self._settings, self._document = header, settings, document
        self._titles = [self._norm(name) for name in header]
        self.titles_row = settings.skip + 1
        self.findings: list[Finding] = []

    def record(self, record: Record, *, adds: bool) -> BoundRecord:
        """Bind one kind of row."""
        order = {} if self._header else slots(record.columns)
        bound = [self._bound(column, order.get(column.path)) for column in record.columns]
        self.findings += [self._missing(b.column) for b in bound if _is_missed(b) and self._header]
        self.findings += [f for b in bound if (f := self._doubled(b)) is not None]
        levels = tuple(
            tuple(b for b in bound if b.column.level == n) for n in range(len(record.prefixes) + 1)
        )
        skippable = _skippable(record, self._document)
        present = tuple(tuple(b for b in level if b.index is not None) for level in levels)
        awaited = tuple(
            tuple(b for b in level if b.column.required or b.column.default is not None) for level in levels
        )
        return BoundRecord(
            record=record, levels=levels, present=present, awaited=awaited, skippable=skippable, adds=adds
        )

    def tag(self, place: Place) -> Bound:
        """Bind the place where a row says what it is."""
        index = place.position - 1 if place.position else self._index((place,))
        if place.start is not None:
            index = 0
        elif index is None:
            self.findings.append(_no_tag(place, self.titles_row))
        return Bound(_TAG, index, str(place), place.start, place.stop)

    def _bound(self, column: Column, slot: int | None) -> Bound:
        dialect, place = dialect_of(self._settings, column), column.places[0] if column.places else None
        if place is not None and place.start is not None:
            return Bound(column, 0, str(place), place.start, place.stop, dialect)
        if not self._header:
            title = column.title if slot is None or not column.places else f"#{slot + 1} {_shown(column)}"
            return Bound(column, slot, title, dialect=dialect)
        index = self._index(column.places)
        inside = index is not None and index < len(self._header)
        title = self._header[index] if inside and index is not None else column.title
        return Bound(column, index, title, dialect=dialect)

    def _index(self, places: tuple[Place, ...]) -> int | None:
        for place in places:
            if place.position is not None:
                return place.position - 1
            if (title := self._norm(place.title)) in self._titles:
                return self._titles.index(title)
        return None

    def _norm(self, name: str) -> str:
        return name if self._settings.titles == "exact" else _plain(name)

    def _missing(self, column: Column) -> Finding:
        hint = f"add the column, or map {column.path} to the column that holds it"
        if len(self._header) == 1:
            hint = "the first row is one single column: is csv.separator the one that this file uses?"
        return Finding(
            problems.COLUMN_MISSING,
            f"the file has no column {' or '.join(repr(str(p)) for p in column.places) or repr(column.title)}",
            where=Where(row=self.titles_row, column=column.title, path=column.path),
            hint=hint,
        )

    def _doubled(self, bound: Bound) -> Finding | None:
        """Report a column that we read by its name and that stands twice: which one is meant?"""
        by_name = bound.column.places and bound.column.places[0].title
        if bound.index is None or not by_name or bound.index >= len(self._titles):
            return None
        places = [str(i) for i, title in enumerate(self._titles, 1) if title == self._titles[bound.index]]
        if len(places) < 2:
            return None
        column = bound.column
        return Finding(
            problems.COLUMN_DUPLICATE,
            f"stands {len(places)} times, at positions {', '.join(places[:9])}",
            where=Where(row=self.titles_row, column=column.title, path=column.path),
            hint=f'rename one, or map {column.path} to a position: "#{places[0]}"',
        )


def _skippable(record: Record, document: DocType) -> tuple[bool, ...]:
    """Say of each list whether the next one inside it is there around it, too."""
    root, found = DOCUMENTS[document], []
    for at, inner in enumerate(record.lists[1:]):
        outer = record.prefixes[at - 1] + "." if at else ""
        try:
            type_at(root, f"{outer}{inner}[]")
        except PathError:
            found.append(False)
        else:
            found.append(True)
    return (*found, False)


def _plain(name: str) -> str:
    """Return a title without case and doubled blanks, as people vary it."""
    return " ".join(name.split()).casefold()


def _shown(column: Column) -> str:
    """Return a column's title, or the last name of its path where it has none."""
    return column.places[0].title or column.path.rpartition(".")[2]


def _is_missed(bound: Bound) -> bool:
    column = bound.column
    return bound.index is None and column.required and column.default is None


def _no_tag(place: Place, row: int) -> Finding:
    message = f"the file has no column {str(place)!r}, which says what each row is"
    return Finding(problems.COLUMN_MISSING, message, where=Where(row=row, column=str(place)))
