"""Write a backup while the hub works: one moment of the database, and every payload that its rows name.

The rows are read in one transaction that sees one moment. The names of the payloads are put aside meanwhile, and
the payloads themselves are read afterwards, so that the transaction need not last as long as they take: a payload
never changes.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, cast

import msgspec

from hub.backup.files import kept_files
from hub.backup.form import ARCHIVE, FORMAT, HEADER, MANIFEST, PART_BYTES, TABLES, Header, Manifest, Sums
from hub.model.errors import ConfigError, Undeliverable
from hub.model.progress import Tell, silent
from hub.settings import Settings
from hub.store import Store, Tx
from hub.store.names import NamesAside
from hub.store.revision import newest_revision
from hub.store.schema import artifacts
from hub.store.sealing import is_sealed

#: Fast, and rows shrink to a tenth all the same.
_LEVEL = 3


def write_backup(
    store: Store, settings: Settings, home: Path, target: Path, *, now: datetime, tell: Tell = silent
) -> Manifest:
    """Write a backup to `target`, whole or not at all, and return what it holds.

    Raises ConfigError when `target` is there already or is just being written, Undeliverable when it cannot be written.
    """
    header = Header(
        format=FORMAT,
        hub=hub_version(),
        revision=newest_revision(),
        database=store.database,
        created_at=now,
    )
    try:
        with _whole(target) as file:
            return _write(file, store, header, kept_files(settings, home), tell)
    except OSError as fault:
        raise Undeliverable(f"{target}: cannot be written: {fault.strerror or fault}") from fault


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """Give a file beside the target that gets its name when the block ends well; only one process writes it."""
    if target.exists():
        raise _there_already(target)
    part = target.with_name(f"{target.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600), "wb") as file:
        if not _is_ours(file, part):
            raise ConfigError(
                f"{part}: another backup is just being written there; wait for it, or name another file"
            )
        try:
            file.truncate()  # of one that was broken off
            yield file
            file.flush()
            os.fsync(file.fileno())
            _settle(part, target)
        finally:
            part.unlink(missing_ok=True)


def _is_ours(file: IO[bytes], part: Path) -> bool:
    """Lock a file that was opened by name; False while another process writes it, or when it has ended just now."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), part.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _settle(part: Path, target: Path) -> None:
    """Give a file its name, over nothing that has come there meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise _there_already(target) from None
    except OSError:  # a disk without links
        if target.exists():
            raise _there_already(target) from None
        part.rename(target)


def _there_already(target: Path) -> ConfigError:
    return ConfigError(f"{target}: exists already; a backup overwrites nothing: name another file")


def hub_version() -> str:
    """Return the version of this hub."""
    try:
        return version("partner-hub")
    except PackageNotFoundError:  # run from a checkout
        return "0"


def _write(
    file: IO[bytes], store: Store, header: Header, files: Iterable[tuple[str, Path]], tell: Tell
) -> Manifest:
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=_LEVEL) as packed,
        tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w|") as tar,
        closing(NamesAside()) as names,
        store.archive.staying(),
    ):
        writer = _Writer(tar, header.created_at)
        writer.add(HEADER, msgspec.json.encode(header))
        for name, path in files:
            data = path.read_bytes()
            writer.add(name, data)
            writer.sums.file(name, data)
        with store.read() as tx:
            _write_tables(tx, writer, tell)
            names.fill(tx)
        _write_payloads(store, names, writer, tell)
        manifest = writer.sums.manifest(header)
        writer.add(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


class _Writer:
    """Adds members to a tar; keeps nothing of them but their sums."""

    def __init__(self, tar: tarfile.TarFile, now: datetime) -> None:
        self._tar, self._seconds, self.sums = tar, int(now.timestamp()), Sums()

    def add(self, name: str, data: bytes) -> None:
        """Add bytes."""
        self.stream(name, io.BytesIO(data), len(data))

    def stream(self, name: str, source: IO[bytes], size: int) -> None:
        """Add a file of `size` bytes."""
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._seconds, 0o600
        self._tar.addfile(info, source)
        forget_members(self._tar)


def forget_members(tar: tarfile.TarFile) -> None:
    """Let a tar in a stream forget its members: it remembers each, and there may be millions."""
    tar.members.clear()  # type: ignore[attr-defined]  # a public attribute that the stubs leave it out


def _write_tables(tx: Tx, writer: _Writer, tell: Tell) -> None:
    total = 0
    for table, columns in tx.tables().items():
        found = tx.table_rows(table)
        if table == artifacts.name:
            found = _counted(columns, found, writer.sums)
        for number, (part, rows) in enumerate(_parts(columns, found), 1):
            writer.add(f"{TABLES}{table}/{number:06d}.jsonl", part)
            writer.sums.table(table, part)
            total += rows
            tell("rows", total, 0)


def _counted(columns: list[str], rows: Iterator[list[object]], sums: Sums) -> Iterator[list[object]]:
    """Count the payloads in rows as they pass. Of a sealed one, which is longer than it was, only its key tells."""
    body_at, sha256_at, size_at = map(columns.index, ("body", "sha256", "size"))
    for row in rows:
        body = row[body_at]
        if isinstance(body, str):  # SQLite lets anybody write a text there
            body = row[body_at] = body.encode()
        if isinstance(body, bytes):
            sha256, is_clear = str(row[sha256_at]), len(body) == row[size_at] or not is_sealed(body)
            sums.in_row(sha256, sound=not is_clear or hashlib.sha256(body).hexdigest() == sha256)
        yield row


def _parts(columns: list[str], rows: Iterator[list[object]]) -> Iterator[tuple[bytes, int]]:
    """Yield parts of a table of about PART_BYTES and their rows; one without rows has none."""
    encode = msgspec.json.Encoder().encode
    head = encode(columns) + b"\n"
    lines, size = [head], len(head)
    for row in rows:
        line = encode(row) + b"\n"
        lines.append(line)
        size += len(line)
        if size >= PART_BYTES:
            yield b"".join(lines), len(lines) - 1
            lines, size = [head], len(head)
    if len(lines) > 1:
        yield b"".join(lines), len(lines) - 1


def _write_payloads(store: Store, names: NamesAside, writer: _Writer, tell: Tell) -> None:
    for number, name in enumerate(names, 1):
        path = store.archive.stored(name)
        if path is None:
            writer.sums.missing(name)
        else:
            with path.open("rb") as source:
                hashing, size = Hashing(source), os.fstat(source.fileno()).st_size
                writer.stream(f"{ARCHIVE}{path.name}", cast("IO[bytes]", hashing), size)
            writer.sums.payload(path.name, hashing.sha256, size)
        tell("payloads", number, names.count)


class Hashing:
    """A source that hashes what is read from it; all that is asked of it is `read`."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._digest = source, hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data = self._source.read(size)
        self._digest.update(data)
        self.size += len(data)
        return data

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of what was read so far, in hexadecimal."""
        return self._digest.hexdigest()
