"""Backup and restore: all of one moment, on either database, and nothing at all of a file that is not whole."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import shutil
import tarfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect
from typer.testing import CliRunner

from hub.backup import Header, Plan, check_backup, write_backup
from hub.backup.form import PART_BYTES, TABLE_PART, Sums
from hub.cli.main import app
from hub.model.errors import ConfigError, Undeliverable
from hub.model.exchange import State
from hub.model.finding import Finding
from hub.runners.local import take_lock
from hub.settings import load_settings
from hub.store.engine import make_engine
from hub.store.migrate import upgrade
from hub.store.schema import artifacts
from tests.support.backups import PROFILE, Change, Place, fill, place, tampered
from tests.support.servers import KINDS, ON_POSTGRES, needs_postgres
from tests.support.store import add_invoice, add_order, sqlite_store, undone

PAIRS = [
    "sqlite to sqlite",
    *(
        pytest.param(pair, marks=ON_POSTGRES)
        for pair in ("sqlite to postgresql", "postgresql to sqlite", "postgresql to postgresql")
    ),
]

#: What a restore itself writes.
OWN_WORDS = {"events", "controls", "control_uses", "cursors", "leases"}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub on SQLite with something in its log, and a backup of it; not to be changed."""
    folder = tmp_path_factory.mktemp("filled")
    full = Place(folder / "old")
    fill(full)
    full.backup(folder / "hub.backup")
    return folder


@pytest.fixture
def old(filled: Path, tmp_path: Path) -> Place:
    """A hub with something in its log."""
    shutil.copytree(filled / "old", tmp_path / "old")
    return Place(tmp_path / "old")


@pytest.fixture
def saved(filled: Path, tmp_path: Path) -> Path:
    """A backup of such a hub."""
    return Path(shutil.copy(filled / "hub.backup", tmp_path))


@pytest.fixture
def new(tmp_path: Path) -> Place:
    return Place(tmp_path / "new")


@pytest.fixture(params=KINDS)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each kind of database."""
    with place(request.param, tmp_path / "elsewhere") as empty:
        yield empty


@pytest.mark.parametrize("pair", PAIRS)
def test_what_comes_back_is_what_was_there(pair: str, tmp_path: Path) -> None:
    source, _, target = pair.partition(" to ")
    with place(source, tmp_path / "old") as old, place(target, tmp_path / "new") as new:
        fill(old)
        before, bytes_before = old.rows(), old.payloads()
        restored = new.restore(old.backup(tmp_path / "hub.backup"))
        after = new.rows()
        assert {name: after[name] for name in before if name not in OWN_WORDS} == {
            name: rows for name, rows in before.items() if name not in OWN_WORDS
        }
        assert after["events"][: len(before["events"])] == before["events"]
        assert new.payloads() == bytes_before
        assert len(bytes_before) == 7
        assert restored.rows == sum(map(len, before.values()))
        assert (new.home / "partners" / "acme.toml").read_text() == PROFILE
        assert (new.home / "hub.toml").read_bytes() == (old.home / "hub.toml").read_bytes()
        with new.store() as store, store.begin() as tx:  # ids go on after the last one
            assert add_order(tx).id == max(row[0] for row in before["exchanges"]) + 1


def test_a_table_may_have_many_parts(old: Place, new: Place, tmp_path: Path) -> None:
    long = [Finding("x.y", f"{number}" * PART_BYTES) for number in range(3)]
    with old.store() as store, store.begin() as tx:
        tx.add_findings(long, exchange_id=1, stage="long")
        tx.add_findings([Finding("x.y", "short")], exchange_id=2, stage="after")
    file = old.backup(tmp_path / "long.backup")
    with tarfile.open(file, "r:gz") as tar:
        assert sum(name.startswith("tables/findings/") for name in tar.getnames()) > 2
    new.restore(file)
    assert new.rows()["findings"] == old.rows()["findings"]


def test_no_secret_is_in_a_backup(saved: Path) -> None:
    with tarfile.open(saved, "r:gz") as tar:
        held = {info.name: tar.extractfile(info).read() for info in tar}
    assert "partners/acme/items.csv" in held
    assert not any(name.startswith("secrets") or b"never in a backup" in data for name, data in held.items())
    assert saved.stat().st_mode & 0o077 == 0


def test_a_backup_overwrites_nothing(old: Place, saved: Path) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        old.backup(saved)


def test_two_backups_to_one_name_do_each_other_no_harm(old: Place, tmp_path: Path) -> None:
    file = tmp_path / "nightly.backup"
    (part := tmp_path / "nightly.backup.part").write_bytes(b"of one that was killed" * 100_000)
    refused: list[str] = []

    def meanwhile(_what: str, _done: int, _of: int) -> None:
        """While the first one is being written: a second one, and a file that comes to the target's place."""
        if not refused:
            with pytest.raises(ConfigError) as told:
                old.backup(file)
            refused.append(str(told.value))
            assert part.exists()

    def in_its_place(_what: str, _done: int, _of: int) -> None:
        late.write_bytes(b"somebody else's")

    with old.store() as store:
        settings_of = load_settings(old.home, {})
        write_backup(store, settings_of, old.home, file, now=datetime.now(UTC), tell=meanwhile)
        assert "another backup is just being written there" in refused[0]
        check_backup(file)
        late = tmp_path / "late.backup"
        with pytest.raises(ConfigError, match="exists already"):
            write_backup(store, settings_of, old.home, late, now=datetime.now(UTC), tell=in_its_place)
    assert late.read_bytes() == b"somebody else's"
    assert sorted(path.name for path in tmp_path.glob("*.backup*")) == ["late.backup", "nightly.backup"]


