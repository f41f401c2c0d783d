"""The form of a backup: a gzipped tar that any `tar` can list, the same whichever database it was made of.

    backup.json                   Header: who made it, when, at which revision of the tables
    hub.toml                      the settings, where there is such a file
    partners/...                  profiles, crosswalks, samples (and dictionaries/... where they are kept elsewhere)
    tables/NAME/000001.jsonl      rows: the first line names the columns, each further line is one row
    archive/SHA256                the payloads that rows name, as the archive has them (SHA256.sealed: encrypted)
    manifest.json                 Manifest: how many of each, and their SHA-256; last, so that all can be written
                                  in one stream

Secrets are in none of it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import PurePosixPath

from msgspec import Struct, structs

FORMAT = 1

HEADER, SETTINGS, MANIFEST = "backup.json", "hub.toml", "manifest.json"
TABLES, ARCHIVE = "tables/", "archive/"
#: Folders whose files are taken along as they are.
PROFILES, DICTIONARIES = "partners/", "dictionaries/"

#: Members that are read into memory whole; a part of a table is cut at a fraction of it.
MOST_IN_MEMORY = 64 << 20
PART_BYTES = 4 << 20
CHUNK_BYTES = 1 << 20

#: Damaged or missing payloads that a manifest names; the rest are counted.
MOST_NAMED = 1000

TABLE_PART = re.compile(r"tables/([a-z_]+)/\d{6,}\.jsonl")
PAYLOAD = re.compile(r"archive/([0-9a-f]{64}(?:\.sealed)?)")


class Header(Struct, frozen=True, kw_only=True):
    """What stands at the beginning: enough to refuse a file that is not for this hub."""

    format: int
    hub: str  # version of the hub that made it
    revision: str  # of the tables
    database: str  # sqlite | postgresql
    created_at: datetime  # UTC, the moment that the rows show


class TableSum(Struct, frozen=True):
    """What a table's parts hold: rows, and the SHA-256 of all parts one after the other."""

    rows: int = 0
    sha256: str = ""


class PayloadSum(Struct, frozen=True):
    """The payloads together. `sha256` is over name and SHA-256 of each, in the order of the file."""

    count: int = 0
    bytes: int = 0
    sha256: str = ""
    missing: int = 0  # named by a row, and not in the archive
    damaged: int = 0  # not what their name, or their row, says
    in_rows: int = 0  # further ones, that are rows' own; not in the sums above
    named: tuple[str, ...] = ()  # the first of the missing and damaged ones


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds, and by what it is verified."""

    header: Header
    tables: dict[str, TableSum]
    payloads: PayloadSum
    files: dict[str, str]  # settings and profiles: name to SHA-256

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def whole(self) -> bool:
        """Say whether the archive had every payload, undamaged."""
        return not self.payloads.missing and not self.payloads.damaged


class Sums:
    """Adds up what goes into a backup, or what comes out of it: both must come to the same Manifest."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._hashes: dict[str, hashlib._Hash] = {}
        self._payloads, self._digest = PayloadSum(), hashlib.sha256()
        self._files: dict[str, str] = {}

    def table(self, name: str, part: bytes) -> None:
        """Count one part of a table."""
        self._rows[name] = self._rows.get(name, 0) + part.count(b"\n") - 1
        self._hashes.setdefault(name, hashlib.sha256()).update(part)

    def payload(self, name: str, sha256: str, size: int) -> None:
        """Count one payload: by the name that it has, and by what its bytes are."""
        self._digest.update(f"{name}:{sha256}\n".encode())
        counted, bad = (
            self._payloads,
            "." not in name and name != sha256,
        )  # of a sealed one only its key tells
        self._payloads = structs.replace(
            counted,
            count=counted.count + 1,
            bytes=counted.bytes + size,
            damaged=counted.damaged + bad,
            named=self._named(name) if bad else counted.named,
        )

    def in_row(self, sha256: str, *, sound: bool) -> None:
        """Count a payload that is in a row."""
        counted = self._payloads
        self._payloads = structs.replace(
            counted,
            in_rows=counted.in_rows + 1,
            damaged=counted.damaged + (not sound),
            named=counted.named if sound else self._named(sha256),
        )

    def missing(self, name: str) -> None:
        """Count a payload that is not there."""
        missing = self._payloads.missing + 1
        self._payloads = structs.replace(self._payloads, missing=missing, named=self._named(name))

    def file(self, name: str, data: bytes) -> None:
        """Count a file that is taken along."""
        self._files[name] = hashlib.sha256(data).hexdigest()

    def manifest(self, header: Header) -> Manifest:
        """Return the sum of it all."""
        return Manifest(
            header=header,
            tables={
                name: TableSum(rows, self._hashes[name].hexdigest()) for name, rows in self._rows.items()
            },
            payloads=structs.replace(self._payloads, sha256=self._digest.hexdigest()),
            files=self._files,
        )

    def _named(self, name: str) -> tuple[str, ...]:
        return (*self._payloads.named, name)[:MOST_NAMED]


def is_safe(name: str) -> bool:
    """Say whether a member may be written below the folder that it belongs to."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name and len(path.parts) > 1
