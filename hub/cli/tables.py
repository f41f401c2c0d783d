"""Tables for people at a terminal, tab-separated lines for everything else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import typer


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headers; without a terminal as tab-separated lines, so that `cut` and `awk` work."""
    if not sys.stdout.isatty():
        for row in (headers, *rows):
            typer.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
