"""`hub x12`: X12 files for people: look at them, check, answer, compare, search, scrub, make."""

from __future__ import annotations

import typer

from hub.cli.x12_check import ack, check
from hub.cli.x12_diff import diff
from hub.cli.x12_explain import explain
from hub.cli.x12_grep import grep
from hub.cli.x12_import import export, import_command
from hub.cli.x12_lists import dictionary, sets
from hub.cli.x12_make import new, scrub
from hub.cli.x12_show import show

app = typer.Typer(
    help="X12 files: show, check, acknowledge, compare, search, scrub, make; nothing is posted or sent.",
    no_args_is_help=True,
)
for command in (show, check, ack, explain, diff, grep, scrub, new, sets, dictionary):
    app.command()(command)
app.command("import")(import_command)
app.command()(export)
