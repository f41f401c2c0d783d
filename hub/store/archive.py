"""The archive: every file, and every payload that is not small, kept by its SHA-256 as `<root>/ab/cd/<sha256>`.

Small payloads are in their rows (`hub.store.story`): a file of its own costs more than a thousand bytes of a row.

A name is the content, so nothing is ever overwritten and the same bytes are kept once. Bytes are on the
disk, and the folders that name them too, before `put` returns: a crash leaves either the whole file or
nothing but a leftover in `<root>/tmp`.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

from hub.model.errors import Undeliverable, storage_fault
from hub.store.sealing import Keyring, Sealer, is_sealed, sealed_size

CHUNK_BYTES = 1 << 20
#: Fewer are written one after the other; more by so many threads, which wait for the disk at the same time.
_FEW, _MOST_WRITERS = 4, 8
_TWO_DIGITS = re.compile(r"[0-9a-f]{2}")
#: What is added to the name of a sealed file.
SEALED = ".sealed"
_T = TypeVar("_T")
_R = TypeVar("_R")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Clear:
    """Takes bytes as they are."""

    def __init__(self, file: IO[bytes]) -> None:
        self.write = file.write

    def finish(self) -> None:
        """Nothing is left to write."""


class Archive:
    """Bytes by SHA-256 under one folder. Safe for many threads and processes at once."""

    def __init__(self, root: Path, keys: Keyring | None = None) -> None:
        self._root, self._keys = root, keys or Keyring()
        self._incoming = root / "tmp"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._rooted: set[Path] = set()  # folders that a power cut can no longer take away

    @property
    def root(self) -> Path:
        """Return its folder."""
        return self._root

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hexadecimal; raise Retryable when that fails."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._holds(sha256, len(data)):
            with self._temporary() as file:
                sink = self._sink(file)
                sink.write(data)
                sink.finish()
                self._settle(file, sha256)
        return sha256

    def put_many(self, payloads: Sequence[bytes]) -> list[str]:
        """Keep many at once and return the SHA-256 of each."""
        return _side_by_side(self.put, payloads)

    def put_files(self, paths: Sequence[Path]) -> list[tuple[str, int]]:
        """Keep copies of many files; return SHA-256 and size in bytes of each."""
        return _side_by_side(self.put_file, paths)

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
            sink = self._sink(file)
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                sink.write(chunk)
            sink.finish()
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
            try:
                data = file.read()
            except OSError as fault:
                raise storage_fault(f"archive: cannot read {sha256}: {fault.strerror}") from fault
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Undeliverable(
                f"archive: {self._path(sha256)} is damaged: its content is not what its name says. "
                "Restore the file from a backup, then redrive what needs it."
            )
        return data

    def open(self, sha256: str) -> BinaryIO:
        """Open the clear bytes for reading, unverified; raise Undeliverable when they are missing."""
        clear, sealed = self._path(sha256), self._sealed(sha256)
        for path in (clear, sealed, clear):  # `rekey` may put one in the other's place just now
            with suppress(FileNotFoundError):
                return self._opened(path, is_sealed=path == sealed)
        if not self._incoming.is_dir():
            raise storage_fault(f"archive: {self._root} is not there. Is its disk mounted?")
        raise Undeliverable(
            f"archive: {clear} is missing. Restore the file from a backup, then redrive what needs it."
        )

    def _opened(self, path: Path, *, is_sealed: bool) -> BinaryIO:
        try:
            return self._unsealed(path) if is_sealed else path.open("rb")
        except FileNotFoundError:
            raise
        except OSError as fault:
            raise storage_fault(f"archive: cannot read {path}: {fault.strerror}") from fault

    def _unsealed(self, path: Path) -> BinaryIO:
        file = path.open("rb")
        try:
            return self._keys.unsealed(file, str(path))
        except Undeliverable:
            file.close()
            raise

    def stored(self, sha256: str) -> Path | None:
        """Return the file that holds the bytes (clear or sealed, as its name says), None when there is none."""
        return next((path for path in self._forms(sha256) if path.is_file()), None)

    def to_row(self, data: bytes) -> bytes:
        """Return small bytes as a row of the database keeps them: sealed where files are, too."""
        if not self._keys.seals:
            return data
        file = io.BytesIO()
        sealer = self._keys.sealer(file)
        sealer.write(data)
        sealer.finish()
        return file.getvalue()

    def from_row(self, body: bytes, sha256: str, size: int) -> bytes:
        """Return the bytes that a row keeps; raise Undeliverable when they are damaged, KeyMissing without the key."""
        name = f"the row of {sha256}"
        clear = body
        if isinstance(body, bytes) and len(body) != size and is_sealed(body):
            clear = self._keys.unsealed(io.BytesIO(body), name).read()
        if (
            not isinstance(clear, bytes) or hashlib.sha256(clear).hexdigest() != sha256
        ):  # SQLite may have a text there
            raise Undeliverable(
                f"archive: {name} in the database is damaged: its content is not what its SHA-256 says. "
                "Restore a backup (`hub restore`)"
            )
        return clear

    def is_as_new(self, body: bytes, size: int) -> bool:
        """Say whether a row keeps bytes as a new one would: sealed under the newest key, or clear."""
        if not self._keys.seals:
            return len(body) == size
        return len(body) != size and self._keys.is_newest(io.BytesIO(body))

    def adopt(self, name: str, source: IO[bytes]) -> None:
        """Keep a file as another archive had it, under that name, sealed or clear; `sync` makes it lasting.

        Raises Undeliverable when it is sealed under a key that is not here.
        """
        sha256 = name.removesuffix(SEALED)
        if name == sha256:
            self.put_stream(source, lasting=False)
            return
        with self._temporary() as file:
            shutil.copyfileobj(source, file, CHUNK_BYTES)
            file.seek(0)
            self._keys.unsealed(file, name)
            path = self._sealed(sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            Path(file.name).replace(path)

    def rekey(self, sha256: str) -> bool:
        """Write a file as new ones are written: sealed under the newest key, or clear. False when it is so already."""
        wanted, other = self._target(sha256), self._forms(sha256)[self._keys.seals]
        if wanted.exists() and not other.exists() and self._is_newest(wanted):
            return False
        if not self.is_sound(sha256)[0]:
            raise Undeliverable(f"archive: {sha256} is damaged and stays as it is")
        with self.open(sha256) as source, self._temporary() as file:
            sink = self._sink(file)
            shutil.copyfileobj(source, sink, CHUNK_BYTES)
            sink.finish()
            self._settle(file, sha256)
        other.unlink(missing_ok=True)
        return True

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of all that is kept, in ascending order; a folder at a time is held in memory."""
        for outer in _folders(self._root):
            for inner in _folders(outer):
                names = {entry.name.removesuffix(SEALED) for entry in inner.iterdir()}
                yield from sorted(name for name in names if _SHA256.fullmatch(name))

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

    def _sealed(self, sha256: str) -> Path:
        return self._path(sha256).with_suffix(SEALED)

    def _forms(self, sha256: str) -> tuple[Path, Path]:
        """Return where the bytes may be: sealed, and clear."""
        return self._sealed(sha256), self._path(sha256)

    def _target(self, sha256: str) -> Path:
        """Return where new bytes go."""
        return self._sealed(sha256) if self._keys.seals else self._path(sha256)

    def _sink(self, file: IO[bytes]) -> Sealer | _Clear:
        """Return what takes clear bytes into a file: as they are, or sealed."""
        return self._keys.sealer(file) if self._keys.seals else _Clear(file)

    def _is_newest(self, path: Path) -> bool:
        if path.suffix != SEALED:
            return True
        with path.open("rb") as file:
            return self._keys.is_newest(file)

    def _holds(self, sha256: str, size: int) -> bool:
        """Say whether the file is there in full; one cut short by a failing disk is written again."""
        try:
            path = self.stored(sha256)
            if path is None or path.stat().st_size != (sealed_size(size) if path.suffix else size):
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
            raise storage_fault(
                f"archive: cannot write in {self._root}: {fault}. Check the space and the rights of that folder."
            ) from fault

    def _settle(self, file: IO[bytes], sha256: str, *, lasting: bool = True) -> None:
        """Bring a written file to its name so that it survives a power cut, where it is to be lasting."""
        file.flush()
        if lasting:
            os.fsync(file.fileno())
        path = self._target(sha256)
        try:
            Path(file.name).replace(path)
        except FileNotFoundError:  # the first one in its folder
            path.parent.mkdir(parents=True, exist_ok=True)
            Path(file.name).replace(path)
        if lasting:
            self._keep_folders(path.parent)

    def _keep_folders(self, folder: Path) -> None:
        """Bring a folder's names to the disk, and those above it, which whoever made it may not have brought there."""
        _sync_folder(folder)
        while folder not in self._rooted and folder != self._root:
            self._rooted.add(folder)
            folder = folder.parent
            _sync_folder(folder)

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
        path, aside = self.stored(sha256), self._incoming / f"{sha256}.removed"
        if path is None or path.stat().st_mtime >= unused_since:
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


def _side_by_side(put: Callable[[_T], _R], things: Sequence[_T]) -> list[_R]:
    """Put things: the disk takes many that wait for it together about as fast as one."""
    if len(things) < _FEW:
        return [put(one) for one in things]
    with ThreadPoolExecutor(min(len(things) // 2, _MOST_WRITERS)) as writers:
        return list(writers.map(put, things))


def _folders(folder: Path) -> list[Path]:
    """Return the folders of two hexadecimal digits in a folder, in order."""
    return sorted(path for path in folder.iterdir() if _TWO_DIGITS.fullmatch(path.name) and path.is_dir())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
