"""Two hubs trade over SFTP, each with a practice Odoo of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.practice.server import PracticeOdoo
from tests.e2e import trade_suite
from tests.support.small_hub import practice_odoo
from tests.support.two_companies import Trade, trading


@pytest.fixture
def trade(tmp_path: Path) -> Iterator[Trade]:
    (tmp_path / "buyer").mkdir()
    (tmp_path / "seller").mkdir()
    with (
        practice_odoo(tmp_path / "buyer") as bought,
        practice_odoo(tmp_path / "seller") as sold,
        trading(tmp_path, _settings(bought), _settings(sold)) as found,
    ):
        yield found


def _settings(odoo: PracticeOdoo) -> OdooSettings:
    return OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login)


class TestTrading(trade_suite.Trading):
    """From order to bill."""
