"""The web page of the practice Odoo: see what the hub posted, and confirm, ship, invoice and buy by hand.

Server-rendered, without scripts. Whoever reaches the port may press the buttons, so the page answers only requests
made to a loopback name (no rebinding of other names), and a button's post must bring the token that the page gave
out and come from the page itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hmac import compare_digest
from importlib import resources
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.erp.practice import buttons, views
from hub.erp.practice.errors import MissingError, OdooError
from hub.erp.practice.records import Env
from hub.erp.practice.service import Database
from hub.erp.practice.wire import Values

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Page:
    """The page's routes on one database."""

    def __init__(self, data: Database) -> None:
        self._data = data
        self._token = secrets.token_urlsafe(24)
        self._templates = Environment(
            loader=PackageLoader("hub.erp.practice"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._css = (resources.files("hub.erp.practice") / "templates" / "page.css").read_text("utf-8")

    def routes(self) -> list[Route]:
        """Return the routes; the API's come before them."""
        return [
            Route("/", self._home, methods=["GET"]),
            Route("/page.css", self._style, methods=["GET"]),
            Route("/new-purchase", self._new_purchase, methods=["GET"]),
            Route("/new-purchase", self._buy, methods=["POST"]),
            Route("/{slug}", self._list, methods=["GET"]),
            Route("/{slug}/{number:int}", self._record, methods=["GET"]),
            Route("/{slug}/{number:int}/{button}", self._press, methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        def make(env: Env) -> Values:
            return {"lists": [views.listing(env, kind, limit=8) for kind in views.KINDS.values()]}

        return await self._show(request, "home.html", make)

    async def _list(self, request: Request) -> Response:
        kind = views.KINDS.get(request.path_params["slug"])
        if kind is None:
            return PlainTextResponse("Not Found", status_code=404)
        return await self._show(
            request, "list.html", lambda env: {"list": views.listing(env, kind, limit=500)}
        )

    async def _record(self, request: Request) -> Response:
        return await self._show(request, "record.html", lambda env: self._record_values(env, request))

    async def _new_purchase(self, request: Request) -> Response:
        return await self._show(request, "purchase.html", buttons.choices)

    async def _style(self, request: Request) -> Response:
        return _turned_away(request) or Response(self._css, media_type="text/css")

    async def _press(self, request: Request) -> Response:
        slug, number = request.path_params["slug"], request.path_params["number"]
        action = buttons.BUTTONS.get((slug, request.path_params["button"]))
        if action is None:
            return PlainTextResponse("Not Found", status_code=404)

        def work(env: Env, form: FormData) -> str:
            views.record(env, views.KINDS[slug], number)
            action(env, number, form)
            return f"/{slug}/{number}"

        return await self._post(request, work, "record.html", lambda env: self._record_values(env, request))

    async def _buy(self, request: Request) -> Response:
        def work(env: Env, form: FormData) -> str:
            return f"/purchases/{buttons.buy(env, form)}"

        return await self._post(request, work, "purchase.html", buttons.choices)

    def _record_values(self, env: Env, request: Request) -> Values:
        kind = views.KINDS.get(request.path_params["slug"])
        number = request.path_params["number"]
        if kind is None:
            raise MissingError(f"There is no list {request.path_params['slug']!r}.")
        values = views.record(env, kind, number)
        return values | {"moves": views.open_moves(env, number) if kind.model == "stock.picking" else []}

    async def _show(
        self, request: Request, template: str, make: Callable[[Env], Values], error: str = ""
    ) -> Response:
        turned_away = _turned_away(request)
        if turned_away:
            return turned_away

        def render() -> Response:
            try:
                with self._data.transaction() as env:
                    values = make(env)
            except MissingError as missing:
                return PlainTextResponse(missing.message, status_code=404)
            html = self._templates.get_template(template).render(
                **values, token=self._token, kinds=views.KINDS, error=error, shown=views.shown
            )
            return HTMLResponse(html, headers=HEADERS, status_code=422 if error else 200)

        return await run_in_threadpool(render)

    async def _post(
        self,
        request: Request,
        work: Callable[[Env, FormData], str],
        template: str,
        make: Callable[[Env], Values],
    ) -> Response:
        """Do what a button says and go to the record; show the page with the reason when it cannot be done."""
        turned_away = _turned_away(request) or _foreign(request)
        if turned_away:
            return turned_away
        form = await request.form(max_files=0, max_fields=200)
        if not compare_digest(str(form.get("token", "")).encode(), self._token.encode()):
            return PlainTextResponse("This form is out of date: go back, reload the page and try again.", 403)

        def carry_out() -> str:
            with self._data.transaction() as env:
                return work(env, form)

        try:
            return RedirectResponse(await run_in_threadpool(carry_out), status_code=303)
        except OdooError as error:
            return await self._show(request, template, make, error.message)


def _turned_away(request: Request) -> Response | None:
    """Refuse requests made to a name that is not this machine's own (DNS rebinding)."""
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return (
        None if name in HOSTS else PlainTextResponse("Open this page as http://127.0.0.1.", status_code=421)
    )


def _foreign(request: Request) -> Response | None:
    """Refuse posts that another site's page sends."""
    origin = request.headers.get("origin")
    if origin in {None, f"http://{request.headers.get('host', '')}"}:
        return None
    return PlainTextResponse("This form was sent by another site.", status_code=403)
