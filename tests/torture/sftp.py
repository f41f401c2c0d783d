"""The partners' own SFTP server as a process: `python -m tests.torture.sftp FOLDER PORT`; it serves until killed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from hub.transports.accounts import Account
from hub.transports.keys import fingerprint, generate_key, load_or_generate
from hub.transports.server import EmbeddedSftpServer
from tests.torture.world import TRADERS

HOST_KEY, CLIENT_KEY = "host_key", "torture"


def make_keys(folder: Path) -> str:
    """Make the keys of the server and of the hub; return the server's fingerprint."""
    folder.mkdir(parents=True, exist_ok=True)
    generate_key(folder / CLIENT_KEY)
    return fingerprint(load_or_generate(folder / HOST_KEY))


def main(folder: str, port: str) -> None:
    """Serve the accounts of all partners that have a server of their own."""
    root = Path(folder)
    key = (root / f"{CLIENT_KEY}.pub").read_text().strip()
    accounts = {t.key: Account(t.key, (key,)) for t in TRADERS if t.remote}
    server = EmbeddedSftpServer(
        root / "accounts",
        root / HOST_KEY,
        lambda: accounts,
        on_upload=lambda _account, _path: None,
        audit=lambda _event: None,
        port=int(port),
    )
    server.start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
