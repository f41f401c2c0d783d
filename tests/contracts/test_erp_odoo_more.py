"""What the gateway reads of a real Odoo beyond the common contract: lots, discounts, credit notes, manual lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.odoo.reading import ref_id
from hub.erp.port import Topic
from hub.model.documents import Charge, DocType, Lot, OrderLine
from hub.model.exchange import ErpRecord
from tests.contracts.erp_buying_suite import key_of, notice_of
from tests.contracts.erp_suite import Erp, an_order, d, posted
from tests.contracts.erp_watching_suite import all_changes
from tests.support.erp_world import World

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=["json2", "xmlrpc"])
def erp(request: pytest.FixtureRequest) -> Iterator[Erp]:
    """Return a gateway and a world on the Odoo that HUB_TEST_ODOO_* names."""
    settings = OdooSettings(
        url=os.environ["HUB_TEST_ODOO_URL"],
        database=os.environ["HUB_TEST_ODOO_DB"],
        key=os.environ["HUB_TEST_ODOO_KEY"],
        login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
        api=request.param,
    )
    gateway, world = OdooGateway(settings), World(settings)
    yield gateway, world
    gateway.close()
    world.close()


def tracked(world: World, lots: dict[str, float]) -> str:
    """Make a product tracked by lot with stock, and return its code."""
    code = f"LOT-{world.tag}"
    values = {"name": "Cheese", "default_code": code, "type": "consu", "is_storable": True, "tracking": "lot"}
    product = world.session.create("product.product", [values])[0]
    world.products[code] = product
    house = world.session.search_read("stock.warehouse", [], ["lot_stock_id"], limit=1)[0]
    for name, quantity in lots.items():
        lot = world.session.create("stock.lot", [{"name": name, "product_id": product}])[0]
        quant = {"product_id": product, "location_id": ref_id(house["lot_stock_id"]), "lot_id": lot}
        quants = world.session.create("stock.quant", [{**quant, "inventory_quantity": quantity}])
        world.session.call("stock.quant", "action_apply_inventory", quants)
    return code


def test_shipped_lots_and_announced_lots(erp: Erp) -> None:
    gateway, world = erp
    code = tracked(world, {"L-1": 2, "L-2": 9})
    line = OrderLine(number="1", quantity=d(5), unit="EA", price=d(1), sku=code)
    record = posted(erp, an_order(world, lines=(line,)))
    gateway.confirm_order(record)
    (item,) = gateway.read_delivery(world.deliver(record)).orders[0].items
    assert item.quantity == 5
    assert {(lot.number, lot.quantity) for lot in item.lots} == {("L-1", d(2)), ("L-2", d(3))}

    order = world.buy({code: (10, 2)})
    lots = (Lot(number="N-1", quantity=d(4)), Lot(number="N-2", quantity=d(6)))
    notice = notice_of(gateway.read_purchase_order(order), 10, lots=lots)
    result = gateway.post_ship_notice(key_of(DocType.SHIP_NOTICE, notice.number), notice, {order.name: order})
    assert result.created, result.findings
    domain: list[Any] = [["picking_id", "in", world.receipts(order)]]
    seen = world.session.search_read("stock.move.line", domain, ["lot_name", "quantity", "picked"])
    assert [(s["lot_name"], s["quantity"], s["picked"]) for s in seen] == [
        ("N-1", 4, False),
        ("N-2", 6, False),
    ]


def test_discount_becomes_an_allowance_and_a_manual_line_has_no_number(erp: Erp) -> None:
    gateway, world = erp
    order = an_order(world)
    record = posted(erp, order)
    line = world.session.search_read("sale.order.line", [["order_id", "=", record.id]], ["name"])[0]["id"]
    world.session.write("sale.order.line", [line], {"discount": 10.0})
    extra = {"order_id": record.id, "product_id": world.products[world.gadget], "sequence": 99}
    world.session.create("sale.order.line", [extra])
    gateway.confirm_order(record)
    assert [li.number for li in gateway.read_order_decision(record).lines] == ["00.1", "2", ""]
    world.deliver(record)
    invoice = gateway.read_invoice(world.invoice(record))
    first = invoice.lines[0]
    assert first.price == d("9.99")
    assert first.charges == (Charge(kind="allowance", amount=d("3.00"), percent=d(10)),)
    allowances = sum((c.amount or d(0) for li in invoice.lines for c in li.charges), Decimal(0))
    lines = sum((li.quantity * li.price for li in invoice.lines), Decimal(0))
    assert invoice.total == lines - allowances + sum((t.amount for t in invoice.taxes), Decimal(0))


def test_credit_note_is_read_and_noticed(erp: Erp) -> None:
    gateway, world = erp
    order = an_order(world)
    record = posted(erp, order)
    gateway.confirm_order(record)
    world.deliver(record)
    bill = world.invoice(record)
    wizard = {"move_ids": [[6, 0, [bill.id]]], "journal_id": 1, "reason": "broken", "date": "2026-11-21"}
    journal = world.session.search_read("account.journal", [["type", "=", "sale"]], ["name"], limit=1)[0][
        "id"
    ]
    made = world.session.create("account.move.reversal", [{**wizard, "journal_id": journal}])
    world.session.call("account.move.reversal", "reverse_moves", made)
    refund = world.session.search_read("account.move", [["reversed_entry_id", "=", bill.id]], ["name"])[0][
        "id"
    ]
    world.session.write("account.move", [refund], {"invoice_date": date(2026, 11, 21).isoformat()})
    world.session.call("account.move", "action_post", [refund])
    credit = gateway.read_invoice(ErpRecord("account.move", refund))
    assert credit.kind == "credit"
    assert credit.order_number == order.number
    assert [li.number for li in credit.lines] == ["00.1", "2"]
    assert credit.total > 0
    changes = all_changes(gateway, Topic.INVOICE_POSTED, None)
    assert refund in {c.record.id for c in changes if c.order.id == record.id}
