"""Column maps: which column holds which field of a canonical document. Data in maps/*.toml, used both ways.

Rows that are all alike stand for one entry of the innermost list each; the lists around it (and the document itself)
are repeated on each row. A map's paths then name one chain of lists, such as orders[].packages[].items[]. A file with
several kinds of row ([records]) has such a chain for each tag.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from hub.model.documents import DOCUMENTS, DocType
from hub.model.errors import ConfigError
from hub.model.partner import CsvSettings, Receive, Send
from translators.csv.places import Place, parse_place, split_tag
from translators.csv.text import checked
from translators.maps import document_of, load_toml, refuse_unknown_tables
from translators.paths import Keys, Kind, PathError, kind_at, mandatory, steps, type_at

_SHIPPED = Path(__file__).parent / "maps"
_TABLES = frozenset(
    {"document", "extends", "columns", "defaults", "codes", "must", "records", "formats", "csv"}
)
_LAID_OVER = ("columns", "defaults", "codes", "formats", "csv")

#: The default that counts: the entry's ordinal in its list, from 1.
ORDINAL = "#"
#: The default of a number that the rows do not have: it is made of what they say, so that the same rows are the same
#: document, and others are another.
CONTENT = "content"


class Column(Struct, frozen=True, kw_only=True):
    """One column: a field, and how the file calls it. Several `places` are several titles; the first one is written."""

    path: str
    keys: Keys  # from the entry of its level
    kind: Kind
    level: int  # 0 the document, 1 the outermost list ...
    places: tuple[Place, ...] = ()  # none: it only has a default
    required: bool = False
    default: str | None = None
    codes: dict[str, str] = field(default_factory=dict)  # the partner's word = ours
    date_format: str = ""  # where it is not that of the agreement
    overridden: bool = False  # by a line of the profile

    @property
    def title(self) -> str:
        """Return how messages and written headers call the column."""
        return str(self.places[0]) if self.places else self.path

    @property
    def implied(self) -> int | None:
        """Return how many of its digits stand behind a decimal mark that is not written."""
        return self.places[0].implied if self.places else None


class Record(Struct, frozen=True, kw_only=True):
    """One kind of row. `prefixes` are the lists that it runs through, outermost first: lines[], lines[].splits[]."""

    tag: str
    prefixes: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def lists(self) -> tuple[str, ...]:
        """Return the names of the lists of each level."""
        return tuple(prefix.rpartition(".")[2].removesuffix("[]") for prefix in self.prefixes)

    def level(self, level: int) -> tuple[Column, ...]:
        """Return the columns of one level."""
        return tuple(column for column in self.columns if column.level == level)


class ColumnMap(Struct, frozen=True, kw_only=True):
    """A whole map. Rows are told apart by what stands at `tag`; without one there is a single record."""

    document: DocType
    records: tuple[Record, ...]
    tag: Place | None = None
    begin: str = ""  # the tag of the row that begins a document; else rows belong together by number
    ignored: tuple[str, ...] = ()  # tags of rows that are known and not read
    is_fixed: bool = False  # places are ranges of characters
    dialect: dict[str, Any] = field(default_factory=dict)  # of [csv], as the map file has it

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns of all records."""
        return tuple(column for record in self.records for column in record.columns)

    def settings(self, agreed: CsvSettings) -> CsvSettings:
        """Return the partner's dialect with the map's own laid over it."""
        return msgspec.convert({**msgspec.to_builtins(agreed), **self.dialect}, CsvSettings)


def column_map(document: DocType, agreed: Receive | Send | None, folder: Path) -> ColumnMap:
    """Return the map of a document with the partner's own lines laid over it.

    `folder` holds the partners' files. Raises ConfigError when the map or a line of it names nothing.
    """
    agreed = agreed or Receive()
    origin = folder / agreed.map_file if agreed.map_file else _SHIPPED / f"{document}.toml"
    lines = tuple(sorted(agreed.map.items()))
    changed = origin.stat().st_mtime_ns if origin.is_file() else 0  # an edited file is read anew
    return _load(origin, changed, document, lines, tuple(sorted(agreed.must)))


