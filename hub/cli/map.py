"""`hub map`: the maps as they stand, where a field comes from and why, and what became of a sample.

Exit status: 0 done, 1 there is no such field or the sample can't be read, 2 wrong use or configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from hub.cli.asked import document_named
from hub.cli.context import MISUSED, answers_in_one_line, console, fail, print_json, settings
from hub.cli.map_try import try_command
from hub.cli.tables import print_table
from hub.model.documents import DOCUMENTS, DocType
from hub.model.partner import Partner
from hub.profiles import load_partners
from translators.tracing import MapLine, lines_for

FORMATS = ("x12", "xml", "csv")

app = typer.Typer(help="Maps: where each field of a document stands in a format.", no_args_is_help=True)
app.command("try")(try_command)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Document = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="A kind of document, e.g. purchase_order; 850 will do.")
]
Format = Annotated[str, typer.Option("--format", help="x12, xml or csv; default: what the partner speaks.")]
Sending = Annotated[
    bool, typer.Option("--send", help="The map by which we write; default: by which we read.")
]


@app.command("show")
@answers_in_one_line
def show_command(
    document: Document,
    form: Format = "",
    partner: Annotated[str, typer.Option(help="Profile key: with that partner's lines laid over.")] = "",
    sending: Sending = False,
    as_json: Json = False,
) -> None:
    """Show a map as a table; a * marks the lines that the partner's profile has changed."""
    lines = _lines(document_named(document), form, partner, sending=sending)
    if as_json:
        print_json(lines)
        return
    headers = ("", "field", "stands in", "kind", "part", "note")
    print_table(headers, [_row(line) for line in lines])


@app.command("explain")
@answers_in_one_line
def explain_command(
    document: Document,
    field: Annotated[
        str, typer.Argument(metavar="FIELD", help='A canonical field, e.g. "lines[].price" or "parties".')
    ],
    form: Format = "",
    partner: Annotated[str, typer.Option(help="Profile key: with that partner's lines laid over.")] = "",
    sending: Sending = False,
    as_json: Json = False,
) -> None:
    """Say where a canonical field comes from, and which file says so."""
    kind = document_named(document)
    found = tuple(lines_for(_lines(kind, form, partner, sending=sending), field))
    if as_json:
        print_json(found)
    else:
        for line in found:
            console.print(_told(line, field), soft_wrap=True)
    if not found:
        told = _nothing(kind, field)
        fail(f"{told}; `hub map show {kind.value}` lists the fields that it has")


def _lines(document: DocType, form: str, key: str, *, sending: bool) -> tuple[MapLine, ...]:
    from hub.wiring import make_tracers

    found = settings()
    partner = _partner(Path(found.paths.partners), key) if key else None
    agreed = None
    if partner is not None:
        agreed = partner.send.get(document) if sending else partner.receive.get(document)
    name = form or (agreed.format if agreed else "") or (partner.format if partner else "x12")
    if name not in FORMATS:
        fail(f"there is no format {name!r}; write one of {', '.join(FORMATS)}", MISUSED)
    return make_tracers(found.paths)[name].lines(document, partner, sending=sending)


def _partner(folder: Path, key: str) -> Partner:
    partners, _ = load_partners(folder)
    if key not in partners:
        fail(f"there is no partner {key!r} that loads; `hub partner list` shows them", MISUSED)
    return partners[key]


def _row(line: MapLine) -> tuple[str, ...]:
    places = ", ".join(line.places) or "(nowhere)"
    return ("*" if line.overridden else "", line.path, places, line.kind, line.part, _note(line))


def _note(line: MapLine) -> str:
    """Return what else there is to say of a line, in a few words."""
    words = ["must be there"] if line.must else []
    words += [f"default {'its ordinal' if line.default == '#' else line.default}"] if line.default else []
    words += [f"{len(line.codes)} codes"] if line.codes else []
    return ", ".join(words)


def _told(line: MapLine, field: str) -> str:
    first, *others = line.places or ("nowhere",)
    also = f", or {' or '.join(map(escape, others))}" if others else ""
    part = f" ({escape(line.part)})" if line.part else ""
    note = f"; {escape(_note(line))}" if _note(line) else ""
    name = field.rpartition(".")[2]
    theirs = [their for their, our in line.codes.items() if our == name and line.path.endswith("*")]
    note += f"; {escape(name)} is {escape(' or '.join(theirs))}" if theirs else ""
    style = "bold yellow" if line.overridden else "bold"
    why = "the partner's profile says so" if line.overridden else "the shipped map says so"
    if not line.overridden and "/maps/" not in f"/{line.origin}":
        why = "the partner's own map says so"
    return f"[{style}]{escape(line.path)}[/] from {escape(first)}{also}{part}{note}\n  {escape(line.origin)}: {why}"


def _nothing(document: DocType, field: str) -> str:
    """Say whether a field is no field at all, or has no place."""
    from translators.paths import PathError, type_at

    try:
        type_at(DOCUMENTS[document], field)
    except PathError as fault:
        return str(fault)
    return f"{field!r} has no place in this map"