def test_a_backup_beside_a_busy_hub_is_of_one_moment(elsewhere: Place, tmp_path: Path) -> None:
    """An order and its payload are written together: whatever moment it is, none has one without the other."""
    fill(elsewhere)
    stop = threading.Event()

    def work() -> None:
        with elsewhere.store() as store:
            for number in itertools.count():
                if stop.wait(0.002):
                    return
                with store.begin() as tx:
                    made = add_order(tx, f"busy-{number}", state=State.POSTED)
                    tx.put_artifact(made.id, "payload", b"busy %d" % number)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        files = [elsewhere.backup(tmp_path / f"{n}.backup") for n in range(2)]
    finally:
        stop.set()
        worker.join()
    for number, file in enumerate(files):
        new = Place(tmp_path / f"new{number}")
        new.restore(file)
        rows = new.rows()
        owners = {row[1] for row in rows["artifacts"]}
        assert owners == {row[0] for row in rows["exchanges"]}
        assert len(new.payloads()) == len(owners) + 3
    assert files[0].stat().st_size < files[-1].stat().st_size


def unpacked(data: bytes) -> bytes | None:
    """Return what gzip makes of it, None when it cannot."""
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None


@settings(max_examples=30)
@given(at=st.floats(0, 1), bit=st.integers(0, 7))
def test_a_damaged_file_is_refused_wherever_the_damage_is(
    filled: Path, tmp_path_factory: pytest.TempPathFactory, at: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    original = (filled / "hub.backup").read_bytes()
    data = bytearray(original)
    place_of = 10 + int(
        at * (len(data) - 11)
    )  # the first ten bytes are gzip's header: time and system do not matter
    data[place_of] ^= 1 << bit
    assume(unpacked(data) != unpacked(original))  # bits that fill up a byte between blocks mean nothing
    broken = folder / "broken.backup"
    broken.write_bytes(data)
    new = Place(folder / "new")
    with pytest.raises((Undeliverable, ConfigError)):
        new.restore(broken)
    assert not any(new.home.iterdir())


@pytest.mark.parametrize("kept", [0, 5, 300, -1, -8, -200])
def test_a_file_that_was_cut_short_is_refused(saved: Path, new: Place, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(Undeliverable, match=r"cut short|no backup"):
        new.restore(saved)
    assert not any(new.home.iterdir())


def test_what_is_no_backup_is_refused(new: Place, tmp_path: Path) -> None:
    other = tmp_path / "other.tar.gz"
    with tarfile.open(other, "w:gz") as tar:
        tar.add(__file__, "x.py")
    with pytest.raises(Undeliverable, match="no backup of a hub"):
        new.restore(other)
    with pytest.raises(ConfigError, match="no such file"):
        new.restore(tmp_path / "nothing")


@pytest.mark.parametrize("gone", ["tables/exchanges/000001.jsonl", "archive/", "partners/acme.toml"])
def test_what_is_missing_from_a_backup_is_named(saved: Path, new: Place, gone: str) -> None:
    left: list[str] = []

    def leave_one_out(name: str, data: bytes) -> tuple[str, bytes] | None:
        if name.startswith(gone) and not left:
            left.append(name)
            return None
        return name, data

    with pytest.raises(Undeliverable, match=r"damaged: (table exchanges|payloads|partners/acme.toml)"):
        new.restore(tampered(saved, leave_one_out))


def columns_of(revision: str, folder: Path) -> dict[str, list[str]]:
    """Return the tables and columns that a database of a revision has."""
    engine = make_engine(f"sqlite:///{folder / 'old.db'}")
    with engine.begin() as connection:
        upgrade(connection, revision)
        tables = inspect(connection)
        found = {
            table: [column["name"] for column in tables.get_columns(table)]
            for table in tables.get_table_names()
        }
    engine.dispose()
    return found


def as_of(revision: str, columns: dict[str, list[str]] | None = None) -> Change:
    """Return what makes a backup one of that revision, with the columns that it had then."""
    sums = Sums()

    def change(name: str, data: bytes) -> tuple[str, bytes] | None:
        if name in {"backup.json", "manifest.json"}:
            told = json.loads(data)
            told.get("header", told)["revision"] = revision
            if columns and "tables" in told:
                told["tables"] = msgspec.to_builtins(
                    sums.manifest(msgspec.convert(told["header"], Header)).tables
                )
            return name, json.dumps(told).encode()
        part = TABLE_PART.fullmatch(name)
        if not part or not columns:
            return name, data
        if part[1] not in columns:
            return None
        head, *rows = [json.loads(line) for line in data.splitlines()]
        kept = [n for n, column in enumerate(head) if column in columns[part[1]]]
        data = b"".join(json.dumps([row[n] for n in kept]).encode() + b"\n" for row in (head, *rows))
        sums.table(part[1], data)
        return name, data

    return change


def test_a_backup_of_a_newer_hub_is_refused(saved: Path, new: Place) -> None:
    with pytest.raises(ConfigError, match="revision 9999 that this version does not know"):
        new.restore(tampered(saved, as_of("9999")))


def test_a_backup_of_an_older_hub_is_migrated(saved: Path, elsewhere: Place, tmp_path: Path) -> None:
    elsewhere.restore(tampered(saved, as_of("0002", columns_of("0002", tmp_path))))
    rows = elsewhere.rows()
    assert rows["vendor_stock"] == []
    assert len(rows["exchanges"]) == 4


@pytest.mark.parametrize("name", ["partners/../../evil", "partners/a/../../../evil"])
def test_a_hostile_name_leads_nowhere(saved: Path, new: Place, name: str) -> None:
    import hashlib

    def change(old_name: str, data: bytes) -> tuple[str, bytes]:
        if old_name == "partners/acme.toml":
            return name, data
        if old_name == "manifest.json":
            told = json.loads(data)
            told["files"].pop("partners/acme.toml")
            told["files"][name] = hashlib.sha256(PROFILE.encode()).hexdigest()
            data = json.dumps(told).encode()
        return old_name, data

    with pytest.raises(Undeliverable, match="leads out of its folder"):
        new.restore(tampered(saved, change))
    assert not list(saved.parent.rglob("evil"))
    with new.store() as store, store.read() as tx:
        assert tx.count_by_state() == {}


def test_a_place_with_a_log_is_refused(saved: Path, elsewhere: Place) -> None:
    with elsewhere.store() as store, store.begin() as tx:
        add_order(tx, "mine")
    with pytest.raises(ConfigError, match="is not empty"):
        elsewhere.restore(saved)
    with elsewhere.store() as store, store.read() as tx:
        assert tx.exchange(1).number == "mine"


def test_over_puts_what_was_there_aside(saved: Path, new: Place) -> None:
    with new.store() as store, store.begin() as tx:
        add_order(tx, "mine")
    (new.home / "partners").mkdir()
    (new.home / "partners" / "mine.toml").write_text("")
    new.restore(saved, Plan(over=True))
    assert (new.home / "partners" / "acme.toml").exists()
    (aside,) = new.home.glob("partners.before-restore-*")
    assert (aside / "mine.toml").exists()
    (database,) = (new.home / "var").glob("hub.sqlite3.before-restore-*")
    (tmp := new.home / "aside").mkdir()
    (tmp / "hub.db").write_bytes(database.read_bytes())
    with sqlite_store(tmp) as store, store.read() as tx:
        assert tx.exchange(1).number == "mine"


@pytest.mark.parametrize("damage", [b"hello\n", b"SQLite format 3\0" + b"x" * 5000, None, b""])
def test_a_damaged_database_is_put_aside(saved: Path, new: Place, damage: bytes | None) -> None:
    with new.store() as store:
        for number in range(50):
            with store.begin() as tx:
                add_order(tx, f"mine {number}")
    database = new.home / "var" / "hub.sqlite3"
    data = database.read_bytes() if damage is None else damage
    database.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096) if damage is None else data)
    runner, env = CliRunner(), {"HUB_ROOT": str(new.home)}
    for command in ("log", "verify", "backup"):
        said = runner.invoke(app, [command, *(["x.backup"] if command == "backup" else [])], env=env)
        assert (said.exit_code in {1, 2}, "Traceback" in said.output) == (True, False), said.output
    refused = runner.invoke(app, ["restore", str(saved)], env=env)
    if data:
        assert (refused.exit_code, "is not empty" in refused.stderr) == (2, True)
        restored = runner.invoke(app, ["restore", "--over", str(saved)], env=env)
        assert restored.exit_code == 0, restored.output
        assert "control numbers of the database that was there: it is damaged" in restored.stdout
        (aside,) = database.parent.glob("hub.sqlite3.before-restore-*")
        assert aside.read_bytes()[:4096] == data[:4096]
    else:
        assert refused.exit_code == 0
    assert runner.invoke(app, ["log"], env=env).exit_code == 0
    with new.store() as store, store.read() as tx:
        assert tx.exchange(1).number == "PO-0"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "the database URL cannot be read"),
        ("postgresql://nobody@127.0.0.1:1/nothing", "could not do it now"),
        ("sqlite:///partners", "partners, which is a folder"),
    ],
)
def test_a_place_that_cannot_be_is_told_in_one_line(saved: Path, new: Place, url: str, says: str) -> None:
    (new.home / "partners").mkdir()
    env = {"HUB_ROOT": str(new.home), "HUB_STORE__URL": url.replace("///", f"///{new.home}/")}
    said = CliRunner().invoke(app, ["restore", str(saved)], env=env)
    assert said.exit_code in {1, 2}
    assert (says in said.stderr.replace("\n", ""), isinstance(said.exception, SystemExit)) == (True, True), (
        said
    )


