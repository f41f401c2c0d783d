"""Read a backup and hold it against its manifest: nothing is restored of a file that was not read to its end first."""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, TypeVar, cast

import msgspec

from hub.backup.form import (
    CHUNK_BYTES,
    FORMAT,
    HEADER,
    MANIFEST,
    MOST_IN_MEMORY,
    PAYLOAD,
    TABLE_PART,
    Header,
    Manifest,
    Sums,
)
from hub.backup.writing import Hashing, forget_members
from hub.model.errors import ConfigError, Undeliverable
from hub.model.progress import Tell, silent

T = TypeVar("T")


class Member(NamedTuple):
    """One file of a backup, to be read before the next one is asked for."""

    name: str
    size: int
    source: IO[bytes]

    def read(self) -> bytes:
        """Return it whole; raise Undeliverable when it is far larger than anything that is read so."""
        if self.size > MOST_IN_MEMORY:
            raise Undeliverable(f"{self.name} has {self.size:,} bytes, and no backup of ours has that")
        return self.source.read()


@contextmanager
def opened(file: Path, tell: Tell = silent, what: str = "read") -> Iterator[Iterator[Member]]:
    """Give the members of a backup in their order; raise Undeliverable when it is damaged or none at all."""
    try:
        with (
            file.open("rb") as raw,
            gzip.GzipFile(fileobj=raw, mode="rb") as packed,
            tarfile.open(fileobj=cast("IO[bytes]", packed), mode="r|") as tar,
        ):
            yield _members(tar, raw, tell, what)
            while packed.read(CHUNK_BYTES):  # to the end, where gzip keeps its own sum
                pass
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as fault:
        raise Undeliverable(
            f"{file}: is no backup of a hub, or it was cut short or damaged: {fault}"
        ) from fault
    except FileNotFoundError as fault:
        if fault.filename != str(file):
            raise
        raise ConfigError(f"{file}: there is no such file") from None


def _members(tar: tarfile.TarFile, raw: IO[bytes], tell: Tell, what: str) -> Iterator[Member]:
    size = os.fstat(raw.fileno()).st_size
    while (info := tar.next()) is not None:
        forget_members(tar)
        source = tar.extractfile(info) if info.isfile() else None
        if source is None:
            raise Undeliverable(f"{info.name}: not a plain file; no backup of ours has that")
        yield Member(info.name, info.size, source)
        tell(what, raw.tell(), size)


def read_header(file: Path, members: Iterator[Member]) -> Header:
    """Return how a backup begins; raise Undeliverable or ConfigError when this hub cannot read it."""
    first = next(members, None)
    if first is None or first.name != HEADER:
        raise Undeliverable(f"{file}: does not begin with {HEADER}: this is no backup of a hub")
    header = _decoded(first, Header)
    if header.format > FORMAT:
        raise ConfigError(
            f"{file}: hub {header.hub} wrote it in a newer form ({header.format}) than this one reads; "
            "restore it with a hub at least as new"
        )
    return header


def check_backup(file: Path, tell: Tell = silent) -> tuple[Manifest, dict[str, bytes]]:
    """Read a backup to its end; return its manifest, and its settings file by name (empty when it has none).

    Raises Undeliverable when anything in it is not what the manifest says, ConfigError when it is of a newer hub.
    """
    with opened(file, tell, "checked") as members:
        header = read_header(file, members)
        sums, settings, stated = Sums(), {}, None
        for member in members:
            if member.name == MANIFEST:
                stated = _decoded(member, Manifest)
            elif match := TABLE_PART.fullmatch(member.name):
                sums.table(match.group(1), member.read())
            elif match := PAYLOAD.fullmatch(member.name):
                hashing = _hashed(member)
                sums.payload(match.group(1), hashing.sha256, hashing.size)
            else:
                data = member.read()
                sums.file(member.name, data)
                if "/" not in member.name:
                    settings[member.name] = data
    if stated is None:
        raise Undeliverable(f"{file}: has no manifest: it was cut short; take another backup")
    _compare(file, stated, sums.manifest(header))
    return stated, settings


def _compare(file: Path, stated: Manifest, found: Manifest) -> None:
    """Raise Undeliverable where what was read is not what the manifest says, naming the parts."""
    differ = [f"table {n}" for n in stated.tables if stated.tables[n] != found.tables.get(n)]
    differ += [name for name in stated.files if stated.files[name] != found.files.get(name)]
    differ += [
        f"{name} (not in the manifest)" for name in (*found.tables, *found.files) if name not in _all(stated)
    ]
    if stated.header != found.header:
        differ.append("the header")
    counted = found.payloads.count, found.payloads.bytes, found.payloads.sha256
    if (stated.payloads.count, stated.payloads.bytes, stated.payloads.sha256) != counted:
        named = [name for name in found.payloads.named if name not in stated.payloads.named]
        differ.append(f"payloads ({', '.join(named[:5]) or 'some are missing'})")
    if differ:
        raise Undeliverable(
            f"{file}: damaged: {'; '.join(differ[:10])} is not what its manifest says. Nothing was restored; "
            "take another backup"
        )


def _all(manifest: Manifest) -> set[str]:
    return {*manifest.tables, *manifest.files}


def _hashed(member: Member) -> Hashing:
    hashing = Hashing(member.source)
    while hashing.read(CHUNK_BYTES):
        pass
    return hashing


def _decoded(member: Member, of: type[T]) -> T:
    try:
        return msgspec.json.decode(member.read(), type=of)
    except msgspec.DecodeError as fault:
        raise Undeliverable(f"{member.name} cannot be read: {fault}") from fault
