"""The application and its routes. Server-rendered, without scripts; every view is a URL."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from hub.model.errors import Retryable, Undeliverable
from hub.web.doing import Doing
from hub.web.guard import Guard
from hub.web.looking import Looking
from hub.web.page import HERE, Page
from hub.web.pages import Pages


def make_app(pages: Pages, names: frozenset[str] | None = None, password: str = "") -> ASGIApp:
    """Return the application, which answers to these host names (None: any) and asks for a password (empty: none)."""
    page = Page(pages.clock, pages.storing)
    looking, doing = Looking(pages, page), Doing(pages, page)
    routes = [
        Route("/", looking.queues),
        Route("/log", looking.log),
        Route("/files", looking.files),
        Route("/order/{number:path}", looking.order),
        Route("/partners", looking.partners),
        Route("/health", looking.health),
        Route("/exchange/{id}", looking.exchange),
        Route("/exchange/{id}/raw", looking.raw),
        Route("/exchange/{id}/canonical", looking.canonical),
        Route("/exchange/{id}/{action}", doing.exchange, methods=["POST"]),
        Route("/file/{id}", looking.file),
        Route("/file/{id}/raw", looking.raw_file),
        Route("/file/{id}/{action}", doing.file, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    faults = (HTTPException, Retryable, Undeliverable, Exception)
    app = Starlette(routes=routes, exception_handlers=dict.fromkeys(faults, page.problem))
    return Guard(app, names, password)
