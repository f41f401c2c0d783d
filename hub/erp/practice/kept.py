"""The rows that one call has read and that nobody has written since: most are looked at many times."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from hub.erp.practice.wire import Json, Values


class KeptRows:
    """Rows by model and id. A write that is not announced here forgets them all: SQLite counts every change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, dict[int, Values]] = {}
        self._changes = connection.total_changes

    def of(self, model: str) -> dict[int, Values]:
        """Return what is kept of a model, to be looked at and added to."""
        if self._changes != self._connection.total_changes:
            self.forget()
        return self._rows.setdefault(model, {})

    def forget(self) -> None:
        """Read everything anew: it was written to, or taken back to a savepoint."""
        self._rows.clear()
        self._changes = self._connection.total_changes

    def written(self, sql: str, values: Sequence[Json], touched: Mapping[str, int]) -> int:
        """Write, and forget these records only (id by model); return the id of a new row."""
        in_step = self._changes == self._connection.total_changes
        new = self._connection.execute(sql, values).lastrowid or 0
        if in_step:
            self._changes = self._connection.total_changes
            for model, record in touched.items():
                self._rows.get(model, {}).pop(record, None)
        return new
