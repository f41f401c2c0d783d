"""The Odoo client against a real HTTP server that answers, refuses, is silent or hangs up."""

from __future__ import annotations

import json
import socket
import xmlrpc.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.odoo.client import Session, _dated
from hub.erp.odoo.errors import Refused
from hub.model.errors import ConfigError, Retryable, Undeliverable
from tests.support.scripted_server import DROP, HANG, ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as running:
        yield running


def session(server: ScriptedServer, api: str = "json2", **changes: Any) -> Session:
    settings = {"url": server.url, "database": "acme", "key": "k3y", "login": "hub", "read_seconds": 0.2}
    if api == "xmlrpc":
        server.answers["/xmlrpc/2/common"] = (200, response(7))
    return Session(OdooSettings(**{**settings, "api": api, **changes}))


def response(value: Any) -> bytes:
    return xmlrpc.client.dumps((value,), methodresponse=True, allow_none=True).encode()


def fault(code: int, text: str) -> bytes:
    return xmlrpc.client.dumps(xmlrpc.client.Fault(code, text)).encode()


def error(name: str, message: str = "because") -> bytes:
    return json.dumps({"name": name, "message": message, "arguments": [message], "context": {}}).encode()


JSON2 = [
    (422, error("odoo.exceptions.UserError"), Refused),
    (422, error("odoo.exceptions.ValidationError"), Refused),
    (404, error("odoo.exceptions.MissingError"), Refused),
    (403, error("odoo.exceptions.AccessError"), Undeliverable),
    (401, error("werkzeug.exceptions.Unauthorized"), Undeliverable),
    (404, error("werkzeug.exceptions.NotFound"), Undeliverable),
    (422, error("werkzeug.exceptions.UnprocessableEntity"), Undeliverable),
    (500, error("builtins.ValueError"), Undeliverable),
    (500, error("some.module.NeverSeenError"), Undeliverable),
    (409, error("odoo.exceptions.LockError"), Retryable),
    (500, error("psycopg2.errors.SerializationFailure"), Retryable),
    (500, error("psycopg2.errors.DeadlockDetected"), Retryable),
    (500, error("psycopg2.OperationalError"), Retryable),
    (404, b"<!doctype html><title>404 Not Found</title>", Undeliverable),
    (415, b"<!doctype html><title>415 Unsupported</title>", Undeliverable),
    (301, b"", Undeliverable),
    (429, b"slow down", Retryable),
    (503, b"maintenance", Retryable),
    (200, b"<html>a login page</html>", Undeliverable),
]


@pytest.mark.parametrize(("status", "body", "expected"), JSON2)
def test_json2_errors_are_sorted_by_name(
    server: ScriptedServer, status: int, body: bytes, expected: type[Exception]
) -> None:
    server.default = (status, body)
    with pytest.raises(expected) as caught:
        session(server).write("sale.order", [1], {"note": "x"})
    assert type(caught.value) is expected
    assert not getattr(caught.value, "in_doubt", False), "what Odoo answers itself is rolled back"


TRACE = 'Traceback (most recent call last):\n  File "x.py", line 1, in y\n    raise z\n'
XMLRPC = [
    (fault(2, "No stock for you"), Refused),
    (fault(3, "Access Denied"), Undeliverable),
    (fault(4, "You are not allowed"), Undeliverable),
    (fault(1, TRACE + "ValueError: Invalid field 'x'\n"), Undeliverable),
    (fault(1, TRACE + "KeyError: 'sale.orderx'\n"), Undeliverable),
    (fault(1, TRACE + "psycopg2.errors.SerializationFailure: could not serialize\nDETAIL:  x\n"), Retryable),
    (fault(1, TRACE + "odoo.exceptions.LockError: busy\n"), Retryable),
    (fault(1, "something that is no traceback"), Undeliverable),
    (b"<html>not Odoo</html>", Undeliverable),
    (b"", Undeliverable),
]


@pytest.mark.parametrize(("body", "expected"), XMLRPC)
def test_xmlrpc_faults_are_sorted_by_code_and_by_the_traceback_s_end(
    server: ScriptedServer, body: bytes, expected: type[Exception]
) -> None:
    server.answers["/xmlrpc/2/object"] = (200, body)
    with pytest.raises(expected) as caught:
        session(server, "xmlrpc").write("sale.order", [1], {"note": "x"})
    assert type(caught.value) is expected


def test_refusal_is_odoo_s_message_and_nothing_else(server: ScriptedServer) -> None:
    server.default = (422, error("odoo.exceptions.UserError", "The order is locked."))
    with pytest.raises(Refused, match=r"^The order is locked\.$"):
        session(server).call("sale.order", "action_confirm", [1])


def test_fault_about_none_is_a_success(server: ScriptedServer) -> None:
    text = TRACE + "TypeError: cannot marshal None unless allow_none is enabled\n"
    server.answers["/xmlrpc/2/object"] = (200, fault(1, text))
    assert session(server, "xmlrpc").call("stock.quant", "action_apply_inventory", [1]) is None


@pytest.mark.parametrize("api", ["json2", "xmlrpc"])
@pytest.mark.parametrize("trouble", [HANG, DROP])
@pytest.mark.parametrize(("method", "in_doubt"), [("write", True), ("load", True), ("search_read", False)])
def test_silence_after_a_write_is_in_doubt_and_after_a_read_is_not(
    server: ScriptedServer, api: str, trouble: bytes, method: str, *, in_doubt: bool
) -> None:
    asking = session(server, api)
    assert asking.wire.api == api
    server.answers["/xmlrpc/2/object"] = (200, trouble)
    server.default = (200, trouble)
    with pytest.raises(Retryable) as caught:
        asking.call("sale.order", method, None)
    assert caught.value.in_doubt is in_doubt
    assert f"sale.order.{method}" in str(caught.value)


