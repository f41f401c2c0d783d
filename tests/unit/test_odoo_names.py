"""Names that moved between versions: the gateway asks for the newest and uses what is there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.odoo.client import Session
from hub.erp.odoo.names import Names
from hub.model.errors import Retryable, Undeliverable
from tests.support.scripted_server import ScriptedServer

GONE = (404, json.dumps({"name": "werkzeug.exceptions.NotFound", "message": "no such model"}).encode())


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as running:
        running.default = GONE
        yield running


def fields(server: ScriptedServer, model: str, *names: str) -> None:
    body = json.dumps({name: {"type": "char"} for name in names}).encode()
    server.answers[f"/json/2/{model}/fields_get"] = (200, body)


def names_of(server: ScriptedServer) -> Names:
    return Names(Session(OdooSettings(url=server.url, database="acme", key="k", api="json2")))


def test_older_names_are_used_where_the_newest_are_not_there(server: ScriptedServer) -> None:
    fields(server, "purchase.order.line", "product_uom", "taxes_id")
    names = names_of(server)
    assert names.field("purchase.order.line", "product_uom_id") == "product_uom"
    assert names.field("purchase.order.line", "tax_ids") == "taxes_id"
    assert len(server.asked) == 1, "each model is asked once"


def test_newest_wins_and_absent_is_empty(server: ScriptedServer) -> None:
    fields(server, "stock.picking", "sale_id", "move_ids", "move_lines")
    names = names_of(server)
    assert names.field("stock.picking", "move_ids") == "move_ids"
    assert names.field("stock.picking", "carrier_id") == ""
    assert names.present("stock.picking", "carrier_id", "sale_id") == ["sale_id"]


def test_model_that_was_renamed_is_found_under_its_older_name(server: ScriptedServer) -> None:
    fields(server, "stock.quant.package", "shipping_weight")
    names = names_of(server)
    assert names.model("stock.package") == "stock.quant.package"
    assert names.field("stock.package", "shipping_weight") == "shipping_weight"


def test_model_that_is_nowhere_is_undeliverable_and_a_pause_is_not_remembered(server: ScriptedServer) -> None:
    names = names_of(server)
    with pytest.raises(Undeliverable, match="no such model"):
        names.model("stock.lot")
    server.default = (503, b"maintenance")
    with pytest.raises(Retryable):
        names.model("sale.order.line")
    fields(server, "sale.order.line", "product_uom")
    assert names.field("sale.order.line", "product_uom_id") == "product_uom"
