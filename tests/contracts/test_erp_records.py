"""Files of records, on the practice Odoo and on a real one (`make test-odoo`), over both APIs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.practice.server import PracticeOdoo
from tests.contracts import erp_records_suite
from tests.support.erp_world import World
from tests.support.real_odoo import odoo_settings


@pytest.fixture(
    scope="module",
    params=[
        ("practice", "json2"),
        ("practice", "xmlrpc"),
        pytest.param(("odoo", "json2"), marks=pytest.mark.odoo),
        pytest.param(("odoo", "xmlrpc"), marks=pytest.mark.odoo),
    ],
    ids="-".join,
)
def erp(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[erp_records_suite.Erp]:
    """Return a gateway and a world on an Odoo."""
    place, api = request.param
    practice = PracticeOdoo(tmp_path_factory.mktemp("practice") / "practice.sqlite", port=0)
    practice.start()
    stand_in = OdooSettings(
        url=practice.url, database=practice.database, key=practice.key, login=practice.login, api=api
    )
    settings = stand_in if place == "practice" else odoo_settings(api)
    gateway, world = OdooGateway(settings), World(settings)
    yield gateway, world
    gateway.close()
    world.close()
    practice.stop()


class TestRecording(erp_records_suite.Recording):
    """Files of records."""
