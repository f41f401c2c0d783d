"""The forms: what an operator does on a page, once it is certain that a page of ours asked for it."""

from __future__ import annotations

import re
import secrets
from functools import partial
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.model.exchange import row_number
from hub.operations import Refused
from hub.store import IllegalMove
from hub.web.actions import NEEDS_REASON, RUN
from hub.web.guard import login_of
from hub.web.page import Page
from hub.web.pages import Pages

MOST_REASON = 1_000  # characters
MOST_NAME = 60

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class Doing:
    """One method for each kind of thing that can be acted on."""

    def __init__(self, pages: Pages, page: Page) -> None:
        self._pages, self._page = pages, page

    async def exchange(self, request: Request) -> Response:
        """Do what an operator asks of an exchange."""
        return await self._act(request, "exchange", "")

    async def file(self, request: Request) -> Response:
        """Do what an operator asks of a file."""
        return await self._act(request, "file", "T")

    async def _act(self, request: Request, kind: str, prefix: str) -> Response:
        row, action = row_number(request.path_params["id"]), RUN.get(request.path_params["action"])
        if row is None or action is None:
            raise HTTPException(404)
        form = await request.form(max_files=0, max_fields=10)
        self._trust(request, form)
        name = _text(form, "who", MOST_NAME) or _plain(login_of(request.headers)[0], MOST_NAME)
        why, who = _text(form, "why", MOST_REASON), actor(request, name)
        if request.path_params["action"] in NEEDS_REASON and not why:
            raise HTTPException(
                409, "Say why it ends: the reason stays in the log for those who read it later."
            )
        work = partial(action, self._pages.operations, f"{prefix}{row}", who, why)
        try:
            done = await run_in_threadpool(work)
        except (Refused, IllegalMove) as fault:
            raise HTTPException(409, f"Nothing was done: {fault}.") from fault
        if done.lane:
            self._pages.nudge(done.lane)
        page = f"/{kind}/{row}"
        return RedirectResponse(f"{page}?done={self._page.notices.put(page, done.what)}", status_code=303)

    def _trust(self, request: Request, form: FormData) -> None:
        """Refuse a form that did not come from a page of this process."""
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise HTTPException(403, "Nothing was done: this form was sent by another site.")
        token = form.get("token", "")
        if not (isinstance(token, str) and secrets.compare_digest(token.encode(), self._page.token.encode())):
            raise HTTPException(
                403,
                "Nothing was done: the page is from before the hub started again. Go back, reload, try again.",
            )


def actor(request: Request, name: str) -> str:
    """Return who acts, for the audit trail: `web:NAME (ADDRESS)`, or `web:ADDRESS` when no name is given.

    The name is what the operator typed; the address is what is known.
    """
    address = request.client.host if request.client else "unknown"
    return f"web:{name} ({address})" if name else f"web:{address}"


def _text(form: FormData, name: str, most: int) -> str:
    value = form.get(name, "")
    return _plain(value, most) if isinstance(value, str) else ""


def _plain(text: str, most: int) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()[:most]
