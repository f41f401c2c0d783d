"""The store as a whole, read from end to end: what a backup takes along and what a verification looks at.

Rows come in a stream, so memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, Table, and_, select, union, update
from sqlalchemy.exc import SQLAlchemyError

from hub.model.progress import Tell
from hub.store.base import TxPart
from hub.store.records import PayloadOwner, RowPayload
from hub.store.schema import artifacts, exchanges, metadata, transmissions

#: Rows that are fetched at once.
FETCHED = 1000

_MOST_FAULTS = 100


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
        """Yield the SHA-256 of every payload that the archive has for a row, each once, in ascending order."""
        named = union(*(select(_sha256(table)).where(_kept(table)) for table in (transmissions, artifacts)))
        rows = named.subquery()
        for row in self._streamed(select(rows.c.sha256).order_by(rows.c.sha256)):
            yield str(row[0])

    def faults(self, tell: Tell) -> list[str]:
        """Return what the database itself finds wrong with its files and references; read all of it for that."""
        found: list[str] = []
        if not self._postgres:
            rows = self._connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_FAULTS})")
            found += [str(row[0]) for row in rows if row[0] != "ok"]
            rows = self._connection.exec_driver_sql("PRAGMA foreign_key_check")
            found += [f"{row[0]}: row {row[1]} refers to a row of {row[2]} that is gone" for row in rows]
        count = 0
        for name in self.tables():
            try:
                for _row in self.table_rows(name):
                    count += 1
                    if not count % FETCHED:
                        tell("rows", count, 0)
            except (SQLAlchemyError, ValueError) as fault:
                return [*found, f"{name}: cannot be read: {getattr(fault, 'orig', None) or fault}"]
        return found[:_MOST_FAULTS]

    def row_payloads(self, after_id: int, limit: int = FETCHED) -> list[RowPayload]:
        """Return the next payloads that are in their rows, by the id of the artifact."""
        statement = (
            select(artifacts.c.id, artifacts.c.sha256, artifacts.c.size, artifacts.c.body)
            .where(artifacts.c.id > after_id, artifacts.c.body.is_not(None))
            .order_by(artifacts.c.id)
            .limit(limit)
        )
        return [RowPayload(**row._mapping) for row in self._rows(statement)]

    def newest_row_payload(self) -> RowPayload | None:
        """Return the payload that came into a row last."""
        statement = (
            select(artifacts.c.id, artifacts.c.sha256, artifacts.c.size, artifacts.c.body)
            .where(artifacts.c.body.is_not(None))
            .order_by(artifacts.c.id.desc())
            .limit(1)
        )
        return next((RowPayload(**row._mapping) for row in self._rows(statement)), None)

    def rewrite_row_payload(self, artifact_id: int, body: bytes) -> None:
        """Keep the same bytes otherwise sealed; those that retention removed meanwhile stay removed."""
        there = update(artifacts).where(artifacts.c.id == artifact_id, artifacts.c.body.is_not(None))
        self._connection.execute(there.values(body=body))

    def row_payload_owners(self, artifact_id: int) -> list[PayloadOwner]:
        """Return whose the payload in a row is; none when retention removed it."""
        return self._owners(artifacts.c.id == artifact_id, artifacts.c.body.is_not(None))

    def payload_owners(self, sha256: str) -> list[PayloadOwner]:
        """Return the rows that name a payload of the archive; slow, without an index: ask only of what is damaged."""
        files = select(transmissions).where(transmissions.c.sha256 == sha256, _kept(transmissions))
        return [
            *self._owners(artifacts.c.sha256 == sha256, _kept(artifacts)),
            *(
                PayloadOwner(
                    exchange_id=None,
                    transmission_id=row.id,
                    partner=row.partner,
                    kind="file",
                    at=row.received_at,
                )
                for row in self._rows(files)
            ),
        ]

    def _owners(self, *conditions: ColumnElement[bool]) -> list[PayloadOwner]:
        of_exchanges = (
            select(artifacts.c.exchange_id, exchanges.c.partner, artifacts.c.kind, artifacts.c.at)
            .join(exchanges, exchanges.c.id == artifacts.c.exchange_id)
            .where(*conditions)
        )
        return [PayloadOwner(transmission_id=None, **row._mapping) for row in self._rows(of_exchanges)]

    def _streamed(self, statement: Select[*tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        """Yield rows as the database gives them (a server-side cursor on PostgreSQL)."""
        yield from self._connection.execution_options(yield_per=FETCHED).execute(statement)


def _sha256(table: Table) -> ColumnElement[str]:
    return table.c.sha256.label("sha256")


def _kept(table: Table) -> ColumnElement[bool]:
    """Return the condition for rows whose payload is in the archive: it was read, and retention did not remove it."""
    there = and_(table.c.sha256 != "", table.c.removed_at.is_(None))
    return and_(there, artifacts.c.body.is_(None)) if table is artifacts else there
