"""Delivery when the answer to a rename is lost: a local drive whose line breaks around the rename."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.model.errors import Retryable
from hub.transports.drive import LocalDrive
from hub.transports.mailbox import DriveMailbox, Folders
from hub.transports.port import RemoteFile


class BreakingDrive(LocalDrive):
    """Loses the answer to the first rename. `done`: no, half (linked, not unlinked) or yes."""

    def __init__(self, done: str, *, stays_away: bool = False) -> None:
        self.done = done
        self.stays_away = stays_away
        self.broken = False

    def rename(self, old: str, new: str) -> bool:
        if self.broken:
            return super().rename(old, new)
        self.broken = True
        if self.done == "half":
            os.link(old, new)
        elif self.done == "yes":
            super().rename(old, new)
        raise ConnectionError("connection lost")

    def stat(self, path: str) -> RemoteFile | None:
        if self.broken and self.stays_away:
            raise ConnectionError("still away")
        return super().stat(path)


def folder_mailbox(drive: LocalDrive, folder: Path) -> DriveMailbox:
    return DriveMailbox(drive, Folders(str(folder), str(folder)))


@pytest.mark.parametrize("done", ["no", "half", "yes"])
def test_a_lost_answer_is_looked_up(tmp_path: Path, done: str) -> None:
    assert folder_mailbox(BreakingDrive(done), tmp_path).deliver("a.edi", b"ISA") == "a.edi"
    assert [path.name for path in tmp_path.iterdir()] == ["a.edi"]
    assert (tmp_path / "a.edi").read_bytes() == b"ISA"


@pytest.mark.parametrize("done", ["no", "half", "yes"])
def test_what_cannot_be_looked_up_is_in_doubt_and_the_next_try_puts_it_once(
    tmp_path: Path, done: str
) -> None:
    drive = BreakingDrive(done, stays_away=True)
    mailbox = folder_mailbox(drive, tmp_path)
    with pytest.raises(Retryable) as lost:
        mailbox.deliver("a.edi", b"ISA")
    assert lost.value.in_doubt
    drive.stays_away = False
    assert mailbox.deliver("a.edi", b"ISA") == "a.edi"
    assert [path.name for path in tmp_path.glob("[!.]*")] == ["a.edi"]


def test_a_size_that_differs_is_not_delivered(tmp_path: Path) -> None:
    class Full(LocalDrive):
        def write(self, path: str, data: bytes, *, exclusive: bool) -> None:
            super().write(path, data[:2], exclusive=exclusive)

    with pytest.raises(Retryable, match="wrote 3 bytes, the server has 2 bytes"):
        folder_mailbox(Full(), tmp_path).deliver("a.edi", b"ISA")
    assert not list(tmp_path.glob("[!.]*"))


def test_bytes_that_replace_a_file_while_it_is_released_come_back(tmp_path: Path) -> None:
    class Racing(LocalDrive):
        def take(self, old: str, new: str) -> bool:
            Path(old).write_bytes(b"new bytes")  # the partner, between our look and our rename
            return super().take(old, new)

    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a.csv").write_bytes(b"old")
    mailbox = DriveMailbox(Racing(), Folders(str(inbox), str(inbox), str(tmp_path / "archive")))
    status = (inbox / "a.csv").stat()
    mailbox.release(RemoteFile("a.csv", 3, status.st_mtime))
    assert (inbox / "a.csv").read_bytes() == b"new bytes"
