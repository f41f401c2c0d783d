"""One configuration, whole: hub and workers, the practice Odoo, the partners' SFTP server, and the partners."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from hub.demo.people import People
from hub.erp.odoo import OdooSettings
from hub.runners.local import take_lock
from hub.store import Archive, Store
from tests.torture import sftp
from tests.torture.odoo import open_odoo
from tests.torture.partners import Side, Sides
from tests.torture.plan import Plan
from tests.torture.processes import REPOSITORY, Process, free_port
from tests.torture.world import SETTINGS, TRADERS, Trader, write_profiles

START_SECONDS = 90.0
_CELERY = '[workers]\nrunner = "celery"\ncount = 2\nbroker = "env:HUB_BROKER"\n'


class Setup(Struct, frozen=True, kw_only=True):
    """What a configuration is made of: workers beside `hub run`, by their arguments."""

    name: str
    title: str
    workers: tuple[tuple[str, ...], ...] = ()
    postgres: bool = False
    celery: bool = False


SETUPS = {
    setup.name: setup
    for setup in (
        Setup(name="sqlite", title="threads, SQLite"),
        Setup(
            name="postgres",
            title="two workers, PostgreSQL",
            workers=(("worker",), ("worker",)),
            postgres=True,
        ),
        Setup(
            name="celery",
            title="Celery, PostgreSQL, a lossy broker",
            workers=(("worker",), ("worker",), ("worker", "--beat")),
            postgres=True,
            celery=True,
        ),
    )
}


class Site:
    """A run's folder and everything that works on it. `url` is the store's, empty for SQLite."""

    def __init__(self, setup: Setup, root: Path, plan: Plan, url: str = "", broker: str = "") -> None:
        self.setup, self.root, self.plan = setup, root, plan
        self.url = url or f"sqlite:///{root}/hub/var/hub.sqlite3"
        take_lock(
            root / "hub" / "var" / "hub.lock"
        ).close()  # a hub that an earlier run left would spoil this one
        shutil.rmtree(root, ignore_errors=True)
        (root / "hub" / "secrets").mkdir(parents=True)
        odoo_port, sftp_port = free_port(), free_port()
        odoo = open_odoo(root)
        self.key = odoo.key
        odoo.data.close()
        self.odoo_url = f"http://127.0.0.1:{odoo_port}"
        self._furnish(odoo_port, sftp_port)
        self._environ = {
            "HUB_ROOT": str(root / "hub"),
            "HUB_SECRET_ODOO": self.key,
            "HUB_STORE__URL": self.url,
            "HUB_BROKER": broker,
            "HUB_TORTURE_TASKS": str(root / "tasks"),
        }
        self.odoo = self._process("odoo", ("tests.torture.odoo", str(root), str(odoo_port)), {})
        self.sftp = self._process("sftp", ("tests.torture.sftp", str(root / "sftp"), str(sftp_port)), {})
        module = "tests.torture.lossy" if setup.celery else "hub"
        self.hub = self._process("hub", (module, "run"), self._environ)
        self.workers = [
            self._process(f"worker-{at}", (module, *arguments), self._environ)
            for at, arguments in enumerate(setup.workers, 1)
        ]
        self.sides = Sides([self._side(trader) for trader in TRADERS])

    def _process(self, name: str, module: tuple[str, ...], environ: dict[str, str]) -> Process:
        return Process(name, module, self.root / f"{name}.log", environ)

    def _furnish(self, odoo_port: int, sftp_port: int) -> None:
        home = self.root / "hub"
        fingerprint = sftp.make_keys(self.root / "sftp")
        shutil.copy(self.root / "sftp" / sftp.CLIENT_KEY, home / "secrets" / "torture")
        shutil.copytree(REPOSITORY / "partners", home / "partners")
        write_profiles(home / "partners", sftp_port, fingerprint)
        more = _CELERY if self.setup.celery else ""
        (home / "hub.toml").write_text(SETTINGS.format(port=odoo_port) + more)

    def _side(self, trader: Trader) -> Side:
        if trader.remote:
            home = self.root / "sftp" / "accounts" / trader.key
            return Side(trader, self.plan.desks[trader.key], home / "out", home / "in")
        home = self.root / "hub" / "var" / "sftp" / trader.key
        return Side(trader, self.plan.desks[trader.key], home / "in", home / "out")

    # --- from the start to the end
    def start(self) -> None:
        """Start all, and return when the hub and the workers work and our orders are placed."""
        self.odoo.start()
        self.sftp.start()
        self.hub.start()
        until(lambda: self.works(self.hub), "the hub starts")
        for worker in self.workers:
            worker.start()
        self._place_orders()
        until(lambda: all(map(self.works, self.workers)), "the workers start")
        self.sides.start()

    def works(self, process: Process) -> bool:
        """Say whether the hub or a worker has told that it works. Raises RuntimeError when it ended by itself."""
        if not process.runs:
            raise RuntimeError(f"{process.name} ended by itself: see its log in {self.root}")
        return process.says("is running")

    def _place_orders(self) -> None:
        """Our people order from the suppliers; the hub sees it in Odoo and writes the 850s."""
        people = People(OdooSettings(url=self.odoo_url, database="practice", key=self.key, login="hub"))
        for supplier, quantity in self.plan.purchases:
            people.buy(supplier.ref, {supplier.item: float(quantity)})
        people.close()

    def say(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the hub on what it has left; return its exit status and what it complains of."""
        done = subprocess.run(
            [sys.executable, "-m", "hub", *arguments],
            env={**os.environ, **self._environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"},
            check=False,
            capture_output=True,
            text=True,
        )
        return done.returncode, f"{done.stdout}{done.stderr}"

    def store(self) -> Store:
        """Open the store beside the hub."""
        return Store(self.url, Archive(self.root / "hub" / "var" / "archive"))

    def stop_hub(self) -> None:
        """End hub and workers; Odoo stays."""
        for process in (*self.workers, self.hub):
            if process.runs:
                process.kill()

    def close(self) -> None:
        """End all processes."""
        self.stop_hub()
        for process in (self.sftp, self.odoo):
            if process.runs:
                process.kill()


def until(look: Callable[[], object], what: str, seconds: float = START_SECONDS) -> None:
    """Look until there is something; raise TimeoutError when it does not come in time."""
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)
