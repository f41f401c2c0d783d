"""JSON-2 of Odoo 19: `POST /json/2/<model>/<method>` with a bearer key; errors as {name, message, arguments, ...}."""

from __future__ import annotations

import json
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from hub.erp.practice.errors import BadRequest, OdooError, Unauthorized
from hub.erp.practice.wire import Json

NO_DATABASE = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>There is no such database.</p>\n"
)
NO_JSON = "<!doctype html>\n<title>415 Unsupported Media Type</title>\n<h1>Send application/json.</h1>\n"


def refusal(error: OdooError) -> JSONResponse:
    """Return the answer that carries an error."""
    body = {
        "name": error.name,
        "message": error.message,
        "arguments": error.arguments,
        "context": {},
        "debug": f"{error.name}: {error.message}",
    }
    headers = {"WWW-Authenticate": "Bearer"} if error.status == Unauthorized.status else None
    return JSONResponse(body, status_code=error.status, headers=headers)


def turned_away(request: Request, database: str) -> Response | None:
    """Return the HTML answer of a request that does not get as far as the API, or None."""
    if request.headers.get("x-odoo-database", database) != database:
        return HTMLResponse(NO_DATABASE, status_code=404)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return HTMLResponse(NO_JSON, status_code=415, headers={"Accept": "application/json"})
    return None


def check_key(request: Request, key: str) -> None:
    """Raise Unauthorized unless the request bears the key."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized("User not authenticated, use an API Key with a Bearer Authorization header.")
    if not compare_digest(given.strip().encode("utf-8", "replace"), key.encode()):
        raise Unauthorized("Invalid apikey")


def arguments_of(body: bytes) -> dict[str, Json]:
    """Return the arguments in a body; a body that is no object has none, as Odoo sees it."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"could not parse the body as json: {error}") from None
    return parsed if isinstance(parsed, dict) else {}
