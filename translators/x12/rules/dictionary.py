"""Dictionaries: what X12 says of segments, elements and their order, read from translators/x12/dictionaries.

The file format is described in dictionaries/README.md. A dictionary is an immutable value; `load` caches one a
release in the process.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

FOLDER = Path(__file__).parents[1] / "dictionaries"
USUAL_RELEASE = "004010"
_ITEM = re.compile(r"\(([^)]*)\)\s*x(\d+)|([^,()]+)")


class Element(Struct, frozen=True):
    """A simple data element. `kind`: AN ID R DT TM B or N0, N2 ...; lengths in characters."""

    number: str
    name: str
    kind: str
    least: int
    most: int
    codes: frozenset[str] | None = None  # None: any value


class Use(Struct, frozen=True):
    """One position of a segment or composite. `parts` are the components when it is a composite."""

    element: Element
    mandatory: bool = False
    repeats: int = 1
    parts: tuple[Use, ...] = ()


class Note(Struct, frozen=True):
    """A syntax note: `kind` P R E C L over 1-based positions."""

    kind: str
    positions: tuple[int, ...]

    def __str__(self) -> str:
        return self.kind + "".join(f"{p:02d}" for p in self.positions)


class Segment(Struct, frozen=True):
    """A segment's elements. `open`: X12 has more trailing elements than are described."""

    id: str
    name: str
    uses: tuple[Use, ...]
    notes: tuple[Note, ...] = ()
    open: bool = False

    @property
    def described(self) -> bool:
        """Say whether any element is described; if not, content is not checked."""
        return bool(self.uses)


class Entry(Struct, frozen=True):
    """A segment or a loop in a structure. `most` 0 means no limit; `inner` is empty for a segment."""

    id: str
    mandatory: bool
    most: int
    inner: tuple[Entry, ...] = ()


class TransactionSet(Struct, frozen=True):
    """One transaction set's order of segments."""

    id: str
    group: str  # GS01
    name: str
    entries: tuple[Entry, ...]
    complete: bool = False  # nothing that X12 allows is left out: other segments are errors, not gaps


class Dictionary(Struct, frozen=True):
    """All that we describe of one release."""

    release: str
    segments: dict[str, Segment]
    sets: dict[str, TransactionSet]
    known: frozenset[str]  # every segment id that X12 has


@cache
def releases() -> list[str]:
    """Return the releases that have a folder, oldest first."""
    return sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and p.name.isdigit())


@lru_cache(maxsize=256)
def nearest_release(release: str) -> str:
    """Return the described release by which to check a GS08 such as 004010VICS or 004030.

    The newest one not later than it; the oldest for earlier ones; the usual one when GS08 names none.
    """
    number = release[:6]
    if len(number) < 6 or not (number.isascii() and number.isdecimal()):
        return USUAL_RELEASE
    older = [r for r in releases() if r <= number]
    return older[-1] if older else releases()[0]


@cache
def load(release: str) -> Dictionary:
    """Read the dictionary of one described release, e.g. 004010."""
    tables = _tables(release)
    composites = {
        number: _parts(text.split("|")[1], tables["elements"])
        for number, text in tables["composites"].items()
    }
    segments = {
        id_: _segment(id_, table, tables["elements"], composites) for id_, table in tables["segments"].items()
    }
    known = tomllib.loads((FOLDER / "known_segments.toml").read_text())["ids"].split()
    return Dictionary(
        release=release,
        segments=segments,
        sets={id_: _set(table, tables["fragments"]) for id_, table in tables["sets"].items()},
        known=frozenset(known) | frozenset(segments),
    )