def test_no_folder_is_taken_for_a_backup(old: Place, new: Place, tmp_path: Path) -> None:
    runner = CliRunner()
    said = runner.invoke(app, ["restore", str(tmp_path)], env={"HUB_ROOT": str(new.home)})
    assert (said.exit_code, "Is a directory" in said.stderr) == (1, True), said.output
    for target in (tmp_path / ("x" * 300), Path("/etc/passwd/x")):
        said = runner.invoke(app, ["backup", str(target)], env={"HUB_ROOT": str(old.home)})
        assert (said.exit_code, "cannot be written" in said.stderr) == (2, True), said.output


def test_profiles_that_differ_are_not_lost(saved: Path, new: Place) -> None:
    (new.home / "partners").mkdir()
    (new.home / "partners" / "acme.toml").write_text("[identity]\n")
    with pytest.raises(ConfigError, match="--without-profiles"):
        new.restore(saved)
    new.restore(saved, Plan(profiles=False))
    assert (new.home / "partners" / "acme.toml").read_text() == "[identity]\n"


def test_the_same_profiles_are_no_obstacle(saved: Path, new: Place) -> None:
    (new.home / "partners").mkdir()
    (new.home / "partners" / "acme.toml").write_text(PROFILE)
    new.restore(saved)
    assert (new.home / "partners" / "acme" / "items.csv").exists()


