"""What `hub run` says at its start: accounts that can log in, and commands that can be pasted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub.cli.run import accounts, command_line
from hub.model.partner import Partner, Transport


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that we stand in, with no `hub` on the path of programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_paused_partners_have_no_account_to_try() -> None:
    partners = [
        Partner(key=key, name=key, status=status, transport=Transport(kind=kind))
        for key, status, kind in (
            ("a", "live", "embedded"),
            ("b", "paused", "embedded"),
            ("c", "live", "sftp"),
        )
    ]
    assert list(accounts(partners)) == ["a"]


def test_a_module_is_called_by_its_interpreter(no_hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(no_hub / "hub" / "__main__.py"), "run"])
    monkeypatch.setattr(sys, "executable", str(no_hub / "my venv" / "bin" / "python"))
    assert command_line() == "'my venv/bin/python' -m hub"


def test_a_script_is_called_by_its_path(no_hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(no_hub / ".venv" / "bin" / "hub"), "run"])
    assert command_line() == ".venv/bin/hub"
