"""Maps as data: maps/*.toml read into rules, and a profile's single lines laid over them.

A map has sections (the document itself, and each loop); a section has the standard's `sequence` of
segments and inner sections, and rules: canonical path = place. Keys of a section in TOML:

| key | meaning |
|---|---|
| `path` | canonical path of the section's fields; only such sections can be overridden by a profile |
| `model` | the part of the document that the section makes |
| `starts`, `fills` | the segment that opens the loop, and the field that its parts go to |
| `ordinal` | the field that gets the part's ordinal (from 1) where the set has none |
| `role` | for parties: where the key of the dictionary stands |
| `fixed` | elements that always have this value when their segment is written |
| `special`, `reading`, `writing`, `only` | functions of mapping/special.py, for what a table can't say |
| `merges` | the section fills its parent's fields (HL S of the 856) |
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from hub.model import documents
from hub.model.documents import DocType
from hub.model.errors import ConfigError
from translators.x12.mapping.paths import leaf
from translators.x12.mapping.place import Place, parse_place
from translators.x12.sets import doctype

_MAPS = resources.files("translators.x12").joinpath("maps")

#: The sets that have a map: ST01 -> the document that it makes. A file in maps/ is enough.
SETS: dict[str, DocType] = {
    set_id: doctype(set_id)
    for set_id in sorted(
        file.name.removesuffix(".toml") for file in _MAPS.iterdir() if file.name[:1].isdecimal()
    )
}

#: A place, a list of places, or a table with `at` and more.
Line: TypeAlias = Any
Overrides = tuple[tuple[str, str], ...]


class Codes(Struct, frozen=True):
    """A code table, both ways."""

    ours: dict[str, str]  # their code -> our word
    theirs: dict[str, str]  # our word -> the code we write


class Rule(Struct, frozen=True, kw_only=True):
    """One line of a map. The first place is read and written, the others are read when it is empty."""

    path: str  # below the section: number, refs.*, terms.net_days
    places: tuple[Place, ...]
    kind: str  # a key of values.KINDS
    many: bool = False
    codes: Codes | None = None
    must: str = ""  # read | write | both: where an empty value is a finding

    @property
    def field(self) -> str:
        """Return the first name of the path, the model's own field."""
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        """Return what follows the field: a name in a dictionary, a field of a group, or nothing."""
        return self.path.partition(".")[2]


class Section(Struct, frozen=True, kw_only=True):
    """One loop of a set, or the set itself."""

    name: str
    model: type[Any]
    path: str | None = None
    starts: str = ""
    fills: str = ""
    ordinal: str = ""
    role: Rule | None = None
    merges: bool = False
    sequence: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    fixed: dict[str, dict[int, str]] = field(default_factory=dict)
    special: dict[str, str] = field(default_factory=dict)
    reading: str = ""
    writing: str = ""
    only: str = ""


class Map(Struct, frozen=True, kw_only=True):
    """The map of one set."""

    document: DocType
    set_id: str
    sections: dict[str, Section]
    levels: dict[str, str]  # 856: HL03 -> section
    unfold: tuple[
        str, ...
    ] = ()  # a loop's opener, and the line of which it is to hold one (warehouse.unfolded)
    since: dict[str, str] = field(default_factory=dict)  # segments that the set has from a release on only


@cache
def load_map(set_id: str) -> Map:
    """Return the map of a set as it stands in the package."""
    shared = _toml("shared")
    own = _toml(set_id)
    tables = {name: _codes(table) for name, table in {**shared["codes"], **own.get("codes", {})}.items()}
    raw = {**shared["section"], **own["section"]}
    return Map(
        document=SETS[set_id],
        set_id=set_id,
        sections={name: _section(name, table, tables) for name, table in raw.items()},
        levels=own.get("levels", {}),
        unfold=tuple(own.get("unfold", ())),
        since=own.get("since", {}),
    )


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(_MAPS.joinpath(f"{name}.toml").read_text("utf-8"))


def _codes(table: dict[str, list[str]]) -> Codes:
    return Codes(
        ours={their: our for our, theirs in table.items() for their in theirs},
        theirs={our: theirs[0] for our, theirs in table.items()},
    )


