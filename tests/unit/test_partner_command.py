"""`hub partner`: what it prints, and its exit status."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.partner import app

GOOD = 'extends = "_x12"\nname = "ACME"\n[identity]\nisa = "ZZ:ACMERETAIL"\n'
BAD = """\
extends = "_x12"
name = 42
staus = "live"

[identity]
isa = "ACMERETAIL"

[recieve.purchase_order]

[obligations]
they_owe.functional_ack = "four hours"
"""
FOUR_HOURS = '"obligations.they_owe.functional_ack" cannot be "four hours": it is a duration'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub's folder that we stand in, with one template and one partner."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "_x12.toml").write_text('format = "x12"\n[receive.purchase_order]\n')
    (tmp_path / "partners" / "acme.toml").write_text(GOOD)
    return tmp_path


def hub_partner(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def test_five_mistakes_five_messages_and_status_2(home: Path) -> None:
    (home / "partners" / "acme.toml").write_text(BAD)
    result = hub_partner("lint")
    lines = result.stdout.splitlines()
    assert result.exit_code == 2
    assert [line for line in lines if not line.startswith("    hint: ")] == [
        'partners/acme.toml:2:1: error: "name" must be text, not a whole number',
        'partners/acme.toml:3:1: error: unknown key "staus": did you mean "status"?',
        'partners/acme.toml:6:1: error: "ACMERETAIL" is no interchange id',
        'partners/acme.toml:8:2: error: unknown key "recieve": did you mean "receive"?',
        f"partners/acme.toml:11:1: error: {FOUR_HOURS}",
        "5 errors",
    ]
    assert len(lines) == 11


def test_clean_profiles_give_one_line_and_status_0(home: Path) -> None:
    result = hub_partner("lint")
    assert (result.exit_code, result.stdout) == (0, "1 profile clean: acme\n")


def test_warnings_alone_are_status_0_and_status_2_where_they_count(home: Path) -> None:
    (home / "partners" / "acme.toml").write_text(GOOD + '[x12]\nrelease = "008010"\n')
    result = hub_partner("lint")
    assert result.exit_code == 0
    assert "partners/acme.toml:6:1: warning: " in result.stdout
    assert result.stdout.endswith("1 warning; 1 profile loads: acme\n")
    assert hub_partner("lint", "--strict").exit_code == 2
    assert json.loads(hub_partner("lint", "--json").stdout)[0]["severity"] == "warning"


def test_a_note_is_no_warning(home: Path) -> None:
    (home / "partners" / "acme.toml").write_text(GOOD + '[obligations]\nwe_owe.invoice = "4h"\n')
    result = hub_partner("lint", "--strict")
    assert "partners/acme.toml:6:1: note: " in result.stdout
    assert result.exit_code == 0


def test_lint_as_json(home: Path) -> None:
    (home / "partners" / "acme.toml").write_text(BAD)
    result = hub_partner("lint", "--json", "acme")
    faults = json.loads(result.stdout)
    assert result.exit_code == 2
    assert [(fault["line"], fault["column"], fault["severity"]) for fault in faults] == [
        (2, 1, "error"),
        (3, 1, "error"),
        (6, 1, "error"),
        (8, 2, "error"),
        (11, 1, "error"),
    ]


def test_lint_of_one_partner_leaves_the_others_alone(home: Path) -> None:
    (home / "partners" / "bad.toml").write_text(BAD)
    assert hub_partner("lint", "acme").exit_code == 0
    assert hub_partner("lint", "bad").exit_code == 2


def test_a_partner_that_is_not_there(home: Path) -> None:
    result = hub_partner("lint", "acne")
    assert result.exit_code == 2
    assert 'there is no profile "acne" in partners: did you mean "acme"?' in result.stderr


def test_wrong_settings_are_said_before_anything_else(home: Path) -> None:
    (home / "hub.toml").write_text("[wbe]\n")
    result = hub_partner("lint")
    assert result.exit_code == 2
    assert 'hub.toml:1:2: unknown key "wbe": did you mean "web"?' in result.stderr


def test_list_is_tab_separated_where_there_is_no_terminal(home: Path) -> None:
    (home / "partners" / "bad.toml").write_text(BAD)
    result = hub_partner("list")
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[0][:3] == ["key", "name", "status"]
    assert rows[1] == ["acme", "ACME", "testing", "x12", "ZZ:ACMERETAIL", "embedded", "purchase_order", ""]
    assert "5 errors in the other profiles" in result.stderr
    assert [partner["key"] for partner in json.loads(hub_partner("list", "--json").stdout)] == ["acme"]


def test_show_with_every_default(home: Path) -> None:
    shown = tomllib.loads(hub_partner("show", "acme").stdout)
    assert (shown["identity"]["gs"], shown["x12"]["version"]) == ("ACMERETAIL", "00401")
    assert json.loads(hub_partner("show", "acme", "--json").stdout) == shown


def test_show_effective_names_the_file_of_each_value(home: Path) -> None:
    text = hub_partner("show", "acme", "--effective").stdout
    assert 'format = "x12"  # partners/_x12.toml:1' in text
    assert 'isa = "ZZ:ACMERETAIL"  # partners/acme.toml:4' in text


def test_show_of_a_broken_profile_says_what_is_wrong(home: Path) -> None:
    (home / "partners" / "acme.toml").write_text(BAD)
    result = hub_partner("show", "acme")
    assert result.exit_code == 2
    assert "partners/acme.toml:3:1: error: unknown key" in result.stderr


def test_new_writes_a_profile_that_lints_clean(home: Path) -> None:
    result = hub_partner("new", "initech", "--template", "x12", "--name", 'Ini"tech', "--isa", "ZZ:INITECH")
    assert result.exit_code == 0
    assert "wrote partners/initech.toml" in result.stdout
    assert "hub partner lint initech" in result.stdout
    assert hub_partner("lint").stdout == "2 profiles clean: acme, initech\n"
    shown = tomllib.loads(hub_partner("show", "initech").stdout)
    assert (shown["name"], shown["status"], shown["identity"]["isa"]) == ('Ini"tech', "testing", "ZZ:INITECH")


def test_new_with_a_key_pair_puts_the_public_half_into_the_profile(home: Path) -> None:
    assert hub_partner("new", "initech", "--template", "_x12", "--isa", "ZZ:I", "--key-pair").exit_code == 0
    private = home / "secrets" / "initech_sftp"
    assert private.stat().st_mode & 0o777 == 0o600
    shown = tomllib.loads(hub_partner("show", "initech").stdout)
    assert shown["transport"]["public_keys"] == [private.with_suffix(".pub").read_text().strip()]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("acme",), "exists already"),
        (("Acme",), "cannot be a key"),
        (("../evil",), "cannot be a key"),
        (("new", "--template", "x11"), 'did you mean "_x12"?'),
    ],
)
def test_new_refuses(home: Path, words: tuple[str, ...], message: str) -> None:
    before = sorted(home.rglob("*"))
    if "--template" not in words:
        words = (*words, "--template", "_x12")
    result = hub_partner("new", *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert sorted(home.rglob("*")) == before


def test_connect_to_our_own_server_works_and_to_a_dead_one_does_not(home: Path) -> None:
    result = hub_partner("connect", "acme")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "embedded mailbox answers" in result.stdout
    (home / "secrets").mkdir()
    server = 'kind = "sftp"\nhost = "127.0.0.1"\nport = 9\nuser = "u"\npassword = "env:PW"\n'
    pinned = f'host_key = ["SHA256:{"A" * 43}"]\n'
    (home / "partners" / "acme.toml").write_text(f"{GOOD}[transport]\n{server}{pinned}")
    result = CliRunner().invoke(app, ["connect", "acme"], env={"PW": "x"})
    assert result.exit_code == 1
    assert result.stderr.startswith("acme: ")


def test_new_refuses_an_id_that_its_own_lint_would_refuse(home: Path) -> None:
    result = hub_partner("new", "bigmart", "--isa", "BIGMART")
    assert result.exit_code == 2
    assert "no interchange id" in result.stderr
    assert not (home / "partners" / "bigmart.toml").exists()
