"""The archive: every file and every payload, kept by its SHA-256 as `<root>/ab/cd/<sha256>`.

A name is the content, so nothing is ever overwritten and the same bytes are kept once. Bytes are on the
disk, and the folders that name them too, before `put` returns: a crash leaves either the whole file or
nothing but a leftover in `<root>/tmp`.
"""

from __future__ import annotations

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

    def verify(self) -> Iterator[str]:
        """Read everything and yield the name of each file whose content is not what its name says."""
        for path in sorted(self._root.glob("??/??/*")):
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
                    yield path.name

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):  # it becomes a path: take nothing else
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _holds(self, sha256: str, size: int) -> bool:
        """Say whether the file is there in full; one cut short by a failing disk is written again."""
        try:
            return self._path(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

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

    def free_bytes(self) -> int:
        """Return the free space of the archive's disk in bytes."""
        return shutil.disk_usage(self._root).free


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
