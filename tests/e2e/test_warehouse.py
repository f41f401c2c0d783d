"""A warehouse that a 3PL keeps, from their end: 940 out, 945 in, and the customer's 856; 943 out, 944 in.

acme orders, globex keeps our warehouse WH, both over SFTP; the Odoo is the practice one, or a real one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from tests.support.live_hub import LiveHub, until
from tests.support.real_odoo import odoo_settings
from tests.support.x12_desk import Read, order

#: What is added to the profile of globex, who supplies us as well.
KEEPER = """
[send.warehouse_order]
warehouse = "WH"

[receive.warehouse_advice]
validate = "when_exact"
"""
#: What is added to the profile of acme, a customer whose goods we keep as well.
DEPOSITOR = """
[receive.warehouse_order]
warehouse = "WH"
crosswalk = { item = "acme/items.csv", unit = "acme/units.csv" }

[send.warehouse_advice]
"""
_ordinals = itertools.count(1)
_CARTON = "006141411234{:06d}"
_LINES = ("PO1*1*24*EA*9.99**BP*AR-1", "PO1*2*12*EA*19.98**BP*AR-2")


@pytest.fixture(scope="module", params=["practice", pytest.param("json2", marks=pytest.mark.odoo)])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on an Odoo, a partner of which keeps our warehouse."""
    root = tmp_path_factory.mktemp("hub")
    practice = None
    if request.param == "practice":
        practice = PracticeOdoo(root / "practice.sqlite", port=0)
        practice.start()
        odoo = OdooSettings(
            url=practice.url, database=practice.database, key=practice.key, login=practice.login
        )
    else:
        odoo = odoo_settings(request.param)
    live = LiveHub(root, odoo, more={"globex": KEEPER, "acme": DEPOSITOR})
    yield live
    live.close()
    if practice is not None:
        practice.stop()


def number(prefix: str) -> str:
    return f"{prefix}{next(_ordinals)}"


def ordered(hub: LiveHub) -> tuple[str, Read]:
    """Let acme order and a salesperson confirm; return the order's number and the 940 that the keeper gets."""
    placed = f"W{hub.world.tag}-{next(_ordinals)}"
    hub.acme.send("850", order(placed, "0042", _LINES))
    _, record = hub.posted(placed)
    hub.world.confirm(record)
    told = hub.globex.collect("940", f"W05*N*{transfer_of(hub, record.id)}*{placed}")
    hub.globex.accept(told)
    return placed, told


def transfer_of(hub: LiveHub, sale: int) -> str:
    rows = hub.world.session.search_read("stock.picking", [["sale_id", "=", sale]], ["name"], order="id desc")
    return str(rows[0]["name"])


def advice(told: Read, shipment: str, *quantities: tuple[str, int, int, str]) -> list[str]:
    """Return a 945 in the keeper's own words: (item, ordered, shipped, status) a carton."""
    rows = [
        f"W06*F*{told.one('W05')[2]}*20261121*{shipment}**{told.one('W05')[3]}",
        "N1*SF*KEEPER*92*W1",
        "N9*BM*BOL1",
        "N9*CN*1Z999",
        "W27*M*UPSN",
    ]
    for at, (item, wanted, done, status) in enumerate(quantities, 1):
        label = f"MAN*GM*00{_CARTON.format(next(_ordinals))}"
        rows += [f"LX*{at}", *([label] if done else []), f"W12*{status}*{wanted}*{done}**EA**VN*{item}"]
    return [*rows, f"W03*{sum(q[2] for q in quantities)}"]


def test_what_is_ordered_there_is_shipped_there_and_announced_to_the_customer(hub: LiveHub) -> None:
    placed, told = ordered(hub)
    world = hub.world
    assert told.one("GS")[1] == "OW"
    lines = [(w[1], w[2], w[4:6]) for w in told.all("W01")]
    assert [(q, u) for q, u, _ in lines] == [("24", "EA"), ("12", "EA")]
    assert ["VP", world.widget] == lines[0][2]
    assert ["N9", "LI", "1"] in told.segments
    assert told.one("W76")[1] == "36"
    shipment = number("SHP")
    done = (world.widget, 24, 24, "CC"), (world.gadget, 12, 12, "CC")
    said = advice(told, shipment, *done)
    control = hub.globex.send("945", said)
    assert hub.globex.acknowledged(control).one("AK9")[1] == "A"
    hub.settled(shipment, State.POSTED, direction=Direction.IN)
    notice = hub.acme.collect("856", f"PRF*{placed}*")
    assert [h[3] for h in notice.all("HL")] == ["S", "O", "P", "I", "P", "I"]
    assert [s[2:4] for s in notice.all("SN1")] == [["24", "EA"], ["12", "EA"]]
    assert ["REF", "CN", "1Z999"] in notice.segments
    assert all(m[2].startswith("00006141411234") for m in notice.all("MAN"))
    hub.acme.accept(notice)
    hub.globex.send("945", said)
    hub.settled(shipment, State.DUPLICATE, direction=Direction.IN)
    assert hub.globex.waiting("940", placed) + hub.acme.waiting("856", placed) == 0


