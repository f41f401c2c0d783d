"""The commands of the hub, put together."""

from __future__ import annotations

import sys

import typer
from rich.markup import escape
from typer.exceptions import TyperException

from hub.cli.act import cancel, redrive, reject, release, resend
from hub.cli.archive import app as archive
from hub.cli.backup import backup, restore
from hub.cli.context import MISUSED, errors
from hub.cli.demo import demo
from hub.cli.doctor import doctor
from hub.cli.log import log, queue, raw, show
from hub.cli.map import app as maps
from hub.cli.order import order
from hub.cli.partner import app as partner
from hub.cli.prove import app as prove
from hub.cli.reconcile import reconcile
from hub.cli.records import app as records
from hub.cli.retention import app as retention
from hub.cli.run import run, worker
from hub.cli.schema import schema
from hub.cli.status import status
from hub.cli.stock import stock
from hub.cli.try_file import try_file
from hub.cli.verify import verify
from hub.cli.x12 import app as x12

#: The exit status of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130

app = typer.Typer(
    name="hub",
    help="EDI and file-based trade between Odoo and your trading partners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for command in (
    run,
    worker,
    demo,
    doctor,
    status,
    schema,
    log,
    show,
    raw,
    order,
    stock,
    queue,
    release,
    redrive,
    resend,
    reject,
    cancel,
    backup,
    restore,
    verify,
    reconcile,
):
    app.command()(command)
app.add_typer(partner, name="partner")
app.add_typer(maps, name="map")
app.add_typer(records, name="records")
app.add_typer(x12, name="x12")
app.add_typer(archive, name="archive")
app.add_typer(retention, name="retention")
app.add_typer(prove, name="prove")
partner.command(name="try")(try_file)


def main() -> None:
    """Run the command line; wrong use is answered in one line and ends with status 2."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        code = INTERRUPTED
    except TyperException as fault:
        code = _say_wrong_use(fault)
    sys.exit(code or 0)


def _say_wrong_use(fault: TyperException) -> int:
    context = getattr(fault, "ctx", None)
    command = context.command_path if context else "hub"
    in_words = getattr(fault, "format_message", None)
    told = in_words() if in_words and str(fault) else str(fault)
    message = " ".join(told.replace("Value error, ", "").split())
    if message:  # without one the help was asked for by saying nothing, and has been shown
        errors.print(f"[bold red]hub:[/] {escape(message.rstrip('.'))}; see `{command} --help`")
    return MISUSED
