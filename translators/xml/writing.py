"""A canonical document to XML: the map's XPaths say which elements and attributes to make.

Only plain XPaths can be written (`translators.xml.steps`); of several for one place the first is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from lxml import etree

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from translators.paths import fetch
from translators.scalars import ISO, Dialect, render
from translators.xml.computing import COMPUTED, PREPARED
from translators.xml.steps import added, place, route
from translators.xml.xml_map import ORDINAL, Branch, Place, XmlMap


def write_document(
    mapped: XmlMap, document: AnyDocument, header: Mapping[str, str] | None = None
) -> tuple[bytes, tuple[Finding, ...]]:
    """Return the document as a file, and why it cannot be written when it cannot.

    `header` has the texts of the map's [envelope] by name. Raises ConfigError when the map has XPaths that
    can only be read.
    """
    findings: tuple[Finding, ...] = ()
    if mapped.prepare:
        document, findings = PREPARED[mapped.prepare](document)
    writer = _Writer(mapped, document)
    root, entry = writer.frame(header or {})
    writer.part(mapped.body, document, entry)
    _stamp(writer, root)
    _arrange(mapped, root)
    data: bytes = etree.tostring(root, encoding="utf-8", pretty_print=True)
    head = "<?xml version='1.0' encoding='utf-8'?>\n" + (f"{mapped.doctype}\n" if mapped.doctype else "")
    data = head.encode() + data
    return data, (*findings, *writer.notes)


#: The prefix of a map's default namespace: elements so prefixed are written without one.
DEFAULT = "_"


class _Writer:
    """Makes elements by one map; `notes` gathers what cannot be written."""

    def __init__(self, mapped: XmlMap, document: AnyDocument) -> None:
        self.mapped = mapped
        self.document = document
        self.notes: list[Finding] = []
        self._spaces = mapped.spaces

    def frame(self, header: Mapping[str, str]) -> tuple[etree._Element, etree._Element]:
        """Make the root with its header and, below it, the element of the document."""
        first, *rest = self.mapped.frame
        namespaces = self.mapped.namespaces
        known: Any = {prefix if prefix != DEFAULT else None: uri for prefix, uri in namespaces.items()}
        root = etree.Element(first, nsmap=known or None)
        for name, ways in self.mapped.envelope.items():
            if text := header.get(name, ""):
                self._put(root, ways.written, text, name)
        entry = root
        for name in rest:
            found = entry.find(name)
            entry = found if found is not None else etree.SubElement(entry, name)
        return root, entry

    def part(self, branch: Branch, value: object, element: etree._Element, ordinal: int = 1) -> None:
        """Write everything that the map places in an element, the `ordinal`th of its list."""
        for xpath, text in branch.constants.items():
            self._put(element, xpath, str(ordinal) if text == ORDINAL else text, branch.path)
        for part in branch.parts:
            if part.read_only:
                continue
            if isinstance(part, Branch):
                self._entries(part, fetch(value, part.keys), element)
            elif part.ways.written:
                self._field(part, fetch(value, part.keys), element)
        for xpath, name in branch.computed.items():
            if text := self._rendered(COMPUTED[name](self.document, value), branch.path, branch.dialect):
                self._put(element, xpath, text, branch.path)

    def note(self, problem: str, message: str, path: str) -> None:
        """Keep why something cannot be written."""
        self.notes.append(Finding(problem, message, where=Where(path=path)))

    def _rendered(self, value: object, path: str, dialect: Dialect) -> str:
        try:
            return render(value, dialect)
        except ValueError as fault:
            self.note(problems.FIELD_INVALID, str(fault), path)
            return ""

    def _field(self, place: Place, value: object, element: etree._Element) -> None:
        text = self._rendered(value, place.path, place.dialect)
        if text:
            self._put(element, place.ways.written, place.words.get(text, text), place.path)
        elif place.required:
            self.note(problems.FIELD_MISSING, "is empty, and the partner must have it", place.path)

    def _entries(self, branch: Branch, values: object, element: etree._Element) -> None:
        """Write a list or a table: one element for each entry."""
        if branch.required and not values:
            self.note(problems.FIELD_MISSING, "is empty, and the partner must have it", branch.path)
        way = route(branch.ways.written.partition("[" + branch.key_xpath + "=*]")[0])
        if way is None:
            raise self._unwritable(branch.ways.written)
        for ordinal, (key, value) in enumerate(_pairs(values), 1):
            if key in branch.named:
                continue
            child = added(element, way.steps, self._spaces)
            if branch.key_xpath:
                self._put(child, branch.key_xpath, branch.words.get(key, key), branch.path)
            if branch.parts:
                self.part(branch, value, child, ordinal)
            elif text := self._rendered(value, branch.path, branch.dialect):
                self._put(child, branch.value_xpath, text, branch.path)

    def _put(self, element: etree._Element, xpath: str, text: str, path: str) -> None:
        """Set the text of the element or attribute at an XPath."""
        try:
            place(element, xpath, text, self._spaces)
        except LookupError:
            raise self._unwritable(xpath) from None
        except ValueError:
            self.note(problems.FIELD_INVALID, f"{text[:60]!r} has a character that XML cannot carry", path)

    def _unwritable(self, xpath: str) -> ConfigError:
        return ConfigError(f"map {self.mapped.name}: {xpath!r} can be read, but not written")


def _pairs(values: object) -> Iterator[tuple[str, object]]:
    """Yield the entries of a list or a table with their keys; a list has none."""
    if isinstance(values, dict):
        yield from ((str(key), value) for key, value in values.items())
    elif isinstance(values, tuple):
        yield from (("", value) for value in values)


def _stamp(writer: _Writer, root: etree._Element) -> None:
    """Give each element that is so named the attribute that says whose it is: an amount its currency."""
    prefixes = {uri: f"{prefix}:" for prefix, uri in writer.mapped.namespaces.items()}
    for pattern, attribute, keys in writer.mapped.stamped:
        text = render(fetch(writer.document, keys), ISO)
        for element in root.iter(etree.Element):
            name = etree.QName(element)
            called = prefixes.get(name.namespace or "", "") + name.localname
            if not fnmatchcase(called, pattern) or attribute in element.attrib:
                continue
            if not text:
                writer.note(
                    problems.FIELD_MISSING, f"is empty, and {called} must name it", ".".join(map(str, keys))
                )
                return
            element.set(attribute, text)


def _arrange(mapped: XmlMap, root: etree._Element) -> None:
    """Put the elements in the order that the format demands; those of no known order come last."""
    for element in list(root.iter(etree.Element)) if mapped.order else ():
        order = mapped.order.get(element.tag)
        if order:
            rank = {name: at for at, name in enumerate(order)}
            element[:] = sorted(element, key=lambda child: rank.get(child.tag, len(rank)))
