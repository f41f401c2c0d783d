"""The web page: a person confirms, ships, invoices and buys, and nobody else can press the buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.practice import Json2, running


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json2]:
    with running(tmp_path_factory.mktemp("practice")) as client:
        yield client


def token(odoo: Json2) -> str:
    found = re.search(r'name="token" value="([^"]+)"', odoo.http.get("/new-purchase").text)
    assert found
    return found[1]


def press(odoo: Json2, path: str, **form: str) -> httpx.Response:
    return odoo.http.post(path, data={"token": token(odoo), **form})


def done(odoo: Json2, path: str, **form: str) -> str:
    answer = press(odoo, path, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_order_from_quotation_to_invoice(odoo: Json2) -> None:
    order = odoo.order({"HUB-1001": 5, "HUB-1002": 3}, client_order_ref="PO-77")
    page = f"/orders/{order}"
    assert "PO-77" in odoo.http.get("/").text
    assert "Confirm" in odoo.http.get(page).text
    assert done(odoo, f"{page}/confirm") == page
    (picking,) = odoo.look("sale.order", order, "picking_ids")["picking_ids"]
    form = odoo.http.get(f"/deliveries/{picking}").text
    first, second = re.findall(r'name="(move-\d+)" value="[53]"', form)
    done(odoo, f"/deliveries/{picking}/ship-part", **{first: "2,5", second: "0", "pack": "1"})
    done(odoo, f"{page}/deliver", pack="1")
    done(odoo, f"{page}/invoice")
    seen = odoo.look("sale.order", order, "delivery_status", "invoice_status", "picking_ids")
    assert (seen["delivery_status"], seen["invoice_status"], len(seen["picking_ids"])) == (
        "full",
        "invoiced",
        2,
    )
    packages = odoo.ok("stock.package", "search_read", domain=[], fields=["name", "valid_sscc"])
    assert len({package["name"] for package in packages}) == 2
    assert all(package["valid_sscc"] for package in packages)
    assert "INV/" in odoo.http.get("/invoices").text


def test_what_cannot_be_done_is_said_on_the_page(odoo: Json2) -> None:
    order = odoo.order({"HUB-1001": 5})
    for path, form, words in (
        (f"/orders/{order}/invoice", {}, "nothing was delivered"),
        (f"/orders/{order}/deliver", {}, "confirm the order first"),
        ("/new-purchase", {"quantity-0": "lots"}, "is no quantity"),
        ("/new-purchase", {"quantity-0": "nan"}, "is no quantity"),
        ("/new-purchase", {"vendor": "99999"}, "Choose a vendor"),
    ):
        answer = press(odoo, path, **form)
        assert answer.status_code == 422
        assert words in re.findall(r'role="alert">([^<]*)<', answer.text)[0]


def test_buying_and_receiving(odoo: Json2) -> None:
    vendor, part = (
        odoo.find("res.partner", ref="GLOBEX"),
        odoo.find("product.product", default_code="HUB-2001"),
    )
    form = {"vendor": str(vendor), "product-1": str(part), "quantity-1": "40", "confirm": "1"}
    order = int(done(odoo, "/new-purchase", **form).rpartition("/")[2])
    seen = odoo.look("purchase.order", order, "state", "amount_total", "picking_ids")
    assert (seen["state"], seen["amount_total"]) == ("purchase", 180)
    done(odoo, f"/receipts/{seen['picking_ids'][0]}/ship-all")
    bill = odoo.ok("purchase.order", "action_create_invoice", ids=[order])["res_id"]
    done(odoo, f"/bills/{bill}/post")
    assert odoo.look("account.move", bill, "state") == {"state": "posted"}
    assert odoo.look("purchase.order", order, "receipt_status", "invoice_status") == {
        "receipt_status": "full",
        "invoice_status": "invoiced",
    }


def test_text_of_partners_is_never_markup(odoo: Json2) -> None:
    order = odoo.order({"HUB-1001": 1}, client_order_ref="<script>alert(1)</script>")
    odoo.ok("sale.order", "message_post", ids=[order], body="<i>plain</i>")
    odoo.ok(
        "sale.order", "message_post", ids=[order], body="<p>one</p><script>two</script>", body_is_html=True
    )
    answer = odoo.http.get(f"/orders/{order}")
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    assert "&lt;i&gt;plain&lt;/i&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_buttons_answer_the_page_only(odoo: Json2) -> None:
    order = odoo.order({"HUB-1001": 1})
    path = f"/orders/{order}/confirm"
    good = {"token": token(odoo)}
    assert odoo.http.post(path).status_code == 403
    assert odoo.http.post(path, data={"token": "guess"}).status_code == 403
    assert odoo.http.post(path, data=good, headers={"Origin": "http://evil.example"}).status_code == 403
    assert odoo.http.post(path, data=good, headers={"Origin": "null"}).status_code == 403
    assert odoo.http.post(path, data=good, headers={"Host": "evil.example"}).status_code == 421
    assert odoo.http.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert odoo.look("sale.order", order, "state") == {"state": "draft"}
    assert odoo.http.post(path, data=good, headers={"Origin": odoo.practice.url}).status_code == 303


@pytest.mark.parametrize("path", ["/nope", "/orders/99999", "/invoices/99999", "/nope/1", "/orders/x"])
def test_what_is_not_there(odoo: Json2, path: str) -> None:
    assert odoo.http.get(path).status_code == 404


def test_every_list_has_a_page(odoo: Json2) -> None:
    links = re.findall(r"<nav.*?</nav>", odoo.http.get("/").text, re.DOTALL)[0]
    paths = re.findall(r'href="([^"]+)"', links)
    assert len(paths) == 7
    assert [odoo.http.get(path).status_code for path in (*paths, "/page.css")] == [200] * 8
