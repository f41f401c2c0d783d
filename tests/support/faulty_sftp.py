"""An SFTP server that goes wrong as it is told: at which request, how, and how often.

It serves three folders (in, out, archive) of one home over a real connection. After each request that may change
something it looks at what the partner sees in `in`, and keeps what it saw; with `collects` the partner takes each
file away as soon as it can be seen, which is the hardest partner there is.
"""

from __future__ import annotations

import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import paramiko
from msgspec import Struct
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import (
    SFTP_FAILURE,
    SFTP_NO_SUCH_FILE,
    SFTP_OK,
    SFTP_OP_UNSUPPORTED,
    SFTP_PERMISSION_DENIED,
)

from hub.model.partner import Transport
from hub.transports.keys import fingerprint, generate_key, load_or_generate, read_private_key
from hub.transports.pickup import is_temporary
from hub.transports.sftp_wire import hush

T = TypeVar("T")

#: Requests that a fault can be put at.
REQUESTS = ("list", "stat", "open", "read", "write", "close", "rename", "posix_rename", "remove", "mkdir")


class Fault(Struct, frozen=True):
    """What happens at the `nth` (from 0) request of a kind, counted from when the fault was put there.

    cut: the connection ends and nothing is done; lost: it is done, and the connection ends without an answer;
    fail, denied, unsupported, absent: that answer, and nothing is done; slow: it is done after `seconds`.
    """

    request: str
    how: Literal["cut", "lost", "fail", "denied", "unsupported", "absent", "slow"]
    nth: int = 0
    again: bool = False  # at every later one, too
    seconds: float = 0.05


CODES = {
    "fail": SFTP_FAILURE,
    "denied": SFTP_PERMISSION_DENIED,
    "unsupported": SFTP_OP_UNSUPPORTED,
    "absent": SFTP_NO_SUCH_FILE,
}


