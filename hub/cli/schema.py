"""`hub schema`: the canonical documents, their fields and their JSON Schema."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from hub.cli.asked import document_named
from hub.cli.context import answers_in_one_line
from hub.cli.tables import print_table
from hub.document_schema import document_schema, fields_of
from hub.model.documents import DOCUMENTS


@answers_in_one_line
def schema(
    document: Annotated[
        str,
        typer.Argument(
            metavar="[DOCUMENT]",
            help="A kind of document, e.g. purchase_order; 850 will do. Default: list all.",
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the JSON Schema.")] = False,
) -> None:
    """List the canonical documents, show the fields of one, or print its JSON Schema."""
    if not document:
        schemas = {kind.value: document_schema(kind) for kind in DOCUMENTS}
        if as_json:
            typer.echo(json.dumps(schemas, indent=2, ensure_ascii=False))
        else:
            rows = [
                (name, str(made["$id"]), _first_line(made["description"])) for name, made in schemas.items()
            ]
            print_table(("document", "schema", "what it is"), rows)
        return
    kind = document_named(document)
    if as_json:
        typer.echo(json.dumps(document_schema(kind), indent=2, ensure_ascii=False))
        return
    fields = [(field.path, field.kind, "must" if field.must else "", field.help) for field in fields_of(kind)]
    print_table(("field", "type", "", "meaning"), fields)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0]
