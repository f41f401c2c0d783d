"""`hub log` by its command line: what can't be answered is said in one line, with status 2."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app, main
from hub.store import Archive, Store
from tests.support.store import migrated_sqlite


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


def test_queue_names_what_lies_in_a_partners_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "var" / "hub.sqlite3"
    database.parent.mkdir()
    database.write_bytes(migrated_sqlite())
    store = Store(f"sqlite:///{database}", Archive(tmp_path / "archive"))
    with store.begin() as tx:
        tx.set_stuck("acme", [("[x].edi.part", "its name says that it is still being written", 7_200.0)])
    store.close()
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    code, said = say("queue")
    assert code == 0
    assert "acme: [x].edi.part lies in their folder since" in " ".join(said.split())
    assert "Nothing waits" not in said
    assert '"stuck"' in say("queue", "--json")[1]


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


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("resend",), "Missing argument 'ID...'"),
        (("cancel", "1"), "Missing option '--why'"),
        (("nope",), "No such command 'nope'"),
        (("log", "--state", "foo"), "'foo' is not one of 'received'"),
    ],
)
def test_wrong_use_is_answered_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["hub", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("hub: ")
    assert says in said
    assert "--help`" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("show", "9" * 20),
        ("show", "²"),
        ("raw", "T" + "9" * 20),
        ("records", "show", "9" * 20),
        ("retention", "hold", "add", "--exchange", "9" * 20, "--why", "a lawsuit"),
        ("retention", "hold", "remove", "9" * 20, "--why", "settled"),
        ("log", "--since", "0001-01-01T00:00+14:00"),
        ("log", "--until", "9999-12-31T23:59-12:00"),
        ("log", "--partner", "nobody"),
        ("stock", "--partner", "nobody"),
        ("order", "4711", "--partner", "nobody"),
        ("reconcile", "--partner", "nobody"),
        ("reconcile", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("retention", "hold", "add", "--partner", "nobody", "--why", "a lawsuit"),
        ("prove", "once-only", "--partner", "nobody"),
    ],
)
def test_what_can_not_be_there_is_no_all_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    database = tmp_path / "var" / "hub.sqlite3"
    database.parent.mkdir()
    database.write_bytes(migrated_sqlite())
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    code, said = say(*words)
    assert code == 2
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("word", ["9" * 20, "T" + "9" * 20, "²"])
def test_a_number_that_no_row_can_have_is_acted_on_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    database = tmp_path / "var" / "hub.sqlite3"
    database.parent.mkdir()
    database.write_bytes(migrated_sqlite())
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    code, said = say("redrive", word)
    assert code == 1
    assert "`hub log" in said


def test_a_file_that_can_not_be_read_says_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    code, said = say("partner", "try", str(tmp_path))
    assert code == 2
    assert "is a folder, not a file" in " ".join(said.split())
