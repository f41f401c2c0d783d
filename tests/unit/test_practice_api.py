"""Both APIs of the practice Odoo: who may call, what is answered, and what hostile requests get."""

from __future__ import annotations

import stat
import xmlrpc.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.erp.practice.server import PracticeOdoo
from tests.support.practice import Json2, running

TWICE = {"vals_list": {"name": "B", "barcode": "036000291407"}}
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<methodCall><methodName>version</methodName><params><param><value>&b;</value></param></params></methodCall>"""


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json2]:
    with running(tmp_path_factory.mktemp("practice")) as client:
        yield client


def send(odoo: Json2, content: bytes = b'{"domain": []}', **headers: str) -> httpx.Response:
    every = {"Authorization": f"Bearer {odoo.practice.key}", "Content-Type": "application/json"}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return odoo.http.post("/json/2/res.partner/search", content=content, headers=every | names)


def test_a_good_call(odoo: Json2) -> None:
    assert send(odoo, X_Odoo_Database="practice").json() == odoo.ok("res.partner", "search", domain=[])


@pytest.mark.parametrize(
    ("content", "headers", "status", "name"),
    [
        (b"{}", {"Authorization": "Bearer wrong"}, 401, "werkzeug.exceptions.Unauthorized"),
        (
            b"{}",
            {"Authorization": "Bearer \xe4".encode("latin-1").decode("latin-1")},
            401,
            "werkzeug.exceptions.Unauthorized",
        ),
        (b"{}", {"Authorization": "Basic aGk6aGk="}, 401, "werkzeug.exceptions.Unauthorized"),
        (b"{bad", {}, 400, "werkzeug.exceptions.BadRequest"),
        (b"[" * 100_000, {}, 400, "werkzeug.exceptions.BadRequest"),
        (b"[1]", {}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        (b'{"domain": [], "ids": [1]}', {}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        (b'{"bogus": 1}', {}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        (b'{"domain": [], "context": 1}', {}, 422, "werkzeug.exceptions.UnprocessableEntity"),
    ],
)
def test_refused_requests(
    odoo: Json2, content: bytes, headers: dict[str, str], status: int, name: str
) -> None:
    raw = {key: value.encode("latin-1") for key, value in headers.items()}
    answer = send(odoo, content, **raw)  # type: ignore[arg-type]  # httpx takes bytes too
    assert (answer.status_code, answer.json()["name"]) == (status, name)


def test_wrong_type_and_wrong_database_are_html(odoo: Json2) -> None:
    for answer, status in (
        (send(odoo, Content_Type="text/plain"), 415),
        (send(odoo, X_Odoo_Database="x"), 404),
    ):
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (status, "text/html")


def test_wrong_address(odoo: Json2) -> None:
    assert odoo.http.get("/json/2/res.partner/search").status_code == 404
    assert odoo.http.get("/web/version").json() == {
        "version_info": [19, 0, 0, "final", 0, ""],
        "version": "19.0",
    }


@pytest.mark.parametrize(
    ("model", "method", "arguments", "status", "name"),
    [
        ("nope.model", "read", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner", "nope", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.country", "message_post", {"ids": [1]}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner", "_write", {}, 403, "odoo.exceptions.AccessError"),
        ("res.partner", "search_fetch", {"domain": []}, 403, "odoo.exceptions.AccessError"),
        ("res.partner", "write", {"ids": [99999], "vals": {"name": "q"}}, 404, "odoo.exceptions.MissingError"),
        ("res.partner", "create", {"vals_list": {"name": "A", "parent_id": 9999}}, 404, "odoo.exceptions.MissingError"),
        ("res.partner", "create", {"vals_list": [{"ref": "nameless"}]}, 422, "odoo.exceptions.ValidationError"),
        ("sale.order", "create", {"vals_list": [{"origin": "x"}]}, 422, "odoo.exceptions.ValidationError"),
        ("res.partner", "create", {"vals_list": [{"name": "A", "nofield": 1}]}, 500, "builtins.ValueError"),
        ("res.partner", "create", {"vals_list": [{"name": "A", "type": "bogus"}]}, 500, "builtins.ValueError"),
        ("res.partner", "create", {"vals_list": ["x"]}, 500, "builtins.ValueError"),
        ("res.partner", "read", {"ids": [1], "fields": ["nofield"]}, 500, "builtins.ValueError"),
        ("res.partner", "read", {"ids": "x"}, 500, "builtins.TypeError"),
        ("res.partner", "write", {"ids": [1], "vals": {"child_ids": "x"}}, 500, "builtins.ValueError"),
        ("res.partner", "write", {"ids": [1], "vals": {"child_ids": [[9, 9]]}}, 500, "builtins.ValueError"),
        ("stock.package", "create", {"vals_list": [{"pack_date": "2026-13-01"}]}, 500, "builtins.ValueError"),
        ("product.product", "create", TWICE, 422, "odoo.exceptions.ValidationError"),
        ("account.move", "create", {"vals_list": [{"amount_total": "1e999"}]}, 500, "builtins.ValueError"),
        ("res.partner", "create", {"vals_list": [{"name": "C", "customer_rank": 10**30}]}, 500, "builtins.ValueError"),
        ("res.partner", "search", {"domain": [], "limit": "x"}, 500, "builtins.ValueError"),
    ],
)  # fmt: skip
def test_errors_have_odoo_s_names_and_statuses(
    odoo: Json2, model: str, method: str, arguments: dict[str, Any], status: int, name: str
) -> None:
    assert odoo.refused(model, method, **arguments)[:2] == (status, name)


def test_missing_ids_are_read_as_nothing(odoo: Json2) -> None:
    assert odoo.ok("res.partner", "read", ids=[99999], fields=["name"]) == []


def test_batch_is_all_or_nothing(odoo: Json2) -> None:
    odoo.refused("res.partner", "create", vals_list=[{"name": "First"}, {"name": "Second", "nofield": 1}])
    assert odoo.ok("res.partner", "search_count", domain=[["name", "=", "First"]]) == 0


def test_probing(odoo: Json2) -> None:
    fields = odoo.ok(
        "sale.order.line", "fields_get", allfields=["tax_ids", "tax_id"], attributes=["type", "relation"]
    )
    assert fields == {"tax_ids": {"type": "many2many", "relation": "account.tax"}}
    assert odoo.ok("res.users", "context_get") == {"lang": "en_US", "tz": False, "uid": 2}
    assert odoo.ok("sale.order", "has_access", operation="create") is True
    assert (
        odoo.ok(
            "ir.model", "search_count", domain=[["model", "in", ["stock.package", "stock.quant.package"]]]
        )
        == 1
    )
    assert odoo.ok("res.partner", "default_get", fields=["type", "active", "name"]) == {
        "type": "contact",
        "active": True,
    }
    assert odoo.ok("res.partner", "name_search", name="acme store") != []


def test_text_is_escaped_in_notes(odoo: Json2) -> None:
    partner = odoo.find("res.partner", ref="ACME")
    (note,) = odoo.ok("res.partner", "message_post", ids=[partner], body="<b>hi</b> & you")
    assert odoo.look("mail.message", note, "body")["body"] == "<span>&lt;b&gt;hi&lt;/b&gt; &amp; you</span>"
    assert odoo.refused("res.partner", "message_post", ids=[99999], body="x")[0] == 404


def test_form_is_computed_and_not_saved(odoo: Json2) -> None:
    lamp, before = (
        odoo.find("product.product", default_code="HUB-1002"),
        odoo.ok("sale.order", "search_count", domain=[]),
    )
    values = {
        "partner_id": odoo.find("res.partner", ref="ACME"),
        "order_line": [[0, "virtual_7", {"product_id": lamp, "product_uom_qty": 2}]],
    }
    spec = {"order_line": {"fields": {"price_unit": {}}}}
    answer = odoo.ok("sale.order", "onchange", ids=[], values=values, field_names=[], fields_spec=spec)
    assert answer == {"value": {"order_line": [[0, "virtual_7", {"price_unit": 19.98}]]}}
    assert odoo.ok("sale.order", "search_count", domain=[]) == before


class Xml:
    """The calls of an XML-RPC client."""

    def __init__(self, odoo: Json2) -> None:
        self.odoo = odoo

    def post(self, service: str, method: str, *params: Any) -> Any:
        content = xmlrpc.client.dumps(params, method, allow_none=True).encode()
        response = self.odoo.http.post(
            f"/xmlrpc/2/{service}", content=content, headers={"Content-Type": "text/xml"}
        )
        assert response.status_code == 200
        return xmlrpc.client.loads(response.content)[0][0]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.post(
            "object", "execute_kw", "practice", 2, self.odoo.practice.key, model, method, list(args), kwargs
        )


@pytest.fixture
def xml(odoo: Json2) -> Xml:
    return Xml(odoo)


def test_xml_rpc_logs_in(odoo: Json2, xml: Xml) -> None:
    key = odoo.practice.key
    assert xml.post("common", "version")["server_version"] == "19.0"
    assert xml.post("common", "authenticate", "practice", "hub", key, {}) == 2
    assert xml.post("common", "authenticate", "practice", "hub", "bad", {}) is False
    assert xml.post("common", "authenticate", "practice", "else", key, {}) is False


def test_xml_rpc_calls_by_position(xml: Xml) -> None:
    one = xml.call("res.partner", "create", {"name": "one", "ref": "X-1"})
    assert xml.call("res.partner", "create", [{"name": "two"}]) == [one + 1]
    assert xml.call("res.partner", "search_read", [["ref", "=", "X-1"]], fields=["ref"]) == [
        {"id": one, "ref": "X-1"}
    ]
    assert xml.call("res.partner", "read", one, ["ref"]) == [{"id": one, "ref": "X-1"}]
    assert xml.call("res.partner", "export_data", [one], fields_to_export=[".id", "name"]) == {
        "datas": [[str(one), "one"]]
    }


def test_xml_rpc_leaves_out_what_xml_cannot_carry(odoo: Json2, xml: Xml) -> None:
    (made,) = odoo.ok("res.partner", "create", vals_list=[{"name": "a\x0bb"}])
    assert xml.call("res.partner", "read", [made], ["name"]) == [{"id": made, "name": "ab"}]


@pytest.mark.parametrize(
    ("model", "method", "args", "code", "words"),
    [
        ("nope", "read", [[1]], 2, "Object nope doesn't exist"),
        ("res.partner", "_write", [[1]], 4, "Private methods"),
        ("res.partner", "nope", [[1]], 1, "AttributeError: "),
        ("res.partner", "write", [[99999], {"name": "q"}], 2, "Record does not exist"),
        ("res.partner", "create", [{"ref": "x"}], 2, "Contacts require a name"),
        ("res.partner", "search", [[["nofield", "=", 1]]], 1, "\nValueError: Invalid field"),
        ("res.partner", "search", [], 1, "\nTypeError: "),
    ],
)
def test_xml_rpc_faults(xml: Xml, model: str, method: str, args: list[Any], code: int, words: str) -> None:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xml.call(model, method, *args)
    assert caught.value.faultCode == code
    assert words in caught.value.faultString


def test_none_is_a_fault_after_the_commit(odoo: Json2, xml: Xml) -> None:
    product, place = (
        odoo.find("product.product", default_code="HUB-2002"),
        odoo.find("stock.location", name="Stock"),
    )
    quants = xml.call(
        "stock.quant", "create", [{"product_id": product, "location_id": place, "inventory_quantity": 12}]
    )
    with pytest.raises(xmlrpc.client.Fault, match="cannot marshal None"):
        xml.call("stock.quant", "action_apply_inventory", quants)
    assert odoo.look("product.product", product, "qty_available") == {"qty_available": 12}


def test_wrong_key_over_xml_rpc(xml: Xml) -> None:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xml.post("object", "execute_kw", "practice", 2, "bad", "res.partner", "search", [[]])
    assert (caught.value.faultCode, caught.value.faultString) == (3, "Access Denied")


@pytest.mark.parametrize(
    "content", [BOMB, b"", b"<a/>", b"\xff\xfe", b"<methodCall>" * 10_000, b"<methodCall></methodCall>"]
)
def test_hostile_xml_is_a_fault(odoo: Json2, content: bytes) -> None:
    response = odoo.http.post("/xmlrpc/2/common", content=content)
    with pytest.raises(xmlrpc.client.Fault):
        xmlrpc.client.loads(response.content)


def test_enormous_bodies_are_refused(odoo: Json2) -> None:
    assert send(odoo, b" " * (33 * 1024 * 1024)).status_code == 413


def test_many_at_once_are_all_carried_out(odoo: Json2) -> None:
    def create(number: int) -> int:
        return len(odoo.ok("res.partner", "create", vals_list=[{"name": f"crowd {number}"}]))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(40))) == 40
    assert odoo.ok("res.partner", "search_count", domain=[["name", "=like", "crowd %"]]) == 40


def test_data_and_key_survive_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        key = first.practice.key
        first.ok("res.partner", "create", vals_list=[{"name": "Stays", "ref": "STAYS"}])
        products = first.ok("product.product", "search_count", domain=[])
    assert stat.S_IMODE((tmp_path / "practice.key").stat().st_mode) == 0o600
    with running(tmp_path) as second:
        assert second.practice.key == key
        assert second.find("res.partner", ref="STAYS")
        assert second.ok("product.product", "search_count", domain=[]) == products, (
            "seeding again adds nothing"
        )


def test_port_that_is_taken_is_an_oserror(odoo: Json2, tmp_path: Path) -> None:
    taken = int(odoo.practice.url.rpartition(":")[2])
    other = PracticeOdoo(tmp_path / "other.sqlite", port=taken)
    with pytest.raises(OSError, match="in use"):
        other.start()
    other.stop()
