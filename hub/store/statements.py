"""The statements that every step needs, each built once: their values come as parameters.

Columns that are asked for have parameters of their own names with `is_` before them, so that an UPDATE can ask
for a column and change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Executable,
    Insert,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    select,
    update,
)


def wanted(equal: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters that ask for these values of columns."""
    return {f"is_{column}": value for column, value in equal.items()}


@cache
def selecting(
    table: Table, *columns: str, newest: bool = False, limit: int | None = None, lock: bool = False
) -> Select[Any]:
    """Return the SELECT of the rows with given values in these columns, oldest (or newest) first.

    SQLite renders nothing for a lock: BEGIN IMMEDIATE has locked the whole database already.
    """
    statement = select(table).where(_equal(table, columns)).limit(limit)
    if "id" in table.c and columns != ("id",):
        statement = statement.order_by(table.c.id.desc() if newest else table.c.id)
    return statement.with_for_update() if lock else statement


@cache
def updating(table: Table, *columns: str) -> Update:
    """Return the UPDATE of the rows with given values in these columns; what changes are parameters, too."""
    return update(table).where(_equal(table, columns))


@cache
def deleting(table: Table, *columns: str) -> Delete:
    """Return the DELETE of the rows with given values in these columns."""
    return delete(table).where(_equal(table, columns))


@cache
def inserting(table: Table) -> Insert:
    """Return the INSERT of a row."""
    return table.insert()


@cache
def inserting_one(table: Table) -> Insert:
    """Return the INSERT of a row that gives back its id."""
    return table.insert().returning(table.c.id)


@cache
def inserting_some(table: Table) -> Insert:
    """Return the INSERT of many rows that gives back their ids in the rows' order."""
    return table.insert().returning(table.c.id, sort_by_parameter_order=True)


@cache
def inserting_once(table: Table, *, postgres: bool) -> Insert:
    """Return the INSERT that leaves alone what a unique index has already."""
    once: Insert = _inserting(table, postgres=postgres).on_conflict_do_nothing()
    return once


def inserting_or_updating(table: Table, key: str, columns: Sequence[str], *, postgres: bool) -> Insert:
    """Return the INSERT that changes these columns of the row that has the same key already."""
    insert = _inserting(table, postgres=postgres)
    changed: Insert = insert.on_conflict_do_update(
        index_elements=[key], set_={column: insert.excluded[column] for column in columns}
    )
    return changed


@cache
def inserting_once_told(table: Table, *, postgres: bool) -> Executable:
    """Return the same INSERT; it gives back the row when it is new."""
    return inserting_once(table, postgres=postgres).returning(*table.c)


def _inserting(table: Table, *, postgres: bool) -> Any:  # noqa: ANN401 - of two classes without a common one
    """Return the INSERT of the dialect; both are slow to import."""
    if postgres:
        from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql

        return insert_into_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite

    return insert_into_sqlite(table)


def _equal(table: Table, columns: tuple[str, ...]) -> ColumnElement[bool]:
    if not columns:
        raise ValueError(f"which rows of {table.name}? to name no column would mean all of them")
    return and_(*(table.c[column] == bindparam(f"is_{column}") for column in columns))
