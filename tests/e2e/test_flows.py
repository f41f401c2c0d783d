"""The whole hub in a process of its own: each way in which documents go through it, seen from both ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.demo.people import People, sscc
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from tests.support.hub_process import Counterpart, HubProcess, hub_process, until
from tests.support.sftp import Embedded, embedded_server
from tests.support.small_hub import fresh_number
from tests.support.wire import LAMP, Set, find, functional_ack, group, interchange, order_file, segment

_FOLDER = """
extends = "_x12_customer"
name = "Harbor"
status = "live"
[identity]
isa = "ZZ:HARBOR"
odoo = "ACME"
[transport]
kind = "folder"
settle_seconds = "0s"
[receive.purchase_order.crosswalk]
item = "acme/items.csv"
ship_to = "acme/ship_to.csv"
unit = "acme/units.csv"
"""


def _remote(server: Embedded) -> str:
    return (
        _FOLDER.replace("HARBOR", "PACIFIC")
        .replace("Harbor", "Pacific")
        .replace(
            'kind = "folder"',
            f'kind = "sftp"\nhost = "127.0.0.1"\nport = {server.server.port}\nuser = "acme"\nkey = "file:pacific"\n'
            f'host_key = ["{server.server.fingerprint}"]\ninbox = "/out"\noutbox = "/in"\narchive = "/archive"\n'
            'poll_seconds = "1s"',
        )
    )


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A partner's own SFTP server."""
    with embedded_server(tmp_path_factory.mktemp("remote")) as server:
        yield server


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, remote: Embedded) -> Iterator[HubProcess]:
    """A running hub with five partners: the shipped ones, a watched folder, and a server of the partner's."""
    root = tmp_path_factory.mktemp("hub")
    with hub_process(root) as hub:
        (root / "partners" / "harbor.toml").write_text(_FOLDER)
        (root / "partners" / "pacific.toml").write_text(_remote(remote))
        (root / "secrets").mkdir(mode=0o700)
        key = root / "secrets" / "pacific"
        key.touch(mode=0o600)
        key.write_bytes(remote.key_path.read_bytes())
        hub.start()
        yield hub
        assert hub.stop() == 0


@pytest.fixture
def people(hub: HubProcess) -> Iterator[People]:
    with hub.people() as people:
        yield people


def acknowledge(partner: Counterpart, sent: bytes, control: int, sender: str = "ZZ:ACMERETAIL") -> None:
    """Let a partner accept what we sent."""
    gs, st = segment(sent, "GS"), segment(sent, "ST")
    rows = group(functional_ack(gs[1], gs[6], st[1]), control=control, functional_id="FA")
    partner.put(f"ack-{control}.edi", interchange(*rows, control=control, sender=sender))


@pytest.mark.parametrize("client", ["paramiko", pytest.param("openssh", marks=pytest.mark.sftp)])
def test_a_customer_orders_and_hears_all_of_it(hub: HubProcess, people: People, client: str) -> None:
    number, base = fresh_number(), {"paramiko": 1000, "openssh": 2000}[client]
    with hub.partner("acme", client) as acme:
        acme.put("order.edi", order_file(number, control=base))
        answer = acme.get("997")
        assert segment(answer, "AK1")[1:] == ["PO", str(base)]
        assert segment(answer, "AK9")[1:] == ["A", "1", "1", "1"]
        order = until(lambda: people.find_order(number), "the order comes to Odoo")
        name = people.confirm(order)

        accepted = acme.get("855")
        assert segment(accepted, "BAK")[2:4] == ["AD", number]
        assert segment(accepted, "ACK")[1:4] == ["IA", "24", "EA"]
        label = sscc(base)
        people.ship(order, label)
        shipped = acme.get("856")
        assert [h[3] for h in find(shipped, "HL")] == ["S", "O", "P", "I"]
        assert segment(shipped, "PRF")[1] == number
        assert segment(shipped, "MAN")[2].endswith(label)
        people.invoice(order)
        billed = acme.get("810")
        assert segment(billed, "BIG")[4] == number
        assert segment(billed, "TDS")[1] == "23976"
        for at, sent in enumerate((accepted, shipped, billed), 1):
            acknowledge(acme, sent, base + at)
        until(lambda: [e.state for e in hub.log(number)].count(State.ACKNOWLEDGED) == 3, "three 997s")
        assert acme.waiting() == []

    assert all(word in hub.say("log", "--number", number) for word in ("posted", "acknowledged", name))