def test_what_is_short_waits_for_a_person_and_the_rest_comes_under_the_same_number(hub: LiveHub) -> None:
    placed, told = ordered(hub)
    world, shipment = hub.world, number("SHP")
    short = (world.widget, 24, 20, "BP"), (world.gadget, 12, 12, "CC")
    hub.globex.send("945", advice(told, shipment, *short))
    done = hub.settled(shipment, State.POSTED, direction=Direction.IN)
    assert "prepared for a person" in done.why
    assert done.erp is not None
    assert world.look("stock.picking", done.erp.id, "state")["state"] == "assigned"
    context = {"skip_backorder": True, "picking_ids_not_to_backorder": []}
    world.session.call("stock.picking", "button_validate", [done.erp.id], context=context)
    first = hub.acme.collect("856", f"PRF*{placed}*")
    assert [s[2] for s in first.all("SN1")] == ["20", "12"]
    later = number("SHP")
    hub.globex.send("945", advice(told, later, (world.widget, 4, 4, "CC")))
    hub.settled(later, State.POSTED, direction=Direction.IN)
    second = hub.acme.collect("856", f"PRF*{placed}*")
    assert [s[2] for s in second.all("SN1")] == ["4"]
    assert hub.globex.waiting("940", placed) == 0, "the rest stays with the warehouse"


def test_a_cancelled_delivery_is_cancelled_there_once(hub: LiveHub) -> None:
    _, told = ordered(hub)
    name = told.one("W05")[2]
    transfer = hub.world.session.search_read("stock.picking", [["name", "=", name]], ["id"])[0]["id"]
    hub.world.session.call("stock.picking", "action_cancel", [transfer])
    cancelled = hub.globex.collect("940", f"W05*F*{name}")
    hub.globex.accept(cancelled)
    told_of = {"document": DocType.WAREHOUSE_ORDER, "direction": Direction.OUT}
    assert len(hub.exchanges(name, **told_of)) == 2


def test_goods_to_come_are_announced_and_what_came_is_received(hub: LiveHub) -> None:
    world = hub.world
    bought = world.buy({world.widget: (5, 4.5)})
    (receipt,) = world.receipts(bought)
    name = world.look("stock.picking", receipt, "name")["name"]
    told = hub.globex.collect("943", f"W06*F*{name}*")
    assert told.one("W06")[6] == bought.name
    assert [w[1:3] for w in told.all("W04")] == [["5", "EA"]]
    slip = number("RC")
    rows = [f"W17*F*20261216*{slip}*{name}", "N1*WH*KEEPER*92*W1"]
    control = hub.globex.send("944", [*rows, f"W07*5*EA**VN*{world.widget}", "W14*5"])
    assert hub.globex.acknowledged(control).one("AK9")[1] == "A"
    hub.settled(slip, State.POSTED, direction=Direction.IN)
    assert world.look("stock.picking", receipt, "state")["state"] == "done"


def test_two_trucks_before_a_person_validates_add_up(hub: LiveHub) -> None:
    _, told = ordered(hub)
    first, second = number("SHP"), number("SHP")
    hub.globex.send("945", advice(told, first, (hub.world.widget, 24, 14, "BP")))
    assert "prepared for a person" in hub.settled(first, State.POSTED, direction=Direction.IN).why
    rest = (hub.world.widget, 10, 10, "CC"), (hub.world.gadget, 12, 12, "CC")
    hub.globex.send("945", advice(told, second, *rest))
    assert "validated" in hub.settled(second, State.POSTED, direction=Direction.IN).why
    rows = hub.world.session.search_read(
        "stock.move", [["picking_id.name", "=", told.one("W05")[2]]], ["quantity"], order="id"
    )
    assert [row["quantity"] for row in rows] == [24, 12]


