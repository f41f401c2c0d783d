"""`hub demo`: a day of traffic through real SFTP, shown as it happens."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from hub.cli.context import FAILED, answers_in_one_line, console, print_json
from hub.cli.run import set_up_logging
from hub.model.documents import DocType
from hub.model.exchange import State
from hub.store import LogQuery

if TYPE_CHECKING:
    from hub.demo.day import Expected
    from hub.serving import Service

_COLOURS = {"acme": "cyan", "globex": "magenta", "nordic": "yellow", "us": "green"}


@answers_in_one_line
def demo(
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the table; status 0 when all arrived.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens inside.")] = False,
) -> None:
    """Play a day of traffic for three partners, in a folder of its own, and show what each got back."""
    from hub.demo.home import make_home
    from hub.serving import Service

    set_up_logging(verbose=verbose)
    with tempfile.TemporaryDirectory(prefix="hub-demo-") as folder:
        service = Service(make_home(Path(folder)), {})
        service.start()
        try:
            results = _play(service, Path(folder), quiet=as_json)
            if as_json:
                print_json(results)
            else:
                console.print(_table(results))
                if not leave:
                    _look_around(service)
        finally:
            service.stop()
    if not all(r.arrived for r in results):
        raise typer.Exit(FAILED)


def _play(service: Service, folder: Path, *, quiet: bool) -> list[Expected]:
    from hub.demo.day import Day
    from hub.demo.people import People
    from hub.demo.traders import Trader
    from hub.erp.odoo import OdooSettings

    assert service.sftp is not None
    assert service.login is not None
    assert service.practice is not None
    practice, sftp, key = service.practice, service.sftp, service.login.key
    people = People(
        OdooSettings(url=practice.url, database=practice.database, key=practice.key, login=practice.login)
    )
    traders = {
        name: Trader(name, sftp.port, key, sftp.fingerprint, folder / "traders" / name)
        for name in ("acme", "globex", "nordic")
    }
    began = time.monotonic()

    def say(who: str, text: str) -> None:
        if not quiet:
            colour = _COLOURS.get(who, "white")
            console.print(f"[dim]{time.monotonic() - began:6.1f}s[/] [{colour}]{who:>7}[/]  {escape(text)}")

    day = Day(people, traders, say, partial(_acknowledged, service))
    try:
        day.play()
    finally:
        people.close()
        for trader in traders.values():
            trader.close()
    return day.results


def _acknowledged(service: Service, partner: str, document: DocType) -> bool:
    query = LogQuery(partner=partner, document=document, state=State.ACKNOWLEDGED)
    with service.hub.store.read() as tx:
        return bool(tx.find_exchanges(query))


def _table(results: list[Expected]) -> Table:
    table = Table(title="what each partner got back", title_justify="left", header_style="bold")
    for name in ("partner", "what", "file", "says", "after"):
        table.add_column(name, overflow="fold", no_wrap=name in {"partner", "after"})
    for r in results:
        mark = escape(r.got) if r.arrived else "[bold red]MISSING[/]"
        after = f"{r.after_seconds:.1f}s" if r.arrived else ""
        table.add_row(r.partner, r.what, mark, escape(r.says), after)
    return table


def _look_around(service: Service) -> None:
    assert service.web is not None
    assert service.practice is not None
    console.print(f"\nlook around: ops page {service.web.url}, practice Odoo {service.practice.url}")
    console.print("Ctrl-C ends the demo; nothing of it is kept.")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        console.print()
