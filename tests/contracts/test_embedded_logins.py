"""The door of the embedded server: logins, bans, limits, and what is said to strangers."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paramiko
import pytest

from hub.transports.limits import Limits
from tests.support.sftp import PASSWORD, Embedded, embedded_server, ssh_to, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Embedded]:
    with embedded_server(tmp_path) as running:
        yield running


def test_no_shell_no_command_no_forwarding(server: Embedded) -> None:
    with ssh_to(server.server.port) as ssh:
        ssh.auth_password("acme", PASSWORD)
        for ask in (lambda c: c.exec_command("id"), lambda c: c.invoke_shell(), lambda c: c.get_pty()):
            channel = ssh.open_session()
            with pytest.raises(paramiko.SSHException):
                ask(channel)
            channel.close()
        with pytest.raises(paramiko.ChannelException):
            ssh.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))
        with pytest.raises(paramiko.SSHException):
            ssh.request_port_forward("127.0.0.1", 0)


def test_old_algorithms_are_not_offered(server: Embedded) -> None:
    with ssh_to(server.server.port) as ssh:
        assert ssh.remote_version == "SSH-2.0-partner-hub"
    ssh = paramiko.Transport(socket.create_connection(("127.0.0.1", server.server.port)))
    ssh.set_log_channel("hub.transports.wire")
    ssh.get_security_options().ciphers = ("aes128-cbc", "3des-cbc")
    with pytest.raises(paramiko.SSHException):
        ssh.start_client(timeout=10)
    ssh.close()
    ssh.join(5)
    ssh.sock.close()


@pytest.mark.parametrize(
    ("user", "password"), [("acme", "wrong"), ("nobody", PASSWORD), ("../acme", PASSWORD), ("", "")]
)
def test_a_wrong_login_is_refused_and_told(server: Embedded, user: str, password: str) -> None:
    with ssh_to(server.server.port) as ssh, pytest.raises(paramiko.AuthenticationException):
        ssh.auth_password(user, password)
    assert server.actions() == ["login_refused"]


def test_failures_bring_a_ban_that_ends(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 13, 9, 30, tzinfo=UTC)]
    limits = Limits(ban_failures=3, ban_seconds=900)
    with embedded_server(tmp_path, limits, clock=lambda: now[0]) as server:
        for _ in range(3):
            with ssh_to(server.server.port) as ssh, pytest.raises(paramiko.AuthenticationException):
                ssh.auth_password("acme", "wrong")
        assert server.actions() == ["login_refused"] * 3 + ["banned"]
        with pytest.raises((paramiko.SSHException, OSError, EOFError)), ssh_to(server.server.port):
            pass
        wait_for(lambda: "connection_refused" in server.actions())
        now[0] += timedelta(seconds=901)
        with server.client() as client:
            assert client.listdir("/in") == []


def test_too_many_attempts_end_the_connection(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(login_attempts=2)) as server, ssh_to(server.server.port) as ssh:
        for _ in range(3):
            with pytest.raises((paramiko.SSHException, EOFError)):
                ssh.auth_password("acme", "wrong")
        wait_for(lambda: not ssh.is_active())
        assert server.actions() == ["login_refused"] * 2


def test_too_many_connections_are_refused(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(connections=1)) as server:
        refused = pytest.raises((paramiko.SSHException, OSError, EOFError))
        with server.client(), refused, ssh_to(server.server.port):
            pass
        wait_for(lambda: "disconnected" in server.actions())
        with server.client() as client:
            assert client.listdir("/in") == []


def test_sessions_of_one_connection_are_bounded_and_can_be_opened_again(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(sessions=2)) as server, ssh_to(server.server.port) as ssh:
        ssh.auth_password("acme", PASSWORD)
        first, second = ssh.open_sftp_client(), ssh.open_sftp_client()
        with pytest.raises(paramiko.ChannelException):
            ssh.open_sftp_client()
        first.close()
        second.close()
        wait_for(lambda: not _handlers())
        third = ssh.open_sftp_client()
        assert third.listdir("/in") == []
        third.close()


def _handlers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, paramiko.SFTPServer)]


def test_sleepers_and_those_who_never_log_in_are_hung_up_on(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 13, 9, 30, tzinfo=UTC)]
    with embedded_server(tmp_path, clock=lambda: now[0]) as server:
        with ssh_to(server.server.port) as ssh:
            now[0] += timedelta(seconds=31)
            wait_for(lambda: not ssh.is_active())
        with ssh_to(server.server.port) as ssh:
            ssh.auth_password("acme", PASSWORD)
            client = ssh.open_sftp_client()
            now[0] += timedelta(seconds=600)
            assert client.listdir("/in") == []
            now[0] += timedelta(seconds=901)
            wait_for(lambda: not ssh.is_active())
            client.close()


def test_nonsense_on_the_wire_harms_nobody(server: Embedded) -> None:
    for nonsense in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"SSH-2.0-x\r\n" + os.urandom(4096),
        os.urandom(100_000),
    ):
        with (
            socket.create_connection(("127.0.0.1", server.server.port), timeout=5) as sock,
            suppress(OSError),
        ):
            sock.sendall(nonsense)
    with server.client() as client:
        claim = struct.pack(">I", 0xFFFF_FFF0)
        client.get_channel().sendall(claim)
        wait_for(lambda: client.get_channel().closed or client.get_channel().eof_received)
    with server.client() as client:
        for kind in (0, 3, 5, 6, 9, 12, 20, 200, 255):
            with suppress(OSError, EOFError, paramiko.SFTPError):
                client._request(kind, b"\xff\xfe", os.urandom(40))
        assert client.listdir("/in") == []
