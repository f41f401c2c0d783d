"""A page: the templates, the words in them, and what is shown when something went wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import OWNERS, Direction
from hub.storing import Storing
from hub.web import wording
from hub.web.notices import Notices

HERE = Path(__file__).parent


@cache
def _templates() -> Environment:
    """Return the templates, compiled once for a process."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (wording.when, wording.plain, wording.size, wording.visible, wording.verdict, wording.channel)
    made.filters.update({word.__name__: word for word in words})
    made.globals.update(
        Direction=Direction,
        OWNERS=OWNERS,
        STATES=wording.STATES,
        TONES=wording.TONES,
        document_name=wording.document_name,
    )
    return made


class Page:
    """Makes pages. `token` is what a form must bring back: only a page of this process knows it."""

    def __init__(self, clock: Callable[[], datetime], storing: Storing) -> None:
        self.clock, self.notices, self.token = clock, Notices(), secrets.token_urlsafe(24)
        self._storing = storing

    def show(self, request: Request, name: str, status: int = 200, **context: object) -> Response:
        """Return a page."""
        now = self.clock()
        text = (
            _templates()
            .get_template(name)
            .render(
                path=request.url.path,
                here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
                now=now,
                token=self.token,
                ills=self._storing.known,
                age=lambda since: wording.age(since, now),
                refresh=context.pop("refresh", 0),
                **context,
            )
        )
        return HTMLResponse(text, status_code=status)

    def notice(self, request: Request) -> str:
        """Return what is to be said once on this page."""
        return self.notices.take(request.url.path, request.query_params.get("done", ""))

    async def problem(self, request: Request, fault: Exception) -> Response:
        """Show what went wrong in plain words, and where to go from there."""
        status, detail = _explained(fault)
        words = HTTPStatus(status).phrase
        back = request.url.path.rpartition("/")[0] if request.method == "POST" else "/"
        return self.show(
            request, "problem.html", status, code=status, words=words, detail=detail, back=back or "/"
        )


def _explained(fault: Exception) -> tuple[int, str]:
    """Return the status and the words for what went wrong."""
    if isinstance(fault, HTTPException):
        detail = fault.detail if fault.detail != HTTPStatus(fault.status_code).phrase else ""
        return fault.status_code, detail or _PLAIN.get(fault.status_code, "")
    if isinstance(fault, Retryable):
        return 503, f"{fault}. Try again in a moment."
    if isinstance(fault, Undeliverable):
        return 500, str(fault)
    return 500, "Something broke in the hub. What it was stands in the hub's log; nothing was changed."


_PLAIN = {
    404: "There is no such page.",
    405: "A page is read, or a form is sent to it; this is neither.",
}
