"""The fields that a section fills, as local variables of its function, and the part of the document made of them.

A text that was not found is empty, a list or dictionary is too, any other value is None. A group
(`terms`) is one variable for each of its fields that is read: `terms_net_days`.
"""

from __future__ import annotations

from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo
from msgspec.structs import fields as infos

from translators.x12.mapping.paths import Hint, hints, is_model, origin
from translators.x12.mapping.spec import Map, Section
from translators.x12.mapping.special import READ_SEGMENT

#: Lines of Python, and what they refer to by name.
Lines = list[str]
Constants = dict[str, Any]

#: The fields that a section fills, in the model's order, and of a group those of its fields that are read.
Fills = dict[str, tuple[str, ...]]

_SCALARS = ("''", "None")


def filled(found: Map, section: Section) -> Fills:
    """Return the fields that are filled by a section's rules, its loops, its functions and merged sections."""
    paths = _paths(found, section)
    if section.name == "document":
        merged = (found.sections[name] for name in found.levels.values())
        paths |= {path for one in merged if one.merges for path in _paths(found, one)}
    fills = {path.partition(".")[0] for path in paths}
    return {
        field: tuple(n for n in hints(hint) if f"{field}.{n}" in paths) if is_model(hint) else ()
        for field, hint in hints(section.model).items()
        if field in fills
    }


def _paths(found: Map, section: Section) -> set[str]:
    loops = (found.sections[name] for name in section.sequence if name.islower())
    special = (READ_SEGMENT[name].fills for name in section.special.values() if name in READ_SEGMENT)
    return {
        *(rule.path for rule in section.rules),
        *(loop.fills for loop in loops),
        *special,
        section.ordinal,
    }


def variables(section: Section, fills: Fills) -> dict[str, str]:
    """Return the local variables of a section, and what each begins with."""
    found: dict[str, str] = {}
    for field, members in fills.items():
        hint = hints(section.model)[field]
        if members:
            found |= {f"{field}_{name}": _blank(hints(hint)[name]) for name in members}
        else:
            found[field] = _blank(hint)
    return found


def scalars(section: Section, fills: Fills) -> list[str]:
    """Return the variables that are not lists or dictionaries."""
    return [name for name, blank in variables(section, fills).items() if blank in _SCALARS]


def beginning(section: Section, fills: Fills) -> Lines:
    """Return the lines that give all variables their first values."""
    found = variables(section, fills)
    same = [" = ".join([*(n for n in found if found[n] == blank), blank]) for blank in _SCALARS]
    rest = [f"{name} = {blank}" for name, blank in found.items() if blank not in _SCALARS]
    return [line for line in same if line not in _SCALARS] + rest


def is_empty(hint: Hint, name: str) -> str:
    """Return the test that nothing was found for the variable of a field of this type."""
    return f"{name} is None" if _blank(hint) == "None" else f"not {name}"


def _blank(hint: Hint) -> str:
    return {str: "''", tuple: "[]", dict: "{}"}.get(hint if hint is str else origin(hint), "None")


def part_lines(section: Section, fills: Fills, constants: Constants) -> Lines:
    """Return the lines that make the part of the document in `part`."""
    values = [
        f"{info.name}={_value(section, info, fills[info.name], constants)},"
        for info in infos(section.model)
        if info.name in fills
    ]
    return [f"part = {_named(section.model, constants)}(", *(f"    {value}" for value in values), ")"]


def _named(model: type[Struct], constants: Constants) -> str:
    constants[model.__name__] = model
    return model.__name__


def _value(section: Section, info: FieldInfo, members: tuple[str, ...], constants: Constants) -> str:
    """Return the expression for a field: its variable, or the model's default when nothing was found."""
    name, hint = info.name, hints(section.model)[info.name]
    if members:
        return _group(name, hint, members, constants)
    blank = _blank(hint)
    if blank == "[]":
        return f"tuple({name}) if {name} else ()"
    if info.default in (NODEFAULT, None, ""):
        return name
    constant = f"default_{section.name}_{name}"
    constants[constant] = info.default
    return f"{constant} if {is_empty(hint, name)} else {name}"


def _group(name: str, model: Hint, members: tuple[str, ...], constants: Constants) -> str:
    """Return the expression for a group, which is None when none of its fields was found."""
    types = hints(model)
    nothing = " and ".join(is_empty(types[member], f"{name}_{member}") for member in members)
    values = ", ".join(f"{member}={name}_{member}" for member in members)
    return f"None if {nothing} else {_named(model, constants)}({values})"
