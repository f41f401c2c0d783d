"""Starting and stopping a whole hub in this process: where it serves, and what is said when it cannot."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
from pathlib import Path

import pytest
from msgspec import structs

from hub.model.errors import ConfigError
from hub.serving import Service
from hub.settings import Settings
from hub.settings.shape import Paths, Practice, SftpServer, Store, Web

PARTNERS = Path(__file__).parents[2] / "partners"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(PARTNERS, tmp_path / "partners")
    return Settings(
        store=Store(archive=str(tmp_path / "archive")),
        sftp_server=SftpServer(port=0, root=str(tmp_path / "sftp")),
        practice=Practice(port=0),
        web=Web(port=0),
        paths=Paths(
            partners=str(tmp_path / "partners"),
            inbox=str(tmp_path / "inbox"),
            outbox=str(tmp_path / "outbox"),
            var=str(tmp_path / "var"),
            secrets=str(tmp_path / "secrets"),
        ),
    )


def test_a_running_hub_says_where_it_is_and_a_second_one_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    service, file = Service(settings, {}), tmp_path / "var" / "hub.json"
    service.start()
    try:
        where = json.loads(file.read_text())
        assert where["pid"] == os.getpid()
        assert service.web is not None
        assert where["web_url"] == service.web.url
        for port in (where["sftp_port"], int(where["practice_url"].rpartition(":")[2])):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        assert stat.S_IMODE(Path(where["demo_key"]).stat().st_mode) == 0o600
        with pytest.raises(ConfigError, match=f"process {os.getpid()}"):
            Service(settings, {}).start()
        assert file.exists()
    finally:
        service.stop()
    assert not file.exists()
    service.stop()  # twice is harmless


@pytest.mark.parametrize(
    ("table", "words"),
    [("practice", "practice Odoo"), ("sftp_server", "SFTP server"), ("web", "ops page")],
)
def test_a_port_that_is_taken_is_named_with_its_setting(settings: Settings, table: str, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        part = structs.replace(getattr(settings, table), port=port)
        with pytest.raises(ConfigError, match=rf"{words}.*{port}.*HUB_{table.upper()}__PORT"):
            Service(structs.replace(settings, **{table: part}), {}).start()
    service = Service(settings, {})  # what had started is stopped: nothing is left that holds the folder
    service.start()
    service.stop()
