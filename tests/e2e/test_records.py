"""Files of records through a whole hub: picked up, answered, written once, held, retried, and never lost."""

from __future__ import annotations

import csv
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub import story
from hub.cli.records import app as records
from hub.erp.practice.faults import Fault, Kind
from hub.erp.practice.server import PracticeOdoo
from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from tests.support.small_hub import SmallHub, small_hub

_ordinals = itertools.count(1)

CREW = """
name = "Field Crew"
format = "csv"
status = "live"

[records.vendors]
match = "vendors*.csv"
model = "res.partner"
system_of_record = "partner"
key = ["Ref"]
find_by = ["ref"]
batch = 3

[records.vendors.fields]
ref = "Ref"
name = { column = "Name", required = true }
city = "City"
country_id = { column = "Country", look_up = "res.country", by = "code" }

[records.vendors.attachment]
column = "Certificate"
match = "*.pdf"
expires = "Until"
"""


@pytest.fixture
def hub(tmp_path: Path, odoo: PracticeOdoo) -> Iterator[SmallHub]:
    with small_hub(tmp_path, odoo) as hub:
        (tmp_path / "partners" / "crew.toml").write_text(CREW)
        yield hub


def refs(count: int) -> list[str]:
    """Return references that no other test uses."""
    return [f"CREW-{next(_ordinals)}" for _ in range(count)]


def vendors(*rows: str) -> bytes:
    return "\n".join(("Ref,Name,City,Country,Certificate,Until", *rows, "")).encode()


def send(hub: SmallHub, data: bytes, name: str = "vendors.csv") -> list[bytes]:
    return hub.send(data, name, "crew")


def lines(receipt: bytes) -> list[list[str]]:
    """Return the rows of a receipt below its titles."""
    return list(csv.reader(receipt.decode().splitlines()))[1:]


def batches(hub: SmallHub) -> list[Exchange]:
    return hub.received(DocType.RECORDS)


def result(hub: SmallHub, exchange: Exchange) -> dict[str, Any]:
    """Return what the log keeps of what came of a batch."""
    with hub.hub.store.read() as tx:
        data = tx.artifact(exchange.id, "records")
    assert data is not None
    told: dict[str, Any] = json.loads(data)
    return told


def in_odoo(hub: SmallHub, *wanted: str) -> dict[str, Any]:
    domain = [["ref", "in", list(wanted)]]
    rows = hub.call("res.partner", "search_read", domain=domain, fields=["ref", "city"], order="id")
    assert len({row["ref"] for row in rows}) == len(rows), "a vendor was made twice"
    return {row["ref"]: row["city"] for row in rows}


def test_a_file_is_cut_written_and_answered(hub: SmallHub) -> None:
    named = refs(7)
    (receipt,) = send(hub, vendors(*(f"{ref},Vendor,Oslo,NO,," for ref in named)))
    found = batches(hub)
    assert [(e.state, e.envelope.set_id, e.number) for e in found] == [
        (State.POSTED, "vendors", "vendors 2-4"),
        (State.POSTED, "vendors", "vendors 5-7"),
        (State.POSTED, "vendors", "vendors 8"),
    ]
    assert found[0].why == "3 rows: 3 created, 0 changed, 0 unchanged, 0 refused"
    assert in_odoo(hub, *named) == dict.fromkeys(named, "Oslo")
    told = lines(receipt)
    assert [line[1:3] for line in told] == [
        ["vendors 2-4", "accepted"],
        ["vendors 5-7", "accepted"],
        ["vendors 8", "accepted"],
    ]
    assert told[0][6] == "3 rows: 3 created, 0 changed, 0 unchanged, 0 refused"


