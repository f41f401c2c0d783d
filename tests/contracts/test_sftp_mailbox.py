"""The SFTP mailbox beyond the contract: trust, login, and lines that break at the worst moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.model.errors import Retryable, Undeliverable
from hub.transports import sftp_session
from hub.transports.keys import generate_key
from hub.transports.sftp import SftpMailbox
from hub.transports.sftp_session import Sessions, scan_host_key
from tests.support.sftp import PASSWORD, CuttingProxy, Embedded, embedded_server, free_port, wait_for

OTHER = "SHA256:" + "A" * 43


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Embedded]:
    with embedded_server(tmp_path) as running:
        yield running


@pytest.fixture
def line(server: Embedded) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(server.server.port)
    yield proxy
    proxy.close()


def mailbox(server: Embedded, **changes: object) -> SftpMailbox:
    settings = {"settle_seconds": 0.0} | changes
    return SftpMailbox(server.transport(**settings), server.secrets, timeout_seconds=5.0)


def test_an_unknown_host_key_fails_closed_and_says_what_was_offered(server: Embedded) -> None:
    stranger = mailbox(server, host_key=(OTHER,))
    with pytest.raises(Undeliverable) as refused:
        stranger.list_ready()
    assert server.server.fingerprint in str(refused.value)
    assert OTHER in str(refused.value)
    assert "login" not in server.actions()


def test_no_pinned_host_key_is_no_trust(server: Embedded) -> None:
    with pytest.raises(Undeliverable, match="pinned none"):
        mailbox(server, host_key=()).list_ready()


def test_two_host_keys_are_trusted_while_one_is_rotated(server: Embedded) -> None:
    both = mailbox(server, host_key=(OTHER, server.server.fingerprint))
    assert both.list_ready() == []
    both.close()


def test_scan_shows_the_fingerprint(server: Embedded) -> None:
    assert scan_host_key("127.0.0.1", server.server.port) == server.server.fingerprint
    with pytest.raises(Retryable, match="cannot connect"):
        scan_host_key("127.0.0.1", free_port())


def test_a_wrong_key_is_undeliverable(server: Embedded, tmp_path: Path) -> None:
    generate_key(tmp_path / "other")
    transport = server.transport(key="file:other")
    with pytest.raises(Undeliverable, match="login refused with key SHA256:"):
        SftpMailbox(transport, lambda _: (tmp_path / "other").read_bytes()).list_ready()
    wait_for(lambda: server.events)
    assert [(event.action, event.account) for event in server.events] == [("login_refused", "acme")]


def test_a_wrong_password_is_undeliverable(server: Embedded) -> None:
    with pytest.raises(Undeliverable, match="login refused with password"):
        SftpMailbox(server.transport(key="", password="env:P"), lambda _: "wrong").list_ready()


def test_what_is_no_key_is_undeliverable(server: Embedded) -> None:
    with pytest.raises(Undeliverable, match="file:key: not a private key"):
        SftpMailbox(server.transport(), lambda _: b"-----BEGIN NONSENSE-----\n").list_ready()


def test_the_password_is_tried_after_the_key(server: Embedded, tmp_path: Path) -> None:
    generate_key(tmp_path / "other")
    secrets = {"file:other": (tmp_path / "other").read_bytes(), "env:P": PASSWORD.encode() + b"\n"}
    both = SftpMailbox(server.transport(key="file:other", password="env:P"), secrets.__getitem__)
    assert both.list_ready() == []
    both.close()
    assert "login_refused" not in server.actions()


def test_a_server_that_is_away_is_retryable(server: Embedded) -> None:
    with pytest.raises(Retryable, match="cannot connect"):
        mailbox(server, port=free_port()).deliver("a.edi", b"x")


def test_one_session_serves_many_requests_and_comes_back_after_a_restart(server: Embedded) -> None:
    box = mailbox(server)
    for number in range(5):
        box.deliver(f"{number}.edi", b"x")
        box.list_ready()
    assert server.actions().count("login") == 1
    server.server.stop()
    server.server.start()
    assert box.list_ready() == []
    assert box.deliver("again.edi", b"x") == "again.edi"
    assert server.actions().count("login") == 2
    box.close()


@pytest.mark.parametrize("size", [20_000, 200_000, 900_000])
def test_a_delivery_cut_off_shows_nothing_and_succeeds_later(
    server: Embedded, line: CuttingProxy, size: int
) -> None:
    data = os.urandom(1_000_000)
    box = mailbox(server, port=line.port)
    box.list_ready()
    line.cut_after("up", size)
    with pytest.raises(Retryable):
        box.deliver("a.bin", data)
    assert list((server.home / "in").iterdir()) == []
    line.mend()
    assert box.deliver("a.bin", data) == "a.bin"
    assert [path.read_bytes() for path in (server.home / "in").iterdir()] == [data]
    box.close()


def test_a_cut_at_any_request_of_a_delivery_never_doubles_or_loses_it(
    server: Embedded, line: CuttingProxy
) -> None:
    data = b"ISA*..."
    box = mailbox(server, port=line.port)
    box.list_ready()
    for step in range(12):
        name = f"{step}.edi"
        line.cut_after("down", 30 + 50 * step)
        for _ in range(3):
            try:
                box.deliver(name, data)
                break
            except Retryable:
                line.mend()
        line.mend()
        assert [path.name for path in (server.home / "in").glob(f"{step}*")] == [name]
        assert (server.home / "in" / name).read_bytes() == data
    assert not list((server.home / "in").glob(".*"))
    box.close()


def test_a_fetch_cut_off_leaves_nothing_and_succeeds_later(
    server: Embedded, line: CuttingProxy, tmp_path: Path
) -> None:
    data, spool = os.urandom(1_000_000), tmp_path / "spool"
    spool.mkdir()
    (server.home / "out" / "a.bin").write_bytes(data)
    box = mailbox(server, port=line.port)
    (file,) = box.list_ready()
    line.cut_after("down", 300_000)
    with pytest.raises(Retryable, match="connection lost"):
        box.fetch(file, spool)
    assert list(spool.iterdir()) == []
    line.mend()
    fetched = box.fetch(file, spool)
    assert fetched is not None
    assert fetched.path.read_bytes() == data
    box.close()


def test_direct_writing_never_writes_over_a_file(server: Embedded) -> None:
    box = mailbox(server, write="direct")
    assert box.deliver("a.edi", b"one") == "a.edi"
    assert box.deliver("a.edi", b"two") == "a-1.edi"
    assert box.deliver("a.edi", b"two") == "a-1.edi"
    assert (server.home / "in" / "a.edi").read_bytes() == b"one"
    box.close()


def test_without_an_archive_a_released_file_is_deleted(server: Embedded) -> None:
    (server.home / "out" / "a.csv").write_bytes(b"x\n")
    box = mailbox(server, archive="")
    (file,) = box.list_ready()
    box.release(file)
    assert list((server.home / "out").iterdir()) == []
    box.close()


def test_partners_behind_one_server_share_a_session_and_others_do_not(server: Embedded) -> None:
    pool = Sessions()
    boxes = [
        SftpMailbox(server.transport(include=(pattern,)), server.secrets, sessions=pool)
        for pattern in ("a*", "b*")
    ]
    for box in boxes:
        assert box.list_ready() == []
    assert server.actions().count("login") == 1
    boxes[0].close()
    assert boxes[1].list_ready() == []
    assert server.actions().count("login") == 2
    other = SftpMailbox(server.transport(key="", password="env:PASSWORD"), server.secrets, sessions=pool)
    assert other.list_ready() == []
    assert server.actions().count("login") == 3
    for box in (*boxes, other):
        box.close()


def test_a_session_is_kept_alive(
    server: Embedded, line: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp_session, "KEEPALIVE_SECONDS", 1)
    box = mailbox(server, port=line.port)
    box.list_ready()
    line.cut_after("up", 1_000_000)
    wait_for(lambda: line.left["up"] < 1_000_000)  # nobody asked for anything
    assert box.list_ready() == []
    assert server.actions().count("login") == 1
    box.close()
