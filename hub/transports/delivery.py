"""How a file is put before a partner: whole or not at all, and never over one that waits to be collected.

It is written under a temporary name in the same folder, read back, and renamed. When the answer to the rename was
lost, both names are looked at before anything is tried again; where that is not possible either, the note that
was taken before the rename tells the next try, also in another process, what to look for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from msgspec import Struct

from hub.model.errors import Retryable, Undeliverable
from hub.transports import pickup
from hub.transports.drive import Drive
from hub.transports.pickup import place
from hub.transports.port import RemoteFile, forget


class Manner(Struct, frozen=True, kw_only=True):
    """How one partner wants it. `write` direct: the server takes a file as soon as it is closed.

    `verify` hash: what was written is read back, where we may. `done` is the ending of an empty file that is
    put beside it to say that it is whole; "" = none.
    """

    write: Literal["rename", "direct"] = "rename"
    verify: Literal["hash", "size"] = "size"
    done: str = ""


class Delivery:
    """Puts files into one folder of a drive."""

    def __init__(self, drive: Drive, outbox: str, manner: Manner) -> None:
        self._drive = drive
        self._outbox = outbox
        self._manner = manner

    def put(self, name: str, data: bytes, begun: str = "", note: Callable[[str], object] = forget) -> str:
        """Put the file there and return its final name; the same bytes that still wait are left alone.

        `begun` and `note` as in Mailbox.deliver. Raises OSError as the drive does, Retryable where the size is
        wrong or the result unknown, Undeliverable where only the partner knows the result.
        """
        direct = self._manner.write == "direct"
        final = (self._directly if direct else self._by_rename)(name, data, begun, note)
        if self._manner.done:
            self._drive.write(place(self._outbox, final + self._manner.done), b"", exclusive=False)
        return final

    def _by_rename(self, name: str, data: bytes, begun: str, note: Callable[[str], object]) -> str:
        temporary = place(self._outbox, pickup.temporary_name(name, data))
        if begun and self._drive.stat(temporary) is None:
            return begun  # only we know the temporary name; where it is gone, the rename was done
        written = False
        for candidate in pickup.numbered(name):
            final = place(self._outbox, candidate)
            if (taken := self._drive.stat(final)) is not None:
                if self._holds(final, taken, data):
                    self._drive.remove(temporary)
                    return candidate
                continue
            if not written:
                self._write_whole(temporary, data)
                written = True
            note(candidate)
            try:
                if self._rename_surely(temporary, final, len(data)):
                    return candidate
            except (ConnectionError, TimeoutError):
                raise
            except OSError:  # refused: nothing is in doubt any more
                note("")
                raise
        raise AssertionError  # numbered() never ends

    def _directly(self, name: str, data: bytes, begun: str, note: Callable[[str], object]) -> str:
        """Write under the final name, for servers that whisk a file away when it is closed."""
        if begun:
            return self._again(place(self._outbox, begun), begun, data)
        for candidate in pickup.numbered(name):
            final = place(self._outbox, candidate)
            if (taken := self._drive.stat(final)) is None:
                with suppress(FileExistsError):
                    note(candidate)
                    self._write_final(final, data, note, exclusive=True)
                    return candidate
            elif self._holds(final, taken, data):
                return candidate
        raise AssertionError

    def _again(self, final: str, name: str, data: bytes) -> str:
        """Go on with a direct write whose result nobody told us."""
        there = self._drive.stat(final)
        if there is None:
            raise Undeliverable(
                f"{final}: the line broke while it was written, and it is not there now: the server may have "
                "taken it; ask the partner whether it came whole, and send it again if it did not"
            )
        if not self._holds(final, there, data):
            self._drive.write(final, data, exclusive=False)
        return name

    def _write_final(self, path: str, data: bytes, note: Callable[[str], object], *, exclusive: bool) -> None:
        """Write in sight of the partner; what was refused half way is taken back."""
        try:
            self._drive.write(path, data, exclusive=exclusive)
        except (ConnectionError, TimeoutError) as lost:
            raise Retryable(f"write {path}: no answer ({lost})", in_doubt=True) from lost
        except FileExistsError:
            note("")
            raise
        except OSError:
            with suppress(FileNotFoundError):
                self._drive.remove(path)
            note("")
            raise

    def _holds(self, path: str, there: RemoteFile, data: bytes) -> bool:
        """Tell whether the file at the path has exactly these bytes; one we may not read says no."""
        if there.size != len(data):
            return False
        try:
            return self._digest(path, there.size) == hashlib.sha256(data).digest()
        except (FileNotFoundError, PermissionError):
            return False

    def _digest(self, path: str, size: int) -> bytes:
        found = hashlib.sha256()
        self._drive.read(path, found.update, size)
        return found.digest()

    def _write_whole(self, path: str, data: bytes) -> None:
        self._drive.write(path, data, exclusive=False)
        there = self._drive.stat(path)
        if there is None or there.size != len(data):
            found = "nothing" if there is None else f"{there.size} bytes"
            raise Retryable(f"{path}: wrote {len(data)} bytes, the server has {found}")
        if self._manner.verify == "hash" and not self._reads_back(path, data):
            raise Retryable(f"{path}: wrote {len(data)} bytes, the server has other bytes")

    def _reads_back(self, path: str, data: bytes) -> bool:
        """Tell whether the server has what we wrote; one that lets us not read is believed by the size."""
        try:
            return self._digest(path, len(data)) == hashlib.sha256(data).digest()
        except (ConnectionError, TimeoutError):
            raise
        except OSError:
            return True

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
