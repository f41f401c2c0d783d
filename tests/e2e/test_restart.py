"""Stopped, killed, started again, or started before Odoo: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.support.hub_process import SETTINGS, HubProcess, hub_process, until
from tests.support.sftp import free_port
from tests.support.small_hub import fresh_number
from tests.support.wire import find, order_file, segment


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    with hub_process(tmp_path) as hub:
        yield hub


def inbox(hub: HubProcess) -> Path:
    return hub.root / "var" / "sftp" / "acme" / "in"


def upload(hub: HubProcess, name: str, data: bytes) -> None:
    """Put a file where the SFTP server would, also while there is none."""
    inbox(hub).mkdir(parents=True, exist_ok=True)
    part = inbox(hub) / f".{name}.part"
    part.write_bytes(data)
    part.rename(inbox(hub) / name)


def answers(hub: HubProcess) -> list[bytes]:
    """Return the 997s that lie there for acme."""
    out = hub.root / "var" / "sftp" / "acme" / "out"
    return [file.read_bytes() for file in sorted(out.glob("997*"))] if out.exists() else []


def sale_orders(hub: HubProcess, numbers: list[str]) -> list[int]:
    """Return how many sale orders Odoo has of each number."""
    with hub.people() as people:
        session = people._odoo
        found = session.search_read("sale.order", [["client_order_ref", "in", numbers]], ["client_order_ref"])
    named = [row["client_order_ref"] for row in found]
    return [named.count(number) for number in numbers]


def test_a_second_start_goes_on_where_the_first_ended(hub: HubProcess) -> None:
    numbers = [fresh_number() for _ in range(3)]
    upload(hub, "before.edi", order_file(numbers[0], control=1))  # before the hub ever ran
    hub.start()
    until(lambda: len(answers(hub)) == 1, "the first 997")
    upload(hub, "during.edi", order_file(numbers[1], control=2))
    until(lambda: len(answers(hub)) == 2, "the second 997")
    assert hub.stop() == 0
    assert not (hub.root / "var" / "hub.json").exists()
    upload(hub, "after.edi", order_file(numbers[2], control=3))
    hub.start()
    until(lambda: len(answers(hub)) == 3, "the third 997")
    until(lambda: sale_orders(hub, numbers) == [1, 1, 1], "three orders")
    controls = [segment(a, "ISA")[13] for a in answers(hub)]
    assert controls == ["000000001", "000000002", "000000003"]
    assert hub.stop(signal.SIGINT) == 0
    log = (hub.root / "hub.log").read_text()
    assert "Traceback" not in log, log


def test_killed_in_the_middle_of_traffic(hub: HubProcess) -> None:
    numbers = [fresh_number() for _ in range(20)]
    moments = random.Random(7)
    hub.start()
    for at, number in enumerate(numbers, 1):
        upload(hub, f"{at:02d}.edi", order_file(number, control=at))
        if at % 7 == 0:
            time.sleep(moments.uniform(0.05, 0.5))
            hub.stop(signal.SIGKILL)
            hub.start()
    until(lambda: len({segment(a, "AK1")[2] for a in answers(hub)}) == 20, "all 997s")
    until(lambda: sale_orders(hub, numbers) == [1] * 20, "all orders, once each")
    until(lambda: {e.state for e in hub.log()} <= {State.POSTED, State.DELIVERED}, "quiet")
    assert hub.stop() == 0
    log = hub.log()
    assert [e.document for e in log].count(DocType.PURCHASE_ORDER) == 20
    assert [e.document for e in log].count(DocType.FUNCTIONAL_ACK) == 20
    said = {segment(a, "ISA")[13]: a for a in answers(hub)}
    assert sorted(said) == [f"{n:09d}" for n in range(1, 21)]  # no number lost, none used twice
    assert all(said[segment(a, "ISA")[13]] == a for a in answers(hub))
    assert list(inbox(hub).iterdir()) == []


def test_an_odoo_that_comes_later_gets_the_orders_that_waited(tmp_path: Path) -> None:
    number, port = fresh_number(), free_port()
    odoo = PracticeOdoo(tmp_path / "odoo.sqlite", port=port)
    odoo.seed()
    settings = f"""{SETTINGS}
[odoo]
url = "http://127.0.0.1:{port}"
database = "practice"
login = "hub"
key = "env:HUB_SECRET_ODOO"
"""
    with hub_process(tmp_path / "hub", settings, HUB_SECRET_ODOO=odoo.key) as hub:
        hub.start()
        with hub.partner("acme") as acme:
            acme.put("order.edi", order_file(number, control=1))
            assert find(acme.get("997"), "AK9")[0][1] == "A"
            until(lambda: any("Odoo" in e.why for e in hub.log(number)), "it says whom it waits for")
            assert hub.log(number)[0].state is State.TRANSLATED
            odoo.start()
            odoo.fail_next("timeout_after_commit", method="load")
            until(lambda: hub.log(number)[0].state is State.POSTED, "the order goes through by itself")
            with odoo.data.transaction() as env:
                order = env.search("sale.order", [["client_order_ref", "=", number]])
            assert len(order) == 1
            odoo.data.call_named("sale.order", "action_confirm", {"ids": order})
            assert segment(acme.get("855"), "BAK")[3] == number
        assert hub.stop() == 0
    odoo.stop()
