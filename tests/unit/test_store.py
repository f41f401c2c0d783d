"""The store beside its contract: URLs, migrations, sealed events, kills, and lists that use an index."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from hub.model.errors import ConfigError, Retryable
from hub.model.exchange import State
from hub.store import Archive, Store
from hub.store.engine import make_engine
from hub.store.migrate import migrate
from hub.store.schema import artifacts, metadata
from hub.store.store import utc_now
from tests.support.servers import KINDS
from tests.support.store import add_order, postgres_database, sqlite_store


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give an engine on an empty database of each kind."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'hub.db'}")
        yield engine
        engine.dispose()
        return
    with postgres_database() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


def test_migrations_make_exactly_the_schema(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        compared: dict[str, Any] = {
            "compare_server_default": engine.dialect.name == "postgresql"  # SQLite's are not reflected
        }
        compared["include_object"] = _is_ours
        context = MigrationContext.configure(connection, opts=compared)
        assert compare_metadata(context, metadata) == []


def _is_ours(_item: object, name: str | None, _kind: str, _reflected: bool, _beside: object) -> bool:
    """Leave out the indexes of words, which each database has in its own way."""
    return "_words" not in (name or "")


@pytest.mark.parametrize("change", ["UPDATE events SET why = 'other'", "DELETE FROM events"])
def test_events_are_sealed(engine: Engine, change: str) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO events (at, detail) VALUES ('2026-01-01 00:00:00', '{}')"))
    with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))


def test_a_database_from_the_future_is_refused(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="revision 9999, which this version of the hub does not know"):
        migrate(engine)


def test_a_failed_migration_leaves_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE postings (mine integer)"))
    with pytest.raises(Exception, match="already exists"):
        migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE postings"))
    migrate(engine)


def test_two_may_migrate_at_once(engine: Engine) -> None:
    threads = [threading.Thread(target=migrate, args=(engine,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("not a url", "cannot be read"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://u@h/d", "mysql database is not supported"),
    ],
)
def test_a_bad_url_is_explained(url: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        Store(url, Archive(tmp_path))


def test_a_server_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    store = Store("postgresql://nobody@127.0.0.1:1/nothing", Archive(tmp_path))
    with pytest.raises(Retryable, match="could not do it now"):
        store.migrate()
    store.close()


def test_sqlite_is_set_up_to_last(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, store.begin() as tx:
        pragmas = {
            name: tx._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_its_files_are_for_nobody_else(tmp_path: Path) -> None:
    """Payloads are in them, whatever the mode of the folder and the umask."""
    before = os.umask(0o022)
    store = Store(f"sqlite:///{tmp_path}/data/hub.db", Archive(tmp_path / "archive"))
    try:
        store.migrate()
        with store.begin() as tx:
            add_order(tx)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
        assert modes == dict.fromkeys(("hub.db", "hub.db-wal", "hub.db-shm"), 0o600)
    finally:
        os.umask(before)
        store.close()


def test_another_program_that_looks_and_goes_leaves_the_wal_alone(tmp_path: Path) -> None:
    """The last one out takes the -wal file away; a process that works on the database must never seem to be gone."""
    with sqlite_store(tmp_path) as store:
        with store.begin() as tx:
            add_order(tx)
        with store.read(), store._engine.connect() as another:  # a new connection of the same process
            another.exec_driver_sql("PRAGMA user_version")
        look = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
            "print(*c.execute('select id from exchanges')); c.close()"
        )
        command = [sys.executable, "-c", look, str(tmp_path / "hub.db")]
        seen = subprocess.run(command, check=True, capture_output=True, text=True)
        assert "(1,)" in seen.stdout
        assert (tmp_path / "hub.db-wal").stat().st_size > 0


def test_an_error_of_the_database_quotes_no_payload(engine: Engine) -> None:
    migrate(engine)
    orphan = artifacts.insert().values(
        exchange_id=4711, kind="payload", sha256="0" * 64, size=6, media_type="", body=b"secret", at=utc_now()
    )
    with pytest.raises(IntegrityError) as told, engine.begin() as connection:
        connection.execute(orphan)
    assert "secret" not in str(told.value)
    assert b"secret".hex() not in str(told.value)


def test_another_process_may_read_and_write_between(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store, sqlite_store(tmp_path) as other:
        with store.begin() as tx:
            made = add_order(tx)
        with other.begin() as tx:
            tx.move(made.id, State.CHECKED)
        with store.read() as tx:
            assert tx.exchange(made.id).state is State.CHECKED


KILLED = """
import os, signal, sys
from pathlib import Path
from hub.store import Archive, Store
from tests.support.store import add_order

