"""Exchanges: made, moved through their states, and found again by what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Unpack

import msgspec
from sqlalchemy import ColumnElement, Select, or_, select, text

from hub.model.documents import DocType
from hub.model.exchange import Direction, Exchange, State
from hub.store.base import TxPart
from hub.store.columns import SHORT
from hub.store.moves import check_move
from hub.store.records import Changes, NewExchange
from hub.store.rows import as_stored, bare_number, exchange_columns, to_exchange
from hub.store.schema import SENT_BY_US, exchange_orders, exchanges, past_keys

#: Outbound states in which the bytes and their control numbers are fixed.
COMMITTED_STATES = frozenset(
    {State.COMPOSED, State.SENT, State.DELIVERED, State.ACKNOWLEDGED, State.REFUSED, State.OVERDUE}
)

_ACKNOWLEDGMENTS = frozenset(
    {DocType.FUNCTIONAL_ACK, DocType.TECHNICAL_ACK, DocType.RECEIPT, DocType.APPLICATION_ADVICE}
)


class Exchanges(TxPart):
    """The rows of the translation log."""

    def add_exchange(self, **new: Unpack[NewExchange]) -> Exchange:
        """Add an exchange and the first event of its story.

        A second outbound exchange with one key breaks the unique index: use `add_exchange_once` for those.
        """
        return self.add_exchanges([new])[0]

    def add_exchanges(self, news: Sequence[NewExchange]) -> list[Exchange]:
        """Add many exchanges at once, each with the first event of its story."""
        drafts = [self._draft(new) for new in news]
        ids = self._insert_some(exchanges, [exchange_columns(draft) for draft in drafts])
        return [
            self._created(msgspec.structs.replace(draft, id=added))
            for draft, added in zip(drafts, ids, strict=True)
        ]

    def add_exchange_once(self, **new: Unpack[NewExchange]) -> Exchange | None:
        """Add an outbound exchange, or return None when there is one with that key already."""
        if not new.get("key") or new["direction"] is not Direction.OUT:
            raise ValueError("add_exchange_once needs a key and direction OUT: the index covers only those")
        if self._found(past_keys, {"key": new["key"]}):
            return None  # retention removed the exchange, and what was told is not told again
        row = self._insert_once(exchanges, **exchange_columns(self._draft(new)))
        return None if row is None else self._created(to_exchange(row))

    def exchange(self, id: int, *, lock: bool = False) -> Exchange:
        """Return an exchange, locked until the transaction ends if asked; raise NotFound."""
        held = self._locked.get(id)
        if held is None:
            held = to_exchange(self._row(exchanges, id, lock=lock))
            if lock:
                self._locked[id] = held
        return held

    def lock_exchanges(self, ids: Collection[int]) -> None:
        """Lock many exchanges at once, until the transaction ends; each is then found without asking again."""
        statement = select(exchanges).where(exchanges.c.id.in_(ids)).order_by(exchanges.c.id)
        for row in self._rows(statement.with_for_update()):
            self._locked[row.id] = to_exchange(row)

    def move(
        self,
        id: int,
        state: State,
        *,
        why: str = "",
        actor: str = "hub",
        **changes: Unpack[Changes],
    ) -> Exchange:
        """Move an exchange (staying is a retry), change what is named, and tell the story; raise IllegalMove.

        The row is locked first, so two workers cannot both take the same step. `why` is the reason of the
        state it is in now: left out, it is cleared. All else that is left out stays.
        """
        before = self.exchange(id, lock=True)
        what = check_move(before.state, state, f"exchange {id}")
        moved = msgspec.structs.replace(before, state=state, why=why, updated_at=self._clock(), **changes)
        after = as_stored(moved)
        self._locked[id] = after
        was = exchange_columns(
            before
        )  # only what changes is written: the indexes of all else stay as they are
        changed = {name: value for name, value in exchange_columns(after).items() if value != was[name]}
        if changed:
            self._update_later(exchanges, id, changed)
        if (
            state is not before.state or why != before.why or actor != "hub"
        ):  # a retry like the last is no news
            self._event(what, exchange_id=id, actor=actor, from_state=before.state, to_state=state, why=why)
        return after

    # --- found by what is known of them

    def exchange_by_erp(
        self,
        model: str,
        record_id: int,
        document: DocType | None = None,
    ) -> Exchange | None:
        """Return the first exchange that has this Odoo record as its `erp`, or None."""
        statement = _where(exchanges.c.erp_model == model, exchanges.c.erp_id == record_id)
        if document is not None:
            statement = statement.where(exchanges.c.document == document)
        return next(iter(self._exchanges(statement.limit(1))), None)

    def exchanges_by_erp(self, model: str, record_id: int) -> list[Exchange]:
        """Return the exchanges that have this Odoo record as their `erp`, oldest first."""
        return self._exchanges(_where(exchanges.c.erp_model == model, exchanges.c.erp_id == record_id))

    def exchanges_by_source(self, model: str, record_id: int) -> list[Exchange]:
        """Return the outbound exchanges that tell of this Odoo record, oldest first."""
        return self._exchanges(_where(exchanges.c.source_model == model, exchanges.c.source_id == record_id))

    def exchanges_beside(self, exchange: Exchange) -> list[Exchange]:
        """Return the other exchanges that a received document became (an order by store), oldest first."""
        if exchange.transmission_id is None or exchange.direction is not Direction.IN:
            return []
        return self._exchanges(
            _where(
                exchanges.c.transmission_id == exchange.transmission_id,
                exchanges.c.position == exchange.position,
                exchanges.c.direction == Direction.IN,
                exchanges.c.id != exchange.id,
            )
        )

    def exchange_by_key(self, key: str, direction: Direction) -> list[Exchange]:
        """Return the exchanges with that business or source key, oldest first."""
        found = self._found(exchanges, {"key": key, "direction": direction})
        return [to_exchange(row) for row in found]

    def sent_exchanges(self, partner: str, order_number: str, document: DocType) -> list[Exchange]:
        """Return what went out for an order (composed or beyond, not cancelled), oldest first."""
        return self._exchanges(
            _where(
                exchanges.c.partner == partner,
                of_order(order_number),
                exchanges.c.document == document,
                exchanges.c.direction == Direction.OUT,
                exchanges.c.state.in_(COMMITTED_STATES),
            )
        )

    def orders_of(self, partner: str, document: DocType, numbers: Sequence[str]) -> list[str]:
        """Return the orders of documents of one kind, to and from a partner, by the documents' own numbers."""
        named = (
            exchanges.c.partner == partner,
            exchanges.c.document == document,
            exchanges.c.number.in_([number[:SHORT] for number in numbers]),
        )
        first = select(exchanges.c.order_number).where(*named)
        further = select(exchange_orders.c.order_number).join(exchanges).where(*named)
        rows = self._connection.execute(first.union(further)).scalars()
        return sorted(number for number in rows if number)

    def set_orders(self, exchange_id: int, order_numbers: Iterable[str]) -> None:
        """Remember the further orders that a document belongs to; the first one is its `order_number`."""
        numbers = dict.fromkeys(number[:SHORT] for number in order_numbers)
        rows = ({"order_number": number} for number in numbers)
        self._replace_later(exchange_orders, {"exchange_id": exchange_id}, rows)

    def exchanges_of_order(self, partner: str | None, order_number: str) -> list[Exchange]:
        """Return every exchange of an order, both ways, oldest first; `partner` None: of all partners."""
        whose = () if partner is None else (exchanges.c.partner == partner,)
        return self._exchanges(_where(of_order(order_number), *whose))

    def find_sent(
        self,
        partner: str,
        *,
        interchange_control: str | None = None,
        functional_id: str | None = None,
        group_control: str | None = None,
        set_control: str | None = None,
    ) -> list[Exchange]:
        """Return what we sent under these envelope numbers, newest first (numbers wrap some day).

        Leading zeros do not matter: partners echo `000000905` as `905`.
        """
        wanted = {
            "interchange_control": _bare(interchange_control),
            "functional_id": functional_id,
            "group_control": _bare(group_control),
            "set_control": _bare(set_control),
        }
        named = {column: value for column, value in wanted.items() if value is not None}
        if not named:
            raise ValueError(f"sent under which number? name one of {', '.join(wanted)}")
        statement = (
            select(exchanges)
            .where(exchanges.c.partner == partner, text(SENT_BY_US))
            .where(*(exchanges.c[column] == value for column, value in named.items()))
            .order_by(exchanges.c.id.desc())
        )
        return self._exchanges(statement)

    def sent_under(self, partner: str, number: str) -> list[Exchange]:
        """Return what we sent a partner under that number or for that order (composed or beyond), oldest first.

        Acknowledgments are left out: their number is what they answer.
        """
        return self._exchanges(
            _where(
                exchanges.c.partner == partner,
                or_(exchanges.c.number == number, exchanges.c.order_number == number),
                exchanges.c.direction == Direction.OUT,
                exchanges.c.document.not_in(_ACKNOWLEDGMENTS),
                exchanges.c.state.in_(COMMITTED_STATES),
            )
        )

    def late_exchanges(self) -> list[Exchange]:
        """Return what was sent and whose acknowledgment is due since before now, longest overdue first."""
        statement = (
            select(exchanges)
            .where(exchanges.c.state == State.SENT, exchanges.c.deadline_at < self._clock())
            .order_by(exchanges.c.deadline_at, exchanges.c.id)
        )
        return self._exchanges(statement)

    def _exchanges(self, statement: Select[Any]) -> list[Exchange]:
        return [to_exchange(row) for row in self._rows(statement)]

    def _draft(self, new: NewExchange) -> Exchange:
        now = self._clock()
        return as_stored(Exchange(id=0, created_at=now, updated_at=now, **new))

    def _created(self, added: Exchange) -> Exchange:
        self._event("created", exchange_id=added.id, to_state=added.state, why=added.why)
        return added


def _where(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(exchanges).where(*conditions).order_by(exchanges.c.id)


def of_order(order_number: str) -> ColumnElement[bool]:
    """Match the documents of an order. A union, for which PostgreSQL uses both indexes; for an OR it reads all rows."""
    own = select(exchanges.c.id).where(exchanges.c.order_number == order_number)
    further = select(exchange_orders.c.exchange_id).where(exchange_orders.c.order_number == order_number)
    return exchanges.c.id.in_(own.union(further))


def _bare(number: str | None) -> str | None:
    return None if number is None else bare_number(number)
