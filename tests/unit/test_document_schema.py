"""`hub schema`: what is published of the canonical documents is what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.document_schema import document_schema, fields_of
from hub.model.documents import DOCUMENTS, VERSION, DocType
from translators.paths import mandatory, type_at

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_schema_is_named_with_the_version_of_the_model(document: DocType) -> None:
    schema = document_schema(document)
    assert schema["$id"] == f"urn:partner-hub:document:{document.value}:{VERSION}"
    assert schema["description"]
    assert set(schema["required"]) - {"document"} == set(mandatory(DOCUMENTS[document]))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_field_is_one_that_maps_can_name(document: DocType) -> None:
    fields = fields_of(document)
    assert len({field.path for field in fields}) == len(fields) > 10
    for field in fields:
        assert type_at(DOCUMENTS[document], field.path.replace("[][]", "[]")) is not None


def test_fields_are_explained_by_the_comments_of_the_model() -> None:
    help_of = {field.path: field.help for field in fields_of(DocType.ORDER_ACKNOWLEDGMENT)}
    assert help_of["currency"] == "ISO 4217; empty means the agreement's"  # of the class below
    assert help_of["lines[].statuses[].code"].endswith("rescheduled DR | else the code")  # of several lines
    help_of = {field.path: field.help for field in fields_of(DocType.ORDER_CHANGE)}
    assert help_of["lines[].pack"] == "PO401 inner units per pack"  # of the class that it is made of


def test_golden_documents_have_no_field_that_the_schema_lacks() -> None:
    seen = 0
    for file in GOLDEN.glob("csv/*/*/canonical.json"):
        for written in filter(None, json.loads(file.read_text("utf-8"))):
            schema = document_schema(DocType(written["document"]))
            assert written.keys() <= schema["properties"].keys()
            seen += 1
    assert seen > 5


@pytest.mark.parametrize("words", [("purchase_order", "--json"), ("850", "--json")])
def test_the_command_prints_the_schema(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["schema", *words], catch_exceptions=False)
    assert (
        result.stdout
        == json.dumps(document_schema(DocType.PURCHASE_ORDER), indent=2, ensure_ascii=False) + "\n"
    )


def test_the_command_lists_documents_and_shows_fields() -> None:
    result = CliRunner().invoke(app, ["schema"], catch_exceptions=False)
    assert [line.split("\t")[0] for line in result.stdout.splitlines()[1:]] == [d.value for d in DOCUMENTS]
    result = CliRunner().invoke(app, ["schema", "invoice"], catch_exceptions=False)
    assert "lines[].price\tdecimal\tmust\tIT104, for `base_quantity` units" in result.stdout
    assert CliRunner().invoke(app, ["schema", "nonsense"]).exit_code == 2
