"""One order over all its documents: the command, the JSON and the page tell the same, and mark what disagrees."""

from __future__ import annotations

from decimal import Decimal

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.demo.people import sscc
from hub.model.documents import DocType
from hub.orders import tell_orders
from hub.web.server import WebServer
from tests.e2e.test_outgoing import invoice, only, ordered
from tests.support.small_hub import SmallHub


def shipped_and_billed(hub: SmallHub) -> str:
    order = ordered(hub)
    hub.people.ship(order, sscc(order))
    hub.notice()
    invoice(hub, order)
    return hub.order().number


def say(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(words))
    return answer.exit_code, answer.output


def test_an_order_is_told_line_by_line(hub: SmallHub) -> None:
    number = shipped_and_billed(hub)
    (story,) = tell_orders(hub.hub.store, number)
    (line,) = story.ledger.lines
    assert (story.ledger.role, story.ledger.partner) == ("seller", "acme")
    assert (line.ordered, line.agreed, line.acknowledged, line.shipped, line.invoiced) == (24, 24, 24, 24, 24)
    assert (line.price, line.invoiced_price, line.paid) == (Decimal("9.99"), Decimal("9.99"), None)
    assert story.ledger.disagreements == ()
    told = [(step.exchange.document, step.counts) for step in story.steps]
    assert told == [
        (DocType.PURCHASE_ORDER, True),
        (DocType.ORDER_ACKNOWLEDGMENT, True),
        (DocType.SHIP_NOTICE, True),
        (DocType.INVOICE, True),
    ]


def test_any_number_of_the_order_finds_it(hub: SmallHub) -> None:
    number = shipped_and_billed(hub)
    bill = only(hub, DocType.INVOICE)
    record = hub.order().erp
    assert record is not None
    for named in (bill.number, record.name):
        assert [story.ledger.number for story in tell_orders(hub.hub.store, named)] == [number]
    assert tell_orders(hub.hub.store, number, "globex") == ()
    assert tell_orders(hub.hub.store, "nothing-like-it") == ()


def test_the_command_shows_it_and_says_what_it_does_not_find(
    hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = shipped_and_billed(hub)
    (hub.root / "hub.toml").write_text(f'[store]\narchive = "{hub.root / "archive"}"\n')
    monkeypatch.setenv("HUB_ROOT", str(hub.root))
    code, said = say("order", number)
    assert code == 0, said
    assert "they order from us" in said
    assert "239.76" in said
    code, said = say("order", number, "--json")
    (story,) = msgspec.json.decode(said)
    assert story["ledger"]["lines"][0]["shipped"] == "24"
    code, said = say("order", "PO-NONE")
    assert code == 1
    assert "no order 'PO-NONE' in the log" in said


def test_the_page_marks_what_disagrees(hub: SmallHub) -> None:
    order = ordered(hub)
    hub.people.ship(order, sscc(order))
    hub.notice()
    invoice(hub, order, price=10.5)
    number, held = hub.order().number, only(hub, DocType.INVOICE)
    server = WebServer(hub.hub, "127.0.0.1", 0)
    server.start()
    try:
        with httpx.Client(base_url=server.url) as client:
            page = client.get(f"/order/{number}").text
            assert '<th scope="col">Shipped</th>' in page
            assert f"Not counted above: exchange {held.id}." in page
            assert '<tr class="wrong">' not in page
            hub.hub.operations.release(str(held.id), "test", "agreed by phone")
            hub.drain()
            page = client.get(f"/order/{number}").text
            assert "line 1: 10.5 invoiced, 9.99 agreed, per EA" in page
            assert '<tr class="wrong">' in page
            assert client.get("/order/none/at/all").status_code == 404
    finally:
        server.stop()
