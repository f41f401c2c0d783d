"""XPath maps: where each field of a canonical document stands in an XML format. Data in maps/*.toml.

A path that ends in `[]` names the elements of a list, one that ends in `.*` those of a table, whose key
stands where its XPath has a star: `reference[@name=*]`, `cac:Property[cbc:Name=*]/cbc:Value`. All else is
relative to the element it stands in. docs/xml.md describes every table of a map.
"""

from __future__ import annotations

from lxml import etree
from msgspec import Struct, field

from hub.model.documents import DocType
from translators.paths import Keys, Kind
from translators.scalars import ISO, Dialect
from translators.xml.steps import Spaces

#: The default that counts: the entry's ordinal in its list, from 1.
ORDINAL = "#"


class Ways(Struct, frozen=True):
    """The XPaths of one place. The first that finds something counts; the first of all is written."""

    texts: tuple[str, ...]
    finds: tuple[etree.XPath, ...]

    @property
    def written(self) -> str:
        """Return the XPath that is written, and that findings name."""
        return self.texts[0]


class Place(Struct, frozen=True, kw_only=True):
    """One field, and the XPaths of its element or attribute."""

    path: str
    keys: Keys  # from the part that it belongs to
    kind: Kind
    ways: Ways
    required: bool = False
    read_only: bool = False
    default: str | None = None
    codes: dict[str, str] = field(default_factory=dict)  # the partner's word = ours
    words: dict[str, str] = field(default_factory=dict)  # ours = the partner's; several of ours may be one
    dialect: Dialect = ISO


class Branch(Struct, frozen=True, kw_only=True):
    """A list or a table: the XPaths of its elements, and what stands in each. The document is one, too."""

    path: str
    keys: Keys
    kind: Kind  # PART, or the kind of a list's plain values
    ways: Ways
    required: bool = False
    read_only: bool = False
    key: etree.XPath | None = None  # tables: where the key stands in an entry
    key_xpath: str = ""
    named: frozenset[str] = frozenset()  # tables: the keys that have a place of their own
    value: etree.XPath | None = None  # plain values: where the value stands in an entry; None is its text
    value_xpath: str = "."
    parts: tuple[Place | Branch, ...] = ()
    codes: dict[str, str] = field(default_factory=dict)  # tables: the partner's word for a key = ours
    words: dict[str, str] = field(default_factory=dict)  # tables: our key = the partner's word
    constants: dict[str, str] = field(default_factory=dict)  # XPath = what we always write there
    computed: dict[str, str] = field(default_factory=dict)  # XPath = the function that says what to write
    dialect: Dialect = ISO


class XmlMap(Struct, frozen=True, kw_only=True):
    """A whole map. `roots` are the root elements by which a file is recognised."""

    name: str
    document: DocType
    dialect: str  # hub | ubl | peppol | cxml ...; a partner's own map: own
    foreign: bool = False  # it can only be read
    strict: bool = False  # it demands more than another map of the same root, which is tried before it
    roots: tuple[str, ...]
    frame: tuple[str, ...]  # the tags from the root to a document's own element
    find_each: etree.XPath
    doctype: str  # the DOCTYPE line that we write; empty: the format has none
    namespaces: dict[str, str]
    body: Branch
    envelope: dict[str, Ways]
    usage_codes: dict[str, str]
    fixed: tuple[tuple[Keys, object], ...] = ()  # what all documents of this map have
    stamped: tuple[tuple[str, str, Keys], ...] = ()  # name pattern, attribute, the document's field
    order: dict[str, tuple[str, ...]] = field(default_factory=dict)  # tag = the tags in it, in their order
    ignored: tuple[etree.XPath, ...] = ()  # what is known to say nothing of the trade
    prepare: str = ""  # the function that completes a document before it is written
    finish: str = ""  # the function that puts together what was read

    @property
    def entry(self) -> str:
        """Return the tag of a document's own element, by which one that stands alone is known."""
        return self.frame[-1]

    @property
    def spaces(self) -> Spaces:
        """Return the namespaces as the cache of steps takes them."""
        return tuple(self.namespaces.items())
