"""Canonical paths: which fields the canonical documents have, and of what type.

`lines[].ids.vendor_part` is a field of every line; `refs.*` stands for any name in a dictionary. The types
come from hub.model.documents, so that a map never repeats them.
"""

from __future__ import annotations

import datetime as dt
import types
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, TypeAlias, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from hub.model.documents import DOCUMENTS, DocType

#: A type annotation as `typing` hands it out.
Hint: TypeAlias = Any

_KINDS: dict[Hint, str] = {
    str: "text",
    Decimal: "decimal",
    int: "integer",
    dt.date: "date",
    dt.time: "time",
    bool: "flag",
}


class Leaf(Struct, frozen=True):
    """The end of a path: the kind of its value, and whether it is a list of them."""

    kind: str
    many: bool = False


def hints(model: Hint) -> dict[str, Hint]:
    """Return the types of a model's fields, without `| None`."""
    return _hints(model)


@cache
def _hints(model: Hint) -> dict[str, Hint]:
    return {n: _bare(hint) for n, hint in get_type_hints(model).items() if origin(hint) is not ClassVar}


def origin(hint: Hint) -> Hint:
    """Return tuple for `tuple[str, ...]`, dict for `dict[str, str]`, None for a plain type."""
    return get_origin(hint)


def _bare(hint: Hint) -> Hint:
    """Return a type without its None."""
    if origin(hint) in (Union, types.UnionType):
        return next(arm for arm in get_args(hint) if arm is not type(None))
    return hint


def is_model(hint: Hint) -> bool:
    """Say whether a type is one of the parts of a document."""
    return isinstance(hint, type) and issubclass(hint, Struct)


def item_of(hint: Hint) -> Hint:
    """Return the type of what a tuple or a dictionary holds, or None for any other type."""
    if origin(hint) is tuple:
        return get_args(hint)[0]
    if origin(hint) is dict:
        return get_args(hint)[1]
    return None


def leaf(model: type[Struct], path: str) -> Leaf:
    """Return what stands at a path below `model`; raise ValueError when the model has no such field."""
    hint: Hint = model
    for part in path.removesuffix("[]").split("."):
        name = part.removesuffix("[]")
        if origin(hint) is dict:
            hint = item_of(hint)
            continue
        known = hints(hint) if is_model(hint) else {}
        if name not in known:
            raise ValueError(f"a {model.__name__} has no field {path!r}")
        hint = known[name]
        if part.endswith("[]"):
            hint = item_of(hint)
    many = origin(hint) is tuple
    kind = _KINDS.get(item_of(hint) if many else hint)
    if kind is None:
        raise ValueError(f"{path!r} is a group of fields, not a field")
    return Leaf(kind, many)


@cache
def known_paths(document: DocType) -> frozenset[str]:
    """Return every canonical path of a document; `refs.*` and the like stand for any name."""
    return frozenset(_paths(DOCUMENTS[document], ""))


def is_known_path(document: DocType, path: str) -> bool:
    """Say whether `path` is a field of that document, also where it names an entry of a dictionary."""
    try:
        leaf(DOCUMENTS[document], path)
    except ValueError:
        return False
    return "*" not in path and not path.endswith(".")


def _paths(model: type[Struct], prefix: str) -> list[str]:
    found: list[str] = []
    for name, hint in hints(model).items():
        inner = item_of(hint)
        if is_model(hint):
            found += _paths(hint, f"{prefix}{name}.")
        elif origin(hint) is dict:
            found += _paths(inner, f"{prefix}{name}.*.") if is_model(inner) else [f"{prefix}{name}.*"]
        elif is_model(inner):
            found += _paths(inner, f"{prefix}{name}[].")
        else:
            found.append(prefix + name)
    return found
