"""A connection to a partner's SFTP server: pinned host key, key login before password, kept alive.

An unknown host key is never accepted, not even the first time: the fingerprint comes from the partner, by
another way (`scan_host_key` shows what the server offers, for comparing).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from hub.breaker import Breaker, Breakers
from hub.model.errors import ConfigError, Retryable, Undeliverable
from hub.model.partner import Transport
from hub.transports.keys import fingerprint, read_private_key
from hub.transports.sftp_wire import WireClient, hush

#: A reference such as env:NAME or file:NAME, to the secret itself.
Secrets = Callable[[str], bytes | str]

#: Host keys that we accept, by family. A server has one of each and shows the family that we ask for.
HOST_KEY_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-512", "rsa-sha2-256"),
)

KEEPALIVE_SECONDS = 20


class SftpSession:
    """One SFTP session, opened at first use and again after it broke. Who uses it holds its `lock`."""

    def __init__(
        self,
        transport: Transport,
        secrets: Secrets,
        timeout_seconds: float,
        grace_seconds: float,
        breaker: Breaker | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self._profile = transport
        self._secrets = secrets
        self._timeout_seconds = timeout_seconds
        self._grace_seconds = grace_seconds
        self._breaker = breaker or Breaker(f"{transport.user}@{transport.host}:{transport.port}")
        self._ssh: paramiko.Transport | None = None
        self._client: WireClient | None = None

    def client(self) -> WireClient:
        """Return the living client, connecting when there is none. Raises Retryable or Undeliverable."""
        if self._client is None or not self.is_alive():
            self.close()
            with self._breaker.asking():
                self._client = self._connect()
        return self._client

    def is_alive(self) -> bool:
        """Tell whether the session stands, as far as we can see from here."""
        channel = self._client.get_channel() if self._client else None
        return channel is not None and not channel.closed and self._ssh is not None and self._ssh.is_active()

    def close(self) -> None:
        """Close the session; the next `client()` opens a new one."""
        client, ssh = self._client, self._ssh
        self._client = self._ssh = None
        if client is not None:
            with suppress(OSError, EOFError, paramiko.SSHException):  # nobody is there to say goodbye to
                client.close()
        if ssh is not None:
            shut(ssh)

    def _connect(self) -> WireClient:
        where = f"{self._profile.user}@{self._profile.host}:{self._profile.port}"
        with reaching(where):
            ssh = self._open_trusted()
            try:
                self._log_in(ssh, where)
                ssh.set_keepalive(KEEPALIVE_SECONDS)
                channel = ssh.open_session(timeout=self._timeout_seconds)
                channel.settimeout(self._timeout_seconds)
                channel.invoke_subsystem("sftp")
                client = WireClient(channel)
                client.grace_seconds = self._grace_seconds
            except BaseException:
                shut(ssh)
                raise
        self._ssh = ssh
        return client

    def _open_trusted(self) -> paramiko.Transport:
        """Connect and hold the server's key against the pinned ones, asking for each family of keys."""
        pinned = {pin.strip().rstrip("=") for pin in self._profile.host_key}
        offered: list[str] = []
        for family in HOST_KEY_FAMILIES:
            try:
                ssh = open_ssh(self._profile.host, self._profile.port, self._timeout_seconds, family)
            except IncompatiblePeer:
                continue
            shown = fingerprint(ssh.get_remote_server_key())
            if shown in pinned:
                return ssh
            shut(ssh)
            offered.append(shown)
        where = f"{self._profile.host}:{self._profile.port}"
        if not offered:
            raise Undeliverable(f"{where}: no common algorithms; the server is too old to be trusted")
        raise Undeliverable(
            f"{where}: unknown host key: offered {', '.join(offered)}; "
            f"pinned {', '.join(sorted(pinned)) or 'none'}; ask the partner which is right, then set host_key"
        )

    def _log_in(self, ssh: paramiko.Transport, where: str) -> None:
        """Log in by key, then by password. Raises Undeliverable when neither is accepted."""
        tried: list[str] = []
        if self._profile.key:
            key = read_private_key(self._secret(self._profile.key), self._profile.key)
            tried.append(f"key {fingerprint(key)}")
            if self._attempt(ssh, lambda: ssh.auth_publickey(self._profile.user, key)):
                return
        if self._profile.password:
            secret = self._secret(self._profile.password)
            password = (secret.decode() if isinstance(secret, bytes) else secret).rstrip("\r\n")
            tried.append("password")
            if self._attempt(ssh, lambda: ssh.auth_password(self._profile.user, password)):
                return
        refused = (
            f"login refused with {' and '.join(tried)}" if tried else "the profile has no key and no password"
        )
        raise Undeliverable(f"{where}: {refused}; check user, key and password with the partner")

    @staticmethod
    def _attempt(ssh: paramiko.Transport, log_in: Callable[[], object]) -> bool:
        try:
            log_in()
        except paramiko.AuthenticationException as fault:
            if not ssh.is_active() or "timeout" in str(fault):  # no answer, not a refusal
                raise paramiko.SSHException("the connection ended during login") from fault
        return ssh.is_authenticated()

    def _secret(self, reference: str) -> bytes | str:
        return self._secrets(reference)


