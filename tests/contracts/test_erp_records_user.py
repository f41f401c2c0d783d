"""Files of records with the rights on their models and no more: a service user on a real Odoo 19.

It may make contacts and transfers; it is no administrator and may not read external ids.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.erp.odoo import OdooGateway
from hub.erp.port.records import Upsert
from hub.model.errors import Undeliverable
from tests.contracts import erp_records_suite
from tests.contracts.test_erp_odoo_user import admin, service_user
from tests.support.erp_world import World

pytestmark = pytest.mark.odoo

GROUPS = {"base": ["group_user", "group_partner_manager"], "stock": ["group_stock_user"]}


@pytest.fixture(scope="module")
def erp() -> Iterator[erp_records_suite.Erp]:
    """Return a gateway of a service user, and a world of the administrator."""
    gateway, world = OdooGateway(service_user(GROUPS)), World(admin())
    yield gateway, world
    gateway.close()
    world.close()


class TestRecording(erp_records_suite.Recording):
    """Files of records."""


def test_a_right_that_is_missing_is_told_and_nothing_is_written(erp: erp_records_suite.Erp) -> None:
    gateway, world = erp
    upsert = Upsert(key=f"no-right-{world.tag}", values={"name": "No right", "default_code": world.tag})
    with pytest.raises(Undeliverable):
        gateway.records.apply("crm.team", [upsert])
    (refused,) = gateway.records.apply("product.product", [upsert])
    assert (refused.id, "not allowed to create" in refused.refusal) == (None, True)
