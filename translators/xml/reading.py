"""An XML document to a canonical one: the map's XPaths are followed, and each fault is named by its XPath."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase

from lxml import etree

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.finding import Finding, Where
from translators.paths import Kind
from translators.scalars import ISO, Dialect, hint_for, parse
from translators.trees import Node, build, owner_of, put
from translators.xml.computing import FINISHED
from translators.xml.xml_map import ORDINAL, Branch, Place, Ways, XmlMap

_STRING = etree.XPath("string()")


def read_document(mapped: XmlMap, element: etree._Element) -> tuple[AnyDocument | None, tuple[Finding, ...]]:
    """Make a document of its element; None when a finding says that it cannot be used."""
    reader = _Reader(mapped)
    here = element.getroottree().getpath(element)
    tree = reader.part(mapped.body, element, 1, here)
    for keys, value in mapped.fixed:
        put(tree, keys, value)
    reader.stamps(tree)
    if any(note.fatal for note in reader.notes):
        return None, tuple(reader.notes)
    try:
        document = build(tree, mapped.document)
        return FINISHED.get(mapped.finish, _as_it_is)(document), tuple(reader.notes)
    except ValueError as fault:
        finding = Finding(problems.FIELD_INVALID, str(fault), where=Where(path=here))
        return None, (*reader.notes, finding)


def first_text(found: object) -> str:
    """Return the trimmed text of the first that an XPath found and that has one; empty when none has."""
    for item in found if isinstance(found, list) else [found]:
        text = str(_STRING(item) if isinstance(item, etree._Element) else item).strip()
        if text:
            return text
    return ""


def elements(found: object) -> list[etree._Element]:
    """Return the elements among what an XPath found."""
    items = found if isinstance(found, list) else []
    return [item for item in items if isinstance(item, etree._Element)]


def text_at(ways: Ways, element: etree._Element) -> tuple[str, str, object]:
    """Return the text that the first fitting XPath finds, that XPath, and what it found."""
    for xpath, find in zip(ways.texts, ways.finds, strict=False):
        found = find(element)
        if text := first_text(found):
            return text, xpath, found
    return "", ways.written, None


def entries_at(ways: Ways, element: etree._Element) -> tuple[list[etree._Element], str]:
    """Return the elements of a list by the first fitting XPath, and that XPath."""
    for xpath, find in zip(ways.texts, ways.finds, strict=False):
        if found := elements(find(element)):
            return found, xpath
    return [], ways.written


def _as_it_is(document: AnyDocument) -> AnyDocument:
    return document


class _Reader:
    """Reads elements; `notes` gathers the faults.

    Places are put together on the way down: to ask lxml for the path of each element takes a time that grows
    with the square of their number.
    """

    def __init__(self, mapped: XmlMap) -> None:
        self.notes: list[Finding] = []
        self._stamped = [
            (pattern, attribute, keys, _prefixes(mapped)) for pattern, attribute, keys in mapped.stamped
        ]
        self._seen: dict[tuple[str | int, ...], dict[str, str]] = {}

    def part(self, branch: Branch, element: etree._Element, ordinal: int, here: str) -> Node:
        """Read everything that the map expects in an element, which stands at the XPath `here`."""
        node: Node = {}
        for part in branch.parts:
            if isinstance(part, Branch):
                self._entries(node, part, element, here)
            else:
                self._field(node, part, element, here)
        for part in branch.parts:
            if isinstance(part, Place):
                self._complete(node, part, ordinal, here)
        return node

    def stamps(self, tree: Node) -> None:
        """Hold what amounts say of themselves (their currency) against the document, which has it of them.

        An amount in another currency than the document's would be money read wrong.
        """
        for keys, seen in self._seen.items():
            owner = owner_of(tree, keys)
            said = owner.get(keys[-1]) if owner else None
            if not said:
                put(tree, keys, said := next(iter(seen)))
            for value, place in seen.items():
                if value != said:
                    message = f"{value[:20]!r} is not the {keys[-1]} of the document, which is {said!r}"
                    where = Where(path=place)
                    hint = f"give all in one {keys[-1]}"
                    self.notes.append(
                        Finding(problems.FIELD_INVALID, message, where=where, value=value[:80], hint=hint)
                    )

    def _field(self, node: Node, place: Place, element: etree._Element, here: str) -> None:
        text, xpath, found = text_at(place.ways, element)
        if not text:
            return
        there = f"{here}/{xpath}"
        put(node, place.keys, self._value(place.codes.get(text, text), place.kind, there, place.dialect))
        if place.kind is Kind.DECIMAL and self._stamped:
            self._note_stamps(found, there)

    def _note_stamps(self, found: object, there: str) -> None:
        """Keep what an amount says of itself, with the first place that says so."""
        for amount in elements(found)[:1]:
            name = etree.QName(amount)
            for pattern, attribute, keys, prefixes in self._stamped:
                prefix = prefixes.get(name.namespace or "", "")
                value = amount.get(attribute, "").strip()
                if value and fnmatchcase(prefix + name.localname, pattern):
                    self._seen.setdefault(keys, {}).setdefault(value, f"{there}/@{attribute}")

    def _entries(self, node: Node, branch: Branch, element: etree._Element, here: str) -> None:
        """Read a list or a table. An element without content is no entry of a list of plain values."""
        found: list[tuple[str, object]] = []
        children, xpath = entries_at(branch.ways, element)
        for ordinal, child in enumerate(children, 1):
            key = first_text(branch.key(child)) if branch.key else ""
            key = branch.codes.get(key, key)
            place = _entry_place(branch, xpath, here, ordinal, key)
            if branch.kind is Kind.PART:
                found.append((key, self.part(branch, child, ordinal, place)))
            elif text := first_text(branch.value(child) if branch.value else child):
                found.append((key, self._value(text, branch.kind, place, branch.dialect)))
        if branch.key:
            self._refuse_doubled(branch, [key for key, _ in found], here)
        if found and branch.key:
            table: Node = {key: value for key, value in found}  # noqa: C416 - dict() has keys of another type
            put(node, branch.keys, table | (_at(node, branch) or {}))
        elif found:
            put(node, branch.keys, [value for _, value in found])
        elif branch.required:
            self._missing(branch, here)

    def _refuse_doubled(self, branch: Branch, keys: list[str], here: str) -> None:
        """Note keys that stand twice in a table: one of the two would be lost unseen."""
        for key, count in Counter(keys).items():
            if count > 1:
                where = Where(path=_entry_place(branch, branch.ways.written, here, 0, key))
                message, hint = f"stands {count} times", f"give each its own {branch.key_xpath.lstrip('@')}"
                self.notes.append(Finding(problems.FIELD_INVALID, message, where=where, hint=hint))

    def _value(self, text: str, kind: Kind, place: str, dialect: Dialect) -> object:
        """Read one value. A date may carry a time or a zone, which are the sender's: the day counts."""
        if dialect.date_format.startswith(ISO.date_format):
            dialect = Dialect(decimal=dialect.decimal)
            text = _day_or_time(text, kind)
        try:
            return parse(text, kind, dialect)
        except ValueError as fault:
            where = Where(path=place)
            message = f"{text[:60]!r} {fault}"
            hint = hint_for(kind, dialect)
            note = Finding(problems.FIELD_INVALID, message, where=where, value=text[:80], hint=hint)
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
        where = Where(path=f"{here}/{part.ways.written}")
        hint = f"fill it in and send the file again; it is what we call {part.path}"
        self.notes.append(Finding(problems.FIELD_MISSING, "is missing or empty", where=where, hint=hint))


def _at(node: Node, branch: Branch) -> Node | None:
    """Return what stands in a table already: entries that have places of their own."""
    owner = owner_of(node, branch.keys)
    return owner.get(branch.keys[-1]) if owner is not None else None


def _day_or_time(text: str, kind: Kind) -> str:
    """Return the part of an ISO 8601 timestamp that a date or a time of day is."""
    day, mark, time = text.partition("T")
    if kind is Kind.DATE and len(text) > 10 and text[10] in "T+-Z ":
        return text[:10]
    return time if kind is Kind.TIME and mark and len(day) == 10 else text


def _prefixes(mapped: XmlMap) -> dict[str, str]:
    return {uri: f"{prefix}:" for prefix, uri in mapped.namespaces.items()}


def _entry_place(branch: Branch, xpath: str, here: str, ordinal: int, key: str) -> str:
    """Return the XPath of an entry: by its key, or by its ordinal from 1."""
    if branch.key:
        return f"{here}/{xpath.replace('=*]', f'={key[:60]!r}]')}"
    xpath = f"({xpath})" if "|" in xpath else xpath
    return f"{here}/{xpath}[{ordinal}]"
