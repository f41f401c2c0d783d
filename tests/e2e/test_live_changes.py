"""Orders change while they run: partners over SFTP, the practice Odoo behind the hub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.erp.odoo import OdooSettings
from tests.e2e import change_suite
from tests.support.live_hub import LiveHub
from tests.support.real_odoo import live_hub
from tests.support.small_hub import practice_odoo


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    root = tmp_path_factory.mktemp("hub")
    with practice_odoo(root) as odoo:
        settings = OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login)
        with live_hub(root, settings) as live:
            yield change_suite.impatient(live)


class TestChangingTheirs(change_suite.ChangingTheirs):
    """A customer changes what they ordered."""


class TestChangingOurs(change_suite.ChangingOurs):
    """We change what we ordered."""
