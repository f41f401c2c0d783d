"""Reads EDISchema files of StAEDI (versions 2 to 4): the types of a standard, a transaction, an implementation of it.

A schema does not say which set it is: its file's name must hold the set's number (`EDISchema850.xml`), and the release
is told by the user or by a folder's name above it (`005010X222/837.xml`). An `<include>` is followed to a file of that
name in the same folder and nowhere else. An implementation (a guide) narrows the transaction: what it does not list is
not used, and its versions of one place of the transaction may stand in any order.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from translators.x12.importers.draft import (
    Draft,
    DraftSet,
    Spot,
    codes_of,
    element,
    guess_release,
    guess_set,
    loop_name,
    notes_of,
    with_ends,
)
from translators.x12.importers.tree import Node, read_tree
from translators.x12.rules.dictionary import Element, Segment, Use, When
from translators.x12.sets import GROUPS

_KINDS = {"string": "AN", "identifier": "ID", "decimal": "R", "date": "DT", "time": "TM", "binary": "B"}
_NOTES = {"paired": "P", "required": "R", "exclusion": "E", "conditional": "C", "list": "L"}
_TYPES = ("elementType", "compositeType", "segmentType")
_NUMBER = re.compile(r"(?:DE|E)0*(\d{1,4})")


def read_staedi(source: Path, release: str = "") -> list[Draft]:
    """Return what a schema describes. Raises ConfigError for a file that cannot be used."""
    root = read_tree(source)
    if root.name != "schema" or not (root.one("transaction") or root.one("implementation")):
        root.refuse("is no EDISchema with a transaction")
    set_id = guess_set(source)
    found = release or guess_release(source)
    if not set_id:
        root.refuse(
            "does not say which set it is; give the file a name with the set's number, such as 850.xml"
        )
    if not found:
        root.refuse("does not tell its release; name it with --release")
    draft = Draft(found)
    reader = _Reader(draft)
    reader.learn(root, {source.name})
    spots = with_ends(reader.structure(), found)
    draft.sets.append(DraftSet(set_id, GROUPS.get(set_id, ""), set_id, spots, source.name))
    return [draft]


def _body(node: Node | None) -> list[Node]:
    """Return what stands in the sequence of a node."""
    inside = node.one("sequence") if node else None
    return inside.children if inside else []


class _Reader:
    """Reads the types and the structure of one schema."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.types: dict[str, Node] = {}
        self.transaction: Node | None = None
        self.implementation: Node | None = None

    def learn(self, root: Node, seen: set[str]) -> None:
        """Take the types of a schema and of those that it includes."""
        for include in root.all("include"):
            name = include.get("schemaLocation").replace("\\", "/").rpartition("/")[2]
            file = root.file.with_name(name or "?")
            if not file.is_file():
                include.refuse(f"put the included schema {name!r} into the same folder")
            if name not in seen:
                seen.add(name)
                self.learn(read_tree(file), seen)
        for node in root.all(*_TYPES):
            self.types[node.get("name")] = node
        self.transaction = root.one("transaction") or self.transaction
        self.implementation = root.one("implementation") or self.implementation

    def structure(self) -> list[Spot]:
        """Return the structure of the implementation if there is one, else that of the transaction."""
        standard = [self._spot(node) for node in _body(self.transaction)]
        if self.implementation is None:
            return standard
        if self.transaction is None:
            self.implementation.refuse("implements a transaction that is not in the file")
        return self._narrowed_all(self.implementation, standard)

    def _type(self, node: Node) -> Node:
        name = node.get("type")
        if name not in self.types:
            node.refuse(f"the type {name[:40]!r} is not described")
        return self.types[name]

    def _spot(self, node: Node) -> Spot:
        mandatory = node.number("minOccurs", 0) > 0
        most = node.number("maxOccurs", 1)
        if node.name == "segment":
            return Spot(node.get("type"), mandatory, most, segment=self._segment(node))
        if node.name != "loop" or not _body(node):
            node.refuse("a sequence holds segments and loops with something in them")
        inner = [self._spot(child) for child in _body(node)]
        return Spot(loop_name(node.get("code"), inner[0].id), mandatory, most, tuple(inner))

    def _segment(self, node: Node) -> Segment:
        kind = self._type(node)
        uses = tuple(self._use(item) for item in _body(kind))
        notes = notes_of(
            (_NOTES.get(n.get("type"), "-") + "".join(f"{int(p.text or 0):02d}" for p in n.all("position"))
             for n in kind.all("syntax") if all(p.text.strip().isdecimal() for p in n.all("position"))),
            len(uses),
        )  # fmt: skip
        return Segment(node.get("type"), kind.get("title") or node.get("type"), uses, notes)

    def _use(self, item: Node) -> Use:
        kind = self._type(item)
        mandatory, repeats = item.number("minOccurs", 0) > 0, max(1, item.number("maxOccurs", 1))
        if kind.name == "compositeType":
            parts = tuple(self._component(part) for part in _body(kind))
            made = Element(kind.get("name"), kind.get("title") or kind.get("name"), "composite", 0, 0)
            return Use(made, mandatory, repeats, parts)
        return Use(self._element(kind), mandatory, repeats)

    def _component(self, item: Node) -> Use:
        kind = self._type(item)
        if kind.name != "elementType":
            item.refuse("a composite holds elements only")
        return Use(self._element(kind), item.number("minOccurs", 0) > 0)

    def _element(self, kind: Node) -> Element:
        name, base = kind.get("name"), kind.get("base")
        match = _NUMBER.fullmatch(name)
        number = kind.get("number") or (match[1] if match else name)
        shape = f"N{kind.number('scale', 0)}" if base == "numeric" else _KINDS.get(base, "AN")
        if kind.one("version"):
            self.draft.note("left out: differences between releases inside of an element type (<version>)")
        least, most = kind.number("minLength", 1), kind.number("maxLength", 1)
        made = element(number, kind.get("title") or name, shape, least, most)
        return replace(made, codes=_codes(kind))

    def _narrowed_all(self, node: Node, standard: list[Spot]) -> list[Spot]:
        """Return the places in an implementation's sequence."""
        spots: list[Spot] = []
        before = ""
        for child in _body(node):
            spot = self._narrowed(child, standard)
            spots.append(replace(spot, free=before == child.get("type")))
            before = child.get("type")
        return spots

    def _narrowed(self, node: Node, standard: list[Spot]) -> Spot:
        """Return a place of the standard as the implementation has it."""
        name = node.get("type")
        wanted = loop_name(name, "") if node.name == "loop" else name
        base = next((spot for spot in standard if spot.id == wanted), None)
        if base is None:
            node.refuse(f"the transaction has no {node.name} {name[:40]!r} here")
        mandatory = node.number("minOccurs", int(base.mandatory)) > 0
        most = node.number("maxOccurs", base.most)
        if base.segment is not None:
            segment = self._guided(node, base.segment)
            return replace(base, mandatory=mandatory, most=most, segment=segment, when=_when(node, segment))
        inner = self._narrowed_all(node, list(base.inner)) or list(base.inner)
        if node.get("discriminator") and inner[0].segment is not None:
            inner[0] = replace(inner[0], when=_when(node, inner[0].segment))
        return Spot(loop_name(node.get("code"), inner[0].id), mandatory, most, tuple(inner))

    def _guided(self, node: Node, segment: Segment) -> Segment:
        if not _body(node):
            return replace(segment, name=node.get("title") or segment.name)
        uses = [replace(use, mandatory=False, used=False) for use in segment.uses]
        self._narrow(node, uses, segment.uses)
        return replace(segment, name=node.get("title") or segment.name, uses=tuple(uses))

    def _narrow(self, node: Node, uses: list[Use], standard: tuple[Use, ...]) -> None:
        """Write what an implementation says of elements (or components) into `uses`."""
        for item in _body(node):
            at = item.number("position", 0) - 1
            if not 0 <= at < len(uses):
                item.refuse("its position is not in the standard")
            use = standard[at]
            parts = [replace(part, mandatory=False, used=False) for part in use.parts]
            if use.parts and _body(item):
                self._narrow(item, parts, use.parts)
            else:
                parts = list(use.parts)
            uses[at] = Use(
                replace(use.element, codes=_codes(item) or use.element.codes),
                item.number("minOccurs", int(use.mandatory)) > 0,
                item.number("maxOccurs", use.repeats),
                tuple(parts),
            )


def _codes(node: Node) -> frozenset[str] | None:
    listed = node.one("enumeration")
    return codes_of(v.text.strip() for v in listed.all("value")) if listed else None


def _when(node: Node, segment: Segment) -> When | None:
    """Return the qualifier that a discriminator names: `1`, or `01.01` for a component."""
    place, _, part = node.get("discriminator").partition(".")
    if not place.isdecimal() or not 0 < int(place) <= len(segment.uses):
        return None
    use = segment.uses[int(place) - 1]
    at = int(part) if part.isdecimal() else 0
    if at and at <= len(use.parts):
        use = use.parts[at - 1]
    codes = use.element.codes
    return When(int(place), codes, at) if codes else None
