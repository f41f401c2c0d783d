"""No question that a hub asks again and again, and no list or search of a person, reads a whole growing table.

Held by the database's own plans, on a log that is large enough for PostgreSQL to care (SQLite plans by the figures that
its migration tells it). How long it takes is measured by `python -m benchmarks log`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.log.filling import fill
from hub.model.documents import DocType
from hub.model.envelope import Address
from hub.model.exchange import Direction, State
from hub.reconciling import SETTLED, SETTLED_FILES
from hub.store import Archive, LogQuery, Period, Store, Tx
from tests.support.plans import rows_read, whole_reads
from tests.support.servers import KINDS, needs_postgres
from tests.support.store import add_order, postgres_database

NOW = datetime.now(UTC)
WEEK = timedelta(days=7)
PARTNER, ORDER, KEY = "partner00", "4500000100", "partner00_purchase_order_4500000100"


@pytest.fixture(
    scope="module",
    params=KINDS,
)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give a filled store of each kind."""
    folder = tmp_path_factory.mktemp("log")
    if request.param == "sqlite":
        yield from _filled(f"sqlite:///{folder / 'hub.db'}", folder, 3_000)
        return
    with postgres_database() as url:
        yield from _filled(url, folder, 30_000)


def _filled(url: str, folder: Path, exchanges: int) -> Iterator[Store]:
    archive = Archive(folder / "archive")
    fill(url, archive, exchanges)
    store = Store(url, archive)
    yield store
    store.close()


def _log(**query: object) -> Callable[[Tx], object]:
    return lambda tx: tx.find_exchanges(LogQuery(**query))  # type: ignore[arg-type]  # each row names its fields


def _week(tx: Tx) -> None:
    """What the daily look asks but for the sums, which one index gives whole."""
    period = Period(since=NOW - WEEK, until=NOW)
    tx.open_files(period, SETTLED_FILES, limit=200)
    tx.open_documents(period, SETTLED, limit=200)


def _put_off(tx: Tx) -> None:
    lease = tx.claim_lane(f"{PARTNER}:in:orders", "worker", 30)
    assert lease is not None
    tx.rest_asking(lease, 5, "Odoo is away")
    tx.release_lane(lease)


def _move(tx: Tx) -> None:
    exchange = tx.find_exchanges(LogQuery(state=State.HELD, limit=1))[0]
    tx.move(exchange.id, State.CANCELLED, why="decided", actor="cli:ann")


#: What runs every few seconds, with each step of each document, or for a partner's file.
REPEATED: dict[str, Callable[[Tx], object]] = {
    "lanes that are due": lambda tx: tx.due_lanes(),
    "the next in a lane": lambda tx: tx.due(f"{PARTNER}:in:orders", 32),
    "a lane that waits": _put_off,
    "a move": _move,
    "late acknowledgments": lambda tx: tx.late_exchanges(),
    "groups that somebody ended": lambda tx: tx.groups_with_ended(),
    "a group's verdicts": lambda tx: (tx.group_has(7, State.UNWRAPPED), tx.exchanges_of_group(7)),
    "a file's documents": lambda tx: (tx.exchanges_of_transmission(7), tx.acks_of_transmission(7)),
    "the same bytes": lambda tx: tx.find_transmission(PARTNER, "0" * 64),
    "a file by name": lambda tx: tx.transmissions(partner=PARTNER, name="po_4500000100.edi", limit=1),
    "the same interchange": lambda tx: tx.find_received_interchange(
        Address("ZZ", "PARTNER00"), Address("ZZ", "OURCO"), "P", "000000100", NOW - WEEK
    ),
    "the same business key": lambda tx: (tx.exchange_by_key(KEY, Direction.IN), tx.posting(KEY)),
    "an order's documents": lambda tx: tx.exchanges_of_order(PARTNER, ORDER),
    "an order of whomever": lambda tx: tx.exchanges_of_order(None, ORDER),
    "what went out for an order": lambda tx: tx.sent_exchanges(PARTNER, ORDER, DocType.INVOICE),
    "what went out under a number": lambda tx: tx.sent_under(PARTNER, "INV/2026/000100"),
    "orders of an invoice": lambda tx: tx.orders_of(PARTNER, DocType.INVOICE, ["INV/2026/000100"]),
    "what a 997 answers": lambda tx: tx.find_sent(PARTNER, functional_id="IN", group_control="905"),
    "what a TA1 answers": lambda tx: tx.find_sent(PARTNER, interchange_control="905"),
    "who made a record": lambda tx: (
        tx.exchange_by_erp("sale.order", 100),
        tx.posting_by_record("sale.order", 100),
    ),
    "what told of a record": lambda tx: tx.exchanges_by_source("account.move", 100),
    "the last of a kind": _log(
        partner=PARTNER,
        document=DocType.INVENTORY_ADVICE,
        direction=Direction.OUT,
        states=(State.SENT, State.ACKNOWLEDGED),
        limit=1,
    ),
    "an exchange's story": lambda tx: (
        tx.events(exchange_id=100),
        tx.findings(exchange_id=100),
        tx.artifacts(100),
        tx.acknowledgments(100),
        tx.acknowledged_by(100),
    ),
    "what retention may remove": lambda tx: tx.expired(
        PARTNER, NOW - WEEK, after_id=0, limit=200, with_bytes=True
    ),
    "an order that moves": lambda tx: tx.order_moves(PARTNER, ORDER, NOW - WEEK),
    "all partners": lambda tx: tx.known_partners(),
    "the gaps of a week": _week,
}

