"""The tables of a map, made into the branches and places that reading and writing follow.

Everything that can be wrong with a map shows here, when it is loaded, and not on a partner's file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec import Struct

from hub.model.documents import DOCUMENTS, DocType
from hub.model.errors import ConfigError
from translators.maps import document_of
from translators.paths import Keys, Kind, PathError, kind_at, mandatory, steps, type_at
from translators.scalars import ISO, Dialect, parse
from translators.xml.computing import COMPUTED, FINISHED, PREPARED
from translators.xml.map_source import OR, SHIPPED, load_map
from translators.xml.steps import tag
from translators.xml.xml_map import ORDINAL, Branch, Place, Ways, XmlMap

_KEYED = re.compile(r"(?P<entries>.*)\[(?P<key>[^\[\]=]+)=\*\](?:/(?P<value>.+))?")
_STAMP = re.compile(r"(?P<name>[\w*:.-]+)/@(?P<attribute>[\w:.-]+)")
#: The dialect of the maps that the hub made up itself.
HUB = "hub"


@lru_cache(maxsize=256)
def xml_map(origin: Path, lines: tuple[tuple[str, str], ...] = (), must: tuple[str, ...] = ()) -> XmlMap:
    """Load a map with a partner's own lines laid over it. Raises ConfigError when it cannot be used."""
    return compile_map(load_map(origin, dict(lines)), must, origin.name)


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[Path, XmlMap], ...]:
    files = (path for path in SHIPPED.glob("*.toml") if not path.stem.startswith("_"))
    maps = [(path, xml_map(path)) for path in files]
    # ours first; then those that demand least, so that a plain file is not held against a stricter guide
    return tuple(sorted(maps, key=lambda found: (found[1].dialect != HUB, found[1].strict, found[0].stem)))


def shipped(document: DocType | None = None, dialect: str = "") -> tuple[Path, ...]:
    """Return the maps that come with the hub, of a document, of a dialect: ours first."""
    return tuple(
        path
        for path, mapped in _shipped()
        if document in (None, mapped.document) and dialect in ("", mapped.dialect)
    )


def dialects(document: DocType) -> tuple[str, ...]:
    """Return the dialects in which such a document can be written."""
    return tuple(sorted({m.dialect for _, m in _shipped() if m.document is document and not m.foreign}))


def compile_map(raw: Mapping[str, Any], must: tuple[str, ...], origin: str) -> XmlMap:
    """Make a map of its TOML tables. Raises ConfigError for a wrong path or XPath."""
    document = document_of(raw, origin)
    compiler = _Compiler(raw, must, document, origin)
    try:
        body = compiler.branch("", (), DOCUMENTS[document], ".")
        fixed = tuple(compiler.fixed(path, value) for path, value in raw.get("fixed", {}).items())
        stamped = tuple(compiler.stamp(at, path) for at, path in raw.get("stamped", {}).items())
    except PathError as error:
        raise ConfigError(f"map {origin}: {error}") from error
    compiler.refuse_unplaced()
    for key, known in (("prepare", PREPARED), ("finish", FINISHED)):
        if (name := raw.get(key, "")) and name not in known:
            raise ConfigError(f"map {origin}: {key} = {name!r}; known are {', '.join(sorted(known))}")
    roots: str | list[str] = raw["root"]
    return XmlMap(
        name=origin,
        document=document,
        dialect=raw.get("dialect", HUB if origin == f"{document}.toml" else "own"),
        foreign=bool(raw.get("foreign")),
        strict=bool(raw.get("strict")),
        roots=tuple(compiler.tag(name) for name in ([roots] if isinstance(roots, str) else roots)),
        frame=tuple(compiler.tag(name) for name in _names(raw["each"])),
        find_each=compiler.xpath(raw["each"]),
        doctype=raw.get("doctype", ""),
        namespaces=raw.get("namespaces", {}),
        body=body,
        envelope={name: compiler.ways(text) for name, text in raw.get("envelope", {}).items()},
        usage_codes=raw.get("codes", {}).get("envelope.usage", {}),
        fixed=fixed,
        stamped=stamped,
        order=compiler.order(raw.get("order", {})),
        ignored=tuple(compiler.xpath(text) for text in raw.get("ignored", ())),
        prepare=raw.get("prepare", ""),
        finish=raw.get("finish", ""),
    )


