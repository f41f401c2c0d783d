"""The embedded SFTP server: one account per partner, each shut into its own folders.

It takes what partners upload and offers what the hub delivers; `EmbeddedMailbox` is the hub's side of the
same folders. Only current algorithms, SFTP only, one host key (ed25519) made at the first start.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paramiko

from hub.transports.accounts import Account
from hub.transports.audit import AuditEvent
from hub.transports.delivery import Manner
from hub.transports.folder import FolderMailbox
from hub.transports.keys import fingerprint, load_or_generate
from hub.transports.limits import Limits, Recent, neighbourhood
from hub.transports.pickup import Rules
from hub.transports.port import Stuck
from hub.transports.server_files import PartnerFiles
from hub.transports.server_login import Desk, Gate, make_home
from hub.transports.server_uploads import drop_old_parts, idle_parts
from hub.transports.server_view import UPLOADS
from hub.transports.sftp_wire import hush

KEX = (
    "mlkem768x25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
)
CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)
MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)

#: Refused connections that the audit hears of, from one address in a minute: more would only fill the disk.
COMPLAINTS_PER_MINUTE = 10

#: How often the door is left to look after the connections.
SWEEP_SECONDS = 0.25

#: How long an interrupted upload can be resumed, and how often we look for older ones.
PARTS_KEPT_SECONDS = 7 * 86_400.0
CLEAR_SECONDS = 3_600.0


def utc_now() -> datetime:
    """Return the time of day in UTC."""
    return datetime.now(UTC)


class EmbeddedSftpServer:
    """An SFTP server in this process. `accounts` is asked at each login, so a new partner needs no restart.

    `on_upload(account, path)` is called, in the partner's thread, when a file has come whole; `audit` hears
    each login and file operation; `refusal` says why no uploads are taken now, "" while they are. Port 0 takes a
    free one.
    """

    def __init__(
        self,
        root: Path,
        host_key_path: Path,
        accounts: Callable[[], Mapping[str, Account]],
        *,
        on_upload: Callable[[str, Path], None],
        audit: Callable[[AuditEvent], None],
        host: str = "127.0.0.1",
        port: int = 2222,
        clock: Callable[[], datetime] = utc_now,
        limits: Limits | None = None,
        refusal: Callable[[], str] = str,
        clear_seconds: float = CLEAR_SECONDS,
    ) -> None:
        self._clear_seconds = clear_seconds
        self._host = host
        self._port = port
        self._host_key_path = host_key_path
        self._desk = Desk(
            root,
            accounts=accounts,
            limits=limits or Limits(),
            clock=clock,
            on_upload=on_upload,
            audit=audit,
            refusal=refusal,
        )
        self._gates: list[tuple[Gate, paramiko.Transport]] = []
        self._knocks = Recent(self._desk.limits.connects_per_minute + 1, 60.0)
        self._complaints = Recent(COMPLAINTS_PER_MINUTE + 1, 60.0)
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._key: paramiko.PKey | None = None

    @property
    def port(self) -> int:
        """Return the port that the server listens on."""
        return self._port

    @property
    def fingerprint(self) -> str:
        """Return the host key's SHA256 fingerprint, which partners pin. The server must have started once."""
        return fingerprint(self._host_key())

    def start(self) -> None:
        """Listen and serve in threads of its own. Raises OSError when the port is taken."""
        self._host_key()
        self._desk.root.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._drop_old_parts()
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = socket.create_server((self._host, self._port), family=family, backlog=64)
        self._port = int(self._listener.getsockname()[1])  # the same one again after stop() and start()
        self._listener.settimeout(SWEEP_SECONDS)
        self._stopping.clear()
        self._thread = threading.Thread(target=self._serve, name="sftp-server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and wait for all threads; uploads in flight stay resumable."""
        self._stopping.set()
        if self._listener is not None:
            with suppress(
                OSError
            ):  # wakes the accepting thread where the system lets it; else it wakes itself
                self._listener.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join()
        for gate, ssh in self._gates:
            hang_up(gate, ssh)
        self._gates.clear()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _host_key(self) -> paramiko.PKey:
        if self._key is None:
            self._key = load_or_generate(self._host_key_path)
        return self._key

    def _serve(self) -> None:
        assert self._listener is not None
        swept = cleared = time.monotonic()
        while not self._stopping.is_set():
            with suppress(OSError):  # nobody came, or left at once, or we are stopping
                sock, peer = self._listener.accept()
                self._admit(sock, str(peer[0]))
            if time.monotonic() - swept >= SWEEP_SECONDS:
                self._sweep()
                swept = time.monotonic()
            if time.monotonic() - cleared >= self._clear_seconds:
                self._drop_old_parts()
                cleared = time.monotonic()

    def _drop_old_parts(self) -> None:
        """Delete what nobody resumed: it counts against the account's quota."""
        with suppress(OSError):  # a disk in trouble is no reason to hang up on anybody
            drop_old_parts(self._desk.root, self._desk.clock().timestamp() - PARTS_KEPT_SECONDS)

    def _admit(self, sock: socket.socket, address: str) -> None:
        now = self._desk.clock()
        if why := self._why_not(address, now):
            if not self._complaints.is_too_much(neighbourhood(address), now):
                self._desk.tell(AuditEvent(now, "connection_refused", address=address, detail=why))
            sock.close()
            return
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ssh = paramiko.Transport(sock)
        except (OSError, paramiko.SSHException):
            sock.close()
            return
        hush(ssh)
        ssh.local_version = "SSH-2.0-partner-hub"
        options = ssh.get_security_options()
        options.kex, options.ciphers, options.digests = KEX, CIPHERS, MACS
        ssh.add_server_key(self._host_key())
        gate = Gate(self._desk, ssh, address, PartnerFiles)
        self._gates.append((gate, ssh))
        ssh.start_server(event=threading.Event(), server=gate)

    def _why_not(self, address: str, now: datetime) -> str:
        """Return why a connection is refused before a word is said; "" when it is not."""
        limits, key = self._desk.limits, neighbourhood(address)
        if self._desk.bans.is_banned(address, now):
            return "banned"
        if self._knocks.is_too_much(key, now):
            return f"more than {limits.connects_per_minute} connections in a minute"
        if len(self._gates) >= limits.connections:
            return f"{len(self._gates)} connections are open"
        strangers = sum(not ssh.is_authenticated() for _, ssh in self._gates)
        if strangers >= limits.strangers:
            return f"{strangers} connections have not logged in yet"
        near = sum(neighbourhood(gate.address) == key for gate, _ in self._gates)
        if near >= limits.connections_per_address:
            return f"{near} connections from this address are open"
        return ""

    def _sweep(self) -> None:
        """Drop the connections that are over, that never logged in, and that fell asleep."""
        now, limits = self._desk.clock(), self._desk.limits
        kept: list[tuple[Gate, paramiko.Transport]] = []
        for gate, ssh in self._gates:
            late = not ssh.is_authenticated() and now - gate.opened_at > timedelta(
                seconds=limits.login_seconds
            )
            asleep = now - gate.touched_at > timedelta(seconds=limits.idle_seconds)
            if late or asleep or not ssh.is_alive():
                hang_up(gate, ssh)
            else:
                kept.append((gate, ssh))
        self._gates = kept
        self._desk.bans.forget(now)
        self._knocks.drop_old(now)
        self._complaints.drop_old(now)


def hang_up(gate: Gate, ssh: paramiko.Transport) -> None:
    """End a connection and wait for its threads."""
    ssh.close()
    ssh.join(5.0)
    for session in gate.sessions:
        session.join(5.0)
    ssh.sock.close()
    gate.leave()


class EmbeddedMailbox(FolderMailbox):
    """The hub's side of an account on the embedded server: a mailbox over its in, out and archive.

    An upload appears there when it is closed: there is no settling to wait for, no missing IEA to hope for.
    `keep`: what was picked up stays in the archive, which the partner can read.
    """

    def __init__(
        self,
        root: Path,
        account: str,
        rules: Rules | None = None,
        manner: Manner | None = None,
        *,
        keep: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        home = make_home(root, account)
        at_once = rules or Rules(settle_seconds=0.0, patience_seconds=0.0)
        archive = home / "archive" if keep else None
        super().__init__(home / "in", home / "out", archive, at_once, manner, monotonic=monotonic)
        self._parts, self._stuck_seconds = home / UPLOADS, at_once.stuck_seconds

    def stuck(self) -> list[Stuck]:
        """Return what lies in the folder and is not taken, and the uploads that broke off and were not resumed."""
        return super().stuck() + [
            Stuck(name, "the upload broke off and was not resumed", seconds)
            for name, seconds in idle_parts(self._parts, time.time())
            if seconds >= self._stuck_seconds
        ]
