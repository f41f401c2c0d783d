"""The ERP contract with the rights that the hub asks for, and no more: a service user on a real Odoo 19.

Sales, purchase, stock and invoicing user; no administrator, no right on ir.model.data, nothing to configure.
XML-RPC, since only there a password does for a key; it takes the right to export besides.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.odoo.client import Session
from hub.erp.port.supplying import CatalogPolicy
from hub.model.documents import CatalogLine, CatalogPrice, PriceCatalog
from hub.model.errors import Undeliverable
from hub.model.finding import Severity
from tests.contracts import (
    erp_billing_suite,
    erp_buying_suite,
    erp_money_suite,
    erp_receiving_suite,
    erp_suite,
    erp_supplying_suite,
)
from tests.support.erp_world import World

pytestmark = pytest.mark.odoo

GROUPS = {
    "base": ["group_user", "group_allow_export"],
    "sales_team": ["group_sale_salesman_all_leads"],
    "purchase": ["group_purchase_user"],
    "stock": ["group_stock_user"],
    "account": ["group_account_invoice"],
}


def admin() -> OdooSettings:
    """Return the settings of the administrator, who plays the company's people."""
    return OdooSettings(
        url=os.environ["HUB_TEST_ODOO_URL"],
        database=os.environ["HUB_TEST_ODOO_DB"],
        key=os.environ["HUB_TEST_ODOO_KEY"],
        login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
    )


def service_user(groups: dict[str, list[str]]) -> OdooSettings:
    """Make a user of these groups and return settings for it."""
    session = Session(admin())
    ids = []
    for module, names in groups.items():
        domain: list[Any] = [["module", "=", module], ["name", "in", names]]
        ids += [row["res_id"] for row in session.search_read("ir.model.data", domain, ["res_id"])]
    login, password = f"hub-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    user = {"name": "Partner hub", "login": login, "password": password, "group_ids": [[6, 0, ids]]}
    session.create("res.users", [user])
    session.close()
    base = admin()
    return OdooSettings(url=base.url, database=base.database, key=password, login=login, api="xmlrpc")


@pytest.fixture(scope="module")
def erp() -> Iterator[erp_suite.Erp]:
    """Return a gateway of a service user, and a world of the administrator."""
    gateway, world = OdooGateway(service_user(GROUPS)), World(admin())
    yield gateway, world
    gateway.close()
    world.close()


class TestSelling(erp_suite.Selling):
    """They order from us."""


class TestSending(erp_buying_suite.Sending):
    """We order from them."""


class TestAcknowledging(erp_buying_suite.Acknowledging):
    """They answer our order."""


class TestAnnouncing(erp_buying_suite.Announcing):
    """They ship."""


class TestBeingBilled(erp_billing_suite.BeingBilled):
    """They bill."""


class TestBeingPaid(erp_money_suite.BeingPaid):
    """They pay."""


class TestPaying(erp_money_suite.Paying):
    """We pay."""


class TestReceiving(erp_receiving_suite.Receiving):
    """We receive."""


class TestBeingReceived(erp_receiving_suite.BeingReceived):
    """They received."""


def test_probe_names_the_group_that_is_missing() -> None:
    groups = {"base": ["group_user"], "sales_team": GROUPS["sales_team"]}
    gateway = OdooGateway(service_user(groups))
    missing = [f for f in gateway.probe().missing if f.fatal]
    gateway.close()
    assert any("purchase.order" in f.message and "Purchase / User" in f.hint for f in missing)
    assert any("account.move" in f.message and "Invoicing" in f.hint for f in missing)
    assert any("may not export" in f.message for f in missing)
    assert not any("sale.order," in f.message for f in missing)


def test_wrong_key_is_refused_with_what_to_check() -> None:
    base = admin()
    for api in ("json2", "xmlrpc"):
        wrong = OdooSettings(url=base.url, database=base.database, key="wrong", login="admin", api=api)
        gateway = OdooGateway(wrong)
        with pytest.raises(Undeliverable):
            gateway.probe()
        gateway.close()


def test_wrong_database_is_undeliverable_and_says_so() -> None:
    base = admin()
    gateway = OdooGateway(OdooSettings(url=base.url, database="no_such_db", key=base.key, api="json2"))
    with pytest.raises(Undeliverable):
        gateway.probe()
    gateway.close()


class TestTellingItems(erp_supplying_suite.TellingItems):
    """A seller's item is one of ours."""


@pytest.fixture(scope="module")
def buyer() -> Iterator[erp_suite.Erp]:
    """The same with the right to change products and supplier prices, which price lists need."""
    more = {"purchase": ["group_purchase_manager"], "product": ["group_product_manager"]}
    gateway, world = OdooGateway(service_user({**GROUPS, **more})), World(admin())
    yield gateway, world
    gateway.close()
    world.close()


class TestTakingPrices(erp_supplying_suite.TakingPrices):
    """They tell their prices."""

    @pytest.fixture
    def erp(self, buyer: erp_suite.Erp) -> erp_suite.Erp:
        return buyer


def test_prices_wait_where_the_right_to_write_them_is_missing(erp: erp_suite.Erp) -> None:
    gateway, world = erp
    cost = CatalogPrice(amount=Decimal("6.5"), kind="unit_cost")
    lines = (CatalogLine(number="1", ids={"vendor_part": "BOLT-W"}, prices=(cost,)),)
    policy = CatalogPolicy(vendor_ref=world.vendor_ref, today=date(2026, 11, 22))
    held = gateway.supplying.post_catalog(PriceCatalog(number="CAT", lines=lines), policy).result
    assert held.record is None
    assert [f.severity for f in held.findings] == [Severity.HOLD]
    assert "Products / Create" in held.findings[0].hint


class TestTellingStock(erp_supplying_suite.TellingStock):
    """They tell their stock, and we ours."""

    @pytest.fixture
    def erp(self, buyer: erp_suite.Erp) -> erp_suite.Erp:
        return buyer


class TestTellingPrices(erp_supplying_suite.TellingPrices):
    """We tell our prices."""
