"""Money, receipts, orders at once, names: on the practice Odoo and a real one (`make test-odoo`), over both APIs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.practice.server import PracticeOdoo
from tests.contracts import (
    erp_invoicing_suite,
    erp_money_suite,
    erp_naming_suite,
    erp_receiving_suite,
    erp_suite,
    erp_together_suite,
)
from tests.support.erp_world import World

Api = Literal["json2", "xmlrpc"]


@contextmanager
def practice(folder: Path, api: Api) -> Iterator[OdooSettings]:
    """Run a practice Odoo until the block ends."""
    odoo = PracticeOdoo(folder / "practice.sqlite", port=0)
    odoo.start()
    yield OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login, api=api)
    odoo.stop()


def real(api: Api) -> OdooSettings:
    """Return the Odoo that HUB_TEST_ODOO_* names."""
    return OdooSettings(
        url=os.environ["HUB_TEST_ODOO_URL"],
        database=os.environ["HUB_TEST_ODOO_DB"],
        key=os.environ["HUB_TEST_ODOO_KEY"],
        login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
        api=api,
    )


@contextmanager
def used(settings: OdooSettings) -> Iterator[erp_suite.Erp]:
    """Give a gateway and a world on one Odoo."""
    gateway, world = OdooGateway(settings), World(settings)
    yield gateway, world
    gateway.close()
    world.close()


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
def erp(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[erp_suite.Erp]:
    """Return a gateway and a world on an Odoo."""
    place, api = request.param
    if place == "odoo":
        with used(real(api)) as pair:
            yield pair
        return
    with practice(tmp_path_factory.mktemp("practice"), api) as settings, used(settings) as pair:
        yield pair


class TestBeingPaid(erp_money_suite.BeingPaid):
    """They pay."""


class TestPaying(erp_money_suite.Paying):
    """We pay."""


class TestNaming(erp_naming_suite.Naming):
    """Profiles name what is there."""


class TestReceiving(erp_receiving_suite.Receiving):
    """We receive."""


class TestBeingReceived(erp_receiving_suite.BeingReceived):
    """They received."""


class TestInvoicing(erp_invoicing_suite.Invoicing):
    """We bill."""


class TestTogether(erp_together_suite.Together):
    """We ship several orders at once."""
