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
from hub.store import Archive, Store
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