def test_the_commands_tell_the_story_of_an_order_beside_the_running_hub(hub: HubProcess) -> None:
    number = fresh_number()
    with hub.partner("acme") as acme:
        acme.put("held.edi", order_file(number, ("AR-10O01", "1", "EA", "9.99"), control=5000))
        assert segment(acme.get("997"), "AK9")[1] == "A"
    until(lambda: [e for e in hub.log(number) if e.state is State.HELD], "the hold")
    (listed,) = json.loads(hub.say("log", "--json", "--number", number))
    assert (listed["document"], listed["state"], listed["partner"]) == ("purchase_order", "held", "acme")
    assert all(w in hub.say("show", str(listed["id"])) for w in (number, "AR-10O01", "AR-10001", "held.edi"))
    assert str(listed["id"]) in hub.say("queue", "--json")
    assert "cancelled" in hub.say("cancel", str(listed["id"]), "--why", "a test")


def _supplier_file(set_: Set, functional_id: str, control: int) -> bytes:
    rows = group(set_, control=control, functional_id=functional_id, sender="123456789")
    return interchange(*rows, control=control, sender="01:123456789")


def test_we_order_from_a_supplier_and_take_in_the_answers(hub: HubProcess, people: People) -> None:
    name = people.buy("GLOBEX", {"HUB-2001": 40})
    with hub.partner("globex") as globex:
        order = globex.get("850")
        assert segment(order, "BEG")[3] == name
        (line,) = find(order, "PO1")
        assert line[2:5] == ["40", "EA", "4.5"]
        assert "GX-100" in line
        acknowledge(globex, order, 4001, "01:123456789")
        ids = ("VN", "GX-100", "BP", "HUB-2001")
        answers = {
            "PR": (
                ("ST", "855"),
                ("BAK", "00", "AD", name, "20260114"),
                ("PO1", line[1], "40", "EA", "4.5", "", *ids),
                ("ACK", "IA", "40", "EA", "068", "20260121"),
                ("CTT", "1"),
            ),
            "SH": (
                ("ST", "856"),
                ("BSN", "00", f"S{name}", "20260121", "1430", "0004"),
                ("HL", "1", "", "S"),
                ("DTM", "011", "20260121"),
                ("HL", "2", "1", "O"),
                ("PRF", name),
                ("HL", "3", "2", "I"),
                ("LIN", line[1], *ids),
                ("SN1", "", "40", "EA"),
                ("CTT", "3"),
            ),
            "IN": _bill(f"B{name}", name, line[1], "18000"),
        }
        for at, (functional_id, set_) in enumerate(answers.items(), 4002):
            globex.put(f"{at}.edi", _supplier_file(set_, functional_id, at))
            assert segment(globex.get("997"), "AK9")[1] == "A"
        until(lambda: people.bill_state(f"B{name}") == "draft", "a draft bill")
        globex.put("wrong.edi", _supplier_file(_bill(f"W{name}", name, line[1], "18001"), "IN", 4010))
        assert segment(globex.get("997"), "AK9")[1] == "A"  # well formed; the sum is our business
        until(lambda: [e for e in hub.log(f"W{name}") if e.state is State.HELD], "a hold")
        assert people.bill_state(f"W{name}") == ""
        assert globex.waiting() == []
    states = {(e.direction, e.document): e.state for e in hub.log(name)}
    assert states[Direction.OUT, DocType.PURCHASE_ORDER] is State.ACKNOWLEDGED
    assert states[Direction.IN, DocType.ORDER_ACKNOWLEDGMENT] is State.POSTED
    assert states[Direction.IN, DocType.SHIP_NOTICE] is State.POSTED
    assert _receipts(hub, name) == ["assigned"]


