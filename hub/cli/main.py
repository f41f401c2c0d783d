"""The commands of the hub, put together."""

from __future__ import annotations

import typer

from hub.cli.act import cancel, redrive, release, resend
from hub.cli.demo import demo
from hub.cli.doctor import doctor
from hub.cli.log import log, queue, raw, show
from hub.cli.partner import app as partner
from hub.cli.run import run
from hub.cli.try_file import try_file

app = typer.Typer(
    name="hub",
    help="EDI and file-based trade between Odoo and your trading partners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for command in (run, demo, doctor, log, show, raw, queue, release, redrive, resend, cancel):
    app.command()(command)
app.add_typer(partner, name="partner")
partner.command(name="try")(try_file)


def main() -> None:
    """Run the command line."""
    app()
