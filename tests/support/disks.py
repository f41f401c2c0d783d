"""Disks that fill up: a small tmpfs where this machine may mount one, and a process that may write no file anywhere."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BLOCK = bytes(1 << 16)


class SmallDisk:
    """A disk of its own on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / ".ballast"

    def fill(self, *, but_bytes: int = 0) -> None:
        """Leave no room, or so many bytes."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(_BLOCK):
                    pass
            except OSError:
                pass
            file.truncate(max(0, file.tell() - but_bytes))

    def free(self) -> None:
        """Make room again."""
        self._ballast.unlink()

    def read_only(self, *, on: bool) -> None:
        """Let nobody write, or all again."""
        _mount("-o", f"remount,{'ro' if on else 'rw'}", str(self.folder))


@contextmanager
def small_disk(folder: Path, megabytes: int = 8) -> Iterator[SmallDisk]:
    """Give a disk on that folder; skip the test where this machine may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    if not sys.platform.startswith("linux"):
        pytest.skip("a small disk is a tmpfs of Linux")
    try:
        _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError) as fault:
        pytest.skip(f"no disk can be mounted here ({fault}); the fault is shown by a limit on files, too")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


def forbid_files(process: int) -> None:
    """Let a running process write no byte to any file: each write fails as on a full disk (EFBIG). Needs no rights."""
    _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, hard))


def allow_files(process: int) -> None:
    """Take `forbid_files` back."""
    _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (hard, hard))