@lru_cache(maxsize=256)
def _load(
    origin: Path, _changed: int, document: DocType, lines: tuple[tuple[str, str], ...], must: tuple[str, ...]
) -> ColumnMap:
    raw = load_toml(origin)
    refuse_unknown_tables(raw, _TABLES, origin.name)
    if document_of(raw, origin.name) is not document:
        raise ConfigError(
            f"map {origin.name}: is for {raw['document']}, but the profile uses it for {document}"
        )
    if raw.get("extends", "shipped") != "shipped":
        raise ConfigError(f'map {origin.name}: extends = {raw["extends"]!r}; a map can only extend "shipped"')
    return compile_map(_laid_over(raw, document) if "extends" in raw else raw, must, origin.name, dict(lines))


def _laid_over(raw: Mapping[str, Any], document: DocType) -> Mapping[str, Any]:
    """Return the shipped map of a document with what another says laid over it, line by line."""
    shipped = load_toml(_SHIPPED / f"{document}.toml")
    tables = {name: {**shipped.get(name, {}), **raw.get(name, {})} for name in _LAID_OVER}
    return {**shipped, **raw, **tables}


def compile_map(
    raw: Mapping[str, Any], must: tuple[str, ...], origin: str, lines: Mapping[str, str] | None = None
) -> ColumnMap:
    """Make a map of its TOML tables, with the profile's own `lines` laid over its columns.

    Raises ConfigError for a path that names no field, and for a place that is none.
    """
    try:
        return _Compiler(raw, must, lines or {}).compile()
    except ValueError as error:
        raise ConfigError(f"map {origin}: {error}") from error


class _Compiler:
    """The making of one map. Raises ValueError with what is wrong, and PathError for a path that names no field."""

    def __init__(self, raw: Mapping[str, Any], must: tuple[str, ...], lines: Mapping[str, str]) -> None:
        self._raw, self._lines = raw, lines
        self._document = document_of(raw, "")
        self._written: dict[str, Any] = {**raw.get("columns", {}), **lines}
        self._defaults: Mapping[str, Any] = raw.get("defaults", {})
        self._must = frozenset((*must, *raw.get("must", ())))
        self._records: Mapping[str, Any] = raw.get("records", {})

    def compile(self) -> ColumnMap:
        """Make the map."""
        self._refuse()
        tagged = bool(self._records)
        by_tag: dict[str, dict[str, list[Place]]] = {}
        for path, written in self._written.items():
            for text in (written,) if isinstance(written, str) else written:
                tag, place = split_tag(text, tagged=tagged)
                if tagged and not tag:
                    raise ValueError(f"{path!r}: {text!r} does not say in which rows; write TAG:{text}")
                by_tag.setdefault(tag, {}).setdefault(path, []).append(_place(path, place))
        records = [self._record(tag, places) for tag, places in by_tag.items()]
        if not any(record.prefixes for record in records):
            raise ValueError("no column for the lines")
        reached = {"", *(prefix for record in records for prefix in record.prefixes)}
        for path in self._defaults:
            if _prefix(path) not in reached:
                raise ValueError(f"{path!r}: no column of the map stands in {_prefix(path)}")
        found = ColumnMap(
            document=self._document,
            records=tuple(records),
            tag=parse_place(self._records["tag"]) if tagged else None,
            begin=self._records.get("begin", ""),
            ignored=tuple(self._records.get("ignore", ())),
            is_fixed=_is_fixed(records),
            dialect=dict(self._raw.get("csv", {})),
        )
        if found.begin and found.begin not in by_tag:
            raise ValueError(f"records.begin: no column stands in rows {found.begin!r}")
        _check_dialect(found)
        return found

    def _refuse(self) -> None:
        if self._records and not isinstance(self._records.get("tag"), str):
            raise ValueError('records.tag is missing; say where each row says what it is, e.g. tag = "#1"')
        if unknown := sorted(self._records.keys() - {"tag", "begin", "ignore"}):
            raise ValueError(f"records.{unknown[0]} means nothing; known are begin, ignore, tag")
        if "number" not in self._written and self._defaults.get("number") != CONTENT:
            told = f'write number = "{CONTENT}" into [defaults] where a file is one document without a number'
            raise ValueError(f"no column for number, by which rows belong to a document; {told}")
        if unread := sorted(self._must - self._written.keys()):
            raise ValueError(f"must names {unread[0]}, for which the map has no column")
        if unused := sorted(
            (self._raw.get("codes", {}).keys() | self._raw.get("formats", {}).keys()) - self._written.keys()
        ):
            raise ValueError(f"{unused[0]!r} has codes or a format, but no column")

    def _record(self, tag: str, places: dict[str, list[Place]]) -> Record:
        only_defaults = [path for path in self._defaults if path not in self._written]
        chain = _chain([*places])
        here = [*places, *(path for path in only_defaults if not _prefix(path) or _prefix(path) in chain)]
        columns = tuple(self._column(path, chain, tuple(places.get(path, ()))) for path in here)
        return Record(tag=tag, prefixes=chain, columns=columns)

    def _column(self, path: str, chain: tuple[str, ...], places: tuple[Place, ...]) -> Column:
        """Make one column. Raises PathError when its path names no field."""
        root = DOCUMENTS[self._document]
        kind = kind_at(root, path)
        if kind is Kind.PART:
            raise PathError(f"{path!r} has fields of its own; name one of them")
        prefix = _prefix(path)
        owner = type_at(root, prefix) if prefix else root
        inner = path[len(prefix) + 1 :] if prefix else path
        return Column(
            path=path,
            keys=tuple(key for step in steps(inner) for key in step.keys),
            kind=kind,
            level=chain.index(prefix) + 1 if prefix else 0,
            places=places,
            required=inner in mandatory(owner) or path in self._must,
            default=self._defaults.get(path),
            codes=self._raw.get("codes", {}).get(path, {}),
            date_format=self._raw.get("formats", {}).get(path, ""),
            overridden=path in self._lines,
        )


