"""What the embedded server puts up with: quotas, connections, bans in tables with an end; and what it writes down."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paramiko
import pytest

from hub.model.partner import Partner, Transport
from hub.settings.shape import SftpServer
from hub.transports import limits as tables
from hub.transports.audit import AuditEvent, AuditFile
from hub.transports.limits import Bans, Limits, Quota, Recent, Seats, neighbourhood
from hub.transports.opening import account_for
from hub.transports.pickup import Rules
from hub.transports.server import EmbeddedMailbox
from tests.support.sftp import PASSWORD, Embedded, embedded_server, ssh_to, wait_for

NOW = datetime(2026, 1, 13, 9, 30, tzinfo=UTC)


def upload(client: paramiko.SFTPClient, name: str, data: bytes) -> None:
    with client.open(f"/in/{name}", "wb") as file:
        file.set_pipelined(False)
        file.write(data)


def refusals(server: Embedded) -> list[str]:
    return [event.detail for event in server.events if event.action in {"refused", "connection_refused"}]


def test_an_account_leaves_so_many_bytes_and_no_more_until_we_picked_up(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(quota_bytes=100_000)) as server, server.client() as client:
        upload(client, "a.bin", bytes(60_000))
        with pytest.raises(OSError, match="Failure"):
            upload(client, "b.bin", bytes(60_000))
        wait_for(lambda: "upload_refused" in server.actions())
        assert [path.name for path in (server.home / "in").iterdir()] == ["a.bin"]
        assert not list((server.home / ".uploads").iterdir())
        mailbox = EmbeddedMailbox(server.root, "acme")
        (ready,) = mailbox.list_ready()
        mailbox.release(ready)
        upload(client, "b.bin", bytes(60_000))


def test_uploads_at_the_same_time_share_the_quota(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(quota_bytes=100_000)) as server, server.client() as client:
        first, second = client.open("/in/a.bin", "wb"), client.open("/in/b.bin", "wb")
        for file in (first, second):
            file.write(bytes(45_000))
            file.flush()
        with pytest.raises(OSError, match="Failure"):
            second.write(bytes(32_000))
        first.close()
        with suppress(OSError):
            second.close()
        assert [path.name for path in (server.home / "in").iterdir()] == ["a.bin"]


def test_an_account_leaves_so_many_files(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(quota_files=2)) as server, server.client() as client:
        upload(client, "a.bin", b"a")
        upload(client, "b.bin", b"b")
        with pytest.raises(OSError, match="Failure"):
            upload(client, "c.bin", b"c")
        assert refusals(server) == ["the account's quota is used up"]
        client.remove("/in/a.bin")
        upload(client, "c.bin", b"c")


def test_a_hole_in_a_file_counts_as_bytes(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(quota_bytes=100_000)) as server, server.client() as client:
        file = client.open("/in/sparse.bin", "wb")
        file.seek(10_000_000)
        with pytest.raises(OSError, match="Failure"):
            file.write(bytes(32_768))
        with suppress(OSError):
            file.close()


def test_a_profile_has_quotas_of_its_own(tmp_path: Path) -> None:
    transport = Transport(max_bytes=7, quota_bytes=70, quota_files=3)
    account = account_for(Partner(key="acme", name="Acme", transport=transport), lambda _: "")
    assert (account.max_bytes, account.quota_bytes, account.quota_files) == (7, 70, 3)
    small = Quota((tmp_path,), 70, 3)
    assert small.grow(70)
    assert not small.grow(71)
    assert SftpServer().quota_bytes == Limits().quota_bytes


def test_one_address_opens_so_many_connections(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(connections_per_address=1)) as server, server.client():
        with pytest.raises((paramiko.SSHException, OSError, EOFError)), ssh_to(server.server.port):
            pass
        assert refusals(server) == ["1 connections from this address are open"]


def test_strangers_do_not_take_all_places(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(strangers=1)) as server:
        refused = pytest.raises((paramiko.SSHException, OSError, EOFError))
        with server.client(), ssh_to(server.server.port), refused, ssh_to(server.server.port):
            pass
        assert refusals(server) == ["1 connections have not logged in yet"]


def test_one_account_opens_so_many_connections(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(connections_per_account=1)) as server:
        with server.client(), ssh_to(server.server.port) as ssh:
            ssh.auth_password("acme", PASSWORD)
            with pytest.raises(paramiko.ChannelException):
                ssh.open_sftp_client()
        wait_for(lambda: "disconnected" in server.actions())
        with server.client() as client:
            assert client.listdir("/in") == []
        assert refusals(server) == ["1 connections of the account are open"]


def test_one_address_connects_so_often_and_is_told_of_a_few_times(tmp_path: Path) -> None:
    now = [NOW]
    limits = Limits(connects_per_minute=2)
    with embedded_server(tmp_path, limits, clock=lambda: now[0]) as server:
        for _ in range(30):
            with suppress(paramiko.SSHException, OSError, EOFError), ssh_to(server.server.port):
                pass
        assert refusals(server) == ["more than 2 connections in a minute"] * 10
        now[0] += timedelta(seconds=61)
        with server.client() as client:
            assert client.listdir("/in") == []


def test_tables_of_addresses_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_REMEMBERED", 100)
    bans = Bans(Limits(ban_failures=2, ban_seconds=900))
    for number in range(1_000):
        address = f"192.0.{number // 250}.{number % 250}"
        assert not bans.record(address, NOW)
        assert bans.record(address, NOW)
    assert bans.is_banned("192.0.3.249", NOW)
    assert not bans.is_banned("192.0.0.1", NOW)
    assert len(bans._until) == 100
    bans.forget(NOW + timedelta(seconds=901))
    assert len(bans._until) == 0
    recent = Recent(2, 60.0)
    for number in range(1_000):
        recent.is_too_much(str(number), NOW)
    assert len(recent._times) == 100


def test_failures_that_are_long_ago_do_not_count() -> None:
    bans = Bans(Limits(ban_failures=3, ban_window_seconds=60))
    assert not any(bans.record("192.0.2.1", NOW + timedelta(seconds=40 * number)) for number in range(6))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_addresses_are_counted_as_their_owners_hold_them(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted


def test_a_seat_that_was_given_back_is_free() -> None:
    seats = Seats(1)
    assert seats.take("a")
    assert not seats.take("a")
    seats.give_back("a")
    assert seats.take("a")


def test_parallel_uploads_come_whole(tmp_path: Path) -> None:
    data = {f"{number}.bin": os.urandom(150_000 + number) for number in range(8)}
    with embedded_server(tmp_path) as server:

        def work(names: list[str]) -> None:
            with server.client() as client:
                files = [client.open(f"/in/{name}", "wb") for name in names]
                for start in range(0, 200_000, 30_000):  # in turn, within one session
                    for file, name in zip(files, names, strict=True):
                        file.write(data[name][start : start + 30_000])
                for file in files:
                    file.close()

        with ThreadPoolExecutor(3) as threads:
            list(threads.map(work, (list(data)[:3], list(data)[3:6], list(data)[6:])))
        mailbox = EmbeddedMailbox(server.root, "acme", Rules(settle_seconds=0.0))
        assert sorted(file.name for file in mailbox.list_ready()) == sorted(data)
        assert {path.name: path.read_bytes() for path in (server.home / "in").iterdir()} == data


def test_what_nobody_may_do_is_refused_and_written_down(tmp_path: Path) -> None:
    with embedded_server(tmp_path) as server, server.client() as client:
        for attempt in (
            lambda: client.mkdir("/in/x"),
            lambda: client.rmdir("/in"),
            lambda: client.symlink("/etc/passwd", "/in/x"),
        ):
            with pytest.raises(OSError, match="unsupported"):
                attempt()
        assert refusals(server) == ["no folders are made", "no folders are removed", "no links are made"]


def test_the_audit_is_a_line_of_json_each_and_turns_over(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / "audit" / "sftp.log", most_bytes=400, kept=2)
    for number in range(20):
        file.write(AuditEvent(NOW, "upload", "acme", "192.0.2.1", f"/in/{number}\n.edi", 7))
    names = sorted(path.name for path in (tmp_path / "audit").iterdir())
    assert names == ["sftp.log", "sftp.log.1", "sftp.log.2"]
    lines = [
        json.loads(line)
        for name in reversed(names)
        for line in (tmp_path / "audit" / name).read_bytes().splitlines()
    ]
    assert [line["path"] for line in lines] == [f"/in/{number}\n.edi" for number in range(20)][-len(lines) :]
    assert len(lines) > 4
    assert all(path.stat().st_size <= 400 for path in (tmp_path / "audit").iterdir())
    again = AuditFile(tmp_path / "audit" / "sftp.log", most_bytes=4_000, kept=2)
    again.write(AuditEvent(NOW, "login", "acme"))
    assert json.loads((tmp_path / "audit" / "sftp.log").read_bytes().splitlines()[-1])["action"] == "login"
