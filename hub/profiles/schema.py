"""The JSON Schema of a profile, for editors: completion, help and red lines while typing.

It is made from the same Struct and the same comments as everything else; partners/schema.json is its
published copy and a test keeps the two equal.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from hub.model.documents import DOCUMENTS
from hub.model.partner import Partner
from hub.toml.durations import PATTERN
from hub.toml.reference import help_texts

_DURATION = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": PATTERN}]}

_DOCUMENTS = [document.value for document in DOCUMENTS]


def json_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) that partners/*.toml are written against."""
    (_reference,), definitions = msgspec.json.schema_components([Partner], ref_template="#/$defs/{name}")
    structs = {kind.__name__: kind for kind in _structs(Partner)}
    for name, definition in definitions.items():
        _describe(definition, structs.get(name))
    root = definitions.pop("Partner")
    root["properties"].pop("key")
    root["properties"] = {
        "extends": {
            "type": "string",
            "pattern": "^_",
            "description": "the template that this file builds on",
        },
        **root["properties"],
    }
    for direction in ("receive", "send"):
        root["properties"][direction]["propertyNames"] = {"enum": _DOCUMENTS}
    root.pop("required", None)  # what is missing here may stand in the template
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Partner profile",
        **{key: value for key, value in root.items() if key != "title"},
        "$defs": dict(sorted(definitions.items())),
    }


def _describe(definition: dict[str, Any], kind: type[Struct] | None) -> None:
    """Add the help texts, and let durations be written as text."""
    texts = help_texts(kind) if kind else {}
    for name, field in definition.get("properties", {}).items():
        if field.get("type") == "number":
            default = field.get("default")
            field.clear()
            field |= {**_DURATION, "default": default}
        if name in texts:
            field["description"] = texts[name]


def _structs(kind: type[Struct]) -> list[type[Struct]]:
    """Return a Struct and all that it is made of."""
    found: list[type[Struct]] = [kind]

    def visit(node: msgspec.inspect.Type) -> None:
        if isinstance(node, msgspec.inspect.StructType):
            found.append(node.cls)
            for field in node.fields:
                visit(field.type)
        elif isinstance(node, msgspec.inspect.DictType):
            visit(node.value_type)
        elif isinstance(node, msgspec.inspect.UnionType):
            for form in node.types:
                visit(form)

    visit(msgspec.inspect.type_info(kind))
    return found
