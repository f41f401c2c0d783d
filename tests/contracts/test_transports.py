"""The contract suite, run over every mailbox there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.transports.folder import FolderMailbox
from hub.transports.server import EmbeddedMailbox
from hub.transports.sftp import SftpMailbox
from tests.contracts.transport_suite import RULES, Rig, TransportSuite
from tests.support.sftp import Clock, embedded_server, openssh_server

SETTINGS = {
    "exclude": RULES.exclude,
    "settle_seconds": RULES.settle_seconds,
    "max_bytes": RULES.max_bytes,
}


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


class TestFolder(TransportSuite):
    @pytest.fixture
    def rig(self, tmp_path: Path, spool: Path) -> Iterator[Rig]:
        clock, (inbox, outbox, archive) = Clock(), (tmp_path / name for name in ("in", "out", "archive"))
        mailbox = FolderMailbox(inbox, outbox, archive, RULES, monotonic=clock)
        yield Rig(mailbox, inbox, outbox, archive, clock, spool)
        mailbox.close()


class TestEmbedded(TransportSuite):
    @pytest.fixture
    def rig(self, tmp_path: Path, spool: Path) -> Iterator[Rig]:
        clock, home = Clock(), tmp_path / "accounts" / "acme"
        mailbox = EmbeddedMailbox(home.parent, "acme", RULES, monotonic=clock)
        yield Rig(mailbox, home / "in", home / "out", home / "archive", clock, spool)
        mailbox.close()


class TestSftpToEmbedded(TransportSuite):
    @pytest.fixture
    def rig(self, tmp_path: Path, spool: Path) -> Iterator[Rig]:
        with embedded_server(tmp_path) as server:
            clock = Clock()
            mailbox = SftpMailbox(server.transport(**SETTINGS), server.secrets, monotonic=clock)
            yield Rig(mailbox, server.home / "out", server.home / "in", server.home / "archive", clock, spool)
            mailbox.close()


@pytest.mark.sftp
class TestSftpToOpenSsh(TransportSuite):
    @pytest.fixture
    def rig(self, tmp_path: Path, spool: Path) -> Iterator[Rig]:
        with openssh_server(tmp_path) as server:
            clock, folder = Clock(), server.folder
            mailbox = SftpMailbox(server.transport(**SETTINGS), server.secrets, monotonic=clock)
            yield Rig(mailbox, folder / "outbound", folder / "inbound", folder / "archive", clock, spool)
            mailbox.close()
