"""Retention: what is old and done with goes, payloads first and rows later; what is open, held or still moves stays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec import structs
from typer.testing import CliRunner

from hub.cli.main import app
from hub.model.errors import ConfigError, Undeliverable
from hub.model.exchange import State
from hub.model.partner import Identity, Partner, Retention
from hub.retaining import SPARED_SECONDS, Removed, Retaining
from hub.settings import load_settings
from hub.store import Archive, NotFound
from hub.store.schema import artifacts
from hub.story import raw, tell
from hub.verifying import verify
from hub.wiring import make_formats
from tests.support.backups import Place, fill, place
from tests.support.servers import KINDS
from tests.support.store import add_invoice, add_order

DAY = 86_400.0
PAYLOADS = Retention(payloads=400 * DAY)
BOTH = Retention(payloads=400 * DAY, log=2000 * DAY)


@pytest.fixture(params=KINDS)
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A hub with three posted orders in three files, and an acknowledged invoice of an order PO-1."""
    with place(request.param, tmp_path / "hub") as there:
        fill(there)
        with there.store() as store, store.begin() as tx:
            for number, exchange in enumerate(("1", "2", "3")):  # each order's own number
                made = tx.exchange(int(exchange))
                tx.move(made.id, made.state, order_number=f"PO-{number}")
        yield there


def age(where: Place, days: float) -> None:
    """Let time pass, for the rows and for the files of the archive."""
    where.clock.advance(days * DAY)
    archive = Path(load_settings(where.home, where.environ).store.archive)
    for path in archive.glob("??/??/*"):
        os.utime(path, (0, path.stat().st_mtime - SPARED_SECONDS - 1))


def retain(
    where: Place, default: Retention, partners: Mapping[str, Partner] | None = None, *, dry: bool = False
) -> Removed:
    with where.store() as store:
        return Retaining(store, lambda: partners or {}, default, where.clock).look(dry=dry)


def archived(where: Place) -> list[str]:
    with where.store() as store:
        return list(store.archive.names())


def test_nothing_is_removed_unless_it_is_asked_for(hub: Place) -> None:
    age(hub, 10_000)
    assert retain(hub, Retention()) == Removed()
    assert len(archived(hub)) == 4


def test_old_payloads_go_and_their_rows_stay(hub: Place) -> None:
    age(hub, 399)
    assert retain(hub, PAYLOADS) == Removed()
    age(hub, 2)
    assert retain(hub, PAYLOADS, dry=True) == Removed(payloads=4, files=3, dry=True)
    assert len(archived(hub)) == 4
    removed = retain(hub, PAYLOADS)
    assert (removed.payloads, removed.files, removed.swept, removed.log_exchanges) == (4, 3, 4, 0)
    assert archived(hub) == []
    assert hub.payloads() == {}
    with hub.store() as store:
        with store.read() as tx:
            assert tx.exchange(1).number == "PO-0"
            note = tx.events(exchange_id=1)[-1]
            assert (note.what, note.actor) == ("payload_removed", "retention")
            assert note.why.startswith("payload removed by retention")
            assert tx.events(transmission_id=1)[-1].what == "payload_removed"
        with pytest.raises(Undeliverable, match="removed by retention on"):
            raw(store, 1)
        assert (
            "removed by retention" in tell(store, make_formats(load_settings(hub.home, {}).paths), 1).trouble
        )
        assert verify(store).sound
    assert retain(hub, PAYLOADS) == Removed()


def test_what_is_open_stays_and_so_does_its_file(hub: Place) -> None:
    with hub.store() as store, store.begin() as tx:
        open_one = add_order(tx, "PO-open", state=State.HELD)
        tx.put_artifact(open_one.id, "payload", b"open")
        sent = add_invoice(tx, "invoice:open", state=State.SENT)
        assert sent is not None
        tx.put_artifact(sent.id, "sent", b"sent")
    age(hub, 5000)
    removed = retain(hub, BOTH)
    assert removed.moving == 2 + 2  # the other invoice of PO-1 and its order, for payloads and for the log
    with hub.store() as store, store.read() as tx:
        assert (tx.artifact(open_one.id, "payload"), tx.artifact(sent.id, "sent")) == (b"open", b"sent")
        assert tx.artifact(2, "payload") == b"order 1"  # its order has an invoice that is not acknowledged


