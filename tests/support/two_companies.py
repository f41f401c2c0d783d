"""Two companies that trade with each other: each has its own Odoo and its own running hub, SFTP lies between.

The seller's hub runs the SFTP server; the buyer's hub logs in to it with a key and pins its host key. Neither
side knows more of the other than a trading partner does.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from hub.erp.odoo import OdooSettings
from hub.erp.odoo.reading import ref_id
from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from hub.orders import OrderStory, tell_orders
from hub.serving import Service
from hub.settings import Settings
from hub.settings.shape import Company, Odoo, Paths, Poll, Practice, SftpServer, Store, Web, Workers
from hub.store import LogQuery
from tests.support.erp_world import World
from tests.support.live_hub import REPOSITORY, until

SELLER_PROFILE = """\
extends = "_x12_customer"
name    = "Buyer Co"
status  = "live"

[identity]
isa  = "ZZ:BUYERCO"
odoo = "{customer}"

[transport]
kind = "embedded"

[receive.purchase_order]
confirm = "when_clean"

[receive.receiving_advice]
[receive.remittance]
"""

BUYER_PROFILE = """\
extends = "_x12_supplier"
name    = "Seller Co"
status  = "live"

[identity]
isa  = "ZZ:SELLERCO"
odoo = "{vendor}"

[transport]
kind     = "sftp"
host     = "127.0.0.1"
port     = {port}
user     = "buyer"
key      = "file:seller_sftp"
host_key = ["{fingerprint}"]
inbox    = "out"
outbox   = "in"
archive  = ""
poll_seconds   = 1
settle_seconds = 0.2

[send.order_change]
quiet = "1s"

