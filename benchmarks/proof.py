"""How long `hub prove once-only` takes over a ledger of so many keys, and how much memory.

One order goes through a whole hub into a practice Odoo in a process of its own; then its rows are copied, here and
there, under keys of their own. The proof is the command that people use.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from benchmarks.throughput import CUSTOMERS, Setup, drop, site, through
from hub.model.documents import DocType
from hub.model.exchange import posting_key

#: Keys of a proof when nobody says how many.
KEYS = 10_000

_ORDER = {"model": "sale.order", "state": "draft"}


class Proved(Struct, frozen=True):
    """One proof: keys, seconds, and the most memory (MB) that the command took."""

    keys: int
    seconds: float
    megabytes: float


def measure(folder: Path, keys: int) -> Proved:
    """Return what proving so many keys took. Raises RuntimeError when ledger and Odoo do not agree."""
    with site(folder, Setup("", files=1, orders=1), serving=False) as (home, environ):
        drop(home, 1, 1, start=900_000)
        through(home, environ)
        copied = [(number, f"{CUSTOMERS[0]}-{number}") for number in range(1_000_000, 1_000_000 + keys)]
        _copy_ledger(home / "var" / "hub.sqlite3", copied)
        _copy_orders(home.parent / "odoo.sqlite", copied)
        return _prove(environ, keys + len(CUSTOMERS))


def _copy_ledger(file: Path, copied: Sequence[tuple[int, str]]) -> None:
    with closing(sqlite3.connect(file)) as database:
        exchange = _first(database, "exchanges", "partner = ? and erp_id is not null", CUSTOMERS[0])
        posting = _first(database, "postings", "exchange_id = ?", exchange["id"])
        _insert(
            database,
            "exchanges",
            (
                exchange
                | {"id": id_, "number": name, "order_number": name, "key": _key(name), "search": name}
                | {"erp": _record(id_), "erp_id": id_}
                for id_, name in copied
            ),
        )
        _insert(
            database,
            "postings",
            (
                posting | {"key": _key(name), "exchange_id": id_, "record": _record(id_), "record_id": id_}
                for id_, name in copied
            ),
        )
        database.commit()


def _copy_orders(file: Path, copied: Sequence[tuple[int, str]]) -> None:
    with closing(sqlite3.connect(file, timeout=30)) as database:
        order = _first(database, "sale_order", "client_order_ref like ?", f"{CUSTOMERS[0]}%")
        named = _first(database, "ir_model_data", "model = ? and res_id = ?", "sale.order", order["id"])
        _insert(
            database,
            "sale_order",
            (order | {"id": id_, "name": f"S{id_}", "client_order_ref": name} for id_, name in copied),
        )
        _insert(
            database,
            "ir_model_data",
            (named | {"id": id_, "name": _key(name), "res_id": id_} for id_, name in copied),
        )
        database.commit()


def _prove(environ: dict[str, str], keys: int) -> Proved:
    command = [sys.executable, "-m", "hub", "prove", "once-only", "--faults", "--json"]
    began = time.perf_counter()
    with subprocess.Popen(command, env={**os.environ, **environ}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"ledger and Odoo should agree: {said[:500].decode()}")
    return Proved(keys, time.perf_counter() - began, used.ru_maxrss / 1000)


def _first(database: sqlite3.Connection, table: str, where: str, *values: object) -> dict[str, object]:
    database.row_factory = sqlite3.Row
    return dict(database.execute(f"select * from {table} where {where} limit 1", values).fetchone())


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[dict[str, object]]) -> None:
    """Insert rows that have the columns of the table, in their order."""
    columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
    marks = ", ".join("?" * len(columns))
    values = ([row[column] for column in columns] for row in rows)
    database.executemany(f"insert into {table} values ({marks})", values)


def _key(number: str) -> str:
    return posting_key(CUSTOMERS[0], DocType.PURCHASE_ORDER, number)


def _record(id_: int) -> str:
    return json.dumps({**_ORDER, "id": id_, "name": f"S{id_}"})
