"""Rows to a canonical document: the map's columns are read, and every fault is named by row and column."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.finding import Finding, Severity, Where
from translators.csv.binding import Binding, Bound, BoundRecord
from translators.csv.column_map import CONTENT, ORDINAL
from translators.csv.records import Row
from translators.paths import Kind
from translators.scalars import hint_for, parse
from translators.trees import Node, build, owner_of, put

#: Is told of each cell that was read: the row, the column, the text, and the canonical path with its indexes.
Watcher = Callable[[Row, Bound, str, str], None]


class _Opened(Struct):
    """The entry of a list that rows below may go on with: the cells that made it, itself, and its path."""

    cells: tuple[str, ...]
    node: Node
    path: str
    lost: bool = False  # it could not be read, and is left out of the document


def read_document(
    binding: Binding, rows: tuple[Row, ...], *, hold: bool = False, watch: Watcher | None = None
) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Make one document of its rows (at least one); None when a finding says that it cannot be used.

    With `hold` a row of a list that cannot be read is left out, and its findings are of severity HOLD: the document
    waits for an operator. `watch` is told what was read from where.
    """
    reader = _Reader(binding, watch)
    tree: Node = {}
    kinds = [(row, binding.record(row.cells)) for row in rows]
    for record in binding.records.values():
        mine = tuple(row for row, kind in kinds if kind is record)
        reader.header(tree, record, mine)
    reader.complete_header(tree, rows)
    opened: dict[str, _Opened] = {}
    for row, kind in kinds:
        begun = len(reader.notes)
        if kind is None:
            reader.unknown(row)
        elif kind.record.prefixes:
            _place(reader, kind, row, tree, opened, hold=hold)
        if hold:
            reader.notes[begun:] = [replace(note, severity=Severity.HOLD) for note in reader.notes[begun:]]
    notes = (*binding.findings, *reader.notes)
    if any(note.fatal for note in notes):
        return None, notes
    try:
        return build(tree, binding.map.document), notes
    except ValueError as fault:
        return None, (*notes, Finding(problems.FIELD_INVALID, str(fault), where=Where(row=rows[0].number)))


def _place(
    reader: _Reader, kind: BoundRecord, row: Row, tree: Node, opened: dict[str, _Opened], *, hold: bool
) -> None:
    """Add one row to the document.

    The innermost list of which the row says anything gets a new entry, so that no row is lost. The lists
    around it go on with the entry of the row before when all their cells are the same, or when rows of this kind
    have no cell for them. A list between, of which the row says nothing (no carton), is left out: what it would
    hold hangs on the list around it.
    """
    texts = [tuple(bound.cell(row.cells) for bound in level) for level in kind.present[1:]]
    first = next((n for n, level in enumerate(kind.levels[1:]) if level), 0)
    innermost = max((n for n, cells in enumerate(texts) if any(cells)), default=first)
    parent, path, shared, record = tree, "", True, kind.record
    last = len(texts) - 1
    for n, (cells, prefix, name) in enumerate(zip(texts, record.prefixes, record.lists, strict=True)):
        before = opened.get(prefix)
        if (kind.adds and n == last) or (not kind.levels[n + 1] and n < innermost):
            if before is None and (kind.adds or not kind.skippable[n]):
                reader.homeless(row, name)
                return
            if before is not None:
                parent, path = before.node, before.path
                reader.below_lost(row, before)
        elif n > innermost or (n and not any(cells)):
            opened.pop(prefix, None)
        elif shared and n < innermost and before is not None and before.cells == (record.tag, *cells):
            parent, path = before.node, before.path
            reader.below_lost(row, before)
        else:
            shared = False
            siblings = parent.setdefault(name, [])
            begun = len(reader.notes)
            path = f"{path}{name}[{len(siblings)}]."
            parent = reader.entry(kind, n + 1, row, len(siblings) + 1, path)
            for inner in [other for other in opened if other.startswith(prefix + ".")]:
                del opened[inner]
            lost = hold and len(reader.notes) > begun
            opened[prefix] = _Opened((record.tag, *cells), parent, path, lost)
            if not lost:
                siblings.append(parent)
    if kind.adds:
        reader.add(parent, kind.present[-1], row, path)