def _bill(number: str, order: str, line: str, cents: str) -> Set:
    return (
        ("ST", "810"),
        ("BIG", "20260122", number, "20260113", order),
        ("IT1", line, "40", "EA", "4.5", "", "VN", "GX-100", "BP", "HUB-2001"),
        ("TDS", cents),
        ("CTT", "1"),
    )


def _receipts(hub: HubProcess, name: str) -> list[str]:
    """Return the states of a purchase order's receipts, asked of Odoo over its own API."""
    found = ask_odoo(hub, "stock.picking", "search_read", domain=[["origin", "=", name]], fields=["state"])
    return [row["state"] for row in found]


def ask_odoo(hub: HubProcess, model: str, method: str, **arguments: Any) -> Any:
    import httpx

    key = (hub.root / "var" / "practice.key").read_text().strip()
    answer = httpx.post(
        f"{hub.where['practice_url']}/json/2/{model}/{method}",
        json=arguments,
        headers={"Authorization": f"bearer {key}", "X-Odoo-Database": "practice"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_customer_orders_by_csv(hub: HubProcess, people: People) -> None:
    number = fresh_number()
    head = "OrderNo;OrderDate;Currency;DeliverTo;DeliveryDate;Line;Article;Text;Quantity;Unit;Price\n"
    row = f"{number};13.01.2026;USD;OSLO1;27.01.2026;10;HUB-1001;Desk lamp, blå;12;EA;9,99\n"
    with hub.partner("nordic") as nordic:
        nordic.put("order.csv", (head + row).encode())
        assert number in nordic.get("receipt").decode()
        order = until(lambda: people.find_order(number), "the order comes to Odoo")
        people.confirm(order)
        people.ship(order)
        assert number in nordic.get("ship_notice").decode()
        people.invoice(order)
        assert "9,99" in nordic.get("invoice").decode()
        assert nordic.waiting() == []


def test_a_watched_folder_feeds_the_same_receive(hub: HubProcess, people: People) -> None:
    number = fresh_number()
    home = hub.root / "inbox" / "harbor"
    file = order_file(number, LAMP, control=1, sender="ZZ:HARBOR").replace(b"*ACMERET*", b"*HARBOR*")
    written = home / "outbound" / "order.tmp"
    written.write_bytes(file)
    written.rename(home / "outbound" / "order.edi")
    until(lambda: people.find_order(number), "the order comes to Odoo")
    (answer,) = until(lambda: list((home / "inbound").glob("997*.edi")), "the 997")
    assert segment(answer.read_bytes(), "AK9")[1] == "A"
    assert list((home / "archive").iterdir())


def test_a_partners_own_server_feeds_the_same_receive(
    hub: HubProcess, people: People, remote: Embedded
) -> None:
    number = fresh_number()
    file = order_file(number, LAMP, control=1, sender="ZZ:PACIFIC").replace(b"*ACMERET*", b"*PACIFIC*")
    (remote.home / "out" / "order.edi").write_bytes(file)
    until(lambda: people.find_order(number), "the order comes to Odoo")
    (answer,) = until(lambda: list((remote.home / "in").glob("997*.edi")), "the 997")
    assert segment(answer.read_bytes(), "AK9")[1] == "A"
    assert list((remote.home / "archive").iterdir())


def test_the_ops_page_tells_it_too(hub: HubProcess) -> None:
    import httpx

    page = httpx.get(f"{hub.where['web_url']}/log")
    assert page.status_code == 200


def test_a_second_hub_on_the_same_folder_is_refused_in_one_line(hub: HubProcess) -> None:
    done = hub.hub("run")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"process {hub.where['pid']}" in done.stderr
    assert Path(hub.root / "var" / "hub.json").exists()
