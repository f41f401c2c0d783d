"""The flows of the practice Odoo: order to delivery to invoice, purchase to receipt to bill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.practice import Json2, running

LATER = {"skip_backorder": True}


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json2]:
    with running(tmp_path_factory.mktemp("practice")) as client:
        yield client


def confirmed(odoo: Json2, lines: dict[str, float]) -> int:
    order = odoo.order(lines)
    assert odoo.ok("sale.order", "action_confirm", ids=[order]) is True
    return order


def pickings(odoo: Json2, order: int) -> list[dict[str, Any]]:
    fields = ["name", "state", "move_ids", "move_line_ids", "backorder_id"]
    return odoo.ok(
        "stock.picking", "search_read", domain=[["sale_id", "=", order]], fields=fields, order="id"
    )


def stocked(odoo: Json2, code: str) -> dict[str, float]:
    product = odoo.find("product.product", default_code=code)
    return odoo.look("product.product", product, "qty_available", "free_qty", "virtual_available")


def invoice(odoo: Json2, order: int) -> int:
    (wizard,) = odoo.ok(
        "sale.advance.payment.inv", "create", vals_list=[{"sale_order_ids": [[6, 0, [order]]]}]
    )
    return int(odoo.ok("sale.advance.payment.inv", "create_invoices", ids=[wizard])["res_id"])


def test_order_is_completed_from_partner_and_products(odoo: Json2) -> None:
    order = odoo.order({"HUB-1001": 3, "HUB-1010": 2.5})
    head = odoo.look(
        "sale.order", order, "state", "amount_total", "payment_term_id", "partner_shipping_id", "order_line"
    )
    assert (head["state"], head["amount_total"], head["payment_term_id"][1]) == ("draft", 279.72, "30 Days")
    line = odoo.look(
        "sale.order.line", head["order_line"][0], "name", "price_unit", "product_uom_id", "tax_ids"
    )
    assert line == {
        "name": "[HUB-1001] Desk lamp",
        "price_unit": 9.99,
        "product_uom_id": [1, "Units"],
        "tax_ids": [],
    }


def test_confirming_reserves_and_a_second_time_is_refused(odoo: Json2) -> None:
    before = stocked(odoo, "HUB-1003")
    order = confirmed(odoo, {"HUB-1003": 4})
    assert odoo.refused("sale.order", "action_confirm", ids=[order])[:2] == (422, "odoo.exceptions.UserError")
    (picking,) = pickings(odoo, order)
    assert picking["name"].startswith("WH/OUT/")
    assert picking["state"] == "assigned"
    after = stocked(odoo, "HUB-1003")
    assert (after["qty_available"], after["free_qty"]) == (before["qty_available"], before["free_qty"] - 4)
    assert odoo.look("sale.order", order, "state", "delivery_status") == {
        "state": "sale",
        "delivery_status": "pending",
    }


def test_what_is_not_there_is_not_reserved(odoo: Json2) -> None:
    odoo.ok(
        "product.product", "create", vals_list=[{"name": "New", "default_code": "NEW-1", "is_storable": True}]
    )
    order = confirmed(odoo, {"NEW-1": 4})
    (picking,) = pickings(odoo, order)
    assert picking["state"] == "confirmed"
    assert odoo.refused("stock.picking", "button_validate", ids=[picking["id"]])[0] == 422


def test_part_of_a_delivery_leaves_a_backorder(odoo: Json2) -> None:
    order = confirmed(odoo, {"HUB-1001": 10, "HUB-1002": 5})
    (first,) = pickings(odoo, order)
    odoo.ok("stock.move", "write", ids=first["move_ids"][:1], vals={"quantity": 6, "picked": True})
    question = odoo.ok("stock.picking", "button_validate", ids=[first["id"]])
    assert question["res_model"] == "stock.backorder.confirmation"
    assert odoo.ok("stock.picking", "button_validate", ids=[first["id"]], context=LATER) is True
    first, second = pickings(odoo, order)
    assert (first["state"], second["state"], second["backorder_id"][0]) == ("done", "assigned", first["id"])
    moves = odoo.ok(
        "stock.move", "read", ids=second["move_ids"], fields=["product_uom_qty", "quantity", "picked"]
    )
    assert sorted((m["product_uom_qty"], m["quantity"], m["picked"]) for m in moves) == [
        (4, 4, False),
        (5, 5, False),
    ]
    assert odoo.look("sale.order", order, "delivery_status", "invoice_status") == {
        "delivery_status": "partial",
        "invoice_status": "to invoice",
    }
    assert odoo.ok("stock.picking", "button_validate", ids=[second["id"]]) is True
    assert odoo.look("sale.order", order, "delivery_status")["delivery_status"] == "full"


def test_rest_may_be_dropped_instead(odoo: Json2) -> None:
    order = confirmed(odoo, {"HUB-1004": 10})
    (picking,) = pickings(odoo, order)
    odoo.ok("stock.move", "write", ids=picking["move_ids"], vals={"quantity": 6, "picked": True})
    context = {**LATER, "picking_ids_not_to_backorder": [picking["id"]]}
    odoo.ok("stock.picking", "button_validate", ids=[picking["id"]], context=context)
    assert [p["state"] for p in pickings(odoo, order)] == ["done"]
    assert odoo.look("sale.order", order, "delivery_status")["delivery_status"] == "full"
    assert stocked(odoo, "HUB-1004")["free_qty"] == stocked(odoo, "HUB-1004")["qty_available"] == 9994


def test_packages(odoo: Json2) -> None:
    order = confirmed(odoo, {"HUB-1005": 2})
    (picking,) = pickings(odoo, order)
    call = {"ids": [picking["id"]], "package_name": "003600020000000010"}
    (package,) = odoo.ok("stock.picking", "action_put_in_pack", **call)
    assert odoo.refused("stock.picking", "action_put_in_pack", **call)[0] == 422
    line = odoo.look("stock.move.line", picking["move_line_ids"][0], "result_package_id")
    assert line["result_package_id"] == [package, "003600020000000010"]
    assert odoo.look("stock.package", package, "valid_sscc") == {"valid_sscc": True}
    odoo.ok("stock.picking", "button_validate", ids=[picking["id"]])
    there = odoo.ok(
        "stock.quant",
        "search_read",
        domain=[["package_id", "=", package]],
        fields=["quantity", "location_id"],
    )
    assert [(row["quantity"], row["location_id"][1]) for row in there] == [(2, "Customers")]


def test_delivered_is_invoiced_once_and_numbered_when_posted(odoo: Json2) -> None:
    order = confirmed(odoo, {"HUB-1001": 10})
    (wizard,) = odoo.ok("sale.advance.payment.inv", "create", vals_list=[{"sale_order_ids": [order]}])
    assert odoo.refused("sale.advance.payment.inv", "create_invoices", ids=[wizard])[0] == 422
    odoo.ok("stock.picking", "button_validate", ids=[pickings(odoo, order)[0]["id"]])
    made = invoice(odoo, order)
    draft = odoo.look("account.move", made, "name", "state", "amount_total", "invoice_origin")
    assert draft == {
        "name": False,
        "state": "draft",
        "amount_total": 99.9,
        "invoice_origin": odoo.look("sale.order", order, "name")["name"],
    }
    assert odoo.ok("account.move", "action_post", ids=[made]) is False
    posted = odoo.look(
        "account.move", made, "name", "state", "invoice_date", "invoice_date_due", "invoice_line_ids"
    )
    assert (posted["name"][:4], posted["state"]) == ("INV/", "posted")
    assert posted["invoice_date_due"] > posted["invoice_date"], "30 days"
    assert odoo.refused("account.move", "action_post", ids=[made])[0] == 422
    (line,) = odoo.ok(
        "account.move.line", "read", ids=posted["invoice_line_ids"], fields=["sale_line_ids", "quantity"]
    )
    head = odoo.look("sale.order", order, "order_line", "invoice_status", "invoice_ids")
    assert (line["sale_line_ids"], line["quantity"]) == (head["order_line"], 10)
    assert (head["invoice_status"], head["invoice_ids"]) == ("invoiced", [made])
    assert odoo.look(
        "sale.order.line", head["order_line"][0], "qty_delivered", "qty_invoiced", "qty_to_invoice"
    ) == {
        "qty_delivered": 10,
        "qty_invoiced": 10,
        "qty_to_invoice": 0,
    }


def test_taxes_are_rounded_once_for_the_document(odoo: Json2) -> None:
    lamp = odoo.find("product.product", default_code="HUB-1001")
    tax = odoo.find("account.tax", type_tax_use="sale")
    line = [0, 0, {"product_id": lamp, "product_uom_qty": 10, "tax_ids": [[6, 0, [tax]]]}]
    (order,) = odoo.ok(
        "sale.order",
        "create",
        vals_list=[{"partner_id": odoo.find("res.partner", ref="NORDIC"), "order_line": [line] * 3}],
    )
    assert odoo.look("sale.order", order, "amount_untaxed", "amount_tax", "amount_total") == {
        "amount_untaxed": 299.7,
        "amount_tax": 44.96,
        "amount_total": 344.66,
    }


def test_cancelled_order_gives_back_what_it_reserved(odoo: Json2) -> None:
    before = stocked(odoo, "HUB-1006")
    order = confirmed(odoo, {"HUB-1006": 4})
    assert odoo.refused("sale.order", "unlink", ids=[order])[0] == 422
    assert odoo.ok("sale.order", "action_cancel", ids=[order]) is True
    assert stocked(odoo, "HUB-1006") == before
    assert [p["state"] for p in pickings(odoo, order)] == ["cancel"]
    assert odoo.look("sale.order", order, "state", "delivery_status") == {
        "state": "cancel",
        "delivery_status": False,
    }
    assert odoo.refused("sale.order", "action_confirm", ids=[order])[0] == 422
    assert odoo.ok("sale.order", "unlink", ids=[order]) is True


def test_quantity_changed_after_confirming_changes_the_delivery(odoo: Json2) -> None:
    order = confirmed(odoo, {"HUB-1007": 4})
    (line,) = odoo.look("sale.order", order, "order_line")["order_line"]
    for quantity in (9.0, 2.0):
        odoo.ok("sale.order.line", "write", ids=[line], vals={"product_uom_qty": quantity})
        (picking,) = pickings(odoo, order)
        move = odoo.look("stock.move", picking["move_ids"][0], "product_uom_qty", "quantity")
        assert move == {"product_uom_qty": quantity, "quantity": quantity}


def test_write_date_is_the_transaction_s_start_and_moves_with_the_delivery(odoo: Json2) -> None:
    order = confirmed(odoo, {"HUB-1008": 4})
    rows = odoo.ok("sale.order", "search_read", domain=[["id", "=", order]], fields=["write_date"])
    assert len(rows[0]["write_date"]) == 19
    since = [["id", "=", order], ["write_date", ">", rows[0]["write_date"]]]
    assert odoo.ok("sale.order", "search", domain=since) == [order], "stored with microseconds, read without"
    odoo.ok("stock.picking", "button_validate", ids=[pickings(odoo, order)[0]["id"]])
    after = odoo.look("sale.order", order, "write_date")["write_date"]
    assert after >= rows[0]["write_date"]


@pytest.fixture
def purchase(odoo: Json2) -> int:
    parts = [odoo.find("product.product", default_code=code) for code in ("HUB-2001", "HUB-2002")]
    lines = [[0, 0, {"product_id": part, "product_qty": 40}] for part in parts]
    values = {"partner_id": odoo.find("res.partner", ref="GLOBEX"), "order_line": lines}
    (order,) = odoo.ok("purchase.order", "create", vals_list=[values])
    assert odoo.ok("purchase.order", "button_confirm", ids=[order]) is True
    return int(order)


def test_purchase_takes_the_vendor_s_price_and_waits_for_a_receipt(odoo: Json2, purchase: int) -> None:
    head = odoo.look(
        "purchase.order",
        purchase,
        "name",
        "state",
        "amount_total",
        "order_line",
        "receipt_status",
        "picking_ids",
    )
    assert head["name"].startswith("P0")
    assert (head["state"], head["amount_total"], head["receipt_status"]) == ("purchase", 670, "pending")
    line = odoo.look("purchase.order.line", head["order_line"][0], "name", "price_unit")
    assert line == {"name": "[GX-100] Lamp base casting", "price_unit": 4.5}
    receipt = odoo.look("stock.picking", head["picking_ids"][0], "name", "state", "picking_type_code")
    assert receipt["name"].startswith("WH/IN/")
    assert (receipt["state"], receipt["picking_type_code"]) == ("assigned", "incoming")


def test_part_of_a_receipt_is_billed(odoo: Json2, purchase: int) -> None:
    receipt = odoo.look("purchase.order", purchase, "picking_ids", "order_line")
    (first,) = receipt["picking_ids"]
    move = odoo.look("stock.picking", first, "move_ids")["move_ids"][0]
    odoo.ok("stock.move", "write", ids=[move], vals={"quantity": 10, "picked": True})
    odoo.ok("stock.picking", "button_validate", ids=[first], context=LATER)
    seen = odoo.look("purchase.order", purchase, "receipt_status", "invoice_status", "picking_ids")
    assert (seen["receipt_status"], seen["invoice_status"], len(seen["picking_ids"])) == (
        "partial",
        "to invoice",
        2,
    )
    bill = odoo.ok("purchase.order", "action_create_invoice", ids=[purchase])["res_id"]
    status, _, message = odoo.refused("account.move", "action_post", ids=[bill])
    assert status == 422
    assert "date is required" in message
    odoo.ok("account.move", "write", ids=[bill], vals={"invoice_date": "2026-11-22"})
    odoo.ok("account.move", "action_post", ids=[bill])
    assert odoo.look("account.move", bill, "name")["name"].startswith("BILL/2026/11/000")
    assert odoo.look("purchase.order", purchase, "invoice_ids")["invoice_ids"] == [bill]
    assert odoo.refused("purchase.order", "button_cancel", ids=[purchase])[0] == 422


def test_announced_lots_and_packages_become_stock(odoo: Json2, purchase: int) -> None:
    picking = odoo.look("purchase.order", purchase, "picking_ids")["picking_ids"][0]
    row = odoo.look("stock.picking", picking, "move_ids", "move_line_ids")
    (package,) = odoo.ok("stock.package", "create", vals_list=[{"name": "SSCC"}])
    announced = {"quantity": 25, "lot_name": "L1", "result_package_id": package}
    odoo.ok("stock.move.line", "write", ids=row["move_line_ids"][:1], vals=announced)
    move = odoo.look("stock.move.line", row["move_line_ids"][0], "move_id")["move_id"][0]
    assert odoo.look("stock.move", move, "quantity", "state") == {
        "quantity": 25,
        "state": "partially_available",
    }
    product = odoo.look("stock.move", move, "product_id")["product_id"][0]
    odoo.ok(
        "stock.move.line",
        "create",
        vals_list=[{"picking_id": picking, "product_id": product, "quantity": 15}],
    )
    assert odoo.look("stock.move", move, "quantity", "state") == {"quantity": 40, "state": "assigned"}
    odoo.ok("stock.picking", "button_validate", ids=[picking], context=LATER)
    there = odoo.ok("stock.quant", "search_read", domain=[["package_id", "=", package]], fields=["quantity"])
    assert [row["quantity"] for row in there] == [25]


def test_tracked_goods_need_a_lot(odoo: Json2) -> None:
    values = {"name": "Resin", "default_code": "LOT-1", "is_storable": True, "tracking": "lot"}
    (product,) = odoo.ok("product.product", "create", vals_list=[values])
    line = [0, 0, {"product_id": product, "product_qty": 3, "price_unit": 1}]
    (order,) = odoo.ok(
        "purchase.order",
        "create",
        vals_list=[{"partner_id": odoo.find("res.partner", ref="GLOBEX"), "order_line": [line]}],
    )
    odoo.ok("purchase.order", "button_confirm", ids=[order])
    picking = odoo.look("purchase.order", order, "picking_ids")["picking_ids"][0]
    assert odoo.refused("stock.picking", "button_validate", ids=[picking])[0] == 422
    lines = odoo.look("stock.picking", picking, "move_line_ids")["move_line_ids"]
    odoo.ok("stock.move.line", "write", ids=lines, vals={"lot_name": "B-77"})
    assert odoo.ok("stock.picking", "button_validate", ids=[picking]) is True
    assert (
        odoo.look("stock.lot", odoo.find("stock.lot", name="B-77"), "product_id")["product_id"][0] == product
    )
