"""An XML document to a canonical one: the map's XPaths are followed, and each fault is named by its XPath."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.finding import Finding, Where
from translators.paths import Kind
from translators.scalars import hint_for, parse
from translators.trees import Node, build, owner_of, put
from translators.xml.xml_map import ORDINAL, Branch, Place, XmlMap

_STRING = etree.XPath("string()")


def read_document(mapped: XmlMap, element: etree._Element) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Make a document of its element; None when a finding says that it cannot be used."""
    reader = _Reader()
    here = element.getroottree().getpath(element)
    tree = reader.part(mapped.body, element, 1, here)
    if any(note.fatal for note in reader.notes):
        return None, tuple(reader.notes)
    try:
        return build(tree, mapped.document), tuple(reader.notes)
    except ValueError as fault:
        finding = Finding(problems.FIELD_INVALID, str(fault), where=Where(path=here))
        return None, (*reader.notes, finding)


def first_text(found: object) -> str:
    """Return the trimmed text of what an XPath found first; empty when it found nothing."""
    if isinstance(found, list):
        found = found[0] if found else ""
    if isinstance(found, etree._Element):
        found = _STRING(found)
    return str(found).strip()


def elements(found: object) -> list[etree._Element]:
    """Return the elements among what an XPath found."""
    items = found if isinstance(found, list) else []
    return [item for item in items if isinstance(item, etree._Element)]


class _Reader:
    """Reads elements; `notes` gathers the faults.

    Places are put together on the way down: to ask lxml for the path of each element takes a time that grows
    with the square of their number.
    """

    def __init__(self) -> None:
        self.notes: list[Finding] = []

    def part(self, branch: Branch, element: etree._Element, ordinal: int, here: str) -> Node:
        """Read everything that the map expects in an element, which stands at the XPath `here`."""
        node: Node = {}
        for part in branch.parts:
            if isinstance(part, Branch):
                self._entries(node, part, element, here)
            elif text := first_text(part.find(element)):
                value = self._value(part.codes.get(text, text), part.kind, f"{here}/{part.xpath}")
                put(node, part.keys, value)
        for part in branch.parts:
            if isinstance(part, Place):
                self._complete(node, part, ordinal, here)
        return node

    def _entries(self, node: Node, branch: Branch, element: etree._Element, here: str) -> None:
        """Read a list or a table. An element without content is no entry of a list of plain values."""
        found: list[tuple[str, object]] = []
        for ordinal, child in enumerate(elements(branch.find(element)), 1):
            key = child.get(branch.key, "").strip() if branch.key else ""
            place = _entry_place(branch, here, ordinal, key)
            if branch.kind is Kind.PART:
                found.append((key, self.part(branch, child, ordinal, place)))
            elif text := first_text(child):
                found.append((key, self._value(text, branch.kind, place)))
        if branch.key:
            self._refuse_doubled(branch, [key for key, _ in found], here)
        if found:
            put(node, branch.keys, dict(found) if branch.key else [value for _, value in found])
        elif branch.required:
            self._missing(branch, here)

    def _refuse_doubled(self, branch: Branch, keys: list[str], here: str) -> None:
        """Note keys that stand twice in a table: one of the two would be lost unseen."""
        for key, count in Counter(keys).items():
            if count > 1:
                where = Where(path=_entry_place(branch, here, 0, key))
                message, hint = f"stands {count} times", f"give each its own {branch.key}"
                self.notes.append(Finding(problems.FIELD_INVALID, message, where=where, hint=hint))

    def _value(self, text: str, kind: Kind, place: str) -> object:
        """Read one value. A date may carry a time, which is the sender's local one: the day counts."""
        try:
            return parse(text[:10] if kind is Kind.DATE and text[10:11] == "T" else text, kind)
        except ValueError as fault:
            where = Where(path=place)
            message = f"{text[:60]!r} {fault}"
            note = Finding(problems.FIELD_INVALID, message, where=where, value=text[:80], hint=hint_for(kind))
            self.notes.append(note)
            return None

    def _complete(self, node: Node, place: Place, ordinal: int, here: str) -> None:
        """Fill in a default, or note what is missing; a part's default applies when the part is there."""
        owner = owner_of(node, place.keys)
        if place.keys[-1] in owner if owner is not None else not place.required:
            return
        if place.default is not None:
            text = str(ordinal) if place.default == ORDINAL else place.default
            put(node, place.keys, parse(text, place.kind))
        elif place.required:
            self._missing(place, here)

    def _missing(self, part: Place | Branch, here: str) -> None:
        where = Where(path=f"{here}/{part.xpath}")
        hint = f"fill in {part.path} and send the file again"
        self.notes.append(Finding(problems.FIELD_MISSING, "is missing or empty", where=where, hint=hint))


def _entry_place(branch: Branch, here: str, ordinal: int, key: str) -> str:
    """Return the XPath of an entry: by its key, or by its ordinal from 1."""
    if branch.key:
        return f"{here}/{branch.xpath.replace('=*]', f'={key[:60]!r}]')}"
    xpath = f"({branch.xpath})" if "|" in branch.xpath else branch.xpath
    return f"{here}/{xpath}[{ordinal}]"
