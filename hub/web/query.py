"""The search of the log page: from the URL to a query and back, whatever the URL says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from hub.model.documents import DocType
from hub.model.exchange import Direction, State, row_number
from hub.store import LogQuery

PAGE_SIZE = 50

FIELDS = ("text", "partner", "document", "state", "direction", "since", "until")

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # no log holds them, and PostgreSQL refuses NUL
_REFERENCE = re.compile(r"([Tt]?)([1-9][0-9]{0,17})")

E = TypeVar("E", bound=StrEnum)


class Search(Struct, frozen=True):
    """A search as it stands in the form, the query that it means, and what of it was not understood."""

    fields: Mapping[str, str]
    query: LogQuery
    ignored: tuple[str, ...] = ()
    follow: bool = False  # the page loads itself again

    @property
    def narrows(self) -> bool:
        """Say whether anything was asked for."""
        return any(self.fields.values())

    def link(self, **more: object) -> str:
        """Return the URL of this search with some fields changed; an empty value leaves the field out."""
        fields = {**self.fields, **{k: str(v) for k, v in more.items()}}
        wanted = {k: v for k, v in fields.items() if v}
        return "/log?" + urlencode(wanted) if wanted else "/log"


def read_search(params: Mapping[str, str]) -> Search:
    """Return the search of a URL; what can't be understood does not narrow it and is named in `ignored`."""
    fields = {name: _CONTROL.sub("", params.get(name, "")).strip()[:200] for name in FIELDS}
    since, until = _day(fields["since"]), _day(fields["until"])
    document, state = _member(DocType, fields["document"]), _member(State, fields["state"])
    direction = _member(Direction, fields["direction"])
    understood = {
        "since": since,
        "until": until,
        "document": document,
        "state": state,
        "direction": direction,
    }
    query = LogQuery(
        text=fields["text"],
        partner=fields["partner"] or None,
        document=document,
        state=state,
        direction=direction,
        since=since,
        until=_next_day(until),
        before_id=row_number(params.get("before", "")),
        limit=PAGE_SIZE + 1,  # one more, to know whether there is another page
    )
    ignored = tuple(
        f"{name} {fields[name]!r}" for name, value in understood.items() if fields[name] and value is None
    )
    return Search(fields, query, ignored, follow=params.get("follow") == "1" and query.before_id is None)


def reference(text: str) -> tuple[str, int] | None:
    """Return the page and number that a text names: ("exchange", 42) for `42`, ("file", 7) for `T7`."""
    found = _REFERENCE.fullmatch(text)
    return ("file" if found[1] else "exchange", int(found[2])) if found else None


def _member(kind: type[E], value: str) -> E | None:
    return kind(value) if value in {member.value for member in kind} else None


def _day(text: str) -> datetime | None:
    """Return the beginning of a day, UTC as all times of the pages, or None when it is no day."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        return None


def _next_day(day: datetime | None) -> datetime | None:
    """Return the day after, or None when there is none: the calendar ends with the year 9999."""
    try:
        return day + timedelta(days=1) if day else None
    except OverflowError:
        return None
