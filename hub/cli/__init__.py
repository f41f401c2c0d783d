"""The command line of the hub."""

from __future__ import annotations

import typer

from hub.cli import act, log, partner, run, try_file
from hub.cli import demo as demo_command
from hub.cli import doctor as doctor_command

app = typer.Typer(
    name="hub",
    help="EDI and file-based trade between Odoo and your trading partners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(run.run)
app.command()(demo_command.demo)
app.command()(doctor_command.doctor)
app.command()(log.log)
app.command()(log.show)
app.command()(log.raw)
app.command()(log.queue)
app.command()(act.release)
app.command()(act.redrive)
app.command()(act.resend)
app.command()(act.cancel)
app.add_typer(partner.app, name="partner")
partner.app.command(name="try")(try_file.try_file)


def main() -> None:
    """Run the command line."""
    app()
