"""XPath maps: where each field of a canonical document stands in an XML format. Data in maps/*.toml.

A path that ends in `[]` names the elements of a list, one that ends in `.*` those of a table, whose key
stands in the attribute marked so: `reference[@name=*]`. All else is relative to the element it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec import Struct, field

from hub.model.documents import DOCUMENTS, DocType
from hub.model.errors import ConfigError
from translators.maps import document_of, load_toml, refuse_unknown_tables
from translators.paths import Keys, Kind, PathError, kind_at, mandatory, steps, type_at

_SHIPPED = Path(__file__).parent / "maps"
_TABLES = frozenset(
    {"document", "root", "each", "doctype", "namespaces", "places", "defaults", "codes", "must", "envelope"}
)
_KEYED = re.compile(r"\[@([\w.-]+)=\*\]$")

#: The default that counts: the entry's ordinal in its list, from 1.
ORDINAL = "#"


class Place(Struct, frozen=True, kw_only=True):
    """One field, and the XPath of its element or attribute."""

    path: str
    keys: Keys  # from the part that it belongs to
    kind: Kind
    xpath: str
    find: etree.XPath
    required: bool = False
    default: str | None = None
    codes: dict[str, str] = field(default_factory=dict)  # the partner's word = ours


class Branch(Struct, frozen=True, kw_only=True):
    """A list or a table: the XPath of its elements, and what stands in each. The document is one, too."""

    path: str
    keys: Keys
    kind: Kind  # PART, or the kind of a list's plain values
    xpath: str
    find: etree.XPath
    required: bool = False
    key: str = ""  # tables: the attribute that holds the key
    parts: tuple[Place | Branch, ...] = ()


class XmlMap(Struct, frozen=True, kw_only=True):
    """A whole map. `roots` are the root elements by which a file is recognised."""

    name: str
    document: DocType
    roots: tuple[str, ...]
    each: str
    find_each: etree.XPath
    doctype: bool
    namespaces: dict[str, str]
    body: Branch
    envelope: dict[str, etree.XPath]
    usage_codes: dict[str, str]

    @property
    def entry(self) -> str:
        """Return the tag of a document's own element, by which a document that stands alone is known."""
        return tag(self.each.rpartition("/")[2], self.namespaces)


@lru_cache(maxsize=256)
def xml_map(origin: Path, lines: tuple[tuple[str, str], ...] = (), must: tuple[str, ...] = ()) -> XmlMap:
    """Load a map with a partner's own lines laid over it. Raises ConfigError when it cannot be used."""
    raw = load_toml(origin)
    refuse_unknown_tables(raw, _TABLES, origin.name)
    return compile_map({**raw, "places": {**raw.get("places", {}), **dict(lines)}}, must, origin.name)


def shipped(document: DocType | None = None) -> tuple[Path, ...]:
    """Return the maps that come with the hub: ours first, then those of known formats."""
    files = sorted(_SHIPPED.glob("*.toml"), key=lambda path: (path.stem not in set(DocType), path.stem))
    return tuple(path for path in files if document is None or xml_map(path).document is document)


def own(document: DocType) -> Path:
    """Return the map of our own plain XML for a document."""
    return _SHIPPED / f"{document}.toml"


