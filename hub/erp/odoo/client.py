"""A session with one Odoo: pooled connections, time limits, a limit on concurrency, errors sorted.

`Session` is the only place that talks HTTP to Odoo; everything above it speaks models, methods and fields.
It may be used by several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from msgspec import structs

from hub.breaker import Breaker
from hub.erp.odoo import errors
from hub.erp.odoo.flow import Flow
from hub.erp.odoo.wires import (
    Call,
    Json2,
    OdooSettings,
    Reply,
    Wire,
    XmlRpc,
    xml_answer,
    xml_request,
)
from hub.model.errors import ConfigError, Retryable, Undeliverable

Values = dict[str, Any]

#: The database id of the company for which the calls of this thread are made; 0: the service user's own.
_COMPANY: ContextVar[int] = ContextVar("company", default=0)

#: Creates where the external id is new, leaves what is there as it is: people may have edited the record
#: since. `noupdate` also keeps a later module update from touching it.
ONCE = {"mode": "update", "noupdate": True}

#: A bill, a payment and a note (account.move, account.payment, mail.message) have a default for everything, so a
#: look-up by `load` could make an empty one. These make the creation impossible; a record that exists is found.
NEVER_CREATE = {
    "default_move_type": "none",
    "default_payment_type": "none",
    "default_message_type": "none",
}


#: HTTP statuses by which a proxy says that nobody is behind it.
_AWAY = frozenset({502, 503, 504})


class Session:
    """Calls of one Odoo's models over one wire."""

    def __init__(self, settings: OdooSettings, breaker: Breaker | None = None) -> None:
        _check_address(settings.url)
        limits = httpx.Limits(
            max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency
        )
        timeout = httpx.Timeout(settings.read_seconds, connect=settings.connect_seconds, pool=None)
        self.settings = settings
        self._http = httpx.Client(timeout=timeout, limits=limits, headers={"User-Agent": _user_agent()})
        self._flow = Flow(settings.concurrency)
        self._breaker = breaker or Breaker("Odoo")
        self._opening = threading.Lock()
        self._wire: Wire | None = None
        self._major: int | None = None
        self._zone: tzinfo | None = None
        self._companies: dict[str, int] = {}
        self._own_company: int | None = None

    @property
    def wire(self) -> Wire:
        """Return the wire, chosen and logged in on first use."""
        with self._opening:
            if self._wire is None:
                self._wire = self._open()
            return self._wire

    def version(self) -> str:
        """Return the server's version, e.g. `19.0`; needs no login."""
        request = xml_request(self.settings.url, "common", "version", ())
        try:
            info = xml_answer(self._send(request, writes=False, what="Odoo"), writes=False, what="Odoo")
            return str(info["server_version"])
        except (Undeliverable, TypeError, KeyError):
            answer = self._send(
                httpx.Request("GET", f"{self.settings.url.rstrip('/')}/web/version"),
                writes=False,
                what="Odoo",
            )
            return _web_version(answer)

    def major(self) -> int:
        """Return the server's major version, e.g. 19; asked for once."""
        if self._major is None:
            self._major = _major(self.version())
        return self._major

    def now(self) -> datetime | None:
        """Return the server's clock, UTC, from the Date of a fresh answer (RFC 9110, 6.6.1); None: it has none.

        Needs no login, and any answer will do: also a refusal is dated.
        """
        request = xml_request(self.settings.url, "common", "version", ())
        return _dated(self._send(request, writes=False, what="Odoo").headers.get("date", ""))

    def zone(self) -> tzinfo:
        """Return the service user's time zone (Preferences): the day that Odoo shows that user."""
        if self._zone is None:
            name = self.call("res.users", "context_get").get("tz") or "UTC"
            try:
                self._zone = ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                self._zone = UTC
        return self._zone

    @contextmanager
    def acting_for(self, company: str) -> Iterator[None]:
        """Make all calls of this thread within for one of Odoo's companies, by its name; "" for the user's own.

        Nothing of the other companies can be read or written then. Raises Undeliverable for a name that is none, or
        for a company that the service user may not act for.
        """
        if not company:
            yield
            return
        token = _COMPANY.set(self._company(company))
        try:
            yield
        finally:
            _COMPANY.reset(token)

    def company(self) -> int:
        """Return the id of the company that the calls of this thread are made for."""
        chosen = _COMPANY.get()
        if chosen:
            return chosen
        if self._own_company is None:
            user = self.call("res.users", "context_get")["uid"]
            self._own_company = int(self.one("res.users", user, ["company_id"])["company_id"][0])
        return self._own_company

    def _company(self, name: str) -> int:
        if name not in self._companies:
            rows = self.search_read("res.company", [["name", "=", name]], ["name"], limit=2)
            if len(rows) != 1:
                raise Undeliverable(
                    f"Odoo shows the service user {len(rows)} companies {name!r}: correct `company` in the profile, or "
                    "the user's allowed companies"
                )
            self._companies[name] = int(rows[0]["id"])
        return self._companies[name]

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, /, **kwargs: Reply) -> Reply:
        """Call a method; `ids` None for a method of the model. One call is one transaction of Odoo."""
        return self._ask(Call(model, method, None if ids is None else list(ids), kwargs))

    def search_read(
        self, model: str, domain: list[Any], fields: Sequence[str], *, order: str = "id", limit: int = 0
    ) -> list[Values]:
        """Return the records of a domain as plain values (many2one: `[id, name]` or False)."""
        kwargs: Values = {"domain": domain, "fields": list(fields), "order": order}
        if limit:
            kwargs["limit"] = limit
        rows: list[Values] = self.call(model, "search_read", **kwargs)
        return rows

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> dict[int, Values]:
        """Return records by id; ids that are gone are left out. No ids: no call."""
        if not ids:
            return {}
        unique = list(dict.fromkeys(ids))
        return {row["id"]: row for row in self.search_read(model, [["id", "in", unique]], fields)}

    def one(self, model: str, record_id: int, fields: Sequence[str]) -> Values:
        """Return one record; raise Undeliverable when it is gone."""
        found = self.read(model, [record_id], fields)
        if record_id not in found:
            raise Undeliverable(f"{model} {record_id} is not in Odoo: was it deleted?")
        return found[record_id]

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        """Write the same values on some records."""
        self.call(model, "write", ids, vals=dict(values))

    def create(self, model: str, values: list[Values]) -> list[int]:
        """Create records and return their ids."""
        ids: list[int] = self.call(model, "create", vals_list=values)
        return ids

    def load_once(
        self, model: str, fields: Sequence[str], rows: Sequence[Sequence[str]], **context: Reply
    ) -> int:
        """Create one record with its external id (column `id`) and its lines in one transaction.

        Where the external id exists its record is returned untouched. Values are text, as in an import:
        decimals with a point, dates in ISO form, database ids in columns named `<field>/.id`.
        """
        return self.load_rows(model, fields, rows, **context)[0]

    def load_rows(
        self, model: str, fields: Sequence[str], rows: Sequence[Sequence[str]], **context: Reply
    ) -> list[int]:
        """Create or change many records in one transaction, and return their ids in the order of the rows.

        With a column `id` as `load_once`; with a column `.id` (database id) the records are changed.
        """
        kwargs = {
            "fields": list(fields),
            "data": [list(r) for r in rows],
            "context": {**context, **ONCE},
        }
        return self._loaded(Call(model, "load", None, kwargs))

    def _loaded(self, call: Call) -> list[int]:
        answer = self._ask(call)
        ids = answer.get("ids")
        if not ids:
            raise errors.load_error(answer.get("messages") or [], call.what)
        return [int(id_) for id_ in ids]

    def lookup(self, model: str, external_id: str) -> int | None:
        """Return the id of the record with an external id. Needs no right on ir.model.data."""
        try:
            return self.look_up(model, [external_id])[0]
        except errors.Refused:
            return None

    def look_up(self, model: str, external_ids: Sequence[str]) -> list[int]:
        """Return the ids of the records with these external ids; raise Refused where one is missing."""
        data = [[one] for one in external_ids]
        kwargs = {"fields": ["id"], "data": data, "context": {**ONCE, **NEVER_CREATE}}
        return self._loaded(Call(model, "load", None, kwargs, looks=True))

    def external_ids(self, model: str, ids: Sequence[int]) -> dict[int, str]:
        """Return external ids by record id; needs no right on ir.model.data.

        `get_external_id` answers with numbers as keys, which XML-RPC cannot carry. An export can; it gives
        records that have no external id one of its own (`__export__...`), which means nothing to the hub.
        """
        unique = list(dict.fromkeys(ids))
        if not unique:
            return {}
        if self.wire.api == "json2":
            found: dict[str, str] = self.call(model, "get_external_id", unique)
            return {int(key): value for key, value in found.items()}
        exported = self.call(model, "export_data", unique, fields_to_export=[".id", "id"])
        return {int(record): external for record, external in exported["datas"]}

    def close(self) -> None:
        """Let go of the pooled connections."""
        self._http.close()

    def _ask(self, call: Call) -> Reply:
        wire = self.wire
        if company := _COMPANY.get():
            context = {"allowed_company_ids": [company], **call.kwargs.get("context", {})}
            call = structs.replace(call, kwargs={**call.kwargs, "context": context})
        response = self._send(wire.request(call), writes=call.writes, what=call.what)
        try:
            answer = wire.answer(call, response)
        except Retryable as fault:  # a lost race, or more than it can do
            self._flow.bad()
            self._breaker.tell(fault)
            raise
        self._flow.good()
        return answer

    def _send(self, request: httpx.Request, *, writes: bool, what: str) -> httpx.Response:
        """Send a request. No answer is in doubt only once a request that may write has left.

        While Odoo is known to be away nothing is sent: raises Retryable with `wait_seconds`.
        """
        request.headers.setdefault("User-Agent", self._http.headers["User-Agent"])
        request.extensions["timeout"] = self._http.timeout.as_dict()
        try:
            with self._flow.slot(), self._breaker.asking():
                response = self._exchange(request, writes=writes, what=what)
                _check_there(response)
        except _AwayError as away:  # what the call comes to is for the wire to say
            self._flow.bad()
            return away.response
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self._flow.bad()
        return response

    def _exchange(self, request: httpx.Request, *, writes: bool, what: str) -> httpx.Response:
        try:
            return self._http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as e:
            raise Retryable(f"{what}: no connection to {self.settings.url} ({e})") from e
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as e:
            raise Undeliverable(f"{what}: cannot ask {self.settings.url} ({e})") from e
        except httpx.TransportError as e:
            self._flow.bad()
            reason = str(e) or type(e).__name__
            raise Retryable(f"{what}: no answer from {self.settings.url} ({reason})", in_doubt=writes) from e

    def _open(self) -> Wire:
        api = self.settings.api
        if api == "auto":
            api = "json2" if self.major() >= 19 else "xmlrpc"
        if api == "json2":
            return Json2(self.settings)
        return XmlRpc(self.settings, self._login())

    def _login(self) -> int:
        s = self.settings
        request = xml_request(s.url, "common", "authenticate", (s.database, s.login, s.key, {}))
        uid = xml_answer(
            self._send(request, writes=False, what="Odoo login"), writes=False, what="Odoo login"
        )
        if not uid:
            raise Undeliverable(
                f"Odoo at {s.url} refused the login {s.login!r} on database {s.database!r}: "
                "check login and API key"
            )
        return int(uid)


