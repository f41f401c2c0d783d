"""Retention in the tables: what is old enough and done with, legal holds, and the removal of rows.

Nothing is removed that is open, that a hold covers, or whose order still moves: an order's documents are read
together, so they go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, text, true, update

from hub.model.exchange import State
from hub.store.base import TxPart
from hub.store.exchanges import of_order
from hub.store.records import Hold, NotFound
from hub.store.schema import (
    acknowledgments,
    artifacts,
    control_uses,
    events,
    exchange_orders,
    exchanges,
    findings,
    groups,
    holds,
    past_keys,
    postings,
    received_interchanges,
    transmissions,
)
from hub.store.statements import inserting_once

#: Exchanges and files with which nobody has anything left to do. What waits for somebody is never removed.
FINISHED = frozenset(
    {
        State.POSTED,
        State.TESTED,
        State.MATCHED,
        State.DELIVERED,
        State.ACKNOWLEDGED,
        State.CANCELLED,
        State.DUPLICATE,
        State.OPENED,
    }
)

#: An older hub that still works on the same database notes the removal, and does not know of bytes in rows.
_IS_KEPT = or_(artifacts.c.removed_at.is_(None), artifacts.c.body.is_not(None))

_SEAL = (
    "CREATE TRIGGER events_sealed_delete BEFORE DELETE ON events "
    "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
)


class Retention(TxPart):
    """Holds, what has expired, and its removal."""

    # --- holds

    def add_hold(
        self,
        *,
        partner: str = "",
        order_number: str = "",
        exchange_id: int | None = None,
        why: str,
        actor: str,
    ) -> Hold:
        """Hold all of a partner, an order (of one partner, or of all), or one exchange; kept in the audit trail."""
        if not partner and not order_number and exchange_id is None:
            raise ValueError("a hold on what? name a partner, an order or an exchange")
        if exchange_id is not None:
            self._row(exchanges, exchange_id)  # raises NotFound
        named = {"partner": partner, "order_number": order_number, "exchange_id": exchange_id}
        added = self._insert(holds, **named, why=why, actor=actor, at=self._clock())
        self._event(
            "hold_added", exchange_id=exchange_id, actor=actor, why=why, detail={"hold": added, **named}
        )
        return self._hold(added)

    def end_hold(self, hold_id: int, *, why: str, actor: str) -> Hold:
        """End a hold; it stays in the list of ended ones. Raise NotFound when there is none that stands."""
        hold = self._hold(hold_id)
        if hold.ended_at is not None:
            raise NotFound(f"hold {hold_id} was ended on {hold.ended_at:%Y-%m-%d} by {hold.ended_by}")
        changed = {"ended_at": self._clock(), "ended_by": actor}
        self._connection.execute(update(holds).where(holds.c.id == hold_id).values(changed))
        exchange_id = hold.exchange_id if hold.exchange_id and self._is_there(hold.exchange_id) else None
        self._event("hold_ended", exchange_id=exchange_id, actor=actor, why=why, detail={"hold": hold_id})
        return self._hold(hold_id)

    def holds(self, *, ended: bool = False) -> list[Hold]:
        """Return the holds that stand, and with `ended` those that do not any more, oldest first."""
        statement = select(holds).order_by(holds.c.id)
        if not ended:
            statement = statement.where(holds.c.ended_at.is_(None))
        return [Hold(**row._mapping) for row in self._rows(statement)]

    def covered(self, hold: Hold) -> int:
        """Return how many documents of the log a hold covers now."""
        statement = select(func.count()).select_from(exchanges)
        if hold.exchange_id is not None:
            statement = statement.where(exchanges.c.id == hold.exchange_id)
        if hold.partner:
            statement = statement.where(exchanges.c.partner == hold.partner)
        if hold.order_number:
            statement = statement.where(of_order(hold.order_number))
        return self._connection.execute(statement).scalar_one()

    def _hold(self, hold_id: int) -> Hold:
        return Hold(**self._row(holds, hold_id)._mapping)

    def _is_there(self, exchange_id: int) -> bool:
        return self._connection.execute(select(exists().where(exchanges.c.id == exchange_id))).scalar_one()

    # --- what has expired

    def known_partners(self) -> list[str]:
        """Return the partners of all rows, also those whose profiles are gone; reads one row of each."""
        known: set[str] = set()
        for table in (exchanges, transmissions):
            first = select(func.min(table.c.partner))
            name = self._connection.execute(first).scalar_one()
            while name is not None:
                known.add(name)
                name = self._connection.execute(first.where(table.c.partner > name)).scalar_one()
        return sorted(known)

    def expired(
        self, partner: str, before: datetime, *, after_id: int, limit: int, with_bytes: bool
    ) -> list[tuple[int, str]]:
        """Return id and order number of finished exchanges of a partner that nobody touched since `before`.

        By id, those above `after_id`; `with_bytes` only those whose payloads are still kept.
        """
        statement = (
            select(exchanges.c.id, exchanges.c.order_number)
            .where(
                exchanges.c.partner == partner,
                exchanges.c.id > after_id,
                exchanges.c.updated_at < before,
                exchanges.c.state.in_(FINISHED),
            )
            .order_by(exchanges.c.id)
            .limit(limit)
        )
        if with_bytes:
            statement = statement.where(_has_bytes(exchanges.c.id))
        return [(row.id, row.order_number) for row in self._rows(statement)]

    def orders_of_exchange(self, exchange_id: int, first: str) -> list[str]:
        """Return all orders that a document belongs to; `first` is the one in its own row."""
        further = select(exchange_orders.c.order_number).where(exchange_orders.c.exchange_id == exchange_id)
        return [number for number in (first, *self._connection.execute(further).scalars()) if number]

    def order_moves(self, partner: str, number: str, before: datetime) -> bool:
        """Say whether a document of an order is open, or was touched since `before`."""
        moves = exists().where(
            exchanges.c.partner == partner,
            of_order(number),
            or_(exchanges.c.updated_at >= before, exchanges.c.state.not_in(FINISHED)),
        )
        return self._connection.execute(select(moves)).scalar_one()

    def expired_files(
        self, partner: str, before: datetime, *, after_id: int, limit: int, log: bool, dry: bool = False
    ) -> list[int]:
        """Return files of a partner that are done with since before then, with nothing of theirs left.

        For their rows in the `log`: those without any exchange. For their bytes: those that are kept, and whose
        documents' bytes are not; in a dry run, whose documents are old enough.
        """
        inside = exchanges.c.transmission_id == transmissions.c.id
        left = and_(inside, or_(exchanges.c.state.not_in(FINISHED), exchanges.c.updated_at >= before))
        if log:
            gone = ~exists().where(left if dry else inside)
        else:
            bytes_gone = true() if dry else ~exists().where(inside, _has_bytes(exchanges.c.id))
            is_kept = and_(transmissions.c.removed_at.is_(None), transmissions.c.sha256 != "")
            gone = and_(is_kept, bytes_gone, ~exists().where(left))
        statement = (
            select(transmissions.c.id)
            .where(
                transmissions.c.partner == partner,
                transmissions.c.id > after_id,
                transmissions.c.updated_at < before,
                transmissions.c.state.in_(FINISHED),
                gone,
            )
            .order_by(transmissions.c.id)
            .limit(limit)
        )
        return [row.id for row in self._rows(statement)]

    # --- removal

    def remove_payloads(self, exchange_ids: Sequence[int], file_ids: Sequence[int], why: str) -> None:
        """Note that payloads are not kept any more, in their rows and in the stories; the archive is swept later."""
        now = self._clock()
        for table, of_these, is_kept, in_row in (
            (artifacts, artifacts.c.exchange_id.in_(exchange_ids), _IS_KEPT, {"body": None}),
            (transmissions, transmissions.c.id.in_(file_ids), transmissions.c.removed_at.is_(None), {}),
        ):
            kept = update(table).where(of_these, is_kept)
            self._connection.execute(kept.values(removed_at=now, **in_row))
        for exchange_id in exchange_ids:
            self._event("payload_removed", exchange_id=exchange_id, actor="retention", why=why)
        for file_id in file_ids:
            self._event("payload_removed", transmission_id=file_id, actor="retention", why=why)

    def remove_exchanges(self, ids: Sequence[int]) -> None:
        """Remove exchanges with all that is told of them; the keys of what was told or posted stay."""
        told = select(exchanges.c.key).where(
            exchanges.c.id.in_(ids), exchanges.c.direction == "out", exchanges.c.key != ""
        )
        posted = select(postings.c.key).where(postings.c.exchange_id.in_(ids))
        keyed = self._connection.execute(told.union(posted)).scalars()
        rows = [{"key": key, "at": self._clock()} for key in keyed]
        if rows:  # a document that came again after its line was removed is removed again
            self._connection.execute(inserting_once(past_keys, postgres=self._postgres), rows)
        self._remove_events(events.c.exchange_id.in_(ids))
        for column in (
            findings.c.exchange_id,
            artifacts.c.exchange_id,
            acknowledgments.c.exchange_id,
            acknowledgments.c.ack_exchange_id,
            control_uses.c.exchange_id,
            postings.c.exchange_id,
            exchange_orders.c.exchange_id,
            exchanges.c.id,
        ):
            self._remove(column, ids)

    def remove_files(self, ids: Sequence[int]) -> None:
        """Remove files without exchanges, with all that is told of them."""
        self._remove_events(events.c.transmission_id.in_(ids))
        of_groups = select(groups.c.id).where(groups.c.transmission_id.in_(ids))
        self._connection.execute(delete(findings).where(findings.c.group_id.in_(of_groups)))
        for column in (
            findings.c.transmission_id,
            acknowledgments.c.transmission_id,
            received_interchanges.c.transmission_id,
            groups.c.transmission_id,
            transmissions.c.id,
        ):
            self._remove(column, ids)

    def _remove(self, column: ColumnElement[Any], ids: Sequence[int]) -> None:
        table = getattr(column, "table", None)
        assert isinstance(table, Table)
        self._connection.execute(delete(table).where(column.in_(ids)))

    def _remove_events(self, which: ColumnElement[bool]) -> None:
        """Delete events, which the database refuses but here: the seal is open for this transaction alone."""
        if self._postgres:
            self._connection.execute(text("SET LOCAL hub.retention = 'on'"))
            self._connection.execute(delete(events).where(which))
            self._connection.execute(text("SET LOCAL hub.retention = 'off'"))
            return
        self._connection.exec_driver_sql("DROP TRIGGER events_sealed_delete")
        self._connection.execute(delete(events).where(which))
        self._connection.exec_driver_sql(_SEAL)


def _has_bytes(exchange_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition for exchanges of which some payload is kept."""
    return exists().where(artifacts.c.exchange_id == exchange_id, _IS_KEPT)
