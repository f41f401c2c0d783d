"""A whole hub as `hub run` starts it, on an Odoo, with its partners at the other end of real SFTP.

Two customers and a supplier whose codes are unique (see erp_world): `acme` asks us to confirm by hand and
`bravo` lets the hub confirm what is clean. Everything listens on a free port; nothing outlives `close`.
"""

from __future__ import annotations

import shutil
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from hub.demo.traders import Trader
from hub.erp.odoo import OdooSettings
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from hub.serving import Service
from hub.settings import Settings
from hub.settings.shape import Odoo, Paths, Poll, Practice, SftpServer, Store, Web, Workers
from hub.store import LogQuery
from tests.support.erp_world import World
from tests.support.x12_desk import Read, X12Desk, read

REPOSITORY = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 40.0
EMPTY: Mapping[str, str] = MappingProxyType({})

T = TypeVar("T")


def until(look: Callable[[], T | None], what: str, *, tell: Callable[[], object] = str) -> T:
    """Wait until `look` finds something, and return it; else fail with what `tell` has to say."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {WAIT_SECONDS:.0f} s; {tell()}")


class Counterpart:
    """A partner's people: they upload and collect over SFTP, and keep what they collected."""

    def __init__(self, trader: Trader, desk: X12Desk, tell: Callable[[], object]) -> None:
        self.trader, self.desk, self._tell = trader, desk, tell
        self._bag: list[tuple[str, bytes]] = []

    def put(self, data: bytes, name: str = "") -> None:
        """Upload a file."""
        self.trader.put(name or f"file-{self.desk.control}.edi", data)

    def send(self, set_id: str, *bodies: list[str]) -> int:
        """Write and upload a file; return its control number."""
        self.put(self.desk.write(set_id, *bodies))
        return self.desk.control

    def collect(self, set_id: str, *mentions: str) -> Read:
        """Wait for the set of ours that has all these segments (or beginnings of segments), and take it."""

        def look() -> Read | None:
            got = self.trader.wait(".edi", 0.05)
            if got is not None:
                self._bag.append((got.name, got.data))
            for at, (_, data) in enumerate(self._bag):
                text = data.decode()
                if f"\nST*{set_id}*" in text and all(f"\n{m}" in text for m in mentions):
                    del self._bag[at]
                    return read(data)
            return None

        return until(look, f"{self.trader.user} waits for {set_id} {mentions}", tell=self._tell)

    def acknowledged(self, control: int) -> Read:
        """Wait for our 997 for the file with that control number."""
        return until(lambda: self._ack(control), f"997 for {control}")

    def _ack(self, control: int) -> Read | None:
        found = self.collect("997", "AK1*")
        if found.one("AK1")[2] == str(control):
            return found
        self._bag.append(("997", found.data))
        return None

    def accept(self, file: Read) -> None:
        """Acknowledge a file of ours."""
        self.put(self.desk.accept(file))

    def waiting(self, set_id: str, mention: str = "") -> int:
        """Return how many files with such a set (that names something) were not collected yet."""
        while (got := self.trader.wait(".edi", 0.2)) is not None:
            self._bag.append((got.name, got.data))
        about = [data for _, data in self._bag if mention.encode() in data]
        return sum(f"\nST*{set_id}*".encode() in data for data in about)


class LiveHub:
    """The running hub, the world of its Odoo, and the partners."""

    def __init__(
        self, root: Path, odoo: OdooSettings, *, workers: int = 4, more: Mapping[str, str] = EMPTY
    ) -> None:
        """Start it; `more` is added to the profiles of partners by key."""
        self.root, self.world = root, World(odoo)
        self.bravo_ref = f"BRA-{self.world.tag}"
        self._second_customer()
        tag = self.world.tag
        self._ids = {"acme": f"AC{tag}", "bravo": f"BR{tag}", "globex": f"GX{tag}"}
        _write_partners(root / "partners", self)
        for partner, text in more.items():
            with (root / "partners" / f"{partner}.toml").open("a") as profile:
                profile.write(text)
        self._settings, self._environ = _settings(root, odoo, workers), {"HUB_SECRET_ODOO": odoo.key}
        self.service = Service(self._settings, self._environ)
        self.service.start()
        self.acme = self._counterpart("acme", "004010")
        self.bravo = self._counterpart("bravo", "005010")
        self.globex = self._counterpart("globex", "004010")

    def close(self) -> None:
        """Stop all of it."""
        for partner in (self.acme, self.bravo, self.globex):
            partner.trader.close()
        self.service.stop()
        self.world.close()

    def _second_customer(self) -> None:
        values = {"name": f"Bravo {self.world.tag}", "ref": self.bravo_ref, "is_company": True}
        self.world.session.create("res.partner", [values])

    def _counterpart(self, key: str, release: str) -> Counterpart:
        sftp, login = self.service.sftp, self.service.login
        assert sftp is not None
        assert login is not None
        trader = Trader(key, sftp.port, login.key, sftp.fingerprint, self.root / "traders" / key)
        return Counterpart(trader, X12Desk(self._ids[key], release), lambda: self.story(partner=key))

    def isa_of(self, key: str) -> str:
        """Return a partner's interchange address."""
        return f"ZZ:{self._ids[key]}"

    # --- the log
    def exchanges(self, number: str, **query: Any) -> list[Exchange]:
        """Return the exchanges that have this number, oldest first."""
        with self.service.hub.store.read() as tx:
            found = tx.find_exchanges(LogQuery(number=number, limit=500, **query))
        return sorted(found, key=lambda e: e.id)

    def settled(self, number: str, state: State, **query: Any) -> Exchange:
        """Wait until an exchange with this number is in a state, and return the newest such."""

        def look() -> Exchange | None:
            found = self.exchanges(number, **query)
            return next((e for e in reversed(found) if e.state is state), None)

        return until(look, f"{number} {state}", tell=lambda: self.story(number=number))

    def story(self, **query: Any) -> str:
        """Return what the log has, a line an exchange, newest first: for a test that waits in vain."""
        with self.service.hub.store.read() as tx:
            found = tx.find_exchanges(LogQuery(**query))
        return "the log has\n" + "\n".join(
            f"{e.id} {e.direction} {e.document} {e.number} {e.state}: {e.why}" for e in found
        )

    def posted(self, number: str) -> tuple[Exchange, ErpRecord]:
        """Wait until what came in under a number is in Odoo; return the exchange and the record."""
        exchange = self.settled(number, State.POSTED, direction=Direction.IN)
        assert exchange.erp is not None
        return exchange, exchange.erp

    def texts(self, exchange: Exchange) -> list[str]:
        """Return what was found in an exchange, a line each."""
        with self.service.hub.store.read() as tx:
            return [f.line() for f in tx.findings(exchange_id=exchange.id)]

    # --- the operator
    def nudge(self, lane: str) -> None:
        """Offer a lane to the workers now."""
        self.service.hub.nudge(lane)


