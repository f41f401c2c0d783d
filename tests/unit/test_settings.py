"""Settings: hub.toml, HUB_* variables, defaults; every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.errors import ConfigError
from hub.settings import load_settings


def refused(root: Path, text: str = "", **environ: str) -> list[str]:
    """Return the lines that loading is refused with, without the hints."""
    (root / "hub.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(root, environ)
    return [line for line in str(caught.value).splitlines() if not line.startswith("    hint:")]


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.store.url == f"sqlite:///{tmp_path}/var/hub.sqlite3"
    assert settings.store.archive == f"{tmp_path}/var/archive"
    assert settings.paths.secrets == f"{tmp_path}/secrets"
    assert settings.uses_practice
    assert (settings.company.isa, settings.gs) == ("ZZ:OURCO", "OURCO")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(
        '[odoo]\nurl = "https://one.example"\nkey = "env:ODOO_KEY"\ntimeout = "1m"\n[web]\nport = 1\n'
    )
    environ = {
        "HUB_ODOO__URL": "https://two.example",
        "HUB_WEB__PORT": "9_000",
        "HUB_POLL__ERP": "2.5",
        "HUB_LIMITS__MAX_FILE_BYTES": "10",
        "HUB_SFTP_SERVER__ENABLED": "no",
        "HUB_POLL__MAILBOX": "2m",
    }
    settings = load_settings(tmp_path, environ)
    assert (settings.odoo.url, settings.odoo.timeout, settings.web.port) == (
        "https://two.example",
        60.0,
        9000,
    )
    assert (settings.poll.erp, settings.poll.mailbox) == (2.5, 120.0)
    assert settings.limits.max_file_bytes == 10
    assert not settings.sftp_server.enabled
    assert not settings.uses_practice


def test_all_faults_of_file_and_environment_come_at_once(tmp_path: Path) -> None:
    text = '[odo]\nurl = "x"\n\n[web]\nport = "80"\nhots = "::1"\n\n[odoo]\napi = "rest"\n'
    lines = refused(tmp_path, text, HUB_WEB__PROT="81", HUB_WORKERS__COUNT="many")
    assert lines == [
        'hub.toml:1:2: unknown key "odo": did you mean "odoo"?',
        'hub.toml:5:1: "web.port" must be a whole number, not text',
        'hub.toml:6:1: unknown key "hots": did you mean "host"?',
        'hub.toml:9:1: "odoo.api" cannot be "rest"',
        'environment HUB_WEB__PROT: unknown setting: did you mean "HUB_WEB__PORT"?',
        'environment HUB_WORKERS__COUNT: "workers.count" must be a whole number, not text',
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[web\n", "hub.toml:1:5: not valid TOML"),
        ("[web]\nport = 70000\n", "hub.toml:2:1: port 70000 does not exist"),
        ('[odoo]\nurl = "odoo.example"\nkey = "env:K"\n', 'hub.toml:2:1: "odoo.example" is no web address'),
        ('[odoo]\nurl = "https://odoo.example"\n', "hub.toml:1:2: odoo.key is missing"),
        ('[odoo]\nkey = "s3cret"\n', "hub.toml:2:1: odoo.key must be a reference, not the secret itself"),
        ('[practice]\nenabled = "no"\n', "hub.toml: no Odoo: url is empty and the practice Odoo is off"),
        ('[company]\nisa = "OURCO"\n', 'hub.toml:2:1: "OURCO" is no interchange id'),
        ("[workers]\ncount = 0\n", "hub.toml:2:1: workers.count cannot be 0"),
        ("[sftp_server]\nper_account = 0\n", "hub.toml:2:1: sftp_server.per_account must be above 0"),
        ("[limits]\nmax_file_bytes = -1\n", "hub.toml:2:1: max_file_bytes must be above 0"),
        ('[poll]\nerp = "often"\n', 'hub.toml:2:1: "poll.erp" cannot be "often": it is a duration'),
    ],
)
def test_each_fault_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (line,) = refused(tmp_path, text)
    assert line.startswith(words)
    assert "s3cret" not in line


def test_a_fault_of_a_variable_is_said_of_the_variable(tmp_path: Path) -> None:
    (line,) = refused(tmp_path, "[web]\nport = 1\n", HUB_WEB__PORT="99999")
    assert line == "environment HUB_WEB__PORT: port 99999 does not exist"


def test_a_password_may_stand_in_the_environment_and_not_in_the_file(tmp_path: Path) -> None:
    url = "postgresql+psycopg://hub:hunter2@db.example/hub"
    (line,) = refused(tmp_path, f'[store]\nurl = "{url}"\n')
    assert line == "hub.toml:2:1: store.url holds a password"
    (tmp_path / "hub.toml").unlink()
    assert load_settings(tmp_path, {"HUB_STORE__URL": url}).store.url == url


def test_a_single_underscore_is_taken_for_the_slip_that_it_is(tmp_path: Path) -> None:
    (line,) = refused(tmp_path, HUB_ODOO_URL="https://odoo.example")
    assert line == 'environment HUB_ODOO_URL: unknown setting: did you mean "HUB_ODOO__URL"?'


def test_variables_that_are_secrets_are_no_settings(tmp_path: Path) -> None:
    environ = {"HUB_SECRET_ACME": "x", "HUB_ACME_PASSWORD": "y", "HUB_ROOT": "/", "PATH": "/bin"}
    assert load_settings(tmp_path, environ) == load_settings(tmp_path, {})
