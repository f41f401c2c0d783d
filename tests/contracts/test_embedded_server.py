"""The embedded server's own promises: uploads whole or unseen, nobody out of their folders."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from hub.transports.limits import Limits
from hub.transports.server import EmbeddedMailbox
from tests.support.sftp import Embedded, embedded_server, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Embedded]:
    with embedded_server(tmp_path) as running:
        yield running


def inbox(server: Embedded) -> list[str]:
    return sorted(path.name for path in (server.home / "in").iterdir())


def test_an_upload_is_invisible_to_the_hub_until_it_is_closed(server: Embedded) -> None:
    mailbox = EmbeddedMailbox(server.root, "acme")
    with server.client() as client, client.open("/in/a.csv", "wb") as file:
        file.write(b"half,")
        file.flush()
        assert client.stat("/in/a.csv").st_size == 5
        assert client.listdir("/in") == ["a.csv"]
        assert inbox(server) == []
        assert mailbox.list_ready() == []
        file.write(b"whole\n")
    assert [ready.name for ready in mailbox.list_ready()] == ["a.csv"]
    assert server.uploads == [("acme", "a.csv")]
    assert server.actions()[:2] == ["login", "upload"]


def test_an_upload_cut_off_is_never_shown_and_can_be_resumed(server: Embedded) -> None:
    data = os.urandom(100_000)
    with server.client() as client:
        file = client.open("/in/a.bin", "wb")
        file.write(data[:60_000])
        file.flush()
        client.get_channel().get_transport().close()
    wait_for(lambda: "upload_interrupted" in server.actions())
    assert inbox(server) == []
    with server.client() as client:
        there = client.stat("/in/a.bin").st_size
        assert there == 60_000
        with pytest.raises(OSError, match="Permission denied"):
            client.rename("/in/a.bin", "/in/b.bin")
        with client.open("/in/a.bin", "ab") as file:
            file.write(data[there:])
    assert (server.home / "in" / "a.bin").read_bytes() == data
    assert not list((server.home / ".uploads").iterdir())


def test_a_client_may_use_a_temporary_name_of_its_own(server: Embedded) -> None:
    mailbox = EmbeddedMailbox(server.root, "acme")
    with server.client() as client:
        client.open("/in/a.edi.tmp", "wb").close()
        with client.open("/in/a.edi.tmp", "wb") as file:
            file.write(b"x\n")
        assert mailbox.list_ready() == []
        client.rename("/in/a.edi.tmp", "/in/a.edi")
    assert [file.name for file in mailbox.list_ready()] == ["a.edi"]
    assert server.uploads[-1] == ("acme", "a.edi")


def test_a_rename_while_the_upload_is_open_moves_the_upload(server: Embedded) -> None:
    with server.client() as client:
        with client.open("/in/a.part", "wb") as file:
            file.write(b"x\n")
            client.posix_rename("/in/a.part", "/in/a.edi")
            assert inbox(server) == []
        assert inbox(server) == ["a.edi"]


def test_a_rename_onto_an_open_upload_ends_that_one(server: Embedded) -> None:
    with server.client() as client:
        other = client.open("/in/a.edi", "wb")
        other.write(b"half of the ot")
        other.flush()
        with client.open("/in/a.part", "wb") as file:
            file.write(b"first ")
            client.rename("/in/a.part", "/in/a.edi")
            client.rename("/in/a.edi", "/in/a.edi")
            other.close()
            assert inbox(server) == []
            file.write(b"and rest\n")
        assert (server.home / "in" / "a.edi").read_bytes() == b"first and rest\n"
        assert client.listdir("/in") == ["a.edi"]


def test_a_name_can_be_uploaded_again_and_keeps_its_old_bytes_until_then(server: Embedded) -> None:
    with server.client() as client:
        for data in (b"first, longer\n", b"second\n"):
            with client.open("/in/a.csv", "wb") as file:
                file.write(data)
                file.flush()
                if data.startswith(b"second"):
                    assert (server.home / "in" / "a.csv").read_bytes() == b"first, longer\n"
        assert (server.home / "in" / "a.csv").read_bytes() == b"second\n"


def test_a_second_upload_of_the_same_name_takes_over(server: Embedded) -> None:
    with server.client() as dead, server.client() as back:
        old = dead.open("/in/a.csv", "wb")
        old.write(b"old")
        old.flush()
        with back.open("/in/a.csv", "wb") as file:
            file.write(b"new\n")
        old.set_pipelined(False)
        with pytest.raises(OSError, match="Failure"):
            old.write(b" and late" * 10_000)
        with pytest.raises(OSError, match="Failure"):
            dead._request(paramiko.sftp.CMD_CLOSE, old.handle)
    assert (server.home / "in" / "a.csv").read_bytes() == b"new\n"


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with embedded_server(tmp_path, Limits(max_bytes=100_000)) as server, server.client() as client:
        file = client.open("/in/huge.bin", "wb")
        with pytest.raises(OSError, match="Failure"):
            file.write(b"x" * 100_001)
        with pytest.raises(OSError, match="Failure"):
            client._request(paramiko.sftp.CMD_CLOSE, file.handle)
        assert inbox(server) == []
        assert not list((server.home / ".uploads").iterdir())
        assert "upload_refused" in server.actions()


def test_downloads_and_collecting_are_told(server: Embedded, tmp_path: Path) -> None:
    mailbox = EmbeddedMailbox(server.root, "acme")
    mailbox.deliver("997.edi", b"ISA")
    (server.home / "out" / ".half.tmp").write_bytes(b"I")
    with server.client() as client:
        assert client.listdir("/out") == ["997.edi"]
        client.get("/out/997.edi", str(tmp_path / "997.edi"))
        client.remove("/out/997.edi")
    told = [(event.action, event.path, event.size) for event in server.events]
    assert told[1:3] == [("download", "/out/997.edi", 3), ("remove", "/out/997.edi", 3)]
    assert all(event.account == "acme" and event.address == "127.0.0.1" for event in server.events)


def test_links_and_dots_lead_nowhere(server: Embedded, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (server.home / "out" / "link").symlink_to(tmp_path / "secret")
    (server.home / "in" / "link").symlink_to(tmp_path / "secret")
    (server.root / "other" / "out").mkdir(parents=True)
    (server.root / "other" / "out" / "theirs").write_bytes(b"theirs")
    with server.client() as client:
        assert client.listdir("/") == ["in", "out", "archive"]
        assert client.listdir("/out") == []
        assert client.normalize("../../..") == "/"
        for path in ("/out/link", "/in/link", "/out/../../other/out/theirs", "/out//../../../../etc/passwd"):
            with pytest.raises(OSError, match=r"Failure|No such file"):
                client.open(path, "rb")
        for path in (
            "/../other/out/x",
            "/x",
            "/in/sub/x",
            "/in/..",
            "/in/a\\b",
            "/in/a\nb",
            "/in/" + "n" * 250,
        ):
            with pytest.raises(OSError, match=r"No such file|Permission denied|Failure"):
                client.open(path, "wb")
        with pytest.raises(OSError, match="unsupported"):
            client.symlink("/etc/passwd", "/in/x")
        with client.open("/in/link", "wb") as file:  # the link is replaced, never written through
            file.write(b"mine")
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert not (server.home / "in" / "link").is_symlink()


@pytest.mark.parametrize("path", ["/out/x", "/archive/x", "/x"])
def test_only_in_can_be_written(server: Embedded, path: str) -> None:
    with server.client() as client, pytest.raises(OSError, match=r"Permission denied|No such file"):
        client.open(path, "wb")


def test_renames_stay_where_they_may_and_never_replace_deliveries(server: Embedded) -> None:
    for name in ("a", "b"):
        (server.home / "out" / name).write_bytes(name.encode())
    with server.client() as client:
        with pytest.raises(OSError, match="Permission denied"):
            client.rename("/out/a", "/in/a")
        with pytest.raises(OSError, match="Failure"):
            client.posix_rename("/out/a", "/out/b")
        client.rename("/out/a", "/archive/a")
    assert (server.home / "out" / "b").read_bytes() == b"b"
    assert (server.home / "archive" / "a").read_bytes() == b"a"


def test_the_host_key_is_made_once_and_private(tmp_path: Path) -> None:
    with embedded_server(tmp_path) as server:
        first = server.server.fingerprint
    assert stat.S_IMODE((tmp_path / "host_key").stat().st_mode) == 0o600
    with embedded_server(tmp_path) as server:
        assert server.server.fingerprint == first


def test_stop_ends_every_thread_and_start_opens_the_same_port(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with embedded_server(tmp_path) as server:
        port = server.server.port
        with server.client() as client:
            client.listdir("/in")
            server.server.stop()
            assert set(threading.enumerate()) - before <= {client.get_channel().get_transport()}
        server.server.start()
        assert server.server.port == port
        with server.client() as client:
            assert client.listdir("/in") == []


def test_parts_that_nobody_resumed_are_dropped_at_the_next_start(tmp_path: Path) -> None:
    with embedded_server(tmp_path) as server, server.client() as client:
        client.listdir("/in")
    parts = server.home / ".uploads"
    for name, at in (("old.bin", 1_700_000_000), ("new.bin", None)):
        (parts / name).write_bytes(b"x")
        if at:
            os.utime(parts / name, (at, at))
    with embedded_server(tmp_path):
        assert [path.name for path in parts.iterdir()] == ["new.bin"]


def test_parts_that_nobody_resumed_are_named_and_then_dropped_while_the_server_runs(tmp_path: Path) -> None:
    with embedded_server(tmp_path, clear_seconds=0.1) as server:
        mailbox = EmbeddedMailbox(server.root, "acme")
        part = server.home / ".uploads" / "a.edi"
        part.write_bytes(b"half")
        mailbox.list_ready()
        assert mailbox.stuck() == []
        hours = time.time() - 2 * 3_600
        os.utime(part, (hours, hours))
        (stuck,) = mailbox.stuck()
        assert (stuck.name, stuck.why) == ("a.edi", "the upload broke off and was not resumed")
        assert stuck.seconds >= 7_200
        week = time.time() - 8 * 86_400
        os.utime(part, (week, week))
        wait_for(lambda: not part.exists())
        assert mailbox.stuck() == []
