"""What every part of a transaction shares: the connection, the clock, the archive and a few ways to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, Row, Select, Table

from hub.model.exchange import Exchange, Transmission
from hub.store.archive import Archive
from hub.store.columns import to_json
from hub.store.records import NotFound
from hub.store.schema import events
from hub.store.statements import (
    deleting,
    inserting,
    inserting_once_told,
    inserting_one,
    inserting_some,
    selecting,
    updating,
    wanted,
)


class TxPart:
    """The ground on which the parts of `hub.store.tx.Tx` stand. One transaction, one thread.

    Rows whose id nobody asks for are put off and written many at a time: before the next statement, or at the
    end. To build a statement costs several times what it costs to run it, so those that each step needs are built
    once (`hub.store.statements`).
    """

    def __init__(self, connection: Connection, archive: Archive, clock: Callable[[], datetime]) -> None:
        self._plain = connection
        self._archive = archive
        self._clock = clock
        self._postgres = connection.dialect.name == "postgresql"
        #: What this transaction has locked, as it has made it: nobody else can change it.
        self._locked: dict[int, Exchange] = {}
        self._locked_files: dict[int, Transmission] = {}
        self._payloads: list[bytes] = []
        #: What `foresee` read: exchanges, their latest artifacts by kind, their findings by stage.
        self._foreseen: set[int] = set()
        self._foreseen_artifacts: dict[tuple[int, str], Row[Any]] = {}
        self._foreseen_findings: dict[tuple[int, str], list[str]] = {}
        self._replaced: set[tuple[object, ...]] = set()
        self._deferred: dict[tuple[Executable, tuple[str, ...]], list[Mapping[str, object]]] = {}
        self._changed: dict[tuple[Table, int], dict[str, object]] = {}

    @property
    def _connection(self) -> Connection:
        """The connection, once all is written that was put off."""
        if self._deferred or self._changed:
            self.flush()
        return self._plain

    def finish(self) -> None:
        """Write all that was put off: payloads first, so that no row that is committed speaks of bytes that are not
        on the disk.
        """
        self._keep_payloads()
        self.flush()

    def flush(self) -> None:
        """Write the rows that were put off."""
        deferred, self._deferred = self._deferred, {}
        changed, self._changed = self._changed, {}
        self._replaced.clear()
        for (statement, _), rows in deferred.items():
            self._plain.execute(statement, rows)
        alike: dict[tuple[Table, tuple[str, ...]], list[Mapping[str, object]]] = {}
        for (table, row_id), values in changed.items():
            alike.setdefault((table, tuple(values)), []).append({**wanted({"id": row_id}), **values})
        for (table, _), rows in alike.items():
            self._plain.execute(updating(table, "id"), rows)

    def _keep_payloads(self) -> None:
        payloads, self._payloads = self._payloads, []
        self._archive.put_many(payloads)

    def _later(self, table: Table, **values: object) -> None:
        """Insert a row when it suits; nobody needs its id."""
        self._defer(inserting(table), values)

    def _replace_later(
        self, table: Table, owner: Mapping[str, object], rows: Iterable[Mapping[str, object]]
    ) -> None:
        """Put these rows in the place of those whose columns are as `owner` says, when it suits.

        Rows of one owner that were put off already are written first: all that is deleted is deleted before.
        """
        named = table.name, *owner.items()
        if named in self._replaced:
            self.flush()
        self._replaced.add(named)
        self._defer(deleting(table, *owner), wanted(owner))
        for row in rows:
            self._later(table, **owner, **row)

    def _update_later(self, table: Table, row_id: int, values: Mapping[str, object]) -> None:
        """Change a row when it suits; what was put off for it before is changed with it."""
        self._changed.setdefault((table, row_id), {}).update(values)

    def _defer(self, statement: Executable, values: Mapping[str, object]) -> None:
        self._deferred.setdefault((statement, tuple(values)), []).append(values)

    def _insert(self, table: Table, **values: object) -> int:
        """Insert a row and return its id."""
        row_id = self._connection.execute(inserting_one(table), values).scalar_one()
        assert isinstance(row_id, int)
        return row_id

    def _insert_some(self, table: Table, rows: Sequence[Mapping[str, object]]) -> list[int]:
        """Insert rows of the same columns and return their ids, in their order."""
        if len(rows) == 1:
            return [self._insert(table, **rows[0])]
        return list(self._connection.execute(inserting_some(table), rows).scalars()) if rows else []

    def _insert_once(self, table: Table, **values: object) -> Row[Any] | None:
        """Insert a row unless a unique index has it already; return the new row or None.

        On PostgreSQL this waits for a transaction that is inserting the same key right now.
        """
        return self._connection.execute(
            inserting_once_told(table, postgres=self._postgres), values
        ).one_or_none()

    def _row(self, table: Table, row_id: int, *, lock: bool = False) -> Row[Any]:
        """Return the row with that id, locked until the transaction ends if asked; raise NotFound."""
        row = next(iter(self._found(table, {"id": row_id}, lock=lock)), None)
        if row is None:
            raise NotFound(f"there is no {table.name[:-1]} {row_id} in the log")
        return row

    def _found(
        self,
        table: Table,
        equal: Mapping[str, object],
        *,
        newest: bool = False,
        limit: int | None = None,
        lock: bool = False,
    ) -> list[Row[Any]]:
        """Return the rows in which these columns have these values, oldest (or newest) first."""
        statement = selecting(table, *equal, newest=newest, limit=limit, lock=lock)
        return list(self._connection.execute(statement, wanted(equal)))

    def _delete(self, table: Table, equal: Mapping[str, object]) -> None:
        """Delete the rows in which these columns have these values."""
        self._connection.execute(deleting(table, *equal), wanted(equal))

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
        self._later(
            events,
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
