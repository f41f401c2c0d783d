"""`hub order`: one order over all its documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from hub.cli.asked import require_partner
from hub.cli.context import answers_in_one_line, console, fail, open_store, print_json, settings
from hub.cli.pages import STATE_STYLE
from hub.model.exchange import Direction
from hub.orders import OrderStory, Step, tell_orders
from hub.stages.order_ledger import LEDGER_COLUMNS, LedgerLine, OrderLedger


@answers_in_one_line
def order(
    number: Annotated[
        str,
        typer.Argument(
            metavar="NUMBER", help="The order's number, or that of any document or Odoo record of it."
        ),
    ],
    partner: Annotated[str | None, typer.Option(help="Only this partner's (profile key).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what was ordered, acknowledged, shipped, received, invoiced and paid, line by line, and when.

    Example: hub order 4500012345
    """
    with open_store() as store:
        with store.read() as tx:
            require_partner(tx, settings(), partner)
        found = tell_orders(store, number, partner)
    if as_json:
        print_json(found)
    elif not found:
        whose = f" of {partner}" if partner else ""
        fail(f"no order {number!r}{whose} in the log; `hub log --number {number}` looks for parts of numbers")
    else:
        for story in found:
            _show(story)


def _show(story: OrderStory) -> None:
    ledger = story.ledger
    role = {"seller": " (they order from us)", "buyer": " (we order from them)"}.get(ledger.role, "")
    console.print(f"[bold]order {escape(ledger.number)}[/]  {escape(ledger.partner)}{role}")
    if ledger.lines:
        console.print(_lines(ledger))
    money = f"{ledger.invoiced} {ledger.currency}".strip()
    console.print(f"invoiced {money}, paid {ledger.paid}")
    for finding in ledger.disagreements:
        console.print(f"[yellow]![/] {escape(finding.line())}")
    console.print()
    for step in story.steps:
        _step(step)
    if story.left_out:
        console.print(f"... and {story.left_out} older", style="dim")


def _lines(ledger: OrderLedger) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("line")
    table.add_column("item", overflow="fold")
    table.add_column("unit")
    table.add_column("price", justify="right")
    for name in LEDGER_COLUMNS:
        table.add_column(name, justify="right")
    wrong = {finding.where.path for finding in ledger.disagreements}
    for line in ledger.lines:
        style = "yellow" if f"line {line.number}" in wrong else ""
        table.add_row(
            escape(line.number),
            escape(_item(line)),
            escape(line.unit),
            _figure(line.price),
            *_figures(line),
            style=style,
        )
    return table


def _item(line: LedgerLine) -> str:
    return line.sku or next(iter(line.ids.values()), line.description)


def _figures(line: LedgerLine) -> list[str]:
    return [_figure(getattr(line, name)) for name in LEDGER_COLUMNS]


def _figure(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _step(step: Step) -> None:
    e = step.exchange
    arrow = "→" if e.direction is Direction.OUT else "←"
    style = STATE_STYLE.get(e.state, "")
    state = f"[{style}]{e.state}[/]" if style else e.state.value
    rest = "" if step.counts else "  [dim]does not count[/]"
    name = e.envelope.set_id or e.document.value
    console.print(
        f"{e.created_at:%Y-%m-%d %H:%M}  {e.id:>5} {arrow} {name} {escape(e.number)}  {state}{rest}  {escape(e.why)}"
    )
