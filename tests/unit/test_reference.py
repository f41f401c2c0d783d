"""What is published about keys is what the code says: docs, schema, comments."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hub.cli.reference import references
from hub.model.partner import Partner
from hub.model.record_types import RecordType
from hub.settings import Settings
from hub.toml.reference import tables

ROOT = Path(__file__).parents[2]


def test_the_published_reference_is_up_to_date() -> None:
    stale = [path.name for path, text in references(ROOT).items() if path.read_text("utf-8") != text]
    assert not stale, "run: python -m hub.cli.reference"


@pytest.mark.parametrize("kind", [Partner, Settings])
def test_every_key_is_explained(kind: type[Partner | Settings]) -> None:
    silent = [f"{table.path}.{key.name}" for table in tables(kind) for key in table.keys if not key.help]
    assert not silent


@pytest.mark.parametrize(
    ("file", "kind"),
    [("profiles.md", Partner), ("configuration.md", Settings), ("records.md", RecordType)],
)
def test_the_docs_have_a_row_for_every_key(file: str, kind: type[Partner | Settings | RecordType]) -> None:
    text = (ROOT / "docs" / file).read_text("utf-8")
    here = [table for table in tables(kind) if not table.path.startswith("records")]  # a page of its own
    missing = [key.name for table in here for key in table.keys if f"\n| `{key.name}` |" not in text]
    assert not missing


def allowed(schema: dict[str, Any], node: dict[str, Any], value: object, path: str) -> list[str]:
    """Return where a value leaves the schema, by the few words of JSON Schema that ours uses."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    elif "allOf" in node:
        return allowed(schema, node["allOf"][0], value, path)
    elif "anyOf" in node and isinstance(value, dict):  # the long form of what may be written short
        return allowed(schema, node["anyOf"][-1], value, path)
    if "enum" in node:
        return [] if value in node["enum"] else [path]
    if not isinstance(value, dict):
        return []
    known, other = node.get("properties", {}), node.get("additionalProperties", False)
    names = node.get("propertyNames", {})
    faults = [f"{path}.{key}" for key in value if key not in names.get("enum", [key])]
    for key, inner in value.items():
        if key in known:
            faults += allowed(schema, known[key], inner, f"{path}.{key}")
        elif not other:
            faults.append(f"{path}.{key}")
        else:
            faults += allowed(schema, other, inner, f"{path}.{key}")
    return faults


@pytest.mark.parametrize("file", sorted((ROOT / "partners").glob("*.toml")), ids=lambda path: path.stem)
def test_the_schema_allows_each_profile_that_we_ship(file: Path) -> None:
    schema = json.loads((ROOT / "partners/schema.json").read_text())
    text = file.read_text("utf-8")
    assert text.startswith("#:schema ./schema.json\n")
    assert allowed(schema, schema, tomllib.loads(text), "") == []


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    schema = json.loads((ROOT / "partners/schema.json").read_text())
    bad = {"nmae": "x", "status": "lvie", "receive": {"invoce": {}}, "x12": {"releas": ""}}
    assert allowed(schema, schema, bad, "") == [".nmae", ".status", ".receive.invoce", ".x12.releas"]
