"""Stories as screens of text."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from hub.cli.context import console
from hub.model.exchange import Direction, Exchange, State
from hub.model.finding import Finding, Severity
from hub.store import Outage
from hub.story import FileStory, Line, Story

STATE_STYLE = {
    State.POSTED: "green",
    State.ACKNOWLEDGED: "green",
    State.DELIVERED: "green",
    State.MATCHED: "green",
    State.SENT: "cyan",
    State.REJECTED: "red",
    State.REFUSED: "red",
    State.DEAD: "bold red",
    State.OVERDUE: "bold red",
    State.HELD: "yellow",
    State.IN_DOUBT: "yellow",
    State.QUARANTINED: "yellow",
    State.ORPHAN: "yellow",
}

SEVERITY_STYLE = {
    Severity.ERROR: "red",
    Severity.HOLD: "yellow",
    Severity.WARNING: "cyan",
    Severity.NOTE: "dim",
}

#: The canonical document is shown up to this many lines; `--json` has it whole.
MOST_CANONICAL_LINES = 60


def show_story(story: Story) -> None:
    """Print the story of an exchange."""
    e = story.exchange
    style = STATE_STYLE.get(e.state, "bold")
    way = "from" if e.direction is Direction.IN else "to"
    name = e.envelope.set_id or e.document.value
    console.print(f"[bold]exchange {e.id}[/]  {name} {escape(e.number)} {way} {escape(e.partner)}")
    console.print(f"[{style}]{e.state}[/]  {escape(e.why)}")
    if story.owner:
        console.print(f"the next move is with {story.owner}")
    _facts(story)
    _heading("what came" if e.direction is Direction.IN else "what goes out", story.lines)
    for line in story.lines:
        _line(line)
    if story.left_out:
        console.print(f"    ... {story.left_out} more; `hub raw {e.id}` has them all", style="dim")
    placed = {id(f) for line in story.lines for f in line.findings}
    loose = [f for f in story.findings if id(f) not in placed]
    _heading("findings", loose)
    for finding in loose:
        _finding(finding)
    _canonical(story)
    _acknowledgments(story)
    _heading("what happened (UTC)", story.events)
    for event in story.events:
        moved = f"{event.from_state} → {event.to_state}" if event.to_state else event.what
        console.print(
            f"  {event.at:%Y-%m-%d %H:%M:%S.%f}"[:-3] + f"  {event.actor}  {moved}  {escape(event.why)}"
        )
    _heading("of the same order", story.related)
    for other in story.related:
        console.print(f"  {_short(other)}")


def _facts(story: Story) -> None:
    e, envelope = story.exchange, story.exchange.envelope
    facts = Table.grid(padding=(0, 2))
    if story.transmission is not None:
        t = story.transmission
        facts.add_row("file", f"T{t.id} {escape(t.name)}, {t.size:,} bytes, sha256 {t.sha256[:16]}…")
        facts.add_row("received", f"{t.received_at:%Y-%m-%d %H:%M:%S} UTC by {t.channel}")
    addresses = f"{envelope.sender} → {envelope.receiver}"
    numbers = [
        f"{label} {value}"
        for label, value in (
            ("ISA13", envelope.interchange_control),
            ("GS06", envelope.group_control),
            ("ST02", envelope.set_control),
            ("usage", envelope.usage),
            ("release", envelope.release),
        )
        if value
    ]
    facts.add_row("envelope", escape(f"{addresses}  {'  '.join(numbers)}"))
    if e.order_number:
        facts.add_row("order", escape(e.order_number))
    for label, record in (("Odoo", e.erp), ("from Odoo", e.source)):
        if record is not None:
            facts.add_row(label, escape(f"{record.model} {record.id} {record.name} {record.state}".strip()))
    if e.deadline_at is not None:
        facts.add_row("ack due", f"{e.deadline_at:%Y-%m-%d %H:%M} UTC")
    if e.attempts:
        facts.add_row("tries", str(e.attempts))
    console.print(facts)


def _heading(text: str, wanted: object) -> None:
    if wanted:  # there is something to stand under it
        console.print(f"\n[bold]{text}[/]")


def _line(line: Line) -> None:
    mark = "[red]>[/]" if line.findings else " "
    console.print(f"{mark} {line.number:>4} {escape(line.text)}  [dim]{escape(line.name)}[/]")
    for finding in line.findings:
        _finding(finding, "       ")


def _finding(finding: Finding, indent: str = "  ") -> None:
    style = SEVERITY_STYLE[finding.severity]
    console.print(f"{indent}[{style}]{finding.severity}[/] {escape(finding.line())}")
    if finding.hint:
        console.print(f"{indent}  hint: {escape(finding.hint)}", style="dim")


def _canonical(story: Story) -> None:
    _heading("canonical document", story.canonical)
    lines = story.canonical.splitlines()
    for line in lines[:MOST_CANONICAL_LINES]:
        console.print(f"  {escape(line)}")
    if len(lines) > MOST_CANONICAL_LINES:
        console.print(f"  ... {len(lines) - MOST_CANONICAL_LINES} more lines with --json", style="dim")


def _acknowledgments(story: Story) -> None:
    _heading("acknowledgments", story.acknowledged or story.answers)
    for ack in story.acknowledged:
        who = "we sent" if ack.direction is Direction.OUT else "they sent"
        link = f" (exchange {ack.ack_exchange_id})" if ack.ack_exchange_id else ""
        console.print(
            f"  {ack.at:%Y-%m-%d %H:%M:%S}  {who} {ack.kind} {ack.verdict}{link}  {escape(ack.detail)}"
        )
    for ack in story.answers:
        console.print(f"  answers exchange {ack.exchange_id} with {ack.verdict}")


def _short(e: Exchange) -> str:
    arrow = "→" if e.direction is Direction.OUT else "←"
    name = e.envelope.set_id or e.document.value
    return f"{e.id:>5} {arrow} {name} {escape(e.number)}  {e.state}"


def show_file(story: FileStory) -> None:
    """Print the story of a file."""
    t = story.transmission
    style = STATE_STYLE.get(t.state, "bold")
    console.print(f"[bold]file T{t.id}[/]  {escape(t.name)} from {escape(t.partner)} by {t.channel}")
    console.print(f"[{style}]{t.state}[/]  {escape(t.why)}")
    console.print(f"{t.size:,} bytes, sha256 {t.sha256}, received {t.received_at:%Y-%m-%d %H:%M:%S} UTC")
    _heading("findings", story.findings)
    for finding in story.findings:
        _finding(finding)
    _heading("documents in it, and what answered it", story.exchanges)
    for e in story.exchanges:
        console.print(f"  {_short(e)}  {escape(e.why)}")
    _heading("what happened (UTC)", story.events)
    for event in story.events:
        moved = f"{event.from_state} → {event.to_state}" if event.to_state else event.what
        console.print(f"  {event.at:%Y-%m-%d %H:%M:%S}  {event.actor}  {moved}  {escape(event.why)}")


def told_away(outage: Outage) -> str:
    """Return in one line, as markup, who is away, since when and why."""
    return f"{escape(outage.endpoint)} since {outage.since:%Y-%m-%d %H:%M} UTC: {escape(outage.why)}"
