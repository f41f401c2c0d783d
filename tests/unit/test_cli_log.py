"""`hub log` by its command line: what can't be answered is said in one line, with status 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app


def say(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(words))
    return answer.exit_code, answer.output


@pytest.mark.parametrize("command", [("log",), ("queue",), ("show", "1"), ("release", "1")])
def test_a_folder_without_a_hub_is_no_all_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    code, said = say(*command)
    assert code == 2
    assert "no hub has run here yet" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--document", "851"), "'851' is no kind of document"),
        (("--since", "yesterday"), "'yesterday' is no date"),
        (("--files", "--state", "held"), "--files goes with"),
    ],
)
def test_odd_options_are_answered_in_one_line(words: tuple[str, ...], says: str) -> None:
    code, said = say("log", *words)
    assert code == 2
    assert says in said
    assert "Traceback" not in said
