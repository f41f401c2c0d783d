"""The embedded server as OpenSSH's own client sees it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.sftp import Embedded, embedded_server, wait_for

pytestmark = pytest.mark.sftp


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Embedded]:
    with embedded_server(tmp_path) as running:
        yield running


def options(server: Embedded) -> list[str]:
    """Return options that pin the host key and use the client key alone, as a careful partner would."""
    known = server.root.parent / "known_hosts"
    public = (server.root.parent / "host_key.pub").read_text()
    known.write_text(f"[127.0.0.1]:{server.server.port} {public}")
    settings = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "IdentityFile": str(server.key_path),
        "UserKnownHostsFile": str(known),
        "StrictHostKeyChecking": "yes",
        "ExitOnForwardFailure": "yes",
    }
    return ["-F", "none", *(f"-o{key}={value}" for key, value in settings.items())]


def sftp(server: Embedded, *commands: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sftp", *options(server), "-P", str(server.server.port), "-b", "-", "acme@127.0.0.1"],
        input="\n".join(commands) + "\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def ssh(server: Embedded, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["ssh", *options(server), "-p", str(server.server.port)]
    return subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_put_rename_list_get_and_remove(server: Embedded, tmp_path: Path) -> None:
    data = os.urandom(300_000)
    (tmp_path / "order.edi").write_bytes(data)
    (server.home / "out" / "997.edi").write_bytes(b"ISA...")
    done = sftp(
        server,
        f"put -p {tmp_path}/order.edi /in/order.edi.tmp",
        "rename /in/order.edi.tmp /in/order.edi",
        "ls -l /in",
        "cd /out",
        f"get 997.edi {tmp_path}/997.edi",
        "rm 997.edi",
    )
    assert done.returncode == 0, done.stderr
    assert "order.edi" in done.stdout
    assert (server.home / "in" / "order.edi").read_bytes() == data
    assert (tmp_path / "997.edi").read_bytes() == b"ISA..."
    assert list((server.home / "out").iterdir()) == []
    assert server.uploads == [("acme", "order.edi.tmp"), ("acme", "order.edi")]


def test_an_interrupted_upload_is_resumed(server: Embedded, tmp_path: Path) -> None:
    data = os.urandom(200_000)
    (tmp_path / "order.edi").write_bytes(data)
    with server.client() as client:
        file = client.open("/in/order.edi", "wb")
        file.write(data[:120_000])
        file.flush()
        client.get_channel().get_transport().close()
    wait_for(lambda: "upload_interrupted" in server.actions())
    assert list((server.home / "in").iterdir()) == []
    done = sftp(server, f"reput {tmp_path}/order.edi /in/order.edi")
    assert done.returncode == 0, done.stderr
    assert (server.home / "in" / "order.edi").read_bytes() == data


@pytest.mark.parametrize(
    "command", ["mkdir /in/x", "symlink /etc /in/x", "rm /archive/a", "put {f} /out/x", "put {f} /x"]
)
def test_what_is_not_allowed_fails(server: Embedded, tmp_path: Path, command: str) -> None:
    (tmp_path / "f").write_bytes(b"x")
    assert sftp(server, command.format(f=tmp_path / "f")).returncode == 1


def test_dots_lead_nowhere(server: Embedded, tmp_path: Path) -> None:
    done = sftp(server, "cd ../../..", "pwd", "ls ..", f"-get ../../../etc/passwd {tmp_path}/stolen")
    assert "Remote working directory: /\n" in done.stdout
    assert not (tmp_path / "stolen").exists()


def test_no_shell_no_command_no_forwarding(server: Embedded) -> None:
    command = ssh(server, "acme@127.0.0.1", "id")
    assert command.returncode != 0
    assert "uid" not in command.stdout
    assert ssh(server, "-R", "0:127.0.0.1:9", "-N", "acme@127.0.0.1").returncode == 255


def test_the_host_key_is_what_ssh_keyscan_shows(server: Embedded) -> None:
    found = subprocess.run(
        ["ssh-keyscan", "-p", str(server.server.port), "127.0.0.1"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout
    shown = subprocess.run(
        ["ssh-keygen", "-lf", "-"], input=found, capture_output=True, text=True, timeout=30, check=True
    ).stdout
    assert server.server.fingerprint in shown


def negotiated(server: Embedded, *arguments: str) -> tuple[int, str]:
    """Connect and return the exit code and what the client's log says of the algorithms."""
    done = ssh(server, "-v", *arguments, "-s", "acme@127.0.0.1", "sftp")
    return done.returncode, done.stderr


def test_the_clients_own_defaults_agree_on_what_is_modern(server: Embedded) -> None:
    _, said = negotiated(server)
    assert "Authenticated to 127.0.0.1" in said
    assert re.search(r"kex: algorithm: (mlkem768x25519-sha256|curve25519-sha256)", said)
    assert "kex: host key algorithm: ssh-ed25519" in said
    assert re.search(r"kex: server->client cipher: aes(128|256)-(gcm@openssh.com|ctr)", said)
    assert "resetting read seqnr" in said  # strict key exchange, the remedy of Terrapin


@pytest.mark.parametrize(
    ("option", "old"),
    [
        ("KexAlgorithms", "diffie-hellman-group1-sha1"),
        ("KexAlgorithms", "diffie-hellman-group14-sha1"),
        ("KexAlgorithms", "diffie-hellman-group-exchange-sha1"),
        ("Ciphers", "aes128-cbc"),
        ("Ciphers", "3des-cbc"),
        ("MACs", "hmac-sha1"),
        ("MACs", "hmac-md5"),
        ("HostKeyAlgorithms", "ssh-rsa"),
    ],
)
def test_old_algorithms_are_refused(server: Embedded, option: str, old: str) -> None:
    more = ["-oCiphers=aes256-ctr"] if option == "MACs" else []
    code, said = negotiated(server, f"-o{option}={old}", *more)
    assert code == 255
    assert "no matching" in said
    assert "login" not in server.actions()


@pytest.mark.parametrize("cipher", ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr"])
def test_what_is_offered_carries_files(server: Embedded, tmp_path: Path, cipher: str) -> None:
    data = os.urandom(300_000)
    (tmp_path / "a.bin").write_bytes(data)
    done = subprocess.run(
        [
            "sftp",
            *options(server),
            f"-oCiphers={cipher}",
            "-P",
            str(server.server.port),
            "-b",
            "-",
            "acme@127.0.0.1",
        ],
        input=f"put {tmp_path}/a.bin /in/a.bin\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (server.home / "in" / "a.bin").read_bytes() == data


def test_parallel_sessions_upload_at_the_same_time(server: Embedded, tmp_path: Path) -> None:
    data = {f"{number}.bin": os.urandom(400_000) for number in range(4)}
    for name, content in data.items():
        (tmp_path / name).write_bytes(content)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda name: sftp(server, f"put {tmp_path}/{name} /in/{name}"), data))
    assert [one.returncode for one in done] == [0] * 4
    assert {path.name: path.read_bytes() for path in (server.home / "in").iterdir()} == data
