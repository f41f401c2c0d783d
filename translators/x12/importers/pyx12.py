"""Reads maps of pyx12: one map file, or a directory of them with its `maps.xml`.

A map stands beside `dataele.xml` (types and lengths of data elements) and `codes.xml` (outside code lists). The order
is read as pyx12's walker reads it: children of a loop by their `pos`, those of the same `pos` in any order, and a
segment is told from others of its id by the codes of one of its elements (`_when`). Loops that only gather others
(HEADER, DETAIL, FOOTER) are left out, as X12 does not know them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hub.model.errors import ConfigError
from translators.x12.importers.draft import (
    UNUSED,
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
from translators.x12.rules.dictionary import Element, Segment, Use, When

_ALTERNATIVES = re.compile(r"\^\(([^()]*)\)\$")
#: Where pyx12 looks besides the first element: element, component, type.
_SPECIAL = {"ENT": ((2, 0, "ID"),), "CTX": ((1, 1, "AN"),)}
_NO_MAPS = {"maps.xml", "dataele.xml", "codes.xml"}


class _Index(Struct):
    """What stands beside the maps: elements by number, outside code lists, and the releases of each map file."""

    elements: dict[str, Element]
    outside: dict[str, frozenset[str]]
    releases: dict[str, list[tuple[str, str]]]  # file name -> (GS08, GS01)


def read_pyx12(source: Path, release: str = "") -> list[Draft]:
    """Return what a map file or a directory of maps describes, by release.

    `release` is for maps that do not tell theirs, and wins over what they tell when only one file is read.
    Raises ConfigError for a file that cannot be used; of a directory such a file is left out with a note.
    """
    if source.is_dir():
        return _read_directory(source, release)
    index = _index(source.parent)
    drafts: dict[str, Draft] = {}
    _read_map(source, index, release, drafts, chosen=bool(release))
    return list(drafts.values())


def _read_directory(folder: Path, release: str) -> list[Draft]:
    index = _index(folder)
    listed = [folder / name for name in index.releases]
    files = listed or sorted(f for f in folder.glob("*.xml") if f.name not in _NO_MAPS)
    drafts: dict[str, Draft] = {}
    faults: list[str] = []
    for file in files:
        try:
            _read_map(file, index, release, drafts, chosen=False)
        except ConfigError as error:
            faults.append(f"left out: {error}")
    if not drafts:
        raise ConfigError(faults[0] if faults else f"{folder}: holds no maps of pyx12")
    for fault in faults:
        next(iter(drafts.values())).note(fault)
    return list(drafts.values())


def _index(folder: Path) -> _Index:
    """Read what stands beside the maps of a folder."""
    elements = {}
    for node in read_tree(folder / "dataele.xml").all("data_ele"):
        number = node.get("ele_num")
        kind = node.get("data_type")
        elements[number] = element(
            number, node.get("name"), kind, node.number("min_len", 0), node.number("max_len", 0)
        )
    outside = {}
    if (folder / "codes.xml").is_file():
        for node in read_tree(folder / "codes.xml").below():
            if node.name == "codeset":
                codes = [c.text.strip() for c in node.below() if c.name == "code"]
                outside[node.value("id")] = frozenset(codes)
    releases: dict[str, list[tuple[str, str]]] = {}
    if (folder / "maps.xml").is_file():
        for node in read_tree(folder / "maps.xml").below():
            if node.name == "map" and node.get("vriic"):
                releases.setdefault(node.text.strip(), []).append((node.get("vriic"), node.get("fic")))
    return _Index(elements, outside, releases)


def _read_map(file: Path, index: _Index, release: str, drafts: dict[str, Draft], *, chosen: bool) -> None:
    """Add one map to the drafts of its releases."""
    root = read_tree(file)
    if root.name != "transaction":
        root.refuse("is no map of pyx12, whose root is <transaction>")
    body = next((n for n in root.below() if n.name == "loop" and _holds(n, "ST")), None)
    if body is None:
        root.refuse("has no loop with a segment ST")
    told = [] if chosen else index.releases.get(file.name, [])
    group = _first_code(root, "GS", 1) or next((g for _, g in index.releases.get(file.name, [])), "")
    for name, fic in told or [(_release(root, release), group)]:
        draft = drafts.setdefault(name, Draft(name))
        id_ = _first_code(body, "ST", 1) or root.get("xid")[:3]
        if any(one.id == id_ for one in draft.sets):
            draft.note(f"left out: {file.name} describes {id_} of {name} once more; import it alone")
            continue
        title = root.value("name") or id_
        spots = with_ends(_Reader(index, draft).inside(body), name)
        draft.sets.append(DraftSet(id_, fic or group, title, spots, file.name))


def _holds(loop: Node, tag: str) -> bool:
    return any(segment.get("xid") == tag for segment in loop.all("segment"))


def _release(root: Node, release: str) -> str:
    found = release or _first_code(root, "GS", 8) or _first_code(root, "ST", 3)
    if not found:
        root.refuse("does not tell its release; name it with --release")
    return found


def _first_code(root: Node, tag: str, at: int) -> str:
    """Return the first code that a map allows at one element of a segment."""
    for segment in (n for n in root.below() if n.name == "segment" and n.get("xid") == tag):
        for item in segment.all("element"):
            if item.number("seq", 0) == at:
                return next(iter(_codes(item)), "")
    return ""


def _codes(item: Node) -> list[str]:
    listed = item.one("valid_codes")
    return [c.text.strip() for c in listed.all("code") if c.text.strip()] if listed else []


def _most(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


class _Reader:
    """Reads loops and segments of one map; what cannot be taken is noted in the draft."""

    def __init__(self, index: _Index, draft: Draft) -> None:
        self.index = index
        self.draft = draft

    def inside(self, loop: Node) -> list[Spot]:
        """Return what stands in a loop, in pyx12's order: by `pos`, and of the same `pos` loops first."""
        rows = [n for n in (*loop.all("loop"), *loop.all("segment")) if n.value("usage") != "N"]
        rows.sort(key=lambda node: node.number("pos", 0))
        spots: list[Spot] = []
        for _, same in groupby(rows, key=lambda node: node.number("pos", 0)):
            group = [self._spots(node) for node in same]
            for at, made in enumerate(group):
                # a wrapper's parts stand in their own order, also where the wrapper does not
                spots += [replace(made[0], free=at > 0)] if len(made) == 1 else made
        return _headed(spots)

    def _spots(self, node: Node) -> list[Spot]:
        """Return one spot for a segment or loop, several for a loop that only gathers others."""
        mandatory = node.value("usage") == "R"
        if node.name == "segment":
            return [self._segment_spot(node, mandatory=mandatory)]
        inner = self.inside(node)
        if not inner or _gathers(node, inner, mandatory=mandatory):
            return inner
        head = replace(inner[0], mandatory=True)
        name = loop_name(node.get("xid"), head.id)
        return [Spot(name, mandatory, _most(node.value("repeat")), (head, *inner[1:]))]

    def _segment_spot(self, node: Node, *, mandatory: bool) -> Spot:
        segment = self._segment(node)
        return Spot(
            segment.id, mandatory, _most(node.value("max_use")), segment=segment, when=_when(node, segment)
        )

    def _segment(self, node: Node) -> Segment:
        tag = node.get("xid")
        if not re.fullmatch(r"[A-Z0-9]{2,3}", tag):
            node.refuse(f"{tag[:20]!r} is no segment id")
        items = {item.number("seq", 0): item for item in node.all("element", "composite")}
        uses = tuple(
            self._use(items[at]) if at in items else Use(UNUSED, used=False)
            for at in range(1, max(items, default=0) + 1)
        )
        notes = notes_of((s.text for s in node.all("syntax")), len(uses))
        return Segment(tag, node.value("name"), uses, notes)

    def _use(self, item: Node) -> Use:
        usage = item.value("usage")
        if item.name == "element":
            return Use(self._element(item), usage == "R", 1, (), usage != "N")
        parts = tuple(self._use(part) for part in item.all("element"))
        if not parts:
            return Use(UNUSED, used=False)
        name = item.value("name")
        made = Element(item.value("data_ele") or item.get("xid"), name, "composite", 0, 0)
        return Use(made, usage == "R", max(1, _most(item.value("repeat"))), parts, usage != "N")

    def _element(self, item: Node) -> Element:
        number = item.value("data_ele")
        known = self.index.elements.get(number)
        if known is None:
            item.refuse(f"data element {number[:20]!r} is not in dataele.xml")
        return replace(known, codes=self._code_list(item))

    def _code_list(self, item: Node) -> frozenset[str] | None:
        codes: Iterable[str] = _codes(item)
        listed = item.one("valid_codes")
        outside = listed.get("external") if listed else ""
        if outside and outside not in self.index.outside:
            self.draft.note(f"the outside code list {outside!r} is not in codes.xml: any value is taken")
            return None
        codes = {*codes, *self.index.outside.get(outside, ())}
        pattern = item.value("regex")
        choices = _ALTERNATIVES.fullmatch(pattern)
        if choices and not codes:
            codes = {re.sub(r"\\(.)", r"\1", word) for word in choices[1].split("|")}
        elif pattern:
            self.draft.note(f"left out: the regex {pattern!r} of {item.get('xid')}")
        found = codes_of(codes)
        if codes and found is None:
            self.draft.note(f"the codes of {item.get('xid')} hold signs that ours cannot: any value is taken")
        return found


