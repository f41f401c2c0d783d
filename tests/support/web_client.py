"""A program that reads the ops pages over HTTP and presses their buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from hub.model.exchange import Exchange
from hub.store import Event
from hub.web.server import WebServer
from tests.support.web import Morning, OpsPages, fill, ops_pages

TOKEN = re.compile(r'name="token" value="([^"]+)"')


class World:
    """Pages, their server, a client without redirects, and what is in the log."""

    def __init__(self, pages: OpsPages, server: WebServer) -> None:
        self.pages, self.server = pages, server
        self.client = httpx.Client(base_url=server.url)
        self.morning: Morning = fill(pages.store)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def press(self, path: str, **form: str) -> httpx.Response:
        """Send a form as the page at the path's parent would; `token=""` sends a wrong one."""
        if "token" not in form:
            found = TOKEN.search(self.client.get(path.rpartition("/")[0]).text)
            form["token"] = found[1] if found else self.token()
        return self.client.post(path, data=form)

    def token(self) -> str:
        found = TOKEN.search(self.get(f"/exchange/{self.morning.held}"))
        assert found
        return found[1]

    def exchange(self, number: int) -> Exchange:
        with self.pages.store.read() as tx:
            return tx.exchange(number)

    def events(self, number: int) -> list[Event]:
        with self.pages.store.read() as tx:
            return tx.events(exchange_id=number)


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    """Serve the pages of a store with a believable morning in it."""
    with ops_pages(folder) as (pages, server):
        made = World(pages, server)
        try:
            yield made
        finally:
            made.client.close()
