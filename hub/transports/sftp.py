"""A partner's SFTP server as a mailbox: the drive over one pooled session, and the mailbox on top of it."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import TypeVar

import paramiko

from hub.model.partner import Transport
from hub.transports.delivery import Manner
from hub.transports.drive import name_of
from hub.transports.mailbox import DriveMailbox, Folders
from hub.transports.pickup import Rules
from hub.transports.port import RemoteFile
from hub.transports.sftp_session import Secrets, Sessions, SftpSession
from hub.transports.sftp_wire import GRACE_SECONDS, NotOpenedError, WireClient

T = TypeVar("T")

#: What paramiko raises when the connection or the protocol broke, rather than the request.
BROKEN = (
    EOFError,
    paramiko.SSHException,
    paramiko.SFTPError,
    TimeoutError,
    ConnectionError,
    struct.error,
    UnicodeError,
)


class SftpDrive:
    """The files of an SFTP server. Times are whole seconds and some servers change them at a rename."""

    exact_times = False

    def __init__(self, session: SftpSession) -> None:
        self._session = session

    def scan(self, folder: str) -> list[RemoteFile]:
        return self._repeatable(lambda client: client.list_files(folder))

    def stat(self, path: str) -> RemoteFile | None:
        def look(client: WireClient) -> RemoteFile | None:
            try:
                status = client.stat(path)
            except FileNotFoundError:
                return None
            return RemoteFile(name_of(path), status.st_size or 0, float(status.st_mtime or 0))

        return self._repeatable(look)

    def read(self, path: str, sink: Callable[[bytes], object], size: int) -> None:
        self._once(lambda client: client.read_into(path, sink, size))

    def read_edges(self, path: str, size: int, head: int, tail: int) -> tuple[bytes, bytes]:
        def read(client: WireClient) -> tuple[bytes, bytes]:
            with client.open(path, "rb") as file:
                start = file.read(head)
                file.seek(max(0, size - tail))
                return start, file.read(tail)

        return self._repeatable(read)

    def write(self, path: str, data: bytes, *, exclusive: bool) -> None:
        try:
            self._once(lambda client: client.write_whole(path, data, exclusive=exclusive))
        except NotOpenedError as fault:
            if exclusive and self.stat(path) is not None:
                raise FileExistsError(path) from fault
            raise

    def rename(self, old: str, new: str) -> bool:
        """Rename by the plain request, which must refuse a taken name; posix-rename would write over it.

        Servers that refuse the plain request for another reason get the extension.
        """
        try:
            self._once(lambda client: client.rename(old, new))
        except (ConnectionError, FileNotFoundError):
            raise
        except OSError:  # SFTP 3 has no code for a taken name: servers say Failure or Permission denied
            if self._is_there(new):
                return False
            self._once(lambda client: client.posix_rename(old, new))
        return True

    def _is_there(self, path: str) -> bool:
        """Ask twice, in two ways: what a server remembers of a name may be older than the file."""
        if self.stat(path) is not None:
            return True
        try:
            self._once(lambda client: client.open(path, "rb").close())
        except ConnectionError:
            raise
        except OSError:
            return False
        return True

    def take(self, old: str, new: str) -> bool:
        return self.rename(old, new)  # one request: the server moves what is there

    def remove(self, path: str) -> None:
        def delete(client: WireClient) -> None:
            try:
                client.remove(path)
            except FileNotFoundError:
                return

        self._once(delete)

    def make_folder(self, path: str) -> None:
        if self.stat(path) is None:
            self._once(lambda client: client.mkdir(path))

    def close(self) -> None:
        with self._session.lock:
            self._session.close()

    def _repeatable(self, request: Callable[[WireClient], T]) -> T:
        """Carry out a request that changes nothing; once more, newly connected, when the old one was dead."""
        try:
            return self._once(request)
        except ConnectionError:
            return self._once(request)

    def _once(self, request: Callable[[WireClient], T]) -> T:
        """Carry out a request. Raises ConnectionError when its result is unknown, OSError when refused."""
        with self._session.lock:
            client = self._session.client()
            try:
                return request(client)
            except BROKEN as fault:
                self._session.close()
                raise ConnectionError(f"connection lost: {fault or type(fault).__name__}") from fault
            except OSError as fault:
                if self._session.is_alive():
                    raise
                self._session.close()
                raise ConnectionError(f"connection lost: {fault}") from fault


class SftpMailbox(DriveMailbox):
    """The mailbox on a partner's SFTP server, as the profile's [transport] describes it."""

    def __init__(
        self,
        transport: Transport,
        secrets: Secrets,
        *,
        timeout_seconds: float = 30.0,
        grace_seconds: float = GRACE_SECONDS,
        patience_seconds: float = 600.0,
        sessions: Sessions | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        pool = sessions or Sessions()
        super().__init__(
            SftpDrive(pool.session(transport, secrets, timeout_seconds, grace_seconds)),
            Folders(transport.inbox, transport.outbox, transport.archive),
            rules_of(transport, patience_seconds),
            manner_of(transport),
            monotonic=monotonic,
        )


def rules_of(transport: Transport, patience_seconds: float) -> Rules:
    """Return the pickup rules that a profile states."""
    return Rules(
        include=transport.include,
        exclude=transport.exclude,
        settle_seconds=transport.settle_seconds,
        patience_seconds=patience_seconds,
        max_bytes=transport.max_bytes,
        done=transport.wait_for,
        stuck_seconds=transport.stuck_after,
    )


def manner_of(transport: Transport) -> Manner:
    """Return how a profile wants files put before the partner."""
    return Manner(write=transport.write, verify=transport.verify, done=transport.announce)
