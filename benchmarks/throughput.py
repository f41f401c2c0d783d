"""Documents a second through the whole hub, as `hub run` and `hub worker` start it, beside a practice Odoo in a
process of its own; and what a document costs in each stage.

The documents are orders of three lines. The clock starts when the hub takes the first file (before, it makes sure that
files are whole) and stops when each order is in Odoo and each file has its 997 in the partner's folder. A document is
counted once, when it came in; what goes out for it is work that it makes.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path

from msgspec import Struct, structs
from sqlalchemy import Select, create_engine, func, select

from hub.model.exchange import State
from hub.model.outcome import Outcome
from hub.pipeline import Pipeline
from hub.settings import load_settings
from hub.store import Lease
from hub.store.schema import exchanges, transmissions
from hub.together import Item
from hub.wiring import Hub
from tests.support.store import POSTGRES_URL, postgres_database
from tests.support.wire import Set, group, interchange
from tests.torture.odoo import open_odoo
from tests.torture.processes import REPOSITORY, Process, free_port
from tests.torture.world import ITEMS, PRICE, write_profiles

CUSTOMERS = ("north", "west")
GIVE_UP_SECONDS = 300.0
_BOUGHT = tuple(ITEMS)[:3]
_SETTINGS = """
[sftp_server]
port = 0
[web]
port = 0
[workers]
count = {threads}
[odoo]
url = "http://127.0.0.1:{port}"
database = "practice"
login = "hub"
key = "env:HUB_SECRET_ODOO"
"""


class Setup(Struct, frozen=True):
    """How the hub is set up, and what is dropped: files, and orders in each."""

    title: str
    files: int
    orders: int
    workers: int = 0  # `hub worker` beside `hub run`
    url: str = ""  # of the database; "" is SQLite
    threads: int = 4
    wanted: int = 100  # documents a second

    @property
    def documents(self) -> int:
        """Return how many documents come in."""
        return self.files * self.orders


class Rate(Struct, frozen=True):
    """Documents a second."""

    setup: Setup
    seconds: float

    @property
    def documents(self) -> float:
        """Return documents a second."""
        return self.setup.documents / self.seconds


class Cost(Struct, frozen=True):
    """What one document costs: CPU milliseconds of the hub's process, by stage, and all of it."""

    stages: dict[str, float]
    whole: float

    @property
    def overhead(self) -> float:
        """Return the share outside the stages."""
        return 1 - sum(self.stages.values()) / self.whole


@contextmanager
def setups() -> Iterator[list[Setup]]:
    """Give what is measured: SQLite, and PostgreSQL where HUB_TEST_POSTGRES_URL names a server."""
    found = [
        Setup("SQLite, one process, 600 files of one order", 600, 1),
        Setup("SQLite, one process, 50 files of 20 orders", 50, 20),
    ]
    with ExitStack() as stack:
        for what, files, orders in (("600 files of one order", 600, 1), ("50 files of 20 orders", 50, 20)):
            if POSTGRES_URL:
                url = stack.enter_context(postgres_database())
                title = f"PostgreSQL, two workers, {what}"
                found.append(Setup(title, files, orders, workers=1, url=url, wanted=200))
        yield found