def test_nothing_is_restored_under_a_running_hub(saved: Path, new: Place) -> None:
    lock = new.home / "var" / "hub.lock"
    with closing(take_lock(lock)), pytest.raises(ConfigError, match="another hub"):
        new.restore(saved, Plan(over=True))


@pytest.mark.postgres
@needs_postgres
def test_nothing_is_restored_under_the_workers_of_another_machine(saved: Path, tmp_path: Path) -> None:
    with place("postgresql", tmp_path / "cluster") as cluster:
        with cluster.store() as store, store.begin() as tx:
            tx.claim_lane("acme:out", "worker 7", 60)
        with pytest.raises(ConfigError, match="worker 7 holds acme:out"):
            cluster.restore(saved, Plan(over=True))


def test_control_numbers_are_moved_on(saved: Path, elsewhere: Place) -> None:
    restored = elsewhere.restore(saved, Plan(control_gap=50))
    assert [(c.scope, c.before, c.now) for c in restored.controls] == [("isa:a>b", 1, 51)]
    with elsewhere.store() as store, store.begin() as tx:
        assert tx.next_control("isa:a>b") == 52
        assert tx.next_control("isa:new>partner") == 51  # the lost hub may have begun this scope, too
        assert tx.control_history("isa:a>b")[-1].purpose.startswith("void: restored")
        assert tx.claim_lane("acme:out", "me", 60) is not None  # leases are void


