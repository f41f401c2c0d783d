"""They order from us: the whole hub, partners over SFTP, on a real Odoo 19 and both of its APIs."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.demo.people import sscc
from hub.erp.odoo import OdooSettings
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from tests.support.live_hub import Counterpart, LiveHub, redrive, until, use_crosswalk
from tests.support.x12_desk import Read, order

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=["json2", "xmlrpc"])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on the Odoo that HUB_TEST_ODOO_* names."""
    live = LiveHub(tmp_path_factory.mktemp("hub"), odoo_settings(request.param))
    yield live
    live.close()


def odoo_settings(api: str) -> OdooSettings:
    return OdooSettings(
        url=os.environ["HUB_TEST_ODOO_URL"],
        database=os.environ["HUB_TEST_ODOO_DB"],
        key=os.environ["HUB_TEST_ODOO_KEY"],
        login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
        api=api,  # type: ignore[arg-type] # one of the two words of the fixture
    )


LINES = ("PO1*1*24*EA*9.99**BP*AR-1", "PO1*2*2*DZ*239.76**BP*AR-2")
MONDAY = date(2026, 11, 20)
_numbers = iter(range(1, 1000))


def number_of(hub: LiveHub) -> str:
    """Return an order number that no other test has."""
    return f"PO{hub.world.tag}-{next(_numbers)}"


def a_label() -> str:
    """Return an SSCC-18 that no other test has."""
    return sscc(uuid.uuid4().int % 10**9)


def ordered(hub: LiveHub, partner: Counterpart, *lines: str) -> str:
    """The partner orders and gets its 997; return the order's number."""
    number = number_of(hub)
    control = partner.send("850", order(number, "0042", lines or LINES))
    assert partner.acknowledged(control).one("AK9")[1] == "A"
    return number


def cents(amount: float) -> str:
    return str(int(Decimal(str(amount)) * 100))


@pytest.mark.parametrize("customer", ["acme", "bravo"])
def test_an_order_becomes_a_sale_order_and_is_answered_to_the_invoice(hub: LiveHub, customer: str) -> None:
    """004010 (acme, confirmed by hand) and 005010 (bravo, confirmed by the hub): 850, 855, 856, 810."""
    partner: Counterpart = getattr(hub, customer)
    number = ordered(hub, partner)
    exchange, record = hub.posted(number)
    _check_sale_order(hub, exchange.id, exchange.key, record.id, number)
    if customer == "acme":
        assert hub.world.look("sale.order", record.id, "state")["state"] == "draft"
        hub.world.confirm(record)
    assert until(lambda: hub.world.look("sale.order", record.id, "state")["state"] == "sale", "confirmed")

    answer = partner.collect("855", f"BAK*00*AD*{number}*20261120*")
    assert answer.one("GS")[8] == partner.desk.release
    assert [a[1:4] for a in answer.all("ACK")] == [["IA", "24", "EA"], ["IA", "2", "DZ"]]
    partner.accept(answer)
    _settled_by_their_997(hub, number, DocType.ORDER_ACKNOWLEDGMENT)

    label = a_label()
    picking = hub.world.deliver(record, package=label)
    notice = partner.collect("856", f"PRF*{number}*")
    assert notice.one("BSN")[2] == picking.name
    assert notice.one("BSN")[5] == "0001"
    assert [h[3] for h in notice.all("HL")] == ["S", "O", "P", "I", "I"]
    assert notice.one("MAN")[1] == "GM"
    assert notice.one("MAN")[2].removeprefix("00") == label
    assert [s[2:4] for s in notice.all("SN1")] == [["24", "EA"], ["2", "DZ"]]
    partner.accept(notice)
    _settled_by_their_997(hub, number, DocType.SHIP_NOTICE)

    invoice = hub.world.invoice(record)
    billed = partner.collect("810", f"BIG*20261120*{invoice.name}*20261120*{number}*")
    _check_invoice(hub, billed, invoice.id, number)
    partner.accept(billed)
    _settled_by_their_997(hub, number, DocType.INVOICE)
    assert partner.waiting("855") + partner.waiting("856") + partner.waiting("810") == 0


def _check_sale_order(hub: LiveHub, exchange_id: int, key: str, record_id: int, number: str) -> None:
    """The record has what domain part B asks: references, dates, address, quantities in our unit, prices."""
    fields = ("client_order_ref", "date_order", "commitment_date", "partner_shipping_id", "origin", "state")
    head = hub.world.look("sale.order", record_id, *fields)
    assert head["client_order_ref"] == number
    if head["state"] == "draft":  # Odoo moves it to the moment of confirmation
        assert head["date_order"].startswith("2026-11-20")
    assert head["commitment_date"].startswith("2026-12-15")
    shipping = hub.world.look("res.partner", head["partner_shipping_id"][0], "ref")
    assert shipping["ref"] == hub.world.store_ref
    assert f"exchange {exchange_id}" in head["origin"]
    domain: list[Any] = [["order_id", "=", record_id]]
    fields = ("product_id", "product_uom_qty", "product_uom_id", "price_unit")
    rows = hub.world.session.search_read("sale.order.line", domain, fields, order="sequence, id")
    ours = [(r["product_id"][0], r["product_uom_qty"], r["product_uom_id"][1], r["price_unit"]) for r in rows]
    widget, gadget = hub.world.products[hub.world.widget], hub.world.products[hub.world.gadget]
    assert ours == [(widget, 24, "Units", 9.99), (gadget, 24, "Units", 19.98)]
    found = hub.world.session.call("sale.order", "get_external_id", [record_id]) if _json2(hub) else {}
    assert not found or list(found.values()) == [f"edi_hub.{key}"]
    from hub.model.exchange import ErpRecord

    notes = " ".join(hub.world.notes(ErpRecord("sale.order", record_id)))
    assert f"exchange {exchange_id}" in notes


def _json2(hub: LiveHub) -> bool:
    return hub.world.session.wire.api == "json2"


def _check_invoice(hub: LiveHub, billed: Read, invoice_id: int, number: str) -> None:
    facts = hub.world.look("account.move", invoice_id, "name", "amount_total", "amount_tax")
    assert billed.one("BIG")[2] == facts["name"]
    assert billed.one("BIG")[4] == number
    assert billed.one("TDS")[1] == cents(facts["amount_total"])
    assert facts["amount_tax"] > 0, "products come with the company's tax"
    assert sum(Decimal(t[2]) for t in billed.all("TXI")) == Decimal(str(facts["amount_tax"]))
    lines = [(i[1], i[2], i[3], Decimal(i[4])) for i in billed.all("IT1")]
    assert lines == [("1", "24", "EA", Decimal("9.99")), ("2", "2", "DZ", Decimal("239.76"))]


def _settled_by_their_997(hub: LiveHub, number: str, document: DocType) -> None:
    exchange = hub.settled(number, State.ACKNOWLEDGED, document=document, direction=Direction.OUT)
    assert exchange.deadline_at is None
