"""The store as a whole, read from end to end: what a backup takes along and what a verification looks at.

Rows come in a stream, so memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, Table, select, union

from hub.store.base import TxPart
from hub.store.schema import artifacts, metadata, transmissions

#: Rows that are fetched at once.
FETCHED = 1000


class Whole(TxPart):
    """All rows of all tables, in the order in which they can be put back."""

    def tables(self) -> dict[str, list[str]]:
        """Return the columns of each table; a table stands after those that it refers to."""
        return {str(table.name): [str(column.name) for column in table.c] for table in metadata.sorted_tables}

    def table_rows(self, name: str) -> Iterator[list[object]]:
        """Yield the rows of a table by its key; instants are aware (UTC), all else as it is kept."""
        table = metadata.tables[name]
        for row in self._streamed(select(table).order_by(*table.primary_key.columns)):
            yield list(row)

    def payload_names(self) -> Iterator[str]:
        """Yield the SHA-256 of every payload that a row names, each once, in ascending order."""
        named = union(*(select(_sha256(table)).where(_kept(table)) for table in (transmissions, artifacts)))
        rows = named.subquery()
        for row in self._streamed(select(rows.c.sha256).order_by(rows.c.sha256)):
            yield str(row[0])

    def _streamed(self, statement: Select[*tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        """Yield rows as the database gives them (a server-side cursor on PostgreSQL)."""
        yield from self._connection.execution_options(yield_per=FETCHED).execute(statement)


def _sha256(table: Table) -> ColumnElement[str]:
    return table.c.sha256.label("sha256")


def _kept(table: Table) -> ColumnElement[bool]:
    """Return the condition for rows whose payload is in the archive; a file that was refused unread has none."""
    return table.c.sha256 != ""
