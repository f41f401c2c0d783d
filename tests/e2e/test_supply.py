"""Stock and price lists, both roles: the whole hub, partners over SFTP, on the practice Odoo and on a real one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from hub.store import LogQuery
from tests.support.live_hub import LiveHub, release, until
from tests.support.real_odoo import a_number, live_hub, odoo_settings
from tests.support.small_hub import practice_odoo

STOCK, PRICES = DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG

_SUPPLIER = """
[receive.inventory_advice]
push = "supplierinfo"
[receive.price_catalog]
price_jump = "20%"
"""
_CUSTOMER = """
[send.inventory_advice]
every = "1d"
at = "06:00"
[send.inventory_advice.crosswalk]
item = "acme/items.csv"
[send.inventory_advice.assortment]
allocation = "50%"
safety_stock = 100
scope = "delta"
[send.price_catalog]
every = "1d"
[send.price_catalog.crosswalk]
item = "acme/items.csv"
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    with practice_odoo(tmp_path_factory.mktemp("company")) as odoo:
        yield odoo


@pytest.fixture(scope="module", params=["practice", pytest.param("json2", marks=pytest.mark.odoo)])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on one of both Odoos; its partners trade in stock and price lists."""
    if request.param == "practice":
        odoo: PracticeOdoo = request.getfixturevalue("company")
        settings = OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login)
    else:
        settings = odoo_settings(request.param)
    with live_hub(tmp_path_factory.mktemp("hub"), settings) as live:
        for name, more in (("globex", _SUPPLIER), ("acme", _CUSTOMER)):
            profile = live.root / "partners" / f"{name}.toml"
            profile.write_text(profile.read_text() + more)
        book = live.service.hub.partners
        until(
            lambda: STOCK in book()["acme"].send and STOCK in book()["globex"].receive,
            "the profiles are read",
        )
        yield live


def supplier_sends(hub: LiveHub, set_id: str, body: list[str]) -> None:
    """The supplier sends a document and gets our 997."""
    control = hub.globex.send(set_id, body)
    assert hub.globex.acknowledged(control).one("AK9")[1] == "A"


def stock(hub: LiveHub) -> dict[str, Decimal]:
    """Return what the supplier has, as the hub keeps it."""
    with hub.service.hub.store.read() as tx:
        return {row.sku: row.quantity for row in tx.stock(partner="globex") if row.kind == "available"}


def advice(number: str, day: str, *lines: list[str], scope: str = "") -> list[str]:
    """Return the segments of an 846."""
    head = f"BIA*00*SI*{number}*202611{day}*0600*{scope}".rstrip("*")
    return [head, "N1*SE*GLOBEX", *(segment for line in lines for segment in line), f"CTT*{len(lines)}"]


def has(vendor_part: str, quantity: int) -> list[str]:
    return [f"LIN**VP*{vendor_part}", f"QTY*33*{quantity}*EA"]


def test_a_supplier_s_stock_is_kept_and_unknown_items_hold_nothing_up(hub: LiveHub) -> None:
    widget, gadget = hub.world.widget, hub.world.gadget
    number = a_number(hub)
    gadget_line = [f"LIN**BP*{gadget}", "QTY*33*7*EA"]
    many = [has(f"NO-{at}", at) for at in range(30)]
    supplier_sends(hub, "846", advice(number, "20", has("BOLT-W", 120), gadget_line, *many))
    exchange = hub.settled(number, State.POSTED)
    assert exchange.why == "keeps the stock of 2 items, 30 lines left out"
    assert stock(hub) == {widget: Decimal(120), gadget: Decimal(7)}
    told = [text for text in hub.texts(exchange) if "no item" in text or "more lines" in text]
    assert len(told) == 21
    assert "10 more lines" in told[-1]
    # what has changed since, and an older file that comes late
    later, older = a_number(hub), a_number(hub)
    supplier_sends(hub, "846", advice(later, "21", has("BOLT-W", 80), scope="2"))
    hub.settled(later, State.POSTED)
    assert stock(hub) == {widget: Decimal(80), gadget: Decimal(7)}
    supplier_sends(hub, "846", advice(older, "19", has("BOLT-W", 999)))
    hub.settled(older, State.POSTED)
    assert stock(hub) == {widget: Decimal(80), gadget: Decimal(7)}


def test_a_supplier_s_price_list_becomes_supplier_prices(hub: LiveHub) -> None:
    world, number = hub.world, a_number(hub)
    body = [f"BCT*PS*{number}", "DTM*007*20261201", "CUR*SE*USD", "N1*SE*GLOBEX"]
    body += ["LIN*1*VP*BOLT-W", "PID*F****WIDGET, BOLTED", "LDT*AF*6*DA", "CTP**UCP*4.75"]
    body += [f"LIN*2*VP*BOLT-G*BP*{world.gadget}", "CTP**UCP*9.2*1*EA", "CTP**UCP*8.8*100*EA"]
    body += ["LIN*3*VP*NEW-1*UP*000000000017", "PID*F****NOVELTY", "CTP**UCP*1.5", "CTT*3"]
    supplier_sends(hub, "832", body)
    exchange = hub.settled(number, State.POSTED)
    assert "3 prices added, 0 changed, 1 ended; 1 new items proposed" in exchange.why
    fields = ["product_code", "product_name", "price", "min_qty", "delay", "date_start", "date_end"]
    rows = world.session.search_read(
        "product.supplierinfo",
        [["partner_id", "=", world.vendor]],
        fields,
        order="product_code, min_qty, date_start",
    )
    gadgets = [r for r in rows if r["product_code"] == "BOLT-G"]
    widgets = sorted((r for r in rows if r["product_code"] == "BOLT-W"), key=lambda r: r["date_start"] or "")
    assert [(r["price"], r["min_qty"]) for r in gadgets] == [(9.2, 1), (8.8, 100)]
    assert [(r["price"], r["date_start"], r["date_end"]) for r in widgets] == [
        (4.5, False, "2026-11-30"),
        (4.75, "2026-12-01", False),
    ]
    assert (widgets[1]["product_name"], widgets[1]["delay"]) == ("WIDGET, BOLTED", 6)
    with hub.service.hub.store.read() as tx:
        proposed = list(csv.DictReader(io.StringIO((tx.artifact(exchange.id, "proposals") or b"").decode())))
    assert [(row["item"], row["name"], row["price"]) for row in proposed] == [("NEW-1", "NOVELTY", "1.5")]


def test_a_price_jump_waits_for_a_release(hub: LiveHub) -> None:
    world, number = hub.world, a_number(hub)
    code = f"JMP-{world.tag}"
    (product,) = world.session.create("product.product", [{"name": "Jumper", "default_code": code}])
    (row,) = world.session.read("product.product", [product], ["product_tmpl_id"]).values()
    known = {
        "partner_id": world.vendor,
        "product_tmpl_id": row["product_tmpl_id"][0],
        "product_code": "BOLT-J",
    }
    world.session.create("product.supplierinfo", [known | {"price": 4.5}])
    body = [f"BCT*PS*{number}", "CUR*SE*USD", "LIN*1*VP*BOLT-J", "CTP**UCP*45", "CTT*1"]
    supplier_sends(hub, "832", body)
    held = hub.settled(number, State.HELD)
    assert f"{code}: 4.5 becomes 45 (+900%" in held.why
    release(hub, held)
    hub.settled(number, State.POSTED)
    domain = [["partner_id", "=", world.vendor], ["product_code", "=", "BOLT-J"], ["price", "=", 45]]
    assert world.count("product.supplierinfo", domain) == 1


def due(hub: LiveHub, document: DocType) -> int:
    """Let a schedule of the customer fall due, as its last time were two days ago; return how many began.

    The hub looks at its schedules itself, too, perhaps before we do: so the log tells how many.
    """
    hub.service.hub.scheduler.run()
    before = _begun(hub, document)
    with hub.service.hub.store.begin() as tx:
        tx.set_cursor(f"due:acme:{document}", (datetime.now(UTC) - timedelta(days=2)).isoformat())
    hub.service.hub.scheduler.run()
    return _begun(hub, document) - before


def _begun(hub: LiveHub, document: DocType) -> int:
    with hub.service.hub.store.read() as tx:
        return len(tx.find_exchanges(LogQuery(document=document, direction=Direction.OUT, limit=1000)))


def test_a_customer_gets_our_stock_once_for_each_due_time(hub: LiveHub) -> None:
    world = hub.world
    assert due(hub, STOCK) == 1
    told = hub.acme.collect("846")
    assert [li[li.index("VP") + 1] for li in told.all("LIN")] == sorted([world.widget, world.gadget])
    assert {li[li.index("BP") + 1] for li in told.all("LIN")} == {"AR-1", "AR-2"}
    quantities = {q[2] for q in told.all("QTY")}
    assert all(int(q) <= 450 for q in quantities)  # half of what 1,000 are beyond 100
    assert due(hub, STOCK) == 0  # the same instant is told once, whatever the clock's place says
    assert hub.acme.waiting("846") == 0


def test_a_customer_gets_his_prices(hub: LiveHub) -> None:
    world = hub.world
    assert due(hub, PRICES) == 1
    told = hub.acme.collect("832")
    assert [li[li.index("VP") + 1] for li in told.all("LIN")] == sorted([world.widget, world.gadget])
    assert sorted(float(ctp[3]) for ctp in told.all("CTP")) == [10.0, 20.0]
    exchange = hub.exchanges("", document=PRICES, direction=Direction.OUT)[-1]
    assert exchange.source is not None
    assert exchange.source.model == "clock"
