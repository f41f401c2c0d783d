"""Stock by the clock and at length: changes only, refusals, days without changes, 10,000 lines; the clock is moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.support.small_hub import SmallHub, practice_odoo, small_hub

STOCK, PRICES = DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG
DAY = 86_400.0

_CUSTOMER = """
name = "Shop"
status = "live"
format = "csv"
[identity]
isa = "ZZ:SHOP"
odoo = "ACME"
[send.inventory_advice]
every = "1d"
[send.inventory_advice.assortment]
listing = "all"
scope = "delta"
"""
_SUPPLIER = """
name = "Mill"
status = "live"
format = "csv"
[identity]
isa = "ZZ:MILL"
odoo = "GLOBEX"
[receive.inventory_advice]
match = "stock*"
[receive.price_catalog]
match = "prices*"
unknown = "hold"
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[PracticeOdoo]:
    """A company of its own: its stock is counted here."""
    with practice_odoo(tmp_path / "odoo") as odoo:
        yield odoo


@pytest.fixture
def hub(tmp_path: Path, own: PracticeOdoo) -> Iterator[SmallHub]:
    with small_hub(tmp_path, own) as hub:
        for key, text in (("shop", _CUSTOMER), ("mill", _SUPPLIER)):
            (tmp_path / "partners" / f"{key}.toml").write_text(text)
        yield hub


def next_day(hub: SmallHub) -> int:
    """Let a day pass; return how many documents fell due."""
    hub.clock.advance(DAY)
    begun = hub.hub.scheduler.run()
    hub.drain()
    return begun


def told(hub: SmallHub) -> list[dict[str, Any]]:
    """Return the lines of the last advice that was sent."""
    last = hub.sent(STOCK)[-1]
    with hub.hub.store.read() as tx:
        document = json.loads(tx.artifact(last.id, "canonical") or b"{}")
    return [*document["lines"]]


def sell(hub: SmallHub) -> str:
    """Somebody sells one of a product that is in stock; return its code."""
    stocked = [["quantity", ">", 5], ["location_id.usage", "=", "internal"]]
    (quant,) = hub.call("stock.quant", "search_read", domain=stocked, fields=["product_id"], limit=1)
    product = quant["product_id"][0]
    (customer,) = hub.call("res.partner", "search", domain=[["ref", "=", "ACME"]])
    line = [0, 0, {"product_id": product, "product_uom_qty": 1}]
    orders = hub.call("sale.order", "create", vals_list=[{"partner_id": customer, "order_line": [line]}])
    hub.call("sale.order", "action_confirm", ids=orders)
    (row,) = hub.call("product.product", "read", ids=[product], fields=["default_code"])
    return str(row["default_code"])


def test_each_day_tells_what_has_changed(hub: SmallHub) -> None:
    hub.hub.scheduler.run()
    assert next_day(hub) == 1
    first = hub.sent(STOCK)[-1]
    assert first.state is State.DELIVERED
    everything = told(hub)
    assert len(everything) > 3
    assert next_day(hub) == 1
    second = hub.sent(STOCK)[-1]
    assert (second.state, second.why) == (State.CANCELLED, "nothing has changed since the last one")
    code = sell(hub)
    assert next_day(hub) == 1
    assert [line["sku"] for line in told(hub)] == [code]
    assert next_day(hub) == 1
    assert hub.sent(STOCK)[-1].state is State.CANCELLED


def test_a_refused_delta_is_told_again(hub: SmallHub) -> None:
    hub.hub.scheduler.run()
    next_day(hub)
    code = sell(hub)
    next_day(hub)
    refused = hub.sent(STOCK)[-1]
    with hub.hub.store.begin() as tx:
        tx.move(refused.id, State.REFUSED, why="their 824 says so")
    next_day(hub)
    assert [line["sku"] for line in told(hub)] == [code]


def test_nothing_listed_is_held(hub: SmallHub) -> None:
    profile = hub.root / "partners" / "shop.toml"
    wanted = 'listing = "crosswalk"\n[send.inventory_advice.crosswalk]\nitem = "shop_items.csv"'
    profile.write_text(
        profile.read_text().replace('listing = "all"', wanted).replace('scope = "delta"\n', "")
    )
    (hub.root / "partners" / "shop_items.csv").write_text("theirs,ours\nA,NOT-OURS\n")
    hub.hub.scheduler.run()
    next_day(hub)
    (held,) = hub.sent(STOCK)
    assert held.state is State.HELD
    assert "no product is listed for Shop" in held.why


def test_ten_thousand_lines_are_kept_whatever_is_unknown(hub: SmallHub) -> None:
    codes = hub.call(
        "product.product", "search_read", domain=[["default_code", "!=", False]], fields=["default_code"]
    )
    known = [row["default_code"] for row in codes][:3]
    head = "Feed Number,As Of,Item,Vendor SKU,Qty,UOM\n"
    rows = [f"F-1,2026-11-20,{known[0]},,12,EA\n"]
    rows += [f"F-1,2026-11-20,,NO-{at},{at},EA\n" for at in range(10_000)]
    rows += [f"F-1,2026-11-20,{known[1]},,34.5,EA\n"]
    hub.put((head + "".join(rows)).encode(), "stock.csv", "mill")
    hub.work()
    (exchange,) = hub.received(STOCK)
    assert (exchange.state, exchange.why) == (
        State.POSTED,
        "keeps the stock of 2 items, 10000 lines left out",
    )
    with hub.hub.store.read() as tx:
        kept = {row.sku: str(row.quantity) for row in tx.stock(partner="mill")}
    assert kept == {known[0]: "12", known[1]: "34.5"}
    assert sum("no item" in finding.message for finding in hub.findings(exchange)) == 20


def test_a_list_that_waits_for_unknown_items_goes_on_by_a_release(hub: SmallHub) -> None:
    body = "Price List,Currency,Vendor SKU,Name,Price,UOM\nPL-1,USD,NEW-1,Novelty,3,EA\n"
    hub.put(body.encode(), "prices.csv", "mill")
    hub.work()
    (held,) = hub.received(PRICES)
    assert held.state is State.HELD
    assert "we have no item vendor_part NEW-1" in held.why
    hub.hub.operations.release(str(held.id), "cli:tester")
    hub.drain()
    (done,) = hub.received(PRICES)
    assert done.state is State.POSTED
    with hub.hub.store.read() as tx:
        proposed = (tx.artifact(done.id, "proposals") or b"").decode()
    assert "NEW-1,,,,Novelty" in proposed
