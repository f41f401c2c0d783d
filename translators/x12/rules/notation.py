"""The notation of dictionary files: elements, element lists, syntax notes, structures and totals, as read from TOML.

dictionaries/README.md describes it. Every function raises KeyError for what is not described and ValueError, saying
what is wrong, for what cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from translators.x12.rules.dictionary import (
    Element,
    Entry,
    Note,
    Segment,
    Total,
    TransactionSet,
    Use,
    Way,
    When,
)
from translators.x12.rules.guideline import parse_spot

MOST_TIMES = 100  # that a run of elements stands side by side
MOST_LINES = 20_000  # of a structure; the longest guide has about 3,000

_ITEM = re.compile(r"\((?P<group>[^)]*)\)\s*x(?P<times>\d+)|(?P<one>(?:\[[^\]]*\]|[^,()\[])+)")
_CODES = re.compile(r"\[([^\]]*)\]")
_LINE = re.compile(
    r"(?P<loop>LOOP )?(?P<key>[A-Z0-9_]+(?:-[A-Za-z0-9_]+)?)"
    r"(?:\[(?:(?P<at>\d{1,2})(?:-(?P<part>\d{1,2}))?=)?(?P<codes>[^\]=]+)\])?"
    r" (?P<usage>[MO]) (?P<most>\d+|>1)(?P<free> ~)?"
)
_SHAPE = re.compile(r"(?P<kind>AN|ID|R|DT|TM|B|N\d?) (?P<least>\d+)/(?P<most>\d+)")
_WAY = re.compile(r"count (?P<place>[A-Z0-9]{2,3})|sum (?P<sum>[A-Z0-9]{4,5})")


class Words(NamedTuple):
    """What an element list is read with. `open`: any segment may have more elements than are described."""

    elements: Mapping[str, Element]
    composites: Mapping[str, str]
    open: bool = False


def element(number: str, text: str, codes: frozenset[str] | None) -> Element:
    """Read `Quantity | R 1/15`."""
    name, _, shape = (part.strip() for part in text.partition("|"))
    match = _SHAPE.fullmatch(shape)
    if match is None:
        raise ValueError(f"{text!r} is no element; write it like 'Quantity | R 1/15'")
    kind = "N0" if match["kind"] == "N" else match["kind"]
    return Element(number, name, kind, int(match["least"]), int(match["most"]), codes)


def _items(text: str) -> list[str]:
    """Split an element list into single items: `(a, b) x2` becomes a, b, a, b."""
    items: list[str] = []
    for match in _ITEM.finditer(text):
        if match["group"] is not None:
            if int(match["times"]) > MOST_TIMES:
                raise ValueError(f"{match[0]!r}: no segment has so many elements")
            items += [part.strip() for part in match["group"].split(",")] * int(match["times"])
        elif match["one"].strip():
            items.append(match["one"].strip())
    return items


def segment(key: str, table: Mapping[str, str], words: Words) -> Segment:
    """Read `name`, `elements` and `notes` of a segment; its key is its id, perhaps with a place behind a dash."""
    items = _items(table["elements"])
    uses = tuple(_use(item, words) for item in items if item != "...")
    notes = _notes(table.get("notes", ""), len(uses))
    return Segment(key.partition("-")[0], table["name"], uses, notes, words.open or "..." in items)


def _use(item: str, words: Words) -> Use:
    """Read one item of an element list: `355 M`, `66 M [92 UL]`, `C040 x3`, `1705 -`."""
    codes = _CODES.search(item)
    number, *flags = _CODES.sub(" ", item).split()
    for flag in flags:
        if flag not in ("M", "-") and not re.fullmatch(r"x\d+", flag):
            raise ValueError(f"{item!r}: {flag!r} is no flag; M, x10, - and [codes] are")
    repeats = next((int(f[1:]) for f in flags if f.startswith("x")), 1)
    parts: tuple[Use, ...] = ()
    if number in words.composites:
        name, _, text = words.composites[number].partition("|")
        parts = tuple(
            _use(part, Words(words.elements, {})) for part in _items(text)
        )  # no composite stands in another
        found = Element(number, name.strip(), "composite", 0, 0)
    else:
        found = words.elements[number]
        if codes:
            found = replace(found, codes=frozenset(codes[1].split()))
    return Use(found, "M" in flags, repeats, parts, "-" not in flags)


def _notes(text: str, count: int) -> tuple[Note, ...]:
    notes = []
    for word in text.split():
        positions = tuple(int(word[i : i + 2]) for i in range(1, len(word), 2))
        if word[0] not in "PRECL" or len(positions) < 2 or not all(1 <= p <= count for p in positions):
            raise ValueError(f"{word!r} is no syntax note over {count} elements; write it like P0304")
        notes.append(Note(word[0], positions))
    return tuple(notes)


def transaction_set(table: Mapping[str, Any], fragments: Mapping[str, str]) -> TransactionSet:
    """Read `id`, `group`, `name`, `structure`, `complete` and `totals` of a set."""
    lines = _expand(table["structure"], fragments, "", ())
    entries, taken = _entries(lines, 0)
    if taken != len(lines):
        raise ValueError(f"{lines[taken]!r} is indented deeper than the loop that it should stand in")
    if not entries or entries[0].id != "ST" or entries[-1].id != "SE":
        raise ValueError("a structure begins with ST and ends with SE")
    return TransactionSet(
        id=table["id"],
        group=table["group"],
        name=table["name"],
        entries=entries,
        complete=table.get("complete", False),
        totals=tuple(_total(text) for text in table.get("totals", ())),
    )


def _total(text: str) -> Total:
    """Read one total: `CTT01 = count HL | count SN1`, `CTT02 = sum PO102`."""
    place, _, ways = (part.strip() for part in text.partition("="))
    at, found = parse_spot(place), [_WAY.fullmatch(way.strip()) for way in ways.split("|")]
    if not at.element or not all(found):
        raise ValueError(f"{text!r} is no total; write it like 'CTT01 = count PO1' or 'CTT02 = sum PO102'")
    spots = [parse_spot(match["place"] or match["sum"]) for match in found if match]
    return Total(at.segment, at.element, tuple(Way(spot.segment, spot.element) for spot in spots))


def _expand(text: str, fragments: Mapping[str, str], indent: str, inside: tuple[str, ...]) -> list[str]:
    """Return structure lines with every `+ name` replaced by that fragment; `inside` are the names that are open."""
    lines: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        body = line.lstrip()
        deeper = indent + line[: len(line) - len(body)]
        if body.startswith("+ "):
            name = body[2:].strip()
            if name in inside:
                raise ValueError(f"the fragment {name!r} contains itself")
            lines += _expand(fragments[name], fragments, deeper, (*inside, name))
        elif not body.startswith("#"):
            lines.append(deeper + body.rstrip())
        if len(lines) > MOST_LINES:
            raise ValueError(f"the structure has more than {MOST_LINES} lines")
    return lines


def _entries(lines: list[str], depth: int) -> tuple[tuple[Entry, ...], int]:
    """Read entries of one depth; return them and how many lines they took."""
    entries: list[Entry] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        indent = (len(line) - len(line.lstrip())) // 2
        if indent < depth:
            break
        match = _LINE.fullmatch(line.strip())
        if match is None or indent > depth:
            raise ValueError(
                f"{line!r} is no line of a structure; write it like 'N1 O 200' or 'LOOP N1 O 200'"
            )
        at += 1
        inner: tuple[Entry, ...] = ()
        if match["loop"]:
            inner, taken = _entries(lines[at:], depth + 1)
            at += taken
            if not inner or inner[0].inner:
                raise ValueError(f"{line.strip()!r}: a loop begins with a segment")
        entries.append(_entry(match, inner))
    return tuple(entries), at


def _entry(match: re.Match[str], inner: tuple[Entry, ...]) -> Entry:
    key, most = match["key"], match["most"]
    when = None
    if match["codes"]:
        when = When(int(match["at"] or 1), frozenset(match["codes"].split("|")), int(match["part"] or 0))
    id_ = key if inner else key.partition("-")[0]
    return Entry(
        id_,
        mandatory=match["usage"] == "M",
        most=0 if most == ">1" else int(most),
        inner=inner,
        key="" if id_ == key else key,
        when=when,
        free=bool(match["free"]),
    )
