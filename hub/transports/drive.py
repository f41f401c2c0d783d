"""The few file operations that a mailbox needs, and the local disk as one of their makers.

The rules of pickup and delivery (mailbox.py) are written once over this interface; the local disk is here,
the remote one in sftp.py. Paths are strings with "/"; those of a local drive are absolute.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Protocol

from hub.transports.port import RemoteFile

CHUNK_BYTES = 1 << 18


class Drive(Protocol):
    """Files somewhere. Raises OSError: ConnectionError or TimeoutError say that the result is unknown.

    `exact_times` is true where times survive a rename and are finer than a second.
    """

    exact_times: bool

    def scan(self, folder: str) -> list[RemoteFile]:
        """Return the regular files of a folder; undecodable names carry surrogate escapes."""

    def stat(self, path: str) -> RemoteFile | None:
        """Return what stands at the path, or None."""

    def read(self, path: str, sink: Callable[[bytes], object], size: int) -> None:
        """Hand the first `size` bytes to `sink` in order; fewer when the file is shorter."""

    def read_edges(self, path: str, size: int, head: int, tail: int) -> tuple[bytes, bytes]:
        """Return the first `head` and the last `tail` bytes of a file of `size` bytes."""

    def write(self, path: str, data: bytes, *, exclusive: bool) -> None:
        """Write a whole file; `exclusive`: raise FileExistsError rather than write over one."""

    def rename(self, old: str, new: str) -> bool:
        """Rename a file of ours; False (and nothing done) when `new` is taken."""

    def take(self, old: str, new: str) -> bool:
        """Rename a file that others may be replacing now: whatever is there goes. False as in `rename`."""

    def remove(self, path: str) -> None:
        """Delete a file; one that is gone already is fine."""

    def make_folder(self, path: str) -> None:
        """Make a folder unless it is there."""

    def close(self) -> None:
        """Let go of the connection."""


def name_of(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


class LocalDrive:
    """The disk of this machine. Symbolic links are not followed and not seen."""

    exact_times = True

    def scan(self, folder: str) -> list[RemoteFile]:
        found: list[RemoteFile] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # deleted between the listing and the look
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        found.append(RemoteFile(entry.name, status.st_size, status.st_mtime))
        return found

    def stat(self, path: str) -> RemoteFile | None:
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return RemoteFile(name_of(path), status.st_size, status.st_mtime)

    def read(self, path: str, sink: Callable[[bytes], object], size: int) -> None:
        with open_without_links(path) as descriptor:
            left = size
            while left and (chunk := os.read(descriptor.fileno(), min(CHUNK_BYTES, left))):
                sink(chunk)
                left -= len(chunk)

    def read_edges(self, path: str, size: int, head: int, tail: int) -> tuple[bytes, bytes]:
        with open_without_links(path) as file:
            start = os.pread(file.fileno(), head, 0)
            return start, os.pread(file.fileno(), tail, max(0, size - tail))

    def write(self, path: str, data: bytes, *, exclusive: bool) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_EXCL if exclusive else os.O_TRUNC)
        with os.fdopen(os.open(path, flags, 0o640), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, old: str, new: str) -> bool:
        return rename_new(Path(old), Path(new))

    def take(self, old: str, new: str) -> bool:
        """Reserve the new name, then rename over it: link and unlink could unlink a newer file."""
        try:
            os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640))
        except FileExistsError:
            return False
        try:
            Path(old).rename(new)
        except OSError:
            Path(new).unlink()
            raise
        return True

    def remove(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)

    def make_folder(self, path: str) -> None:
        Path(path).mkdir(mode=0o750, parents=True, exist_ok=True)

    def close(self) -> None:
        """Nothing is held open."""


def open_without_links(path: str) -> FileIO:
    """Open for reading; raises OSError (ELOOP) when the path ends in a symbolic link."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0)


def rename_new(old: Path, new: Path) -> bool:
    """Rename without ever replacing, which rename(2) would do: link(2) refuses a name that is taken."""
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        return False
    except PermissionError:  # a file system without hard links (FAT, some network shares)
        if new.exists():
            return False
        old.rename(new)
        return True
    old.unlink()
    return True
