"""They order from us: the whole hub, partners over SFTP, on a real Odoo 19 and both of its APIs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from tests.support.live_hub import Counterpart, LiveHub, until
from tests.support.real_odoo import APIS, a_label, cents, live_hub, odoo_settings, ordered
from tests.support.x12_desk import Read, order

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=APIS)
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on the Odoo that HUB_TEST_ODOO_* names."""
    with live_hub(tmp_path_factory.mktemp("hub"), odoo_settings(request.param)) as live:
        yield live


@pytest.mark.parametrize("customer", ["acme", "bravo"])
def test_an_order_becomes_a_sale_order_and_is_answered_to_the_invoice(hub: LiveHub, customer: str) -> None:
    """004010 (acme, confirmed by hand) and 005010 (bravo, confirmed by the hub): 850, 855, 856, 810."""
    partner: Counterpart = getattr(hub, customer)
    number = ordered(hub, partner)
    exchange, record = hub.posted(number)
    check_sale_order(hub, exchange, record, number)
    if customer == "acme":
        assert hub.world.look("sale.order", record.id, "state")["state"] == "draft"
        hub.world.confirm(record)
    assert hub.world.look("sale.order", record.id, "state")["state"] == "sale"

    answer = partner.collect("855", f"BAK*00*AD*{number}*20261120*")
    assert answer.one("GS")[8] == partner.desk.release
    assert [a[1:4] for a in answer.all("ACK")] == [["IA", "24", "EA"], ["IA", "2", "DZ"]]
    accepted(hub, partner, answer, number, DocType.ORDER_ACKNOWLEDGMENT)

    label = a_label()
    picking = hub.world.deliver(record, package=label)
    notice = partner.collect("856", f"PRF*{number}*")
    assert notice.one("BSN")[2] == picking.name
    assert notice.one("BSN")[5] == "0001"
    assert [h[3] for h in notice.all("HL")] == ["S", "O", "P", "I", "I"]
    assert notice.one("MAN")[1] == "GM"
    assert notice.one("MAN")[2].removeprefix("00") == label
    assert [s[2:4] for s in notice.all("SN1")] == [["24", "EA"], ["2", "DZ"]]
    accepted(hub, partner, notice, number, DocType.SHIP_NOTICE)

    invoice = hub.world.invoice(record)
    billed = partner.collect("810", f"BIG*20261120*{invoice.name}*20261120*{number}*")
    check_invoice(hub, billed, invoice)
    accepted(hub, partner, billed, number, DocType.INVOICE)
    assert partner.waiting("855") + partner.waiting("856") + partner.waiting("810") == 0


def check_sale_order(hub: LiveHub, exchange: Exchange, record: ErpRecord, number: str) -> None:
    """The record has the order's references, dates, address, quantities in our unit, prices, and its exchange."""
    fields = ("client_order_ref", "date_order", "commitment_date", "partner_shipping_id", "origin", "state")
    head = hub.world.look("sale.order", record.id, *fields)
    assert head["client_order_ref"] == number
    if head["state"] == "draft":  # Odoo moves it to the moment of confirmation
        assert head["date_order"].startswith("2026-11-20")
    assert head["commitment_date"].startswith("2026-12-15")
    shipping = hub.world.look("res.partner", head["partner_shipping_id"][0], "ref")
    assert shipping["ref"] == hub.world.store_ref
    assert head["origin"].endswith(f"exchange {exchange.id}")
    assert f"exchange {exchange.id}" in " ".join(hub.world.notes(record))
    assert list(hub.world.session.external_ids("sale.order", [record.id]).values()) == [
        f"edi_hub.{exchange.key}"
    ]
    domain: list[Any] = [["order_id", "=", record.id]]
    fields = ("product_id", "product_uom_qty", "product_uom_id", "price_unit")
    rows = hub.world.session.search_read("sale.order.line", domain, fields, order="sequence, id")
    ours = [(r["product_id"][0], r["product_uom_qty"], r["product_uom_id"][1], r["price_unit"]) for r in rows]
    products = hub.world.products
    assert ours == [
        (products[hub.world.widget], 24, "Units", 9.99),
        (products[hub.world.gadget], 24, "Units", 19.98),
    ]