def tag(name: str, namespaces: Mapping[str, str]) -> str:
    """Return a prefixed name as lxml writes it: {namespace}name. Raises ConfigError for an unknown prefix."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    if prefix not in namespaces:
        raise ConfigError(f"{name!r}: no [namespaces] entry for {prefix!r}")
    return f"{{{namespaces[prefix]}}}{local}"


def compile_map(raw: Mapping[str, Any], must: tuple[str, ...], origin: str) -> XmlMap:
    """Make a map of its TOML tables. Raises ConfigError for a wrong path or XPath."""
    document = document_of(raw, origin)
    namespaces: dict[str, str] = raw.get("namespaces", {})
    written: str | list[str] = raw["root"]
    compiler = _Compiler(raw, must, namespaces, origin)
    try:
        body = compiler.branch("", (), DOCUMENTS[document], "")
    except PathError as error:
        raise ConfigError(f"map {origin}: {error}") from error
    compiler.refuse_unplaced()
    codes = raw.get("codes", {})
    return XmlMap(
        name=origin,
        document=document,
        roots=tuple(tag(name, namespaces) for name in ([written] if isinstance(written, str) else written)),
        each=raw["each"],
        find_each=compiler.xpath(raw["each"]),
        doctype=raw.get("doctype") == "ignored",
        namespaces=namespaces,
        body=body,
        envelope={name: compiler.xpath(text) for name, text in raw.get("envelope", {}).items()},
        usage_codes=codes.get("envelope.usage", {}),
    )


class _Compiler:
    """Turns the lines of one map into branches and places."""

    def __init__(
        self, raw: Mapping[str, Any], must: tuple[str, ...], namespaces: dict[str, str], origin: str
    ) -> None:
        self._root = DOCUMENTS[document_of(raw, origin)]
        self._places: dict[str, str] = raw.get("places", {})
        self._defaults: dict[str, str] = raw.get("defaults", {})
        self._codes: dict[str, dict[str, str]] = raw.get("codes", {})
        self._must = {*must, *raw.get("must", ())}
        self._namespaces = namespaces
        self._origin = origin
        self._done: set[str] = set()

    def xpath(self, text: str) -> etree.XPath:
        """Compile an XPath and try it once, so that a wrong prefix shows now and not on a partner's file."""
        try:
            compiled = etree.XPath(text, namespaces=self._namespaces or None, regexp=False)
            compiled(etree.Element("none"))
        except etree.XPathError as error:
            raise ConfigError(f"map {self._origin}: {text!r} is not an XPath ({error})") from error
        return compiled

    def branch(self, path: str, keys: Keys, here: object, xpath: str) -> Branch:
        """Make the branch at `path` with everything that stands in it, in the map's order."""
        keyed = _KEYED.search(xpath)
        plain = f"{xpath[: keyed.start()]}[@{keyed[1]}]" if keyed else xpath
        kind = kind_at(self._root, path) if path else Kind.PART
        if path.endswith(".*") and not keyed:
            raise PathError(f"{path!r} is a table; its XPath must end in [@attribute=*]")
        return Branch(
            path=path,
            keys=keys,
            kind=kind,
            xpath=xpath,
            find=self.xpath(plain or "."),
            required=path in self._must,
            key=keyed[1] if keyed else "",
            parts=tuple(self._part(path, inner, here) for inner in self._inside(path)),
        )

    def refuse_unplaced(self) -> None:
        """Raise ConfigError for lines that no branch has taken, and for demands that no line meets."""
        left = [path for path in self._places if path not in self._done]
        if left:
            raise ConfigError(f"map {self._origin}: {left[0]!r} stands in a list or table that has no line")
        unread = sorted(self._must - self._places.keys())
        if unread:
            raise ConfigError(f"map {self._origin}: must names {unread[0]}, for which the map has no place")

    def _inside(self, path: str) -> list[str]:
        """Return the paths that stand directly in a branch: with no list or table in between."""
        start = f"{path}." if path else ""
        inside = [p for p in (*self._places, *self._defaults) if p.startswith(start) and p != path]
        return [p for p in dict.fromkeys(inside) if not re.search(r"(\[\]|\.\*)\.", p[len(start) :])]

    def _part(self, owner: str, path: str, here: object) -> Place | Branch:
        self._done.add(path)
        inner = path[len(owner) + 1 :] if owner else path
        keys = tuple(key for step in steps(inner.removesuffix(".*")) for key in step.keys)
        if path.endswith(("[]", ".*")):
            return self.branch(path, keys, type_at(self._root, path), self._places[path])
        kind = kind_at(self._root, path)
        if kind in {Kind.PART, Kind.TEXTS}:
            raise PathError(f"{path!r} is not a single value; name its fields, or its entries with []")
        xpath = self._places.get(path, "")
        return Place(
            path=path,
            keys=keys,
            kind=kind,
            xpath=xpath,
            find=self.xpath(xpath or "@none"),
            required=inner in mandatory(here) or path in self._must,
            default=self._defaults.get(path),
            codes=self._codes.get(path, {}),
        )
