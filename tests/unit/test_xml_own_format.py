"""Our own plain XML has a place for every field of every document, but for what the crosswalk sets."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator

import pytest
from msgspec import Struct
from msgspec.structs import fields

from hub.model.documents import DOCUMENTS, DocType
from translators.xml.compiling import xml_map
from translators.xml.map_source import SHIPPED
from translators.xml.xml_map import Branch

#: What our crosswalks, and Odoo, add to a line: no partner sends it.
OURS = {"sku", "our_quantity", "our_unit", "ours", "own", "unit_factor", "store", "listed"}


def of_the_model(part: type[Struct], path: str = "") -> Iterator[str]:
    """Yield the canonical path of every field, lists as [] and tables as *."""
    for field in fields(part):
        if field.name in OURS:
            continue
        name = f"{path}.{field.name}" if path else field.name
        inner = field.type
        if isinstance(inner, types.UnionType):
            inner = next(arg for arg in typing.get_args(inner) if arg is not type(None))
        kind, args = typing.get_origin(inner), typing.get_args(inner)
        if kind in (dict, tuple):
            name, inner = f"{name}.*" if kind is dict else f"{name}[]", args[1] if kind is dict else args[0]
        if not (isinstance(inner, type) and issubclass(inner, Struct)):
            yield name
            continue
        if kind in (dict, tuple):
            yield name
        yield from of_the_model(inner, name)


def of_the_map(branch: Branch) -> Iterator[str]:
    """Yield the canonical path of everything that a map places."""
    for part in branch.parts:
        yield part.path
        if isinstance(part, Branch):
            yield from of_the_map(part)


@pytest.mark.parametrize("document", list(DOCUMENTS))
def test_every_field_has_a_place(document: DocType) -> None:
    mapped = xml_map(SHIPPED / f"{document}.toml")
    assert set(of_the_model(DOCUMENTS[document])) <= set(of_the_map(mapped.body))