@dataclass(repr=False)
class FaultyServer:
    """A running server and its faults; the lies hold until they are taken back."""

    home: Path
    key_path: Path
    port: int = 0
    host_fingerprint: str = ""
    collects: bool = False
    room: int | None = None  # bytes that can still be written; then the disk is full
    size_lie: int = 0  # added to every size that is told
    stale: bool = False  # sizes and times stay as they were first told
    empty_lists: int = 0  # so many listings show nothing
    spoils: bool = False  # what is written is not what was sent
    short_reads: int = 0  # no answer to a read has more bytes than this (0: as asked)
    seen: dict[str, set[bytes]] = field(default_factory=dict)
    collected: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    logins: int = 0
    _faults: list[Fault] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _told: dict[str, tuple[int, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def go_wrong(self, *faults: Fault) -> None:
        """Put faults; requests are counted from now."""
        with self._lock:
            self._faults, self._counts = list(faults), {}

    def mend(self) -> None:
        """Take back all faults and lies."""
        self.go_wrong()
        self.room, self.size_lie, self.stale, self.spoils = None, 0, False, False
        self.empty_lists = self.short_reads = 0

    def next_fault(self, request: str) -> Fault | None:
        with self._lock:
            count = self._counts[request] = self._counts.get(request, -1) + 1
            for fault in self._faults:
                if fault.request == request and (count == fault.nth or (fault.again and count > fault.nth)):
                    return fault
        return None

    def take_room(self, size: int) -> int:
        """Return how much of a write still fits."""
        with self._lock:
            fits = size if self.room is None else min(size, self.room)
            if self.room is not None:
                self.room -= fits
        return fits

    def told(self, path: str, size: int, modified: int) -> tuple[int, int]:
        """Return what is told of a file's size and time."""
        if self.stale:
            size, modified = self._told.setdefault(path, (size, modified))
        else:
            self._told[path] = (size, modified)
        return size + self.size_lie, modified

    def look(self) -> None:
        """See what the partner sees, and collect it where the partner is quick."""
        with self._lock:
            for path in sorted((self.home / "in").iterdir()):
                if is_temporary(path.name):
                    continue
                data = path.read_bytes()
                self.seen.setdefault(path.name, set()).add(data)
                if self.collects:
                    self.collected.append((path.name, data))
                    path.unlink()

    def secrets(self, _reference: str) -> bytes:
        return self.key_path.read_bytes()

    def transport(self, **changes: object) -> Transport:
        settings: dict[str, object] = {
            "kind": "sftp",
            "user": "hub",
            "host": "127.0.0.1",
            "port": self.port,
            "key": "file:key",
            "host_key": (self.host_fingerprint,),
            "inbox": "/out",
            "outbox": "/in",
            "archive": "/archive",
            "settle_seconds": 0.0,
        }
        return Transport(**(settings | changes))  # type: ignore[arg-type] # keyword arguments by name


class _Door(paramiko.ServerInterface):
    """Lets in who has the key."""

    def __init__(self, faulty: FaultyServer, ssh: paramiko.Transport) -> None:
        self.faulty, self.ssh = faulty, ssh
        self.sessions: list[paramiko.SFTPServer] = []

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = read_private_key(self.faulty.key_path.read_bytes(), "key")
        self.faulty.logins += 1
        return AUTH_SUCCESSFUL if key.asbytes() == known.asbytes() else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        session = paramiko.SFTPServer(channel, name, self, FaultyFiles)
        session.daemon = True
        self.sessions.append(session)
        session.start()
        return True


class FaultyFiles(paramiko.SFTPServerInterface):
    """The requests of one session, each as its fault says."""

    def __init__(self, server: paramiko.ServerInterface) -> None:
        super().__init__(server)
        assert isinstance(server, _Door)
        self.faulty, self._ssh = server.faulty, server.ssh

    def answer(self, request: str, do: Callable[[], T]) -> T | int:
        """Do what was asked, or what the fault says; OSErrors become codes."""
        fault = self.faulty.next_fault(request)
        how = fault.how if fault else ""
        if fault is not None and how == "slow":
            time.sleep(fault.seconds)
        if how == "cut":
            self._ssh.close()
            return SFTP_FAILURE
        if how in CODES:
            return CODES[how]
        try:
            done: T | int = do()
        except FileNotFoundError:
            done = SFTP_NO_SUCH_FILE
        except OSError:
            done = SFTP_FAILURE
        if request != "write":
            self.faulty.look()
        if how == "lost":
            self._ssh.close()
        return done

    def real(self, path: str) -> Path:
        return self.faulty.home / path.strip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        def look() -> list[paramiko.SFTPAttributes]:
            if self.faulty.empty_lists:
                self.faulty.empty_lists -= 1
                return []
            names = sorted(entry.name for entry in self.real(path).iterdir())
            return [self.attributes(f"{path.rstrip('/')}/{name}") for name in names]

        return self.answer("list", look)

    def attributes(self, path: str) -> paramiko.SFTPAttributes:
        status = self.real(path).stat()
        found = paramiko.SFTPAttributes.from_stat(status, Path(path).name)
        if stat.S_ISREG(status.st_mode):
            found.st_size, found.st_mtime = self.faulty.told(path, status.st_size, int(status.st_mtime))
        return found

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        return self.answer("stat", lambda: self.attributes(path))

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        return self.answer("open", lambda: FaultyHandle(self, os.open(self.real(path), flags, 0o640), flags))

    def remove(self, path: str) -> int:
        return self.answer("remove", lambda: self.real(path).unlink() or SFTP_OK)

    def rename(self, oldpath: str, newpath: str) -> int:
        def move() -> int:
            if self.real(newpath).exists():
                return SFTP_FAILURE
            self.real(oldpath).rename(self.real(newpath))
            return SFTP_OK

        return self.answer("rename", move)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        def move() -> int:
            self.real(oldpath).rename(self.real(newpath))
            return SFTP_OK

        return self.answer("posix_rename", move)

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self.answer("mkdir", lambda: self.real(path).mkdir() or SFTP_OK)


class FaultyHandle(paramiko.SFTPHandle):
    """An open file."""

    def __init__(self, files: FaultyFiles, descriptor: int, flags: int) -> None:
        super().__init__(flags)
        self._files, self._descriptor = files, descriptor

    def read(self, offset: int, length: int) -> bytes | int:
        most = self._files.faulty.short_reads or length
        return self._files.answer("read", lambda: os.pread(self._descriptor, min(length, most), offset))

    def write(self, offset: int, data: bytes) -> int:  # type: ignore[override] # paramiko gives bytes
        def put() -> int:
            faulty = self._files.faulty
            fits = faulty.take_room(len(data))
            kept = bytes(byte ^ 1 for byte in data[:fits]) if faulty.spoils else data[:fits]
            os.pwrite(self._descriptor, kept, offset)
            return SFTP_OK if fits == len(data) else SFTP_FAILURE

        return self._files.answer("write", put)

    def stat(self) -> paramiko.SFTPAttributes | int:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor))

    def close(self) -> None:
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        os.close(descriptor)
        code = self._files.answer("close", lambda: SFTP_OK)
        if code != SFTP_OK:
            raise OSError("not closed")


@cache
def _keys(folder: Path) -> tuple[paramiko.PKey, Path]:
    """Return the host key and where the client's key is."""
    generate_key(folder / "faulty_client")
    return load_or_generate(folder / "faulty_host"), folder / "faulty_client"


@contextmanager
def faulty_server(base: Path) -> Iterator[FaultyServer]:
    """Serve base/partner on a free port."""
    host_key, client_key = _keys(base)
    for name in ("in", "out", "archive"):
        (base / "partner" / name).mkdir(parents=True)
    listener = socket.create_server(("127.0.0.1", 0))
    faulty = FaultyServer(base / "partner", client_key, listener.getsockname()[1], fingerprint(host_key))
    doors: list[_Door] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, _ = listener.accept()
                faulty.connections += 1
                with suppress(paramiko.SSHException, EOFError):
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    doors.append(_serve(faulty, sock, host_key))

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield faulty
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for door in doors:
            door.ssh.close()
            door.ssh.join(5)
            for session in door.sessions:
                session.join(5)
            door.ssh.sock.close()


def _serve(faulty: FaultyServer, sock: socket.socket, host_key: paramiko.PKey) -> _Door:
    ssh = paramiko.Transport(sock)
    hush(ssh)
    ssh.add_server_key(host_key)
    door = _Door(faulty, ssh)
    ssh.start_server(event=threading.Event(), server=door)
    return door
