"""XML-RPC of Odoo: `/xmlrpc/2/common` (version, authenticate) and `/xmlrpc/2/object` (execute_kw).

Requests are parsed without document types, so without entities: nothing in them can grow or reach outside.
"""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable
from hmac import compare_digest
from xml.parsers import expat

from hub.erp.practice.errors import AccessDenied, BadType, BadValue, OdooError, UnknownModel
from hub.erp.practice.wire import Json

VERSION = {
    "server_version": "19.0",
    "server_version_info": [19, 0, 0, "final", 0, ""],
    "server_serie": "19.0",
    "protocol_version": 1,
}
UID = 2
# How XML-RPC's tracebacks name what JSON-2 names after werkzeug.
TRACEBACK_NAMES = {"werkzeug.exceptions.NotFound": "AttributeError"}
Caller = Callable[[str, str, list[Json], dict[str, Json]], Json]
# What XML 1.0 cannot carry is left out, as Odoo does.
CONTROLS = dict.fromkeys(set(range(32)) - {9, 10, 13})


def parse_request(body: bytes) -> tuple[str, tuple[Json, ...]]:
    """Return the method and parameters of a request; raise BadValue when it is no XML-RPC."""
    parser = expat.ParserCreate(None, None)
    target: Json = xmlrpc.client.Unmarshaller(use_datetime=True)
    target.xml(None, None)  # no encoding: the parser hands over text

    def refuse(*_: Json) -> None:
        raise BadValue("an XML-RPC request has no document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = target.start
    parser.EndElementHandler = target.end
    parser.CharacterDataHandler = target.data
    try:
        parser.Parse(body, True)
        params, method = target.close(), target.getmethodname()
    except BadValue:
        raise
    except (expat.ExpatError, xmlrpc.client.Error, ValueError, TypeError, IndexError, KeyError) as error:
        raise BadValue(f"not an XML-RPC request: {error}") from None
    if not method:
        raise BadValue("not an XML-RPC request: it names no method")
    return method, tuple(params)


class Login:
    """Who may call: the one user, with key or password, on the one database."""

    def __init__(self, database: str, login: str, key: str) -> None:
        self.database, self.login, self._key = database, login, key

    def authenticate(self, params: tuple[Json, ...]) -> int | bool:
        """Return the user's id, or False."""
        if len(params) != 4:
            raise BadType("authenticate(db, login, password, user_agent_env)")
        self._check_database(params[0])
        return UID if params[1] == self.login and self._is_key(params[2]) else False

    def check(self, database: Json, uid: Json, key: Json) -> None:
        """Raise AccessDenied unless user and key fit."""
        self._check_database(database)
        if uid != UID or not self._is_key(key):
            raise AccessDenied("Access Denied")

    def _check_database(self, database: Json) -> None:
        if database != self.database:
            raise BadValue(f'database "{database}" does not exist')

    def _is_key(self, given: Json) -> bool:
        return compare_digest(str(given).encode("utf-8", "replace"), self._key.encode())


def common(method: str, params: tuple[Json, ...], login: Login) -> Json:
    """Answer the service `common`."""
    if method == "version":
        return VERSION
    if method in {"authenticate", "login"}:
        return login.authenticate(params if method == "authenticate" else (*params, {}))
    raise BadValue(f"Method not found: {method}")


def execute(method: str, params: tuple[Json, ...], login: Login, call: Caller) -> Json:
    """Answer the service `object`."""
    if method not in {"execute_kw", "execute"} or len(params) < 5:
        raise BadType("execute_kw(db, uid, key, model, method, args, kwargs)")
    login.check(*params[:3])
    model, name, *rest = params[3:]
    if method == "execute":
        return call(str(model), str(name), list(rest), {})
    args, kwargs = (rest + [[], {}][len(rest) :])[:2] if len(rest) < 2 else rest[:2]
    if not isinstance(args, (list, tuple)) or not isinstance(kwargs, dict):
        raise BadType("args must be an array and kwargs a struct")
    return call(str(model), str(name), list(args), kwargs)


def answer(result: Json) -> bytes:
    """Return the response that carries a result. None cannot be carried: a fault says so, after the commit."""
    try:
        return _dumps((_clean(result),))
    except TypeError as error:
        return _dumps(xmlrpc.client.Fault(1, f"Traceback (most recent call last):\nTypeError: {error}"))


def fault(error: OdooError) -> bytes:
    """Return the response that carries an error."""
    if isinstance(error, UnknownModel):
        return _dumps(xmlrpc.client.Fault(error.fault, f"Object {error.model} doesn't exist"))
    text = error.message
    if error.fault == BadValue.fault:
        name = TRACEBACK_NAMES.get(error.name, error.name.removeprefix("builtins."))
        text = f"Traceback (most recent call last):\n{name}: {error.message}\n"
    return _dumps(xmlrpc.client.Fault(error.fault, _clean(text)))


def _dumps(value: tuple[Json, ...] | xmlrpc.client.Fault) -> bytes:
    return xmlrpc.client.dumps(value, methodresponse=True, allow_none=False).encode()


def _clean(value: Json) -> Json:
    if isinstance(value, str):
        return value.translate(CONTROLS)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, (list, tuple)) else value
