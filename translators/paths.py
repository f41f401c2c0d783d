"""Canonical paths: how maps name the fields of a canonical document, and which type stands at a path.

    number                      a field                 parties.ship_to.name    an entry of a table, its field
    lines[].price               a field of each line    charges[0].amount       a field of the first charge
    refs.*                      every entry of a table

Maps of every format use this language; `hub.model.documents` is its vocabulary.
"""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import FieldInfo, fields

#: Keys that lead to a value: a field's name or a table's key (text), or an index into a list.
Keys = tuple[str | int, ...]

_STEP = re.compile(r"(?P<name>\w+|\*)(?P<list>\[(?P<index>\d{0,3})\])?", re.ASCII)


class Kind(StrEnum):
    """What stands at a path."""

    TEXT = "text"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    TIME = "time"
    FLAG = "flag"  # yes or no
    TEXTS = "texts"  # a list of texts taken as one field, one line each
    PART = "part"  # a value with fields of its own


_KINDS: dict[object, Kind] = {
    str: Kind.TEXT,
    Decimal: Kind.DECIMAL,
    int: Kind.INTEGER,
    dt.date: Kind.DATE,
    dt.time: Kind.TIME,
    bool: Kind.FLAG,
    tuple[str, ...]: Kind.TEXTS,
}


class PathError(ValueError):
    """Raised for a path that names nothing in its document; the message says which step."""


class Step(Struct, frozen=True):
    """One step of a path. `many` marks `[]`, `index` an entry such as `[0]`."""

    name: str
    many: bool = False
    index: int | None = None

    @property
    def keys(self) -> Keys:
        """Return the keys of this step; `[]` itself adds none."""
        return (self.name,) if self.index is None else (self.name, self.index)


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[Step, ...]:
    """Split a path into its steps. Raises PathError when it is not written in the language above."""
    found: list[Step] = []
    for part in path.split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            raise PathError(f"{path!r}: {part!r} is not a step; write name, name[] or name[0]")
        index = match["index"]
        found.append(Step(match["name"], many=index == "", index=int(index) if index else None))
    return tuple(found)


@lru_cache(maxsize=4096)
def type_at(document: type[Struct], path: str) -> object:
    """Return the type of what stands at `path`. Raises PathError when nothing does."""
    here: object = document
    for step in steps(path):
        here = _enter(here, step, path)
    return here


def kind_at(document: type[Struct], path: str) -> Kind:
    """Return the kind of what stands at `path`. Raises PathError when nothing does."""
    return _KINDS.get(type_at(document, path), Kind.PART)


def mandatory(part: object) -> tuple[str, ...]:
    """Return the names of the fields that a value of this type cannot be without."""
    if isinstance(part, type) and issubclass(part, Struct):
        return tuple(f.name for f in _fields(part) if f.required)
    return ()


def fetch(value: object, keys: Keys) -> object:
    """Return what stands at `keys` below `value`, or None where the way ends early."""
    for key in keys:
        if value is None:
            return None
        if isinstance(key, int):
            value = value[key] if isinstance(value, tuple) and key < len(value) else None
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            value = getattr(value, key, None)
    return value


@lru_cache(maxsize=256)
def _fields(part: type[Struct]) -> tuple[FieldInfo, ...]:
    """Return the fields of a part; to work them out takes longer than all else here."""
    return fields(part)


def _enter(here: object, step: Step, path: str) -> object:
    """Return the type one step further."""
    inner = _entry(here, step.name)
    if inner is None:
        raise PathError(f"{path!r}: there is no {step.name!r} in {_name(here)}")
    if not step.many and step.index is None:
        return inner
    if typing.get_origin(inner) is not tuple:
        raise PathError(f"{path!r}: {step.name!r} is not a list")
    return typing.get_args(inner)[0]


def _entry(here: object, name: str) -> object:
    """Return the type of the entry `name`, without its None; None when there is no such entry."""
    if typing.get_origin(here) is dict:
        return typing.get_args(here)[1]
    if not (isinstance(here, type) and issubclass(here, Struct)):
        return None
    for item in _fields(here):
        if item.name == name:
            return _without_none(item.type)
    return None


def _without_none(hint: object) -> object:
    """Return X of `X | None`, or the hint itself."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        kept = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        return kept[0] if len(kept) == 1 else hint
    return hint


def _name(here: object) -> str:
    return here.__name__ if isinstance(here, type) else str(here)
