"""`hub records`: try a file of records without writing, show what came of one, look up the fields of a model.

Exit status: 0 all rows would be taken, 1 some would be refused, 2 a profile or setting is wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from hub import story
from hub.cli.asked import bytes_of, number_of
from hub.cli.context import FAILED, answers_in_one_line, console, fail, open_store, print_json, settings
from hub.cli.pages import SEVERITY_STYLE
from hub.cli.tables import print_table
from hub.erp.port.records import Records
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.profiles import load_partners
from hub.stages.recording.carrying import BatchOutcome, RecordOutcome

app = typer.Typer(help="Files of records: any model of Odoo by profile alone.", no_args_is_help=True)

_STYLE = {"create": "green", "change": "yellow", "nothing": "dim", "refused": "red", "read": "dim"}
#: Records that are shown at a terminal; `--json` has them all.
MOST_SHOWN = 200

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command("try")
@answers_in_one_line
def try_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file as the partner sends it.")],
    partner: Annotated[str, typer.Option(help="Profile key of the sender.")],
    kind: Annotated[str, typer.Option("--type", help="The record type; default: by the file's name.")] = "",
    offline: Annotated[bool, typer.Option("--offline", help="Only read it; Odoo is not asked.")] = False,
    as_json: Json = False,
) -> None:
    """Show what each record would do: be made, change field by field, nothing, or be refused. Nothing is written."""
    from hub.record_trials import RecordTrial, try_records

    data = bytes_of(file)
    folder = Path(settings().paths.partners)
    sender = _partner(partner, folder)
    with _erp(offline=offline) as erp:
        trial: RecordTrial = try_records(data, file.name, sender, wanted=kind, folder=folder, erp=erp)
    if as_json:
        print_json(trial)
    else:
        _show(trial.file, trial.records, trial.findings)
        verb = "would be" if trial.compared else "Odoo was not asked:"
        console.print(
            f"\n[bold]{escape(trial.record_type)}[/] -> {escape(trial.model)}: {verb} {trial.tally}"
        )
    if trial.tally.refused or any(f.fatal for f in trial.findings):
        raise typer.Exit(FAILED)


@app.command("preview")
@answers_in_one_line
def preview_command(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="A record type that goes out.")],
    partner: Annotated[str, typer.Option(help="Profile key of the partner.")],
) -> None:
    """Write the file that a partner would get now to standard output; nothing is sent."""
    from hub.record_trials import preview

    folder = Path(settings().paths.partners)
    receiver = _partner(partner, folder)
    with _erp() as erp:
        assert erp is not None
        data = preview(receiver, kind, folder, erp)
    sys.stdout.buffer.write(data)


def _partner(key: str, folder: Path) -> Partner:
    """Return a partner; raise ConfigError when there is none of that key that loads."""
    partners, _ = load_partners(folder)
    if key not in partners:
        raise ConfigError(f"there is no partner {key!r} that loads; `hub partner list` shows them")
    return partners[key]


@app.command("show")
@answers_in_one_line
def show_command(
    number: Annotated[str, typer.Argument(metavar="ID", help="An exchange of records (42).")],
    as_json: Json = False,
) -> None:
    """Show what came of each record of an exchange: made, changed field by field, as it was, or refused and why."""
    with open_store() as store:
        data = story.raw(store, number_of(number), "records")
    try:
        told = msgspec.json.decode(data, type=BatchOutcome)
    except msgspec.ValidationError:
        fail(f"exchange {number} went out: it says how far it reached, `hub raw {number} --kind records`")
    if as_json:
        print_json(told)
        return
    _show("", told.records, ())
    console.print(f"\n[bold]{escape(told.record_type)}[/] -> {escape(told.model)}: {told.tally}")


@app.command("fields")
@answers_in_one_line
def fields_command(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An Odoo model, such as res.partner.")],
    as_json: Json = False,
) -> None:
    """List the fields of an Odoo model that a record type may name."""
    from hub.record_trials import fields_of

    with _erp() as erp:
        assert erp is not None
        facts = fields_of(model, erp)
    if as_json:
        print_json(facts)
        return
    rows = [
        (f.name, f.type, f.relation, "yes" if f.required else "", "read-only" if f.readonly else "")
        for f in sorted(facts.fields.values(), key=lambda field: field.name)
    ]
    print_table(("field", "type", "names a", "required", "written"), rows)


@contextmanager
def _erp(*, offline: bool = False) -> Iterator[Records | None]:
    """Give the records of the Odoo of this hub."""
    from hub.whereabouts import open_erp

    if offline:
        yield None
        return
    with open_erp(settings(), os.environ) as gateway:
        yield gateway.records


def _show(file: str, records: tuple[RecordOutcome, ...], findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        _show_finding(finding, file)
    for record in records[:MOST_SHOWN]:
        rows = ", ".join(map(str, record.rows[:5])) + ("..." if len(record.rows) > 5 else "")
        style = _STYLE[record.action]
        console.print(f"[{style}]{record.action:8}[/] {escape(record.label)}  [dim]row {rows}[/]")
        for field, old, new in record.changes:
            arrow = f"{old} -> {new}" if record.action == "change" else new
            console.print(f"           {escape(field)}: {escape(arrow)}")
        for finding in record.findings:
            _show_finding(finding, "")
    if len(records) > MOST_SHOWN:
        console.print(f"... and {len(records) - MOST_SHOWN} more; --json has them all")


def _show_finding(finding: Finding, file: str) -> None:
    style = SEVERITY_STYLE[finding.severity]
    console.print(f"         [{style}]{finding.severity}[/] {escape(finding.line(file))}")
    if finding.hint:
        console.print(f"           hint: {escape(finding.hint)}", style="dim")
