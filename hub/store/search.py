"""Ask the translation log: lists of exchanges, and how many stand in which state.

A list is read newest first along an index, and ends with the last row that is wanted. Words are looked for in two
ways: what is rare is taken from the indexes of words; what is common is soon found by reading from the newest on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    column,
    func,
    or_,
    select,
    table,
    text,
    tuple_,
    union,
)

from hub.model.exchange import ASKING, Exchange, State
from hub.store.base import TxPart
from hub.store.columns import storable
from hub.store.records import LogQuery
from hub.store.rows import to_exchange
from hub.store.schema import exchange_orders, exchanges, findings, transmissions

#: Words that more exchanges have are common. The ids of so many are asked for by one statement.
RARE = 2000

#: Shorter parts are in no index of words. They, and zeros alone, are looked for as whole numbers: as a part of one they
#: would be in almost all, or be found only after all have been read.
_TRIGRAM = 3

#: What the index of words of SQLite takes for any signs. It is asked for the longest run without them.
_WILDCARDS = re.compile("[%_]")

#: Where a reason says that somebody is away (`rest_asking`); news carry one of their own.
_RESTING = ASKING - {State.NOTICED}

_HAS_WORK = text("exchanges.work_lane IS NOT NULL")
_AT_REST = text("exchanges.work_lane IS NULL")  # only these are in an index of words; what has work is little


class Search(TxPart):
    """What the log command and the pages ask."""

    def find_exchanges(self, query: LogQuery) -> list[Exchange]:
        """Return the exchanges that match, newest first unless asked otherwise; page on with `before_id`.

        Newest is what has the highest number or was made last, which differs by a moment at most.
        """
        if self._postgres:  # how to look for a word depends on the word
            self._connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        words = (self._mentioning(part, places) for part, places in _words(query))
        order = _order(query) if query.oldest_first else [column.desc() for column in _order(query)]
        narrowed = select(exchanges).where(*_conditions(query), *self._before(query), *words)
        return [to_exchange(row) for row in self._rows(narrowed.order_by(*order).limit(query.limit))]

    def count_by_state(self, *, only: Collection[State] = (), files: bool = True) -> dict[State, int]:
        """Return how many exchanges stand in each state (or `only` those) that has any; with `files`, quarantined
        files count too.
        """
        counted = select(exchanges.c.state, func.count().label("n")).group_by(exchanges.c.state)
        if only:
            counted = counted.where(exchanges.c.state.in_(only))
        counts = Counter({State(row.state): int(row.n) for row in self._rows(counted)})
        if files:
            quarantined = transmissions.c.state == State.QUARANTINED
            held_back = select(func.count()).select_from(transmissions).where(quarantined)
            counts[State.QUARANTINED] += self._connection.execute(held_back).scalar_one()
        return dict(+counts)

    def _before(self, query: LogQuery) -> Iterator[ColumnElement[bool]]:
        """Yield what leaves out the pages before this one, in the order of the list."""
        if query.before_id is None:
            return
        last = select(exchanges.c.created_at).where(exchanges.c.id == query.before_id)
        at = self._connection.execute(last).scalar_one_or_none() if _is_timed(query) else None
        yield (
            exchanges.c.id < query.before_id if at is None else tuple_(*_order(query)) < (at, query.before_id)
        )

    def _mentioning(self, part: str, places: Sequence[ColumnElement[str]]) -> ColumnElement[bool]:
        """Return the condition for exchanges of which one of these columns has that part.

        Where it is rare, the index of words says which they are; where it is common, each is asked as it is read. What
        has work to do is in no such index: it is read through, and it is little.
        """
        if _is_whole(part):
            return _numbered(part)
        says = or_(*(_says(place, part) for place in places))
        sought = part if self._postgres else max(_WILDCARDS.split(part), key=len)
        if len(sought) < _TRIGRAM:
            return says
        at_work = select(exchanges.c.id).where(_HAS_WORK, says).limit(RARE + 1)
        found = set(self._connection.execute(at_work).scalars())
        if len(found) > RARE:
            return says
        common = []
        for place in places:
            hits = self._hits(place, sought)
            named = set(self._exchanges_with(_owner(place), hits)) if len(hits) <= RARE else set()
            if max(len(hits), len(named)) > RARE:
                common.append(_says(place, part))
            else:
                found |= named
        rare = exchanges.c.id.in_(found)
        return or_(rare if sought == part else and_(rare, says), *common)

    def _hits(self, place: ColumnElement[str], part: str) -> list[int]:
        """Return the rows of which a column has a part, by the index of words; at most one more than is rare."""
        owner = _owner(place)
        if self._postgres:
            found = select(owner.c.id).where(_has(place, part))
            found = found.where(_AT_REST) if owner is exchanges else found
        else:
            name = str(place.key)
            words = table(f"{owner.name}_{name}_words", column("rowid"), column(name))
            found = select(words.c.rowid).where(words.c[name].like(f"%{part}%"))
        return list(self._connection.execute(found.limit(RARE + 1)).scalars())

    def _exchanges_with(self, owner: Table, hits: Sequence[int]) -> Iterable[int]:
        """Return the exchanges to which these rows belong."""
        if owner is exchanges or not hits:
            return hits
        if owner is transmissions:
            found = select(exchanges.c.id).where(exchanges.c.transmission_id.in_(hits)).limit(RARE + 1)
        else:
            told = findings.c.exchange_id.is_not(None)
            found = select(findings.c.exchange_id).where(findings.c.id.in_(hits), told)
        return self._connection.execute(found).scalars()


#: Where a text is looked for: numbers, reasons, names of files, what was found.
_PLACES = (exchanges.c.search, exchanges.c.why, transmissions.c.name, findings.c.message)

#: A part that is looked for, and where.
_Words = tuple[str, Sequence[ColumnElement[str]]]


def _words(query: LogQuery) -> list[_Words]:
    """Return what is looked for: a part of a number, and a part of any text."""
    number, words = storable(query.number.strip()), storable(query.text.strip())
    asked = ((number, (exchanges.c.search,)), (words, _PLACES))
    return [(part, places) for part, places in asked if part]


def _is_whole(part: str) -> bool:
    return len(part) < _TRIGRAM or not part.strip("0")


def _numbered(part: str) -> ColumnElement[bool]:
    """Match the documents of that number, and those of an order of that number, case apart."""
    forms = {"".join(signs) for signs in product(*({sign, sign.lower(), sign.upper()} for sign in part))}
    own, order = (column.in_(forms) for column in (exchanges.c.number, exchanges.c.order_number))
    further = select(exchange_orders.c.exchange_id).where(exchange_orders.c.order_number.in_(forms))
    found = union(*(select(exchanges.c.id).where(named) for named in (own, order)), further)
    return exchanges.c.id.in_(found)


def _has(place: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Match a part of a column, case apart, in words that both databases have an index for."""
    escaped = "".join(f"\\{c}" if c in "\\%_" else c for c in part)
    return place.ilike(f"%{escaped}%", escape="\\")