def check_invoice(hub: LiveHub, billed: Read, invoice: ErpRecord) -> None:
    """The 810 has Odoo's total and tax to the cent, and the order's lines, units and prices."""
    facts = hub.world.look("account.move", invoice.id, "amount_total", "amount_tax")
    assert billed.one("TDS")[1] == cents(facts["amount_total"])
    assert facts["amount_tax"] > 0, "products come with the company's tax"
    assert sum(Decimal(t[2]) for t in billed.all("TXI")) == Decimal(str(facts["amount_tax"]))
    lines = [(i[1], i[2], i[3], Decimal(i[4])) for i in billed.all("IT1")]
    assert lines == [("1", "24", "EA", Decimal("9.99")), ("2", "2", "DZ", Decimal("239.76"))]


def accepted(hub: LiveHub, partner: Counterpart, file: Read, number: str, document: DocType) -> None:
    """The partner's 997 stops the clock of what we sent."""
    sent = hub.settled(number, State.SENT, document=document, direction=Direction.OUT)
    assert sent.deadline_at is not None
    partner.accept(file)
    exchange = hub.settled(number, State.ACKNOWLEDGED, document=document, direction=Direction.OUT)
    assert exchange.deadline_at is None


def test_the_same_order_again_makes_no_second_one(hub: LiveHub) -> None:
    number = f"R{hub.world.tag}"
    body = order(number, "0042", ["PO1*1*3*EA*9.99**BP*AR-1"])
    file = hub.acme.desk.write("850", body)
    control = hub.acme.desk.control
    hub.acme.put(file)
    first = hub.acme.acknowledged(control)
    hub.posted(number)
    hub.acme.put(file, "again.edi")
    assert hub.acme.acknowledged(control).data == first.data  # the stored bytes, not a new 997
    new_envelope = hub.acme.send("850", body)
    assert hub.acme.acknowledged(new_envelope).one("AK9")[1] == "A"
    hub.settled(number, State.DUPLICATE, direction=Direction.IN)
    assert hub.world.count("sale.order", [["client_order_ref", "=", number]]) == 1


def test_a_delivery_in_two_parts_is_told_and_billed_twice(hub: LiveHub) -> None:
    """Odoo's own default is to bill what was ordered; these products bill what was delivered."""
    hub.world.session.write(
        "product.product", list(hub.world.products.values()), {"invoice_policy": "delivery"}
    )
    number = ordered(hub, hub.acme)
    _, record = hub.posted(number)
    hub.world.confirm(record)
    told = []
    for part in ({hub.world.widget: 10, hub.world.gadget: 12}, {hub.world.widget: 14, hub.world.gadget: 12}):
        picking = hub.world.deliver(record, part)
        notice = hub.acme.collect("856", f"BSN*00*{picking.name}*", f"PRF*{number}*")
        assert notice.one("BSN")[5] == "0004"
        assert [h[3] for h in notice.all("HL")] == ["S", "O", "I", "I"]
        told.append([s[2:4] for s in notice.all("SN1")])
        invoice = hub.world.invoice(record)
        billed = hub.acme.collect("810", f"BIG*20261120*{invoice.name}*")
        assert [i[2:4] for i in billed.all("IT1")] == told[-1]
        total = hub.world.look("account.move", invoice.id, "amount_total")["amount_total"]
        assert billed.one("TDS")[1] == cents(total)
    assert told == [[["10", "EA"], ["1", "DZ"]], [["14", "EA"], ["1", "DZ"]]]
    hub.acme.collect("855", f"BAK*00*AD*{number}*")


def test_an_order_cut_in_odoo_is_acknowledged_with_the_change(hub: LiveHub) -> None:
    number = ordered(hub, hub.acme)
    _, record = hub.posted(number)
    domain: list[Any] = [["order_id", "=", record.id]]
    first, second = (
        row["id"]
        for row in hub.world.session.search_read("sale.order.line", domain, ["id"], order="sequence, id")
    )
    hub.world.session.write("sale.order.line", [first], {"product_uom_qty": 20})
    hub.world.session.call("sale.order.line", "unlink", [second])
    hub.world.confirm(record)
    answer = hub.acme.collect("855", f"BAK*00*AC*{number}*20261120*")
    assert [a[1:4] for a in answer.all("ACK")] == [["IQ", "20", "EA"], ["IR", "4", "EA"], ["IR", "2", "DZ"]]


def test_a_cancelled_order_is_acknowledged_as_rejected(hub: LiveHub) -> None:
    number = ordered(hub, hub.acme)
    _, record = hub.posted(number)
    hub.world.cancel(record)
    answer = hub.acme.collect("855", f"BAK*00*RD*{number}*20261120*")
    assert {a[1] for a in answer.all("ACK")} == {"IR"}
    assert until(lambda: hub.exchanges(number, document=DocType.ORDER_ACKNOWLEDGMENT), "its log")
