"""`hub records`: the dry run says what each record would do, and writes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.records import app
from hub.erp.practice.server import PracticeOdoo

CREW = """
name = "Field Crew"
format = "csv"

[records.vendors]
match = "vendors*.csv"
model = "res.partner"
system_of_record = "partner"
owner.phone = "odoo"
key = ["Ref"]
find_by = ["ref"]

[records.vendors.fields]
ref = "Ref"
name = { column = "Name", required = true }
city = "City"
phone = "Phone"
vat = { column = "Tax", secret = true }
country_id = { column = "Country", look_up = "res.country", by = "code" }

[records.places]
direction = "out"
model = "res.partner"
system_of_record = "odoo"
domain = '[["ref", "in", ["ACME", "GLOBEX"]]]'
order = "ref"
every = "1d"
fields = { ref = "Ref", "country_id.code" = "Country" }
"""
FILE = """Ref,Name,City,Phone,Tax,Country
GLOBEX,Globex Components,Austin,+1 555,,US
ACME,ACME Retail Inc.,Springfield,,US123456,US
NEW-1,Newcomer,Oslo,,,NO
NEW-2,,Oslo,,,NO
NEW-3,Nowhere,Oslo,,,ZZ
"""


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    practice = PracticeOdoo(tmp_path_factory.mktemp("odoo") / "practice.sqlite")
    practice.seed()
    practice.start()
    yield practice
    practice.stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odoo: PracticeOdoo) -> Path:
    """A hub's folder that we stand in, whose Odoo is the practice one."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HUB_SECRET_ODOO", odoo.key)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hub.toml").write_text(
        f'[odoo]\nurl = "{odoo.url}"\ndatabase = "{odoo.database}"\n'
        f'login = "{odoo.login}"\nkey = "env:HUB_SECRET_ODOO"\n'
    )
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "crew.toml").write_text(CREW)
    (tmp_path / "vendors.csv").write_text(FILE)
    return tmp_path


def hub_records(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def vendors(odoo: PracticeOdoo) -> int:
    count: int = odoo.data.call_named("res.partner", "search_count", {"domain": []})
    return count


@pytest.mark.usefixtures("home")
def test_a_dry_run_tells_each_change_and_writes_nothing(odoo: PracticeOdoo) -> None:
    before = vendors(odoo)
    result = hub_records("try", "vendors.csv", "--partner", "crew", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1  # two rows would be refused
    assert [(r["label"], r["action"]) for r in told["records"]] == [
        ("GLOBEX", "nothing"),
        ("ACME", "change"),
        ("NEW-1", "create"),
        ("NEW-3", "refused"),
        ("NEW-2", "refused"),
    ]
    assert told["records"][1]["changes"] == [["vat", "", "•••"]]
    assert [f["problem"] for f in told["records"][0]["findings"]] == ["owner.odoo"]
    assert told["tally"] == {"rows": 5, "created": 1, "changed": 1, "unchanged": 1, "refused": 2}
    assert vendors(odoo) == before


@pytest.mark.usefixtures("home")
def test_people_read_it_too() -> None:
    text = hub_records("try", "vendors.csv", "--partner", "crew").stdout
    assert "country_id: NO" in text
    assert "row 6" in text
    assert "US123456" not in text
    assert "vendors -> res.partner: would be 5 rows: 1 created, 1 changed, 1 unchanged, 2 refused" in text


def test_without_odoo_it_is_only_read(home: Path) -> None:
    (home / "hub.toml").write_text("")
    result = hub_records("try", "vendors.csv", "--partner", "crew", "--offline", "--type", "vendors")
    assert "Odoo was not asked: 5 rows: 4 read, 1 refused" in result.stdout
    assert "unchanged" not in result.stdout
    result = hub_records("try", "vendors.csv", "--partner", "crew")
    assert (result.exit_code, "the practice Odoo runs inside `hub run`" in result.output) == (2, True)


def test_a_file_with_another_separator_is_told_so_and_all_its_rows_are_counted(home: Path) -> None:
    (home / "vendors.csv").write_text(FILE.replace(",", ";"))
    result = hub_records("try", "vendors.csv", "--partner", "crew", "--offline")
    said = " ".join(result.stdout.split())
    assert "row 1: holds no ',', which separates columns by agreement, but 5 ';'" in said
    assert 'set separator = ";"' in said
    assert "Odoo was not asked: 5 rows: 0 created, 0 changed, 0 unchanged, 5 refused" in said
    assert result.exit_code == 1


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("try", "vendors.csv", "--partner", "crew", "--type", "vendor"), "no record type for it"),
        (("try", "vendors.csv", "--partner", "nobody"), "there is no partner 'nobody'"),
        (("try", "no.csv", "--partner", "crew"), "no such file"),
        (("fields", "no.such.model"), "Odoo has no model 'no.such.model'"),
    ],
)
def test_wrong_use_is_told_in_one_line(words: tuple[str, ...], said: str) -> None:
    result = hub_records(*words)
    assert (result.exit_code, said in result.output) == (2, True)


@pytest.mark.usefixtures("home")
def test_the_fields_of_a_model_are_listed() -> None:
    assert "country_id\tmany2one\tres.country" in hub_records("fields", "res.partner").stdout


@pytest.mark.usefixtures("home")
def test_what_would_go_out_is_shown() -> None:
    result = hub_records("preview", "places", "--partner", "crew")
    assert result.stdout_bytes == b"Ref,Country\r\nACME,US\r\nGLOBEX,US\r\n"
    assert (
        "no record type 'vendors' that goes out"
        in hub_records("preview", "vendors", "--partner", "crew").output
    )


def test_what_leads_to_users_is_not_shown(home: Path) -> None:
    (home / "partners" / "crew.toml").write_text(CREW.replace("country_id.code", "user_id.name"))
    result = hub_records("preview", "places", "--partner", "crew")
    assert (result.exit_code, "res.users is never read by files" in result.output) == (2, True)
