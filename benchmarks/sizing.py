"""What a hub needs: memory and database connections of each process, disk by the documents that it keeps.

`hub run` and two `hub worker` on PostgreSQL, each with four threads, take single-order files from a customer, answer
them and post them into the practice Odoo, which runs inside `hub run` and is counted with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from msgspec import Struct

from tests.support.hub_process import SETTINGS, HubProcess
from tests.support.wire import order_file

ORDERS, LINES, WORKERS = 500, 10, 2
_PATIENCE_SECONDS = 300.0
_LINE = ("AR-10001", "24", "EA", "9.99")


class Process(Struct, frozen=True):
    """What one process took at most."""

    name: str
    megabytes: float  # resident, at its highest
    connections: int  # to the database, at the same time


class Sizes(Struct, frozen=True):
    """What a run took. Bytes are those of the files on the disk."""

    documents: int  # exchanges: orders and their 997s
    seconds: float
    processes: tuple[Process, ...]
    database_bytes: int
    archive_bytes: int
    archive_files: int


def measure(folder: Path, url: str) -> Sizes:
    """Run the traffic on an empty PostgreSQL database and return what it took."""
    hub = HubProcess(folder / "hub", SETTINGS, HUB_STORE__URL=url)
    with psycopg.connect(url, autocommit=True) as database, _running(hub) as processes:
        empty = _size(database)
        began = time.monotonic()
        inbox = hub.root / "var" / "sftp" / "acme" / "in"
        for number in range(ORDERS):
            part = inbox / f".{number}.part"
            part.write_bytes(order_file(f"SIZE-{number}", *[_LINE] * LINES, control=number + 1))
            part.rename(inbox / f"{number}.edi")
        connections = _watch(database, processes, began + _PATIENCE_SECONDS)
        took = time.monotonic() - began
        files = [f for f in (hub.root / "var" / "archive").rglob("*") if f.is_file()]
        return Sizes(
            documents=_count(database),
            seconds=took,
            processes=tuple(
                Process(name, _peak_megabytes(pid), connections[name]) for name, pid in processes.items()
            ),
            database_bytes=_size(database) - empty,
            archive_bytes=sum(f.stat().st_blocks * 512 for f in files),
            archive_files=len(files),
        )


@contextmanager
def _running(hub: HubProcess) -> Iterator[dict[str, int]]:
    """Start `hub run` and its workers; give their process ids by name, and end them."""
    hub.start()
    workers: list[subprocess.Popen[bytes]] = []
    try:
        workers += [hub.begin("worker") for _ in range(WORKERS)]
        time.sleep(5)
        yield {
            "hub run": hub.where["pid"],
            **{f"hub worker {at}": one.pid for at, one in enumerate(workers, 1)},
        }
    finally:
        for one in workers:
            one.send_signal(signal.SIGTERM)
            one.wait(60)
        hub.close()


def _watch(database: psycopg.Connection, processes: dict[str, int], until: float) -> dict[str, int]:
    """Wait until every order is posted and answered; return the most connections of each process."""
    most = dict.fromkeys(processes, 0)
    while time.monotonic() < until:
        for name, pid in processes.items():
            most[name] = max(most[name], _connections(pid))
        if _count(database, "state in ('posted', 'delivered')") == 2 * ORDERS:
            return most
        time.sleep(0.2)
    sys.exit(f"not all was posted and answered within {_PATIENCE_SECONDS:.0f} seconds")


def _connections(pid: int) -> int:
    """Return how many sockets of a process are connected to the database (Linux)."""
    ours = set[str]()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            ours.add(str(fd.readlink()))
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    port = f":{int(os.environ.get('HUB_POSTGRES_PORT', '5438')):04X}"
    return sum(row[2].endswith(port) and f"socket:[{row[9]}]" in ours for row in rows)


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _size(database: psycopg.Connection) -> int:
    row = database.execute("select pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def _count(database: psycopg.Connection, where: str = "true") -> int:
    row = database.execute(f"select count(*) from exchanges where {where}").fetchone()
    return int(row[0]) if row else 0
