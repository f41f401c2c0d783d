"""Rows to a canonical document: the map's columns are read, and every fault is named by row and column."""

from __future__ import annotations

from collections.abc import Iterator

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.finding import Finding, Where
from translators.csv.binding import Binding, Bound
from translators.csv.column_map import ORDINAL
from translators.csv.table import Row
from translators.scalars import Dialect, hint_for, parse
from translators.trees import Node, build, owner_of, put

#: For each list, the entry of the row before: its cells, and what was made of them.
_Opened = list[tuple[tuple[str, ...], Node] | None]


def read_document(
    binding: Binding, rows: tuple[Row, ...], dialect: Dialect
) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Make one document of its rows (at least one); None when a finding says that it cannot be used."""
    reader = _Reader(binding, dialect)
    tree = reader.header(rows)
    opened: _Opened = [None] * len(binding.map.lists)
    for row in rows:
        _place(reader, row, tree, opened)
    notes = (*binding.findings, *reader.notes)
    if any(note.fatal for note in notes):
        return None, notes
    try:
        return build(tree, binding.map.document), notes
    except ValueError as fault:
        return None, (*notes, Finding(problems.FIELD_INVALID, str(fault), where=Where(row=rows[0].number)))


def _place(reader: _Reader, row: Row, tree: Node, opened: _Opened) -> None:
    """Add one row to the document.

    The innermost list of which the row says anything gets a new entry, so that no row is lost. The lists
    around it go on with the entry of the row before when all their cells are the same. A list between, of
    which the row says nothing (no carton), is left out: what it would hold hangs on the list around it.
    """
    texts = [tuple(bound.cell(row.cells) for bound in level) for level in reader.levels[1:]]
    innermost = max((n for n, cells in enumerate(texts) if any(cells)), default=0)
    parent, shared = tree, True
    for n, cells in enumerate(texts):
        before = opened[n]
        if n > innermost or (n and not any(cells)):
            opened[n] = None
        elif shared and n < innermost and before is not None and before[0] == cells:
            parent = before[1]
        else:
            shared = False
            siblings = parent.setdefault(reader.lists[n], [])
            parent = reader.entry(n + 1, row, len(siblings) + 1)
            siblings.append(parent)
            opened[n] = (cells, parent)


class _Reader:
    """Reads cells by one binding; `notes` gathers the faults."""

    def __init__(self, binding: Binding, dialect: Dialect) -> None:
        self.lists = binding.map.lists
        self.levels = tuple(binding.level(n) for n in range(len(self.lists) + 1))
        self.notes: list[Finding] = []
        self._dialect = dialect

    def header(self, rows: tuple[Row, ...]) -> Node:
        """Read the fields that each row repeats; a row may leave them empty, but not contradict."""
        node: Node = {}
        for bound in self.levels[0]:
            filled = [(row, text) for row in rows if (text := bound.cell(row.cells))]
            if filled:
                first, text = filled[0]
                self._set(node, bound, text, first)
                self.notes += _contradictions(bound, filled)
        self._complete(node, self.levels[0], rows[0], 1)
        return node

    def entry(self, level: int, row: Row, ordinal: int) -> Node:
        """Read one entry of a list from a row."""
        node: Node = {}
        for bound in self.levels[level]:
            if text := bound.cell(row.cells):
                self._set(node, bound, text, row)
        self._complete(node, self.levels[level], row, ordinal)
        return node

    def _set(self, node: Node, bound: Bound, text: str, row: Row) -> None:
        """Read one cell. After a fault the field counts as given, so that it is not missed as well."""
        column = bound.column
        try:
            value = parse(column.codes.get(text, text), column.kind, self._dialect)
        except ValueError as fault:
            value = None
            self.notes.append(
                Finding(
                    problems.FIELD_INVALID,
                    f"{text[:60]!r} {fault}",
                    where=_where(bound, row),
                    value=text[:80],
                    hint=hint_for(column.kind, self._dialect),
                )
            )
        put(node, column.keys, value)

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
