"""The search of the log page: from the URL to a query and back, whatever the URL says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from hub.store import LogQuery

PAGE_SIZE = 50

E = TypeVar("E", bound=StrEnum)


class Search(Struct, frozen=True):
    """A search as it stands in the form, and the query that it means."""

    fields: Mapping[str, str]
    query: LogQuery

    def link(self, **more: object) -> str:
        """Return the URL of this search with some fields changed."""
        fields = {**self.fields, **{k: str(v) for k, v in more.items()}}
        return "/log?" + urlencode({k: v for k, v in fields.items() if v})

    @staticmethod
    def documents() -> list[str]:
        """Return the kinds of document."""
        return [d.value for d in DocType]

    @staticmethod
    def states() -> list[str]:
        """Return the states."""
        return [s.value for s in State]


def read_search(params: Mapping[str, str]) -> Search:
    """Return the search of a URL; what can't be understood does not narrow it."""
    names = ("text", "partner", "document", "state", "direction", "since", "until")
    fields = {name: params.get(name, "").strip()[:200] for name in names}
    since, until = _day(fields["since"]), _day(fields["until"])
    before = params.get("before", "")
    query = LogQuery(
        text=fields["text"],
        partner=fields["partner"] or None,
        document=_member(DocType, fields["document"]),
        state=_member(State, fields["state"]),
        direction=_member(Direction, fields["direction"]),
        since=since,
        until=until + timedelta(days=1) if until else None,
        before_id=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE_SIZE,
    )
    return Search(fields, query)


def _member(kind: type[E], value: str) -> E | None:
    return kind(value) if value in {member.value for member in kind} else None


def _day(text: str) -> datetime | None:
    """Return the beginning of a day of this machine's calendar."""
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except (ValueError, OverflowError):
        return None