def test_rejected_goods_wait_and_less_than_nothing_is_refused(hub: LiveHub) -> None:
    world = hub.world
    bought = world.buy({world.widget: (5, 4.5)})
    (receipt,) = world.receipts(bought)
    name = world.look("stock.picking", receipt, "name")["name"]
    hub.globex.collect("943", f"W06*F*{name}*")
    slip, wrong = number("RC"), number("RC")
    rows = ["N1*WH*KEEPER*92*W1", f"W07*-5*EA**VN*{world.widget}", "W14*5"]
    hub.globex.send("944", [f"W17*F*20261216*{wrong}*{name}", *rows])
    assert "less than nothing" in hub.settled(wrong, State.HELD, direction=Direction.IN).why
    rows = ["N1*WH*KEEPER*92*W1", f"W07*5*EA**VN*{world.widget}", "W13*2*EA*08", "W14*5"]
    hub.globex.send("944", [f"W17*F*20261216*{slip}*{name}", *rows])
    assert "prepared for a person" in hub.settled(slip, State.POSTED, direction=Direction.IN).why
    assert world.look("stock.picking", receipt, "state")["state"] == "assigned"
    asked = [["res_model", "=", "stock.picking"], ["res_id", "=", receipt]]
    (activity,) = world.session.search_read("mail.activity", asked, ["note"])
    assert "rejected" in activity["note"]


# --- we keep the goods of acme
def deposited(hub: LiveHub, purpose: str = "N", name: str = "") -> str:
    """Let acme order 5 of one and 2 of another from our warehouse; return their number."""
    name = name or f"D{hub.world.tag}-{next(_ordinals)}"
    rows = [f"W05*{purpose}*{name}*PO-7", "N1*ST*Jane Roe", "N3*1 MAIN ST", "N4*SPRINGFIELD*IL*62701"]
    rows += ["N1*DE*ACME", "G62*10*20261201", "LX*1", "W01*5*EA**BP*AR-1", "N9*LI*10"]
    hub.acme.send("940", [*rows, "LX*2", "W01*2*EA**BP*AR-2", "N9*LI*20", "W76*7"])
    return name


def pick(hub: LiveHub, transfer: int, *quantities: float) -> None:
    """A picker does a transfer in the order of its lines; the rest waits."""
    session = hub.world.session
    session.call("stock.picking", "action_confirm", [transfer])
    moves = session.search_read("stock.move", [["picking_id", "=", transfer]], ["id"], order="id")
    for move, quantity in zip(moves, quantities, strict=True):
        session.write("stock.move", [move["id"]], {"quantity": quantity, "picked": bool(quantity)})
    context = {"skip_backorder": True, "picking_ids_not_to_backorder": []}
    session.call("stock.picking", "button_validate", [transfer], context=context)


def test_a_depositors_order_is_a_draft_of_theirs_and_they_hear_of_each_shipment(hub: LiveHub) -> None:
    number = deposited(hub)
    _, record = hub.posted(number)
    seen = hub.world.look("stock.picking", record.id, "state", "owner_id", "note", "scheduled_date")
    assert (seen["state"], seen["owner_id"][0]) == ("draft", hub.world.customer)
    assert "1 MAIN ST" in seen["note"]
    assert seen["scheduled_date"].startswith("2026-12-01")
    pick(hub, record.id, 3, 2)
    first = hub.acme.collect("945", f"W06*F*{number}*")
    assert [w[1:4] for w in first.all("W12")] == [["BP", "5", "3"], ["CC", "2", "2"]]
    assert [["VP", hub.world.widget], ["VP", hub.world.gadget]] == [w[7:9] for w in first.all("W12")]
    assert first.one("W03")[1] == "5"
    hub.acme.accept(first)
    (rest,) = hub.world.session.search_read("stock.picking", [["backorder_id", "=", record.id]], ["id"])
    pick(hub, rest["id"], 2)
    second = hub.acme.collect("945", f"W06*F*{number}*")
    assert [w[1:4] for w in second.all("W12")] == [["CC", "2", "2"]]
    assert first.one("W06")[4] != second.one("W06")[4]


def test_a_depositor_takes_an_order_back(hub: LiveHub) -> None:
    number = deposited(hub)
    _, record = hub.posted(number)
    deposited(hub, "F", number)
    until(
        lambda: any("cancelled" in e.why for e in hub.exchanges(number, direction=Direction.IN)),
        f"{number} cancelled",
        tell=lambda: hub.story(number=number),
    )
    assert hub.world.look("stock.picking", record.id, "state")["state"] == "cancel"