folder = Path(sys.argv[1])
store = Store(f"sqlite:///{folder / 'hub.db'}", Archive(folder / "archive"))
store.migrate()
with store.begin() as tx:
    add_order(tx, "kept")
    tx.next_control("isa")
with store.begin() as tx:
    made = add_order(tx, "lost")
    tx.put_artifact(made.id, "payload", b"lost")
    tx.next_control("isa")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_in_the_middle_loses_the_step_and_nothing_else(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    with sqlite_store(tmp_path) as store, store.begin() as tx:
        assert [exchange.number for exchange in tx.transmissions()] == []
        assert tx.count_by_state() == {State.UNWRAPPED: 1}
        assert tx.exchange(1).number == "kept"
        assert tx.next_control("isa") == 2
        made = add_order(tx)
        assert [event.what for event in tx.events(exchange_id=made.id)] == ["created"]
    with sqlite3.connect(tmp_path / "hub.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT id FROM exchanges WHERE partner = ? ORDER BY id DESC LIMIT 50", "ix_exchanges_partner"),
        ("SELECT id FROM exchanges WHERE state = ? ORDER BY id DESC LIMIT 50", "ix_exchanges_state"),
        ("SELECT id FROM exchanges WHERE work_lane = ? ORDER BY id LIMIT 1", "ix_exchanges_work"),
        ("SELECT DISTINCT work_lane FROM exchanges WHERE work_lane IS NOT NULL", "ix_exchanges_work"),
        ("SELECT id FROM exchanges WHERE state = ? AND deadline_at < 'x'", "ix_exchanges_deadline"),
        ("SELECT rowid FROM exchanges_search_words WHERE search LIKE ?", "VIRTUAL TABLE INDEX 0:L0"),
        ("SELECT id FROM exchanges WHERE erp_model = ? AND erp_id = 1", "ix_exchanges_erp"),
        (
            "SELECT id FROM exchanges WHERE partner = ? AND group_control = '1' AND direction = 'out'",
            "ix_exchanges_group_control",
        ),
        ("SELECT id FROM transmissions WHERE sha256 = ? AND partner = 'x'", "ix_transmissions_bytes"),
        ("SELECT state, count(*) FROM exchanges WHERE ? GROUP BY state", "ix_exchanges_state"),
    ],
)
def test_lists_stay_quick_because_an_index_gives_them(tmp_path: Path, statement: str, index: str) -> None:
    with sqlite_store(tmp_path) as store, store.read() as tx:
        plan = tx._connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", ("x",) * statement.count("?")
        )
        steps = [row.detail for row in plan]
    assert any(index in step for step in steps), steps
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in steps), steps


def test_a_file_that_is_replaced_before_the_first_transaction_is_another_one(tmp_path: Path) -> None:
    """Connections that migrated the old file would go on writing to it, and nobody would ever read that."""
    store = Store(f"sqlite:///{tmp_path / 'hub.db'}", Archive(tmp_path / "archive"))
    store.migrate()
    copy = (tmp_path / "hub.db").read_bytes()
    (tmp_path / "hub.db").rename(tmp_path / "old.db")
    (tmp_path / "hub.db").write_bytes(copy)
    with pytest.raises(Retryable, match="another one"), store.begin():
        pass
    store.close()
