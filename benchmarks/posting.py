"""Orders into one Odoo: one by one, many at once by the hub's gateway, and by a bare client that does no more than it
must.

The bare client writes the same orders and notes over one connection: it looks the items up, loads orders, loads notes.
It looks for no earlier run, no order typed by hand, no address and no price, and survives nothing. Rounds alternate,
the best of each counts. The Odoo is the one that HUB_TEST_ODOO_* names (`tools/odoo19 with make bench-posting`);
without one it is the practice Odoo in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from msgspec import Struct

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.odoo.orders import MOST_ORDERS
from hub.erp.odoo.wires import Reply
from hub.erp.port import OrderPolicy, OrderRequest, PostResult
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType, OrderLine, Party, PurchaseOrder
from hub.model.exchange import posting_key
from tests.support.erp_world import World

#: Orders of one call (as many as the hub's gateway puts into one), lines of an order; orders one by one.
AT_ONCE, LINES = MOST_ORDERS, 3
SINGLES, SINGLE_ROUNDS = 8, 4
ROUNDS = 12

_numbers = count(1)


class Rates(Struct, frozen=True):
    """Orders a second, the best of the rounds."""

    where: str  # which Odoo
    single: float
    batched: float
    bare: float


def measure(folder: Path) -> Rates:
    """Return how fast orders go into an Odoo in each way."""
    with _odoo(folder) as (where, settings):
        world, gateway = World(settings), OdooGateway(settings)
        bare = _Bare(settings, world)
        try:
            gateway.post_order(*_request(world))  # what is asked once is asked
            bests = {"single": 0.0, "batched": 0.0, "bare": 0.0}
            ways: list[tuple[str, int, Callable[[], None]]] = [
                ("batched", AT_ONCE, lambda: _at_once(gateway, world)),
                ("bare", AT_ONCE, lambda: bare.post(AT_ONCE)),
            ]
            for turn in range(ROUNDS):
                for way in ways[:: -1 if turn % 2 else 1]:  # neither always comes first
                    _keep(bests, *way)
                if turn < SINGLE_ROUNDS:
                    _keep(bests, "single", SINGLES, lambda: _one_by_one(gateway, world))
        finally:
            bare.close()
            gateway.close()
            world.close()
    return Rates(where, **bests)


def _keep(bests: dict[str, float], way: str, orders: int, post: Callable[[], None]) -> None:
    began = time.perf_counter()
    post()
    bests[way] = max(bests[way], orders / (time.perf_counter() - began))


def _one_by_one(gateway: OdooGateway, world: World) -> None:
    for _ in range(SINGLES):
        assert gateway.post_order(*_request(world)).created


def _at_once(gateway: OdooGateway, world: World) -> None:
    requests = [OrderRequest(*_request(world)) for _ in range(AT_ONCE)]
    answers = gateway.post_orders(requests)
    assert all(isinstance(one, PostResult) and one.created for one in answers), answers


def _request(world: World) -> tuple[str, PurchaseOrder, OrderPolicy]:
    """Return a new order: three lines for a store of the customer."""
    lines = tuple(
        OrderLine(number=str(at), quantity=Decimal(at), unit="EA", price=Decimal("9.99"), sku=sku)
        for at, sku in zip(range(1, LINES + 1), [world.widget, world.gadget] * LINES, strict=False)
    )
    order = PurchaseOrder(
        number=f"B{uuid4().hex[:8]}-{next(_numbers)}",
        date=date(2026, 11, 2),
        dates={"delivery_requested": date(2026, 12, 1)},
        parties={"ship_to": Party(id=world.store_ref)},
        lines=lines,
    )
    key = posting_key("acme", DocType.PURCHASE_ORDER, order.number)
    return key, order, OrderPolicy(customer_ref=world.customer_ref, origin="EDI 1/1 exchange 1")


class _Bare:
    """The least that brings orders into Odoo: JSON-2, three calls."""

    def __init__(self, settings: OdooSettings, world: World) -> None:
        headers = {"Authorization": f"Bearer {settings.key}", "X-Odoo-Database": settings.database}
        self._http = httpx.Client(base_url=f"{settings.url}/json/2/", headers=headers, timeout=60)
        self._codes, self._customer = [world.widget, world.gadget], world.customer
        rows = world.session.search_read("res.partner", [["ref", "=", world.store_ref]], ["name"])
        self._store = rows[0]["id"]
        known = world.session.call("sale.order.line", "fields_get", allfields=[_AGREED], attributes=["type"])
        self._agreed = ["0"] if _AGREED in known else []  # the practice Odoo has it not

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def post(self, orders: int) -> None:
        """Bring so many orders in."""
        tag = uuid4().hex[:8]
        found = self._call(
            "product.product/search_read",
            domain=[["default_code", "in", self._codes]],
            fields=["default_code", "uom_id", "display_name"],
        )
        items = {row["default_code"]: row for row in found}
        rows = [row for n in range(orders) for row in self._rows(f"{tag}-{n}", items)]
        made = self._load("sale.order", _ORDER[: len(rows[0])], rows)
        notes = [
            [f"edi_hub.{tag}-{n}_note", "sale.order", str(record), _told(f"{tag}-{n}")]
            for n, record in enumerate(made)
        ]
        told = self._load("mail.message", _NOTE, [[*note, "notification", "mail.mt_note"] for note in notes])
        assert len(made) == len(told) == orders

    def _rows(self, number: str, items: dict[str, Any]) -> Iterator[list[str]]:
        for at, code in zip(range(1, LINES + 1), self._codes * LINES, strict=False):
            head = [f"edi_hub.{number}", str(self._customer), number, "EDI 1/1 exchange 1"]
            head += ["2026-11-02 12:00:00", "2026-12-01 12:00:00", str(self._store)]
            item = items[code]
            line = [f"edi_hub.{number}_l{at}", str(item["id"]), item["display_name"], str(at)]
            line += [str(item["uom_id"][0]), str(10 * at), "9.99", *self._agreed]
            yield [*(head if at == 1 else [""] * len(head)), *line]

    def _load(self, model: str, fields: list[str], rows: list[list[str]]) -> list[int]:
        context = {"mode": "update", "noupdate": True}
        ids: list[int] = self._call(f"{model}/load", fields=fields, data=rows, context=context)["ids"]
        return ids

    def _call(self, path: str, **arguments: Reply) -> Reply:
        return self._http.post(path, json=arguments).raise_for_status().json()


def _told(number: str) -> str:
    """Return what the hub tells of such an order."""
    return f"<p>Order {number} ({LINES} lines) came in by EDI: EDI 1/1 exchange 1. Key acme_{number}.</p>"


_AGREED = "technical_price_unit"
_ORDER = [
    *("id", "partner_id/.id", "client_order_ref", "origin", "date_order", "commitment_date"),
    "partner_shipping_id/.id",
    *("order_line/id", "order_line/product_id/.id", "order_line/name", "order_line/product_uom_qty"),
    *("order_line/product_uom_id/.id", "order_line/sequence", "order_line/price_unit"),
    f"order_line/{_AGREED}",
]
_NOTE = ["id", "model", "res_id", "body", "message_type", "subtype_id/id"]


@contextmanager
def _odoo(folder: Path) -> Iterator[tuple[str, OdooSettings]]:
    """Give the Odoo to measure on, and its name."""
    if url := os.environ.get("HUB_TEST_ODOO_URL"):
        yield (
            "a real Odoo 19",
            OdooSettings(
                url=url,
                database=os.environ["HUB_TEST_ODOO_DB"],
                key=os.environ["HUB_TEST_ODOO_KEY"],
                login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
            ),
        )
        return
    command = [sys.executable, "-m", "benchmarks.posting", str(folder / "practice.sqlite")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url, database, key = server.stdout.readline().split()
        try:
            yield "the practice Odoo", OdooSettings(url=url, database=database, key=key, api="json2")
        finally:
            server.stdin.close()


def _serve(path: Path) -> None:
    """Serve a practice Odoo until nobody listens any more."""
    practice = PracticeOdoo(path)
    practice.start()
    print(practice.url, practice.database, practice.key, flush=True)
    sys.stdin.read()
    practice.stop()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