class Sessions:
    """The sessions of a process, one for each endpoint and login: partners behind one server share it."""

    def __init__(self, breakers: Breakers | None = None) -> None:
        self._breakers = breakers or Breakers()
        self._open: dict[Hashable, SftpSession] = {}
        self._lock = threading.Lock()

    def session(
        self, transport: Transport, secrets: Secrets, timeout_seconds: float, grace_seconds: float
    ) -> SftpSession:
        """Return the session of a profile's endpoint; nothing is connected yet."""
        to, login = (transport.host.casefold(), transport.port, transport.host_key), transport.user
        endpoint = (to, login, transport.key, transport.password, timeout_seconds, grace_seconds)
        with self._lock:
            if endpoint not in self._open:
                breaker = self._breakers.of(f"{login}@{transport.host}:{transport.port}")
                self._open[endpoint] = SftpSession(
                    transport, secrets, timeout_seconds, grace_seconds, breaker
                )
            return self._open[endpoint]


def open_ssh(
    host: str, port: int, timeout_seconds: float, host_keys: tuple[str, ...] = ()
) -> paramiko.Transport:
    """Connect and agree on keys, without a login and without trust. Raises OSError or SSHException."""
    sock = socket.create_connection((host, port), timeout=timeout_seconds)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ssh = paramiko.Transport(sock)
    except BaseException:
        sock.close()
        raise
    hush(ssh)
    ssh.banner_timeout = ssh.auth_timeout = ssh.handshake_timeout = timeout_seconds
    if host_keys:
        ssh.get_security_options().key_types = host_keys
    try:
        ssh.start_client(timeout=timeout_seconds)
    except BaseException:
        shut(ssh)
        raise
    return ssh


def shut(ssh: paramiko.Transport) -> None:
    """Close a connection and wait for its thread, so that nothing of it outlives the call."""
    ssh.close()
    ssh.join(5.0)
    ssh.sock.close()


def scan_host_key(host: str, port: int = 22, timeout_seconds: float = 15.0) -> str:
    """Return the fingerprint of the key that a server shows, for comparing with what the partner said.

    Raises Retryable when it cannot be reached.
    """
    with reaching(f"{host}:{port}"):
        ssh = open_ssh(host, port, timeout_seconds)
        try:
            return fingerprint(ssh.get_remote_server_key())
        finally:
            shut(ssh)


@contextmanager
def reaching(where: str) -> Iterator[None]:
    """Turn the faults of connecting into the two exceptions that a mailbox may raise."""
    try:
        yield
    except IncompatiblePeer as fault:
        raise Undeliverable(f"{where}: no common algorithms: {fault}") from fault
    except ConfigError as fault:
        raise Undeliverable(f"{where}: {fault}") from fault
    except (OSError, EOFError, paramiko.SSHException) as fault:
        raise Retryable(f"{where}: cannot connect: {fault or type(fault).__name__}") from fault