def test_control_numbers_start_again_after_the_last_one(old: Place, new: Place, tmp_path: Path) -> None:
    with old.store() as store, store.begin() as tx:
        tx.advance_controls(999_999_990, {})
    new.restore(old.backup(tmp_path / "late.backup"), Plan(control_gap=50))
    with new.store() as store, undone(store) as tx:
        assert tx.next_control("isa:a>b") == 43
        tx.record_control("isa:a>b", 43, None, "x")
        assert tx.control_history("isa:a>b")[-1].round == 1


def test_numbers_that_the_present_database_gave_out_are_not_reused(saved: Path, elsewhere: Place) -> None:
    """The same backup twice over the same hub: what it gave out in between counts."""
    elsewhere.restore(saved, Plan(control_gap=10))
    with elsewhere.store() as store, store.begin() as tx:
        used = {tx.next_control("isa:a>b") for _ in range(15)}
        later = tx.next_control("isa:later>one")
    elsewhere.restore(saved, Plan(over=True, control_gap=10))
    with elsewhere.store() as store, store.begin() as tx:
        assert tx.next_control("isa:a>b") not in used
        assert tx.next_control("isa:later>one") > later


def test_what_may_have_been_sent_waits_for_a_person(old: Place, new: Place, tmp_path: Path) -> None:
    with old.store() as store, store.begin() as tx:
        for key, state in (("n", State.NOTICED), ("c", State.COMPOSED), ("s", State.SENT)):
            add_invoice(tx, key, state=state)
        add_order(tx, "on its way", state=State.TRANSLATED)
    restored = new.restore(old.backup(tmp_path / "busy.backup"))
    with new.store() as store, store.read() as tx:
        states = {tx.exchange(number).state for number in (5, 6)}
        assert states == {State.HELD, State.DEAD}
        assert tx.due_lanes() == ["acme:in"]  # only what is posted once by its key goes on by itself
        assert "hub redrive 6" in tx.findings(exchange_id=6)[0].hint
    told = {check.what: check.exchanges for check in restored.to_check}
    assert told["files that were written and not sent"] == (6,)
    assert told["news from Odoo that were not written yet"] == (5,)
    assert told["files that were sent and not acknowledged"] == (7,)
    assert told["documents on their way to Odoo"] == (8,)


def test_a_payload_that_the_archive_lost_is_told(old: Place, new: Place, tmp_path: Path) -> None:
    with old.store() as store:
        lost, spoiled = list(store.archive.names())[:2]
        for name, data in ((lost, None), (spoiled, b"other bytes")):
            path = store.archive.stored(name)
            assert path is not None
            path.unlink() if data is None else path.write_bytes(data)
        with store._engine.begin() as connection:
            in_row = artifacts.update().where(artifacts.c.exchange_id == 2).values(body=b"order 2")
            assert connection.execute(in_row).rowcount == 1
            connection.exec_driver_sql("UPDATE artifacts SET body = 'no bytes' WHERE exchange_id = 3")
    file = old.backup(tmp_path / "poor.backup")
    manifest, _ = check_backup(file)
    assert (manifest.payloads.missing, manifest.payloads.damaged, manifest.payloads.in_rows) == (1, 3, 3)
    in_rows = (hashlib.sha256(data).hexdigest() for data in (b"order 1", b"order 2"))
    assert manifest.payloads.named == (*in_rows, lost, spoiled)
    assert "payloads that the backup lacks or has damaged" in {c.what for c in new.restore(file).to_check}


def test_the_commands(old: Place, new: Place, tmp_path: Path) -> None:
    file = str(tmp_path / "cli.backup")
    runner = CliRunner()
    made = runner.invoke(app, ["backup", file, "--json"], env={"HUB_ROOT": str(old.home)})
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["manifest"]["tables"]["exchanges"]["rows"] == 4
    again = runner.invoke(app, ["backup", file], env={"HUB_ROOT": str(old.home)})
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    back = runner.invoke(app, ["restore", file], env={"HUB_ROOT": str(new.home)})
    assert back.exit_code == 0, back.output
    assert "control numbers moved on by 1000: 1 scopes" in back.stdout
    assert "what happened in Odoo between the backup and now" in back.stdout
    twice = runner.invoke(app, ["restore", file], env={"HUB_ROOT": str(new.home)})
    assert (twice.exit_code, "is not empty" in twice.stderr) == (2, True)
