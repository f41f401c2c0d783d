"""Hypothesis strategies made of a column map: documents that say just what the map has columns for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from hub.model.documents import DOCUMENTS, AnyDocument
from tests.support.documents import amounts, dates, texts
from translators.csv.column_map import Column, ColumnMap, Record
from translators.paths import Keys, Kind, mandatory, type_at
from translators.trees import Node, build, owner_of, put

_VALUES: Mapping[Kind, SearchStrategy[Any]] = {
    Kind.TEXT: texts,
    Kind.DECIMAL: amounts.map(str),
    Kind.INTEGER: st.integers(0, 10**6),
    Kind.DATE: dates.map(dt.date.isoformat),
    Kind.TIME: st.times().map(lambda time: time.replace(microsecond=0).isoformat()),
    Kind.FLAG: st.just(True),
    Kind.TEXTS: st.lists(texts, min_size=1, max_size=3),
}


@st.composite
def mapped(
    draw: DrawFn, column_map: ColumnMap, values: Mapping[Kind, SearchStrategy[Any]] | None = None
) -> AnyDocument:
    """Return documents with what the columns of a map can say, entries of each list told apart by their first text."""
    maker = _Maker(draw, column_map, {**_VALUES, **(values or {})})
    tree: Node = {}
    for record in column_map.records:
        maker.fill(tree, record.level(0), "D")
    for record in sorted(column_map.records, key=lambda record: len(record.prefixes)):
        maker.entries(record, tree)
    return build(tree, column_map.document)


class _Maker:
    """Draws one document."""

    def __init__(
        self, draw: DrawFn, column_map: ColumnMap, values: Mapping[Kind, SearchStrategy[Any]]
    ) -> None:
        self._draw, self._map, self._values = draw, column_map, values
        self._root = DOCUMENTS[column_map.document]

    def entries(self, record: Record, tree: Node, at: int = 0) -> None:
        """Add entries to the list at a level of a record, and to those inside it."""
        if at == len(record.prefixes):
            return
        columns, name = record.level(at + 1), record.lists[at]
        if (
            columns and at + 1 == len(record.prefixes) and tree.get(name)
        ):  # a kind of row that adds to entries
            for ordinal, entry in enumerate(tree[name]):
                self.fill(entry, columns, str(ordinal))
        elif columns:
            for ordinal in range(1 if at == 0 else 0, self._draw(st.integers(1, 3)) + 1):
                entry: Node = {}
                self.fill(entry, columns, str(ordinal))
                tree.setdefault(name, []).append(entry)
        for entry in tree.get(name, []):
            self.entries(record, entry, at + 1)

    def fill(self, node: Node, columns: tuple[Column, ...], unique: str) -> None:
        """Give the fields of an entry values. `unique` goes before its first text."""
        owners = dict.fromkeys(column.keys[:-1] for column in columns)
        for keys in owners:
            mine = [column for column in columns if column.keys[:-1] == keys and column.places]
            if keys and not (self._has_room(node, keys) and self._draw(st.booleans())):
                continue
            needed = self._mandatory(mine[0]) if mine else ()
            for n, column in enumerate(mine):
                wanted = column.required or column.default is not None or column.keys[-1] in needed
                if wanted or (keys and n == 0) or self._draw(st.booleans()):
                    put(node, column.keys, self._draw(self._values[column.kind]))
        first = next((c for c in columns if c.kind is Kind.TEXT and len(c.keys) == 1 and c.places), None)
        if first is not None:
            node[first.keys[0]] = f"{unique} {node.get(first.keys[0], '')}".strip()

    def _has_room(self, node: Node, keys: Keys) -> bool:
        """Say whether the entry before this one of a list with numbered places is there."""
        at = next((n for n, key in enumerate(keys) if isinstance(key, int) and key), None)
        return at is None or owner_of(node, (*keys[:at], int(keys[at]) - 1, "")) is not None

    def _mandatory(self, column: Column) -> tuple[str, ...]:
        return mandatory(type_at(self._root, column.path.rpartition(".")[0])) if "." in column.path else ()
