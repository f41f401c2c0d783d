"""Where each column of a map stands in one file: by its header, or by position."""

from __future__ import annotations

from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.csv.column_map import Column, ColumnMap


class Bound(Struct, frozen=True):
    """A column and its index in the rows of one file; None when the file does not have it."""

    column: Column
    index: int | None
    title: str = ""  # as this file writes it

    def cell(self, cells: tuple[str, ...]) -> str:
        """Return the trimmed text of this column in a row; empty when the row is too short."""
        return cells[self.index] if self.index is not None and self.index < len(cells) else ""


class Binding(Struct, frozen=True, kw_only=True):
    """A map bound to one file."""

    map: ColumnMap
    bound: tuple[Bound, ...]
    findings: tuple[Finding, ...] = ()

    def level(self, level: int) -> tuple[Bound, ...]:
        """Return the bound columns of one level."""
        return tuple(b for b in self.bound if b.column.level == level)

    @property
    def key(self) -> Bound:
        """Return the column of the document's number."""
        return next(b for b in self.bound if b.column.path == "number")


def bind(column_map: ColumnMap, header: tuple[str, ...]) -> Binding:
    """Find the columns of a map in a file's header; without a header they stand in the map's order."""
    if not header:
        named = [c for c in column_map.columns if c.names or c.position]
        order = {column.path: index for index, column in enumerate(named)}
        placed = [_placed(c, order.get(c.path)) for c in column_map.columns]
        return Binding(map=column_map, bound=tuple(placed))
    titles = [_plain(name) for name in header]
    bound = tuple(_found(c, header, titles) for c in column_map.columns)
    findings = [_missing(b.column, header) for b in bound if _is_missed(b)]
    findings += [f for b in bound if (f := _doubled(b, titles)) is not None]
    return Binding(map=column_map, bound=bound, findings=tuple(findings))


def unmapped(binding: Binding, header: tuple[str, ...]) -> tuple[Finding, ...]:
    """Note the columns of a file that no line of its map reads, in one finding."""
    read = {b.index for b in binding.bound}
    titles = {_plain(header[index]) for index in read if index is not None and index < len(header)}
    left = [name for name in header if name and _plain(name) not in titles]
    if not left:
        return ()
    message = f"columns that we do not read: {', '.join(left)[:300]}"
    hint = "name them in the partner's map when they matter"
    return (Finding(problems.FIELD_UNMAPPED, message, Severity.NOTE, Where(row=1), hint=hint),)


def _plain(name: str) -> str:
    """Return a title without case and doubled blanks, as people vary it."""
    return " ".join(name.split()).casefold()


def _placed(column: Column, index: int | None) -> Bound:
    """Bind a column to its position, or to its place in the map's order."""
    at = column.position - 1 if column.position else index
    return Bound(column, at, column.title if at is None else f"#{at + 1} {column.title}")


def _found(column: Column, header: tuple[str, ...], titles: list[str]) -> Bound:
    index = _index(column, titles)
    inside = index is not None and index < len(header)
    return Bound(column, index, header[index] if inside and index is not None else column.title)


def _index(column: Column, titles: list[str]) -> int | None:
    if column.position is not None:
        return column.position - 1
    return next((titles.index(t) for name in column.names if (t := _plain(name)) in titles), None)


def _is_missed(bound: Bound) -> bool:
    column = bound.column
    return bound.index is None and column.required and column.default is None


def _missing(column: Column, header: tuple[str, ...]) -> Finding:
    hint = f"add the column, or map {column.path} to the column that holds it"
    if len(header) == 1:
        hint = "the first row is one single column: is csv.separator the one that this file uses?"
    return Finding(
        problems.COLUMN_MISSING,
        f"the file has no column {' or '.join(map(repr, column.names)) or repr(column.title)}",
        where=Where(row=1, column=column.title, path=column.path),
        hint=hint,
    )


def _doubled(bound: Bound, titles: list[str]) -> Finding | None:
    """Report a column that we read by its name and that stands twice: which one is meant?"""
    if bound.index is None or bound.column.position is not None or bound.index >= len(titles):
        return None
    places = [str(i) for i, title in enumerate(titles, 1) if title == titles[bound.index]]
    if len(places) < 2:
        return None
    column = bound.column
    return Finding(
        problems.COLUMN_DUPLICATE,
        f"stands {len(places)} times, at positions {', '.join(places[:9])}",
        where=Where(row=1, column=column.title, path=column.path),
        hint=f'rename one, or map {column.path} to a position: "#{places[0]}"',
    )
