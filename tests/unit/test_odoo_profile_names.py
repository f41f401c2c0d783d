"""`hub partner lint --odoo` and the doctor: names of profiles that Odoo does not have, at their file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.partner import app
from hub.doctor.odoo_names import missing_names
from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.practice.server import PracticeOdoo
from hub.model.finding import Finding, Severity
from hub.profiles import erp_names
from hub.toml.reading import as_line

PROFILE = """\
name = "ACME"
[identity]
isa = "ZZ:ACME"
odoo = "ACMEE"
[receive.purchase_order]
crosswalk.item = "acme/items.csv"
crosswalk.ship_to = "acme/places.csv"
crosswalk.unit = "acme/units.csv"
rules.minimum = { "HUB-1001" = 2, "HUB-10001" = 6, "*" = 1 }
[receive.warehouse_order]
warehouse = "WHX"
[receive.invoice]
crosswalk.charge = "acme/charges.csv"
[receive.warehouse_advice]
damaged = "WH/Stok"
[send.ship_notice]
carriers = { "Parcel Ground" = "PGND", "Parcel Grund" = "PGND" }
"""
RECORDS = """\
[records.places]
match = "places_*.csv"
model = "res.partner"
system_of_record = "partner"
key = ["Id"]
[records.places.fields]
name = "Name"
phoen = "Phone"
parent_id = { value = "ACNE", look_up = "res.partner", by = "ref" }
user_id = { column = "User", look_up = "res.userz", by = "login" }
"""


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    odoo = PracticeOdoo(tmp_path_factory.mktemp("practice") / "practice.sqlite", port=0)
    odoo.start()
    odoo.seed()
    yield odoo
    odoo.stop()


@pytest.fixture(scope="module")
def erp(odoo: PracticeOdoo) -> Iterator[OdooGateway]:
    settings = OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login)
    gateway = OdooGateway(settings)
    yield gateway
    gateway.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "items.csv").write_text("theirs,ours\n1,HUB-1001\n2,NIX\n")
    (tmp_path / "acme" / "places.csv").write_text("theirs,ours\nD1,ACME-DC01\nD2,ACME-DC1\n")
    (tmp_path / "acme" / "units.csv").write_text("theirs,ours\nEA,Units\nCA,Cratefuls\n")
    (tmp_path / "acme" / "charges.csv").write_text("theirs,ours\nD240,HUB-1001\nF050,999999\n")
    (tmp_path / "acme.toml").write_text(PROFILE)
    return tmp_path


def said(folder: Path, erp: OdooGateway) -> list[tuple[str, Severity]]:
    found: list[Finding] = list(missing_names(erp_names(folder), erp))
    return [(as_line(f).replace(f"{folder.as_posix()}/", ""), f.severity) for f in found]


def test_each_name_that_odoo_lacks_is_told_at_its_line_with_what_is_near(
    folder: Path, erp: OdooGateway
) -> None:
    error, warning = Severity.ERROR, Severity.WARNING
    assert sorted(said(folder, erp)) == [
        ('acme.toml:11:1: Odoo has no warehouse "WHX": did you mean "WH"?', error),
        ('acme.toml:15:1: Odoo has no location "WH/Stok": did you mean "WH/Stock"?', warning),
        (
            'acme.toml:17:40: Odoo has no shipping method "Parcel Grund": did you mean "Parcel Ground"?',
            warning,
        ),
        ('acme.toml:4:1: Odoo has no partner "ACMEE": did you mean "ACME"?', error),
        (
            'acme.toml:9:35: Odoo has no product "HUB-10001": did you mean "HUB-1001" or "HUB-2001" or "HUB-1010"?',
            warning,
        ),
        ('acme/charges.csv:3: Odoo has no product or account "999999"', warning),
        ('acme/items.csv:3: Odoo has no product "NIX"', warning),
        (
            'acme/places.csv:3: Odoo has no delivery address "ACME-DC1": did you mean "ACME-DC01" or "ACME"?',
            warning,
        ),
        ('acme/units.csv:3: Odoo has no unit of measure "Cratefuls"', warning),
    ]


def test_models_fields_and_fixed_values_of_record_types(tmp_path: Path, erp: OdooGateway) -> None:
    (tmp_path / "acme.toml").write_text('name = "ACME"\nformat = "csv"\n' + RECORDS)
    assert said(tmp_path, erp) == [
        ('acme.toml:12:30: Odoo has no model "res.userz"', Severity.ERROR),
        ('acme.toml:10:1: Odoo has no field of res.partner "phoen"', Severity.ERROR),
        ('acme.toml:11:15: Odoo has no record of res.partner.ref "ACNE"', Severity.WARNING),
    ]


def test_a_company_that_is_not_there_is_told_once(folder: Path, erp: OdooGateway) -> None:
    text = (folder / "acme.toml").read_text()
    (folder / "acme.toml").write_text('company = "Nowhere Ltd"\n' + text)
    assert said(folder, erp) == [('acme.toml:1:1: Odoo has no company "Nowhere Ltd"', Severity.ERROR)]


def test_a_table_that_lacks_much_is_told_in_few_lines(folder: Path, erp: OdooGateway) -> None:
    rows = "".join(f"{number},NONE-{number}\n" for number in range(300))
    (folder / "acme" / "items.csv").write_text("theirs,ours\n" + rows)
    lines = [line for line, _ in said(folder, erp) if "items.csv" in line]
    assert len(lines) == 11
    assert lines[-1] == "acme/items.csv:2: 290 more of this file are no product in Odoo"


def test_a_paused_partner_is_not_asked_about(folder: Path, erp: OdooGateway) -> None:
    text = (folder / "acme.toml").read_text()
    (folder / "acme.toml").write_text('status = "paused"\n' + text)
    assert said(folder, erp) == []


def test_lint_asks_odoo_when_it_is_told_to(
    folder: Path, odoo: PracticeOdoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (
        f'[odoo]\nurl = "{odoo.url}"\ndatabase = "{odoo.database}"\nlogin = "{odoo.login}"\nkey = "env:KEY"\n'
    )
    (folder / "hub.toml").write_text(settings + f'[paths]\npartners = "{folder.as_posix()}"\n')
    (folder / "hub.toml").rename(folder.parent / "hub.toml")
    monkeypatch.setenv("HUB_ROOT", str(folder.parent))
    monkeypatch.setenv("KEY", odoo.key)
    offline = CliRunner().invoke(app, ["lint"], catch_exceptions=False)
    assert (offline.exit_code, "ACMEE" in offline.stdout) == (0, False)
    asked = CliRunner().invoke(app, ["lint", "--odoo", "acme"], catch_exceptions=False)
    assert asked.exit_code == 2
    assert 'acme.toml:4:1: error: Odoo has no partner "ACMEE": did you mean "ACME"?' in asked.stdout
