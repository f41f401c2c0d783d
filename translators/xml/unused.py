"""What stands in a file and no line of its map reads: nothing that a partner sends is overlooked unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from lxml import etree

from hub.model.finding import Where
from translators.xml.reading import elements, first_text
from translators.xml.steps import Spaces, finder, route
from translators.xml.xml_map import ORDINAL, Branch, Place, XmlMap

#: An element, or one of its attributes by name; "" is the element's own text.
Spot = tuple[etree._Element, str]

#: Attributes in these namespaces say something of the XML, not of the trade.
_OF_XML = ("{http://www.w3.org/2001/XMLSchema-instance}", "{http://www.w3.org/XML/1998/namespace}")


def unused(
    mapped: XmlMap, root: etree._Element, documents: list[etree._Element]
) -> tuple[tuple[Where, str], ...]:
    """Return each text and attribute that no place of the map finds: its line and XPath, and what it says."""
    used: set[Spot] = set()
    for element in documents:
        used.update(_found(mapped.body, element, mapped.spaces))
        used.update(_said(mapped.body, element, mapped))
        for find in mapped.ignored:
            used.update(_spots(find(element)))
    for ways in mapped.envelope.values():
        for find in ways.finds:
            used.update(_spots(find(root)))
    return tuple(_left(root, used, mapped))


def _found(branch: Branch, element: etree._Element, spaces: Spaces) -> Iterator[Spot]:
    """Yield all that the places of a branch find in an element."""
    for part in branch.parts:
        yield from _conditions(part.ways.texts, element, spaces)
        for find in part.ways.finds:
            if isinstance(part, Place):
                yield from _spots(find(element))
                continue
            for entry in elements(find(element)):
                yield from _entry(part, entry, spaces)


def _entry(branch: Branch, entry: etree._Element, spaces: Spaces) -> Iterator[Spot]:
    if branch.key:
        yield from _spots(branch.key(entry))
    if branch.parts:
        yield from _found(branch, entry, spaces)
    else:
        yield from _spots(branch.value(entry) if branch.value else [entry])


def _conditions(texts: Iterable[str], element: etree._Element, spaces: Spaces) -> Iterator[Spot]:
    """Yield what the XPaths of a place ask for on their way: to be there with that value is to be read."""
    for text in texts:
        way = route(text)
        for at, step in enumerate(way.steps if way else ()):
            for path, _ in step.met:
                outer = "/".join(part.text for part in way.steps[: at + 1]) if way else ""
                yield from _spots(finder(f"{outer}/{path}", spaces)(element))


def _said(branch: Branch, element: etree._Element, mapped: XmlMap) -> Iterator[Spot]:
    """Yield what the map writes by itself: constants and sums, which say nothing new."""
    for xpath, text in (*branch.constants.items(), *((xpath, None) for xpath in branch.computed)):
        found = finder(xpath, mapped.spaces)(element)
        if text in (None, ORDINAL) or first_text(found) == text:
            yield from _spots(found)
            yield from _conditions((xpath,), element, mapped.spaces)
    for part in branch.parts:
        if isinstance(part, Branch):
            for find in part.ways.finds:
                for entry in elements(find(element)):
                    yield from _said(part, entry, mapped)


def _spots(found: object) -> Iterator[Spot]:
    """Yield the places of what an XPath found; an element is read with all the text in it."""
    for item in found if isinstance(found, list) else []:
        if isinstance(item, etree._Element):
            yield from ((inner, "") for inner in item.iter(etree.Element))
        elif isinstance(item, etree._ElementUnicodeResult):
            parent = item.getparent()
            if parent is not None:
                yield (parent, str(item.attrname or ""))


def _left(root: etree._Element, used: set[Spot], mapped: XmlMap) -> Iterator[tuple[Where, str]]:
    """Yield what nothing has used, in the order of the file."""
    tree = root.getroottree()
    stamps = [(pattern.rpartition(":")[2], attribute) for pattern, attribute, _ in mapped.stamped]
    for element in root.iter(etree.Element):
        text = (element.text or "").strip()
        row: int | None = getattr(element, "sourceline", None)  # its stub has no type
        if text and (element, "") not in used:
            yield Where(row=row, path=tree.getpath(element)), text
        local = etree.QName(element).localname
        for name, value in ((str(key), str(value)) for key, value in element.items()):
            stamped = any(name == attribute and fnmatchcase(local, pattern) for pattern, attribute in stamps)
            if value.strip() and not stamped and (element, name) not in used and not name.startswith(_OF_XML):
                yield Where(row=row, path=f"{tree.getpath(element)}/@{name}"), value.strip()
