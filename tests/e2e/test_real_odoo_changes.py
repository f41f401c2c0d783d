"""Orders change while they run: partners over SFTP, a real Odoo 19 behind the hub, over both of its APIs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e import change_suite
from tests.support.live_hub import LiveHub
from tests.support.real_odoo import APIS, live_hub, odoo_settings

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=APIS)
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    """Return a running hub on the Odoo that HUB_TEST_ODOO_* names."""
    with live_hub(tmp_path_factory.mktemp("hub"), odoo_settings(request.param)) as live:
        yield change_suite.impatient(live)


class TestChangingTheirs(change_suite.ChangingTheirs):
    """A customer changes what they ordered."""


class TestChangingOurs(change_suite.ChangingOurs):
    """We change what we ordered."""
