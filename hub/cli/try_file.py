"""`hub partner try FILE`: what would become of a file, without posting or sending anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from hub.cli.asked import bytes_of
from hub.cli.context import FAILED, answers_in_one_line, console, print_json, settings
from hub.cli.pages import SEVERITY_STYLE, STATE_STYLE
from hub.model.exchange import State
from hub.model.finding import Finding, Severity
from hub.trial import Trial, TriedDocument

_GOOD = frozenset({State.TRANSLATED, State.TESTED, State.MATCHED})


@answers_in_one_line
def try_file(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files as a partner sends them.")],
    partner: Annotated[
        str | None, typer.Option(help="Profile key of the sender; default: by the file's envelope.")
    ] = None,
    any_sender: Annotated[
        bool,
        typer.Option("--any", help="Take unknown senders too: standard dictionaries, no codes."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the canonical document, the findings, the answer that would go, and what would be posted or held.

    What the profile and the file decide is decided here; what only Odoo can say is named.
    Ends with status 1 when a document would be rejected or held.
    """
    from hub.wiring import Trials

    trials = Trials(settings())
    tried = [trials.run(bytes_of(path), path.name, partner, any_sender=any_sender) for path in files]
    if as_json:
        print_json(tried)
    else:
        for trial in tried:
            _show(trial)
    if not all(_is_good(trial) for trial in tried):
        raise typer.Exit(FAILED)


def _is_good(trial: Trial) -> bool:
    return trial.state is State.OPENED and all(d.state in _GOOD and not _stops(d) for d in trial.documents)


def _stops(document: TriedDocument) -> bool:
    """Say whether a test document would not get through once it is in earnest."""
    return any(f.severity in {Severity.ERROR, Severity.HOLD} for f in document.findings)


def _show(trial: Trial) -> None:
    console.print(f"[bold]{escape(trial.file)}[/] as from {escape(trial.partner)}: {escape(trial.why)}")
    for finding in trial.findings:
        _show_finding(finding)
    for document in trial.documents:
        _show_document(document)
    for kind, text in trial.answers:
        console.print(f"\n[bold]the {kind} that would go[/]")
        console.print(escape(text.rstrip()), soft_wrap=True)


def _show_document(document: TriedDocument) -> None:
    style = STATE_STYLE.get(document.state, "green" if document.state in _GOOD else "bold")
    why = document.why
    if document.state is State.TESTED and _stops(document):
        why = f"{why}; in earnest it would be held"
    elif document.state is State.HELD:
        why = f"would be held: {why}"
    console.print(
        f"\n[bold]{document.position}. {document.set_id} {escape(document.number)}[/]  "
        f"[{style}]{document.state}[/]  {escape(why)}"
    )
    for finding in document.findings:
        _show_finding(finding)
    if document.canonical:
        console.print(escape(document.canonical), soft_wrap=True)
    if document.posting:
        console.print(f"would be posted: {escape(document.posting)}")
    if document.asked:
        console.print(f"if Odoo agrees: {escape(document.asked)}")


def _show_finding(finding: Finding) -> None:
    console.print(f"  [{SEVERITY_STYLE[finding.severity]}]{finding.severity}[/] {escape(finding.line())}")
    if finding.hint:
        console.print(f"    hint: {escape(finding.hint)}", style="dim")
