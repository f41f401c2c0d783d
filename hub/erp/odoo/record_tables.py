"""Upserts as the columns and rows of `load()`: one table takes only records that fill the same columns.

The cell that a record does not fill would empty its field, or keep Odoo from filling in a default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import structs

from hub.erp.odoo.line_keys import external_id
from hub.erp.port.records import Upsert, UpsertLine

#: Columns of a group of upserts that one `load()` can take: an empty cell would empty a field.
Shape = tuple[bool, tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]


def shape_of(upsert: Upsert) -> Shape:
    """Return the columns that an upsert fills: only upserts of one shape go into one table."""
    lines = tuple(
        (name, tuple(sorted({column for line in part for column in line.values})))
        for name, part in sorted(upsert.lines.items())
        if part
    )
    return upsert.id is None, tuple(sorted(upsert.values)), lines


def split(upsert: Upsert) -> tuple[Upsert, tuple[Upsert, ...]]:
    """Return an upsert whose lines all fill the same columns, and further ones for the other lines.

    In one table the cell that a line does not fill would empty the field.
    """
    by_shape: list[dict[str, tuple[UpsertLine, ...]]] = []
    for name, part in upsert.lines.items():
        shapes: dict[tuple[str, ...], list[UpsertLine]] = {}
        for line in part:
            shapes.setdefault(tuple(sorted(line.values)), []).append(line)
        for ordinal, lines in enumerate(shapes.values()):
            by_shape += [{}] if ordinal >= len(by_shape) else []
            by_shape[ordinal][name] = tuple(lines)
    first = structs.replace(upsert, lines=by_shape[0] if by_shape else {})
    return first, tuple(structs.replace(upsert, values={}, lines=lines) for lines in by_shape[1:])


def table_of(upserts: Sequence[Upsert]) -> tuple[list[str], list[list[str]], dict[int, int]]:
    """Return columns and rows for `load()`, and which upsert begins in which row."""
    by_key, own, lines = shape_of(upserts[0])
    columns = ["id" if by_key else ".id", *own]
    for name, line_columns in lines:
        columns += [f"{name}/id", *(f"{name}/{column}" for column in line_columns)]
    rows: list[list[str]] = []
    starts: dict[int, int] = {}
    for at, upsert in enumerate(upserts):
        starts[len(rows)] = at
        head = external_id(upsert.key) if by_key else str(upsert.id)
        mine = [head, *(upsert.values[column] for column in own)]
        depth = max((len(upsert.lines.get(name, ())) for name, _ in lines), default=1)
        for ordinal in range(max(depth, 1)):
            row = mine if not ordinal else [""] * len(mine)
            rows.append([*row, *_line_cells(upsert, lines, ordinal)])
    return columns, rows, starts


def _line_cells(
    upsert: Upsert, lines: tuple[tuple[str, tuple[str, ...]], ...], ordinal: int
) -> Iterator[str]:
    for name, columns in lines:
        part = upsert.lines.get(name, ())
        line = part[ordinal] if ordinal < len(part) else None
        yield external_id(line.key) if line else ""
        for column in columns:
            yield line.values.get(column, "") if line else ""
