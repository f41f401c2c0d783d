"""What the web page shows, read from the records: lists, and one record with its facts, lines and notes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from html import unescape
from importlib import resources
from types import MappingProxyType

from msgspec import Struct, convert

from hub.erp.practice.errors import MissingError
from hub.erp.practice.records import Env
from hub.erp.practice.wire import Json, Values


class Kind(Struct, frozen=True):
    """One kind of record on the page: where it lives and what is shown of it.

    `columns` and `facts` are (heading, field path); `lines` is the one2many shown as a table, with its columns.
    """

    slug: str
    title: str
    model: str
    domain: tuple[Json, ...]
    columns: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    lines: str
    line_columns: tuple[tuple[str, str], ...]
    related: tuple[tuple[str, str, str], ...] = ()  # (heading, field, slug)


def _load_kinds() -> dict[str, Kind]:
    text = (resources.files("hub.erp.practice") / "data" / "lists.toml").read_text("utf-8")
    return {slug: convert({"slug": slug, **table}, Kind) for slug, table in tomllib.loads(text).items()}


KINDS: Mapping[str, Kind] = MappingProxyType(_load_kinds())
PAGE = 25


def listing(env: Env, kind: Kind, limit: int = PAGE) -> Values:
    """Return the newest records of a kind: headings, rows of (id, cells), and how many there are."""
    paths = [path for _, path in kind.columns]
    ids = env.search(kind.model, list(kind.domain), limit=limit, order="id desc")
    rows = env.rows(kind.model, ids, paths)
    return {
        "kind": kind,
        "headings": [heading for heading, _ in kind.columns],
        "rows": [(row["id"], [shown(path, row[path]) for path in paths]) for row in rows],
        "total": env.count(kind.model, list(kind.domain)),
    }


def record(env: Env, kind: Kind, number: int) -> Values:
    """Return one record for its page; raise MissingError when there is none of this kind."""
    if not env.search(kind.model, [["id", "=", number], *kind.domain]):
        raise MissingError.of(kind.model, number)
    paths = [path for _, path in kind.facts]
    row = env.one(
        kind.model, number, "display_name", "state", kind.lines, *paths, *(f for _, f, _ in kind.related)
    )
    line_paths = [path for _, path in kind.line_columns]
    lines = env.rows(env.schema[kind.model].field(kind.lines).relation, row[kind.lines], line_paths)
    return {
        "kind": kind,
        "id": number,
        "title": row["display_name"],
        "state": row["state"],
        "facts": [(label, text) for label, path in kind.facts if (text := shown(path, row[path]))],
        "headings": [heading for heading, _ in kind.line_columns],
        "lines": [[shown(path, line[path]) for path in line_paths] for line in lines],
        "related": [
            (heading, slug, list(env.names(env.schema[kind.model].field(field).relation, row[field]).items()))
            for heading, field, slug in kind.related
        ],
        "notes": notes(env, kind.model, number),
        "todo": {
            "deliver": row.get("delivery_status") in {"pending", "started", "partial"},
            "invoice": row.get("invoice_status") == "to invoice",
        },
    }


def notes(env: Env, model: str, number: int) -> list[tuple[str, str]]:
    """Return (date, text) of a record's notes, newest first; their HTML is shown as text."""
    found = env.search("mail.message", [["model", "=", model], ["res_id", "=", number]])
    return [
        (str(row["date"])[:16], plain(row["body"] or ""))
        for row in env.rows("mail.message", found, ["date", "body"])
    ]


def plain(html: str) -> str:
    """Return the text of HTML, a line for a line break or paragraph."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?i)<br\s*/?>|</p>|</li>", "\n", html))).strip()


def shown(path: str, value: Json) -> str:
    """Return a value for the page: money with cents, quantities without needless zeros, dates to the minute."""
    if value in (None, False, ""):
        return ""
    if value is True:
        return "yes"
    if isinstance(value, float):
        money = path.startswith(("amount", "price"))
        return f"{value:,.2f}" if money else f"{value:,.3f}".rstrip("0").rstrip(".")
    text = str(value)
    return text[:16] if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", text) else text


def open_moves(env: Env, number: int) -> list[Values]:
    """Return what an open transfer still has to move: product, demand and what is reserved."""
    names = ["product_id.display_name", "product_uom_qty", "quantity", "state"]
    rows = env.rows("stock.move", env.one("stock.picking", number, "move_ids")["move_ids"], names)
    return [row for row in rows if row["state"] not in {"done", "cancel"}]
