"""What every importer makes: sets whose places each have a description of their own; and a dictionary made of them.

In other engines' files a segment is described where it stands. Ours describe it once, by a key. `assemble` gives the
keys: the plain id when all places of a release are alike, else one a different description (`NM1-2010AA`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from translators.x12.rules.dictionary import (
    Dictionary,
    Element,
    Entry,
    Note,
    Segment,
    TransactionSet,
    Use,
    When,
)
from translators.x12.rules.source import FOLDER, load, nearest_release

UNUSED = Element("unused", "not described", "AN", 1, 1)
_KINDS = re.compile(r"AN|ID|R|DT|TM|B|N\d")
_BARE = re.compile(r"[^\s\[\]|=,()]+")  # what a code may be made of in our files


class Spot(Struct, frozen=True):
    """A segment or, with `inner`, a loop. `id` is the segment's id or the loop's name; `most` 0: no limit."""

    id: str
    mandatory: bool
    most: int
    inner: tuple[Spot, ...] = ()
    segment: Segment | None = None
    when: When | None = None
    free: bool = False  # it and the spot before it may stand in either order


class DraftSet(Struct, frozen=True):
    """A transaction set as read from one file."""

    id: str
    group: str  # GS01
    name: str
    spots: tuple[Spot, ...]
    file: str = ""


class Draft(Struct):
    """What was read for one release, and what could not be taken."""

    release: str
    sets: list[DraftSet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Keep a note, once."""
        if text not in self.notes:
            self.notes.append(text)


def guess_set(file: Path) -> str:
    """Return the set's number that a file's name holds (`EDISchema850.xml`, `850004010.py`); "" when none."""
    match = re.search(r"(?<!\d)(\d{3})(?=\d{6}|\D|$)", file.stem)
    return match[1] if match else ""


def guess_release(file: Path) -> str:
    """Return the release that a file's name or the folders above it hold; "" when none."""
    for name in (file.stem, *(folder.name for folder in file.parents)):
        match = re.search(r"(?<!\d)(?:\d{3})?(00[3-9]0\d0(?:X\d{3}(?:A\d)?)?)(?![0-9])", name)
        if match:
            return match[1]
    return ""


def loop_name(text: str, head: str) -> str:
    """Return a loop's name as our files can write it."""
    name = re.sub(r"[^A-Z0-9_]", "_", text.upper()).strip("_")
    return name or head


def plain(text: str) -> str:
    """Return a name as our files can write it: one line, without the bar that ends names."""
    return " ".join(text.replace("|", "/").split())


def codes_of(values: Iterable[str]) -> frozenset[str] | None:
    """Return a code list, None when one of its codes cannot be written in our files or there is none."""
    codes = frozenset(values)
    return codes if codes and all(_BARE.fullmatch(code) for code in codes) else None


def element(number: str, name: str, kind: str, least: int, most: int) -> Element:
    """Return an element as our files can write it; an unknown type is text."""
    kind = "N0" if kind == "N" else kind
    number = re.sub(r"[\s\[\],()]", "_", number) or "unknown"
    known = kind if _KINDS.fullmatch(kind) else "AN"
    return Element(number, plain(name), known, least, max(least, most))


def notes_of(texts: Iterable[str], count: int) -> tuple[Note, ...]:
    """Return the syntax notes among some texts (P0304) that fit a segment of `count` elements."""
    notes: dict[Note, None] = {}
    for text in texts:
        match = re.fullmatch(r"([PRECL])((?:\d\d){2,})", text.strip())
        if match:
            places = tuple(int(match[2][at : at + 2]) for at in range(0, len(match[2]), 2))
            if all(1 <= place <= count for place in places):
                notes[Note(match[1], places)] = None
    return tuple(notes)


def with_ends(spots: Iterable[Spot], release: str) -> tuple[Spot, ...]:
    """Return a structure that begins with ST and ends with SE; those of our own dictionary where there are none."""
    spots = tuple(spots)
    ours = load(nearest_release(release)).segments
    ends = {tag: Spot(tag, mandatory=True, most=1, segment=ours[tag]) for tag in ("ST", "SE")}
    ends |= {
        spot.id: replace(spot, mandatory=True, most=1) for spot in spots if spot.id in ends and not spot.inner
    }
    return (ends["ST"], *_rooted(s for s in spots if s.inner or s.id not in ends), ends["SE"])


def _rooted(spots: Iterable[Spot]) -> Iterator[Spot]:
    """Yield spots so that the first is not free, as it has none before it."""
    for at, spot in enumerate(spots):
        yield replace(spot, free=False) if not at else spot


