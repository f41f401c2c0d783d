"""Keys that nothing acts on yet are noted where they stand, and those that nothing will read are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.model import problems
from hub.model.finding import Severity
from hub.model.partner import Partner
from hub.profiles import lint, load_partners
from hub.profiles.unused import SAID, UNUSED
from hub.toml.reference import tables

SHIPPED = Path(__file__).parents[2] / "partners"
PROFILE = """\
name = "ACME"
[identity]
isa = "ZZ:ACME"
[receive.purchase_order]
"""
OBLIGATIONS = """\
[obligations]
we_owe.functional_ack   = "1h"
we_owe.ship_notice      = "before departure"
they_owe.functional_ack = "4h"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "partners"
    found.mkdir()
    return found


def test_a_promise_that_no_clock_watches_is_noted_at_its_line(folder: Path) -> None:
    (folder / "acme.toml").write_text(PROFILE + OBLIGATIONS)
    notes = lint(folder)
    assert [(note.where.row, note.severity, note.problem) for note in notes] == [
        (row, Severity.NOTE, problems.CONFIG_UNUSED) for row in (6, 7)
    ]
    assert "obligations.we_owe.ship_notice" in notes[1].message
    partners, findings = load_partners(folder)
    assert (list(partners), findings) == (["acme"], ())  # a running hub does not repeat it


def test_a_note_of_a_template_comes_once(folder: Path) -> None:
    (folder / "_x12.toml").write_text(OBLIGATIONS)
    for key in ("acme", "bolt"):
        text = PROFILE.replace("ACME", key.upper())
        (folder / f"{key}.toml").write_text(f'extends = "_x12"\n{text}')
    assert [Path(note.where.file).name for note in lint(folder)] == ["_x12.toml"] * 2


def test_notes_are_no_errors(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "acme.toml").write_text(PROFILE + OBLIGATIONS)
    monkeypatch.setenv("HUB_ROOT", str(folder.parent))
    result = CliRunner().invoke(app, ["partner", "lint"])
    assert result.exit_code == 0
    assert f'acme.toml:6:1: note: "obligations.we_owe.functional_ack" is {SAID}' in result.stdout
    assert result.stdout.splitlines()[-1] == "1 profile clean: acme"


@pytest.mark.parametrize("key", ["duplicates", "system_of_record", "guideline"])
def test_what_nothing_reads_is_unknown(folder: Path, key: str) -> None:
    (folder / "acme.toml").write_text(f'{PROFILE}{key} = "hold"\n')
    assert [(f.problem, f.where.row) for f in lint(folder)] == [(problems.CONFIG_UNKNOWN_KEY, 5)]


def test_the_documentation_says_so_at_the_same_keys() -> None:
    documented = {
        f"{table.path}.{key.name}" for table in tables(Partner) for key in table.keys if SAID in key.help
    }
    assert documented == {".".join(map(str, path)) for path in UNUSED}


def test_what_we_ship_promises_nothing_that_is_not_watched() -> None:
    assert lint(SHIPPED, ("acme", "globex", "nordic", "_xml_customer")) == ()
