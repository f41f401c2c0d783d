"""A PostgreSQL of a test's own, that may be stopped, killed and started while something works on it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.sftp import free_port

_OWNER = "postgres"  # PostgreSQL does not run as root


class OwnPostgres:
    """One cluster in a folder of its own, on a free port of this machine."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self.folder, self.port = programs, folder, free_port()
        self._as_owner = ["runuser", "-u", _OWNER, "--"] if os.getuid() == 0 else []
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=hub")

    @property
    def url(self) -> str:
        """Return where the hub finds it."""
        return f"postgresql://hub@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "start", "-w", "-s", "-l", str(self.folder / "log"), "-o", options)

    def stop(self, mode: str) -> None:
        """Stop: `fast` hangs up on everybody, `immediate` is a crash that it recovers from."""
        self._run("pg_ctl", "stop", "-w", "-s", "-m", mode)

    def say(self, statement: str) -> None:
        """Run a statement as the owner of all."""
        self._run("psql", "-q", "-c", statement, self.url, folder=False)

    def _run(self, program: str, *arguments: str, folder: bool = True) -> None:
        where = ["-D", str(self.folder)] if folder else []
        command = [*self._as_owner, str(self._programs / program), *where, *arguments]
        done = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/"
        )
        assert done.returncode == 0, done.stdout


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Give a running cluster and throw it away; skip where PostgreSQL is not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed: tools/postgres up installs it")
    folder = Path(tempfile.mkdtemp(prefix="hub-postgres-"))
    if os.getuid() == 0:
        owner = pwd.getpwnam(_OWNER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    cluster = OwnPostgres(programs[-1], folder)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder)
