"""The mailbox contract (port.py) over any drive: ready, fetch, release, deliver, probe.

Every sharp corner of file exchange is handled here once: files in flight, files that change under our hands,
names that are taken, results that nobody told us.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from hub.model.errors import Retryable, Undeliverable, is_of_the_disk, storage_fault
from hub.transports import pickup
from hub.transports.delivery import Delivery, Manner
from hub.transports.drive import Drive
from hub.transports.pickup import Look, Rules, place
from hub.transports.port import FetchedFile, RemoteFile, Stuck, forget

log = logging.getLogger("hub.transports")


class Folders(Struct, frozen=True):
    """Where a mailbox's files are: `inbox` for us to read, `outbox` for them, `archive` ("" = delete)."""

    inbox: str
    outbox: str
    archive: str = ""


class DriveMailbox:
    """A partner's folders on a drive. Threads may share it; `monotonic` counts seconds."""

    def __init__(
        self,
        drive: Drive,
        folders: Folders,
        rules: Rules | None = None,
        manner: Manner | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._drive = drive
        self._folders = folders
        self._rules = rules or Rules()
        self._delivery = Delivery(drive, folders.outbox, manner or Manner())
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._looks: dict[str, Look] = {}
        self._whole: set[RemoteFile] = set()  # X12 files whose IEA was seen: not read again at each look
        self._kept: set[RemoteFile] = set()  # fetched, but the server would not let them go yet
        self._lying: dict[str, tuple[RemoteFile, float]] = {}  # what lies there, and since when we know
        self._names: frozenset[str] = frozenset()  # all that the last look saw
        self._refused: dict[str, str] = {}  # hostile names that lie there, and why they are refused

    def list_ready(self) -> list[RemoteFile]:
        """Return the files that are complete, oldest first (then by name)."""
        with self._lock, sorting(f"list {self._folders.inbox}"):
            now = self._monotonic()
            files = self._candidates(self._drive.scan(self._folders.inbox), now)
            self._looks = pickup.look_again(self._looks, files, now)
            self._whole.intersection_update(files)
            self._kept.intersection_update(files)
            self._release_kept()
            ready = (
                file
                for file in pickup.pickup_order(files)
                if file not in self._kept and self._is_ready(self._looks[file.name], now)
            )
            return list(islice(ready, self._rules.most_at_once))

    def stuck(self) -> list[Stuck]:
        """Return the files that were there for too long at the last look, and why they are not taken."""
        with self._lock:
            now = self._monotonic()
            return [
                Stuck(
                    pickup.printable(name) if pickup.name_fault(name) else name,
                    self._why_stuck(file),
                    now - since,
                )
                for name, (file, since) in sorted(self._lying.items())
                if now - since >= self._rules.stuck_seconds
            ]

    def fetch(self, file: RemoteFile, into: Path) -> FetchedFile | None:
        """Copy a file into the folder `into`; None when it changed or vanished meanwhile (try next time).

        The copy's name is ours, so that a hostile name never reaches our disk. Raises Undeliverable for a
        file of more than `max_bytes`, unread.
        """
        path = place(self._folders.inbox, file.name)
        self._refuse_too_large(file)
        descriptor, started = tempfile.mkstemp(prefix=".fetch-", dir=into)
        copy = Path(started)
        try:
            with os.fdopen(descriptor, "wb") as target, sorting(f"fetch {path}"), self._lock:
                digest = self._copy(path, file, target)
            if digest is None:
                return None
            final = copy.with_name(f"{digest[:16]}-{copy.name.removeprefix('.fetch-')}")
            copy.rename(final)
            return FetchedFile(file.name, final, file.size, digest)
        finally:
            copy.unlink(missing_ok=True)

    def release(self, file: RemoteFile) -> None:
        """Move the file to the archive (never overwriting) or delete it, as the profile says.

        A file that changed since it was listed stays: its bytes are new to us. One that cannot be moved is
        not listed again, unless it changes; it is tried again at each look.
        """
        path = place(self._folders.inbox, file.name)
        with self._lock, sorting(f"release {path}"):
            self._kept.add(file)
            self._let_go(path, file)
            self._kept.discard(file)
            self._lying.pop(file.name, None)

    def deliver(
        self, name: str, data: bytes, *, begun: str = "", note: Callable[[str], object] = forget
    ) -> str:
        """Put a file before the partner and return its final name (suffixed if the name is still taken).

        The same bytes that still wait under this name are not put there twice: a delivery whose result was
        unknown can be tried again. `begun` and `note`: see the contract.
        """
        place(self._folders.outbox, name)
        with self._lock, sorting(f"deliver {self._folders.outbox}/{name}"):
            return self._delivery.put(name, data, begun, note)

    def probe(self) -> list[str]:
        """Try what the agreement needs (list, write, rename, read, delete); return one line per fault."""
        steps: list[tuple[str, Callable[[], object]]] = [
            (f"list {self._folders.inbox}", lambda: self._drive.scan(self._folders.inbox)),
            (f"use {self._folders.outbox}", self._delivery.probe),
        ]
        if self._folders.archive:
            archive = self._folders.archive
            steps.append((f"use {archive}", lambda: self._drive.make_folder(archive)))
        faults: list[str] = []
        for doing, step in steps:
            try:
                with self._lock, sorting(doing):
                    step()
            except (Retryable, Undeliverable) as fault:
                faults.append(str(fault))
        names = sorted(self._refused.items())
        return faults + [f"{self._folders.inbox}: file name {name} is refused: {why}" for name, why in names]

    def close(self) -> None:
        """Let go of the connection."""
        self._drive.close()

    # pickup

    def _candidates(self, files: list[RemoteFile], now: float) -> list[RemoteFile]:
        """Return the files that the profile asks for; hostile names are reported when they appear."""
        self._names = frozenset(file.name for file in files)
        self._lying = {
            file.name: (file, self._lying.get(file.name, (file, now))[1])
            for file in files
            if pickup.may_come(file.name, self._rules)
        }
        faults = {pickup.printable(file.name): pickup.name_fault(file.name) for file in files}
        refused = {shown: fault for shown, fault in faults.items() if fault}
        for shown in sorted(refused.keys() - self._refused.keys()):
            log.warning("%s: file name %s is never picked up: %s", self._folders.inbox, shown, refused[shown])
        self._refused = refused
        return [
            file
            for file in files
            if not pickup.name_fault(file.name)
            and pickup.is_wanted(file.name, self._rules)
            and pickup.is_called_done(file.name, self._names, self._rules)
        ]

    def _why_stuck(self, file: RemoteFile) -> str:
        if file in self._kept:
            return "it was taken, and the server does not let us move it away"
        return pickup.why_waiting(file, self._names, self._rules)

    def _is_ready(self, look: Look, now: float) -> bool:
        if not pickup.has_settled(look, self._rules, now):
            return False
        if pickup.is_out_of_patience(look, self._rules, now):
            return True
        return look.file.size > 0 and self._is_whole(look.file)

    def _is_whole(self, file: RemoteFile) -> bool:
        """Look at both ends of the file; one that cannot be read is left for the next round."""
        if file in self._whole or file.size > self._rules.max_bytes:
            return True
        path = place(self._folders.inbox, file.name)
        try:
            edges = self._drive.read_edges(path, file.size, pickup.HEAD_BYTES, pickup.TAIL_BYTES)
        except (ConnectionError, TimeoutError):
            raise
        except OSError as fault:  # one unreadable file does not stop the others
            log.warning("%s: not readable now: %s", path, fault)
            return False
        if pickup.is_complete(*edges):
            self._whole.add(file)
        return file in self._whole

    def _refuse_too_large(self, file: RemoteFile) -> None:
        if file.size > self._rules.max_bytes:
            raise Undeliverable(
                f"{file.name}: {file.size} bytes, max_bytes is {self._rules.max_bytes}: not read; "
                "ask the partner to split it or raise max_bytes in the profile"
            )

    def _copy(self, path: str, file: RemoteFile, target: BinaryIO) -> str | None:
        """Copy and return the SHA-256 in hex, or None when the file is not the listed one any more."""
        digest = hashlib.sha256()
        copied = 0

        def keep(chunk: bytes) -> None:
            nonlocal copied
            digest.update(chunk)
            copied += target.write(chunk)

        if self._drive.stat(path) != file:
            return None
        try:
            self._drive.read(
                path, keep, file.size + 1
            )  # what it has beyond its size, an old stat does not say
        except FileNotFoundError:
            return None
        target.flush()  # the archive brings it to the disk; the server has it until then
        if copied != file.size or self._drive.stat(path) != file:
            return None
        return digest.hexdigest()

    def _let_go(self, path: str, file: RemoteFile) -> None:
        if self._drive.stat(path) != file:
            return
        for done in pickup.done_names(file.name, self._rules) if self._rules.done else ():
            self._drive.remove(place(self._folders.inbox, done))  # first: it must not speak for the next file
        if not self._folders.archive:
            self._drive.remove(path)
            return
        self._drive.make_folder(self._folders.archive)
        self._archive(path, file)

    def _release_kept(self) -> None:
        """Try again to release what could not be released; a fault was reported when it first came."""
        for file in list(self._kept):
            with suppress(OSError):
                self._let_go(place(self._folders.inbox, file.name), file)

    def _archive(self, path: str, file: RemoteFile) -> None:
        for name in pickup.archive_names(file):
            target = place(self._folders.archive, name)
            if self._drive.stat(target) is None and self._drive.take(path, target):
                break
        moved = self._drive.stat(target)
        replaced = moved is not None and (moved.size, moved.modified_at) != (file.size, file.modified_at)
        if replaced and self._drive.exact_times:
            self._put_back(target, file.name)

    def _put_back(self, moved: str, name: str) -> None:
        """Return a file to the inbox: the partner replaced it between our last look and our rename."""
        for candidate in pickup.numbered(name):
            if self._drive.rename(moved, place(self._folders.inbox, candidate)):
                return


@contextmanager
def sorting(doing: str) -> Iterator[None]:
    """Turn a drive's OSError into one of the two exceptions that a mailbox may raise."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, PermissionError) as fault:
        raise Undeliverable(f"{doing}: {fault.strerror or fault}; check folder and rights") from fault
    except OSError as fault:
        message = f"{doing}: {fault.strerror or fault or type(fault).__name__}"
        raise storage_fault(message) if is_of_the_disk(fault) else Retryable(message) from fault
