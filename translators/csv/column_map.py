"""Column maps: which column holds which field of a canonical document. Data in maps/*.toml, used both ways.

A row of the file is one entry of the innermost list; the lists around it (and the document itself) are
repeated on each row. A map's paths therefore name one chain of lists, such as orders[].packages[].items[].
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from hub.model.documents import DOCUMENTS, DocType
from hub.model.errors import ConfigError
from hub.model.partner import Receive, Send
from translators.maps import document_of, load_toml, refuse_unknown_tables
from translators.paths import Keys, Kind, PathError, kind_at, mandatory, steps, type_at

_SHIPPED = Path(__file__).parent / "maps"
_TABLES = frozenset({"document", "columns", "defaults", "codes", "must"})

#: The default that counts: the entry's ordinal in its list, from 1.
ORDINAL = "#"


class Column(Struct, frozen=True, kw_only=True):
    """One column: a field, and how the file calls it. `position` counts from 1 and wins over the names."""

    path: str
    keys: Keys  # from the entry of its level
    kind: Kind
    level: int  # 0 the document, 1 the outermost list ...
    names: tuple[str, ...] = ()  # the first one is written
    position: int | None = None
    required: bool = False
    default: str | None = None
    codes: dict[str, str] = field(default_factory=dict)  # the partner's word = ours

    @property
    def title(self) -> str:
        """Return how messages and written headers call the column."""
        return self.names[0] if self.names else f"#{self.position}"


class ColumnMap(Struct, frozen=True, kw_only=True):
    """A whole map. `lists` are the names of the lists of each level, outermost first."""

    document: DocType
    lists: tuple[str, ...]
    columns: tuple[Column, ...]

    def level(self, level: int) -> tuple[Column, ...]:
        """Return the columns of one level."""
        return tuple(column for column in self.columns if column.level == level)

    @property
    def key(self) -> Column:
        """Return the column of the document's number, by which rows belong together."""
        return next(column for column in self.columns if column.path == "number")


def column_map(document: DocType, agreed: Receive | Send | None, folder: Path) -> ColumnMap:
    """Return the map of a document with the partner's own lines laid over it.

    `folder` holds the partners' files. Raises ConfigError when the map or a line of it names nothing.
    """
    agreed = agreed or Receive()
    origin = folder / agreed.map_file if agreed.map_file else _SHIPPED / f"{document}.toml"
    lines = tuple(sorted(agreed.map.items()))
    return _load(origin, document, lines, tuple(sorted(agreed.must)))


@lru_cache(maxsize=256)
def _load(
    origin: Path, document: DocType, lines: tuple[tuple[str, str], ...], must: tuple[str, ...]
) -> ColumnMap:
    raw = load_toml(origin)
    refuse_unknown_tables(raw, _TABLES, origin.name)
    if document_of(raw, origin.name) is not document:
        raise ConfigError(
            f"map {origin.name}: is for {raw['document']}, but the profile uses it for {document}"
        )
    return compile_map({**raw, "columns": {**raw.get("columns", {}), **dict(lines)}}, must, origin.name)


def compile_map(raw: Mapping[str, Any], must: tuple[str, ...], origin: str) -> ColumnMap:
    """Make a map of its TOML tables. Raises ConfigError for a path that names no field."""
    document = document_of(raw, origin)
    columns: Mapping[str, Any] = raw.get("columns", {})
    if "number" not in columns:
        raise ConfigError(f"map {origin}: no column for number, by which rows belong to a document")
    if unread := sorted({*must, *raw.get("must", ())} - columns.keys()):
        raise ConfigError(f"map {origin}: must names {unread[0]}, for which the map has no column")
    try:
        chain = _chain([*columns], origin)
        made = tuple(_column(document, path, chain, raw, must) for path in _with_defaults(columns, raw))
    except PathError as error:
        raise ConfigError(f"map {origin}: {error}") from error
    lists = tuple(prefix.rpartition(".")[2].removesuffix("[]") for prefix in chain)
    return ColumnMap(document=document, lists=lists, columns=made)


def _with_defaults(columns: Mapping[str, Any], raw: Mapping[str, Any]) -> list[str]:
    """Return the paths of all columns, with those that only have a default."""
    return [*columns, *(path for path in raw.get("defaults", {}) if path not in columns)]


def _prefix(path: str) -> str:
    """Return the list that a path runs through, up to its last []; empty for the document's own fields."""
    return path[: path.rindex("[]") + 2] if "[]" in path else ""


def _chain(paths: list[str], origin: str) -> tuple[str, ...]:
    """Return the lists of a map, outermost first. Raises ConfigError when two stand side by side."""
    chain = sorted({_prefix(path) for path in paths} - {""}, key=len)
    for outer, inner in pairwise(chain):
        if not inner.startswith(outer + ".") or "[]" in inner[len(outer) : -2]:
            raise ConfigError(f"map {origin}: a row cannot stand for {outer} and for {inner} at once")
    if not chain:
        raise ConfigError(f"map {origin}: no column for the lines")
    return tuple(chain)


def _column(
    document: DocType, path: str, chain: tuple[str, ...], raw: Mapping[str, Any], must: tuple[str, ...]
) -> Column:
    """Make one column. Raises PathError when its path names no field."""
    root = DOCUMENTS[document]
    kind = kind_at(root, path)
    if kind is Kind.PART:
        raise PathError(f"{path!r} has fields of its own; name one of them")
    prefix = _prefix(path)
    if prefix and prefix not in chain:
        raise PathError(f"{path!r}: no column of the map stands in {prefix}")
    owner = type_at(root, prefix) if prefix else root
    inner = path[len(prefix) + 1 :] if prefix else path
    default = raw.get("defaults", {}).get(path)
    names, position = _titles(raw.get("columns", {}).get(path, ()))
    return Column(
        path=path,
        keys=tuple(key for step in steps(inner) for key in step.keys),
        kind=kind,
        level=chain.index(prefix) + 1 if prefix else 0,
        names=names,
        position=position,
        required=inner in mandatory(owner) or path in must or path in raw.get("must", ()),
        default=default,
        codes=raw.get("codes", {}).get(path, {}),
    )


def _titles(written: str | list[str]) -> tuple[tuple[str, ...], int | None]:
    """Read `"PO Number"`, `["PO Number", "Order"]` or the position `"#3"`."""
    names = (written,) if isinstance(written, str) else tuple(written)
    if len(names) == 1 and names[0].startswith("#") and names[0][1:].isdigit():
        return (), int(names[0][1:])
    return names, None