[send.receiving_advice]
[send.remittance]
"""


class Firm:
    """One company: its Odoo with the people in it, and its hub."""

    def __init__(self, root: Path, isa: str, odoo: OdooSettings, world: World) -> None:
        self.root, self.world = root, world
        shutil.copytree(REPOSITORY / "partners", root / "partners")
        for sample in (*(root / "partners").glob("[a-z]*.toml"),):
            sample.unlink()
        self._settings, self._environ = _settings(root, isa, odoo), {"HUB_SECRET_ODOO": odoo.key}
        self.service: Service | None = None

    def open(self, partner: str, profile: str) -> None:
        """Bring up the partner and start the hub."""
        (self.root / "partners" / f"{partner}.toml").write_text(profile)
        self.service = Service(self._settings, self._environ)
        self.service.start()

    def close(self) -> None:
        """Stop the hub, and let go of Odoo."""
        if self.service is not None:
            self.service.stop()
        self.world.close()

    @property
    def running(self) -> Service:
        """Return the hub, which must have been opened."""
        assert self.service is not None
        return self.service

    def log(self, **query: Any) -> list[Exchange]:
        """Return exchanges, oldest first."""
        with self.running.hub.store.read() as tx:
            return sorted(tx.find_exchanges(LogQuery(limit=1000, **query)), key=lambda e: e.id)

    def settled(
        self, document: DocType, direction: Direction, state: State, count: int = 1, order: str = ""
    ) -> list[Exchange]:
        """Wait until so many documents of a kind (and of an order) have come to a state."""

        def look() -> list[Exchange] | None:
            found = self.log(document=document, direction=direction, state=state)
            found = [one for one in found if order in ("", one.order_number)]
            return found if len(found) >= count else None

        return until(look, f"{document} {direction} {state}", tell=self.story)

    def story(self) -> str:
        """Return what the log has, a line an exchange."""
        lines = (f"{e.id} {e.direction} {e.document} {e.number} {e.state}: {e.why}" for e in self.log())
        return "the log has\n" + "\n".join(lines)

    def order(self, number: str) -> OrderStory:
        """Return the story of one order."""
        (story,) = tell_orders(self.running.hub.store, number)
        return story

    def unsettled(self) -> list[str]:
        """Return what is not at a good end."""
        good = {State.POSTED, State.MATCHED, State.DELIVERED, State.ACKNOWLEDGED}
        return [f"{e.document} {e.number} {e.state}: {e.why}" for e in self.log() if e.state not in good]


class Trade:
    """A buyer and a seller. The buyer's widget and gadget are the seller's, under other numbers."""

    def __init__(self, root: Path, buyer: OdooSettings, seller: OdooSettings) -> None:
        self.buyer = Firm(root / "buyer", "ZZ:BUYERCO", buyer, World(buyer))
        self.seller = Firm(root / "seller", "ZZ:SELLERCO", seller, World(seller))
        self._name_items()
        self._name_place()
        self.seller.open("buyer", SELLER_PROFILE.format(customer=self.seller.world.customer_ref))
        sftp, login = self.seller.running.sftp, self.seller.running.login
        assert sftp is not None
        assert login is not None
        secret = root / "buyer" / "secrets" / "seller_sftp"
        secret.parent.mkdir(parents=True)
        secret.write_bytes(login.key.read_bytes())
        secret.chmod(0o600)
        profile = BUYER_PROFILE.format(
            vendor=self.buyer.world.vendor_ref, port=sftp.port, fingerprint=sftp.fingerprint
        )
        self.buyer.open("seller", profile)

    def close(self) -> None:
        """End both."""
        self.buyer.close()
        self.seller.close()

    def _name_items(self) -> None:
        """Write the seller's item numbers on the buyer's vendor prices."""
        world, theirs = self.buyer.world, self.seller.world
        pairs = ((world.widget, theirs.widget, 4.5), (world.gadget, theirs.gadget, 7.25))
        for ours, code, price in pairs:
            product = world.products[ours]
            template = ref_id(world.look("product.product", product, "product_tmpl_id")["product_tmpl_id"])
            domain: list[Any] = [["partner_id", "=", world.vendor], ["product_tmpl_id", "=", template]]
            known = [r["id"] for r in world.session.search_read("product.supplierinfo", domain, ["id"])]
            values = {"product_code": code, "price": price}
            if known:
                world.session.write("product.supplierinfo", known, values)
            else:
                row = values | {"partner_id": world.vendor, "product_tmpl_id": template}
                world.session.create("product.supplierinfo", [row])

    def _name_place(self) -> None:
        """Give the seller the buyer's delivery address, under the name that the buyer's orders have."""
        (company,) = self.buyer.world.session.search_read("res.company", [], ["name"], limit=1)
        place = {"name": company["name"], "parent_id": self.seller.world.customer, "type": "delivery"}
        self.seller.world.session.create("res.partner", [place])

    def sale_order(self, number: str) -> ErpRecord:
        """Wait until the buyer's order is a confirmed sale order of the seller's."""

        def look() -> ErpRecord | None:
            found = self.seller.log(document=DocType.PURCHASE_ORDER, state=State.POSTED, number=number)
            record = found[0].erp if found else None
            if record is None:
                return None
            row = self.seller.world.look("sale.order", record.id, "state")
            return record if row["state"] == "sale" else None

        return until(look, f"sale order of {number}", tell=self.seller.story)


@contextmanager
def trading(root: Path, buyer: OdooSettings, seller: OdooSettings) -> Iterator[Trade]:
    """Let two companies trade until the block ends."""
    trade = Trade(root, buyer, seller)
    try:
        yield trade
    finally:
        trade.close()


def amount(world: World, record: ErpRecord, field: str = "amount_untaxed") -> Decimal:
    """Return an amount of a record in Odoo, in cents' precision."""
    return round(Decimal(str(world.look(record.model, record.id, field)[field])), 2)


def _settings(root: Path, isa: str, odoo: OdooSettings) -> Settings:
    return Settings(
        company=Company(name=root.name.title(), isa=isa),
        store=Store(archive=str(root / "archive")),
        sftp_server=SftpServer(port=0, root=str(root / "sftp")),
        odoo=Odoo(
            url=odoo.url, database=odoo.database, login=odoo.login, key="env:HUB_SECRET_ODOO", api=odoo.api
        ),
        practice=Practice(enabled="no"),
        web=Web(port=0),
        workers=Workers(count=2),
        poll=Poll(erp=0.3, mailbox=0.3),
        paths=Paths(
            partners=str(root / "partners"),
            inbox=str(root / "inbox"),
            outbox=str(root / "outbox"),
            var=str(root / "var"),
            secrets=str(root / "secrets"),
        ),
    )
