"""The demo as a user starts it: the whole day arrives, and nothing of the user's is read or touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from hub.demo.home import make_home
from hub.profiles import load_partners
from hub.settings import Settings

ORDER = Path(__file__).parents[2] / "hub/demo/files/acme_order.edi"
THEIRS = """\
extends = "_x12_customer"
name    = "A live customer of ours"
status  = "live"

[identity]
isa = "ZZ:ACMERETAIL"

[transport]
kind   = "folder"
inbox  = "theirs"
outbox = "ours"
"""


@pytest.fixture
def users(tmp_path: Path) -> Path:
    """Return a user's folder: settings that do not load, and a live partner whose order waits to be read."""
    folder = tmp_path / "users"
    inbox = folder / "inbox" / "acme" / "theirs"
    inbox.mkdir(parents=True)
    (folder / "partners").mkdir()
    (folder / "partners" / "_x12_customer.toml").write_text('format = "x12"\n[receive.purchase_order]\n')
    (folder / "partners" / "acme.toml").write_text(THEIRS)
    (folder / "hub.toml").write_text("[company\nisa = 'ZZ:THEUSER'\n")
    (inbox / "850.edi").write_bytes(ORDER.read_bytes())
    return folder


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return each file and folder with its time and its bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


def test_the_whole_day_arrives_and_the_users_folder_is_left_alone(users: Path) -> None:
    before = everything(users)
    environ = {"HUB_ROOT": str(users), "HUB_PATHS__INBOX": str(users / "inbox"), "HUB_WEB__PORT": "no port"}
    done = subprocess.run(
        [sys.executable, "-c", "from hub.cli.main import main; main()", "demo", "--exit", "--json"],
        cwd=users,
        env={**os.environ, **environ},
        capture_output=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr.decode()
    results = json.loads(done.stdout)
    assert {row["partner"] for row in results} == {"acme", "globex", "nordic"}
    assert all(row["got"] for row in results)
    assert everything(users) == before


def test_the_demo_knows_its_own_folder_and_partners_alone(
    users: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(users)
    monkeypatch.setenv("HUB_ROOT", str(users))
    home = tmp_path / "home"
    home.mkdir()
    settings = make_home(home)
    places = [*structs.asdict(settings.paths).values(), settings.store.archive, settings.sftp_server.root]
    assert all(Path(place).is_relative_to(home) for place in places)
    assert settings.store.url == f"sqlite:///{home}/var/hub.sqlite3"
    assert settings.company == Settings().company
    partners, findings = load_partners(Path(settings.paths.partners))
    assert not findings
    assert {key: partner.transport.kind for key, partner in partners.items()} == dict.fromkeys(
        ("acme", "globex", "nordic"), "embedded"
    )
