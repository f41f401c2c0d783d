"""`hub status`: does it run, can it store, what waits for whom. A full disk: tests/e2e/test_storage_process.py."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hub.cli.main import app
from hub.model.exchange import State
from hub.runners.local import take_lock
from hub.store import Archive, Outage, Store
from hub.store.store import utc_now
from tests.support.store import add_order


@pytest.fixture
def root(tmp_path: Path) -> Path:
    store = Store(f"sqlite:///{tmp_path}/var/hub.sqlite3", Archive(tmp_path / "var" / "archive"))
    store.migrate()
    with store.begin() as tx:
        for number in ("1", "2"):
            tx.move(add_order(tx, number).id, State.HELD)
        add_order(tx, "3")
    store.close()
    for folder in ("spool", "sftp"):
        (tmp_path / "var" / folder).mkdir()
    return tmp_path


def status(root: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["status", *options], env={"HUB_ROOT": str(root)})


def test_a_hub_that_runs_and_takes_work(root: Path) -> None:
    with closing(take_lock(root / "var" / "hub.lock")) as lock:
        lock.seek(0)
        told = status(root)
        assert told.exit_code == 0, told.output
        assert told.stdout.splitlines() == [
            f"process: {lock.read()}",
            "storage: all that comes can be stored",
            "waiting: 2 for operator (hub queue)",
        ]


def test_a_hub_that_does_not_run(root: Path) -> None:
    told = status(root)
    assert told.exit_code == 1
    assert "process: no hub runs in this folder" in told.stdout


def test_what_waits_for_odoo_is_no_all_clear(tmp_path: Path) -> None:
    """It is not tried while Odoo is known to be away, and waits all the same."""
    store = Store(f"sqlite:///{tmp_path}/var/hub.sqlite3", Archive(tmp_path / "var" / "archive"))
    store.migrate()
    runner, env = CliRunner(), {"HUB_ROOT": str(tmp_path)}
    assert "Nothing waits" in runner.invoke(app, ["queue"], env=env).stdout
    with store.begin() as tx:
        made = add_order(tx, "PO-9", state=State.TRANSLATED)
        lease = tx.claim_lane(tx.due_lanes()[0], "me", 30)
        assert lease is not None
        tx.rest_asking(lease, 60, "Odoo is away: connection refused")
        now = utc_now()
        away = Outage(
            endpoint="Odoo",
            process="here:1",
            why="connection refused",
            since=now,
            next_look_at=now,
            told_at=now,
        )
        tx.tell_outages("here:1", [away])
    store.close()
    told = runner.invoke(app, ["queue"], env=env).stdout
    assert "Nothing waits" not in told
    assert "away Odoo since" in told
    assert "translated 1: the next move is with the hub, which tries again by itself" in told
    assert (
        json.loads(runner.invoke(app, ["queue", "--json"], env=env).stdout)["away"][0]["endpoint"] == "Odoo"
    )
    assert f"{made.id} " in told
    said = status(tmp_path).stdout
    assert "away: Odoo since" in said
    assert "waiting: 1 for the hub, which tries again by itself (hub queue)" in said


def test_a_place_that_cannot_be_written(root: Path) -> None:
    (root / "var" / "spool").rmdir()
    told = status(root, "--json")
    assert told.exit_code == 1
    (line,) = json.loads(told.stdout)["storage"]
    assert line.startswith("spool: cannot write in ")
    assert "No such file or directory; mount the disk, or put the folder back" in line


def test_little_room_is_said_with_the_key_that_says_how_much(root: Path) -> None:
    (root / "hub.toml").write_text("[limits]\nmin_free_bytes = 1_000_000_000_000_000_000\n")
    told = status(root)
    assert told.exit_code == 1
    assert told.stdout.count("[limits] min_free_bytes says how much") == 4
