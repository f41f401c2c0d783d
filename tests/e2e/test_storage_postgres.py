"""PostgreSQL restarts, crashes, hangs up and takes no writes while a hub works on it: nothing lost, nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.model.exchange import State
from tests.e2e.test_restart import answers, inbox, sale_orders, upload
from tests.e2e.test_storage_process import health, ill
from tests.support.hub_process import SETTINGS, HubProcess, hub_process, until
from tests.support.own_postgres import OwnPostgres, own_postgres
from tests.support.small_hub import fresh_number
from tests.support.wire import order_file, segment

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(200)]


@pytest.fixture
def cluster() -> Iterator[OwnPostgres]:
    with own_postgres() as cluster:
        yield cluster


@pytest.fixture
def hub(tmp_path: Path, cluster: OwnPostgres) -> Iterator[HubProcess]:
    with hub_process(tmp_path, SETTINGS, HUB_STORE__URL=cluster.url) as hub:
        hub.start()
        yield hub


def uploads(hub: HubProcess, numbers: list[str], first: int) -> None:
    for control, number in enumerate(numbers, first):
        upload(hub, f"{control}.edi", order_file(number, control=control))


def test_a_database_that_restarts_under_load(hub: HubProcess, cluster: OwnPostgres) -> None:
    numbers = [fresh_number() for _ in range(60)]
    for round_, mode in enumerate(("fast", "immediate")):
        uploads(hub, numbers[30 * round_ : 30 * round_ + 20], 30 * round_ + 1)
        time.sleep(0.5)  # in the middle of it
        cluster.stop(mode)
        until(lambda: ill(hub), "the health endpoint says so", 20)
        uploads(hub, numbers[30 * round_ + 20 : 30 * round_ + 30], 30 * round_ + 21)
        time.sleep(2)
        assert len(list(inbox(hub).iterdir())) >= 10, "what comes meanwhile stays where it is"
        cluster.start()
        until(lambda: health(hub)[0] == 200, "the hub goes on by itself", 15)
        cluster.say(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    all_is_well(hub, numbers)


def test_a_database_that_takes_no_writes(hub: HubProcess, cluster: OwnPostgres) -> None:
    numbers = [fresh_number() for _ in range(10)]
    uploads(hub, numbers[:5], 1)
    cluster.say("ALTER SYSTEM SET default_transaction_read_only = on")
    cluster.say("SELECT pg_reload_conf()")
    told = until(lambda: ill(hub), "the health endpoint says so", 20)
    assert "read-only transaction" in told["storage"][0]["what"]
    uploads(hub, numbers[5:], 6)
    (cluster.folder / "postgresql.auto.conf").write_text("")
    cluster.say("SELECT pg_reload_conf()")
    all_is_well(hub, numbers)


def all_is_well(hub: HubProcess, numbers: list[str]) -> None:
    until(lambda: sale_orders(hub, numbers) == [1] * len(numbers), "all orders, once each", 60)
    until(lambda: {e.state for e in hub.log()} <= {State.POSTED, State.DELIVERED}, "quiet")
    said = {segment(a, "ISA")[13]: segment(a, "AK1")[2] for a in answers(hub)}
    assert sorted(said) == [f"{n:09d}" for n in range(1, len(numbers) + 1)]
    assert len(set(said.values())) == len(numbers)
    assert list(inbox(hub).iterdir()) == []
    assert hub.stop() == 0
    log = (hub.root / "hub.log").read_text()
    assert "Traceback" not in log, log
    assert len(log.splitlines()) < 120, log
