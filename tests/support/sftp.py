"""Real SFTP servers and a lossy line for the tests: our embedded server, OpenSSH's sshd, a cutting proxy."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import argon2
import paramiko

from hub.model.partner import Transport
from hub.transports.accounts import Account
from hub.transports.audit import AuditEvent
from hub.transports.keys import fingerprint, generate_key, load_or_generate, read_private_key
from hub.transports.limits import Limits
from hub.transports.server import EmbeddedSftpServer, utc_now

PASSWORD = "open sesame"
PASSWORD_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=1024).hash(
    PASSWORD
)  # cheap: tests log in often


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Embedded:
    """A running embedded server with the account acme, and what it told."""

    server: EmbeddedSftpServer
    root: Path
    key_path: Path
    events: list[AuditEvent] = field(default_factory=list)
    uploads: list[tuple[str, str]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.root / "acme"

    def actions(self) -> list[str]:
        return [event.action for event in self.events]

    def secrets(self, reference: str) -> bytes | str:
        return {"file:key": self.key_path.read_bytes(), "env:PASSWORD": PASSWORD}[reference]

    def transport(self, **changes: object) -> Transport:
        """The [transport] of a hub that is a client of this server: /out is for reading, /in for writing."""
        settings: dict[str, object] = {
            "kind": "sftp",
            "user": "acme",
            "host": "127.0.0.1",
            "port": self.server.port,
            "key": "file:key",
            "host_key": (self.server.fingerprint,),
            "inbox": "/out",
            "outbox": "/in",
            "archive": "/archive",
        }
        return Transport(**(settings | changes))  # type: ignore[arg-type] # keyword arguments by name

    @contextmanager
    def client(self) -> Iterator[paramiko.SFTPClient]:
        """An independent client, logged in by key."""
        with ssh_to(self.server.port) as ssh:
            ssh.auth_publickey("acme", read_private_key(self.key_path.read_bytes(), "key"))
            client = ssh.open_sftp_client()
            try:
                yield client
            finally:
                with suppress(EOFError):  # the server may have hung up
                    client.close()


@contextmanager
def ssh_to(port: int) -> Iterator[paramiko.Transport]:
    """A connection without a login."""
    ssh = paramiko.Transport(socket.create_connection(("127.0.0.1", port), timeout=10))
    try:
        ssh.start_client(timeout=10)
        yield ssh
    finally:
        ssh.close()
        ssh.join(5)
        ssh.sock.close()


@contextmanager
def embedded_server(
    base: Path,
    limits: Limits | None = None,
    clock: Callable[[], object] = utc_now,
    port: int = 0,
    clear_seconds: float = 60.0,
) -> Iterator[Embedded]:
    """Our server on a free port."""
    key_path = base / "client_key"
    line = generate_key(key_path) if not key_path.exists() else key_path.with_suffix(".pub").read_text()
    accounts = {"acme": Account("acme", (line,), PASSWORD_HASH)}
    events: list[AuditEvent] = []
    uploads: list[tuple[str, str]] = []
    server = EmbeddedSftpServer(
        base / "accounts",
        base / "host_key",
        lambda: accounts,
        port=port,
        limits=limits,
        clear_seconds=clear_seconds,
        clock=clock,  # type: ignore[arg-type] # a datetime
        on_upload=lambda account, path: uploads.append((account, path.name)),
        audit=events.append,
    )
    server.start()
    try:
        for folder in ("in", "out", "archive"):
            (base / "accounts" / "acme" / folder).mkdir(parents=True, exist_ok=True)
        yield Embedded(server, base / "accounts", key_path, events, uploads)
    finally:
        server.stop()


@dataclass
class OpenSsh:
    """A running sshd for the user of this process, in a temporary folder."""

    port: int
    folder: Path
    key_path: Path
    host_fingerprint: str

    def secrets(self, reference: str) -> bytes | str:
        return {"file:key": self.key_path.read_bytes()}[reference]

    def transport(self, **changes: object) -> Transport:
        settings: dict[str, object] = {
            "kind": "sftp",
            "user": pwd.getpwuid(os.getuid()).pw_name,
            "host": "127.0.0.1",
            "port": self.port,
            "key": "file:key",
            "host_key": (self.host_fingerprint,),
            "inbox": str(self.folder / "outbound"),
            "outbox": str(self.folder / "inbound"),
            "archive": str(self.folder / "archive"),
        }
        return Transport(**(settings | changes))  # type: ignore[arg-type] # keyword arguments by name


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def openssh_server(base: Path) -> Iterator[OpenSsh]:
    """The real sshd with generated keys; internal-sftp only."""
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert sshd, "no sshd: make test-sftp installs it"
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists on its separation directory
    folder, port = base / "partner", free_port()
    for name in ("outbound", "inbound", "archive"):
        (folder / name).mkdir(parents=True)
    key_path, host_key = base / "client_key", load_or_generate(base / "host_key")
    (base / "authorized_keys").write_text(generate_key(key_path) + "\n")
    (base / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {base}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {base}/authorized_keys\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n"
    )
    process = subprocess.Popen([sshd, "-D", "-e", "-f", f"{base}/sshd_config"], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: is_listening(port))
        yield OpenSsh(port, folder, key_path, fingerprint(host_key))
    finally:
        process.terminate()
        process.wait(10)


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class CuttingProxy:
    """A line to a server that can be cut after a number of bytes from the client or from the server."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.left: dict[str, float] = {"up": float("inf"), "down": float("inf")}
        self._spawn(self._accept)

    def cut_after(self, direction: str, size: int) -> None:
        """Cut when `size` more bytes went "up" (to the server) or "down" (to the client)."""
        self.left[direction] = size

    def mend(self) -> None:
        self.left = {"up": float("inf"), "down": float("inf")}

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for pair in self._pairs:
            self._cut(pair)
        for thread in self._threads:
            thread.join(5)
        for pair in self._pairs:
            for sock in pair:
                sock.close()

    def _spawn(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                pair = (client, socket.create_connection(("127.0.0.1", self._target_port)))
                self._pairs.append(pair)
                self._spawn(self._pump, pair, "up", pair[0], pair[1])
                self._spawn(self._pump, pair, "down", pair[1], pair[0])

    def _pump(
        self,
        pair: tuple[socket.socket, socket.socket],
        direction: str,
        source: socket.socket,
        target: socket.socket,
    ) -> None:
        with suppress(OSError):
            while data := source.recv(16_384):
                self.left[direction] -= len(data)
                if self.left[direction] < 0:
                    target.sendall(data[: max(0, len(data) + int(self.left[direction]))])
                    break
                target.sendall(data)
        self._cut(pair)

    @staticmethod
    def _cut(pair: tuple[socket.socket, socket.socket]) -> None:
        for sock in pair:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
