"""How a file is put before a partner: whole or not at all, and never over one that waits to be collected.

It is written under a temporary name in the same folder, its size is checked, and it is renamed. When the
answer to the rename was lost, both names are looked at before anything is tried again.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Literal

from hub.model.errors import Retryable
from hub.transports import pickup
from hub.transports.drive import Drive
from hub.transports.pickup import place
from hub.transports.port import RemoteFile


class Delivery:
    """Puts files into one folder of a drive. `write` direct is for servers that take a file at its close."""

    def __init__(self, drive: Drive, outbox: str, write: Literal["rename", "direct"]) -> None:
        self._drive = drive
        self._outbox = outbox
        self._write = write

    def put(self, name: str, data: bytes) -> str:
        """Put the file there and return its final name; the same bytes that still wait are left alone.

        Raises OSError as the drive does, Retryable where the size is wrong or the result unknown.
        """
        return self._directly(name, data) if self._write == "direct" else self._by_rename(name, data)

    def _by_rename(self, name: str, data: bytes) -> str:
        temporary = place(self._outbox, pickup.temporary_name(name, data))
        written = False
        for candidate in pickup.numbered(name):
            final = place(self._outbox, candidate)
            if (taken := self._drive.stat(final)) is not None:
                if self._holds(final, taken, data):
                    return candidate
                continue
            if not written:
                self._write_whole(temporary, data)
                written = True
            if self._rename_surely(temporary, final, len(data)):
                return candidate
        raise AssertionError  # numbered() never ends

    def _directly(self, name: str, data: bytes) -> str:
        """Write under the final name, for servers that whisk a file away when it is closed."""
        for candidate in pickup.numbered(name):
            final = place(self._outbox, candidate)
            if (taken := self._drive.stat(final)) is None:
                with suppress(FileExistsError):
                    self._drive.write(final, data, exclusive=True)
                    return candidate
            elif self._holds(final, taken, data):
                return candidate
        raise AssertionError

    def _holds(self, path: str, there: RemoteFile, data: bytes) -> bool:
        """Tell whether the file at the path has exactly these bytes; a folder we may not read says no."""
        if there.size != len(data):
            return False
        found = hashlib.sha256()
        try:
            self._drive.read(path, found.update, there.size)
        except (FileNotFoundError, PermissionError):
            return False
        return found.digest() == hashlib.sha256(data).digest()

    def _write_whole(self, path: str, data: bytes) -> None:
        self._drive.write(path, data, exclusive=False)
        there = self._drive.stat(path)
        if there is None or there.size != len(data):
            found = "nothing" if there is None else f"{there.size} bytes"
            raise Retryable(f"{path}: wrote {len(data)} bytes, the server has {found}")

    def _rename_surely(self, old: str, new: str, size: int) -> bool:
        """Rename; when the answer was lost, look at both names before anything is tried again."""
        try:
            return self._drive.rename(old, new)
        except (ConnectionError, TimeoutError) as lost:
            try:
                left, arrived = self._drive.stat(old), self._drive.stat(new)
            except (OSError, Retryable) as still_lost:
                raise Retryable(f"rename {old} to {new}: no answer ({lost})", in_doubt=True) from still_lost
            if left is None:
                return True  # only we know the temporary name; where it is gone, the rename was done
            if arrived is not None and arrived.size == size:
                self._drive.remove(old)  # a server that links and unlinks got half way
                return True
            return arrived is None and self._drive.rename(old, new)

    def probe(self) -> None:
        """Write, rename, read and delete a small file. Raises what the drive raises."""
        data = b"probe"
        first = place(self._outbox, pickup.temporary_name("hub-probe", data))
        second = place(self._outbox, pickup.temporary_name("hub-probe-renamed", data))
        self._drive.remove(second)
        self._write_whole(first, data)
        try:
            self._drive.rename(first, second)
            self._drive.read(second, len, len(data))
        finally:
            self._drive.remove(first)
            self._drive.remove(second)
