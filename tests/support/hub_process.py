"""The real hub in a process of its own, as `hub run` starts it, and the people who deal with it.

Partners come over SFTP with a client that is not ours (paramiko's, or OpenSSH's `sftp`); our own people work in
the practice Odoo through its API. Ports are free ones; the hub says in hub.json which.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import paramiko
from typer.testing import CliRunner

from hub.cli.main import app
from hub.demo.people import People
from hub.erp.odoo import OdooSettings
from hub.model.exchange import Exchange
from hub.store import Archive, LogQuery, Store
from hub.transports.keys import read_private_key
from tests.support.sftp import ssh_to

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 45.0
WAIT_SECONDS = 45.0

T = TypeVar("T")

SETTINGS = """
[sftp_server]
port = 0
[practice]
port = 0
[web]
port = 0
[poll]
erp = 0.3
mailbox = 0.5
"""


def until(look: Callable[[], T | None], what: str, seconds: float = WAIT_SECONDS) -> T:
    """Look until there is something, and return it; fail when it does not come in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds:.0f} seconds")


class SftpClient(Protocol):
    """What a partner does with an SFTP client."""

    def put(self, name: str, data: bytes) -> None: ...
    def names(self) -> list[str]: ...
    def take(self, name: str) -> bytes: ...


class HubProcess:
    """A hub's folder, and at most one process that works on it."""

    def __init__(self, root: Path, settings: str = SETTINGS, **environ: str) -> None:
        self.root, self._environ = root, environ
        root.mkdir(exist_ok=True)
        shutil.copytree(REPOSITORY / "partners", root / "partners")
        (root / "hub.toml").write_text(settings)
        self._process: subprocess.Popen[bytes] | None = None
        self.where: dict[str, Any] = {}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hub", *arguments]

    @property
    def environ(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        return {**ours, "HUB_ROOT": str(self.root), "COLUMNS": "200", **self._environ}

    def start(self) -> None:
        """Start and return when everything serves."""
        with (self.root / "hub.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command("run"), env=self.environ, stdout=log, stderr=log, cwd=self.root
            )
        self.where = until(self._whereabouts, "the hub starts", START_SECONDS)

    def _whereabouts(self) -> dict[str, Any] | None:
        assert self._process is not None
        assert self._process.poll() is None, (self.root / "hub.log").read_text()
        file = self.root / "var" / "hub.json"
        with suppress(FileNotFoundError):
            found: dict[str, Any] = json.loads(file.read_text())
            if found["pid"] == self._process.pid:
                return found
        return None

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start another `hub` process of the same folder, in a process group of its own."""
        with (self.root / "hub.log").open("ab") as log:
            return subprocess.Popen(
                self.command(*arguments),
                env=self.environ,
                stdout=log,
                stderr=log,
                cwd=self.root,
                start_new_session=True,
            )

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Stop the process and return its exit status."""
        assert self._process is not None
        self._process.send_signal(with_signal)
        status = self._process.wait(30)
        self._process = None
        return status

    def close(self) -> None:
        if self._process is not None:
            self.stop(signal.SIGKILL)

    def hub(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another `hub` command beside the running one."""
        command = self.command(*arguments)
        return subprocess.run(
            command, check=False, env=self.environ, cwd=self.root, capture_output=True, text=True, timeout=60
        )

    def say(self, *arguments: str) -> str:
        """Return what a command prints beside the running hub; run in this process, which is quicker."""
        done = CliRunner().invoke(app, list(arguments), env=self.environ)
        assert done.exit_code == 0, done.output
        return done.stdout

    def log(self, number: str = "") -> list[Exchange]:
        """Return exchanges from the translation log, oldest first, read beside the running hub."""
        url = self._environ.get("HUB_STORE__URL", f"sqlite:///{self.root}/var/hub.sqlite3")
        store = Store(url, Archive(self.root / "var" / "archive"))
        try:
            with store.read() as tx:
                found = tx.find_exchanges(LogQuery(number=number, limit=1000))
        finally:
            store.close()
        return sorted(found, key=lambda e: e.id)

    @contextmanager
    def people(self) -> Iterator[People]:
        """Our people in the practice Odoo of this process."""
        key = (self.root / "var" / "practice.key").read_text().strip()
        people = People(
            OdooSettings(url=self.where["practice_url"], database="practice", key=key, login="hub")
        )
        try:
            yield people
        finally:
            people.close()

    @contextmanager
    def partner(self, account: str, client: str = "paramiko") -> Iterator[Counterpart]:
        """A partner, logged in with the demo key."""
        if client == "openssh":
            yield Counterpart(account, OpenSshClient(self, account))
            return
        with ssh_to(self.where["sftp_port"]) as ssh:
            ssh.auth_publickey(
                account, read_private_key(Path(self.where["demo_key"]).read_bytes(), "demo key")
            )
            session = ssh.open_sftp_client()
            yield Counterpart(account, ParamikoClient(session))
            session.close()


class ParamikoClient:
    """A partner's script."""

    def __init__(self, session: paramiko.SFTPClient) -> None:
        self._session = session

    def put(self, name: str, data: bytes) -> None:
        with self._session.open(f"in/{name}", "wb") as file:
            file.write(data)

    def names(self) -> list[str]:
        return sorted(self._session.listdir("out"))

    def take(self, name: str) -> bytes:
        with self._session.open(f"out/{name}", "rb") as file:
            data = file.read()
        self._session.remove(f"out/{name}")
        return data


class OpenSshClient:
    """A partner at a terminal: OpenSSH's `sftp`, which knows our host key beforehand."""

    def __init__(self, hub: HubProcess, account: str) -> None:
        self._folder = hub.root / f"desk-{account}"
        self._folder.mkdir(exist_ok=True)
        options = ["StrictHostKeyChecking=accept-new", f"UserKnownHostsFile={self._folder}/known_hosts"]
        named = [part for option in (*options, "BatchMode=yes") for part in ("-o", option)]
        key, port = str(hub.where["demo_key"]), str(hub.where["sftp_port"])
        self._command = ["sftp", "-q", "-b", "-", "-i", key, "-P", port, *named, f"{account}@127.0.0.1"]

    def _batch(self, *lines: str) -> str:
        done = subprocess.run(
            self._command,
            check=False,
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def put(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)
        self._batch(f"put {self._folder / name} in/{name}")

    def names(self) -> list[str]:
        lines = self._batch("cd out", "ls -1").splitlines()
        return sorted(line.strip() for line in lines if line.strip() and not line.startswith("sftp>"))

    def take(self, name: str) -> bytes:
        self._batch(f"get out/{name} {self._folder / name}", f"rm out/{name}")
        return (self._folder / name).read_bytes()


class Counterpart:
    """A partner's people. What they collect is theirs: it is not there a second time."""

    def __init__(self, account: str, client: SftpClient) -> None:
        self.account, self._client = account, client

    def put(self, name: str, data: bytes) -> None:
        """Upload a file."""
        self._client.put(name, data)

    def get(self, part: str) -> bytes:
        """Wait for a file whose name begins so, collect it, and return it."""
        name = until(
            lambda: next((n for n in self._client.names() if n.startswith(part)), None),
            f"{self.account} waits for {part}",
        )
        return self._client.take(name)

    def waiting(self) -> list[str]:
        """Return the names of what was not collected."""
        return self._client.names()


@contextmanager
def hub_process(root: Path, settings: str = SETTINGS, **environ: str) -> Iterator[HubProcess]:
    """A hub's folder; whatever process works on it ends with the test."""
    hub = HubProcess(root, settings, **environ)
    try:
        yield hub
    finally:
        hub.close()
