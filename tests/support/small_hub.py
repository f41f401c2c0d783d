"""A whole hub in this process, without servers for partners and without threads: work is done when asked.

Everything is real (store, pipeline, mailboxes, translators, the Odoo gateway against the practice Odoo), only
nobody runs it by itself: `put` a file, `work`, and look at what became of it.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.demo.people import People
from hub.erp.odoo import OdooSettings
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.exchange import Direction, Exchange, State, Transmission
from hub.model.finding import Finding
from hub.settings import Settings
from hub.settings.shape import Limits, Odoo, Paths, SftpServer, Store
from hub.store import LogQuery
from hub.wiring import Hub
from tests.support.store import MovableClock, migrated_sqlite

PARTNERS = Path(__file__).parents[2] / "partners"

_orders = itertools.count(1)


def fresh_number() -> str:
    """Return an order number that no other test of this process uses: they share one Odoo."""
    return f"PO{next(_orders):06d}"


@contextmanager
def practice_odoo(folder: Path) -> Iterator[PracticeOdoo]:
    """A practice Odoo with the sample company."""
    practice = PracticeOdoo(folder / "practice.sqlite")
    practice.seed()
    practice.start()
    yield practice
    practice.stop()


class SmallHub:
    """A hub whose partners have folders, and the people at both ends."""

    def __init__(
        self,
        root: Path,
        practice: PracticeOdoo,
        clock: MovableClock | None = None,
        *,
        min_free_bytes: int = 0,
    ) -> None:
        self.root, self.practice, self.clock = root, practice, clock or MovableClock()
        (root / "var").mkdir(parents=True, exist_ok=True)
        database = root / "var" / "hub.sqlite3"
        if not database.exists():
            database.write_bytes(migrated_sqlite())
            shutil.copytree(PARTNERS, root / "partners")
        environ = {"HUB_SECRET_ODOO": practice.key}
        self.hub = Hub(
            _settings(root, practice, min_free_bytes), environ, clock=self.clock, seconds=self.clock.seconds
        )
        self.hub.noticer.begin(self.clock())
        with self.hub.store.begin() as tx:
            tx.clear_leases()  # as the runner does that is alone when it starts
        self.hub.clock_watch.run()
        self.people = People(
            OdooSettings(url=practice.url, database=practice.database, key=practice.key, login=practice.login)
        )

    def close(self) -> None:
        self.people.close()
        self.hub.close()

    # --- profiles
    def edit(self, partner: str, old: str, new: str) -> None:
        """Change a profile; seen at the next look of the partner book (before first use: at once)."""
        file = self.root / "partners" / f"{partner}.toml"
        text = file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file.name}"
        file.write_text(text.replace(old, new))

    # --- the partner's side
    def home(self, partner: str) -> Path:
        return self.root / "sftp" / partner

    def put(self, data: bytes, name: str = "file.edi", partner: str = "acme") -> None:
        """Upload a file, as the embedded server would show it."""
        folder = self.home(partner) / "in"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    def collect(self, partner: str = "acme") -> list[bytes]:
        """Return what lies there for the partner, oldest first, and take it away."""
        folder = self.home(partner) / "out"
        files = (
            sorted(folder.iterdir(), key=lambda p: (p.stat().st_mtime_ns, p.name)) if folder.exists() else []
        )
        found = [file.read_bytes() for file in files]
        for file in files:
            file.unlink()
        return found

    # --- the hub's side
    def poll(self) -> None:
        """Pick up what the partners have put."""
        for partner in self.hub.partners().values():
            if partner.status != "paused" and self.hub.storing.takes_work():
                self.hub.pickup.poll(partner, self.hub.desk.mailbox(partner))

    def drain(self) -> None:
        """Take every step that is due; none while the hub cannot store what comes of it."""
        for _ in range(1000):
            with self.hub.store.read() as tx:
                lanes = tx.due_lanes()
            if not lanes or not self.hub.storing.takes_steps():
                return
            for lane in lanes:
                self.hub.pipeline.drain(lane, "test")
        raise AssertionError(f"there is always more to do: {lanes}")

    def work(self) -> None:
        """Pick up, and take every step that is due."""
        self.poll()
        self.drain()

    def send(self, data: bytes, name: str = "file.edi", partner: str = "acme") -> list[bytes]:
        """Upload a file, let the hub work, and return what the partner got back."""
        self.put(data, name, partner)
        self.work()
        return self.collect(partner)

    def notice(self) -> None:
        """See what happened in Odoo, and take every step that is due."""
        self.hub.noticer.watch()
        self.drain()

    def later(self, seconds: float = 120.0) -> None:
        """Let time pass, and take every step that is due then."""
        self.clock.advance(seconds)
        self.hub.clock_watch.run()
        self.hub.noticer.expire()
        self.drain()

    # --- what the log says
    def log(
        self, document: DocType | None = None, direction: Direction | None = None, state: State | None = None
    ) -> list[Exchange]:
        """Return exchanges, oldest first."""
        with self.hub.store.read() as tx:
            found = tx.find_exchanges(
                LogQuery(document=document, direction=direction, state=state, limit=1000)
            )
        return sorted(found, key=lambda e: e.id)

    def received(self, document: DocType = DocType.PURCHASE_ORDER) -> list[Exchange]:
        return self.log(document, Direction.IN)

    def sent(self, document: DocType) -> list[Exchange]:
        return self.log(document, Direction.OUT)

    def order(self) -> Exchange:
        """Return the only order that came."""
        (found,) = self.received()
        return found

    def files(self) -> list[Transmission]:
        """Return the files as picked up, oldest first."""
        with self.hub.store.read() as tx:
            return sorted(tx.transmissions(), key=lambda t: t.id)

    def findings(self, one: Exchange | Transmission) -> list[Finding]:
        with self.hub.store.read() as tx:
            if isinstance(one, Exchange):
                return list(tx.findings(exchange_id=one.id))
            return list(tx.findings(transmission_id=one.id))

    def problems(self, one: Exchange | Transmission) -> set[str]:
        return {f.problem for f in self.findings(one)}

    # --- Odoo
    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call a method in Odoo, as somebody at its screen would."""
        return self.practice.data.call_named(model, method, arguments)

    def confirmed(self, number: str) -> int:
        """Confirm the order with a customer's number, let the partner hear of it; return its id."""
        order = self.people.find_order(number)
        assert order is not None
        self.people.confirm(order)
        self.notice()
        return order

    def sale_orders(self, number: str) -> int:
        """Return how many sale orders in Odoo carry a customer's number."""
        with self.practice.data.transaction() as env:
            return len(env.search("sale.order", [["client_order_ref", "=", number]]))

    def order_lines(self, number: str, field: str = "product_uom_qty") -> list[float]:
        """Return a field (the quantity) of each line of the sale order with a customer's number."""
        with self.practice.data.transaction() as env:
            lines = env.search(
                "sale.order.line", [["order_id.client_order_ref", "=", number]], order="sequence, id"
            )
            return [row[field] for row in env.rows("sale.order.line", lines, [field])]


@contextmanager
def small_hub(
    root: Path, practice: PracticeOdoo, clock: MovableClock | None = None, *, min_free_bytes: int = 0
) -> Iterator[SmallHub]:
    """A hub in that folder (the one that is there, if it is)."""
    hub = SmallHub(root, practice, clock, min_free_bytes=min_free_bytes)
    yield hub
    hub.close()


def _settings(root: Path, practice: PracticeOdoo, min_free_bytes: int) -> Settings:
    return Settings(
        store=Store(archive=str(root / "archive")),
        sftp_server=SftpServer(root=str(root / "sftp")),
        limits=Limits(min_free_bytes=min_free_bytes),
        odoo=Odoo(
            url=practice.url,
            database=practice.database,
            login=practice.login,
            key="env:HUB_SECRET_ODOO",
            timeout=5.0,
        ),
        paths=Paths(
            partners=str(root / "partners"),
            inbox=str(root / "inbox"),
            outbox=str(root / "outbox"),
            var=str(root / "var"),
            secrets=str(root / "secrets"),
        ),
    )
