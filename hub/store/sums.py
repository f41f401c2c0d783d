"""Control totals of the log: how many files and documents of a period stand where, counted by the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from hub.store.base import TxPart
from hub.store.schema import OWED, acknowledgments, exchanges, groups, transmissions


class Period(Struct, frozen=True):
    """Of whom, and what came or was noticed from `since` on and before `until` (UTC); None: all."""

    partner: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class FileCount(Struct, frozen=True):
    """How many files of a partner stand in a state."""

    partner: str
    state: State
    count: int


class DocumentCount(Struct, frozen=True):
    """How many documents of a kind stand in a state.

    `answered`: those that came in and have an acknowledgment of ours; `unanswered`: those whose group waits for it.
    """

    partner: str
    direction: Direction
    document: DocType
    state: State
    count: int
    answered: int
    unanswered: int


class OpenItem(Struct, frozen=True):
    """A document (or a file, without one) that is not where it should end."""

    id: int
    partner: str
    direction: Direction
    document: DocType | None
    number: str  # of a file its name
    state: State
    why: str
    updated_at: datetime  # UTC
    unanswered: bool = False


_OF_GROUP = exchanges.c.group_id == groups.c.id
_WITH_GROUPS = exchanges.outerjoin(groups, _OF_GROUP)
_WAITS: ColumnElement[bool] = literal_column(f"groups.{OWED}")


class Sums(TxPart):
    """What reconciling asks; one pass over the period for each question, and no row is made an object."""

    def file_counts(self, period: Period) -> list[FileCount]:
        """Count files by partner and state."""
        columns = transmissions.c.partner, transmissions.c.state
        where = _within(period, transmissions.c.partner, transmissions.c.received_at)
        counted = select(*columns, func.count().label("n")).where(*where).group_by(*columns)
        return [FileCount(row.partner, State(row.state), row.n) for row in self._rows(counted)]

    def document_counts(self, period: Period) -> list[DocumentCount]:
        """Count documents by partner, direction, kind and state.

        Three questions, each of which an index answers alone: how many there are, how many of those that came in are
        answered, and how many wait in a group whose answer is owed.
        """
        ours = exists().where(
            acknowledgments.c.exchange_id == exchanges.c.id, acknowledgments.c.direction == Direction.OUT
        )
        answered = self._by_kind(period, exchanges, exchanges.c.direction == Direction.IN, ours)
        waiting = self._by_kind(period, groups.join(exchanges, _OF_GROUP), _WAITS)
        return [
            DocumentCount(
                partner,
                Direction(way),
                DocType(document),
                State(state),
                count,
                answered.get((partner, way, document, state), 0),
                waiting.get((partner, way, document, state), 0),
            )
            for (partner, way, document, state), count in self._by_kind(period, exchanges).items()
        ]

    def _by_kind(
        self, period: Period, among: FromClause, *which: ColumnElement[bool]
    ) -> dict[tuple[str, str, str, str], int]:
        """Count documents by partner, direction, kind and state."""
        columns = exchanges.c.partner, exchanges.c.direction, exchanges.c.document, exchanges.c.state
        counted = (
            select(*columns, func.count().label("n"))
            .select_from(among)
            .where(*_documents(period), *which)
            .group_by(*columns)
        )
        return {(row.partner, row.direction, row.document, row.state): row.n for row in self._rows(counted)}

    def open_documents(
        self, period: Period, settled: Mapping[Direction, frozenset[State]], *, limit: int
    ) -> list[OpenItem]:
        """Return the oldest documents that are in no settled state of their direction, or wait for our answer.

        Two questions, because the database has an index for each and none for both.
        """
        is_open = or_(
            *(
                and_(exchanges.c.direction == way, exchanges.c.state.in_(sorted(set(State) - states)))
                for way, states in settled.items()
            )
        )
        found = {item.id: item for which in (is_open, _WAITS) for item in self._open(period, which, limit)}
        return sorted(found.values(), key=lambda item: item.id)[:limit]

    def _open(self, period: Period, which: ColumnElement[bool], limit: int) -> list[OpenItem]:
        columns = (
            exchanges.c.id,
            exchanges.c.partner,
            exchanges.c.direction,
            exchanges.c.document,
            exchanges.c.number,
            exchanges.c.state,
            exchanges.c.why,
            exchanges.c.updated_at,
            func.coalesce(_WAITS, False).label("unanswered"),
        )
        tables = exchanges.join(groups, _OF_GROUP) if which is _WAITS else _WITH_GROUPS
        oldest = exchanges.c.id if which is _WAITS or not _bounded(period) else exchanges.c.created_at
        statement = (
            select(*columns)
            .select_from(tables)
            .where(*_documents(period), which)
            .order_by(oldest)
            .limit(limit)
        )
        return [
            OpenItem(
                row.id,
                row.partner,
                Direction(row.direction),
                DocType(row.document),
                row.number,
                State(row.state),
                row.why,
                row.updated_at,
                bool(row.unanswered),
            )
            for row in self._rows(statement)
        ]

    def open_files(self, period: Period, settled: frozenset[State], *, limit: int) -> list[OpenItem]:
        """Return the oldest files that are in no settled state."""
        found = (
            select(transmissions)
            .where(
                *_within(period, transmissions.c.partner, transmissions.c.received_at),
                transmissions.c.state.in_(sorted(set(State) - settled)),
            )
            .order_by(transmissions.c.id)
            .limit(limit)
        )
        return [
            OpenItem(
                row.id, row.partner, Direction.IN, None, row.name, State(row.state), row.why, row.updated_at
            )
            for row in self._rows(found)
        ]


def _bounded(period: Period) -> bool:
    return period.since is not None or period.until is not None


def _documents(period: Period) -> list[ColumnElement[bool]]:
    return _within(period, exchanges.c.partner, exchanges.c.created_at)


def _within(period: Period, partner: Column[str], at: Column[datetime]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if period.partner is not None:
        conditions.append(partner == period.partner)
    if period.since is not None:
        conditions.append(at >= period.since)
    if period.until is not None:
        conditions.append(at < period.until)
    return conditions