class _Words(Struct, frozen=True):
    codes: dict[str, str]  # theirs = ours
    words: dict[str, str]  # ours = theirs


def _names(each: str) -> list[str]:
    """Return the names on the way to a document: of the first way, without conditions."""
    first = re.sub(r"\[.*?\]", "", each.partition("|")[0])
    return first.strip(" /").split("/")


class _Compiler:
    """Turns the lines of one map into branches and places."""

    def __init__(self, raw: Mapping[str, Any], must: tuple[str, ...], document: DocType, origin: str) -> None:
        self._root = DOCUMENTS[document]
        self._raw = raw
        self._places: dict[str, str] = raw.get("places", {})
        self._defaults: dict[str, str] = raw.get("defaults", {})
        self._codes: dict[str, dict[str, str | list[str]]] = raw.get("codes", {})
        self._must = {*must, *raw.get("must", ())}
        self._read_only = set(raw.get("read_only", ()))
        self._namespaces: dict[str, str] = raw.get("namespaces", {})
        self._origin = origin
        self._done: set[str] = set()

    def tag(self, name: str) -> str:
        """Return a prefixed name as lxml writes it."""
        try:
            return tag(name, self._namespaces)
        except KeyError as error:
            raise ConfigError(f"map {self._origin}: {name!r}: no [namespaces] entry for {error}") from None

    def xpath(self, text: str) -> etree.XPath:
        """Compile an XPath and try it once, so that a wrong prefix shows now and not on a partner's file."""
        try:
            compiled = etree.XPath(text, namespaces=self._namespaces or None, regexp=False)
            compiled(etree.Element("none"))
        except etree.XPathError as error:
            raise ConfigError(f"map {self._origin}: {text!r} is not an XPath ({error})") from error
        return compiled

    def ways(self, text: str) -> Ways:
        """Compile all XPaths of a place."""
        texts = tuple(way.strip() for way in text.split(OR)) if text else ()
        return Ways(texts or ("",), tuple(self.xpath(way) for way in texts))

    def branch(self, path: str, keys: Keys, here: object, xpath: str) -> Branch:
        """Make the branch at `path` with everything that stands in it, in the map's order."""
        keyed = _KEYED.fullmatch(xpath)
        codes = self._words(path)
        if path.endswith(".*") and not keyed:
            raise PathError(f"{path!r} is a table; its XPath must end in [@attribute=*] or [element=*]")
        entries = f"{keyed['entries']}[{keyed['key']}]" if keyed else xpath
        value = keyed["value"] if keyed else None
        return Branch(
            path=path,
            keys=keys,
            kind=kind_at(self._root, path) if path else Kind.PART,
            ways=Ways((xpath,), (self.xpath(entries),)) if keyed else self.ways(xpath),
            required=path in self._must,
            read_only=path in self._read_only,
            key=self.xpath(keyed["key"]) if keyed else None,
            key_xpath=keyed["key"] if keyed else "",
            named=self._named(path) if path.endswith(".*") else frozenset(),
            value=self.xpath(value) if value else None,
            value_xpath=value or ".",
            parts=tuple(self._part(path, inner, here) for inner in self._inside(path)),
            codes=codes.codes if keyed else {},
            words=codes.words if keyed else {},
            constants=self._extra("constants", path),
            computed=self._functions(path),
            dialect=self._dialect(path),
        )

    def _named(self, path: str) -> frozenset[str]:
        """Return the keys of a table that stand elsewhere than its other entries."""
        start = path.removesuffix("*")
        inside = (p.removeprefix(start) for p in self._places if p.startswith(start) and p != path)
        return frozenset(re.split(r"[.\[]", name)[0] for name in inside if not name.startswith("*"))

    def fixed(self, path: str, value: object) -> tuple[Keys, object]:
        """Return a field that all documents of the map have, and its value."""
        return _keys(path), parse(str(value), kind_at(self._root, path))

    def stamp(self, at: str, path: str) -> tuple[str, str, Keys]:
        """Return a line of [stamped]: the pattern of tags, the attribute, the document's field."""
        match = _STAMP.fullmatch(at)
        if match is None:
            raise ConfigError(f"map {self._origin}: [stamped] {at!r}; write Name/@attribute")
        kind_at(self._root, path)
        return match["name"], self.tag(match["attribute"]), _keys(path)

    def order(self, written: Mapping[str, str | list[str]]) -> dict[str, tuple[str, ...]]:
        """Return the order of elements by the tag that they stand in."""
        ordered: dict[str, tuple[str, ...]] = {}
        for names, inner in written.items():
            children = inner.split() if isinstance(inner, str) else inner
            for name in names.split():
                ordered[self.tag(name)] = tuple(self.tag(child) for child in children)
        return ordered

    def refuse_unplaced(self) -> None:
        """Raise ConfigError for lines that no branch has taken, and for demands that no line meets."""
        left = [path for path in self._places if path not in self._done]
        if left:
            raise ConfigError(f"map {self._origin}: {left[0]!r} stands in a list or table that has no line")
        for name, wanted in (("must", self._must), ("read_only", self._read_only)):
            if unread := sorted(wanted - self._places.keys()):
                raise ConfigError(
                    f"map {self._origin}: {name} names {unread[0]}, for which the map has no place"
                )

    def _inside(self, path: str) -> list[str]:
        """Return the paths that stand directly in a branch: with no list or table in between."""
        start = f"{path}." if path else ""
        inside = [p for p in (*self._places, *self._defaults) if p.startswith(start) and p != path]
        return [p for p in dict.fromkeys(inside) if not re.search(r"(\[\]|\.\*)\.", p[len(start) :])]

    def _part(self, owner: str, path: str, here: object) -> Place | Branch:
        self._done.add(path)
        inner = path[len(owner) + 1 :] if owner else path
        keys = _keys(inner.removesuffix(".*"))
        if path.endswith(("[]", ".*")):
            return self.branch(path, keys, type_at(self._root, path), self._places[path])
        kind = kind_at(self._root, path)
        if kind in {Kind.PART, Kind.TEXTS}:
            raise PathError(f"{path!r} is not a single value; name its fields, or its entries with []")
        codes = self._words(path)
        return Place(
            path=path,
            keys=keys,
            kind=kind,
            ways=self.ways(self._places.get(path, "")),
            required=inner in mandatory(here) or path in self._must,
            read_only=path in self._read_only,
            default=self._default(path, kind),
            codes=codes.codes,
            words=codes.words,
            dialect=self._dialect(path),
        )

    def _words(self, path: str) -> _Words:
        """Return the codes of a path, or of all fields of its name, both ways: what is read, and written for ours."""
        codes = self._codes.get(path) or self._codes.get(f"*.{path.rpartition('.')[2]}", {})
        return _Words(
            codes={theirs: _several(ours)[0] for theirs, ours in codes.items()},
            words={our: theirs for theirs, ours in reversed(codes.items()) for our in _several(ours)},
        )

    def _default(self, path: str, kind: Kind) -> str | None:
        """Return a default, tried once: a wrong one is a fault of the map, not of a file."""
        default = self._defaults.get(path)
        try:
            if default not in (None, ORDINAL):
                parse(default, kind)
        except ValueError as fault:
            raise ConfigError(f"map {self._origin}: the default of {path}: {default!r} {fault}") from fault
        return default

    def _dialect(self, path: str) -> Dialect:
        """Return how numbers and dates are written there: the path's own date format, or the map's."""
        formats = self._raw.get("formats", {})
        if not formats:
            return ISO
        return Dialect(
            decimal=formats.get("decimal", ISO.decimal),
            date_format=formats.get(path, formats.get("date", ISO.date_format)),
        )

    def _extra(self, table: str, path: str) -> dict[str, str]:
        """Return what stands in a table for one branch: lines for the document, a table for a list."""
        lines = self._raw.get(table, {})
        own = lines.get(path, {}) if path else lines
        return {xpath: text for xpath, text in own.items() if isinstance(text, str)}

    def _functions(self, path: str) -> dict[str, str]:
        computed = self._extra("computed", path)
        for xpath, name in computed.items():
            known: Mapping[str, Callable[..., object]] = COMPUTED
            if name not in known:
                raise ConfigError(
                    f"map {self._origin}: computed {xpath!r} = {name!r}; known are {', '.join(sorted(known))}"
                )
        return computed


def _several(ours: str | list[str]) -> list[str]:
    """Return all our words for one of theirs, the one that it is read as first."""
    return [ours] if isinstance(ours, str) else ours


def _keys(path: str) -> Keys:
    return tuple(key for step in steps(path) for key in step.keys)