#: Lists and searches of `hub log`, `hub queue` and the ops pages. Without any of these, a list ends after a page.
ASKED: dict[str, Callable[[Tx], object]] = {
    "a partner": _log(partner="partner30"),
    "a state": _log(state=State.HELD),
    "a partner's kind": _log(partner=PARTNER, document=DocType.INVOICE),
    "a partner's state": _log(partner=PARTNER, state=State.HELD),
    "a kind in a state": _log(document=DocType.INVOICE, state=State.OVERDUE),
    "a day": _log(since=NOW - WEEK, until=NOW - WEEK + timedelta(days=1)),
    "a partner's day": _log(partner=PARTNER, since=NOW - WEEK, until=NOW - WEEK + timedelta(days=1)),
    "a part of a number": _log(number="0000010"),
    "a part of a reason": _log(text="made S00010"),
    "a part of nothing": _log(text="nobody wrote this"),
    "far down": _log(partner=PARTNER, before_id=50),
    "what is tried again": _log(states=(State.TRANSLATED,), tried=True, limit=1000, oldest_first=True),
    "counts of what waits": lambda tx: tx.count_by_state(only=(State.HELD, State.DEAD), files=True),
    "files that wait": lambda tx: tx.transmissions(state=State.QUARANTINED),
}


@pytest.mark.parametrize("what", [*REPEATED, *ASKED])
def test_nothing_reads_a_whole_table(store: Store, what: str) -> None:
    ask = (REPEATED | ASKED)[what]
    with whole_reads(store) as found, store.begin() as tx:
        ask(tx)
    assert found == []


def test_a_question_without_an_index_is_caught(store: Store) -> None:
    with whole_reads(store) as found, store.read() as tx:
        tx.payload_owners("0" * 64)
    assert "artifacts" in found[0]


@pytest.mark.postgres
@needs_postgres
def test_a_lane_in_which_many_wait_is_looked_at_once(tmp_path: Path) -> None:
    """In a new log, of which PostgreSQL knows nothing yet: not each document with all that wait before it."""
    many = 600
    with postgres_database() as url:
        store = Store(url, Archive(tmp_path / "archive"))
        store.migrate()
        with store.begin() as tx:
            for number in range(many):
                add_order(tx, f"PO{number}", lane="acme:in:orders")
        assert many <= rows_read(store, lambda tx: tx.due("acme:in:orders", many)) < 10 * many
        assert many <= rows_read(store, Tx.due_lanes) < 10 * many
        store.close()
