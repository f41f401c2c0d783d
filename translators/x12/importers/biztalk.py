"""Reads X12 schemas of BizTalk (XSD): a root such as `X12_00401_850` whose elements are loops, segments and fields.

A record with records in it is a loop, one with fields is a segment, a field with fields a composite. The schema tells
the set and release by its root's name, types and lengths by restrictions of `X12_AN`, `X12_ID_353` ..., and syntax
notes by annotations named X12ConditionDesignator. Data element numbers are known where a type's name ends with one.
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
    loop_name,
    notes_of,
    with_ends,
)
from translators.x12.importers.tree import Node, read_tree
from translators.x12.rules.dictionary import Element, Segment, Use
from translators.x12.sets import GROUPS

_ROOT = re.compile(r"X12_(?P<release>\d{5})_(?P<set>\d{3})(_\w+)?")
_TYPE = re.compile(r"X12_(?P<kind>AN|ID|R|DT|TM|B|N\d?)(_(?P<number>\d{1,4}))?(_\w*)?")
_DEEPEST = 30
_MOST_PLACES = 20_000  # the largest guide has about 2,000; types that hold each other make any number
#: Lengths of a type that says none: what X12 elements of that type have.
_LENGTHS = {"DT": (6, 8), "TM": (4, 8), "ID": (1, 80), "AN": (1, 264), "B": (1, 10**6)}
_USUAL_LENGTHS = (1, 18)


def read_biztalk(source: Path, release: str = "") -> list[Draft]:
    """Return what a schema describes. Raises ConfigError for a file that cannot be used."""
    root = read_tree(source)
    if root.name != "schema":
        root.refuse("is no XML schema")
    found = next(((n, m) for n in root.all("element") if (m := _ROOT.fullmatch(n.get("name")))), None)
    if found is None:
        root.refuse("has no root element such as X12_00401_850: it is no X12 schema of BizTalk")
    top, match = found
    draft = Draft(release or f"{match['release']}0")
    spots = with_ends(_Reader(root, draft).inside(top, 0), draft.release)
    set_id = match["set"]
    draft.sets.append(DraftSet(set_id, GROUPS.get(set_id, ""), top.get("name"), spots, source.name))
    return [draft]


class _Reader:
    """Reads one schema; named types and elements are looked up as they are met."""

    def __init__(self, root: Node, draft: Draft) -> None:
        self.named = {(n.name, n.get("name")): n for n in root.children if n.get("name")}
        self.draft = draft
        self.places = 0

    def inside(self, node: Node, depth: int) -> list[Spot]:
        """Return the loops and segments in a record."""
        if depth > _DEEPEST:
            node.refuse("its types hold each other without end")
        spots: list[Spot] = []
        for child, free in self._children(node):
            spot = self._spot(child, depth + 1)
            spots.append(replace(spot, free=free and bool(spots)))
        return spots

    def _children(self, node: Node) -> list[tuple[Node, bool]]:
        """Return the elements in a record, each with whether it and the one before may stand in either order."""
        self.places += 1
        if self.places > _MOST_PLACES:
            node.refuse(f"describes more than {_MOST_PLACES} places; this is no X12 set")
        return self._walk(self._record(node), in_order=True)

    def _walk(self, node: Node | None, *, in_order: bool, depth: int = 0) -> list[tuple[Node, bool]]:
        found: list[tuple[Node, bool]] = []
        if node and depth > _DEEPEST:
            node.refuse("its groups hold each other without end")
        for child in node.children if node else []:
            if child.name == "element":
                found.append((child, not in_order and bool(found)))
            elif child.name == "sequence":
                found += self._walk(child, in_order=True, depth=depth + 1)
            elif child.name in {"all", "choice"}:
                found += self._walk(child, in_order=False, depth=depth + 1)
            elif child.name == "group":
                group = self.named.get(("group", _local(child.get("ref"))))
                found += self._walk(group, in_order=in_order, depth=depth + 1)
        return found

    def _resolved(self, node: Node) -> Node:
        """Return the element that a reference means."""
        if not node.get("ref"):
            return node
        known = self.named.get(("element", _local(node.get("ref"))))
        if known is None:
            node.refuse(f"the element {node.get('ref')[:40]!r} is not described")
        return known

    def _record(self, node: Node) -> Node | None:
        """Return the complex type of an element; None when it is simple."""
        node = self._resolved(node)
        return node.one("complexType") or self.named.get(("complexType", _local(node.get("type"))))

    def _spot(self, node: Node, depth: int) -> Spot:
        children = [child for child, _ in self._children(node)]
        if not children:
            node.refuse("is neither a segment nor a loop: nothing stands in it")
        name = self._resolved(node).get("name")
        mandatory, most = _occurs(node)
        if self._is_loop(children):
            inner = self.inside(node, depth)
            short = re.sub(r"^TS\d{3}\w?_|_?[Ll]oop\d*$", "", name)
            return Spot(loop_name(short, inner[0].id), mandatory, most, tuple(inner))
        segment = self._segment(node, name, children)
        return Spot(segment.id, mandatory, most, segment=segment)

    def _is_loop(self, children: list[Node]) -> bool:
        """Say whether a record holds segments: then its first record holds fields, as a composite never comes first."""
        first = self._record(children[0])
        return first is not None and bool(self._walk(first, in_order=True))

    def _segment(self, node: Node, name: str, children: list[Node]) -> Segment:
        match = re.match(r"(?:S_)?([A-Z0-9]{2,3})(?![A-Za-z0-9])", name)
        if match is None:
            node.refuse(f"{name[:40]!r} does not begin with a segment id")
        uses = tuple(self._use(child, composite=True) for child in children)
        resolved = self._resolved(node)
        return Segment(match[1], name, uses, notes_of(_conditions(resolved, self._record(node)), len(uses)))

    def _use(self, node: Node, *, composite: bool) -> Use:
        mandatory, repeats = _occurs(node)
        record = self._record(node)
        if record is not None and composite:
            name = self._resolved(node).get("name")
            fields = [child for child, _ in self._walk(record, in_order=True)]
            parts = tuple(self._use(field, composite=False) for field in fields)
            if parts:
                return Use(Element(name, name, "composite", 0, 0), mandatory, max(1, repeats), parts)
        return Use(self._element(self._resolved(node)), mandatory, max(1, repeats))

    def _element(self, node: Node) -> Element:
        """Return the element of a field: its own restriction over those that it builds on."""
        kind, number, name = "AN", "", node.get("name")
        facets: dict[str, int] = {}
        codes: list[str] = []
        at = node
        for _ in range(_DEEPEST):
            told = _local(at.get("type"))
            simple = at if at.name == "simpleType" else at.one("simpleType")
            limits = simple.one("restriction") if simple else None
            if limits is not None:
                _take(limits, facets, codes)
                told = _local(limits.get("base"))
            match = _TYPE.fullmatch(told)
            if match:
                kind, number = match["kind"], number or match["number"] or ""
            below = self.named.get(("simpleType", told))
            if below is None:
                break
            at = below
        least, most = _LENGTHS.get(kind, _USUAL_LENGTHS)
        if codes:
            least, most = min(map(len, codes)), max(map(len, codes))
        made = element(
            number or name, name, kind, facets.get("minLength", least), facets.get("maxLength", most)
        )
        return replace(made, codes=codes_of(codes))


def _take(limits: Node, facets: dict[str, int], codes: list[str]) -> None:
    """Take lengths and codes of a restriction; those nearer to the field count."""
    for limit in limits.children:
        if limit.name in {"minLength", "maxLength"}:
            facets.setdefault(limit.name, limit.number("value", 0))
        elif limit.name == "length":
            facets.setdefault("minLength", limit.number("value", 0))
            facets.setdefault("maxLength", limit.number("value", 0))
    codes += [] if codes else [n.get("value") for n in limits.all("enumeration")]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _occurs(node: Node) -> tuple[bool, int]:
    """Return whether something is mandatory, and how often it may stand (0: no limit)."""
    most = 0 if node.get("maxOccurs") == "unbounded" else node.number("maxOccurs", 1)
    return node.number("minOccurs", 1) > 0, most


def _conditions(*nodes: Node | None) -> list[str]:
    """Return the syntax notes in the annotations of a segment."""
    found: list[str] = []
    for note in (n for node in nodes if node for a in node.all("annotation") for n in a.below()):
        texts = [note.text] if note.name.startswith("X12ConditionDesignator") else []
        texts += [v for k, v in note.attributes.items() if k.startswith("X12ConditionDesignator")]
        found += [word for text in texts for word in re.findall(r"[PRECL](?:\d\d){2,}", text)]
    return found
