"""Uploads in flight at the embedded server: kept apart until the client closes them, resumable, bounded.

An upload is written to `.uploads/<name>` and moved to `in/<name>` when the client closes the file, so the hub
never sees half a file. When the connection drops, the part stays there for a resumed upload.
"""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_OP_UNSUPPORTED

from hub.transports.limits import Quota
from hub.transports.server_view import UPLOADS, Spot


class UploadSession(Protocol):
    """The session that an upload belongs to. `is_over`: nobody waits for answers any more."""

    is_over: bool

    def touch(self) -> None:
        """Note that the partner did something."""

    def upload_ended(self, handle: UploadHandle, *, published: bool) -> None:
        """Hear, once, that an upload is over."""


class Room(NamedTuple):
    """How much an upload may take: bytes of one file, and what is left of the account's quota."""

    max_bytes: int
    quota: Quota


class UploadHandle(paramiko.SFTPHandle):
    """One open upload, within its room."""

    def __init__(self, session: UploadSession, home: Path, spot: Spot, flags: int, room: Room) -> None:
        super().__init__(flags)
        self.spot = spot
        self.size = 0
        self.fault = ""
        self._home = home
        self._appending = bool(flags & os.O_APPEND)
        self._room = room
        self._session = session
        self._lock = threading.Lock()
        self._ended = False
        self._descriptor = self._open(flags)

    @property
    def part(self) -> Path:
        """Return where the bytes are while the upload runs."""
        return self._home / UPLOADS / self.spot.name

    @property
    def final(self) -> Path:
        """Return where the hub will find the file."""
        return self._home / "in" / self.spot.name

    def _open(self, flags: int) -> int:
        """Open the part: anew, or going on from an interrupted upload or from the file as it stands."""
        if not self.final.parent.is_dir():
            raise FileNotFoundError(self.spot.path)  # refuse before the bytes come, not after
        there = self.part.exists() or self.final.exists()
        if not there and not flags & os.O_CREAT:
            raise FileNotFoundError(self.spot.path)
        if there and flags & os.O_EXCL:
            raise FileExistsError(self.spot.path)
        if flags & os.O_TRUNC:
            self.part.unlink(missing_ok=True)  # a new file: an older handle's writes go nowhere
        elif self.final.exists() and not self.part.exists():
            shutil.copyfile(self.final, self.part, follow_symlinks=False)
        return os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o640)

    def write(self, offset: int, data: bytes) -> int:  # type: ignore[override] # paramiko gives bytes
        self._session.touch()
        with self._lock:
            if self._ended or self.fault:
                return SFTP_FAILURE
            end = os.fstat(self._descriptor).st_size
            start = end if self._appending else offset
            if start + len(data) > self._room.max_bytes:
                self.fault = f"larger than {self._room.max_bytes} bytes"
                return SFTP_FAILURE
            if not self._room.quota.grow(max(0, start + len(data) - end)):
                self.fault = "the account's quota is used up"
                return SFTP_FAILURE
            try:
                view = memoryview(data)
                while view:
                    written = os.pwrite(self._descriptor, view, start)
                    view, start = view[written:], start + written
            except OSError as fault:
                self.fault = f"not written: {fault.strerror}"
                return paramiko.SFTPServer.convert_errno(fault.errno or 0)
            return SFTP_OK

    def read(self, offset: int, length: int) -> bytes | int:
        with self._lock:
            return SFTP_FAILURE if self._ended else os.pread(self._descriptor, length, offset)

    def stat(self) -> paramiko.SFTPAttributes | int:
        with self._lock:
            if self._ended:
                return SFTP_FAILURE
            return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor), self.spot.name)

    def chattr(self, attr: paramiko.SFTPAttributes) -> int:
        """Accept times and modes, which the hub does not use, and refuse sizes."""
        return SFTP_OK if attr.st_size is None else SFTP_OP_UNSUPPORTED

    def close(self) -> None:
        """Publish: the client says that the file is whole. Raises OSError, for the client, when it failed."""
        with self._lock:
            if self._ended:
                if not self._session.is_over:  # taken over meanwhile: the client must not think it is done
                    raise OSError(self.fault)
                return
            self._ended = True
            published = False
            try:
                published = self._publish()
            finally:
                os.close(self._descriptor)
        self._session.upload_ended(self, published=published)  # outside the lock: it takes locks of its own
        if not published:
            raise OSError(self.fault)

    def _publish(self) -> bool:
        self.size = os.fstat(self._descriptor).st_size
        try:
            if not self.fault:
                os.fsync(self._descriptor)
                self.part.replace(self.final)
        except OSError as fault:
            self.fault = f"not stored: {fault.strerror}"
        if self.fault:
            self.part.unlink(missing_ok=True)
        return not self.fault

    def interrupt(self, why: str) -> None:
        """End without publishing; the part stays for a resumed upload."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
            self.fault = why
            self.size = os.fstat(self._descriptor).st_size
            os.close(self._descriptor)
        self._session.upload_ended(self, published=False)

    def move(self, spot: Spot) -> None:
        """Follow a rename by the client while the upload is open."""
        with self._lock:
            old = self.part
            self.spot = spot
            old.rename(self.part)


class Uploads:
    """The open uploads of all sessions. A second one under the same name takes over from the first:
    it is the client coming back after a connection that it knows to be dead and we do not."""

    def __init__(self) -> None:
        self._open: dict[Path, UploadHandle] = {}
        self._lock = threading.Lock()

    def displace(self, final: Path) -> None:
        """End the upload under this name, if there is one."""
        with self._lock:
            older = self._open.pop(final, None)
        if older is not None:
            older.interrupt("taken over by a new upload of the same name")

    def add(self, handle: UploadHandle) -> None:
        """Note an open upload."""
        with self._lock:
            self._open[handle.final] = handle

    def find(self, final: Path) -> UploadHandle | None:
        """Return the open upload under this name."""
        with self._lock:
            return self._open.get(final)

    def move(self, handle: UploadHandle, spot: Spot) -> None:
        """Give an open upload another name."""
        with self._lock:
            self._open.pop(handle.final, None)
            handle.move(spot)
            self._open[handle.final] = handle

    def drop(self, handle: UploadHandle) -> None:
        """Forget an upload that is over."""
        with self._lock:
            if self._open.get(handle.final) is handle:
                del self._open[handle.final]


def drop_old_parts(root: Path, before: float) -> None:
    """Delete the parts of uploads that nobody resumed since `before` (seconds since the epoch)."""
    for part in root.glob(f"*/{UPLOADS}/*"):
        with suppress(FileNotFoundError):  # resumed and closed meanwhile
            if part.lstat().st_mtime < before:
                part.unlink()


def idle_parts(folder: Path, now: float) -> list[tuple[str, float]]:
    """Return the parts in an account's folder by name, and how many seconds ago each was written to."""
    found = []
    for part in sorted(folder.iterdir()):
        with suppress(FileNotFoundError):
            found.append((part.name, now - part.lstat().st_mtime))
    return found
