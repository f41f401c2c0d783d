"""How many calls Odoo gets at once, and when it is left alone: learned from its answers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from hub.breaker import OPENS_AFTER, Breaker
from hub.erp.odoo import OdooSettings
from hub.erp.odoo.client import Session
from hub.erp.odoo.flow import MOMENT_SECONDS, Flow
from hub.model.errors import Retryable
from tests.support.scripted_server import ScriptedServer

RACE = b'{"name": "psycopg2.errors.SerializationFailure", "message": "could not serialize access"}'


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as running:
        yield running


def session(server: ScriptedServer, breaker: Breaker | None = None) -> Session:
    settings = OdooSettings(url=server.url, database="acme", key="k3y", api="json2", concurrency=8)
    return Session(settings, breaker)


def asks(asking: Session) -> Retryable:
    with pytest.raises(Retryable) as caught:
        asking.write("sale.order", [1], {"note": "x"})
    return caught.value


def test_a_bad_moment_halves_once_and_good_answers_bring_back_one_by_one() -> None:
    now = [0.0]
    flow = Flow(8, lambda: now[0])
    for _ in range(5):
        flow.bad()
    assert flow.limit == 4
    now[0] += MOMENT_SECONDS
    flow.bad()
    assert flow.limit == 2
    for _ in range(20):
        now[0] += MOMENT_SECONDS
        flow.bad()
    assert flow.limit == 1, "one call goes on"
    flow.good()
    assert flow.limit == 2
    for _ in range(1000):
        flow.good()
    assert flow.limit == 8, "never above the setting"


def test_no_more_calls_are_under_way_than_there_may_be(server: ScriptedServer) -> None:
    asking = session(server)
    asking._flow.bad()
    server.delay_seconds = 0.02
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: asking.call("res.users", "context_get"), range(24)))
    assert 1 <= server.most_at_once <= 8
    asking.close()


@pytest.mark.parametrize(("status", "body"), [(500, RACE), (503, b"busy"), (429, b"slow down")])
def test_lost_races_and_too_many_calls_make_them_fewer(
    server: ScriptedServer, status: int, body: bytes
) -> None:
    asking = session(server)
    server.default = (status, body)
    asks(asking)
    assert asking._flow.limit == 4
    asking.close()


def test_lost_races_do_not_open_the_breaker(server: ScriptedServer) -> None:
    asking = session(server)
    server.default = (500, RACE)
    for _ in range(3 * OPENS_AFTER):
        assert asks(asking).wait_seconds is None
    assert len(server.asked) == 3 * OPENS_AFTER
    asking.close()


def test_an_odoo_that_is_away_is_asked_by_one_probe_at_a_time(server: ScriptedServer) -> None:
    now = [0.0]
    asking = session(server, Breaker("Odoo", lambda: now[0], lambda: 1.0))
    server.default = (503, b"maintenance")
    for _ in range(100):
        asks(asking)
    assert len(server.asked) == OPENS_AFTER
    told = asks(asking)
    assert told.wait_seconds == 1.0
    assert not told.in_doubt, "nothing was sent"
    assert "Odoo is away" in str(told)
    now[0] += 1.1
    asks(asking)
    asks(asking)
    assert len(server.asked) == OPENS_AFTER + 1
    now[0] += 2.1
    server.default = (200, b"true")
    asking.write("sale.order", [1], {"note": "x"})
    asking.write("sale.order", [1], {"note": "x"})
    asking.close()


@pytest.mark.parametrize(
    ("status", "told", "wait"), [(429, "7", 7.0), (503, "120", 120.0), (503, "999999", 300.0)]
)
def test_retry_after_is_respected(server: ScriptedServer, status: int, told: str, wait: float) -> None:
    breaker = Breaker("Odoo", lambda: 0.0, lambda: 1.0)
    asking = session(server, breaker)
    server.default, server.headers = (status, b""), {"Retry-After": told}
    asks(asking)
    assert breaker.health().wait_seconds == wait
    with suppress(Retryable):
        asking.write("sale.order", [1], {"note": "x"})
    assert len(server.asked) == 1
    asking.close()