def test_the_same_file_again_changes_nothing_and_one_with_news_changes_that(hub: SmallHub) -> None:
    one, two = refs(2)
    data = vendors(f"{one},Vendor,Oslo,NO,,", f"{two},Vendor,Oslo,NO,,")
    send(hub, data)
    send(hub, data, "vendors again.csv")
    send(hub, vendors(f"{one},Vendor,Bergen,NO,,", f"{two},Vendor,Oslo,NO,,"))
    send(hub, data, "vendors again.csv")
    assert [e.why.partition(": ")[2] for e in batches(hub)] == [
        "2 created, 0 changed, 0 unchanged, 0 refused",
        "0 created, 0 changed, 2 unchanged, 0 refused",
        "0 created, 1 changed, 1 unchanged, 0 refused",
        "0 created, 1 changed, 1 unchanged, 0 refused",
    ]
    assert result(hub, batches(hub)[2])["records"][0]["changes"] == [["city", "Oslo", "Bergen"]]


def test_no_row_disappears(hub: SmallHub) -> None:
    one, two, three = refs(3)
    (receipt,) = send(
        hub, vendors(f"{one},Vendor,Oslo,NO,,", f"{two},,Oslo,NO,,", f"{three},Vendor,Oslo,XX,,")
    )
    (held,) = batches(hub)
    assert held.state is State.HELD
    assert held.why.startswith("3 rows: 1 created, 0 changed, 0 unchanged, 2 refused")
    assert [(line[2], line[3], line[4]) for line in lines(receipt)] == [
        ("accepted", "", ""),
        ("held", "4", "Country"),  # ours to mend, and decided later
        ("rejected", "3", "Name"),  # theirs to mend
    ]
    assert problems.CODE_UNKNOWN in hub.problems(held)
    assert set(in_odoo(hub, one, two, three)) == {one}
    told = result(hub, held)
    assert sum(len(record["rows"]) for record in told["records"]) == told["tally"]["rows"] == 3

    hub.call("res.country", "create", vals_list=[{"name": "Exland", "code": "XX"}])
    hub.hub.operations.release(str(held.id), "test")
    hub.drain()
    (mended,) = batches(hub)
    assert (mended.state, set(in_odoo(hub, one, two, three))) == (State.POSTED, {one, three})
    assert mended.why == "3 rows: 1 created, 0 changed, 1 unchanged, 1 refused"
    (decided,) = hub.collect("crew")
    assert [(line[2], line[3]) for line in lines(decided)] == [("accepted", ""), ("rejected", "3")]


def test_what_odoo_refuses_is_refused_in_the_receipt_once_it_is_decided(hub: SmallHub) -> None:
    one, two = refs(2)
    (first,) = send(hub, vendors(f"{one},Vendor,Oslo,NO,,", f"{two},Vendor,Oslo,ZQ,,"))
    assert [line[2] for line in lines(first)] == ["accepted", "held"]
    hub.hub.operations.release(str(batches(hub)[0].id), "test")
    hub.drain()
    (second,) = hub.collect("crew")
    assert [(line[2], line[3], line[6]) for line in lines(second)] == [
        ("accepted", "", "2 rows: 0 created, 0 changed, 1 unchanged, 1 refused"),
        ("rejected", "3", "no res.country has code 'ZQ'"),
    ]


def test_the_receipt_waits_for_odoo_and_no_row_is_called_taken_before(
    hub: SmallHub, odoo: PracticeOdoo
) -> None:
    named = refs(4)
    odoo.faults.add(Fault("down", "load"), times=1)
    assert send(hub, vendors(*(f"{ref},Vendor,Oslo,NO,," for ref in named))) == []
    hub.later()
    (receipt,) = hub.collect("crew")
    assert [line[2] for line in lines(receipt)] == ["accepted", "accepted"]


def test_a_receipt_is_written_in_the_dialect_of_its_record_type(hub: SmallHub) -> None:
    hub.edit("crew", 'system_of_record = "partner"', 'system_of_record = "partner"\nseparator = ";"')
    (ref,) = refs(1)
    (receipt,) = send(hub, vendors(f"{ref},Vendor,Oslo,NO,,").replace(b",", b";"))
    assert receipt.decode().startswith("Document;Number;Status;")


def test_a_file_of_nothing_but_bad_rows_goes_back(hub: SmallHub) -> None:
    (receipt,) = send(hub, vendors(f"{refs(1)[0]},,Oslo,NO,,", ",Nobody,,,,"))
    (found,) = batches(hub)
    assert found.state is State.REJECTED
    assert "rejected" in receipt.decode()


