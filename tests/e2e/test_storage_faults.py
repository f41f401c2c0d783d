"""Disks that are full, slow to let go or read-only, a database that is locked or gone: real faults, and the way back.

Each time: what came stays where it is, the state says where and what, nothing is lost or doubled, and the hub goes on
by itself when the fault is gone.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.errors import Retryable
from hub.model.exchange import Direction, State
from hub.store import engine
from hub.store import store as hub_store
from tests.support.disks import SmallDisk, small_disk
from tests.support.small_hub import SmallHub, fresh_number, small_hub
from tests.support.wire import order_file

FOLDERS = ("archive", "var", "sftp")

Line = pytest.LogCaptureFixture


@contextmanager
def hub_on(folder: Path, odoo: PracticeOdoo, disk: str, **more: int) -> Iterator[tuple[SmallHub, SmallDisk]]:
    """A hub one of whose folders is a disk of 8 MB."""
    with small_disk(folder / disk) as small, small_hub(folder, odoo, **more) as hub:
        yield hub, small


def put_orders(hub: SmallHub, count: int, first: int = 1) -> list[str]:
    """Upload orders, a file each; return their numbers."""
    numbers = [fresh_number() for _ in range(count)]
    for control, number in enumerate(numbers, first):
        hub.put(order_file(number, control=control), f"{number}.edi")
    return numbers


def inbox(hub: SmallHub) -> list[str]:
    return sorted(file.name for file in (hub.home("acme") / "in").iterdir() if file.is_file())


def work_on(hub: SmallHub) -> None:
    """Let a little time pass, and work as a running hub does."""
    for _ in range(3):
        hub.clock.advance(6)
        hub.work()


def all_is_well(hub: SmallHub, numbers: list[str]) -> None:
    """Nothing lost, nothing twice: each order once in Odoo, each answered once, control numbers without a gap."""
    assert [hub.sale_orders(number) for number in numbers] == [1] * len(numbers)
    acks = hub.log(DocType.FUNCTIONAL_ACK, Direction.OUT)
    assert [e.state for e in acks] == [State.DELIVERED] * len(numbers)
    controls = [e.envelope.interchange_control for e in acks]
    assert sorted(controls) == [f"{n:09d}" for n in range(1, len(numbers) + 1)]
    assert len(hub.collect()) == len(numbers)
    assert inbox(hub) == []
    assert hub.hub.storing.refusal() == ""


def told(caplog: Line) -> list[str]:
    """Return what the log was told of the storage."""
    return [r.getMessage() for r in caplog.records if r.name == "hub.storing"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_full_disk_lets_files_lie_and_loses_nothing(
    tmp_path: Path, odoo: PracticeOdoo, folder: str, caplog: Line
) -> None:
    with hub_on(tmp_path, odoo, folder) as (hub, disk):
        before = put_orders(hub, 2)
        hub.work()
        waiting = put_orders(hub, 2, first=3)
        disk.fill()
        caplog.set_level(logging.WARNING)
        for _ in range(5):
            work_on(hub)
        assert len(inbox(hub)) == 2
        assert "No space left" in hub.hub.storing.refusal()
        assert "make room" in hub.hub.storing.refusal()
        assert len(caplog.records) == len(told(caplog)) <= 2, caplog.text
        assert not any(record.exc_info for record in caplog.records)
        disk.free()
        work_on(hub)
        all_is_well(hub, before + waiting)
        assert told(caplog)[-1] == "the hub can store again and takes work"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_disk_that_fills_up_between_two_steps(tmp_path: Path, odoo: PracticeOdoo, folder: str) -> None:
    with hub_on(tmp_path, odoo, folder) as (hub, disk):
        numbers = put_orders(hub, 3)
        hub.poll()  # taken, and not opened yet
        disk.fill()
        for _ in range(5):
            hub.clock.advance(2)
            with suppress(Retryable):  # the database: the runner offers the lane again
                hub.drain()
        assert State.DEAD not in {e.state for e in hub.log()} | {t.state for t in hub.files()}
        assert {e.attempts for e in hub.log()} <= {0, 1}
        disk.free()
        work_on(hub)
        all_is_well(hub, numbers)


def test_with_little_room_new_work_waits_and_the_rest_goes_on(tmp_path: Path, odoo: PracticeOdoo) -> None:
    with hub_on(tmp_path, odoo, "archive", min_free_bytes=3_000_000) as (hub, disk):
        taken = put_orders(hub, 1)
        hub.poll()
        disk.fill(but_bytes=2_000_000)
        late = put_orders(hub, 1, first=2)
        work_on(hub)
        assert hub.sale_orders(taken[0]) == 1
        assert inbox(hub) == [f"{late[0]}.edi"]
        refusal = hub.hub.storing.refusal()
        assert refusal.startswith("archive: less than 3 MB free on the disk of")
        assert "min_free_bytes" in refusal
        disk.free()
        work_on(hub)
        all_is_well(hub, taken + late)


@pytest.mark.parametrize("folder", ["archive", "sftp"])
def test_a_disk_that_becomes_read_only(tmp_path: Path, odoo: PracticeOdoo, folder: str) -> None:
    with hub_on(tmp_path, odoo, folder) as (hub, disk):
        numbers = put_orders(hub, 2)
        disk.read_only(on=True)
        work_on(hub)
        assert len(inbox(hub)) == 2
        assert "Read-only file system; mount it for writing" in hub.hub.storing.refusal()
        disk.read_only(on=False)
        work_on(hub)
        all_is_well(hub, numbers)


def test_an_archive_that_is_not_mounted_makes_no_dead_letters(tmp_path: Path, odoo: PracticeOdoo) -> None:
    with small_hub(tmp_path, odoo) as hub:
        numbers = put_orders(hub, 1)
        hub.poll()
        (tmp_path / "archive").rename(tmp_path / "elsewhere")
        (late,) = put_orders(hub, 1, first=2)
        work_on(hub)
        assert "archive: cannot write" in hub.hub.storing.refusal()
        assert [t.state for t in hub.files()] == [State.RECEIVED]
        assert not (tmp_path / "archive").exists(), "nothing is stored where no disk is"
        (tmp_path / "elsewhere").rename(tmp_path / "archive")
        work_on(hub)
        all_is_well(hub, [*numbers, late])


HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process holds the write lock of a SQLite file."""
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def test_a_database_that_another_program_locks(
    tmp_path: Path, odoo: PracticeOdoo, caplog: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_hub(tmp_path, odoo) as hub:
        numbers = put_orders(hub, 2)
        hub.poll()
        monkeypatch.setattr(hub_store, "PROBE_SECONDS", 0.1)
        monkeypatch.setattr(engine, "WAIT_SECONDS", 0.3)  # the fault lasts for longer than we wait for a lock
        caplog.set_level(logging.WARNING)
        with locked(tmp_path / "var" / "hub.sqlite3"):
            late = put_orders(hub, 1, first=3)
            with pytest.raises(Retryable, match="database is locked"), hub.hub.store.begin():
                pass
            for _ in range(2):
                work_on(hub)
            assert "database is locked; find the program" in hub.hub.storing.refusal()
            assert inbox(hub) == [f"{late[0]}.edi"]
            assert told(caplog) == [r.getMessage() for r in caplog.records]
            assert len(told(caplog)) == 1
        work_on(hub)
        all_is_well(hub, numbers + late)


def test_a_database_file_that_goes_away_and_comes_back(tmp_path: Path, odoo: PracticeOdoo) -> None:
    with small_hub(tmp_path, odoo) as hub:
        numbers = put_orders(hub, 1)
        hub.poll()
        file = tmp_path / "var" / "hub.sqlite3"
        file.rename(tmp_path / "aside")
        late = put_orders(hub, 1, first=2)
        with pytest.raises(Retryable, match="is gone"), hub.hub.store.begin():
            pass
        hub.clock.advance(6)
        hub.poll()
        assert "is gone: put it back" in hub.hub.storing.refusal()
        assert inbox(hub) == [f"{late[0]}.edi"]
        assert not file.exists(), "no empty log is made in its place"
        (tmp_path / "aside").rename(file)
        work_on(hub)
        all_is_well(hub, numbers + late)


def test_a_database_file_in_the_place_of_ours_is_not_written(tmp_path: Path, odoo: PracticeOdoo) -> None:
    file = tmp_path / "var" / "hub.sqlite3"
    with small_hub(tmp_path, odoo) as hub:
        numbers = put_orders(hub, 1)
        hub.work()
        with sqlite3.connect(file) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(file, tmp_path / "copy")
        (tmp_path / "copy").replace(file)
        late = put_orders(hub, 1, first=2)
        hub.clock.advance(6)
        hub.poll()
        assert "another one than at the start: stop the hub and start it again" in hub.hub.storing.refusal()
        assert inbox(hub) == [f"{late[0]}.edi"]
    with small_hub(tmp_path, odoo) as hub:
        work_on(hub)
        all_is_well(hub, numbers + late)