def assemble(draft: Draft) -> Dictionary:
    """Return the dictionary of a draft.

    In a plain release (004010) every description is named by its set, as it is laid over our own release and must
    not change what our other sets say; a guide (005010X222A1) has its folder for itself.
    """
    names = _Names(own=len(draft.release) == 6)
    settled = [replace(one, spots=names.settle_all(one.spots)) for one in draft.sets]
    names.gather(settled)
    sets = {one.id: _set(one, names) for one in settled}
    known = tomllib.loads((FOLDER / "known_segments.toml").read_text("utf-8"))["ids"].split()
    return Dictionary(
        draft.release, names.segments, sets, frozenset(known) | {s.id for s in names.segments.values()}
    )


def _leaves(spots: Iterable[Spot], loop: str = "") -> Iterator[tuple[Spot, str]]:
    for spot in spots:
        if spot.inner:
            yield from _leaves(spot.inner, spot.id)
        else:
            yield spot, loop


def _set(one: DraftSet, names: _Names) -> TransactionSet:
    counts: dict[str, int] = {}
    for leaf, _ in _leaves(one.spots):
        counts[leaf.id] = counts.get(leaf.id, 0) + 1

    def entries(spots: Iterable[Spot]) -> tuple[Entry, ...]:
        return tuple(entry(spot) for spot in spots)

    def entry(spot: Spot) -> Entry:
        if spot.segment is None:
            inner = entries(spot.inner)
            return Entry(spot.id, spot.mandatory, spot.most, inner, free=spot.free)
        key = names.keys[spot.id, spot.segment, names.of(one.id)]
        # a segment with one place needs nothing to tell it from others; a wrong code is then just that
        when = spot.when if counts[spot.id] > 1 else None
        key = "" if key == spot.id else key
        return Entry(spot.id, spot.mandatory, spot.most, key=key, when=when, free=spot.free)

    return TransactionSet(one.id, one.group, plain(one.name), entries(one.spots), complete=True)


class _Names:
    """The numbers of elements and composites and the keys of descriptions that a dictionary uses."""

    def __init__(self, *, own: bool) -> None:
        self.own = own
        self.elements: dict[str, Element] = {}  # by number, without codes
        self.composites: dict[str, tuple[str, tuple[Use, ...]]] = {}
        self.keys: dict[tuple[str, Segment, str], str] = {}
        self.segments: dict[str, Segment] = {}

    def of(self, set_id: str) -> str:
        """Return what keeps the descriptions of a set apart from those of other sets."""
        return set_id if self.own else ""

    def settle_all(self, spots: Iterable[Spot]) -> tuple[Spot, ...]:
        """Return spots whose elements and composites have one meaning a number."""
        return tuple(self._settle(spot) for spot in spots)

    def _settle(self, spot: Spot) -> Spot:
        if spot.segment is None:
            return replace(spot, inner=self.settle_all(spot.inner))
        uses = tuple(self._use(use) for use in spot.segment.uses)
        segment = replace(spot.segment, uses=uses, name=plain(spot.segment.name))
        return replace(spot, segment=segment)

    def _use(self, use: Use) -> Use:
        if use.parts:
            parts = tuple(self._use(part) for part in use.parts)
            number = self._composite(use.element.number, plain(use.element.name), parts)
            return replace(
                use, element=Element(number, plain(use.element.name), "composite", 0, 0), parts=parts
            )
        e = use.element
        bare = Element(e.number, plain(e.name), e.kind, e.least, e.most)
        for number in _variants(e.number):
            known = self.elements.setdefault(number, replace(bare, number=number))
            if (known.kind, known.least, known.most) == (e.kind, e.least, e.most):
                return replace(use, element=replace(known, codes=e.codes if use.used else None))
        raise AssertionError

    def _composite(self, number: str, name: str, parts: tuple[Use, ...]) -> str:
        for variant in _variants(number):
            if self.composites.setdefault(variant, (name, parts)) == (name, parts):
                return variant
        raise AssertionError

    def gather(self, sets: Iterable[DraftSet]) -> None:
        """Give every description its key."""
        found: dict[str, dict[tuple[Segment, str], str]] = {}
        for one in sets:
            for leaf, loop in _leaves(one.spots):
                assert leaf.segment is not None
                place = one.id if self.own else loop or one.id
                found.setdefault(leaf.id, {}).setdefault((leaf.segment, self.of(one.id)), place)
        for id_, places in found.items():
            alone = len(places) == 1 and not self.own
            for (segment, owner), place in places.items():
                key = id_ if alone else self._free_key(f"{id_}-{place}")
                self.keys[id_, segment, owner] = key
                self.segments[key] = segment

    def _free_key(self, wanted: str) -> str:
        return next(key for key in _variants(wanted) if key not in self.segments)


def _variants(name: str) -> Iterator[str]:
    """Yield a name and then the same with a number behind it, without end."""
    yield name
    at = 2
    while True:
        yield f"{name}_{at}"
        at += 1
