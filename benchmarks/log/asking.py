"""Ask a filled log all that a person can: each list and search of the command line and of the ops pages.

The commands run in this process, so that the start of Python is not counted; the pages are asked over HTTP. The store's
own sums, and what a running hub repeats, stand beside them.
"""

from __future__ import annotations

import io
import os
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from msgspec import Struct
from typer import Exit
from typer.main import get_command

from hub.cli.main import app
from hub.settings import load_settings
from hub.store import LogQuery, Period
from hub.web.server import WebServer
from hub.wiring import Hub

ROUNDS = 5
LIMITS = {"postgresql": 200.0, "sqlite": 500.0}  # milliseconds, for lists and searches


class Measured(Struct, frozen=True):
    """One question and how long its answer took. `limit` None: no list and no search, measured all the same."""

    what: str
    median: float  # ms
    limit: float | None


def ask(folder: Path, url: str, exchanges: int) -> Iterator[Measured]:
    """Yield what each question took; `folder` has the archive."""
    environ = {"HUB_STORE__URL": url, "HUB_STORE__ARCHIVE": str(folder / "archive"), "HUB_ROOT": str(folder)}
    environ |= {
        "HUB_ODOO__URL": "http://127.0.0.1:1",
        "HUB_ODOO__DATABASE": "none",
        "HUB_ODOO__KEY": "env:HUB_NO_KEY",
        "HUB_WEB__PORT": "0",
        "HUB_NO_KEY": "none",
    }
    hub = Hub(load_settings(folder, environ), environ)
    limit = LIMITS[hub.store.database]
    web = WebServer(hub, "127.0.0.1", 0)
    web.start()
    try:
        os.environ |= environ  # where the commands look
        command = get_command(app).main
        for arguments in _commands(exchanges):
            yield Measured(f"hub {' '.join(arguments)}", _median(partial(_run, command, arguments)), limit)
        for path in _paths(exchanges):
            yield Measured(path, _median(partial(_get, web.url.rstrip("/") + path)), limit)
        for what, question in _others(hub):
            yield Measured(what, _median(question), None)
    finally:
        web.stop()
        hub.close()


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def _names(exchanges: int) -> tuple[str, str, str]:
    """Return an order, a sale order in Odoo and an invoice of the middle of the log."""
    trade = exchanges // 16
    return f"45{trade:08d}", f"S{trade:06d}", f"INV/2026/{trade:06d}"


def _commands(exchanges: int) -> Iterator[list[str]]:
    order, sale, invoice = _names(exchanges)
    month = ["--since", _days_ago(60), "--until", _days_ago(30)]
    for narrowed in (
        [],
        ["--partner", "partner00"],
        ["--partner", "partner39"],
        ["--document", "850"],
        ["--document", "846"],
        ["--state", "posted"],
        ["--state", "held"],
        ["--direction", "in"],
        ["--partner", "partner00", "--state", "overdue"],
        ["--document", "810", "--state", "refused"],
        ["--partner", "partner00", "--document", "820"],
        ["--since", _days_ago(1)],
        month,
        [*month, "--partner", "partner00", "--document", "850", "--direction", "out"],
        ["--number", order],
        ["--number", invoice],
        ["--number", order[-4:]],
        ["--number", "no such number"],
        ["--text", f"made {sale}"],
        ["--text", "not the one agreed"],
        ["--text", "their 997 accepts"],
        ["--text", f"po_{order}.edi"],
        ["--text", "two dozen"],
        ["--text", "nobody wrote this"],
        [*month, "--text", "their 997 accepts"],
        ["--files"],
        ["--files", "--partner", "partner00"],
    ):
        yield ["log", *narrowed]
    yield from (["queue"], ["show", str(exchanges // 2)], ["show", f"T{exchanges // 4}"])
    yield from (["order", order], ["order", sale])


def _paths(exchanges: int) -> Iterator[str]:
    order, sale, _invoice = _names(exchanges)
    yield from ("/", "/log", "/files", "/partners", "/health", f"/exchange/{exchanges // 2}")
    yield from (f"/file/{exchanges // 4}", f"/order/{order}", f"/exchange/{exchanges // 2}/raw")
    for fields in (
        {"partner": "partner00"},
        {"state": "held"},
        {"document": "invoice"},
        {"before": "1000"},
        {"before": "1000", "partner": "partner39"},
        {"before": str(exchanges // 3), "until": _days_ago(2)},
        {"text": order},
        {"text": sale[1:]},
        {"text": "their 997 accepts", "until": _days_ago(80)},
        {"text": "is not the one agreed", "partner": "partner39"},
    ):
        yield f"/log?{urlencode(fields)}"


def _others(hub: Hub) -> Iterator[tuple[str, Callable[[], object]]]:
    from hub.reconciling import reconcile

    store, now = hub.store, datetime.now(UTC)
    week = Period(since=now - timedelta(days=7))

    def read(question: Callable[..., object]) -> Callable[[], object]:
        def asked() -> object:
            with store.read() as tx:
                return question(tx)

        return asked

    yield "lanes that are due (several times a second)", read(lambda tx: tx.due_lanes())
    yield "late acknowledgments (every 5 s)", read(lambda tx: tx.late_exchanges())
    yield "groups that somebody ended (every 5 s)", read(lambda tx: tx.groups_with_ended())
    yield "counts by state (/health)", read(lambda tx: tx.count_by_state())
    yield "two characters that nothing has", read(lambda tx: tx.find_exchanges(LogQuery(text="zq")))
    yield "zeros that only the oldest have", read(lambda tx: tx.find_exchanges(LogQuery(number="000000")))
    yield "reconcile a week (daily)", lambda: reconcile(store, week, now)
    yield "reconcile all", lambda: reconcile(store, Period(), now)
    yield "reconcile a partner", lambda: reconcile(store, Period("partner00"), now)


def _median(question: Callable[[], object]) -> float:
    question()  # what is imported and compiled the first time
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        question()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _run(command: Callable[..., object], arguments: list[str]) -> None:
    with redirect_stdout(io.StringIO()):
        try:
            command(arguments, standalone_mode=False)
        except Exit as ended:
            if ended.exit_code not in {0, 1}:  # 1: nothing was found
                raise


def _get(url: str) -> None:
    with urllib.request.urlopen(url) as answer:
        answer.read()
