"""reconciling: received = posted = acknowledged, and sent = acknowledged, for any period and partner.

Control totals by partner and kind of document, counted by the database in one moment, and a gap for each document that
did not reach an end with which everybody is done: its number in the log, and whose move it is. A total is the sum of
its columns by construction: each document stands in exactly one state.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct, field

from hub.model.documents import DocType
from hub.model.exchange import OWNERS, Direction, State
from hub.store import DocumentCount, FileCount, OpenItem, Period, Store, Tx

_log = logging.getLogger("hub.reconciling")

#: Ends with which everybody is done. A rejected document is one: the partner was told, which is counted by itself.
SETTLED: dict[Direction, frozenset[State]] = {
    Direction.IN: frozenset(
        {State.POSTED, State.TESTED, State.DUPLICATE, State.REJECTED, State.MATCHED, State.CANCELLED}
    ),
    Direction.OUT: frozenset({State.DELIVERED, State.ACKNOWLEDGED, State.CANCELLED}),
}
SETTLED_FILES = frozenset({State.OPENED, State.DUPLICATE, State.CANCELLED})

#: Gaps that a report names unless more are asked for; all are counted.
MOST_GAPS = 200

#: What the daily look leaves out: younger documents are under way.
UNDER_WAY = timedelta(hours=1)
#: How far the daily look goes back: what a weekend held up is still told on Monday.
DAILY_SPAN = timedelta(days=7)

_LAST = "reconciled"  # the cursor that keeps what came of the daily look


class Files(Struct, frozen=True):
    """The files of a partner: how many came, and how many stand in which state."""

    partner: str
    received: int
    states: dict[State, int]


class Documents(Struct, frozen=True):
    """The documents of one kind, in or out: their number, by state, and how far they are answered."""

    partner: str
    direction: Direction
    document: DocType
    total: int
    states: dict[State, int]
    answered: int = 0  # inward: those that an acknowledgment of ours answers
    unanswered: int = 0  # inward: those whose acknowledgment is still owed by us

    @property
    def open(self) -> int:
        """Return how many did not reach an end."""
        return sum(n for state, n in self.states.items() if state not in SETTLED[self.direction])


class Gap(Struct, frozen=True):
    """One document or file that keeps the totals apart."""

    reference: str  # as `hub show` takes it: 42, or T7 for a file
    partner: str
    direction: Direction
    document: DocType | None
    number: str
    state: State
    whose: str  # whose move it is
    why: str
    since: datetime  # UTC, when it came to stand there


class Reconciliation(Struct, frozen=True):
    """What a period comes to. `open`: how many gaps there are; `gaps` has the oldest of them."""

    at: datetime  # UTC
    since: datetime | None
    until: datetime | None
    files: tuple[Files, ...] = ()
    documents: tuple[Documents, ...] = ()
    open: int = 0
    gaps: tuple[Gap, ...] = ()


class Summary(Struct, frozen=True):
    """The outcome of the daily look, in short."""

    at: datetime  # UTC
    since: datetime
    until: datetime
    documents: int
    gaps: int
    whose: dict[str, int] = field(default_factory=dict)  # gaps by whose move it is, of those that are named


def reconcile(store: Store, period: Period, at: datetime, most: int = MOST_GAPS) -> Reconciliation:
    """Return the totals of a period and its gaps, at most so many of them (0: all); one moment of the log."""
    with store.read() as tx:
        files, counts = tx.file_counts(period), tx.document_counts(period)
        gaps = tuple(_gaps(tx, period, most))
    unsettled = sum(one.count for one in files if one.state not in SETTLED_FILES)
    unsettled += sum(one.unanswered if _is_settled(one) else one.count for one in counts)
    return Reconciliation(at, period.since, period.until, _files(files), _documents(counts), unsettled, gaps)


class Reconciler:
    """Reconciles day by day, in a job of the running hub, and keeps what came of it for the pages."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def run(self) -> Summary:
        """Reconcile the last week up to an hour ago; a gap is a warning in the log."""
        now = self._clock()
        period = Period(since=now - DAILY_SPAN, until=now - UNDER_WAY)
        found = reconcile(self._store, period, now)
        summary = Summary(
            at=now,
            since=now - DAILY_SPAN,
            until=now - UNDER_WAY,
            documents=sum(one.total for one in found.documents),
            gaps=found.open,
            whose=dict(Counter(gap.whose for gap in found.gaps)),
        )
        with self._store.begin() as tx:
            tx.set_cursor(_LAST, msgspec.json.encode(summary).decode())
        tell = _log.warning if summary.gaps else _log.info
        tell("reconciled %s documents of the last week: %s gaps", summary.documents, summary.gaps)
        for gap in found.gaps:
            _log.warning(
                "%s of %s is %s: the next move is with %s", gap.reference, gap.partner, gap.state, gap.whose
            )
        return summary


def last_look(tx: Tx) -> Summary | None:
    """Return what came of the last daily look; None before the first."""
    text = tx.cursor(_LAST)
    return msgspec.json.decode(text, type=Summary) if text else None


def _is_settled(count: DocumentCount) -> bool:
    return count.state in SETTLED[count.direction]


def _files(counts: Iterable[FileCount]) -> tuple[Files, ...]:
    states: dict[str, dict[State, int]] = {}
    for one in counts:
        states.setdefault(one.partner, {})[one.state] = one.count
    return tuple(Files(partner, sum(by.values()), by) for partner, by in sorted(states.items()))


def _documents(counts: Iterable[DocumentCount]) -> tuple[Documents, ...]:
    kinds: dict[tuple[str, Direction, DocType], list[DocumentCount]] = {}
    for one in counts:
        kinds.setdefault((one.partner, one.direction, one.document), []).append(one)
    return tuple(
        Documents(
            *kind,
            total=sum(one.count for one in those),
            states={one.state: one.count for one in those},
            answered=sum(one.answered for one in those),
            unanswered=sum(one.unanswered for one in those),
        )
        for kind, those in sorted(kinds.items())
    )


def _gaps(tx: Tx, period: Period, most: int) -> Iterable[Gap]:
    """Yield the files that stand apart, then the documents, oldest first."""
    limit = most or 1_000_000_000
    files = tx.open_files(period, SETTLED_FILES, limit=limit)
    yield from (_gap(one) for one in files)
    left = limit - len(files)
    if left > 0:
        yield from (_gap(one) for one in tx.open_documents(period, SETTLED, limit=left))


def _gap(item: OpenItem) -> Gap:
    ended = item.unanswered and item.state in SETTLED[item.direction]
    return Gap(
        reference=str(item.id) if item.document else f"T{item.id}",
        partner=item.partner,
        direction=item.direction,
        document=item.document,
        number=item.number,
        state=item.state,
        whose="hub" if ended else _whose(item.state),
        why="our acknowledgment is still owed" if ended else item.why,
        since=item.updated_at,
    )


def _whose(state: State) -> str:
    """Return who has the next move: what is sent waits for the partner's answer, what is under way for the hub."""
    return "partner" if state is State.SENT else OWNERS.get(state, "hub")
