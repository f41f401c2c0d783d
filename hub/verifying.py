"""verifying: is all that the log names still there, and still what it was?

Reads every payload, whichever its age, and the whole database; nothing is changed. It may take hours on a large
archive, and works beside a running hub.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from msgspec import Struct, structs

from hub.model.errors import Retryable, Undeliverable
from hub.model.progress import Tell, silent
from hub.store import PayloadOwner, Store, Tx
from hub.store.names import NamesAside, compared, names_of
from hub.store.records import RowPayload
from hub.store.sealing import KeyMissing

#: A file may be older than the row that will name it: a transaction puts the bytes first.
NEW_SECONDS = 86_400.0

#: Faults that are told one by one; the rest are counted.
MOST_TOLD = 1000


class BadPayload(Struct, frozen=True):
    """A payload that is missing or damaged, and the rows that name it."""

    sha256: str
    what: str  # missing | damaged | unreadable
    owners: tuple[PayloadOwner, ...]


class Verified(Struct, frozen=True, kw_only=True):
    """What a verification found. `sound` when nothing is lost; files without a row harm nobody."""

    payloads: int = 0  # that rows name
    bytes: int = 0  # of those that are there
    missing: int = 0
    damaged: int = 0
    sealed: dict[str, int] = {}  # how many under each key that is not here: they may be sound
    bad: tuple[BadPayload, ...] = ()  # the first of them
    unnamed: int = 0  # files that no row names, older than a day
    unnamed_bytes: int = 0
    database: tuple[str, ...] = ()  # what the database finds wrong with itself

    @property
    def sound(self) -> bool:
        """Say whether nothing is lost, as far as anybody can tell."""
        return not (self.missing or self.damaged or self.sealed or self.database)


def verify(store: Store, tell: Tell = silent) -> Verified:
    """Read the whole database and every payload, and say what is wrong."""
    database: tuple[str, ...] = ()
    try:
        with store.read() as tx:
            database = tuple(tx.faults(tell))
    except Retryable:  # SQLite says so again at the end of the transaction
        if not database:
            raise
    try:
        with closing(names_of(store)) as names:
            verifying = _Verifying(store, names, Verified(database=database), tell)
            verifying.read_rows()
            return verifying.run()
    except Retryable as fault:
        if not database:
            raise
        return Verified(database=(*database, f"the payloads cannot be read: {fault}"))


class _Verifying:
    """One walk over the archive beside the names of the rows."""

    def __init__(self, store: Store, names: NamesAside, found: Verified, tell: Tell) -> None:
        self._store, self._names, self._found, self._tell = store, names, found, tell

    def read_rows(self) -> None:
        """Read the payloads that are in rows of the database."""
        after = 0
        while rows := self._next_rows(after):
            for row in rows:
                self._found = structs.replace(
                    self._found, payloads=self._found.payloads + 1, bytes=self._found.bytes + row.size
                )
                try:
                    self._store.archive.from_row(row.body, row.sha256, row.size)
                except KeyMissing as fault:
                    self._sealed(fault.key)
                except Undeliverable:
                    self._bad(row.sha256, "damaged", partial(_of_row, row.id))
            after = rows[-1].id
            self._tell("payloads in rows", self._found.payloads, 0)

    def _next_rows(self, after: int) -> list[RowPayload]:
        with self._store.read() as tx:
            return tx.row_payloads(after)

    def run(self) -> Verified:
        """Look at each name of the archive once, in ascending order."""
        for name, named, there in compared(iter(self._names), self._store.archive.names()):
            if not named:
                self._unnamed(name)
                continue
            self._found = structs.replace(self._found, payloads=self._found.payloads + 1)
            if there:
                self._read(name)
            else:
                self._bad(name, "missing", partial(_of_file, name))
            self._tell("payloads", self._found.payloads, self._names.count)
        return self._found

    def _read(self, name: str) -> None:
        try:
            sound, size = self._store.archive.is_sound(name)
        except KeyMissing as fault:
            self._sealed(fault.key)
            return
        except (
            OSError,
            Retryable,
            Undeliverable,
        ):  # a bad sector, no right to read, or retention removed it just now
            self._bad(name, "unreadable", partial(_of_file, name))
            return
        self._found = structs.replace(self._found, bytes=self._found.bytes + size)
        if not sound:
            self._bad(name, "damaged", partial(_of_file, name))

    def _sealed(self, key: str) -> None:
        sealed = self._found.sealed
        self._found = structs.replace(self._found, sealed={**sealed, key: sealed.get(key, 0) + 1})

    def _bad(self, name: str, what: str, owners_of: Callable[[Tx], list[PayloadOwner]]) -> None:
        with self._store.read() as tx:
            owners = tuple(owners_of(tx)) if len(self._found.bad) < MOST_TOLD else ()
        if len(self._found.bad) < MOST_TOLD:
            if not owners:
                return  # its rows went, or retention removed it, since the names were read
            self._found = structs.replace(self._found, bad=(*self._found.bad, BadPayload(name, what, owners)))
        missing = what == "missing"
        self._found = structs.replace(
            self._found, missing=self._found.missing + missing, damaged=self._found.damaged + (not missing)
        )

    def _unnamed(self, name: str) -> None:
        path = self._store.archive.stored(name)
        if path is not None and time.time() - path.stat().st_mtime > NEW_SECONDS:
            self._found = structs.replace(
                self._found,
                unnamed=self._found.unnamed + 1,
                unnamed_bytes=self._found.unnamed_bytes + path.stat().st_size,
            )


def _of_row(artifact_id: int, tx: Tx) -> list[PayloadOwner]:
    return tx.row_payload_owners(artifact_id)


def _of_file(name: str, tx: Tx) -> list[PayloadOwner]:
    return tx.payload_owners(name)
