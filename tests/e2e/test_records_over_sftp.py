"""Files of records over real SFTP, through a hub as `hub run` starts it, on its own practice Odoo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.demo.traders import Trader
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from hub.serving import Service
from hub.settings import Settings
from hub.settings.shape import Paths, Poll, Practice, SftpServer, Store, Web
from hub.store import LogQuery
from tests.support.live_hub import until

CREW = """
name = "Field Crew"
format = "csv"
status = "live"

[records.vendors]
match = "vendors*.csv"
model = "res.partner"
system_of_record = "partner"
key = ["Ref"]
fields = { ref = "Ref", name = "Name", city = "City" }

[records.places]
direction = "out"
model = "res.partner"
system_of_record = "odoo"
domain = '[["ref", "=like", "V-%"]]'
order = "ref"
every = "1m"
fields = { ref = "Ref", city = "City" }
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "crew.toml").write_text(CREW)
    settings = Settings(
        store=Store(archive=str(tmp_path / "archive")),
        sftp_server=SftpServer(root=str(tmp_path / "sftp"), port=0),
        web=Web(port=0),
        practice=Practice(port=0),
        poll=Poll(erp=0.5, mailbox=0.2),
        paths=Paths(
            partners=str(tmp_path / "partners"),
            inbox=str(tmp_path / "inbox"),
            outbox=str(tmp_path / "outbox"),
            var=str(tmp_path / "var"),
            secrets=str(tmp_path / "secrets"),
        ),
    )
    service = Service(settings, {})
    service.start()
    yield service
    service.stop()


def batches(service: Service) -> list[Exchange]:
    """Return the batches that are done with, oldest first."""
    with service.hub.store.read() as tx:
        found = tx.find_exchanges(LogQuery(partner="crew", document=DocType.RECORDS, states=(State.POSTED,)))
    return sorted(found, key=lambda e: e.id)


def test_a_file_dropped_on_sftp_is_answered_and_written_once(service: Service, tmp_path: Path) -> None:
    assert service.sftp is not None
    assert service.login is not None
    crew = Trader("crew", service.sftp.port, service.login.key, service.sftp.fingerprint, tmp_path / "crew")
    rows = "".join(f"V-{n:04},Vendor {n},Oslo\n" for n in range(1, 1201))
    crew.put("vendors_1.csv", f"Ref,Name,City\n{rows},Nobody,Oslo\n".encode())
    receipt = crew.wait("receipt", 20)
    assert receipt is not None
    assert "is empty, and is part of the key" in receipt.data.decode()
    until(lambda: len(batches(service)) == 3, "three batches are written")
    assert [e.why.partition(";")[0] for e in batches(service)] == [
        "500 rows: 500 created, 0 changed, 0 unchanged, 0 refused",
        "500 rows: 500 created, 0 changed, 0 unchanged, 0 refused",
        "201 rows: 200 created, 0 changed, 0 unchanged, 1 refused",
    ]
    crew.put("vendors_2.csv", f"Ref,Name,City\n{rows}".replace("Vendor 7,Oslo", "Vendor 7,Bergen").encode())
    until(lambda: len(batches(service)) == 6, "the same again")
    assert batches(service)[3].why == "500 rows: 0 created, 1 changed, 499 unchanged, 0 refused"
    crew.close()
