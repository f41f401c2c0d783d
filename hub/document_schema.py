"""The JSON Schema of each canonical document, for whoever reads or writes them outside of the hub.

It is made of the same Structs and comments as everything else; docs/schema/ holds its published copies, and a test
keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from hub.model.documents import DOCUMENTS, VERSION, DocType
from hub.toml.reference import help_texts

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Described(NamedTuple):
    """One field of a document, for people: its canonical path, its type in words, whether it must be there."""

    path: str
    kind: str
    must: bool
    help: str


def document_schema(document: DocType) -> dict[str, Any]:
    """Return the schema (draft 2020-12) of a kind of document. Its $id ends in the version of the model."""
    root = DOCUMENTS[document]
    _, definitions = msgspec.json.schema_components([root], ref_template="#/$defs/{name}")
    for kind in _structs(root):
        texts, properties = help_texts(kind), definitions[kind.__name__].get("properties", {})
        for name in properties.keys() & texts.keys():
            properties[name]["description"] = texts[name]
    top = definitions.pop(root.__name__)
    return {
        "$schema": _DRAFT,
        "$id": f"urn:partner-hub:document:{document.value}:{VERSION}",
        "title": document.value,
        **{key: value for key, value in top.items() if key != "title"},
        "$defs": dict(sorted(definitions.items())),
    }


def fields_of(document: DocType) -> tuple[Described, ...]:
    """Return every field of a kind of document in the order of the model, what is inside a part behind it."""
    schema = document_schema(document)
    return tuple(_fields(schema, schema, ""))


def _fields(node: dict[str, Any], schema: dict[str, Any], prefix: str) -> Iterator[Described]:
    required = node.get("required", ())
    for name, field in node.get("properties", {}).items():
        if "const" in field or ("enum" in field and name == "document"):
            continue
        steps, inner, kind = _opened(field, schema)
        path = f"{prefix}{name}{steps}"
        yield Described(path, kind, name in required, field.get("description", ""))
        if inner is not None:
            yield from _fields(inner, schema, f"{path}.")


def _opened(field: dict[str, Any], schema: dict[str, Any]) -> tuple[str, dict[str, Any] | None, str]:
    """Return how a path goes on into a field ([], .*), the part that stands there, and its type in words."""
    some = [option for option in field.get("anyOf", ()) if option.get("type") != "null"]
    if some:
        return _opened(some[0], schema)
    if "$ref" in field:
        return "", schema["$defs"][field["$ref"].rpartition("/")[2]], "part"
    if field.get("type") == "array":
        steps, inner, kind = _opened(field["items"], schema)
        return f"[]{steps}", inner, "list" if inner is not None else f"list of {kind}"
    if field.get("type") == "object":
        steps, inner, kind = _opened(field["additionalProperties"], schema)
        return f".*{steps}", inner, "table" if inner is not None else f"table of {kind}"
    return (
        "",
        None,
        str(field.get("format", {"string": "text"}.get(field.get("type", ""), field.get("type", "any")))),
    )


def _structs(kind: type[Struct]) -> Iterator[type[Struct]]:
    """Yield a Struct and all that it is made of, each once."""
    seen: set[type[Struct]] = set()
    todo: list[msgspec.inspect.Type] = [msgspec.inspect.type_info(kind)]
    while todo:
        node = todo.pop()
        if isinstance(node, msgspec.inspect.StructType):
            if node.cls not in seen:
                seen.add(node.cls)
                todo += [field.type for field in node.fields]
        elif isinstance(node, msgspec.inspect.DictType):
            todo.append(node.value_type)
        elif isinstance(node, msgspec.inspect.VarTupleType):
            todo.append(node.item_type)
        elif isinstance(node, msgspec.inspect.UnionType):
            todo += node.types
    yield from seen
