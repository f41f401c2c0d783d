"""What stands before the pages: which names they answer to, the password, how big a form may be, security headers."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.settings import is_loopback

#: Nothing is loaded from elsewhere, nothing runs in the page, nobody may frame it.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

MOST_FORM_BYTES = 64_000

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]*)?")

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_ASK = {"WWW-Authenticate": 'Basic realm="partner hub", charset="UTF-8"'}


def login_of(headers: Headers) -> tuple[str, str]:
    """Return the name and the password that a browser sends (RFC 7617); both empty when it sends none."""
    scheme, _, told = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(told.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def names_of(host: str) -> frozenset[str] | None:
    """Return the names that pages listening on `host` answer to; None means any name.

    A page on loopback answers to loopback names only. Else a page of another site could give its own name this
    machine's address and read everything with the browser's help (DNS rebinding).
    """
    return _LOOPBACK | {host} if is_loopback(host) else None


class Guard:
    """Wraps an application. `names` are the host names it answers to, None means any; no password, none is asked."""

    def __init__(self, app: ASGIApp, names: frozenset[str] | None, password: str = "") -> None:
        self._app, self._names, self._password = app, names, password.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._turned_away(Headers(scope=scope), scope["method"]) or self._app
        await answer(scope, receive, guarded)

    def _turned_away(self, headers: Headers, method: str) -> PlainTextResponse | None:
        if self._names is not None and _hostname(headers.get("host", "")) not in self._names:
            names = ", ".join(sorted(self._names))
            return PlainTextResponse(f"These pages answer only to {names}.", status_code=421)
        if self._password and not secrets.compare_digest(login_of(headers)[1].encode(), self._password):
            return PlainTextResponse("These pages ask for a password.", status_code=401, headers=_ASK)
        if method in {"GET", "HEAD"}:
            return None
        length = headers.get("content-length", "")
        if not (length.isdecimal() and len(length) < 12 and int(length) <= MOST_FORM_BYTES):
            return PlainTextResponse(
                f"A form must say its length, at most {MOST_FORM_BYTES} bytes.", status_code=413
            )
        return None


def _hostname(host: str) -> str:
    """Return the name in a Host header (RFC 9110, 7.2), without its port; empty when it makes no sense."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""