def test_a_partner_in_testing_writes_nothing(hub: SmallHub) -> None:
    hub.edit("crew", 'status = "live"', 'status = "testing"')
    (ref,) = refs(1)
    (receipt,) = send(hub, vendors(f"{ref},Vendor,Oslo,NO,,", f"{ref}B,,Oslo,NO,,"))
    assert (batches(hub)[0].state, in_odoo(hub, ref)) == (State.TESTED, {})
    assert [(line[2], line[3]) for line in lines(receipt)] == [("accepted", ""), ("rejected", "3")]
    assert "nothing of it written" in receipt.decode()


@pytest.mark.parametrize("kind", ["timeout_after_commit", "down", "serialization"])
def test_trouble_on_the_way_neither_doubles_nor_loses(hub: SmallHub, odoo: PracticeOdoo, kind: Kind) -> None:
    """A timeout leaves it open whether the batch was written; the next try finds out."""
    named = refs(3)
    odoo.faults.add(Fault(kind, "load"), times=1)
    send(hub, vendors(*(f"{ref},Vendor,Oslo,NO,," for ref in named)))
    assert batches(hub)[0].state is (State.IN_DOUBT if kind == "timeout_after_commit" else State.TRANSLATED)
    hub.later()
    (found,) = batches(hub)
    assert found.state is State.POSTED
    assert set(in_odoo(hub, *named)) == set(named)


def test_a_certificate_is_kept_with_its_date_once_it_has_come(hub: SmallHub) -> None:
    (ref,) = refs(1)
    row = f"{ref},Vendor,Oslo,NO,{ref}.pdf,2027-01-31"
    send(hub, vendors(row))
    (held,) = batches(hub)
    assert held.state is State.HELD
    assert f"the file '{ref}.pdf' that it names has not come" in held.why

    send(hub, b"%PDF-1.7 insured", f"{ref}.pdf")
    assert hub.files()[-1].state is State.OPENED
    hub.hub.operations.release(str(held.id), "test")
    hub.drain()
    assert batches(hub)[0].state is State.POSTED
    (kept,) = hub.call("ir.attachment", "search_read", domain=[["name", "=", f"{ref}.pdf"]], fields=[])
    assert (kept["res_model"], kept["description"]) == ("res.partner", "expires 2027-01-31")


def test_a_secret_is_written_and_shown_to_nobody(hub: SmallHub) -> None:
    (hub.root / "partners" / "crew.toml").write_text(
        CREW.replace('city = "City"', 'city = { column = "City", secret = true }')
    )
    (ref,) = refs(1)
    send(hub, vendors(f"{ref},Vendor,Atlantis,NO,,"))
    assert in_odoo(hub, ref) == {ref: "Atlantis"}
    (found,) = batches(hub)
    with hub.hub.store.read() as tx:
        kept = [tx.artifact(found.id, kind) or b"" for kind in ("canonical", "records")]
    assert not any(b"Atlantis" in data for data in kept)
    assert "Atlantis" not in str(story.tell(hub.hub.store, hub.hub.formats, found.id))


def test_other_files_of_the_partner_go_their_way(hub: SmallHub) -> None:
    send(hub, b"Order,Item\n1,2\n", "orders.csv")
    assert batches(hub) == []


OUT = """
[records.places]
direction = "out"
model = "res.partner"
system_of_record = "odoo"
domain = '[["ref", "=like", "OUT-%"]]'
order = "ref"
every = "1h"
changed = true
decimal = ","
date_format = "%d.%m.%Y"
name = "places_{date}_{time}.{ext}"

[records.places.fields]
ref = "Code"
name = "Name"
"country_id.code" = { column = "Land", codes = { NORGE = "NO" } }
customer_rank = "Rank"
"""


def sending(hub: SmallHub, text: str = OUT) -> SmallHub:
    """Have the crew told of places by the hour; the first hour has begun."""
    (hub.root / "partners" / "crew.toml").write_text(CREW + text)
    hub.hub.scheduler.run()
    return hub