def _section(name: str, table: dict[str, Any], tables: dict[str, Codes]) -> Section:
    model = getattr(documents, table["model"])
    fixed: dict[str, dict[int, str]] = {}
    for text, value in table.get("fixed", {}).items():
        place = parse_place(text)
        fixed.setdefault(place.segment, {})[place.element] = value
    role = table.get("role")
    return Section(
        name=name,
        model=model,
        path=table.get("path"),
        starts=table.get("starts", ""),
        fills=table.get("fills", ""),
        ordinal=table.get("ordinal", ""),
        role=None if role is None else _role(role, tables),
        merges=table.get("merges", False),
        sequence=tuple(table["sequence"]),
        rules=tuple(_rule(model, path, value, tables) for path, value in table["map"].items()),
        fixed=fixed,
        special=table.get("special", {}),
        reading=table.get("reading", ""),
        writing=table.get("writing", ""),
        only=table.get("only", ""),
    )


def _role(value: dict[str, Any], tables: dict[str, Codes]) -> Rule:
    places = (parse_place(value["at"]),)
    return Rule(path="role", places=places, kind="text", codes=tables[value["codes"]], must="both")


def _rule(model: type[Any], path: str, value: Line, tables: dict[str, Codes]) -> Rule:
    """Make a rule of one line: a place, a list of places, or a table with `at` and more."""
    more = value if isinstance(value, dict) else {"at": value}
    at = more["at"] if isinstance(more["at"], list) else [more["at"]]
    found = leaf(model, path)
    return Rule(
        path=path,
        places=tuple(parse_place(text) for text in at),
        kind=more.get("as", found.kind),
        many=found.many,
        codes=tables[more["codes"]] if "codes" in more else None,
        must=more.get("must", ""),
    )


@lru_cache(maxsize=256)
def overridden_map(set_id: str, overrides: Overrides) -> Map:
    """Return a set's map with a profile's lines laid over it; ConfigError names a line that can't be."""
    found = load_map(set_id)
    for path, text in overrides:
        try:
            found = _override(found, path, parse_place(text))
        except ValueError as error:
            raise ConfigError(f'map."{path}": {error}') from None
    return found


def _override(found: Map, path: str, place: Place) -> Map:
    section = section_for(found, path, place)
    below = path.removeprefix(section.path or "").removesuffix("[]")
    known = leaf(section.model, below)
    if "[]" in below or (known.many and "." in below):
        raise ValueError(f"{path!r} stands in a loop that a profile's line can't reach into")
    old = next((rule for rule in section.rules if rule.path == below), None)
    if place.wild and "*" not in below and not place.pair and place.segment in ("REF", "DTM"):
        raise ValueError(f"{str(place)!r} stands for every {place.segment}; say which one, like REF[DP]/02")
    rule = (
        Rule(path=below, places=(place,), kind=known.kind, many=known.many)
        if old is None
        else replace(old, places=(place,))
    )
    rules = (rule, *(kept for kept in section.rules if kept.path != below))
    changed = replace(section, rules=rules, sequence=_with_segment(found, section, place.segment))
    return replace(found, sections={**found.sections, section.name: changed})


def section_for(found: Map, path: str, place: Place) -> Section:
    """Return the section that a canonical path belongs to; of several, the one that has the segment."""
    fits = [s for s in found.sections.values() if s.path is not None and path.startswith(s.path)]
    if not fits:
        raise ValueError(f"there is no field {path!r}")
    longest = max(len(s.path or "") for s in fits)
    fits = [s for s in fits if len(s.path or "") == longest]
    return next((s for s in fits if place.segment in s.sequence or place.segment == s.starts), fits[-1])


def _with_segment(found: Map, section: Section, segment: str) -> tuple[str, ...]:
    """Return the section's sequence with a segment that it does not have yet before its first inner loop.

    A segment that opens an inner loop is written by the loop; the value is put into it afterwards.
    """
    loops = [name for name in section.sequence if name.islower()]
    if segment in section.sequence or any(found.sections[name].starts == segment for name in loops):
        return section.sequence
    at = section.sequence.index(loops[0]) if loops else len(section.sequence)
    return (*section.sequence[:at], segment, *section.sequence[at:])
