"""What may go wrong with a real Odoo 19: refusals, lost answers, an end in the middle, many at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from hub.model.exchange import Direction, State
from tests.support.live_hub import LiveHub, redrive, release, until, use_crosswalk
from tests.support.own_odoo import OwnOdoo, Wire, own_odoo
from tests.support.real_odoo import APIS, Api, a_number, live_hub, odoo_settings, ordered
from tests.support.x12_desk import order

pytestmark = pytest.mark.odoo

ONE_LINE = "PO1*1*3*EA*9.99**BP*AR-1"


@pytest.fixture(scope="module", params=APIS)
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on the Odoo that HUB_TEST_ODOO_* names."""
    with live_hub(tmp_path_factory.mktemp("hub"), odoo_settings(request.param)) as live:
        yield live


def made(hub: LiveHub, number: str) -> int:
    """Return how many sale orders have that customer number."""
    return hub.world.count("sale.order", [["client_order_ref", "=", number]])


# --- holds
def test_an_unknown_item_is_held_and_goes_on_after_a_row_in_the_crosswalk(hub: LiveHub) -> None:
    theirs = f"AR-{a_number(hub)}"
    number = ordered(hub, hub.bravo, f"PO1*1*3*EA*9.99**BP*{theirs}")
    held = hub.settled(number, State.HELD)
    assert theirs in held.why
    assert made(hub, number) == 0
    use_crosswalk(hub, theirs, hub.world.gadget)
    redrive(hub, held)
    _, record = hub.posted(number)
    assert hub.world.look("sale.order", record.id, "state")["state"] == "sale"


def test_an_archived_product_holds_the_order_until_it_is_back(hub: LiveHub) -> None:
    code = f"OLD-{a_number(hub)}"
    (product,) = hub.world.session.create("product.product", [{"name": "Old lamp", "default_code": code}])
    hub.world.session.write("product.product", [product], {"active": False})
    use_crosswalk(hub, code, code)
    number = ordered(hub, hub.bravo, f"PO1*1*3*EA*9.99**BP*{code}")
    held = hub.settled(number, State.HELD)
    assert "archived" in held.why
    hub.world.session.write("product.product", [product], {"active": True})
    release(hub, held)
    hub.posted(number)
    assert made(hub, number) == 1


def test_an_order_that_odoo_will_not_confirm_is_made_and_held(hub: LiveHub) -> None:
    """The customer's goods would go to a place that no rule of the warehouse leads to."""
    session = hub.world.session
    (place,) = session.create("stock.location", [{"name": "Nowhere", "usage": "internal"}])
    (bravo,) = session.search_read("res.partner", [["ref", "=", hub.bravo_ref]], ["property_stock_customer"])
    (store,) = session.search_read(
        "res.partner", [["ref", "=", hub.world.store_ref]], ["property_stock_customer"]
    )
    before = bravo["property_stock_customer"][0]
    session.write("res.partner", [bravo["id"], store["id"]], {"property_stock_customer": place})
    try:
        number = ordered(hub, hub.bravo, ONE_LINE)
        held = hub.settled(number, State.HELD)
    finally:
        session.write("res.partner", [bravo["id"], store["id"]], {"property_stock_customer": before})
    assert held.erp is not None
    assert "does not confirm it" in held.why
    assert "rule" in held.why
    release(hub, held)
    _, record = hub.posted(number)
    assert hub.world.look("sale.order", record.id, "state")["state"] == "sale"
    assert made(hub, number) == 1


# --- many at once
def test_twenty_orders_of_two_partners_become_twenty_records(hub: LiveHub) -> None:
    numbers = [a_number(hub) for _ in range(20)]
    files = [
        (partner, partner.desk.write("850", order(number, "0042", [ONE_LINE])), f"{number}.edi")
        for partner, mine in ((hub.acme, numbers[:10]), (hub.bravo, numbers[10:]))
        for number in mine
    ]
    for partner, data, name in files:
        partner.put(data, name)
    records = {hub.posted(number)[1].id for number in numbers}
    assert len(records) == 20
    assert hub.world.count("sale.order", [["client_order_ref", "in", numbers]]) == 20
    states = hub.world.session.read("sale.order", list(records), ["state"])
    assert sorted(row["state"] for row in states.values()) == ["draft"] * 10 + ["sale"] * 10


# --- answers that are lost
@pytest.mark.parametrize("api", APIS)
def test_a_lost_answer_is_looked_up_and_nothing_is_made_twice(api: Api, tmp_path: Path) -> None:
    """Odoo has made the order and the answer is lost; then it has confirmed, and that answer is lost."""
    odoo = odoo_settings(api)
    with Wire(odoo.url).up() as wire, live_hub(tmp_path, structs.replace(odoo, url=wire.url)) as hub:
        left = ["client_order_ref", "action_confirm"]

        def lose(path: str, body: bytes) -> bool:
            """Lose one answer to a creation, then one to a confirmation."""
            call = path.encode() + body
            hit = bool(left) and left[0].encode() in call and (b"load" in call or b"action_confirm" in call)
            return bool(hit and left.pop(0))

        wire.lose = lose
        number = ordered(hub, hub.bravo, ONE_LINE)
        exchange, record = hub.posted(number)
        assert wire.lost == 2
        assert exchange.why.startswith("found")
        assert made(hub, number) == 1
        assert hub.world.look("sale.order", record.id, "state")["state"] == "sale"
        with hub.service.hub.store.read() as tx:
            assert State.IN_DOUBT in {e.to_state for e in tx.events(exchange_id=exchange.id)}


# --- Odoo ends and comes back
@pytest.fixture(scope="module")
def mortal() -> Iterator[OwnOdoo]:
    """Return an Odoo that may be stopped."""
    with own_odoo() as odoo:
        yield odoo


@pytest.mark.parametrize("api", APIS)
def test_orders_wait_while_odoo_is_away_and_go_through_once(
    api: Api, mortal: OwnOdoo, tmp_path: Path
) -> None:
    """Stopped before they come; killed while they are being posted; each time started again."""
    settings = structs.replace(odoo_settings(api), url=mortal.url, database=mortal.database, key=mortal.key)
    with live_hub(tmp_path, settings) as hub:
        mortal.stop()
        early = [ordered(hub, partner, ONE_LINE) for partner in (hub.acme, hub.bravo, hub.acme)]
        waiting = hub.settled(early[0], State.TRANSLATED, direction=Direction.IN)
        assert until(lambda: "no connection" in hub.exchanges(waiting.number)[0].why, "the reason")
        mortal.start()
        for number in early:
            hub.posted(number)

        late = [a_number(hub) for _ in range(12)]
        for ordinal, number in enumerate(late):
            partner = (hub.acme, hub.bravo)[ordinal % 2]
            partner.send("850", order(number, "0042", [ONE_LINE]))
        hub.posted(late[0])
        mortal.kill()
        mortal.start()
        for number in late:
            hub.posted(number)
        assert [made(hub, number) for number in [*early, *late]] == [1] * 15
