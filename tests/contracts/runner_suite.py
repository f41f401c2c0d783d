"""What every runner must do, seen from outside: real processes, files in, answers and sale orders out."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.model.documents import DocType
from hub.model.exchange import State
from tests.support.hub_process import HubProcess, until
from tests.support.small_hub import fresh_number
from tests.support.wire import order_file, segment

STOP_SECONDS = 30


class Cluster:
    """One `hub run` and the workers beside it; `worker` is the command line of each."""

    def __init__(self, hub: HubProcess, workers: Sequence[Sequence[str]]) -> None:
        self.hub, self._commands = hub, workers
        self._workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.hub.start()
        before = self._told_ready()
        self._workers = [self.hub.begin(*command) for command in self._commands]
        until(lambda: self._told_ready() == before + len(self._workers), "the workers work")

    def _told_ready(self) -> int:
        return (self.hub.root / "hub.log").read_text().count("the worker is running")

    def kill(self, at: int) -> None:
        """Kill one worker (or the hub, where it has none) as a power cut would, and start another."""
        if not self._workers:
            self.hub.stop(signal.SIGKILL)
            self.hub.start()
            return
        at %= len(self._workers)
        _kill(self._workers[at])
        self._workers[at] = self.hub.begin(*self._commands[at])

    def stop(self) -> list[int]:
        """Stop all of them as an operator does and return their exit statuses."""
        for worker in self._workers:
            worker.send_signal(signal.SIGTERM)
        statuses = [worker.wait(STOP_SECONDS) for worker in self._workers]
        self._workers = []
        return [*statuses, self.hub.stop()]

    def close(self) -> None:
        for worker in self._workers:
            _kill(worker)

    # --- the partner's side
    def upload(self, name: str, data: bytes) -> None:
        inbox = self.hub.root / "var" / "sftp" / "acme" / "in"
        inbox.mkdir(parents=True, exist_ok=True)
        part = inbox / f".{name}.part"
        part.write_bytes(data)
        part.rename(inbox / name)

    def answers(self) -> list[bytes]:
        out = self.hub.root / "var" / "sftp" / "acme" / "out"
        return [file.read_bytes() for file in sorted(out.glob("997*"))] if out.exists() else []

    def answered(self) -> list[str]:
        """Return the group control numbers that our 997s name."""
        return sorted(segment(answer, "AK1")[2] for answer in self.answers())

    # --- our side
    def sale_orders(self, numbers: Sequence[str]) -> list[str]:
        """Return the order numbers of Odoo's sale orders, in the order in which they were made."""
        with self.hub.people() as people:
            found = people._odoo.search_read(
                "sale.order", [["client_order_ref", "in", list(numbers)]], ["client_order_ref"]
            )
        return [row["client_order_ref"] for row in sorted(found, key=lambda row: row["id"])]

    def is_quiet(self) -> bool:
        return {e.state for e in self.hub.log()} <= {State.POSTED, State.DELIVERED}


@contextmanager
def running(root: Path, settings: str, workers: Sequence[Sequence[str]], **environ: str) -> Iterator[Cluster]:
    """Give a cluster that works, and end it."""
    hub = HubProcess(root, settings, **environ)
    cluster = Cluster(hub, workers)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()
        hub.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOP_SECONDS)


class RunnerContract:
    """Subclasses give a fixture `cluster` that runs."""

    def test_a_file_is_answered_and_posted(self, cluster: Cluster) -> None:
        number = fresh_number()
        cluster.upload("order.edi", order_file(number, control=1))
        until(lambda: cluster.answered() == ["1"], "the 997")
        until(lambda: cluster.sale_orders([number]) == [number], "the order")

    def test_a_partners_orders_are_posted_in_the_order_in_which_they_came(self, cluster: Cluster) -> None:
        numbers = [fresh_number() for _ in range(15)]
        for at, number in enumerate(numbers, 1):
            cluster.upload(f"{at:02d}.edi", order_file(number, control=at))
        until(lambda: len(cluster.sale_orders(numbers)) == len(numbers), "all orders")
        until(cluster.is_quiet, "quiet")
        came = [e.number for e in cluster.hub.log() if e.document is DocType.PURCHASE_ORDER]
        assert cluster.sale_orders(numbers) == came
        assert len(cluster.answered()) == len(numbers)

    def test_workers_killed_at_random_lose_nothing_and_double_nothing(self, cluster: Cluster) -> None:
        numbers = [fresh_number() for _ in range(24)]
        moments = random.Random(11)
        for at, number in enumerate(numbers, 1):
            cluster.upload(f"{at:02d}.edi", order_file(number, control=at))
            if at % 6 == 0:
                time.sleep(moments.uniform(0.1, 1.5))
                cluster.kill(at // 6)
        until(lambda: len(set(cluster.answered())) == len(numbers), "all 997s", 120)
        until(lambda: sorted(cluster.sale_orders(numbers)) == sorted(numbers), "each order once", 120)
        until(cluster.is_quiet, "quiet", 120)
        controls = sorted(segment(answer, "ISA")[13] for answer in cluster.answers())
        assert controls == [f"{n:09d}" for n in range(1, len(numbers) + 1)]

    def test_a_stop_finishes_what_is_under_way(self, cluster: Cluster) -> None:
        numbers = [fresh_number() for _ in range(5)]
        for at, number in enumerate(numbers, 1):
            cluster.upload(f"{at}.edi", order_file(number, control=at))
        until(cluster.answers, "the first 997")
        assert set(cluster.stop()) == {0}
        log = (cluster.hub.root / "hub.log").read_text()
        assert "Traceback" not in log, log
        cluster.start()
        until(lambda: sorted(cluster.sale_orders(numbers)) == sorted(numbers), "each order once")
