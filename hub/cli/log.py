"""`hub log`, `show`, `raw`, `queue`: read the translation log."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from hub import story
from hub.cli.asked import as_instant, number_of, require_partner
from hub.cli.context import answers_in_one_line, console, fail, open_store, print_json, settings
from hub.cli.pages import STATE_STYLE, show_file, show_story, told_away
from hub.model.documents import DocType
from hub.model.exchange import Direction, Exchange, State
from hub.operations import is_transmission
from hub.store import LogQuery, Store
from translators.x12.sets import doctype

FOLLOW_SECONDS = 1.0


class DirectionName(StrEnum):
    """Seen from us."""

    IN = "in"
    OUT = "out"


def _document(text: str | None) -> DocType | None:
    """Return the kind of document by its name or its X12 number."""
    if text is None:
        return None
    if text == "TA1":
        return DocType.TECHNICAL_ACK
    if (known := doctype(text)) is not DocType.UNKNOWN:
        return known
    try:
        return DocType(text)
    except ValueError:
        fail(f"{text!r} is no kind of document; write 850 or purchase_order", 2)


@answers_in_one_line
def log(
    partner: Annotated[str | None, typer.Option(help="Only this partner (profile key).")] = None,
    document: Annotated[
        str | None, typer.Option(help="Only this kind of document: 850, purchase_order, 997 ...")
    ] = None,
    number: Annotated[
        str,
        typer.Option(
            help="Part of a document, order, Odoo or control number; shorter than three, the whole number."
        ),
    ] = "",
    state: Annotated[State | None, typer.Option(help="Only exchanges in this state.")] = None,
    direction: Annotated[DirectionName | None, typer.Option(help="in: they sent it; out: we did.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day or instant on (local time).")] = None,
    until: Annotated[str | None, typer.Option(help="Up to this day or instant (local time).")] = None,
    text: Annotated[str, typer.Option(help="Part of a reason, a finding or a file name.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    files: Annotated[bool, typer.Option("--files", help="List files as picked up.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what comes.")] = False,
) -> None:
    """List the exchanges of the translation log, newest first."""
    query = LogQuery(
        partner=partner,
        document=_document(document),
        number=number,
        state=state,
        direction=Direction(direction.value) if direction else None,
        since=as_instant(since),
        until=as_instant(until, after=True),
        text=text,
        limit=limit,
    )
    if files and (follow or query != LogQuery(partner=partner, limit=limit)):
        fail("--files goes with --partner, --limit and --json only", 2)
    with open_store() as store:
        with store.read() as tx:
            require_partner(tx, settings(), partner)
        if files:
            _list_files(store, partner, limit, as_json=as_json)
            return
        with store.read() as tx:
            found = tx.find_exchanges(query)
        if follow:
            _follow(store, query, found, as_json=as_json)
        elif as_json:
            print_json(found)
        elif found:
            console.print(exchange_table(found))
        else:
            console.print("Nothing in the log matches.")


def exchange_table(found: list[Exchange] | tuple[Exchange, ...]) -> Table:
    """Return exchanges as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("ID", "at (UTC)", "", "partner", "document", "number", "order", "state", "what"):
        table.add_column(name, no_wrap=name != "what", overflow="fold")
    for e in found:
        table.add_row(*_cells(e))
    return table


def _cells(e: Exchange) -> tuple[str, ...]:
    arrow = "→" if e.direction is Direction.OUT else "←"
    odoo = f"{e.erp.name} " if e.erp else ""
    style = STATE_STYLE.get(e.state, "")
    state = f"[{style}]{e.state}[/]" if style else e.state.value
    return (
        str(e.id),
        f"{e.created_at:%m-%d %H:%M:%S}",
        arrow,
        escape(e.partner),
        e.envelope.set_id or e.document.value,
        escape(e.number),
        escape(e.order_number),
        state,
        escape(e.why if odoo.strip() and odoo.strip() in e.why else odoo + e.why),
    )


