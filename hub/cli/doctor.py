"""`hub doctor`: look at everything that the hub needs, and say how to mend what is wrong.

Exit status: 0 when nothing must be mended (warnings may be there), 1 otherwise, 2 when the settings do not load.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.markup import escape

from hub.cli.context import FAILED, answers_in_one_line, console, print_json, settings

_STYLE = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@answers_in_one_line
def doctor(
    connect: Annotated[bool, typer.Option("--connect", help="Call each partner's server, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check ports, folders, disk, secrets, database, Odoo and profiles, and say how to mend what is wrong."""
    from hub.doctor import Status, examine, instruments

    config = settings()
    checks = examine(config, instruments(config, os.environ), connect=connect)
    ill = sum(check.status is Status.FAIL for check in checks)
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            style = _STYLE[check.status]
            console.print(f"[{style}]{check.status:<5}[/]{escape(check.name)}: {escape(check.what)}")
            if check.how_to_mend:
                console.print(f"     mend: {escape(check.how_to_mend)}")
        console.print("nothing to mend" if not ill else f"{ill} to mend")
    raise typer.Exit(FAILED if ill else 0)
