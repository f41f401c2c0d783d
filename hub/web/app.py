"""The application: its routes, and what it needs of a hub. Server-rendered, without scripts; every view is a URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from hub.desk import Formats
from hub.model.errors import Retryable, Undeliverable
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.operations import Operations
from hub.store import Store
from hub.web.doing import Doing
from hub.web.guard import Guard
from hub.web.looking import Looking
from hub.web.page import HERE, Page


class Book(Protocol):
    """The partners by key, and what is wrong with the profiles that don't load."""

    @property
    def findings(self) -> Sequence[Finding]: ...

    def __call__(self) -> Mapping[str, Partner]: ...


class Pages(Protocol):
    """What the pages show and act on; `hub.wiring.Hub` is one."""

    store: Store
    formats: Formats
    operations: Operations
    nudge: Callable[[str], None]
    clock: Callable[[], datetime]

    @property
    def partners(self) -> Book: ...


def make_app(pages: Pages, names: frozenset[str] | None = None) -> ASGIApp:
    """Return the application, which answers to these host names (None: any)."""
    page = Page(pages.clock)
    looking, doing = Looking(pages, page), Doing(pages, page)
    routes = [
        Route("/", looking.queues),
        Route("/log", looking.log),
        Route("/files", looking.files),
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
    return Guard(app, names)
