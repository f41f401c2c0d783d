"""Where the run takes place: the partners and their profiles, what our company buys and sells, the hub's settings."""

from __future__ import annotations

import shutil
from pathlib import Path

from msgspec import Struct

#: What customers order: their item number and ours.
ITEMS = {f"AR-{n}": f"HUB-{n}" for n in range(1001, 1011)}
PRICE = {f"AR-{n}": (n - 1000) * 9.99 for n in range(1001, 1011)}


class Trader(Struct, frozen=True):
    """A partner: `remote` has an SFTP server of its own, the others come to ours."""

    key: str
    role: str  # customer | supplier
    remote: bool

    @property
    def isa(self) -> str:
        """Return its interchange id."""
        return f"{self.key.upper()}CO"

    @property
    def ref(self) -> str:
        """Return how Odoo calls it."""
        return self.key.upper()

    @property
    def item(self) -> str:
        """Return our code of the one thing that a supplier sells."""
        return f"TOR-{self.key.upper()}"


TRADERS = (
    Trader("north", "customer", remote=False),
    Trader("south", "customer", remote=True),
    Trader("west", "customer", remote=False),
    Trader("east", "supplier", remote=True),
    Trader("hill", "supplier", remote=False),
)
CUSTOMERS = tuple(t for t in TRADERS if t.role == "customer")
SUPPLIERS = tuple(t for t in TRADERS if t.role == "supplier")

_PROFILE = """
extends = "_x12_{role}"
name    = "{key}"
status  = "live"

[identity]
isa  = "ZZ:{isa}"
odoo = "{ref}"
"""
_CROSSWALKS = """
[receive.purchase_order.crosswalk]
item    = "torture/items.csv"
unit    = "torture/units.csv"
"""
_REMOTE = """
[transport]
kind = "sftp"
host = "127.0.0.1"
port = {port}
user = "{key}"
key = "file:torture"
host_key = ["{fingerprint}"]
inbox = "/out"
outbox = "/in"
archive = "/archive"
poll_seconds = "1s"
settle_seconds = "0s"
"""
_OURS = '\n[transport]\nkind = "embedded"\n'

SETTINGS = """
[sftp_server]
port = 0
[web]
port = 0
[poll]
erp = 0.5
mailbox = 0.5
[odoo]
url = "http://127.0.0.1:{port}"
database = "practice"
login = "hub"
key = "env:HUB_SECRET_ODOO"
timeout = 3.0
"""


def write_profiles(folder: Path, port: int, fingerprint: str) -> None:
    """Put our partners in the place of the sample ones; `port` and `fingerprint` are of their SFTP server."""
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif not old.name.startswith("_x12"):
            old.unlink()
    for trader in TRADERS:
        text = _PROFILE.format(role=trader.role, key=trader.key, isa=trader.isa, ref=trader.ref)
        where = _REMOTE.format(key=trader.key, port=port, fingerprint=fingerprint) if trader.remote else _OURS
        tables = _CROSSWALKS if trader.role == "customer" else ""
        (folder / f"{trader.key}.toml").write_text(text + where + tables)
    tables_of = folder / "torture"
    tables_of.mkdir()
    rows = "".join(f"{theirs},{ours}\n" for theirs, ours in ITEMS.items())
    (tables_of / "items.csv").write_text(f"theirs,ours\n{rows}")
    (tables_of / "units.csv").write_text("theirs,ours,factor\nEA,Units,1\n")


def seed() -> str:
    """Return the records of these partners for the practice Odoo (TOML, laid over the sample company)."""
    rows = [
        f'{{ model = "res.partner", key = "{t.key}", name = "{t.key}", ref = "{t.ref}", is_company = true, '
        'country_id = "@us" }'
        for t in TRADERS
    ]
    for t in SUPPLIERS:
        seller = f'{{ partner_id = "@{t.key}", product_code = "{t.key}-1", price = 4.5, delay = 7 }}'
        rows.append(
            f'{{ model = "product.product", key = "of_{t.key}", name = "of {t.key}", default_code = "{t.item}", '
            "list_price = 9.0, standard_price = 4.5, is_storable = true, taxes_id = [], supplier_taxes_id = [], "
            f"seller_ids = [[0, 0, {seller}]] }}"
        )
    return "record = [\n" + ",\n".join(rows) + "\n]\n"