class _AwayError(Retryable):
    """A proxy answered that Odoo is away, or Odoo that it wants to be left alone for a while."""

    def __init__(self, response: httpx.Response) -> None:
        host = response.request.url.host
        super().__init__(
            f"{host} answers with HTTP status {response.status_code}", wait_seconds=_retry_after(response)
        )
        self.response = response


def _check_there(response: httpx.Response) -> None:
    """Raise _AwayError when nobody needs to ask now; a bare 429 only means: not so many at once."""
    told_when = response.status_code == httpx.codes.TOO_MANY_REQUESTS and _retry_after(response) is not None
    if told_when or response.status_code in _AWAY:
        raise _AwayError(response)


def _retry_after(response: httpx.Response) -> float | None:
    """Return for how many seconds we shall wait (RFC 9110, 10.2.3: seconds, or a date); None: it does not say."""
    told = response.headers.get("retry-after", "").strip()
    if told.isdigit():
        return float(told[:6])
    until, now = _dated(told), _dated(response.headers.get("date", ""))
    return None if until is None else max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def _check_address(url: str) -> None:
    """Raise ConfigError for a text that is no address of a web server."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as e:
        raise ConfigError(f"Odoo's address {url!r} cannot be read ({e})") from e
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError(f"Odoo's address {url!r} must look like https://erp.example.com")


def _dated(text: str) -> datetime | None:
    """Return the instant of an HTTP date; None for a text that is none."""
    try:
        told = parsedate_to_datetime(text)
    except ValueError:
        return None
    return told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)


def _web_version(answer: httpx.Response) -> str:
    """Return the version that `GET /web/version` tells."""
    try:
        return str(answer.json()["version"])
    except (ValueError, KeyError, TypeError) as e:
        raise Undeliverable(f"{answer.request.url.host}: no Odoo answers there") from e


def _major(text: str) -> int:
    """Return 19 of `19.0`, `saas~19.1` or `19.0-20260101`; 0 when there is no number."""
    digits = text.removeprefix("saas~").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _user_agent() -> str:
    try:
        return f"partner-hub/{version('partner-hub')}"
    except PackageNotFoundError:
        return "partner-hub/0"
