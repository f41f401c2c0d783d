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

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from hub.model.errors import ConfigError
from translators.x12.rules import cache, notation
from translators.x12.rules.dictionary import Dictionary, Element, Entry, Segment, TransactionSet

FOLDER = Path(__file__).parents[1] / "dictionaries"
USUAL_RELEASE = "004010"

RELEASE = re.compile(r"[0-9]{6}[A-Z0-9]{0,6}")


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
    here = Path(__file__)
    found = [
        FOLDER / "known_segments.toml",
        here,
        here.with_name("notation.py"),
        here.with_name("dictionary.py"),
    ]
    found += [file for at in _bases(release, library) for file in library.files(at)]
    return cache.key_of(file.read_bytes() for file in found)


def _bases(release: str, library: Library) -> list[str]:
    """Return a release and those that it is based on, itself first. Raises ConfigError when there is no end."""
    found: list[str] = []
    at = release
    while at:
        if at in found:
            raise ConfigError(f"{library.files(at)[0].parent}: the release {at} is based on itself")
        found.append(at)
        files = library.files(at)
        if not files and len(found) > 1:
            raise ConfigError(f"the release {at}, on which {found[0]} is based, is not described")
        at = next((_read(file).get("base", "") for file in files if file.stem == "release"), "")
    return found


@lru_cache(maxsize=64)
def load(release: str, library: Library = SHIPPED) -> Dictionary:
    """Return the dictionary of one described release, e.g. 004010.

    Raises ConfigError, naming file and entry, when a file cannot be used.
    """
    return cache.value(content_key(release, library), Dictionary, lambda: read_dictionary(release, library))


def read_dictionary(release: str, library: Library = SHIPPED) -> Dictionary:
    """Read the dictionary of a release from its files."""
    tables = _tables(release, library)
    words = notation.Words(tables.elements, tables.composites, tables.open)
    segments: dict[str, Segment] = {}
    for key, (file, table) in tables.segments.items():
        with _told(file, key):
            segments[key] = notation.segment(key, table, words)
    sets: dict[str, TransactionSet] = {}
    for id_, (file, table) in tables.sets.items():
        with _told(file, id_):
            sets[id_] = notation.transaction_set(table, tables.fragments)
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
    """Return the tables of a release: those that it is based on, overlaid with its own."""
    tables = _Tables()
    for at in reversed(_bases(release, library)):
        given: set[tuple[Path, str]] = set()
        for file in library.files(at):
            content = _read(file)
            tables.open |= file.stem == "release" and content.get("open", False)
            for entry in _overlay(tables, file, content):
                if (file.parent, entry) in given:
                    raise ConfigError(f"{file}: {entry} is described twice in this folder")
                given.add((file.parent, entry))
    return tables


class _Release(Struct):
    """The shape of release.toml."""

    base: str = ""
    open: bool = False


class _Set(Struct):
    """The shape of a file of a transaction set, as far as it is used before the set is read."""

    id: str = ""


_SHAPES: dict[str, Any] = dict.fromkeys(("elements", "segments", "fragments"), dict[str, dict[str, str]])
_SHAPES["release"] = _Release


def _read(file: Path) -> dict[str, Any]:
    """Return a file's content; raise ConfigError when it is no TOML, or not made up as such a file is."""
    try:
        content = tomllib.loads(file.read_text("utf-8"))
        convert(content, _SHAPES.get(file.stem.partition("_")[0], _Set))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, ValidationError) as error:
        raise ConfigError(f"{file}: {error}") from None
    return content


def _overlay(tables: _Tables, file: Path, content: dict[str, Any]) -> Iterator[str]:
    """Lay one file over the tables; yield the name of each entry that it describes."""
    kind = file.stem.partition("_")[0]
    if kind == "elements":
        for number, text in content.get("elements", {}).items():
            with _told(file, number):
                old = tables.elements.get(number)
                tables.elements[number] = notation.element(number, text, old.codes if old else None)
            yield f"element {number}"
        for number, text in content.get("codes", {}).items():
            with _told(file, number):
                tables.elements[number] = replace(tables.elements[number], codes=frozenset(text.split()))
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


def _require_described(entries: tuple[Entry, ...], segments: dict[str, Segment]) -> None:
    """Raise KeyError for a segment of a structure that no file describes."""
    for entry in entries:
        if entry.inner:
            _require_described(entry.inner, segments)
        elif entry.described_by not in segments:
            raise KeyError(entry.described_by)