@pytest.mark.parametrize(("status", "in_doubt"), [(500, True), (502, True), (504, True), (503, False)])
def test_proxy_that_answers_for_odoo_leaves_a_write_in_doubt(
    server: ScriptedServer, status: int, *, in_doubt: bool
) -> None:
    server.default = (status, b"<html>proxy</html>")
    with pytest.raises(Retryable) as caught:
        session(server).write("sale.order", [1], {})
    assert caught.value.in_doubt is in_doubt
    with pytest.raises(Retryable) as caught:
        session(server).search_read("sale.order", [], ["name"])
    assert caught.value.in_doubt is False


def test_look_up_by_load_is_a_read(server: ScriptedServer) -> None:
    server.default = (200, DROP)
    with pytest.raises(Retryable) as caught:
        session(server).lookup("sale.order", "edi_hub.x")
    assert caught.value.in_doubt is False


def test_refused_connection_is_retryable_and_never_in_doubt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings = OdooSettings(url=f"http://127.0.0.1:{port}", database="acme", key="k", api="json2")
    with pytest.raises(Retryable, match="no connection") as caught:
        Session(settings).write("sale.order", [1], {})
    assert caught.value.in_doubt is False


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("could not serialize access due to concurrent update", Retryable),
        ("deadlock detected", Retryable),
        ("Missing required value for the field 'Customer' (partner_id).", Refused),
    ],
)
def test_load_that_fails_with_status_200(
    server: ScriptedServer, message: str, expected: type[Exception]
) -> None:
    body = {"ids": False, "messages": [{"type": "error", "message": message}], "nextrow": 0}
    server.default = (200, json.dumps(body).encode())
    with pytest.raises(expected, match=message[:20]) as caught:
        session(server).load_once("sale.order", ["id"], [["edi_hub.x"]])
    assert type(caught.value) is expected
    assert not getattr(caught.value, "in_doubt", False)


def test_json2_request_carries_key_database_and_agent(server: ScriptedServer) -> None:
    session(server).call("sale.order", "message_post", [4], body="hello\x00\x0b")
    path, headers, body = server.asked[0]
    assert path == "/json/2/sale.order/message_post"
    assert headers["Authorization"] == "Bearer k3y"
    assert headers["X-Odoo-Database"] == "acme"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("partner-hub/")
    assert json.loads(body) == {"ids": [4], "body": "hello"}, "control characters fit no text field"


def test_xmlrpc_request_logs_in_once_and_passes_ids_by_position(server: ScriptedServer) -> None:
    server.answers["/xmlrpc/2/object"] = (200, response([11]))
    asking = session(server, "xmlrpc")
    assert asking.create("stock.package", [{"name": "x"}]) == [11]
    asking.write("sale.order", [4], {"note": "y"})
    common, first, second = server.asked
    assert xmlrpc.client.loads(common[2]) == (("acme", "hub", "k3y", {}), "authenticate")
    assert xmlrpc.client.loads(first[2])[0] == (
        "acme",
        7,
        "k3y",
        "stock.package",
        "create",
        [[{"name": "x"}]],
        {},
    )
    assert xmlrpc.client.loads(second[2])[0][5:] == ([[4]], {"vals": {"note": "y"}})


def test_refused_login_says_what_to_check(server: ScriptedServer) -> None:
    asking = session(server, "xmlrpc")
    server.answers["/xmlrpc/2/common"] = (200, response(False))
    with pytest.raises(Undeliverable, match=r"'hub' on database 'acme': check login and API key"):
        asking.search_read("sale.order", [], ["name"])


@pytest.mark.parametrize(
    ("version", "api"), [("14.0", "xmlrpc"), ("18.0", "xmlrpc"), ("19.0", "json2"), ("saas~19.2", "json2")]
)
def test_api_is_chosen_by_the_version(server: ScriptedServer, version: str, api: str) -> None:
    told = response({"server_version": version})
    server.answers["/xmlrpc/2/common"] = [(200, told), (200, response(7))]
    assert session(server, "auto").wire.api == api


def test_version_without_xmlrpc_comes_from_the_web(server: ScriptedServer) -> None:
    server.answers["/xmlrpc/2/common"] = (404, b"gone")
    server.answers["/web/version"] = (200, b'{"version": "22.0"}')
    assert session(server).version() == "22.0"
    server.answers["/web/version"] = (200, b"<html>some other server</html>")
    with pytest.raises(Undeliverable, match="no Odoo answers there"):
        session(server).version()


def test_no_more_requests_at_once_than_agreed(server: ScriptedServer) -> None:
    server.default, server.delay_seconds = (200, b"[]"), 0.03
    asking = session(server, concurrency=2)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: asking.search_read("sale.order", [], ["name"]), range(6))) == [[]] * 6
    assert server.most_at_once == 2


@pytest.mark.parametrize("url", ["erp.example.com", "ftp://erp.example.com", "http://", "http://a:b"])
def test_address_that_is_none_is_a_setting_to_mend(url: str) -> None:
    with pytest.raises(ConfigError, match="address"):
        Session(OdooSettings(url=url, database="acme"))


def test_server_s_clock_is_the_date_of_its_answer(server: ScriptedServer) -> None:
    server.default = (404, b"")
    told = session(server).now()
    assert told is not None
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("text", ["", "yesterday", "Sun, 99 Nov 2026 99:00:00 GMT"])
def test_a_date_that_is_none_tells_nothing(text: str) -> None:
    assert _dated(text) is None
