"""Documents under construction: nested tables that become an immutable canonical document in one go."""

from __future__ import annotations

from typing import Any

import msgspec

from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from translators.paths import Keys

#: A part of a document while it is read. A table whose keys are numbers becomes a list.
Node = dict[str | int, Any]


def put(node: Node, keys: Keys, value: object) -> None:
    """Set a value in nested parts, which are made as needed."""
    for key in keys[:-1]:
        node = node.setdefault(key, {})
    node[keys[-1]] = value


def owner_of(node: Node, keys: Keys) -> Node | None:
    """Return the part that holds the last key, or None when nothing has made it."""
    here: Node | None = node
    for key in keys[:-1]:
        here = here.get(key) if here is not None else None
    return here


def build(tree: Node, document: DocType) -> AnyDocument:
    """Make the document. Raises ValueError, with what is wrong in plain words, when it cannot be one."""
    try:
        return msgspec.convert(_settled(tree), DOCUMENTS[document])
    except msgspec.ValidationError as error:
        raise ValueError(f"cannot be read as {document.value.replace('_', ' ')}: {error}") from error


def _settled(value: object) -> object:
    """Turn tables whose keys are numbers into lists, in the order of the numbers."""
    if isinstance(value, list):
        return [_settled(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, int) for key in value):
        return [_settled(value[key]) for key in sorted(value)]
    return {key: _settled(item) for key, item in value.items()}
