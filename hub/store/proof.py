"""The posting ledger read from end to end, and what else of the log must agree with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select

from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, State
from hub.store.base import TxPart
from hub.store.rows import to_record
from hub.store.schema import exchanges, past_keys, postings

#: What the hub keeps itself, or writes without a record of its own: posted, and in no ledger.
_UNLEDGERED = frozenset({DocType.RECORDS, DocType.INVENTORY_ADVICE})

#: How a record says in JSON that it is cancelled, as it was told last.
_CANCELLED = '%"state":"cancel%'


class LedgerLine(Struct, frozen=True, kw_only=True):
    """A line of the posting ledger (or of an exchange that should have one) beside its exchange."""

    key: str
    exchange_id: int
    partner: str
    document: DocType
    number: str
    state: State  # of the exchange
    record: ErpRecord | None  # as the ledger has it
    erp: ErpRecord | None  # as the exchange has it
    at: datetime  # UTC


class Proof(TxPart):
    """What proving asks."""

    def ledger_size(self, partner: str | None, since: datetime | None) -> int:
        """Return how many business keys the ledger has."""
        joined = select(func.count()).select_from(postings.join(exchanges)).where(*_narrow(partner, since))
        return self._connection.execute(joined).scalar_one()

    def ledger_lines(
        self, partner: str | None, since: datetime | None, *, after: str, limit: int
    ) -> list[LedgerLine]:
        """Return the next lines of the ledger by key; `since` is when they were posted (UTC)."""
        statement = (
            _lines(postings.c.key, postings.c.record, postings.c.at)
            .select_from(postings.join(exchanges))
            .where(postings.c.key > after, *_narrow(partner, since))
            .order_by(postings.c.key)
            .limit(limit)
        )
        return [_line(row) for row in self._rows(statement)]

    def unledgered(
        self, partner: str | None, since: datetime | None, *, after: int, limit: int
    ) -> list[LedgerLine]:
        """Return exchanges by id that say posted, and whose key no line of the ledger has."""
        conditions = [exchanges.c.partner == partner] if partner is not None else []
        if since is not None:
            conditions.append(exchanges.c.updated_at >= since)
        statement = (
            _lines(exchanges.c.key, exchanges.c.erp.label("record"), exchanges.c.updated_at.label("at"))
            .where(
                exchanges.c.state == State.POSTED,
                exchanges.c.id > after,
                exchanges.c.document.not_in(_UNLEDGERED),
                ~exists().where(postings.c.key == exchanges.c.key),
                *conditions,
            )
            .order_by(exchanges.c.id)
            .limit(limit)
        )
        return [_line(row) for row in self._rows(statement)]

    def ledgered(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys that the ledger has, or had before retention removed their lines."""
        found = select(postings.c.key).where(postings.c.key.in_(keys))
        past = select(past_keys.c.key).where(past_keys.c.key.in_(keys))
        return set(self._connection.execute(found.union(past)).scalars())

    def latest_by_key(self, keys: Sequence[str]) -> dict[str, tuple[int, str, State]]:
        """Return id, partner and state of the latest inbound exchange of each key that has one."""
        columns = exchanges.c.key, exchanges.c.id, exchanges.c.partner, exchanges.c.state
        statement = (
            select(*columns)
            .where(exchanges.c.key.in_(keys), exchanges.c.direction == Direction.IN)
            .order_by(exchanges.c.id)
        )
        return {row.key: (row.id, row.partner, State(row.state)) for row in self._rows(statement)}

    def known_cancelled(self, model: str, ids: Sequence[int]) -> set[int]:
        """Return those of the records of which the log has that they are cancelled: by us, or told to the partner."""
        told = select(exchanges.c.source_id).where(
            exchanges.c.source_model == model,
            exchanges.c.source_id.in_(ids),
            exchanges.c.source.like(_CANCELLED),
        )
        ours = select(postings.c.record_id).where(
            postings.c.model == model, postings.c.record_id.in_(ids), postings.c.record.like(_CANCELLED)
        )
        return set(self._connection.execute(told.union(ours)).scalars())


def _lines(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(
        *columns,
        exchanges.c.id.label("exchange_id"),
        exchanges.c.partner,
        exchanges.c.document,
        exchanges.c.number,
        exchanges.c.state,
        exchanges.c.erp,
    )


def _line(row: Row[Any]) -> LedgerLine:
    return LedgerLine(
        key=row.key,
        exchange_id=row.exchange_id,
        partner=row.partner,
        document=DocType(row.document),
        number=row.number,
        state=State(row.state),
        record=to_record(row.record),
        erp=to_record(row.erp),
        at=row.at,
    )


def _narrow(partner: str | None, since: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if partner is not None:
        conditions.append(exchanges.c.partner == partner)
    if since is not None:
        conditions.append(or_(postings.c.at >= since, exchanges.c.created_at >= since))
    return conditions
