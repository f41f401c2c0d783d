"""`hub map try FILE`: which field of a sample came from where, what was not used, and what stayed empty."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from hub.cli.asked import bytes_of, document_named
from hub.cli.context import FAILED, answers_in_one_line, console, print_json, settings
from hub.cli.pages import SEVERITY_STYLE
from hub.cli.tables import print_table
from translators.tracing import Trace


@answers_in_one_line
def try_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file as the partner sends it.")],
    partner: Annotated[
        str | None, typer.Option(help="Profile key of the sender; default: by the file's envelope.")
    ] = None,
    document: Annotated[
        str, typer.Option(help="What the file holds, where neither it nor its name says so.")
    ] = "",
    any_sender: Annotated[
        bool, typer.Option("--any", help="Take unknown senders too: the shipped maps.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Read a sample by the partner's map and show what came from where.

    Ends with status 1 when a document could not be read.
    """
    from hub.wiring import Trials

    data, kind = bytes_of(file), document_named(document) if document else None
    trials = Trials(settings())
    traces = trials.traces(data, file.name, partner, kind, any_sender=any_sender)
    if as_json:
        print_json(traces)
    else:
        for ordinal, trace in enumerate(traces, 1):
            _show(ordinal, trace)
    if any(finding.fatal for trace in traces for finding in trace.findings):
        raise typer.Exit(FAILED)


def _show(ordinal: int, trace: Trace) -> None:
    console.print(f"[bold]{ordinal}. {trace.document.value} {escape(trace.number)}[/]")
    for finding in trace.findings:
        style = SEVERITY_STYLE[finding.severity]
        console.print(f"  [{style}]{finding.severity}[/] {escape(finding.line())}", soft_wrap=True)
    if trace.taken:
        print_table(
            ("field", "came from", "value"), [(t.path, t.place, _clipped(t.value)) for t in trace.taken]
        )
    if trace.unused:
        console.print("\n[bold]in the file, and not used[/]")
        print_table(("place", "value"), [(u.place, _clipped(u.value)) for u in trace.unused])
    if trace.empty:
        console.print("\n[bold]in the map, and not in the document[/]")
        console.print("  " + escape(", ".join(trace.empty)), soft_wrap=True)
    console.print()


def _clipped(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:57] + "..."
