"""Secrets are found by reference, guarded by their mode, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.errors import ConfigError
from hub.secrets import Secrets, is_reference


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path / "secrets", {"KEY": "from the environment", "EMPTY": ""})


def put(secrets: Secrets, name: str, value: bytes, mode: int = 0o600) -> None:
    secrets.folder.mkdir(exist_ok=True)
    path = secrets.folder / name
    path.write_bytes(value)
    path.chmod(mode)


def test_a_variable_and_a_file(secrets: Secrets) -> None:
    put(secrets, "odoo.key", b"from a file\n")
    assert secrets.text("env:KEY") == "from the environment"
    assert secrets.text("file:odoo.key") == "from a file"
    assert secrets("file:odoo.key") == b"from a file"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_may_read_is_refused(secrets: Secrets, mode: int) -> None:
    put(secrets, "key", b"hush", mode)
    with pytest.raises(ConfigError, match=r"others may read .*chmod 600") as caught:
        secrets.read("file:key")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:MISSING", "MISSING is not set"),
        ("env:EMPTY", "is empty"),
        ("file:missing", "there is no"),
        ("file:folder", "cannot be read|not a plain file"),
        ("file:../secret", "no reference"),
        ("file:/etc/passwd", "no reference"),
        ("file:..", "no reference"),
        ("file:a/b", "no reference"),
        ("vault:x", "no reference"),
        ("hunter2", "no reference"),
        ("", "no reference"),
    ],
)
def test_a_reference_that_leads_nowhere_says_so(secrets: Secrets, reference: str, words: str) -> None:
    (secrets.folder / "folder").mkdir(parents=True)
    with pytest.raises(ConfigError, match=words) as caught:
        secrets.read(reference)
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_written_once_and_only_for_us(secrets: Secrets) -> None:
    path = secrets.write("file:new", b"value")
    assert path.stat().st_mode & 0o777 == 0o600
    assert secrets.folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(ConfigError, match="exists already"):
        secrets.write("file:new", b"other")
    assert secrets.text("file:new") == "value"


def test_nothing_of_it_is_shown(secrets: Secrets) -> None:
    assert "environment" not in repr(secrets)


def test_what_a_reference_looks_like() -> None:
    assert is_reference("env:A_B")
    assert not is_reference("env:")
    assert not is_reference("file:.hidden")