def due(hub: SmallHub, hours: float = 1) -> list[bytes]:
    """Let time pass, and return the files that the partner finds then."""
    hub.clock.advance(hours * 3600)
    hub.hub.scheduler.run()
    hub.drain()
    return hub.collect("crew")


def place(hub: SmallHub, ref: str, name: str = "Depot") -> int:
    norway = hub.call("res.country", "search", domain=[["code", "=", "NO"]])[0]
    (made,) = hub.call("res.partner", "create", vals_list=[{"ref": ref, "name": name, "country_id": norway}])
    return int(made)


def test_what_changed_goes_out_by_the_hour_and_each_change_once(hub: SmallHub) -> None:
    sending(hub)
    ref = f"OUT-{next(_ordinals)}"
    made = place(hub, ref)
    time.sleep(2)  # Odoo tells the second of a change, and what changed in this one is told twice
    (first,) = due(hub)
    assert first.decode().splitlines()[0] == "Code,Name,Land,Rank"
    assert f"{ref},Depot,NORGE,0" in first.decode()
    assert due(hub) == []
    told = hub.sent(DocType.RECORDS)
    assert [(e.state, e.why) for e in told[1:]] == [(State.CANCELLED, "nothing to tell since the last file")]

    hub.call("res.partner", "write", ids=[made], vals={"name": "Depot North"})
    (second,) = due(hub)
    assert second.decode() == f"Code,Name,Land,Rank\r\n{ref},Depot North,NORGE,0\r\n"


def test_hours_that_were_missed_are_told_in_one_file(hub: SmallHub) -> None:
    sending(hub)
    place(hub, f"OUT-{next(_ordinals)}")
    assert len(due(hub, hours=7)) == 1


def test_odoo_down_when_it_is_due_is_waited_out(hub: SmallHub, odoo: PracticeOdoo) -> None:
    sending(hub)
    place(hub, f"OUT-{next(_ordinals)}")
    odoo.faults.add(Fault("down", "search"), times=1)
    assert due(hub) == []
    hub.later()
    assert len(hub.collect("crew")) == 1


def test_a_file_as_xml(hub: SmallHub) -> None:
    sending(hub, OUT.replace('decimal = ","', 'format = "xml"\nnodes = "Places/Place"'))
    ref = f"OUT-{next(_ordinals)}"
    place(hub, ref, "Ål & Sons")
    (data,) = due(hub)
    assert f"<Code>{ref}</Code>" in data.decode()
    assert "<Name>Ål &amp; Sons</Name>" in data.decode()


def test_a_field_that_odoo_does_not_have_holds_the_file(hub: SmallHub) -> None:
    sending(hub, OUT + 'no_such_field = "X"\n')
    assert due(hub) == []
    (held,) = hub.sent(DocType.RECORDS)
    assert (held.state, held.why) == (State.HELD, "res.partner has no field 'no_such_field'")


def test_what_came_of_each_record_can_be_looked_up(hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = refs(2)
    send(hub, vendors(f"{one},Vendor,Oslo,NO,,", f"{two},Vendor,Oslo,ZZ,,"))
    (hub.root / "hub.toml").write_text(f'[store]\narchive = "{hub.root}/archive"\n')
    monkeypatch.setenv("HUB_ROOT", str(hub.root))
    told = CliRunner().invoke(records, ["show", str(batches(hub)[0].id)], catch_exceptions=False).stdout
    assert f"create   {one}  row 2" in told
    assert "no res.country has code 'ZZ'" in told
    assert "vendors -> res.partner: 2 rows: 1 created, 0 changed, 0 unchanged, 1 refused" in told


def test_a_finding_is_shown_at_its_row_in_any_part(hub: SmallHub) -> None:
    rows = [f"{ref},Vendor,Oslo,NO,," for ref in refs(4)]
    send(hub, vendors(*rows, f"{refs(1)[0]},,Oslo,NO,,"))
    told = story.tell(hub.hub.store, hub.hub.formats, batches(hub)[1].id)
    (line,) = (line for line in told.lines if line.findings)
    assert '{"number":6,' in line.text
