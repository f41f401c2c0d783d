"""hub verify: what is lost is found, and named by whose it is."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.model.errors import Undeliverable
from hub.store.schema import artifacts
from hub.verifying import NEW_SECONDS, verify
from tests.support.backups import SENT, Place, fill, place
from tests.support.servers import KINDS
from tests.support.store import add_order


@pytest.fixture(params=KINDS)
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A hub with something in its log, on each kind of database."""
    with place(request.param, tmp_path / "hub") as there:
        fill(there)
        yield there


def spoil(where: Place, data: bytes, other: bytes | None) -> None:
    """Change the archived file of some bytes, or take it away."""
    with where.store() as store:
        path = store.archive.stored(store.archive.put(data))
        assert path is not None
        path.unlink() if other is None else path.write_bytes(other)


def spoil_row(where: Place, exchange_id: int, other: bytes) -> None:
    """Change the bytes that are in the row of an exchange's payload."""
    with where.store() as store, store._engine.begin() as connection:
        changed = artifacts.update().where(artifacts.c.exchange_id == exchange_id).values(body=other)
        assert connection.execute(changed).rowcount == 1


def test_a_sound_hub_is_sound(full: Place) -> None:
    with full.store() as store:
        found = verify(store)
    assert found.sound
    assert (found.payloads, found.unnamed) == (7, 0)


def test_what_is_lost_is_named(full: Place) -> None:
    spoil_row(full, 2, b"order 2")  # as long as it was: only its hash tells
    spoil(full, b"file 0", None)
    with full.store() as store:
        found = verify(store)
    assert (found.sound, found.missing, found.damaged) == (False, 1, 1)
    told = {bad.what: bad.owners for bad in found.bad}
    (damaged,), (missing,) = told["damaged"], told["missing"]
    assert found.payloads == 7
    assert (damaged.exchange_id, damaged.partner, damaged.kind) == (2, "acme", "payload")
    assert (missing.transmission_id, missing.partner, missing.kind) == (1, "acme", "file")


def test_files_that_no_row_names_harm_nobody(full: Place) -> None:
    with full.store() as store:
        for data, age in (
            (b"of a transaction that was rolled back", 2 * NEW_SECONDS),
            (b"of one that runs", 0),
        ):
            path = store.archive.stored(store.archive.put(data))
            assert path is not None
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
        found = verify(store)
    assert (found.sound, found.unnamed, found.unnamed_bytes) == (True, 1, 37)


def test_a_damaged_database_is_found(tmp_path: Path) -> None:
    full = Place(tmp_path / "hub")
    fill(full)
    with sqlite3.connect(full.home / "var" / "hub.sqlite3") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM exchanges WHERE id = 1")
    connection.close()
    with full.store() as store:
        found = verify(store)
    assert not found.sound
    assert any("refers to a row of exchanges that is gone" in fault for fault in found.database)


def test_a_database_whose_pages_are_damaged_is_told_whole(tmp_path: Path) -> None:
    """A page behind one payload: SQLite breaks off at it, and all the same it is an answer, not an error."""
    full = Place(tmp_path / "hub")
    with full.store() as store, store.begin() as tx:
        for number in range(20):
            tx.put_artifact(add_order(tx, f"PO-{number}").id, "payload", b"%2d" % number * 8000)
    database = full.home / "var" / "hub.sqlite3"
    data = bytearray(database.read_bytes())
    at = data.index(b" 7" * 2000) // 4096 * 4096  # an overflow page: its first bytes name the next
    data[at : at + 4] = b"\xff" * 4
    database.write_bytes(data)
    done = CliRunner().invoke(app, ["verify"], env={"HUB_ROOT": str(full.home)})
    assert done.exit_code == 1
    assert "database: " in done.output
    assert "the database is damaged" in done.output
    assert "Traceback" not in done.output


def test_what_cannot_be_opened_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    full = Place(tmp_path / "hub")
    fill(full)
    with full.store() as store:
        name = next(store.archive.names())
        path = store.archive.stored(name)
        assert path is not None
        path.unlink()
        path.symlink_to(path)
        with store._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE artifacts SET body = 'a text' WHERE exchange_id = 2")
        found = verify(store)
        with pytest.raises(Undeliverable, match="is damaged"), store.read() as tx:
            tx.artifact(2, "payload")
    assert found.payloads == 7
    assert {(bad.what, len(bad.owners)) for bad in found.bad} == {("unreadable", 1), ("damaged", 1)}


def test_payloads_under_a_lost_key_are_not_called_damaged(full: Place) -> None:
    runner, env = CliRunner(), {"HUB_ROOT": str(full.home), **full.environ}
    for key in ("first", "second"):
        assert runner.invoke(app, ["archive", "newkey", key], env=env).exit_code == 0
    settings = full.home / "hub.toml"
    settings.write_text('[store]\nencrypt = true\narchive_keys = ["file:first"]\n')
    assert runner.invoke(app, ["archive", "rekey"], env=env).exit_code == 0
    settings.write_text('[store]\nencrypt = true\narchive_keys = ["file:second"]\n')
    with full.store() as store:
        found = verify(store)
    assert not found.sound
    assert (found.missing, found.damaged, found.bad) == (0, 0, ())
    assert list(found.sealed.values()) == [7]
    done = runner.invoke(app, ["verify"], env=env)
    assert done.exit_code == 1
    assert "7 payloads are sealed under key" in done.output
    assert "restore" not in done.output


def test_the_command(tmp_path: Path) -> None:
    full = Place(tmp_path / "hub")
    fill(full)
    runner, env = CliRunner(), {"HUB_ROOT": str(full.home)}
    assert runner.invoke(app, ["verify"], env=env).exit_code == 0
    spoil(full, SENT, b"ISA")
    done = runner.invoke(app, ["verify"], env=env)
    assert done.exit_code == 1
    assert "sent of exchange 4, acme," in done.stdout
    assert runner.invoke(app, ["verify", "--json"], env=env).stdout.startswith("{")
