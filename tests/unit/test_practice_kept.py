"""What a call of the practice Odoo has read is read again once somebody wrote it, however it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.erp.practice.records import Env
from hub.erp.practice.server import PracticeOdoo
from hub.erp.practice.wire import Values


@pytest.fixture
def env(tmp_path: Path) -> Iterator[Env]:
    practice = PracticeOdoo(tmp_path / "practice.sqlite")
    with practice.data.transaction() as env:
        yield env


def order(env: Env) -> int:
    partner = env.create("res.partner", {"name": "Acme"})
    return env.create("sale.order", {"partner_id": partner})


def seen(env: Env, record: int) -> Values:
    return env.existing("sale.order", [record]).get(record, {})


def test_a_write_is_seen(env: Env) -> None:
    one, other = order(env), order(env)
    assert seen(env, one)["origin"] is None
    unchanged = seen(env, other)
    env.write("sale.order", [one], {"origin": "EDI 1"})
    assert seen(env, one)["origin"] == "EDI 1"
    assert seen(env, other) is unchanged, "what nobody wrote is not read again"


def test_a_write_past_the_records_is_seen(env: Env) -> None:
    one = order(env)
    seen(env, one)
    env.connection.execute("UPDATE sale_order SET origin = 'by hand' WHERE id = ?", [one])
    assert seen(env, one)["origin"] == "by hand"


def test_what_is_deleted_or_taken_back_is_gone(env: Env) -> None:
    one = order(env)
    seen(env, one)
    env.unlink("sale.order", [one])
    assert seen(env, one) == {}
    env.connection.execute("SAVEPOINT here")
    other = order(env)
    seen(env, other)
    env.connection.execute("ROLLBACK TO here")
    env.kept.forget()
    assert seen(env, other) == {}
