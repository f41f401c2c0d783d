"""What every part of a transaction shares: the connection, the clock, the archive and a few ways to write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, Table, select

from hub.store.archive import Archive
from hub.store.columns import to_json
from hub.store.records import NotFound
from hub.store.schema import events

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


class TxPart:
    """The ground on which the parts of `hub.store.tx.Tx` stand. One transaction, one thread."""

    def __init__(self, connection: Connection, archive: Archive, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._archive = archive
        self._clock = clock

    @property
    def _postgres(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def _insert(self, table: Table, **values: object) -> int:
        """Insert a row and return its id."""
        row_id = self._connection.execute(table.insert().values(values).returning(table.c.id)).scalar_one()
        assert isinstance(row_id, int)
        return row_id

    def _insert_once(self, table: Table, **values: object) -> Row[Any] | None:
        """Insert a row unless a unique index has it already; return the new row or None.

        On PostgreSQL this waits for a transaction that is inserting the same key right now.
        """
        statement = self._dialect_insert(table).values(values).on_conflict_do_nothing().returning(*table.c)
        return self._connection.execute(statement).one_or_none()

    def _dialect_insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """Return the INSERT that knows ON CONFLICT; imported late because both dialects are slow to load."""
        if self._postgres:
            from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql

            return insert_into_postgresql(table)
        from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite

        return insert_into_sqlite(table)

    def _row(self, table: Table, row_id: int, *, lock: bool = False) -> Row[Any]:
        """Return the row with that id, locked until the transaction ends if asked; raise NotFound."""
        statement = select(table).where(table.c.id == row_id)
        if lock:  # SQLite renders nothing for it: BEGIN IMMEDIATE has locked the whole database already
            statement = statement.with_for_update()
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound(f"there is no {table.name[:-1]} {row_id} in the log")
        return row

    def _rows(self, statement: Select[Any]) -> list[Row[Any]]:
        return list(self._connection.execute(statement))

    def _event(
        self,
        what: str,
        *,
        exchange_id: int | None = None,
        transmission_id: int | None = None,
        actor: str = "hub",
        from_state: str = "",
        to_state: str = "",
        why: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None:
        self._connection.execute(
            events.insert().values(
                at=self._clock(),
                what=what,
                actor=actor,
                exchange_id=exchange_id,
                transmission_id=transmission_id,
                from_state=from_state,
                to_state=to_state,
                why=why,
                detail=to_json(detail or {}),
            )
        )
