"""100 MB over SFTP, up and down: our server beside OpenSSH's, and our client beside OpenSSH's, within one run.

OpenSSH's own client talks to both servers, and both clients to OpenSSH's server, so that each ratio has one
difference only. Rounds alternate, the best of each counts; files are checked after each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from hub.transports.limits import Limits
from hub.transports.port import RemoteFile
from hub.transports.sftp import SftpMailbox
from tests.support.sftp import Embedded, OpenSsh, embedded_server, openssh_server

MEGABYTES = 100
ROUNDS = 3


class Transfer(Struct, frozen=True):
    """The best MB/s of each side in one direction; `ratio` is ours by OpenSSH's."""

    what: str
    ours: float
    openssh: float

    @property
    def ratio(self) -> float:
        """Return how fast we are beside OpenSSH."""
        return self.ours / self.openssh


def is_possible() -> bool:
    """Tell whether OpenSSH's server and client are here."""
    return bool(shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin") and shutil.which("sftp"))


def measure(folder: Path) -> list[Transfer]:
    """Return the four comparisons: server and client, up and down."""
    data = folder / "data.bin"
    data.write_bytes(os.urandom(MEGABYTES * 1_000_000))
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    limits = Limits(max_bytes=1_000_000_000, quota_bytes=10_000_000_000, connects_per_minute=10_000)
    with embedded_server(folder / "a", limits) as ours, openssh_server(folder / "b") as theirs:
        shutil.copy(data, ours.home / "out" / "down.bin")
        shutil.copy(data, theirs.folder / "outbound" / "down.bin")
        return _servers(ours, theirs, data) + _clients(theirs, data)


def _servers(ours: Embedded, theirs: OpenSsh, data: Path) -> list[Transfer]:
    """Compare the servers by OpenSSH's client."""
    back = data.with_name("back.bin")
    user = theirs.transport().user
    at_ours = ["-P", str(ours.server.port), "-i", str(ours.key_path), "acme@127.0.0.1"]
    at_theirs = ["-P", str(theirs.port), "-i", str(theirs.key_path), f"{user}@127.0.0.1"]
    inbound, outbound = theirs.folder / "inbound", theirs.folder / "outbound"
    up = _contest(
        "server, upload",
        lambda: _sftp(at_ours, f"put {data} /in/up.bin", ours.home / "in" / "up.bin"),
        lambda: _sftp(at_theirs, f"put {data} {inbound}/up.bin", inbound / "up.bin"),
    )
    down = _contest(
        "server, download",
        lambda: _sftp(at_ours, f"get /out/down.bin {back}", back),
        lambda: _sftp(at_theirs, f"get {outbound}/down.bin {back}", back),
    )
    return [up, down]


def _clients(theirs: OpenSsh, data: Path) -> list[Transfer]:
    """Compare the clients at OpenSSH's server; ours writes, checks the size, renames, as a delivery does."""
    settings = theirs.transport(settle_seconds=0.0, verify="size", max_bytes=1_000_000_000)
    box = SftpMailbox(settings, theirs.secrets)
    back, content = data.with_name("back.bin"), data.read_bytes()
    inbound, outbound = theirs.folder / "inbound", theirs.folder / "outbound"
    login = ["-P", str(theirs.port), "-i", str(theirs.key_path), f"{settings.user}@127.0.0.1"]
    status = (outbound / "down.bin").stat()
    listed = RemoteFile("down.bin", status.st_size, float(int(status.st_mtime)))

    def fetch() -> None:
        fetched = box.fetch(listed, data.parent)
        assert fetched is not None
        _remove_whole(fetched.path)

    def deliver() -> None:
        _remove_whole(inbound / box.deliver("ours.bin", content))

    box.list_ready()  # connects
    try:
        up = _contest(
            "client, upload",
            deliver,
            lambda: _sftp(login, f"put {data} {inbound}/up.bin", inbound / "up.bin"),
        )
        down = _contest(
            "client, download", fetch, lambda: _sftp(login, f"get {outbound}/down.bin {back}", back)
        )
    finally:
        box.close()
    return [up, down]


def _contest(what: str, ours: Callable[[], None], openssh: Callable[[], None]) -> Transfer:
    """Run both in turn and return the best speed of each."""
    best = [0.0, 0.0]
    for _ in range(ROUNDS):
        for side, run in enumerate((ours, openssh)):
            began = time.perf_counter()
            run()
            best[side] = max(best[side], MEGABYTES / (time.perf_counter() - began))
    return Transfer(what, best[0], best[1])


def _sftp(login: list[str], command: str, arrives: Path) -> None:
    """Let OpenSSH's client do one thing, login included; the file must have come whole."""
    quiet = [
        "-oStrictHostKeyChecking=no",
        "-oUserKnownHostsFile=/dev/null",
        "-oBatchMode=yes",
        "-oLogLevel=ERROR",
    ]
    subprocess.run(
        ["sftp", "-F", "none", *quiet, "-b", "-", *login],
        input=command + "\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    _remove_whole(arrives)


def _remove_whole(path: Path) -> None:
    assert path.stat().st_size == MEGABYTES * 1_000_000
    path.unlink()