def _gathers(node: Node, inner: list[Spot], *, mandatory: bool) -> bool:
    """Say whether a loop is only a name for others: it begins with a loop, or is there just once."""
    if inner[0].inner:
        return True
    once = node.get("type") == "wrapper" and node.value("repeat") == "1"
    return once and (mandatory or not any(spot.mandatory for spot in inner))


def _headed(spots: list[Spot]) -> list[Spot]:
    """Put a segment first where it may stand first: a loop begins with a segment."""
    if spots and spots[0].inner:
        run = [spots[0], *_while_free(spots[1:])]
        at = next((at for at, spot in enumerate(run) if not spot.inner), 0)
        spots = [spots[at], *(s for n, s in enumerate(spots) if n != at)]
        if at:
            spots = [spots[0], replace(spots[1], free=False), *spots[2:]]
    return [replace(spots[0], free=False), *spots[1:]] if spots else []


def _while_free(spots: Iterable[Spot]) -> Iterator[Spot]:
    for spot in spots:
        if not spot.free:
            return
        yield spot


def _when(node: Node, segment: Segment) -> When | None:
    """Return what pyx12 tells a segment by (its `is_match`): the listed codes of one element, of type ID mostly."""
    items = {item.number("seq", 0): item for item in node.all("element", "composite")}
    places = [(1, 0, "ID")] if segment.uses and segment.uses[0].mandatory else []
    places += [*_SPECIAL.get(segment.id, ()), (1, 1, "ID")]
    places += [(3, 0, "")] if segment.id == "HL" else []
    for at, part, kind in places:
        item = items.get(at)
        if item is None or (item.name == "composite") != bool(part):
            continue
        use = segment.uses[at - 1]
        if part:
            item, use = next(iter(item.all("element")), item), (*use.parts, use)[0]
        codes = codes_of(_codes(item))
        if codes and kind in ("", use.element.kind):
            return When(at, codes, part)
    return None
