"""Two hubs trade over SFTP, each with a real Odoo 19 and a database of its own (`make test-odoo`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.erp.odoo import OdooSettings
from tests.e2e import trade_suite
from tests.support.own_odoo import OwnOdoo, own_odoo
from tests.support.two_companies import Trade, trading

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trade]:
    root = tmp_path_factory.mktemp("trade")
    with (
        own_odoo("buyer") as bought,
        own_odoo("seller") as sold,
        trading(root, _settings(bought), _settings(sold)) as found,
    ):
        yield found


def _settings(odoo: OwnOdoo) -> OdooSettings:
    return OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login="admin")


class TestTrading(trade_suite.Trading):
    """From order to bill."""