def _list_files(store: Store, partner: str | None, limit: int, *, as_json: bool) -> None:
    with store.read() as tx:
        found = tx.transmissions(partner=partner, limit=limit)
    if as_json:
        print_json(found)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("ID", "at (UTC)", "partner", "file", "bytes", "state", "what"):
        table.add_column(name, overflow="fold")
    for t in found:
        style = STATE_STYLE.get(t.state, "")
        state = f"[{style}]{t.state}[/]" if style else t.state.value
        at = f"{t.received_at:%m-%d %H:%M:%S}"
        table.add_row(f"T{t.id}", at, escape(t.partner), escape(t.name), f"{t.size:,}", state, escape(t.why))
    console.print(table)


def _follow(store: Store, query: LogQuery, found: list[Exchange], *, as_json: bool) -> None:
    """Print a line for each exchange each time its state changes, until Ctrl-C."""
    seen: dict[int, datetime] = {}
    while True:
        for e in reversed(found):
            if seen.get(e.id) != e.updated_at:
                seen[e.id] = e.updated_at
                _print_line(e, as_json=as_json)
        sys.stdout.flush()
        try:
            time.sleep(FOLLOW_SECONDS)
        except KeyboardInterrupt:
            return
        with store.read() as tx:
            found = tx.find_exchanges(query)


def _print_line(e: Exchange, *, as_json: bool) -> None:
    if as_json:
        import msgspec

        sys.stdout.write(msgspec.json.encode(e).decode() + "\n")
    else:
        console.print("  ".join(cell for cell in _cells(e) if cell))


@answers_in_one_line
def show(
    reference: Annotated[str, typer.Argument(metavar="ID", help="An exchange (42) or a file (T7).")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell the whole story of an exchange or a file on one screen."""
    from hub.wiring import make_formats

    with open_store() as store:
        if is_transmission(reference):
            file = story.tell_file(store, number_of(reference[1:]))
            print_json(file) if as_json else show_file(file)
            return
        told = story.tell(store, make_formats(settings().paths), number_of(reference))
        print_json(told) if as_json else show_story(told)


@answers_in_one_line
def raw(
    reference: Annotated[str, typer.Argument(metavar="ID", help="An exchange (42) or a file (T7).")],
    kind: Annotated[
        str, typer.Option(help="What else is kept with an exchange: canonical, proposals ...")
    ] = "",
) -> None:
    """Write the bytes of an exchange or a file, untouched, to standard output."""
    with open_store() as store:
        if is_transmission(reference):
            data = story.raw_file(store, number_of(reference[1:]))
        else:
            data = story.raw(store, number_of(reference), kind)
    sys.stdout.buffer.write(data)


@answers_in_one_line
def queue(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what waits for somebody, and whose move it is."""
    with open_store() as store:
        (waiting, files), stuck, away = story.queues(store), story.stuck(store), story.away(store)
    if as_json:
        print_json({"queues": waiting, "files": files, "stuck": stuck, "away": away})
        return
    for outage in away:
        console.print(f"[bold red]away[/] {told_away(outage)}", soft_wrap=True)
    if not waiting and not files and not stuck and not away:
        console.print("Nothing waits: every document is where it should be.")
    for one in waiting:
        style = STATE_STYLE.get(one.state, "bold")
        console.print(f"[{style}]{one.state}[/] {one.count}: the next move is with {one.owner}")
        console.print(exchange_table(one.oldest))
        if one.count > len(one.oldest):
            console.print(f"  ... `hub log --state {one.state}` lists them all")
    for t in files:
        console.print(f"file T{t.id} {escape(t.name)} from {t.partner}: {t.state}: {escape(t.why)}")
    for lying in stuck:
        since = f"since {lying.since[:16].replace('T', ' ')} UTC"
        console.print(
            f"{lying.partner}: {escape(lying.name)} lies in their folder {since}: {escape(lying.why)}"
        )
