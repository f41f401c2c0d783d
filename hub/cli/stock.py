"""`hub stock`: what sellers have of our items, as they told it last."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from hub.cli.asked import require_partner
from hub.cli.context import answers_in_one_line, console, fail, open_store, print_json, settings
from hub.model.stock import KeptStock

#: Rows of a table; a seller may have 50,000 items, and --json has them all.
MOST_SHOWN = 200


@answers_in_one_line
def stock(
    partner: Annotated[str, typer.Option(help="Only of this partner (profile key).")] = "",
    sku: Annotated[str, typer.Option(help="Only of this item: our code, whole; case does not matter.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, all of it.")] = False,
) -> None:
    """Show what sellers have of our items, from the 846 (or file) that each sent last.

    Example: hub stock --partner globex --sku WIDGET-1
    """
    with open_store() as store, store.read() as tx:
        rows = tx.stock(partner=partner, sku=sku, limit=0 if as_json else MOST_SHOWN + 1)
        if not rows:
            require_partner(tx, settings(), partner)
    if as_json:
        print_json(rows)
    elif not rows:
        whose = f" of {partner}" if partner else ""
        what = f" for {sku!r}" if sku else ""
        fail(f"no stock{whose} is known{what}; `hub log --document inventory_advice` shows what came")
    else:
        console.print(_table(rows[:MOST_SHOWN]))
        if len(rows) > MOST_SHOWN:
            console.print("... and more; narrow it with --partner and --sku, or use --json", style="dim")


def _table(rows: list[KeptStock]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("partner", "item", "theirs", "kind"):
        table.add_column(name, overflow="fold")
    table.add_column("quantity", justify="right")
    for name in ("unit", "place", "from", "as of", "document"):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = [row.partner, row.sku, row.item, row.kind, f"{row.quantity:f}", row.unit, row.location]
        cells += [
            row.available.isoformat() if row.available else "now",
            f"{row.as_of:%Y-%m-%d %H:%M}",
            row.number,
        ]
        table.add_row(*map(escape, cells), style="dim" if row.discontinued else "")
    return table
