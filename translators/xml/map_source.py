"""Map files as their tables: what one map takes from another, and lines that several parts have in common.

`extends = "ubl.toml"` takes all tables of another map and lays one's own over them, key by key. A place may
be a table instead of an XPath: `{ at = "cac:Party", like = "party" }` stands for each line of `[like.party]`,
below that XPath; in such a list, a line called "." takes in the lines of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hub.model.errors import ConfigError
from translators.maps import load_toml, refuse_unknown_tables

#: The maps that come with the hub. Those whose name starts with _ are no maps, but what maps extend.
SHIPPED = Path(__file__).parent / "maps"

#: Between the XPaths of one place: the first that finds something counts, and the first of all is written.
OR = "||"

_TABLES = frozenset(
    {
        "document",
        "dialect",
        "root",
        "each",
        "doctype",
        "namespaces",
        "must",
        "read_only",
        "prepare",
        "finish",
        "like",
    }
    | {"places", "defaults", "codes", "formats", "fixed", "constants", "computed", "stamped", "order"}
    | {"envelope", "foreign", "strict", "ignored"}
)
_ITSELF = re.compile(r"(?P<owner>.+\.)?\.\w*")
_DEPTH = 4  # maps that extend one another, and lines that take in lines


def load_map(origin: Path, lines: Mapping[str, str]) -> dict[str, Any]:
    """Return the tables of a map, with a partner's own lines laid over its places.

    Raises ConfigError when the file, or what it extends, cannot be used.
    """
    raw = _extended(origin, 0)
    refuse_unknown_tables(raw, _TABLES, origin.name)
    likes = raw.pop("like", {})
    places = {**raw.get("places", {}), **lines}
    raw["places"] = dict(_expanded(places, likes, origin.name))
    return raw


def _extended(origin: Path, depth: int) -> dict[str, Any]:
    raw = load_toml(origin)
    base = str(raw.pop("extends", ""))
    if not base:
        return raw
    if Path(base).name != base or depth == _DEPTH:
        raise ConfigError(f"map {origin.name}: extends = {base!r}; name a map beside it, or one of the hub's")
    beside = origin.parent / base
    return _merged(_extended(beside if beside.is_file() else SHIPPED / base, depth + 1), raw)


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if not isinstance(below, dict) or not isinstance(value, dict) or "at" in value:
            merged[key] = value
        elif key == "codes":  # a field's codes are one list, and replaced whole
            merged[key] = {**below, **value}
        else:
            merged[key] = _merged(below, value)
    return merged


def _expanded(
    places: Mapping[str, Any], likes: Mapping[str, Mapping[str, Any]], origin: str, depth: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield each place with its XPath, those of parts that are like others one by one."""
    for path, place in places.items():
        if isinstance(place, str):
            yield path, place
            continue
        at, like = str(place.get("at", "")), str(place.get("like", ""))
        if like not in likes or not place.keys() <= {"at", "like"} or depth == _DEPTH:
            raise ConfigError(f"map {origin}: {path!r} is like {like!r}, of which there is no [like.{like}]")
        inner = dict(_expanded(likes[like], likes, origin, depth + 1))
        entries = path.endswith(("[]", ".*"))
        if entries:
            yield path, at
        for name, xpath in inner.items():
            inside = entries or "[]." in name or ".*." in name  # relative to an entry already
            yield _joined(path, name), xpath if inside else under(at, xpath)


def _joined(path: str, name: str) -> str:
    """Return the canonical path of a line in a part.

    `.` is the part itself, and may have a name for people (`.terms`); `lines[]..` is an entry itself.
    """
    itself = _ITSELF.fullmatch(path)
    return f"{itself['owner'] or ''}{name}" if itself else f"{path}.{name}"


def under(outer: str, inner: str) -> str:
    """Return an XPath below another, each way of one below each way of the other."""
    if not outer:
        return inner
    ways = [f"{o.strip()}/{i.strip()}" for o in outer.split(OR) for i in inner.split(OR)]
    return f" {OR} ".join(way.removesuffix("/.") for way in ways)
