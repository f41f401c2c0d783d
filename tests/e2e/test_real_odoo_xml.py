"""A customer and a supplier who trade by UBL, on a real Odoo 19 with taxes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from hub.erp.odoo import OdooSettings
from hub.model.documents import DocType
from hub.model.exchange import State
from tests.support.erp_world import World
from tests.support.own_odoo import OwnOdoo, own_odoo
from tests.support.real_odoo import a_label
from tests.support.small_hub import SmallHub, small_hub
from tests.support.xml_profiles import FJORD, FJORD_PROFILE, GLN, GLOBEX_PROFILE, US, onboard
from tests.support.xml_trade import (
    allowance,
    one,
    texts,
    ubl_bill,
    ubl_despatch,
    ubl_order,
    ubl_response,
    written,
)

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def odoo() -> Iterator[OwnOdoo]:
    with own_odoo("xml") as odoo:
        yield odoo


@pytest.fixture
def world(odoo: OwnOdoo) -> Iterator[World]:
    """Return the company; of its two products one is sold with the usual tax, and one without."""
    world = World(OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login))
    free = [world.products[world.gadget]]
    world.session.write("product.product", free, {"taxes_id": [[6, 0, []]]})
    world.session.write("product.product", list(world.products.values()), {"invoice_policy": "delivery"})
    company = world.session.search_read("res.company", [], ["partner_id"], limit=1)[0]
    ours = {"vat": "US123456785", "street": "1 Main St", "city": "Springfield", "zip": "62701"}
    world.session.write("res.partner", [company["partner_id"][0]], ours)
    yield world
    world.close()


@pytest.fixture
def hub(tmp_path: Path, odoo: OwnOdoo, world: World) -> Iterator[SmallHub]:
    with small_hub(tmp_path, odoo) as hub:
        fjord = FJORD_PROFILE.replace('odoo = "FJORD"', f'odoo = "{world.customer_ref}"')
        onboard(hub, "fjord", fjord, {"ship_to.csv": f"theirs,ours\n{GLN},{world.store_ref}\n"})
        globex = GLOBEX_PROFILE.replace('odoo = "GLOBEX"', f'odoo = "{world.vendor_ref}"')
        onboard(hub, "globex", globex, {})
        yield hub


class TestByUbl:
    """Both roles; every sum to the cent."""

    def test_a_customers_order_is_answered_shipped_billed_and_told_once(
        self, hub: SmallHub, world: World
    ) -> None:
        number = f"PO-{world.tag}"
        lines = ((world.widget, "7", "C62", "3.35"), (world.gadget, "3", "EA", "9.99"))
        file = ubl_order(number, lines, buyer=FJORD, seller=US, place=GLN)
        assert hub.send(file, "order.xml", "fjord") == []
        assert hub.order().erp is not None, hub.order().why
        sale = world.record("sale.order", hub.order().erp.id)
        world.confirm(sale)
        hub.notice()
        world.deliver(sale, package=a_label())
        hub.notice()
        invoice = world.invoice(sale)
        hub.notice()
        _, despatch, bill = written(hub.collect("fjord"), "OrderResponse", "DespatchAdvice", "Invoice")
        assert texts(despatch, "//cbc:DeliveredQuantity") == ["7", "3"]
        total = Decimal(str(world.look("account.move", invoice.id, "amount_total")["amount_total"]))
        assert Decimal(one(bill, "//cac:LegalMonetaryTotal/cbc:PayableAmount")) == total
        assert texts(bill, "//cac:TaxSubtotal/cbc:TaxableAmount") == ["23.45", "29.97"]
        assert texts(bill, "//cac:TaxSubtotal//cbc:Percent") == ["15", "0"]
        assert one(bill, "//cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID") == "US123456785"
        hub.notice()
        assert hub.collect("fjord") == []

    def test_a_suppliers_answers_become_a_receipt_and_a_draft_bill(self, hub: SmallHub, world: World) -> None:
        order = world.buy({world.widget: (40, 4.5), world.gadget: (10, 12.25)})
        hub.notice()
        (sent,) = [file for file in hub.collect("globex") if one(file, "/*/cbc:ID") == order.name]
        written([sent], "Order")
        first, second = texts(sent, "//cac:LineItem/cbc:ID")
        said = [(first, world.widget, "40", "5"), (second, world.gadget, "10", "5")]
        hub.send(ubl_response(f"R-{world.tag}", order.name, said), "response.xml", "globex")
        label = a_label()
        shipped = [(first, world.widget, "40", label)]
        hub.send(ubl_despatch(f"D-{world.tag}", order.name, shipped), "despatch.xml", "globex")
        lines = [
            (first, world.widget, "40", "450.00", "100", "175.00", allowance("5.00")),
            (second, world.gadget, "10", "12.25", "1", "122.50", ""),
        ]
        more = allowance("20.00", charge=True, tax="15")  # 317.50 in all, at 15 %: 47.63 by lines
        file = ubl_bill(f"B-{world.tag}", order.name, lines, tax="47.63", total="365.13", more=more)
        hub.send(file, "bill.xml", "globex")
        got = {e.document: (e.state, e.why) for e in hub.log() if e.order_number == order.name}
        for document in (DocType.ORDER_ACKNOWLEDGMENT, DocType.SHIP_NOTICE, DocType.INVOICE):
            assert got[document][0] is State.POSTED, got[document]
        assert world.count("stock.package", [["name", "=", label]]) == 1
        (bill,) = world.session.search_read(
            "account.move", [["ref", "=", f"B-{world.tag}"]], ["state", "amount_total", "amount_untaxed"]
        )
        assert (bill["state"], bill["amount_untaxed"], bill["amount_total"]) == ("draft", 317.5, 365.13)
        assert [f.line() for f in hub.findings(hub.log(DocType.INVOICE)[-1])] == []
