"""The pages and their routes. They read through `hub.story` and act through `hub.operations`, as the CLI does."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from hub import story
from hub.desk import Formats
from hub.model.exchange import Direction, State
from hub.model.partner import Partner
from hub.operations import Done, Operations, Refused
from hub.store import NotFound, Store
from hub.web.query import PAGE_SIZE, Search, read_search

HERE = Path(__file__).parent

#: Nothing is loaded from elsewhere, nothing runs in the page, nobody may frame it.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

ACTIONS: Mapping[str, Callable[[Operations, str, str], Done]] = {
    "release": lambda ops, ref, why: ops.release(ref, "web", why),
    "redrive": lambda ops, ref, why: ops.redrive(ref, "web", why),
    "resend": lambda ops, ref, why: ops.resend(ref, "web", why),
    "cancel": lambda ops, ref, why: ops.cancel(ref, "web", why),
}


class Pages(Protocol):
    """What the pages show; `hub.wiring.Hub` is one."""

    store: Store
    formats: Formats
    operations: Operations
    nudge: Callable[[str], None]

    @property
    def partners(self) -> Callable[[], Mapping[str, Partner]]: ...


def make_app(pages: Pages, hosts: tuple[str, ...] = ("*",)) -> Starlette:
    """Return the application. A form carries a token that only a page of this process knows."""
    views = _Views(pages)
    routes = [
        Route("/", views.queues),
        Route("/log", views.log),
        Route("/partners", views.partners),
        Route("/exchange/{id:int}", views.exchange),
        Route("/exchange/{id:int}/raw", views.raw),
        Route("/exchange/{id:int}/{action}", views.act, methods=["POST"]),
        Route("/file/{id:int}", views.file),
        Route("/file/{id:int}/raw", views.raw_file),
        Route("/file/{id:int}/{action}", views.act_on_file, methods=["POST"]),
        Route("/health", views.health),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
        exception_handlers={HTTPException: views.problem},  # type: ignore[dict-item]  # starlette's own typing
    )
    app.add_middleware(_Headers)
    return app


class _Headers:
    """Adds the security headers to each answer."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:  # noqa: ANN401
        async def with_headers(message: Any) -> None:  # noqa: ANN401 - an ASGI message
            if message["type"] == "http.response.start":
                message["headers"] += [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class _Views:
    """One method a page. The store blocks, so it is asked in a thread."""

    def __init__(self, pages: Pages) -> None:
        self._pages, self._token = pages, secrets.token_urlsafe(24)
        self._templates = Jinja2Templates(directory=HERE / "templates")
        self._templates.env.filters["when"] = _when
        self._templates.env.globals.update(State=State, Direction=Direction, token=self._token)

    def _page(self, request: Request, name: str, **context: object) -> Response:
        return self._templates.TemplateResponse(request, name, context)

    async def queues(self, request: Request) -> Response:
        """Show what waits for somebody, and how many stand where."""

        def look() -> tuple[Any, Any, Any]:
            waiting, files = story.queues(self._pages.store, each=8)
            with self._pages.store.read() as tx:
                return waiting, files, tx.count_by_state()

        waiting, files, counts = await run_in_threadpool(look)
        return self._page(request, "queues.html", waiting=waiting, files=files, counts=counts)

    async def log(self, request: Request) -> Response:
        """Show the log, narrowed by the search."""
        search = read_search(request.query_params)

        def look() -> Any:  # noqa: ANN401
            with self._pages.store.read() as tx:
                return tx.find_exchanges(search.query)

        found = await run_in_threadpool(look)
        older = search.link(before=found[-1].id) if len(found) == PAGE_SIZE else ""
        return self._page(
            request,
            "log.html",
            search=search,
            found=found,
            older=older,
            partners=sorted(self._pages.partners()),
            choices=Search,
        )

    async def partners(self, request: Request) -> Response:
        """Show the partners."""
        book = await run_in_threadpool(self._pages.partners)
        return self._page(request, "partners.html", partners=sorted(book.values(), key=lambda p: p.key))

    async def exchange(self, request: Request) -> Response:
        """Tell the story of an exchange."""
        told = await self._found(
            story.tell, self._pages.store, self._pages.formats, request.path_params["id"]
        )
        return self._page(request, "exchange.html", story=told, said=request.query_params.get("said", ""))

    async def file(self, request: Request) -> Response:
        """Tell the story of a file."""
        told = await self._found(story.tell_file, self._pages.store, request.path_params["id"])
        return self._page(request, "file.html", story=told, said=request.query_params.get("said", ""))

    async def raw(self, request: Request) -> Response:
        """Give the bytes of an exchange."""
        data = await self._found(story.raw, self._pages.store, request.path_params["id"])
        return _download(data, f"exchange-{request.path_params['id']}")

    async def raw_file(self, request: Request) -> Response:
        """Give the bytes of a file."""
        data = await self._found(story.raw_file, self._pages.store, request.path_params["id"])
        return _download(data, f"file-{request.path_params['id']}")

    async def act(self, request: Request) -> Response:
        """Do what an operator asks of an exchange."""
        number = request.path_params["id"]
        return await self._act(request, str(number), f"/exchange/{number}")

    async def act_on_file(self, request: Request) -> Response:
        """Do what an operator asks of a file."""
        number = request.path_params["id"]
        return await self._act(request, f"T{number}", f"/file/{number}")

    async def _act(self, request: Request, reference: str, back: str) -> Response:
        form = await request.form()
        if not secrets.compare_digest(str(form.get("token", "")), self._token):
            raise HTTPException(403, "this form is from another start of the hub: go back, reload, try again")
        action = ACTIONS.get(request.path_params["action"])
        if action is None:
            raise HTTPException(404, "there is no such action")
        why = str(form.get("why", ""))[:1000]
        try:
            done = await run_in_threadpool(partial(action, self._pages.operations, reference, why))
        except Refused as fault:
            raise HTTPException(409, str(fault)) from fault
        if done.lane:
            self._pages.nudge(done.lane)
        url = str(request.url.replace(path=back, query="").include_query_params(said=done.what))
        return RedirectResponse(url, status_code=303)

    async def health(self, _request: Request) -> Response:
        """Say for machines whether the store answers, and how many exchanges stand where."""

        def look() -> dict[str, int]:
            with self._pages.store.read() as tx:
                return {state.value: count for state, count in tx.count_by_state().items()}

        return JSONResponse({"status": "ok", "exchanges": await run_in_threadpool(look)})

    async def problem(self, request: Request, fault: HTTPException) -> Response:
        """Show what went wrong in plain words."""
        response = self._page(request, "problem.html", status=fault.status_code, detail=fault.detail)
        response.status_code = fault.status_code
        return response

    async def _found(self, tell: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401
        try:
            return await run_in_threadpool(tell, *args)
        except NotFound as fault:
            raise HTTPException(404, str(fault)) from fault


def _download(data: bytes, name: str) -> Response:
    """Return bytes as a download: a partner's file is never shown as a page."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(data, media_type="application/octet-stream", headers=headers)


def _when(instant: datetime | None) -> str:
    """Return an instant for people, UTC."""
    return f"{instant:%Y-%m-%d %H:%M:%S}" if instant else ""