def test_an_order_goes_when_all_of_it_is_old(hub: Place) -> None:
    age(hub, 399)
    with hub.store() as store, store.begin() as tx:
        late = add_invoice(tx, "invoice:late", state=State.ACKNOWLEDGED)
        assert late is not None
        tx.put_artifact(late.id, "sent", b"late")
        tx.set_orders(late.id, ["PO-0"])  # it bills PO-1 and PO-0
    age(hub, 2)
    removed = retain(hub, PAYLOADS)
    assert (removed.payloads, removed.moving) == (1, 3)
    age(hub, 400)
    assert retain(hub, PAYLOADS).payloads == 4


@pytest.mark.parametrize(
    ("held", "goes"),
    [
        ({"partner": "acme"}, 0),
        ({"order_number": "PO-2"}, 3),
        ({"partner": "acme", "order_number": "PO-2"}, 3),
        ({"partner": "other", "order_number": "PO-2"}, 4),
        ({"exchange_id": 1}, 3),
    ],
)
def test_a_legal_hold_keeps_what_it_names_until_it_ends(
    hub: Place, held: dict[str, object], goes: int
) -> None:
    with hub.store() as store, store.begin() as tx:
        hold = tx.add_hold(**held, why="a lawsuit", actor="counsel")
    age(hub, 5000)
    removed = retain(hub, BOTH)
    assert removed.payloads == goes
    assert removed.log_exchanges == goes
    with hub.store() as store, store.begin() as tx:
        tx.end_hold(hold.id, why="settled", actor="counsel")
        assert tx.holds() == []
        assert [(h.why, h.ended_by) for h in tx.holds(ended=True)] == [("a lawsuit", "counsel")]
        with pytest.raises(NotFound, match="was ended"):
            tx.end_hold(hold.id, why="again", actor="counsel")
    assert retain(hub, BOTH).log_exchanges == 4 - goes
    told = [row[2] for row in hub.rows()["events"]]
    assert "hold_added" in told or held == {"exchange_id": 1}  # an exchange's audit goes with its row


def test_the_log_goes_later_and_what_was_told_stays_told(hub: Place) -> None:
    age(hub, 2001)
    removed = retain(hub, BOTH)
    assert (removed.log_exchanges, removed.log_files) == (4, 3)
    rows = {name: len(found) for name, found in hub.rows().items()}
    left = {name for name, count in rows.items() if count}
    assert left == {"controls", "cursors", "leases", "past_keys", "pickups"} & left
    assert rows["past_keys"] == 4, "what was told, and the keys of what was posted"
    with hub.store() as store, store.begin() as tx:
        assert add_invoice(tx, "invoice:1") is None  # Odoo's news of long ago are not told again
        assert tx.next_control("isa:a>b") == 2
        assert verify(store).sound


def test_events_stay_sealed_for_everybody_else(hub: Place) -> None:
    age(hub, 2001)
    retain(hub, BOTH)
    with hub.store() as store:
        with store.begin() as tx:
            add_order(tx)
        for change in ("UPDATE events SET why = 'other'", "DELETE FROM events"):
            with pytest.raises(Exception, match="append-only"), store.begin() as tx:
                tx._connection.exec_driver_sql(change)


def test_a_profile_says_it_for_its_partner(hub: Place) -> None:
    acme = Partner(key="acme", name="Acme", identity=Identity(), retention=Retention(payloads=100 * DAY))
    age(hub, 101)
    assert retain(hub, PAYLOADS).payloads == 0
    assert retain(hub, PAYLOADS, {"acme": acme}).payloads == 4
    longer = structs.replace(acme, retention=Retention(payloads=9000 * DAY, log=9000 * DAY))
    age(hub, 5000)
    assert retain(hub, BOTH, {"acme": longer}) == Removed()


def test_bytes_that_another_row_names_stay(hub: Place) -> None:
    age(hub, 401)
    with hub.store() as store, store.begin() as tx:
        again = add_order(tx, "PO-new", state=State.POSTED)
        tx.put_artifact(again.id, "payload", b"order 0")
    assert retain(hub, PAYLOADS).payloads == 4
    with hub.store() as store, store.read() as tx:
        assert tx.artifact(again.id, "payload") == b"order 0"