class _Reader:
    """Reads cells by one binding; `notes` gathers the faults."""

    def __init__(self, binding: Binding, watch: Watcher | None) -> None:
        self.notes: list[Finding] = []
        self._binding, self._watch = binding, watch

    def header(self, node: Node, kind: BoundRecord, rows: tuple[Row, ...]) -> None:
        """Read the fields that each row repeats; a row may leave them empty, but not contradict."""
        for bound in kind.present[0]:
            filled = [(row, text) for row in rows if (text := bound.cell(row.cells))]
            if kind.record.tag and bound.column.kind is Kind.TEXTS:
                for row, text in filled:
                    self._more(node, bound, text, row, "")
            elif filled:
                first, text = filled[0]
                self._set(node, bound, text, first, "")
                self.notes += _contradictions(bound, filled)

    def complete_header(self, node: Node, rows: tuple[Row, ...]) -> None:
        """Fill in what the document's own fields lack, once all rows are read."""
        for kind in self._binding.records.values():
            unnumbered = (
                b for b in kind.levels[0] if b.column.default == CONTENT and b.column.path == "number"
            )
            for bound in unnumbered:
                node.setdefault(bound.column.keys[0], _digest(rows))
            self._complete(node, kind.awaited[0], rows[0], 1)

    def entry(self, kind: BoundRecord, level: int, row: Row, ordinal: int, path: str) -> Node:
        """Read one entry of a list from a row."""
        node: Node = {}
        for bound in kind.present[level]:
            if text := bound.cell(row.cells):
                self._set(node, bound, text, row, path)
        self._complete(node, kind.awaited[level], row, ordinal)
        return node

    def add(self, node: Node, level: tuple[Bound, ...], row: Row, path: str) -> None:
        """Add the cells of a row to an entry that a row of another kind has begun."""
        for bound in level:
            if text := bound.cell(row.cells):
                self._more(node, bound, text, row, path)

    def unknown(self, row: Row) -> None:
        """Note a row of a kind that the map does not have."""
        tag = self._binding.tag_of(row.cells)
        known = ", ".join(repr(known) for known in self._binding.records)
        self.notes.append(
            Finding(
                problems.ROW_INVALID,
                f"is of a kind {tag[:20]!r} that the map does not have (it has {known})",
                where=Where(row=row.number),
                value=" ".join(cell for cell in row.cells if cell)[:80],
                hint="map it, or name it in records.ignore of the partner's map",
            )
        )

    def homeless(self, row: Row, name: str) -> None:
        """Note a row that belongs to an entry of a list of which there is none yet."""
        message = f"stands before the first row of {name}, to which it belongs"
        hint = "write each row behind the one that it belongs to"
        self.notes.append(Finding(problems.ROW_INVALID, message, where=Where(row=row.number), hint=hint))

    def below_lost(self, row: Row, entry: _Opened) -> None:
        """Note a row that belongs to an entry which is left out, so that it is left out with it."""
        if entry.lost:
            message = "belongs to a row above that could not be read, and is left out with it"
            hint = "mend the row above"
            self.notes.append(Finding(problems.ROW_INVALID, message, where=Where(row=row.number), hint=hint))

    def _more(self, node: Node, bound: Bound, text: str, row: Row, path: str) -> None:
        """Read a cell of a field that may have a value: texts are added to, another value is a contradiction."""
        name, owner = bound.column.keys[-1], owner_of(node, bound.column.keys)
        before = owner.get(name) if owner is not None else None
        self._set(node, bound, text, row, path)
        if before is None:
            return
        owner = owner_of(node, bound.column.keys) or {}
        if bound.column.kind is Kind.TEXTS:
            owner[name] = [*before, *owner[name]]
        elif owner[name] != before:
            message = f"{text[:60]!r} contradicts what a row above says of the same"
            where, hint = _where(bound, row), "write it once"
            self.notes.append(Finding(problems.ROW_INVALID, message, where=where, value=text[:80], hint=hint))

    def _set(self, node: Node, bound: Bound, text: str, row: Row, path: str) -> None:
        """Read one cell. After a fault the field counts as given, so that it is not missed as well."""
        column = bound.column
        try:
            value = parse(column.codes.get(text, text), column.kind, bound.dialect)
        except ValueError as fault:
            value = None
            self.notes.append(
                Finding(
                    problems.FIELD_INVALID,
                    f"{text[:60]!r} {fault}",
                    where=_where(bound, row),
                    value=text[:80],
                    hint=hint_for(column.kind, bound.dialect),
                )
            )
        put(node, column.keys, value)
        if self._watch is not None:
            self._watch(row, bound, text, path)

    def _complete(self, node: Node, bounds: tuple[Bound, ...], row: Row, ordinal: int) -> None:
        """Fill in defaults and note what is missing; a part's defaults apply when the part is there."""
        for bound in bounds:
            column = bound.column
            owner = owner_of(node, column.keys)
            if column.keys[-1] in owner if owner is not None else not column.required:
                continue
            if column.default is not None:
                text = str(ordinal) if column.default == ORDINAL else column.default
                put(node, column.keys, parse(text, column.kind))
            elif column.required and bound.index is not None:
                self.notes.append(_missing(bound, row))


def _digest(rows: tuple[Row, ...]) -> str:
    """Return a number for rows that have none: twelve hexadecimal digits that follow from what they say."""
    said = hashlib.sha256()
    for row in rows:
        said.update("\x1f".join(row.cells).rstrip("\x1f").encode("utf-8", "surrogatepass") + b"\x1e")
    return said.hexdigest()[:12]


def _contradictions(bound: Bound, filled: list[tuple[Row, str]]) -> Iterator[Finding]:
    """Report rows that give a field of the document another value than the first row that has one."""
    first, text = filled[0]
    for row, other in filled:
        if other != text:
            yield Finding(
                problems.ROW_INVALID,
                f"{other[:60]!r} contradicts {text[:60]!r} in row {first.number} of the same document",
                where=_where(bound, row),
                value=other[:80],
                hint="write the same value in each row of a document, or another document number",
            )


def _where(bound: Bound, row: Row) -> Where:
    return Where(row=row.number, column=bound.title, path=bound.column.path)


def _missing(bound: Bound, row: Row) -> Finding:
    return Finding(
        problems.FIELD_MISSING,
        "is empty, and must not be",
        where=_where(bound, row),
        hint="fill it in and send the file again",
    )
