"""`hub prove once-only` on a whole hub: what came through agrees, what is planted in Odoo is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hub.cli.main import app
from tests.support.small_hub import SmallHub, fresh_number
from tests.support.wire import order_file


def settings_of(hub: SmallHub) -> str:
    """Return a hub.toml that leads to this hub's store and Odoo."""
    odoo = hub.practice
    return (
        f'[store]\nurl = "sqlite:///{hub.root}/var/hub.sqlite3"\narchive = "{hub.root}/archive"\n'
        f'[odoo]\nurl = "{odoo.url}"\ndatabase = "{odoo.database}"\nlogin = "{odoo.login}"\n'
        'key = "env:HUB_SECRET_ODOO"\n'
    )


def prove(hub: SmallHub, *options: str) -> Result:
    Path(hub.root / "hub.toml").write_text(settings_of(hub))
    env = {"HUB_ROOT": str(hub.root), "HUB_SECRET_ODOO": hub.practice.key}
    return CliRunner().invoke(app, ["prove", "once-only", "--since", "2000-01-01", *options], env=env)


@pytest.fixture
def two_orders(hub: SmallHub) -> tuple[SmallHub, list[str]]:
    """A hub through which two orders came, one of them with a lost answer."""
    numbers = [fresh_number(), fresh_number()]
    hub.send(order_file(numbers[0], control=1), "1.edi")
    hub.practice.fail_next("timeout_after_commit", method="load")
    hub.send(order_file(numbers[1], control=2), "2.edi")
    hub.later()
    return hub, numbers


def test_each_key_is_listed_with_its_record(two_orders: tuple[SmallHub, list[str]]) -> None:
    hub, numbers = two_orders
    told = prove(hub, "--partner", "acme")
    assert told.exit_code == 0, told.output
    for number in numbers:
        (line,) = [text for text in told.stdout.splitlines() if number.lower() in text]
        order = hub.people.find_order(number)
        assert f"acme purchase order {number}, exchange " in line
        assert f"(sale.order {order})" in line
    assert told.stdout.endswith("2 business keys: each is in Odoo once\n")


def test_what_is_planted_is_told_and_ends_with_status_1(two_orders: tuple[SmallHub, list[str]]) -> None:
    hub, numbers = two_orders
    order = hub.people.find_order(numbers[0])
    customer = hub.call("sale.order", "read", ids=[order], fields=["partner_id"])[0]["partner_id"][0]
    by_hand = {"partner_id": customer, "client_order_ref": numbers[1]}
    hub.call("sale.order", "create", vals_list=[by_hand])
    hub.call("sale.order", "action_cancel", ids=[order])
    hub.call("sale.order", "unlink", ids=[order])
    told = prove(hub, "--partner", "acme", "--faults")
    assert told.exit_code == 1
    assert f"(sale.order {order}) is not in Odoo any more" in told.stderr
    assert f"stand under one number of one partner: {numbers[1]}" in told.stderr
    assert told.stdout == "2 business keys: 2 disagreements\n"
    proven = json.loads(prove(hub, "--partner", "acme", "--json").stdout)
    assert [d["what"] for key in proven["keys"] for d in key["disagreements"]] == ["gone", "twice"]
    assert (proven["beside"], proven["sound"], proven["agreed"]) == ([], 0, False)


def test_an_odoo_that_is_away_proves_nothing(two_orders: tuple[SmallHub, list[str]]) -> None:
    hub, _ = two_orders
    hub.practice.fail_next("down", 1000)
    told = prove(hub)
    assert told.exit_code == 2, "1 is a disagreement, and nobody could look"
    assert "503" in told.stderr
    broken_off = prove(hub, "--json")
    assert broken_off.exit_code == 2
    said = json.loads(broken_off.stdout)
    assert (said["keys"], said["agreed"], "503" in said["error"]) == ([], None, True)


def test_what_retention_removed_is_no_stranger(two_orders: tuple[SmallHub, list[str]]) -> None:
    hub, numbers = two_orders
    gone = next(e for e in hub.received() if e.number == numbers[0])
    with hub.hub.store.begin() as tx:
        tx.remove_exchanges([gone.id])
    told = prove(hub)
    assert f"{gone.key}" not in told.output
