"""The folder watcher calls when something came, and only then."""

from __future__ import annotations

import time
from pathlib import Path

from hub.transports.folder import FolderMailbox, FolderWatcher
from hub.transports.pickup import Rules
from tests.support.sftp import wait_for


def test_an_arrival_calls_twice_so_that_a_settled_file_is_seen(tmp_path: Path) -> None:
    mailbox = FolderMailbox(tmp_path / "in", tmp_path / "out", rules=Rules(settle_seconds=0.2))
    ready: list[str] = []
    watcher = FolderWatcher(
        {"acme": tmp_path / "in"},
        lambda _: ready.extend(file.name for file in mailbox.list_ready()),
        settle_seconds=0.2,
        poll_seconds=60,
    )
    watcher.start()
    try:
        (tmp_path / "in" / "a.csv").write_bytes(b"x\n")
        wait_for(lambda: ready, 5)
    finally:
        watcher.stop()
    assert set(ready) == {"a.csv"}


def test_reading_and_temporary_files_do_not_wake_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x\n")
    calls: list[str] = []
    watcher = FolderWatcher({"acme": tmp_path}, calls.append, settle_seconds=0.05, poll_seconds=60)
    watcher.start()
    try:
        wait_for(lambda: len(calls) == 2)  # the first offer and its second look
        (tmp_path / "a.csv").read_bytes()
        (tmp_path / "b.csv.tmp").write_bytes(b"x")
        time.sleep(0.3)
        assert len(calls) == 2
        (tmp_path / "b.csv.tmp").rename(tmp_path / "b.csv")
        wait_for(lambda: len(calls) >= 4)
    finally:
        watcher.stop()


def test_a_fault_of_one_folder_does_not_end_the_watching(tmp_path: Path) -> None:
    calls: list[str] = []

    def fail(key: str) -> None:
        calls.append(key)
        raise OSError(key)

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    folders = {name: tmp_path / name for name in ("a", "b")}
    watcher = FolderWatcher(folders, fail, settle_seconds=0.0, poll_seconds=0.05)
    watcher.start()
    try:
        wait_for(lambda: min(calls.count("a"), calls.count("b")) >= 3)
    finally:
        watcher.stop()
    heard = len(calls)
    time.sleep(0.15)
    assert len(calls) == heard
