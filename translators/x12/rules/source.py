"""Reads dictionaries from folders of TOML files, described in dictionaries/README.md.

A `Library` is a row of folders, each with one folder a release; what a later one says of a release is laid over what
an earlier one says. `SHIPPED` is ours alone. `load` reads a release once a process.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from hub.model.errors import ConfigError
from translators.x12.rules import cache
from translators.x12.rules.dictionary import (
    Dictionary,
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

FOLDER = Path(__file__).parents[1] / "dictionaries"
USUAL_RELEASE = "004010"

_ITEM = re.compile(r"\((?P<group>[^)]*)\)\s*x(?P<times>\d+)|(?P<one>(?:\[[^\]]*\]|[^,()\[])+)")
_CODES = re.compile(r"\[([^\]]*)\]")
_LINE = re.compile(
    r"(?P<loop>LOOP )?(?P<key>[A-Z0-9_]+(?:-[A-Za-z0-9_]+)?)"
    r"(?:\[(?:(?P<at>\d{1,2})(?:-(?P<part>\d{1,2}))?=)?(?P<codes>[^\]=]+)\])?"
    r" (?P<usage>[MO]) (?P<most>\d+|>1)(?P<free> ~)?"
)
_SHAPE = re.compile(r"(?P<kind>AN|ID|R|DT|TM|B|N\d?) (?P<least>\d+)/(?P<most>\d+)")
_WAY = re.compile(r"count (?P<place>[A-Z0-9]{2,3})|sum (?P<sum>[A-Z0-9]{4,5})")
RELEASE = re.compile(r"\d{6}[A-Z0-9]{0,6}")


class Library(Struct, frozen=True):
    """Where dictionaries are looked for; later folders lie over earlier ones."""

    folders: tuple[Path, ...] = (FOLDER,)

    def releases(self) -> list[str]:
        """Return the described releases, oldest first: 004010, but also guides such as 005010X222A1."""
        return sorted({p.name for folder in self.folders for p in _folders(folder)})

    def files(self, release: str) -> list[Path]:
        """Return the files of a release in the order in which they are laid over each other."""
        found = [folder / release for folder in self.folders if (folder / release).is_dir()]
        return [file for folder in found for file in sorted(folder.glob("*.toml"))]


SHIPPED = Library()


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (p for p in folder.iterdir() if p.is_dir() and RELEASE.fullmatch(p.name))


@lru_cache(maxsize=256)
def nearest_release(release: str, library: Library = SHIPPED) -> str:
    """Return the described release by which to check a GS08 such as 004010VICS or 004030.

    A guide that is described by its own name comes first; else the newest release not later than it; the oldest
    for earlier ones; the usual one when GS08 names none.
    """
    described = library.releases()
    if release in described:
        return release
    number = release[:6]
    if len(number) < 6 or not (number.isascii() and number.isdecimal()):
        return USUAL_RELEASE
    plain = [r for r in described if len(r) == 6] or [USUAL_RELEASE]  # a library may hold guides alone
    older = [r for r in plain if r <= number]
    return older[-1] if older else plain[0]


@lru_cache(maxsize=64)
def content_key(release: str, library: Library = SHIPPED) -> str:
    """Return a name for all that the dictionary of a release follows from: its files and the code that reads them."""
    found = [FOLDER / "known_segments.toml", Path(__file__), Path(__file__).with_name("dictionary.py")]
    at = release
    while at:
        files = library.files(at)
        found += files
        at = next((_read(file).get("base", "") for file in files if file.stem == "release"), "")
    return cache.key_of(file.read_bytes() for file in found)


@lru_cache(maxsize=64)
def load(release: str, library: Library = SHIPPED) -> Dictionary:
    """Return the dictionary of one described release, e.g. 004010.

    Raises ConfigError, naming file and entry, when a file cannot be used.
    """
    return cache.value(content_key(release, library), Dictionary, lambda: read_dictionary(release, library))


def read_dictionary(release: str, library: Library = SHIPPED) -> Dictionary:
    """Read the dictionary of a release from its files."""
    tables = _tables(release, library)
    segments: dict[str, Segment] = {}
    for key, (file, table) in tables.segments.items():
        with _told(file, key):
            segments[key] = _segment(key, table, tables)
    sets: dict[str, TransactionSet] = {}
    for id_, (file, table) in tables.sets.items():
        with _told(file, id_):
            sets[id_] = _set(table, tables.fragments)
            _require_described(sets[id_].entries, segments)
    known = tomllib.loads((FOLDER / "known_segments.toml").read_text("utf-8"))["ids"].split()
    return Dictionary(release, segments, sets, frozenset(known) | {s.id for s in segments.values()})


@contextmanager
def _told(file: Path, entry: str) -> Iterator[None]:
    """Turn what goes wrong inside into a ConfigError that names the file and the entry."""
    try:
        yield
    except KeyError as error:
        raise ConfigError(f"{file}: [{entry}]: {error.args[0]!r} is missing or not described") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{file}: [{entry}]: {error}") from None


class _Tables(Struct):
    """The raw tables of a release, with the file that each entry comes from."""

    elements: dict[str, Element] = field(default_factory=dict)
    composites: dict[str, str] = field(default_factory=dict)
    segments: dict[str, tuple[Path, dict[str, str]]] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    sets: dict[str, tuple[Path, dict[str, Any]]] = field(default_factory=dict)
    open: bool = False  # any segment may have more elements than are described


def _tables(release: str, library: Library) -> _Tables:
    """Return the tables of a release: those of its base, overlaid with its own."""
    files = [(file, _read(file)) for file in library.files(release)]
    base = next((content.get("base", "") for file, content in files if file.stem == "release"), "")
    tables = _tables(base, library) if base else _Tables()
    given: set[tuple[Path, str]] = set()
    for file, content in files:
        tables.open |= file.stem == "release" and content.get("open", False)
        for entry in _overlay(tables, file, content):
            if (file.parent, entry) in given:
                raise ConfigError(f"{file}: {entry} is described twice in this folder")
            given.add((file.parent, entry))
    return tables


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from None


def _overlay(tables: _Tables, file: Path, content: dict[str, Any]) -> Iterator[str]:
    """Lay one file over the tables; yield the name of each entry that it describes."""
    kind = file.stem.partition("_")[0]
    if kind == "elements":
        for number, text in content.get("elements", {}).items():
            with _told(file, number):
                old = tables.elements.get(number)
                tables.elements[number] = _element(number, text, old.codes if old else None)
            yield f"element {number}"
        for number, text in content.get("codes", {}).items():
            with _told(file, number):
                e = tables.elements[number]
                codes = frozenset(text.split())
                tables.elements[number] = Element(e.number, e.name, e.kind, e.least, e.most, codes)
            yield f"codes of {number}"
        for number, text in content.get("composites", {}).items():
            tables.composites[number] = text
            yield f"composite {number}"
    elif kind == "segments":
        for key, table in content.items():
            tables.segments[key] = (file, table)
            yield f"segment {key}"
    elif kind == "fragments":
        for name, text in content.get("fragments", {}).items():
            tables.fragments[name] = text
            yield f"fragment {name}"
    elif kind != "release":
        tables.sets[content.get("id", kind)] = (file, content)
        yield f"set {content.get('id', kind)}"


def _element(number: str, text: str, codes: frozenset[str] | None) -> Element:
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
            items += [part.strip() for part in match["group"].split(",")] * int(match["times"])
        elif match["one"].strip():
            items.append(match["one"].strip())
    return items


def _segment(key: str, table: dict[str, str], tables: _Tables) -> Segment:
    items = _items(table["elements"])
    uses = tuple(_use(item, tables) for item in items if item != "...")
    notes = _notes(table.get("notes", ""), len(uses))
    return Segment(key.partition("-")[0], table["name"], uses, notes, tables.open or "..." in items)


def _use(item: str, tables: _Tables) -> Use:
    """Read one item of an element list: `355 M`, `66 M [92 UL]`, `C040 x3`, `1705 -`."""
    codes = _CODES.search(item)
    number, *flags = _CODES.sub(" ", item).split()
    for flag in flags:
        if flag not in ("M", "-") and not re.fullmatch(r"x\d+", flag):
            raise ValueError(f"{item!r}: {flag!r} is no flag; M, x10, - and [codes] are")
    repeats = next((int(f[1:]) for f in flags if f.startswith("x")), 1)
    parts: tuple[Use, ...] = ()
    if number in tables.composites:
        text = tables.composites[number].partition("|")[2]
        parts = tuple(_use(part, tables) for part in _items(text))
        element = Element(number, tables.composites[number].partition("|")[0].strip(), "composite", 0, 0)
    else:
        element = tables.elements[number]
        if codes:
            e = element
            element = Element(e.number, e.name, e.kind, e.least, e.most, frozenset(codes[1].split()))
    return Use(element, "M" in flags, repeats, parts, "-" not in flags)


def _notes(text: str, count: int) -> tuple[Note, ...]:
    notes = []
    for word in text.split():
        positions = tuple(int(word[i : i + 2]) for i in range(1, len(word), 2))
        if word[0] not in "PRECL" or len(positions) < 2 or not all(1 <= p <= count for p in positions):
            raise ValueError(f"{word!r} is no syntax note over {count} elements; write it like P0304")
        notes.append(Note(word[0], positions))
    return tuple(notes)


def _set(table: dict[str, Any], fragments: dict[str, str]) -> TransactionSet:
    lines = _expand(table["structure"], fragments, "")
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


def _expand(text: str, fragments: dict[str, str], indent: str) -> list[str]:
    """Return structure lines with every `+ name` replaced by that fragment."""
    lines: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        body = line.lstrip()
        deeper = indent + line[: len(line) - len(body)]
        if body.startswith("+ "):
            lines += _expand(fragments[body[2:].strip()], fragments, deeper)
        elif not body.startswith("#"):
            lines.append(deeper + body.rstrip())
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


def _require_described(entries: tuple[Entry, ...], segments: dict[str, Segment]) -> None:
    """Raise KeyError for a segment of a structure that no file describes."""
    for entry in entries:
        if entry.inner:
            _require_described(entry.inner, segments)
        elif entry.described_by not in segments:
            raise KeyError(entry.described_by)
