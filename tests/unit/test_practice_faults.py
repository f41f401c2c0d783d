"""Faults to order: what a client sees, and what was done all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.support.practice import Json2, running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json2]:
    with running(tmp_path_factory.mktemp("practice")) as client:
        yield client


@pytest.fixture
def odoo(shared: Json2) -> Iterator[Json2]:
    yield shared
    shared.practice.faults.clear()


def create(odoo: Json2, name: str) -> httpx.Response:
    return odoo.post("res.partner", "create", vals_list=[{"name": name}])


def made(odoo: Json2, name: str) -> int:
    return int(odoo.ok("res.partner", "search_count", domain=[["name", "=", name]]))


def test_down_does_nothing_and_passes(odoo: Json2) -> None:
    odoo.practice.fail_next("down", times=2)
    assert [create(odoo, "down").status_code for _ in range(3)] == [503, 503, 200]
    assert made(odoo, "down") == 1


def test_answer_lost_after_the_commit(odoo: Json2) -> None:
    odoo.practice.fail_next("timeout_after_commit", method="create")
    assert made(odoo, "lost") == 0, "another method does not meet it"
    with pytest.raises(httpx.RemoteProtocolError):
        create(odoo, "lost")
    assert made(odoo, "lost") == 1
    assert create(odoo, "lost").status_code == 200


def test_lost_race_is_an_error_that_changed_nothing(odoo: Json2) -> None:
    odoo.practice.fail_next("serialization")
    answer = create(odoo, "race")
    assert (answer.status_code, answer.json()["name"]) == (500, "psycopg2.errors.SerializationFailure")
    assert made(odoo, "race") == 0


def test_load_tells_a_lost_race_in_its_messages(odoo: Json2) -> None:
    odoo.practice.fail_next("serialization", method="load")
    answer = odoo.ok("res.partner", "load", fields=["id", "name"], data=[["edi_hub.p", "Race"]])
    assert answer["ids"] is False
    assert "could not serialize" in answer["messages"][0]["message"]
    assert odoo.ok("res.partner", "load", fields=["id", "name"], data=[["edi_hub.p", "Race"]])["ids"]


def test_slow(odoo: Json2) -> None:
    odoo.practice.fail_next("slow", seconds=0.2)
    begin = time.monotonic()
    assert create(odoo, "slow").status_code == 200
    assert time.monotonic() - begin >= 0.2


def test_unknown_fault_is_refused_with_the_choices(odoo: Json2) -> None:
    with pytest.raises(ValueError, match="timeout_after_commit"):
        odoo.practice.fail_next("explode")  # type: ignore[arg-type]  # that is the point


def test_a_full_disk_is_as_an_odoo_that_is_away(odoo: Json2, caplog: pytest.LogCaptureFixture) -> None:
    connection = odoo.practice.data._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (most,) = connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    try:
        refused = create(odoo, "x" * 1_000_000)
        assert (refused.status_code, refused.text) == (503, "Service Unavailable: database or disk is full")
    finally:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert most == pages
    assert not [record for record in caplog.records if record.exc_info]
    assert create(odoo, "small").status_code == 200
    assert made(odoo, "small") == 1
