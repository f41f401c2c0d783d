"""What the end-to-end tests on a real Odoo share: which Odoo, an order and its number, labels, cents."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Literal

from hub.demo.people import sscc
from hub.erp.odoo import OdooSettings
from tests.support.live_hub import Counterpart, LiveHub
from tests.support.x12_desk import order

Api = Literal["json2", "xmlrpc"]
APIS: tuple[Api, ...] = ("json2", "xmlrpc")

#: Two lines of an order: pieces, and dozens that our crosswalk counts as twelve units each.
LINES = ("PO1*1*24*EA*9.99**BP*AR-1", "PO1*2*2*DZ*239.76**BP*AR-2")

_ordinals = itertools.count(1)


def odoo_settings(api: Api) -> OdooSettings:
    """Return the Odoo that HUB_TEST_ODOO_* names, over one of its APIs."""
    return OdooSettings(
        url=os.environ["HUB_TEST_ODOO_URL"],
        database=os.environ["HUB_TEST_ODOO_DB"],
        key=os.environ["HUB_TEST_ODOO_KEY"],
        login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
        api=api,
    )


@contextmanager
def live_hub(root: Path, odoo: OdooSettings) -> Iterator[LiveHub]:
    """Run a hub on that Odoo until the block ends."""
    live = LiveHub(root, odoo)
    try:
        yield live
    finally:
        live.close()


def a_number(hub: LiveHub) -> str:
    """Return a document number that no other test has."""
    return f"N{hub.world.tag}-{next(_ordinals)}"


def a_label() -> str:
    """Return an SSCC-18 that no other test has."""
    return sscc(uuid.uuid4().int % 10**9)


def ordered(hub: LiveHub, customer: Counterpart, *lines: str) -> str:
    """The customer orders and gets its 997; return the order's number."""
    number = a_number(hub)
    control = customer.send("850", order(number, "0042", lines or LINES))
    assert customer.acknowledged(control).one("AK9")[1] == "A"
    return number


def cents(amount: float) -> str:
    """Return an amount of Odoo as TDS01 has it."""
    return str(int(Decimal(str(amount)) * 100))
