"""The archive: every file and every payload, kept by its SHA-256 as `<root>/ab/cd/<sha256>`.

A name is the content, so nothing is ever overwritten and the same bytes are kept once. Bytes are on the
disk, and the folders that name them too, before `put` returns: a crash leaves either the whole file or
nothing but a leftover in `<root>/tmp`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from hub.model.errors import Retryable, Undeliverable

CHUNK_BYTES = 1 << 20
_TWO_DIGITS = re.compile(r"[0-9a-f]{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Archive:
    """Bytes by SHA-256 under one folder. Safe for many threads and processes at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "tmp"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._rooted: set[str] = set()  # folders `ab/cd` that a power cut can no longer take away

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hexadecimal; raise Retryable when that fails."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._holds(sha256, len(data)):
            with self._temporary() as file:
                file.write(data)
                self._settle(file, sha256)
        return sha256

    def put_file(self, path: Path) -> tuple[str, int]:
        """Keep a copy of a file of any size; return its SHA-256 and its size in bytes."""
        with path.open("rb") as source:
            return self.put_stream(source)

    def put_stream(self, source: IO[bytes], *, lasting: bool = True) -> tuple[str, int]:
        """Keep what a stream of any size gives; return its SHA-256 and its size in bytes.

        Where it need not be `lasting` at once, for there is much more to come, `sync` makes it so.
        """
        digest, size = hashlib.sha256(), 0
        with self._temporary() as file:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            sha256 = digest.hexdigest()
            if not self._holds(sha256, size):
                self._settle(file, sha256, lasting=lasting)
        return sha256, size

    def sync(self) -> None:
        """Bring to the disk what was put there without waiting for it."""
        os.sync()

    def get(self, sha256: str) -> bytes:
        """Return the bytes; raise Undeliverable when they are missing or are not what they were."""
        with self.open(sha256) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Undeliverable(
                f"archive: {self._path(sha256)} is damaged: its content is not what its name says. "
                "Restore the file from a backup, then redrive what needs it."
            )
        return data

    def open(self, sha256: str) -> BinaryIO:
        """Open the bytes for reading, unverified; raise Undeliverable when they are missing."""
        path = self._path(sha256)
        try:
            return path.open("rb")
        except FileNotFoundError:
            raise Undeliverable(
                f"archive: {path} is missing. Restore the file from a backup, then redrive what needs it."
            ) from None

    def stored(self, sha256: str) -> Path | None:
        """Return the file that holds the bytes, None when there is none."""
        path = self._path(sha256)
        return path if path.is_file() else None

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of all that is kept, in ascending order; a folder at a time is held in memory."""
        for outer in _folders(self._root):
            for inner in _folders(outer):
                yield from sorted(entry.name for entry in inner.iterdir() if _SHA256.fullmatch(entry.name))

    def is_sound(self, sha256: str) -> tuple[bool, int]:
        """Read a file to its end; say whether it is what its name says, and its size. Raise Undeliverable."""
        digest, size = hashlib.sha256(), 0
        with self.open(sha256) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
        return digest.hexdigest() == sha256, size

    def verify(self) -> Iterator[str]:
        """Read everything and yield the name of each file whose content is not what its name says."""
        return (name for name in self.names() if not self.is_sound(name)[0])

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):  # it becomes a path: take nothing else
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _holds(self, sha256: str, size: int) -> bool:
        """Say whether the file is there in full; one cut short by a failing disk is written again."""
        try:
            path = self._path(sha256)
            if path.stat().st_size != size:
                return False
            os.utime(path)  # it is used again: `remove` spares what was used a moment ago
        except OSError:
            return False
        return True

    @contextmanager
    def _temporary(self) -> Iterator[IO[bytes]]:
        """Give a new file beside the archive's folders (same disk, so a rename is atomic); tidy it up."""
        try:
            with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file:
                try:
                    yield file
                finally:
                    Path(file.name).unlink(missing_ok=True)
        except OSError as fault:
            raise Retryable(
                f"archive: cannot write in {self._root}: {fault}. Check the space and the rights of that folder."
            ) from fault

    def _settle(self, file: IO[bytes], sha256: str, *, lasting: bool = True) -> None:
        """Bring a written file to its name so that it survives a power cut, where it is to be lasting."""
        file.flush()
        if lasting:
            os.fsync(file.fileno())
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        Path(file.name).replace(path)
        if not lasting:
            return
        _sync_folder(path.parent)
        if sha256[:4] not in self._rooted:
            # The folders may be new as well, and whoever made them may not have synced them yet.
            _sync_folder(path.parent.parent)
            _sync_folder(self._root)
            self._rooted.add(sha256[:4])

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Let nothing be removed meanwhile, by whatever process: a backup is being read."""
        with self._removal_lock() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """Say whether this process may remove files now: not while another does, or while `staying` holds."""
        with self._removal_lock() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def remove(self, sha256: str, unused_since: float) -> int | None:
        """Remove a file that nobody has put since that second of the epoch; return its bytes, None when it stays.

        It is moved aside and looked at again: whoever puts the same bytes meanwhile has either marked it as used
        before, and it goes back, or does not find it and writes it anew.
        """
        path, aside = self._path(sha256), self._incoming / f"{sha256}.removed"
        if path.stat().st_mtime >= unused_since:
            return None
        path.rename(aside)
        found = aside.stat()
        if found.st_mtime >= unused_since:
            aside.rename(path)
            return None
        aside.unlink()
        return found.st_size

    @contextmanager
    def _removal_lock(self) -> Iterator[IO[str]]:
        with (self._incoming / "removal.lock").open("a") as lock:
            yield lock

    def free_bytes(self) -> int:
        """Return the free space of the archive's disk in bytes."""
        return shutil.disk_usage(self._root).free


def _folders(folder: Path) -> list[Path]:
    """Return the folders of two hexadecimal digits in a folder, in order."""
    return sorted(path for path in folder.iterdir() if _TWO_DIGITS.fullmatch(path.name) and path.is_dir())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
