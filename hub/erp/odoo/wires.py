"""The two APIs of Odoo as wires: how a call is written as an HTTP request and its answer is read.

JSON-2 (19 and later): `POST /json/2/<model>/<method>`, named arguments in a JSON body, a bearer key.
XML-RPC (14 to 19): `POST /xmlrpc/2/object`, `execute_kw(db, uid, key, model, method, args, kwargs)`.
A wire holds no connection; `hub.erp.odoo.client` owns the pool.
"""

from __future__ import annotations

import json
import re
import xmlrpc.client
from typing import Any, Protocol
from xml.parsers.expat import ExpatError

import httpx
from msgspec import Struct, field

from hub.erp.odoo import errors
from hub.model.errors import Undeliverable

#: What a method of Odoo returns, or a plain value in it: the caller knows which.
Reply = Any

#: Methods that change nothing: a lost answer leaves no doubt.
READS = frozenset(
    {
        "search",
        "search_read",
        "check_object_reference",
        "read",
        "fields_get",
        "get_external_id",
        "onchange",
        "has_access",
        "check_access_rights",
        "context_get",
        "precision_get",
    }
)


class OdooSettings(Struct, frozen=True, kw_only=True):
    """How to reach an Odoo. Durations are seconds."""

    url: str  # scheme, host and port: https://erp.example.com
    database: str
    key: str = field(default="")  # API key (or, XML-RPC only, the password) of the service user
    login: str = ""  # the service user's login; XML-RPC needs it
    api: str = "auto"  # json2 | xmlrpc | auto: JSON-2 where the server is 19 or later
    connect_seconds: float = 5.0
    read_seconds: float = 60.0  # keep well below the hub's lane lease
    concurrency: int = 4  # requests at once; more than Odoo has workers only waits there


class Call(Struct, frozen=True):
    """One call of a method of a model."""

    model: str
    method: str
    ids: list[int] | None
    kwargs: dict[str, Any]
    looks: bool = False  # a look-up by a method that could write (load), so a lost answer is no doubt

    @property
    def writes(self) -> bool:
        """Say whether the call may change something."""
        return not self.looks and self.method not in READS

    @property
    def what(self) -> str:
        """Return the call in words, for messages."""
        return f"Odoo {self.model}.{self.method}"


#: Control characters that neither XML nor PostgreSQL takes; a partner's text may hold them.
_UNPRINTABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


#: A control character in JSON (or what looks like one); to search a text is cheaper than to walk its values.
_CONTROL = re.compile(r"\\u00[01]")


def printable(value: Reply) -> Reply:
    """Return arguments without the control characters that no text field of Odoo can hold."""
    if isinstance(value, str):
        return value.translate(_UNPRINTABLE)
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    return value


class Wire(Protocol):
    """How one API writes calls and reads answers."""

    api: str

    def request(self, call: Call) -> httpx.Request:
        """Return the request for a call."""

    def answer(self, call: Call, response: httpx.Response) -> Reply:
        """Return what the method returned; raise Refused, Retryable or Undeliverable."""


class Json2:
    """JSON-2: the wire of Odoo 19 and later."""

    api = "json2"

    def __init__(self, settings: OdooSettings) -> None:
        self._root = settings.url.rstrip("/")
        self._headers = httpx.Headers(
            {
                "Authorization": f"Bearer {settings.key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": settings.database,
            }
        )
        self._urls: dict[str, httpx.URL] = {}  # parsed once: there are a few dozen

    def request(self, call: Call) -> httpx.Request:
        """Return the request; `create` and its like take their arguments by the names of Odoo 19."""
        body = call.kwargs if call.ids is None else {"ids": call.ids, **call.kwargs}
        content = json.dumps(body)
        if _CONTROL.search(content):
            content = json.dumps(printable(body))
        return httpx.Request("POST", self._url(call), headers=self._headers, content=content)

    def _url(self, call: Call) -> httpx.URL:
        path = f"/json/2/{call.model}/{call.method}"
        if path not in self._urls:
            self._urls[path] = httpx.URL(self._root + path)
        return self._urls[path]

    def answer(self, call: Call, response: httpx.Response) -> Reply:
        """Return the value; the error's name in the body decides, not the status."""
        try:
            body = response.json()
        except ValueError:
            body = None
        if response.status_code == 200 and (body is not None or response.content.strip() == b"null"):
            return body
        raise errors.json2_error(response.status_code, body, writes=call.writes, what=call.what)


class XmlRpc:
    """XML-RPC: the wire of Odoo 14 to 19. `uid` comes from `login_request`."""

    api = "xmlrpc"

    def __init__(self, settings: OdooSettings, uid: int) -> None:
        self._settings = settings
        self._uid = uid

    def request(self, call: Call) -> httpx.Request:
        """Return the request; ids, and the values of `create`, go by position (their names moved)."""
        kwargs = dict(printable(call.kwargs))
        args: list[Any] = [] if call.ids is None else [call.ids]
        if call.method == "create":
            args.append(kwargs.pop("vals_list"))
        s = self._settings
        params = (s.database, self._uid, s.key, call.model, call.method, args, kwargs)
        return xml_request(s.url, "object", "execute_kw", params)

    def answer(self, call: Call, response: httpx.Response) -> Reply:
        """Return the value; the fault code, and for code 1 the traceback's end, decide."""
        return xml_answer(response, writes=call.writes, what=call.what)


def xml_request(url: str, service: str, method: str, params: tuple[Any, ...]) -> httpx.Request:
    """Return an XML-RPC request to one of Odoo's services (common, object)."""
    content = xmlrpc.client.dumps(params, method, allow_none=True, encoding="utf-8").encode()
    return httpx.Request(
        "POST",
        f"{url.rstrip('/')}/xmlrpc/2/{service}",
        headers={"Content-Type": "text/xml"},
        content=content,
    )


def xml_answer(response: httpx.Response, *, writes: bool, what: str) -> Reply:
    """Return the value of an XML-RPC answer; raise what its fault means."""
    if response.status_code != 200:
        raise errors.status_error(response.status_code, writes=writes, what=what)
    try:
        return xmlrpc.client.loads(response.content, use_builtin_types=True)[0][0]
    except xmlrpc.client.Fault as fault:
        error = errors.fault_error(int(fault.faultCode), str(fault.faultString), what)
        if error is None:
            return None
        raise error from None
    except (ExpatError, xmlrpc.client.ResponseError) as e:
        raise Undeliverable(f"{what}: the answer is no XML-RPC ({e}); is the address right?") from e