# --- the rate of running processes
def measure(folder: Path, setup: Setup) -> Rate:
    """Return the time from the first file that is taken to the last answer."""
    with site(folder, setup) as (home, _):
        each = len(CUSTOMERS)
        drop(home, 1, 1, start=900_000)
        _await(
            home, structs.replace(setup, files=each), each, each
        )  # connections are open, dictionaries compiled
        drop(home, setup.files // each, setup.orders)
        return Rate(setup, _await(home, setup, setup.documents + each, setup.files + each))


@contextmanager
def site(folder: Path, setup: Setup, *, serving: bool = True) -> Iterator[tuple[Path, dict[str, str]]]:
    """Start the practice Odoo and, to be served, the hub with its workers; give the hub's folder and environment."""
    root = Path(tempfile.mkdtemp(dir=folder))
    home, port = root / "hub", free_port()
    odoo = open_odoo(root)
    odoo.data.close()
    _furnish(home, port, setup.threads)
    environ = {"HUB_ROOT": str(home), "HUB_SECRET_ODOO": odoo.key}
    if setup.url:
        environ["HUB_STORE__URL"] = setup.url
    names = ["run", *["worker"] * setup.workers] if serving else []
    processes = [Process("odoo", ("tests.torture.odoo", str(root), str(port)), root / "odoo.log", {})]
    processes += [
        Process(f"hub-{at}", ("hub", name), root / f"hub-{at}.log", environ) for at, name in enumerate(names)
    ]
    try:
        for process in processes:
            process.start()
            if process.name != "odoo":
                _until(partial(process.says, "is running"), f"{process.name} works")
        yield home, environ
    finally:
        for process in processes:
            if process.runs:
                process.kill()


def _furnish(home: Path, port: int, threads: int) -> None:
    (home / "secrets").mkdir(parents=True)
    shutil.copytree(REPOSITORY / "partners", home / "partners")
    write_profiles(home / "partners", 1, "SHA256:none")
    for profile in (home / "partners").glob("*.toml"):
        if not profile.name.startswith("_") and profile.stem not in CUSTOMERS:
            profile.unlink()
    (home / "hub.toml").write_text(_SETTINGS.format(port=port, threads=threads))


def drop(home: Path, files: int, orders: int, start: int = 0) -> None:
    """Let each customer drop files, each at its name only when it is whole."""
    for customer in CUSTOMERS:
        inbox = home / "var" / "sftp" / customer / "in"
        inbox.mkdir(parents=True, exist_ok=True)
        for number in range(start, start + files):
            made = inbox.parent / "new"
            made.write_bytes(_file(customer, number, orders))
            made.rename(inbox / f"{number:06d}.edi")


def _file(customer: str, number: int, orders: int) -> bytes:
    sets = [_order(f"{customer}-{number}-{at}") for at in range(orders)]
    sender = f"{customer.upper()}CO"
    return interchange(
        *group(*sets, control=number + 1, sender=sender), control=number + 1, sender=f"ZZ:{sender}"
    )


def _order(number: str) -> Set:
    """Return an 850 of three lines, without its ST and SE numbers."""
    lines = [
        ("PO1", str(at), "2", "EA", f"{PRICE[item]:.2f}", "", "BP", item)
        for at, item in enumerate(_BOUGHT, 1)
    ]
    return (("ST", "850"), ("BEG", "00", "SA", number, "", "20260113"), *lines, ("CTT", str(len(lines))))


def _await(home: Path, setup: Setup, documents: int, answers: int) -> float:
    """Wait until so many orders are posted and answered; return the seconds since their first file was taken."""
    engine = create_engine(setup.url or f"sqlite:///{home}/var/hub.sqlite3")
    files = select(func.count()).select_from(transmissions)
    posted = select(func.count()).select_from(exchanges).where(exchanges.c.state == State.POSTED)

    def counted(what: Select[tuple[int]]) -> int:
        with engine.connect() as connection:
            return connection.execute(what).scalar_one()

    def done() -> bool:
        folders = [home / "var" / "sftp" / customer / "out" for customer in CUSTOMERS]
        if sum(1 for folder in folders for _ in folder.iterdir()) < answers:
            return False
        return counted(posted) >= documents

    try:
        _until(lambda: counted(files) > answers - setup.files, f"files are taken: see {home}")
        began = time.perf_counter()
        _until(done, f"{documents} documents are done: see {home}", every=0.1)
        return time.perf_counter() - began
    finally:
        engine.dispose()


def _until(look: Callable[[], object], what: str, every: float = 0.05) -> None:
    """Wait until it is so; raise TimeoutError when it never is."""
    began = time.perf_counter()
    while not look():
        if time.perf_counter() - began > GIVE_UP_SECONDS:
            raise TimeoutError(f"after {GIVE_UP_SECONDS:.0f} s it is not so that {what}")
        time.sleep(every)


# --- the cost of a document by stage
def through(home: Path, environ: dict[str, str]) -> None:
    """Take all that lies there through a hub in this thread."""
    hub = Hub(load_settings(home, environ), environ)
    try:
        hub.store.migrate()
        _Timed(hub).work()
    finally:
        hub.close()


def costs(folder: Path) -> Iterator[tuple[str, int, Cost]]:
    """Yield the database (PostgreSQL where it can be had), the orders in a file, and what one costs."""
    for where in ("SQLite", *["PostgreSQL"] * bool(POSTGRES_URL)):
        for orders in (1, 20):
            with postgres_database() if where == "PostgreSQL" else nullcontext("") as url:
                yield where, orders, split(folder, Setup("", files=200 // orders, orders=orders, url=url))


def split(folder: Path, setup: Setup) -> Cost:
    """Return what a document costs in one thread of a hub that nobody else works for."""
    with site(folder, setup, serving=False) as (home, environ):
        hub = Hub(load_settings(home, environ), environ)
        hub.store.migrate()
        hub.pipeline = timed = _Timed(hub)
        try:
            for start, files, orders in ((900_000, 1, 1), (0, setup.files // len(CUSTOMERS), setup.orders)):
                drop(home, files, orders, start=start)
                timed.spent.clear()
                began = time.process_time()
                timed.work()
            whole = time.process_time() - began
        finally:
            hub.close()
    per_document = 1000 / setup.documents
    return Cost(
        {stage: seconds * per_document for stage, seconds in timed.spent.items()}, whole * per_document
    )


class _Timed(Pipeline):
    """A pipeline that notes the CPU seconds of each stage: deciding, and committing what was decided."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub.store, hub.desk, hub.heart)
        self._hub, self.spent = hub, defaultdict[str, float](float)

    def work(self) -> None:
        """Pick up what lies there and take every step that is due."""
        for partner in self._hub.partners().values():
            began = time.process_time()
            self._hub.pickup.poll(partner, self._hub.desk.mailbox(partner))
            self.spent["pickup"] += time.process_time() - began
        while lanes := self._due():
            for lane in lanes:
                self.drain(lane, "benchmark")

    def _due(self) -> list[str]:
        with self._hub.store.read() as tx:
            return tx.due_lanes()

    def _decide_some(self, items: Sequence[Item]) -> list[tuple[Item, Outcome | Exception]]:
        began = time.process_time()
        try:
            return super()._decide_some(items)
        finally:
            self.spent[_STAGES.get(items[0].state, "other")] += time.process_time() - began

    def _commit_all(self, decided: Sequence[tuple[Item, Outcome]], lease: Lease | None) -> None:
        began = time.process_time()
        super()._commit_all(decided, lease)
        self.spent[_STAGES.get(decided[0][0].state, "other")] += time.process_time() - began


_STAGES = {
    State.RECEIVED: "open",
    State.UNWRAPPED: "check, acknowledge",
    State.CHECKED: "translate",
    State.TRANSLATED: "post",
    State.COMPOSED: "send",
}
