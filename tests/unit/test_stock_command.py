"""`hub stock`: what sellers have, as a table and as JSON."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.cli.stock import MOST_SHOWN
from hub.model.stock import StockTold, VendorStock
from tests.support.store import sqlite_store

AS_OF = datetime(2026, 3, 10, 6, 0)  # noqa: DTZ001 - the sender's clock tells no zone


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub that was told the stock of two sellers."""
    (tmp_path / "hub.toml").write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/hub.db"\narchive = "{tmp_path}/archive"\n'
    )
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    rows = [
        VendorStock(sku=f"S{at:03d}", quantity=Decimal(at), unit="Units", item=f"V-{at}") for at in range(300)
    ]
    late = VendorStock(
        sku="LATE", quantity=Decimal("2.5"), kind="on_order", available=date(2026, 4, 2), location="E1"
    )
    with sqlite_store(tmp_path) as store, store.begin() as tx:
        for partner, told in (("bolt", rows), ("nut", [late])):
            tx.keep_stock(
                StockTold(partner=partner, number="STK-1", as_of=AS_OF, full=True, rows=tuple(told))
            )
    return tmp_path


def hub(*words: str) -> Result:
    return CliRunner().invoke(app, ["stock", *words], catch_exceptions=False)


@pytest.mark.usefixtures("root")
class TestStock:
    def test_a_seller_s_item(self) -> None:
        shown = hub("--partner", "nut").stdout
        assert shown.splitlines()[1].split() == [
            "nut",
            "LATE",
            "on_order",
            "2.5",
            "E1",
            "2026-04-02",
            "2026-03-10",
            "06:00",
            "STK-1",
        ]

    def test_a_long_list_says_that_there_is_more(self) -> None:
        shown = hub().stdout
        assert len(shown.splitlines()) == MOST_SHOWN + 2
        assert "narrow it" in shown

    def test_all_of_it_as_json(self) -> None:
        rows = json.loads(hub("--json").stdout)
        assert len(rows) == 301
        assert rows[-1]["available"] == "2026-04-02"
        assert json.loads(hub("--json", "--sku", "s007").stdout)[0]["item"] == "V-7"

    def test_nothing_known_says_where_to_look(self) -> None:
        result = hub("--sku", "NOBODY-S")
        assert result.exit_code == 1
        assert "hub log --document inventory_advice" in result.stderr

    def test_a_partner_whom_nobody_knows_is_no_empty_shelf(self) -> None:
        result = hub("--partner", "nobody")
        assert result.exit_code == 2
        assert "there is no partner 'nobody'" in result.stderr
