"""`hub retention`: remove what has been kept for long enough, and the legal holds on what must be kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from hub.cli.asked import number_of, require_partner
from hub.cli.context import actor, answers_in_one_line, console, fail, open_store, print_json, settings
from hub.cli.progress import telling
from hub.cli.tables import print_table

app = typer.Typer(
    help="How long payloads and the log are kept, and legal holds.", invoke_without_command=True
)
hold = typer.Typer(help="Legal holds: what is not removed, however old it is.", no_args_is_help=True)
app.add_typer(hold, name="hold")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Why = Annotated[str, typer.Option(help="The reason, kept in the log.")]


@app.callback()
@answers_in_one_line
def retention(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove payloads and log rows that are older than [retention] and the profiles say; a running hub does it daily.

    What is open, under a hold, or of an order that still moves is never removed.
    """
    if context.invoked_subcommand is not None:
        return
    from hub.books import PartnerBook
    from hub.wiring import make_retaining

    found = settings()
    partners = PartnerBook(Path(found.paths.partners))
    with open_store() as store, telling("retention") as tell:
        removed = make_retaining(found, store, partners).look(dry=dry_run, tell=tell)
    if as_json:
        print_json(removed)
        return
    verb = "would be removed, at most" if removed.dry else "removed"
    console.print(
        f"payloads of {removed.payloads:,} documents and {removed.files:,} files {verb}; "
        f"{removed.log_exchanges:,} documents and {removed.log_files:,} files of the log {verb}",
        soft_wrap=True,
    )
    if removed.held or removed.moving:
        console.print(f"kept: {removed.held:,} under a hold, {removed.moving:,} of orders that still move")
    if not removed.dry:
        console.print(f"{removed.swept:,} files ({removed.swept_bytes:,} bytes) taken out of the archive")


@hold.command("add")
@answers_in_one_line
def add(
    why: Why,
    partner: Annotated[
        str, typer.Option(help="All of this partner; with --order that order of theirs.")
    ] = "",
    order: Annotated[str, typer.Option(help="All documents of this order.")] = "",
    exchange: Annotated[str, typer.Option(metavar="ID", help="This exchange alone.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hold a partner, an order or an exchange: nothing of it is removed until the hold is ended."""
    if not (partner or order or exchange):
        fail(
            "name what to hold: --partner KEY, --order NUMBER (of one partner or of all), or --exchange ID", 2
        )
    if exchange and (partner or order):
        fail("--exchange names one document and stands alone: leave --partner and --order out", 2)
    if not why.strip():
        fail("say why, for those who read the log later: --why TEXT", 2)
    with open_store() as store, store.begin() as tx:
        require_partner(tx, settings(), partner)
        added = tx.add_hold(
            partner=partner,
            order_number=order,
            exchange_id=number_of(exchange) if exchange else None,
            why=why,
            actor=actor(),
        )
        covered = tx.covered(added)
    if as_json:
        print_json({**msgspec.to_builtins(added), "covers": covered})
        return
    told = (
        f"it covers {covered:,} documents of the log now" if covered else "nothing in the log is of that yet"
    )
    console.print(f"hold {added.id} stands; {told}, and what comes later")


@hold.command("remove")
@answers_in_one_line
def remove(
    number: Annotated[str, typer.Argument(metavar="HOLD", help="Its number in `hub retention hold list`.")],
    why: Why,
    as_json: AsJson = False,
) -> None:
    """End a hold; what is old enough then goes with the next run."""
    with open_store() as store, store.begin() as tx:
        ended = tx.end_hold(number_of(number), why=why, actor=actor())
    print_json(ended) if as_json else console.print(f"hold {ended.id} is ended")


@hold.command("list")
@answers_in_one_line
def list_holds(
    ended: Annotated[bool, typer.Option("--ended", help="Those that were ended, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the holds that stand: who set them, when, and why."""
    with open_store() as store, store.read() as tx:
        found = tx.holds(ended=ended)
    if as_json:
        print_json(found)
        return
    rows = [
        [
            str(one.id),
            one.partner,
            one.order_number,
            str(one.exchange_id or ""),
            f"{one.at:%Y-%m-%d}",
            one.actor,
            escape(one.why),
            f"{one.ended_at:%Y-%m-%d} {one.ended_by}" if one.ended_at else "",
        ]
        for one in found
    ]
    print_table(["hold", "partner", "order", "exchange", "since", "by", "why", "ended"], rows)
