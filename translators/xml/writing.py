"""A canonical document to XML: the map's XPaths say which elements and attributes to make.

Only plain XPaths can be written: steps of names, `[@name='value']` on them, an attribute or `.` at the end.
"""

from __future__ import annotations

import re

from lxml import etree

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where
from translators.paths import fetch
from translators.scalars import render
from translators.xml.xml_map import Branch, Place, XmlMap, tag

_STEP = re.compile(r"(?P<name>[\w.-]+(?::[\w.-]+)?)(?:\[@(?P<attribute>[\w.-]+)='(?P<value>[^']*)'\])?")
_LAST = re.compile(r"@(?P<attribute>[\w.-]+)|\.")


def write_document(mapped: XmlMap, document: AnyDocument) -> tuple[bytes, tuple[Finding, ...]]:
    """Return the document as a file, and why it cannot be written when it cannot.

    Raises ConfigError when the map has XPaths that can only be read.
    """
    writer = _Writer(mapped)
    root, entry = writer.frame()
    writer.part(mapped.body, document, entry)
    data = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return data, tuple(writer.notes)


class _Writer:
    """Makes elements by one map; `notes` gathers what cannot be written."""

    def __init__(self, mapped: XmlMap) -> None:
        self._map = mapped
        self.notes: list[Finding] = []

    def frame(self) -> tuple[etree._Element, etree._Element]:
        """Make the root and, below it, the element of the document."""
        first, *rest = self._map.each.strip("/").split("/")
        root = etree.Element(tag(first, self._map.namespaces), nsmap=self._map.namespaces or None)
        entry = root
        for name in rest:
            entry = etree.SubElement(entry, tag(name, self._map.namespaces))
        return root, entry

    def part(self, branch: Branch, value: object, element: etree._Element) -> None:
        """Write everything that the map places in an element."""
        for part in branch.parts:
            if isinstance(part, Branch):
                self._entries(part, fetch(value, part.keys), element)
            elif part.xpath:
                self._field(part, fetch(value, part.keys), element)

    def _field(self, place: Place, value: object, element: etree._Element) -> None:
        try:
            text = render(value)
        except ValueError as fault:
            self._note(problems.FIELD_INVALID, str(fault), place.path)
            return
        theirs = {ours: theirs for theirs, ours in reversed(place.codes.items())}
        if text:
            self._put(element, place.xpath, theirs.get(text, text), place.path)
        elif place.required:
            self._note(problems.FIELD_MISSING, "is empty, and the partner must have it", place.path)

    def _entries(self, branch: Branch, values: object, element: etree._Element) -> None:
        """Write a list or a table: one element for each entry."""
        pairs = values.items() if isinstance(values, dict) else ((None, value) for value in _listed(values))
        if branch.required and not values:
            self._note(problems.FIELD_MISSING, "is empty, and the partner must have it", branch.path)
        outer, _, last = branch.xpath.partition("[@")[0].rpartition("/")
        for key, value in pairs:
            parent = self._reach(element, outer)
            child = etree.SubElement(parent, tag(last, self._map.namespaces))
            if branch.key:
                self._put(child, f"@{branch.key}", str(key), branch.path)
            if branch.parts:
                self.part(branch, value, child)
            else:
                self._put(child, ".", render(value), branch.path)

    def _put(self, element: etree._Element, xpath: str, text: str, path: str) -> None:
        """Set the text of the element or attribute at an XPath."""
        outer, _, last = xpath.rpartition("/")
        end = _LAST.fullmatch(last)
        target = self._reach(element, outer if end else xpath)
        try:
            if end and end["attribute"]:
                target.set(end["attribute"], text)
            else:
                target.text = text
        except ValueError:
            self._note(problems.FIELD_INVALID, f"{text[:60]!r} has a character that XML cannot carry", path)

    def _reach(self, element: etree._Element, xpath: str) -> etree._Element:
        """Return the element at a plain XPath, making what is not there yet."""
        for step in xpath.split("/") if xpath else ():
            match = _STEP.fullmatch(step)
            if match is None:
                raise ConfigError(f"map {self._map.name}: {xpath!r} can be read, but not written")
            name, attribute = tag(match["name"], self._map.namespaces), match["attribute"]
            there = [c for c in element.findall(name) if not attribute or c.get(attribute) == match["value"]]
            element = there[-1] if there else etree.SubElement(element, name)
            if attribute:
                element.set(attribute, match["value"])
        return element

    def _note(self, problem: str, message: str, path: str) -> None:
        self.notes.append(Finding(problem, message, where=Where(path=path)))


def _listed(values: object) -> tuple[object, ...]:
    return values if isinstance(values, tuple) else ()
