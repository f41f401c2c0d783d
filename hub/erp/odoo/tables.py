"""Records to be made by `load()`, as cells by column, and which of them may go into one table.

An empty cell is not the same as no column: `load` writes an empty one as "none" and computes what it is not given.
So records go into one table only where they have the same columns, but for those that are empty by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

#: One row of `load`: cells by column.
Cells = Mapping[str, str]

#: A call takes no more than this (unless one record alone is more): seconds of Odoo's time, and its memory.
MOST_ROWS = 1000
MOST_BYTES = 1_000_000


class Making(Struct, frozen=True):
    """A record to be made: its key, and its rows, the first of which has the external id."""

    key: str
    rows: Sequence[Cells]
    neutral: frozenset[str] = frozenset()  # columns in which an empty cell says the same as none

    @property
    def shape(self) -> frozenset[str]:
        """Return what must be the same in records that go into one table."""
        return frozenset(name for cells in self.rows for name in cells) - self.neutral

    @property
    def length(self) -> int:
        """Return about how many bytes it is."""
        return sum(len(cell) + 4 for cells in self.rows for cell in cells.values())


def table(makings: Sequence[Making]) -> tuple[list[str], list[list[str]]]:
    """Return columns and rows of records of one shape."""
    names = list(dict.fromkeys(name for one in makings for cells in one.rows for name in cells))
    return names, [[cells.get(name, "") for name in names] for one in makings for cells in one.rows]


def portions(makings: Sequence[Making], size: int) -> Iterator[list[int]]:
    """Yield the positions of what goes into one call: of one shape, at most `size`, not too many rows and bytes."""
    by_shape: dict[frozenset[str], list[int]] = {}
    for at, one in enumerate(makings):
        by_shape.setdefault(one.shape, []).append(at)
    for alike in by_shape.values():
        yield from _cut(makings, alike, size)


def _cut(makings: Sequence[Making], positions: Sequence[int], size: int) -> Iterator[list[int]]:
    group: list[int] = []
    rows = length = 0
    for at in positions:
        more_rows, more_bytes = len(makings[at].rows), makings[at].length
        full = len(group) >= size or rows + more_rows > MOST_ROWS or length + more_bytes > MOST_BYTES
        if group and full:
            yield group
            group, rows, length = [], 0, 0
        group.append(at)
        rows, length = rows + more_rows, length + more_bytes
    if group:
        yield group
