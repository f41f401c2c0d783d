"""`load()` of the practice Odoo: rows of text to records with external ids, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.practice import Json2, running

COLUMNS = ["id", "partner_id/.id", "client_order_ref", "order_line/id", "order_line/product_id/.id"]
COLUMNS += ["order_line/product_uom_qty", "order_line/price_unit", "order_line/tax_ids/.id"]


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json2]:
    with running(tmp_path_factory.mktemp("practice")) as client:
        yield client


def rows(odoo: Json2, key: str, quantities: tuple[str, ...] = ("10", "5")) -> list[list[str]]:
    customer, product = (
        str(odoo.find("res.partner", ref="ACME")),
        str(odoo.find("product.product", barcode="036000291407")),
    )
    head = [[key, customer, f"PO {key}"], *[["", "", ""]] * (len(quantities) - 1)]
    return [[*head[i], f"{key}_l{i}", product, quantity, "9.99", ""] for i, quantity in enumerate(quantities)]


def load(odoo: Json2, data: list[list[str]], columns: list[str] = COLUMNS, **context: Any) -> dict[str, Any]:
    return odoo.ok("sale.order", "load", fields=columns, data=data, context=context)


def error_of(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["ids"] is False
    return answer["messages"][0]


def test_order_and_lines_get_their_external_ids_in_one_call(odoo: Json2) -> None:
    answer = load(odoo, rows(odoo, "edi_hub.so_1"))
    assert (len(answer["ids"]), answer["messages"]) == (1, [])
    order = odoo.look(
        "sale.order", answer["ids"][0], "order_line", "amount_total", "client_order_ref", "name"
    )
    assert (order["client_order_ref"], order["amount_total"]) == ("PO edi_hub.so_1", 149.85)
    assert order["name"].startswith("S0")
    assert odoo.ok("sale.order.line", "get_external_id", ids=order["order_line"]) == {
        str(line): f"edi_hub.so_1_l{i}" for i, line in enumerate(order["order_line"])
    }


def test_same_external_id_again_is_the_same_record(odoo: Json2) -> None:
    first = load(odoo, rows(odoo, "edi_hub.so_2"))
    again = load(odoo, rows(odoo, "edi_hub.so_2", ("7", "5")))
    assert again["ids"] == first["ids"]
    line = odoo.find("sale.order.line", order_id=first["ids"][0], product_uom_qty=7)
    assert odoo.ok("sale.order", "search_count", domain=[["client_order_ref", "=", "PO edi_hub.so_2"]]) == 1
    assert odoo.look("sale.order.line", line, "price_subtotal") == {"price_subtotal": 69.93}


def test_noupdate_leaves_what_is_there_untouched(odoo: Json2) -> None:
    once = {"mode": "update", "noupdate": True}
    first = load(odoo, rows(odoo, "edi_hub.so_3"), **once)
    load(odoo, rows(odoo, "edi_hub.so_3", ("7",)), **once)
    lines = odoo.ok(
        "sale.order.line",
        "search_read",
        domain=[["order_id", "=", first["ids"][0]]],
        fields=["product_uom_qty"],
    )
    assert [line["product_uom_qty"] for line in lines] == [10, 5]


def test_lookup_finds_or_says_what_a_new_record_would_lack(odoo: Json2) -> None:
    made = load(odoo, rows(odoo, "edi_hub.so_4"))["ids"]
    assert load(odoo, [["edi_hub.so_4"]], ["id"])["ids"] == made
    error = error_of(load(odoo, [["edi_hub.nothing"]], ["id"]))
    assert error["field"] == "partner_id"
    assert "Missing required value for the field 'Customer'" in error["message"]


@pytest.mark.parametrize(
    ("column", "cell", "field", "words"),
    [
        (1, "99999", "partner_id", "No matching record found for database id '99999' in field 'Customer'"),
        (1, "", "partner_id", "Missing required value"),
        (4, "xx", "order_line", "Invalid database id 'xx' for the field 'Order Lines/Product'"),
        (5, "ten", "order_line", "'ten' does not seem to be a number for field 'Order Lines/Quantity'"),
        (5, "nan", "order_line", "'nan' does not seem to be a number"),
    ],
)
def test_bad_cell_is_told_with_200_and_nothing_is_made(
    odoo: Json2, column: int, cell: str, field: str, words: str
) -> None:
    data = rows(odoo, "edi_hub.bad")
    data[0][column] = cell
    before = odoo.ok("sale.order", "search_count", domain=[])
    error = error_of(load(odoo, [*rows(odoo, "edi_hub.good"), *data]))
    assert (error["field"], error["type"], error["record"]) == (field, "error", 1)
    assert error["rows"] == {"from": 2, "to": 3}
    assert words in error["message"]
    assert odoo.ok("sale.order", "search_count", domain=[]) == before
    assert odoo.ok("ir.model.data", "search_count", domain=[["name", "in", ["good", "bad"]]]) == 0


def test_failed_load_uses_up_no_number(odoo: Json2) -> None:
    first = odoo.look("sale.order", load(odoo, rows(odoo, "edi_hub.so_5"))["ids"][0], "name")["name"]
    data = rows(odoo, "edi_hub.so_6")
    data[1][5] = "ten"
    load(odoo, data)
    second = odoo.look("sale.order", load(odoo, rows(odoo, "edi_hub.so_7"))["ids"][0], "name")["name"]
    assert int(second[1:]) == int(first[1:]) + 1


def test_records_are_found_by_name_and_external_id(odoo: Json2) -> None:
    columns = [
        "id",
        "partner_id",
        "partner_shipping_id/id",
        "order_line/product_id",
        "order_line/product_uom_id",
    ]
    data = [["edi_hub.so_8", "ACME Retail Inc.", "practice.acme_st042", "HUB-1002", "Dozens"]]
    (order,) = load(odoo, data, columns)["ids"]
    assert odoo.look("sale.order", order, "partner_shipping_id")["partner_shipping_id"][1].endswith(
        "ACME Store 42"
    )
    line = odoo.ok("sale.order.line", "search_read", domain=[["order_id", "=", order]], fields=["price_unit"])
    assert line[0]["price_unit"] == pytest.approx(12 * 19.98), "a dozen costs twelve times the piece"
    assert (
        "No matching record found for name 'Nobody'"
        in error_of(load(odoo, [["edi_hub.so_9", "Nobody", "", "HUB-1002", "Dozens"]], columns))["message"]
    )


def test_unknown_column_is_an_error(odoo: Json2) -> None:
    status, name, message = odoo.refused("sale.order", "load", fields=["id", "nofield"], data=[["a.b", "x"]])
    assert (status, name) == (500, "builtins.ValueError")
    assert "nofield" in message


def test_external_ids_are_unique(odoo: Json2) -> None:
    link = {"module": "edi_hub", "name": "twice", "model": "sale.order", "res_id": 1}
    odoo.ok("ir.model.data", "create", vals_list=[link])
    assert odoo.refused("ir.model.data", "create", vals_list=[link])[:2] == (
        422,
        "odoo.exceptions.ValidationError",
    )
