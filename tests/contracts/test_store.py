"""Run the store's contract on SQLite always, and on PostgreSQL where HUB_TEST_POSTGRES_URL names one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store import Store
from hub.store.engine import make_engine
from hub.store.migrate import migrate
from tests.contracts.store_ledger_suite import LaneContract, LedgerContract, TransactionContract
from tests.contracts.store_search_suite import SearchContract
from tests.contracts.store_stock_suite import StockContract
from tests.contracts.store_suite import LogContract, StoryContract
from tests.contracts.store_threads_suite import ThreadsContract
from tests.contracts.store_writing_suite import WritingContract
from tests.support.servers import needs_postgres
from tests.support.store import MovableClock, postgres_database, postgres_store, sqlite_store


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


class StoreContract(
    LogContract,
    SearchContract,
    StoryContract,
    LedgerContract,
    LaneContract,
    StockContract,
    TransactionContract,
    ThreadsContract,
    WritingContract,
):
    """Everything that a store keeps."""


class TestSqlite(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path, clock: MovableClock) -> Iterator[Store]:
        with sqlite_store(tmp_path, clock) as store:
            yield store


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """Give the URL of a database to copy, so that each test gets its own in a blink."""
    with postgres_database() as url:
        engine = make_engine(url)
        migrate(engine)
        engine.dispose()
        yield url


@pytest.mark.postgres
@needs_postgres
class TestPostgres(StoreContract):
    @pytest.fixture
    def store(self, migrated_postgres: str, tmp_path: Path, clock: MovableClock) -> Iterator[Store]:
        with (
            postgres_database(template=migrated_postgres) as url,
            postgres_store(url, tmp_path, clock) as store,
        ):
            yield store
