"""Templates: each makes a profile that lints clean, and a sample that can be tried at once."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.model.finding import Severity
from hub.profiles import lint, load_partners
from hub.profiles.templates import NewPartner, new_files, templates
from hub.record_trials import try_records
from hub.settings import load_settings
from hub.wiring import Trials

SHIPPED = Path(__file__).parents[2] / "partners"
NAMES = [template.name for template in templates(SHIPPED)]
RECORDS = "_csv_records"
TODAY = dt.date(2031, 5, 6)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub's folder that we stand in, with the templates alone."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "partners").mkdir()
    for entry in SHIPPED.glob("_*"):
        copy = shutil.copytree if entry.is_dir() else shutil.copy
        copy(entry, tmp_path / "partners" / entry.name)
    return tmp_path


def new(*words: str) -> Result:
    return CliRunner().invoke(app, ["partner", "new", *words], catch_exceptions=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_new_partner_lints_clean_and_its_sample_is_good(home: Path, name: str) -> None:
    assert new("bolt-co", "--template", name, "--name", "Bolt & Co").exit_code == 0
    folder = home / "partners"
    assert [finding.line() for finding in lint(folder, ("bolt-co",))] == []
    (sample,) = (folder / "bolt-co" / "samples").iterdir()
    if name == RECORDS:
        partner = load_partners(folder)[0]["bolt-co"]
        tried = try_records(sample.read_bytes(), sample.name, partner, wanted="", folder=folder, erp=None)
        assert (len(tried.records), tried.tally.refused, tried.findings) == (2, 0, ())
        return
    trial = Trials(load_settings(home, {})).run(sample.read_bytes(), sample.name, "bolt-co")
    weights = [finding for document in trial.documents for finding in document.findings]
    assert trial.documents
    assert [finding.line() for finding in (*trial.findings, *weights) if _stops(finding.severity)] == []
    assert {document.state.value for document in trial.documents} == {"tested"}


def _stops(severity: Severity) -> bool:
    return severity in {Severity.ERROR, Severity.HOLD}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_to_be_filled_in_but_what_is_marked(name: str) -> None:
    partner = NewPartner(key="bolt", name="Bolt", template=name, our_isa="01:987654321", today=TODAY)
    files = new_files(SHIPPED, partner)
    assert next(iter(files)).name == "bolt.toml"
    assert len(files) > 1
    for text in files.values():
        assert not any(word in text for word in ("{key}", "{KEY}", "{isa}", "{id", "{our_", "{fill}", ":%"))


def test_a_sample_is_between_us_and_them_in_days_that_are_to_come() -> None:
    partner = NewPartner(
        key="bolt", name="Bolt", template="_x12_customer", our_isa="01:987654321", today=TODAY, isa="14:BOLT"
    )
    profile, sample = new_files(SHIPPED, partner).values()
    assert 'isa  = "14:BOLT"\n' in profile
    assert "*14*BOLT           *01*987654321      *310506*" in sample
    assert "DTM*002*20310520~" in sample


def test_the_list_says_what_each_template_is_for(home: Path) -> None:
    result = new("--list")
    assert result.exit_code == 0
    for name in NAMES:
        assert name in result.stdout
    assert "a supplier we order from by CSV." in result.stdout
    assert not list((home / "partners").glob("[a-z]*"))


def test_a_new_partner_without_a_key_is_told_of_the_list(home: Path) -> None:
    result = new()
    assert result.exit_code == 2
    assert "--list shows the templates" in result.output


def test_a_file_that_is_there_is_kept(home: Path) -> None:
    own = home / "partners" / "bolt" / "samples" / "850_order.edi"
    own.parent.mkdir(parents=True)
    own.write_text("theirs")
    assert "kept  partners/bolt/samples/850_order.edi" in new("bolt", "--template", "_x12_customer").stdout
    assert own.read_text() == "theirs"


def test_the_table_of_templates_in_the_docs_is_whole() -> None:
    text = (SHIPPED.parent / "docs" / "profiles.md").read_text("utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in text] == []