def _tables(release: str) -> dict[str, dict[str, Any]]:
    """Return the raw tables of a release: those of its base, overlaid with its own."""
    folder = FOLDER / release
    base = tomllib.loads((folder / "release.toml").read_text())["base"]
    tables: dict[str, dict[str, Any]] = (
        _tables(base)
        if base
        else {"elements": {}, "composites": {}, "segments": {}, "fragments": {}, "sets": {}}
    )
    for file in sorted(folder.glob("*.toml")):
        content = tomllib.loads(file.read_text())
        if file.stem.isdigit():
            tables["sets"][file.stem] = content
        elif file.stem == "elements":
            codes = content.get("codes", {})
            for number, text in content.get("elements", {}).items():
                old = tables["elements"].get(number)
                tables["elements"][number] = _element(number, text, old.codes if old else None)
            for number, text in codes.items():
                element = tables["elements"][number]
                tables["elements"][number] = _element(
                    number,
                    f"{element.name}|{element.kind} {element.least}/{element.most}",
                    frozenset(text.split()),
                )
            tables["composites"].update(content.get("composites", {}))
        elif file.stem == "segments":
            tables["segments"].update(content)
        elif file.stem == "fragments":
            tables["fragments"].update(content["fragments"])
    return tables


def _element(number: str, text: str, codes: frozenset[str] | None) -> Element:
    name, shape = (part.strip() for part in text.split("|"))
    kind, lengths = shape.split()
    least, most = lengths.split("/")
    return Element(number, name, kind, int(least), int(most), codes)


def _items(text: str) -> list[str]:
    """Split an element list into single items: `(a, b) x2` becomes a, b, a, b."""
    items: list[str] = []
    for group, times, single in _ITEM.findall(text):
        if group:
            items += [part.strip() for part in group.split(",")] * int(times)
        elif single.strip():
            items.append(single.strip())
    return items


def _parts(text: str, elements: dict[str, Element]) -> tuple[Use, ...]:
    """Return the components of a composite."""
    return tuple(Use(elements[item.split()[0]], "M" in item.split()[1:]) for item in _items(text))


def _segment(
    id_: str, table: dict[str, str], elements: dict[str, Element], composites: dict[str, tuple[Use, ...]]
) -> Segment:
    items = _items(table["elements"])
    uses = []
    for item in items:
        number, *flags = item.split()
        if number == "...":
            continue
        repeats = next((int(f[1:]) for f in flags if f.startswith("x")), 1)
        parts = composites.get(number, ())
        element = Element(number, number, "composite", 0, 0) if parts else elements[number]
        uses.append(Use(element, "M" in flags, repeats, parts))
    return Segment(id_, table["name"], tuple(uses), _notes(table.get("notes", "")), "..." in items)


def _notes(text: str) -> tuple[Note, ...]:
    return tuple(
        Note(word[0], tuple(int(word[i : i + 2]) for i in range(1, len(word), 2))) for word in text.split()
    )


def _set(table: dict[str, Any], fragments: dict[str, str]) -> TransactionSet:
    lines = _expand(table["structure"], fragments, "")
    return TransactionSet(
        table["id"], table["group"], table["name"], _entries(lines, 0)[0], table.get("complete", False)
    )


def _expand(text: str, fragments: dict[str, str], indent: str) -> list[str]:
    """Return structure lines with every `+ name` replaced by that fragment."""
    lines: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        body = line.lstrip()
        deeper = indent + line[: len(line) - len(body)]
        if body.startswith("+ "):
            lines += _expand(fragments[body[2:].strip()], fragments, deeper)
        else:
            lines.append(deeper + body)
    return lines


def _entries(lines: list[str], depth: int) -> tuple[tuple[Entry, ...], int]:
    """Read entries of one depth; return them and how many lines they took."""
    entries: list[Entry] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if (len(line) - len(line.lstrip())) // 2 < depth:
            break
        words = line.split()
        at += 1
        inner: tuple[Entry, ...] = ()
        if words[0] == "LOOP":
            inner, taken = _entries(lines[at:], depth + 1)
            at += taken
            words = words[1:]
        most = 0 if words[2].startswith(">") else int(words[2])
        entries.append(Entry(words[0], words[1] == "M", most, inner))
    return tuple(entries), at