def _says(place: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Match an exchange of which that column has a part; asked of one exchange after the other.

    So not as EXISTS: in an OR, PostgreSQL makes that a list of all that have the part before it looks at the first.
    """
    if _owner(place) is exchanges:
        return _has(place, part)
    told = (
        transmissions.c.id == exchanges.c.transmission_id
        if _owner(place) is transmissions
        else findings.c.exchange_id == exchanges.c.id
    )
    return select(_owner(place).c.id).where(told, _has(place, part)).limit(1).scalar_subquery().is_not(None)


def _owner(place: ColumnElement[str]) -> Table:
    owner = getattr(place, "table", None)
    assert isinstance(owner, Table)
    return owner


def _is_timed(query: LogQuery) -> bool:
    """Say whether the list goes by time: within one, or of a kind of document, for which no other index is in order."""
    of_kind = query.document is not None and query.partner is None and query.state is None
    return of_kind or query.since is not None or query.until is not None


def _order(query: LogQuery) -> tuple[ColumnElement[Any], ...]:
    return (exchanges.c.created_at, exchanges.c.id) if _is_timed(query) else (exchanges.c.id,)


def _conditions(query: LogQuery) -> list[ColumnElement[bool]]:
    """Return the WHERE clause of a query but for words and pages, part by part."""
    columns = exchanges.c
    equal = {
        columns.partner: query.partner,
        columns.document: query.document,
        columns.state: query.state,
        columns.direction: query.direction,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if query.tried:
        rests = and_(columns.state.in_(_RESTING), columns.work_lane.is_not(None), columns.why != "")
        conditions.append(or_(columns.attempts > 0, rests))
    if query.states:
        conditions.append(columns.state.in_(query.states))
    if query.since is not None:
        conditions.append(columns.created_at >= query.since)
    if query.until is not None:
        conditions.append(columns.created_at < query.until)
    return conditions