def _place(path: str, written: str) -> Place:
    """Read a place. Raises ValueError that names the field whose place it is."""
    try:
        return parse_place(written)
    except ValueError as error:
        raise ValueError(f"{path!r}: {error}") from None


def _check_dialect(found: ColumnMap) -> None:
    """Raise ValueError when the map's own [csv] table has a key or value that means nothing."""
    try:
        settings = found.settings(CsvSettings())
    except msgspec.ValidationError as error:
        raise ValueError(f"[csv]: {error}") from None
    if (settings.separator in f"{settings.quote}\r\n" and settings.separator) or len(settings.separator) > 1:
        raise ValueError(f"[csv]: separator {settings.separator!r} cannot separate columns")
    checked(settings.encoding or "utf-8")


def _prefix(path: str) -> str:
    """Return the list that a path runs through, up to its last []; empty for the document's own fields."""
    return path[: path.rindex("[]") + 2] if "[]" in path else ""


def _chain(paths: list[str]) -> tuple[str, ...]:
    """Return the lists of a record, outermost first. Raises ValueError when two stand side by side."""
    named = {_prefix(path) for path in paths} - {""}
    for prefix in [*named]:  # a row of splits[] alone still stands within lines[]
        parts = prefix.split("[]")[:-1]
        named |= {"[]".join(parts[: n + 1]) + "[]" for n in range(len(parts))}
    chain = sorted(named, key=len)
    for outer, inner in pairwise(chain):
        if not inner.startswith(outer + ".") or "[]" in inner[len(outer) : -2]:
            raise ValueError(f"a row cannot stand for {outer} and for {inner} at once")
    return tuple(chain)


def _is_fixed(records: list[Record]) -> bool:
    """Say whether places are ranges of characters. Raises ValueError when some are and some are not."""
    ranges = [place.start is not None for r in records for c in r.columns for place in c.places]
    if any(ranges) and not all(ranges):
        raise ValueError("some columns are ranges of characters and some are not")
    return any(ranges)
