"""The doctor finds what is wrong, says how to mend it, and changes nothing."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from hub.doctor import Check, Instruments, Status, examine, instruments
from hub.erp.port import Capabilities
from hub.model.errors import ConfigError, Retryable, Undeliverable
from hub.model.finding import Finding, Severity, Where
from hub.opening import make_store
from hub.settings import Settings, load_settings
from hub.store import Outage
from hub.store.sealing import new_key
from tests.support.store import add_order

PROFILE = 'name = "ACME"\nstatus = "live"\n[identity]\nisa = "ZZ:ACME"\n'
FREE_PORTS = "[web]\nport = 0\n[sftp_server]\nport = 0\n[practice]\nport = 0\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "hub.toml").write_text(FREE_PORTS)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "acme.toml").write_text(PROFILE)
    return tmp_path


def look(settings: Settings, *, connect: bool = False, **environ: str) -> list[Check]:
    """Examine a hub with its real instruments."""
    return examine(settings, instruments(settings, environ), connect=connect)


def ills(checks: list[Check]) -> list[tuple[str, str]]:
    """Return the names of the checks that did not come out well; each says how to mend it."""
    assert all(check.how_to_mend for check in checks if check.status is not Status.OK)
    return [(check.name, check.status.value) for check in checks if check.status is not Status.OK]


def checks_named(checks: list[Check], name: str) -> list[Check]:
    """Return the checks of that name."""
    return [check for check in checks if check.name == name]


def test_a_new_hub_is_well_and_nothing_was_made(root: Path) -> None:
    before = sorted(root.rglob("*"))
    assert ills(look(load_settings(root, {}))) == []
    assert sorted(root.rglob("*")) == before


def test_a_wrong_profile_and_a_missing_secret(root: Path) -> None:
    (root / "partners" / "acme.toml").write_text(PROFILE + '[transport]\npassword = "file:acme_password"\n')
    (root / "partners" / "bad.toml").write_text("nmae = 1\n" + PROFILE)
    checks = look(load_settings(root, {}))
    assert ills(checks) == [("profile", "fail"), ("secret acme transport.password", "fail")]
    assert checks_named(checks, "profile")[0].what.endswith(
        'bad.toml:1:1: unknown key "nmae": did you mean "name"?'
    )


def test_a_secret_that_others_may_read(root: Path) -> None:
    (root / "hub.toml").write_text(FREE_PORTS + '[odoo]\nurl = "http://127.0.0.1:9"\nkey = "file:odoo"\n')
    (root / "secrets").mkdir(mode=0o755)
    (root / "secrets" / "odoo").write_text("k")
    (root / "secrets" / "odoo").chmod(0o644)
    settings = load_settings(root, {})
    tools = structs.replace(instruments(settings, {}), odoo=lambda: CAPABLE, names=tuple)
    assert ills(examine(settings, tools)) == [("secrets", "warn"), ("secret odoo.key", "fail")]


def test_a_database_that_others_may_read(root: Path) -> None:
    settings = load_settings(root, {})
    make_store(settings).close()
    assert ills(look(settings)) == []
    (database := root / "var" / "hub.sqlite3").chmod(0o644)
    (root / "var").chmod(0o755)
    assert ills(look(settings)) == [("database file", "warn")]
    (root / "var").chmod(0o700)
    assert ills(look(settings)) == []
    database.chmod(0o600)
    (root / "var").chmod(0o755)
    assert ills(look(settings)) == []


def test_a_database_that_was_lost_is_no_new_one(root: Path) -> None:
    settings = load_settings(root, {})
    make_store(settings).close()
    for file in (root / "var").glob("hub.sqlite3*"):
        file.unlink()
    (found,) = [check for check in look(settings) if check.status is not Status.OK]
    assert (found.name, found.status) == ("database", Status.FAIL)
    assert "hub restore" in found.how_to_mend
    with pytest.raises(ConfigError, match="it was lost"):
        make_store(settings)


def test_payloads_under_another_key(root: Path) -> None:
    (root / "secrets").mkdir(mode=0o700)
    for name in ("first", "second"):
        (root / "secrets" / name).write_bytes(new_key())
        (root / "secrets" / name).chmod(0o600)
    sealed = FREE_PORTS + '[store]\nencrypt = true\narchive_keys = ["file:{}"]\n'
    (root / "hub.toml").write_text(sealed.format("first"))
    store = make_store(load_settings(root, {}))
    with store.begin() as tx:
        tx.put_artifact(add_order(tx).id, "payload", b"an order")
    store.close()
    assert ills(look(load_settings(root, {}))) == []
    (root / "hub.toml").write_text(sealed.format("second"))
    assert ills(look(load_settings(root, {}))) == [("payloads", "fail")]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_port_that_another_program_holds(root: Path, taken_port: int) -> None:
    (root / "hub.toml").write_text(FREE_PORTS.replace("port = 0", f"port = {taken_port}", 1))
    checks = look(load_settings(root, {}))
    assert ills(checks) == [("port web", "fail")]
    assert "HUB_WEB__PORT" in checks_named(checks, "port web")[0].how_to_mend


def test_a_port_that_two_of_ours_want(root: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (root / "hub.toml").write_text(
        f"[web]\nport = {port}\n[sftp_server]\nport = 0\n[practice]\nport = {port}\n"
    )
    (clash,) = checks_named(look(load_settings(root, {})), "port practice")
    assert (clash.status, clash.what) == (Status.FAIL, f"{port} is wanted by [web] too")


def test_a_port_that_the_running_hub_holds(root: Path, taken_port: int) -> None:
    (root / "hub.toml").write_text(FREE_PORTS.replace("port = 0", f"port = {taken_port}", 1))
    (root / "var").mkdir()
    with (root / "var" / "hub.lock").open("w+") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        checks = look(load_settings(root, {}))
    assert ills(checks) == []
    assert "process 4711" in checks_named(checks, "port web")[0].what


def test_a_folder_that_is_a_file(root: Path) -> None:
    (root / "inbox").write_text("")
    assert ("folder inbox", "fail") in ills(look(load_settings(root, {})))


def test_a_database_that_does_not_answer(root: Path) -> None:
    (root / "hub.toml").write_text(
        FREE_PORTS + '[store]\nurl = "postgresql+psycopg://nobody@127.0.0.1:9/none"\n'
    )
    assert ills(look(load_settings(root, {}))) == [("database", "fail")]


def test_a_database_that_is_migrated(root: Path) -> None:
    from hub.wiring import make_store

    settings = load_settings(root, {})
    make_store(settings).close()
    (check,) = checks_named(look(settings), "database")
    assert check.status is Status.OK
    assert "at revision" in check.what


CAPABLE = Capabilities(version="19.0", api="json2", database="main", user="edi")


def with_odoo(root: Path, answer: Capabilities | Exception, missing: tuple[Finding, ...] = ()) -> list[Check]:
    """Examine a hub whose Odoo gives this answer."""
    (root / "hub.toml").write_text(FREE_PORTS + '[odoo]\nurl = "http://127.0.0.1:9"\nkey = "env:KEY"\n')
    settings = load_settings(root, {})

    def odoo() -> Capabilities:
        if isinstance(answer, Exception):
            raise answer
        return answer

    tools: Instruments = structs.replace(
        instruments(settings, {"KEY": "k"}), odoo=odoo, names=lambda: missing
    )
    return [check for check in examine(settings, tools) if check.name.startswith("odoo")]


def test_odoo_that_lets_us_in(root: Path) -> None:
    assert with_odoo(root, CAPABLE) == [
        Check("odoo", Status.OK, "Odoo 19.0 by json2, database main, user edi"),
        Check("odoo names", Status.OK, "Odoo has all that the profiles name"),
    ]


def test_names_that_odoo_does_not_have(root: Path) -> None:
    where = Where(file="partners/acme.toml", row=4, column="1")
    lacking = Finding("config.reference", 'Odoo has no partner "ACMEE"', where=where, hint="correct it")
    _, check = with_odoo(root, CAPABLE, (lacking,))
    what = 'partners/acme.toml:4:1: Odoo has no partner "ACMEE"'
    assert check == Check("odoo names", Status.FAIL, what, "correct it")


@pytest.mark.parametrize("error", [Undeliverable("login refused"), Retryable("connection refused")])
def test_odoo_that_does_not(root: Path, error: Exception) -> None:
    (check,) = with_odoo(root, error)
    assert (check.status, check.what) == (Status.FAIL, str(error))


def test_rights_that_are_missing_in_odoo(root: Path) -> None:
    lacks = Finding("erp.rights", "may not create sale.order", Severity.WARNING, hint="Sales / User")
    checks = with_odoo(root, structs.replace(CAPABLE, missing=(lacks,)))
    assert ills(checks) == [("odoo rights", "warn")]


def test_nobody_answers_at_the_odoo_of_the_settings(root: Path) -> None:
    (root / "hub.toml").write_text(FREE_PORTS + '[odoo]\nurl = "http://127.0.0.1:9"\nkey = "env:KEY"\n')
    assert ills(look(load_settings(root, {}), KEY="k")) == [("odoo", "fail")]


def test_partners_are_called_only_when_asked(root: Path) -> None:
    server = '[transport]\nkind = "sftp"\nhost = "127.0.0.1"\nport = 9\nuser = "u"\nkey = "env:KEY"\n'
    pinned = f'host_key = ["SHA256:{"A" * 43}"]\n'
    (root / "partners" / "acme.toml").write_text(PROFILE + server + pinned)
    settings = load_settings(root, {})
    assert ills(look(settings, KEY="k")) == []
    assert ("partner acme", "fail") in ills(look(settings, connect=True, KEY="k"))


def test_what_a_running_hub_noted_is_told(root: Path) -> None:
    settings = load_settings(root, {})
    store = make_store(settings)
    now = datetime.now(UTC)
    away = Outage(endpoint="Odoo", process="box:7", why="no answer", since=now, next_look_at=now, told_at=now)
    with store.begin() as tx:
        tx.tell_outages("box:7", [away])
        tx.set_stuck("acme", [("x.edi.part", "its name says that it is still being written", 7_200.0)])
    store.close()
    checks = look(settings)
    assert ills(checks) == [("away", "warn"), ("partner acme", "warn")]
    assert "as process box:7 sees it" in checks_named(checks, "away")[0].what
    assert "x.edi.part lies in their folder" in checks_named(checks, "partner acme")[0].what


@pytest.mark.parametrize(
    ("web", "found"),
    [
        ('host = "0.0.0.0"\n', [("web", "warn")]),
        ('host = "0.0.0.0"\npassword = "env:HUB_SECRET_WEB"\n', []),
        ('host = "::1"\n', []),
        ('password = "file:nothing"\n', [("secret web.password", "fail")]),
    ],
)
def test_pages_that_all_may_open(root: Path, web: str, found: list[tuple[str, str]]) -> None:
    (root / "hub.toml").write_text(FREE_PORTS.replace("[web]\n", "[web]\n" + web))
    environ = {"HUB_SECRET_WEB": "a long one"}
    checks = look(load_settings(root, environ), **environ)
    assert [ill for ill in ills(checks) if ill[0] != "port web"] == found
