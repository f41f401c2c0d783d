"""Run the runners' contract: threads on SQLite always, workers on PostgreSQL and Celery where those can be had."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Queue

from hub.runners.celery import DRAIN, ODOO_QUEUE, make_app
from tests.contracts.runner_suite import Cluster, RunnerContract, running
from tests.support.hub_process import REPOSITORY, SETTINGS, until
from tests.support.servers import broker_url, needs_postgres
from tests.support.small_hub import fresh_number
from tests.support.store import postgres_database
from tests.support.wire import order_file

pytestmark = pytest.mark.timeout(300)

#: More lanes in the queue than workers take in the time in which a file is picked up.
FLOOD = 20_000
CELERY = f"""{SETTINGS}
[workers]
runner = "celery"
count = 2
broker = "env:HUB_BROKER"
"""
CELERY_WORKERS = (["worker"], ["worker"], ["worker", "--beat"])


class TestThreadsOnSqlite(RunnerContract):
    @pytest.fixture
    def cluster(self, tmp_path: Path) -> Iterator[Cluster]:
        with running(tmp_path / "hub", SETTINGS, ()) as cluster:
            yield cluster


@pytest.mark.postgres
@needs_postgres
class TestWorkersOnPostgres(RunnerContract):
    @pytest.fixture
    def cluster(self, tmp_path: Path) -> Iterator[Cluster]:
        with (
            postgres_database() as url,
            running(tmp_path / "hub", SETTINGS, (["worker"], ["worker"]), HUB_STORE__URL=url) as cluster,
        ):
            yield cluster


class CeleryContract(RunnerContract):
    broker: str

    @pytest.fixture
    def cluster(self, tmp_path: Path) -> Iterator[Cluster]:
        broker = broker_url(self.broker)
        with (
            postgres_database() as url,
            running(
                tmp_path / "hub", CELERY, CELERY_WORKERS, HUB_STORE__URL=url, HUB_BROKER=broker
            ) as cluster,
        ):
            yield cluster

    def test_an_outage_of_the_broker_loses_nothing(self, cluster: Cluster) -> None:
        numbers = [fresh_number() for _ in range(6)]
        tool = REPOSITORY / "tools" / "brokers"
        cluster.upload("1.edi", order_file(numbers[0], control=1))
        until(lambda: cluster.answered() == ["1"], "the first 997")
        subprocess.run([tool, "stop", self.broker], check=True)
        try:
            for at, number in enumerate(numbers[1:], 2):
                cluster.upload(f"{at}.edi", order_file(number, control=at))
        finally:
            subprocess.run([tool, "start", self.broker], check=True)
        until(lambda: sorted(cluster.sale_orders(numbers)) == sorted(numbers), "each order once", 120)
        until(cluster.is_quiet, "quiet", 120)
        assert sorted(cluster.sale_orders(numbers)) == sorted(numbers), "an order twice"
        assert sorted(cluster.answered()) == [str(at) for at in range(1, len(numbers) + 1)]

    def test_orders_that_queue_up_for_odoo_keep_no_file_from_its_answer(self, cluster: Cluster) -> None:
        app = make_app(broker_url(self.broker))
        with app.connection_for_write() as connection, connection.channel() as channel:
            waiting = Queue(ODOO_QUEUE)(channel)
            for _ in range(FLOOD):
                app.send_task(
                    DRAIN,
                    ("nobody:in:orders",),
                    {},
                    queue=ODOO_QUEUE,
                    connection=connection,
                    ignore_result=True,
                )
            cluster.upload("1.edi", order_file(fresh_number(), control=1))
            until(lambda: cluster.answered() == ["1"], "the 997")
            assert waiting.queue_declare(passive=True).message_count > FLOOD / 10, "nothing waits any more"
            waiting.purge()
        app.close()


@pytest.mark.celery
@needs_postgres
class TestCeleryOnRabbitmq(CeleryContract):
    broker = "rabbitmq"


@pytest.mark.celery
@needs_postgres
class TestCeleryOnRedis(CeleryContract):
    broker = "redis"
