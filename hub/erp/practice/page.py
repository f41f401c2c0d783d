"""The web page (to come)."""

from __future__ import annotations

from starlette.routing import Route

from hub.erp.practice.service import Database


class Page:
    def __init__(self, data: Database) -> None:
        self._data = data

    def routes(self) -> list[Route]:
        return []
