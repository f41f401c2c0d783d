"""PostgreSQL restarts and crashes while workers of Celery are on it: nothing lost, nothing twice, a quiet log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.runner_suite import Cluster, running
from tests.contracts.test_runners import CELERY, CELERY_WORKERS
from tests.e2e.test_storage_process import health, ill
from tests.support.hub_process import until
from tests.support.own_postgres import OwnPostgres, own_postgres
from tests.support.servers import BROKERS, broker_url
from tests.support.small_hub import fresh_number
from tests.support.wire import order_file, segment

pytestmark = [pytest.mark.celery, pytest.mark.timeout(300)]


@pytest.fixture
def database() -> Iterator[OwnPostgres]:
    with own_postgres() as database:
        yield database


@pytest.fixture(params=sorted(BROKERS))
def cluster(request: pytest.FixtureRequest, tmp_path: Path, database: OwnPostgres) -> Iterator[Cluster]:
    broker = broker_url(request.param)
    with running(
        tmp_path / "hub", CELERY, CELERY_WORKERS, HUB_STORE__URL=database.url, HUB_BROKER=broker
    ) as cluster:
        yield cluster


def test_a_database_that_restarts_under_load(cluster: Cluster, database: OwnPostgres) -> None:
    numbers = [fresh_number() for _ in range(40)]
    for round_, mode in enumerate(("fast", "immediate")):
        for control in range(20 * round_ + 1, 20 * round_ + 16):
            cluster.upload(f"{control}.edi", order_file(numbers[control - 1], control=control))
        time.sleep(0.5)  # in the middle of it
        database.stop(mode)
        until(lambda: ill(cluster.hub), "the health endpoint says so", 20)
        for control in range(20 * round_ + 16, 20 * round_ + 21):
            cluster.upload(f"{control}.edi", order_file(numbers[control - 1], control=control))
        time.sleep(5)  # some ticks
        database.start()
        until(lambda: health(cluster.hub)[0] == 200, "the hub goes on by itself", 15)
    until(lambda: sorted(cluster.sale_orders(numbers)) == sorted(numbers), "each order once", 120)
    until(cluster.is_quiet, "quiet", 60)
    assert sorted(cluster.sale_orders(numbers)) == sorted(numbers), "an order twice"
    answers = cluster.answers()
    assert sorted(segment(a, "AK1")[2] for a in answers) == sorted(map(str, range(1, 41)))
    assert sorted(segment(a, "ISA")[13] for a in answers) == [f"{n:09d}" for n in range(1, 41)]
    assert set(cluster.stop()) == {0}
    log = (cluster.hub.root / "hub.log").read_text()
    assert "Traceback" not in log, log
    assert len(log.splitlines()) < 200, log
