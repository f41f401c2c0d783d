"""`hub run`: start the whole hub in this process and say what to try next."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hub.cli.context import MISUSED, answers_in_one_line, console, fail, settings
from hub.model.partner import Partner
from hub.settings import is_loopback

if TYPE_CHECKING:
    from hub.serving import Service

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def set_up_logging(*, verbose: bool) -> None:
    """Log to standard error; the audit and the steps of the pipeline only when asked."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format=LOG_FORMAT)
    for noisy in ("httpx", "uvicorn", "paramiko", "watchdog"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@answers_in_one_line
def run(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens inside.")] = False,
) -> None:
    """Start the whole hub: SFTP server, workers, ops page, and a practice Odoo when there is no other.

    Ctrl-C stops it cleanly; the next start goes on where this one ended.
    """
    from hub.serving import Service

    set_up_logging(verbose=verbose)
    service = Service(settings(), os.environ)
    stopping = _stop_signals()
    service.start()
    _say_what_next(service)
    stopping.wait()
    console.print("\nstopping ...")
    service.stop()
    console.print("stopped; nothing is lost: the next start goes on from here")


@answers_in_one_line
def worker(
    beat: Annotated[
        bool, typer.Option("--beat", help="Be the clock of a Celery cluster instead: run exactly one.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens inside.")] = False,
) -> None:
    """Work beside `hub run` on the same PostgreSQL: drain lanes, poll mailboxes, watch Odoo.

    Any number may run, on any machine that sees the same archive and partners folder. With [workers] runner =
    "celery" it is a Celery worker. SIGTERM or Ctrl-C lets it finish the steps that are under way.
    """
    from hub.working import LocalWorker, run_celery

    set_up_logging(verbose=verbose)
    found = settings()
    if found.workers.runner == "celery":
        run_celery(found, os.environ, _say_working, beat=beat, verbose=verbose)
        return
    if beat:
        fail('beat belongs to Celery: the runner is "local", whose workers need none', MISUSED)
    stopping = _stop_signals()
    LocalWorker(found, os.environ).run(stopping, _say_working)


def _say_working() -> None:
    console.print("[bold green]the worker is running[/]")


def _stop_signals() -> threading.Event:
    """Return what SIGTERM and Ctrl-C set."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def _say_what_next(service: Service) -> None:
    hub, sftp = service.hub, service.sftp
    hub_command = escape(command_line())
    console.print("[bold green]the hub is running[/]")
    assert service.web is not None
    console.print(f"  ops page       {service.web.url}")
    if not is_loopback(service.settings.web.host) and not service.settings.web.password:
        console.print(
            "                 [yellow]open to all who reach it[/]: set \\[web] password in hub.toml"
        )
    if service.practice is not None:
        console.print(f"  practice Odoo  {service.practice.url}   (confirm, ship and invoice orders here)")
    if sftp is not None:
        names = ", ".join(sorted(accounts(hub.partners().values()))) or "none yet: hub partner new KEY"
        console.print(f"  SFTP           127.0.0.1:{sftp.port}, accounts: {escape(names)}")
        console.print(f"                 host key {sftp.fingerprint}")
    if service.login is not None and sftp is not None:
        key = escape(shlex.quote(_short_path(service.login.key)))
        console.print(f"  demo key       {key} (loopback only, for accounts without a key of their own)")
        if service.login.password:
            console.print(f"  demo password  [bold]{service.login.password}[/] (shown this once)")
        console.print("\ntry this, in another terminal:")
        console.print(f"  sftp -i {key} -P {sftp.port} acme@127.0.0.1")
        console.print(
            "      put partners/acme/samples/850_two_orders.edi in/     and a moment later:  ls out/"
        )
        console.print(f"  {hub_command} log        what came, and what became of it")
        console.print(f"  {hub_command} show 1     the whole story of one document")
        console.print(f"  {hub_command} queue      whose move it is")
    console.print("\nCtrl-C stops it.")


def accounts(partners: Iterable[Partner]) -> Iterator[str]:
    """Yield the accounts of our SFTP server whose files are taken in: those of paused partners wait."""
    return (p.key for p in partners if p.transport.kind == "embedded" and p.status != "paused")


def command_line() -> str:
    """Return how this command is called, fit to be pasted: `hub`, its path, or `python -m hub`."""
    if shutil.which("hub"):
        return "hub"
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(_short_path(Path(sys.executable)))} -m hub"
    return shlex.quote(_short_path(called.absolute()))


def _short_path(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