def test_nothing_of_a_removed_payload_is_left_in_the_database(tmp_path: Path) -> None:
    hub = Place(tmp_path / "hub")
    fill(hub)
    with hub.store() as store, store.begin() as tx:
        made = add_order(tx, "PO-old", state=State.POSTED)
        tx.put_artifact(made.id, "payload", b"secret " * 2000)
    database = hub.home / "var" / "hub.sqlite3"
    assert b"secret secret" in database.read_bytes()
    age(hub, 401)
    assert retain(hub, PAYLOADS).payloads == 5
    assert b"secret secret" not in database.read_bytes()


def test_nothing_of_it_is_left_beside_the_database_either(tmp_path: Path) -> None:
    """The -wal file outgrew its usual length while somebody read, and nothing would ever write over its end."""
    hub = Place(tmp_path / "hub")
    fill(hub)
    beside = hub.home / "var" / "hub.sqlite3-wal"
    with hub.store() as store:
        with store.read():
            for number in range(300):
                with store.begin() as tx:
                    made = add_order(tx, f"PO-old-{number}", state=State.POSTED)
                    tx.put_artifact(made.id, "payload", b"secret " * 2000)
        age(hub, 401)
        retaining = Retaining(store, dict, PAYLOADS, hub.clock)
        with store.read():  # a backup, perhaps: it would see them still
            retaining.run()
        assert b"secret secret" in beside.read_bytes()
        retaining.run()
        assert b"secret secret" not in beside.read_bytes()


def test_bytes_in_rows_go_though_an_older_hub_took_them_for_gone(hub: Place) -> None:
    with hub.store() as store, store._engine.begin() as connection:
        connection.execute(artifacts.update().values(removed_at=hub.clock()))
    age(hub, 401)
    retain(hub, PAYLOADS)
    with hub.store() as store, store.read() as tx:
        assert tx.row_payloads(0) == []


def test_bytes_that_are_put_again_meanwhile_are_not_swept(tmp_path: Path) -> None:
    """A transaction that has put its bytes and has not committed its row yet is not seen by the sweep."""
    archive = Archive(tmp_path)
    name = archive.put(b"seen long ago")
    path = archive.stored(name)
    assert path is not None
    os.utime(path, (0, 0))
    archive.put(b"seen long ago")
    assert archive.remove(name, path.stat().st_mtime - 1) is None
    assert archive.get(name) == b"seen long ago"


def test_nothing_is_swept_during_a_backup(hub: Place) -> None:
    age(hub, 401)
    with Archive(Path(load_settings(hub.home, {}).store.archive)).staying():
        assert retain(hub, PAYLOADS).swept == 0
    assert retain(hub, PAYLOADS).swept == 4


def test_too_short_a_time_is_a_slip(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text('[retention]\npayloads = "400s"\n')
    with pytest.raises(ConfigError, match=r"hub.toml.*less than 30 days"):
        load_settings(tmp_path, {})


def test_the_commands(tmp_path: Path) -> None:
    where = Place(tmp_path / "hub")
    fill(where)
    runner, env = CliRunner(), {"HUB_ROOT": str(where.home), "HUB_RETENTION__PAYLOADS": "400d"}

    def say(*words: str, code: int = 0) -> str:
        done = runner.invoke(app, ["retention", *words], env=env)
        assert done.exit_code == code, done.output
        return done.output

    assert "payloads of 0 documents and 0 files would be removed" in say("--dry-run")
    assert "name what to hold" in say("hold", "add", "--why", "x", code=2)
    assert "stands alone" in say("hold", "add", "--exchange", "1", "--order", "PO-1", "--why", "x", code=2)
    assert "hold 1 stands; it covers 4 documents of the log now" in say(
        "hold", "add", "--partner", "acme", "--why", "a lawsuit"
    )
    assert "hold 2 stands; nothing in the log is of that yet" in say(
        "hold", "add", "--order", "P0-1", "--why", "a slip"
    )
    assert '"covers": 1' in say("hold", "add", "--exchange", "2", "--why", "x", "--json")
    assert "a lawsuit" in say("hold", "list")
    assert "hold 1 is ended" in say("hold", "remove", "1", "--why", "settled")
    assert "a lawsuit" not in say("hold", "list")
    assert '"payloads": 0' in say("--json")
    assert "there is no exchange 99" in say("hold", "add", "--exchange", "99", "--why", "x", code=1)