def _settings(root: Path, odoo: OdooSettings, workers: int) -> Settings:
    return Settings(
        store=Store(archive=str(root / "archive")),
        sftp_server=SftpServer(port=0, root=str(root / "sftp")),
        odoo=Odoo(
            url=odoo.url, database=odoo.database, login=odoo.login, key="env:HUB_SECRET_ODOO", api=odoo.api
        ),
        practice=Practice(enabled="no"),
        web=Web(port=0),
        workers=Workers(count=workers),
        poll=Poll(erp=0.3, mailbox=0.5),
        paths=Paths(
            partners=str(root / "partners"),
            inbox=str(root / "inbox"),
            outbox=str(root / "outbox"),
            var=str(root / "var"),
            secrets=str(root / "secrets"),
        ),
    )


def _write_partners(folder: Path, hub: LiveHub) -> None:
    """Copy the shipped profiles and put this run's codes into them; `bravo` is a second `acme`."""
    world = hub.world
    shutil.copytree(REPOSITORY / "partners", folder)
    (folder / "nordic.toml").unlink()
    acme = (folder / "acme.toml").read_text()
    gs = tomllib.loads(acme)["identity"]["gs"]
    swaps = {
        "ZZ:ACMERETAIL": hub.isa_of("acme"),
        f'"{gs}"': '""',
        'odoo = "ACME"': f'odoo = "{world.customer_ref}"',
    }
    (folder / "acme.toml").write_text(_swapped(acme, swaps))
    swaps |= {"ZZ:ACMERETAIL": hub.isa_of("bravo"), 'odoo = "ACME"': f'odoo = "{hub.bravo_ref}"'}
    swaps |= {"[receive.purchase_order.crosswalk]": _BRAVO, "ACME Retail Inc.": "Bravo Stores"}
    (folder / "bravo.toml").write_text(_swapped(acme, swaps))
    globex = (folder / "globex.toml").read_text()
    swaps = {"01:123456789": hub.isa_of("globex"), 'odoo = "GLOBEX"': f'odoo = "{world.vendor_ref}"'}
    (folder / "globex.toml").write_text(_swapped(globex, swaps))
    tables = folder / "acme"
    (tables / "items.csv").write_text(f"theirs,ours\nAR-1,{world.widget}\nAR-2,{world.gadget}\n")
    (tables / "ship_to.csv").write_text(f"theirs,ours\n0042,{world.store_ref}\n")


_BRAVO = """[receive.purchase_order]
confirm = "when_clean"

[x12]
release = "005010"

[receive.purchase_order.crosswalk]"""


def _swapped(text: str, swaps: dict[str, str]) -> str:
    for old, new in swaps.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def use_crosswalk(hub: LiveHub, theirs: str, ours: str) -> None:
    """Somebody adds a row to the customers' table of items."""
    table = hub.root / "partners" / "acme" / "items.csv"
    table.write_text(f"{table.read_text()}{theirs},{ours}\n")


def release(hub: LiveHub, exchange: Exchange) -> None:
    """The operator decides that a held exchange goes on."""
    done = hub.service.hub.operations.release(str(exchange.id), "cli:tester")
    hub.nudge(done.lane)


def redrive(hub: LiveHub, exchange: Exchange) -> None:
    """The operator has mended something and runs an exchange again."""
    done = hub.service.hub.operations.redrive(str(exchange.id), "cli:tester")
    hub.nudge(done.lane)
