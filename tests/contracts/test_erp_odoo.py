"""The ERP contract, held against a real Odoo 19 over both of its APIs (`make test-odoo`)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from tests.contracts import (
    erp_batch_suite,
    erp_billing_suite,
    erp_buying_suite,
    erp_listing_suite,
    erp_proving_suite,
    erp_revising_suite,
    erp_storing_suite,
    erp_suite,
    erp_supplying_suite,
    erp_units_suite,
    erp_warehouse_suite,
    erp_watching_suite,
)
from tests.support.erp_world import World

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=["json2", "xmlrpc"])
def erp(request: pytest.FixtureRequest) -> Iterator[erp_suite.Erp]:
    """Return a gateway and a world on the Odoo that HUB_TEST_ODOO_* names."""
    settings = OdooSettings(
        url=os.environ["HUB_TEST_ODOO_URL"],
        database=os.environ["HUB_TEST_ODOO_DB"],
        key=os.environ["HUB_TEST_ODOO_KEY"],
        login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
        api=request.param,
    )
    gateway, world = OdooGateway(settings), World(settings)
    yield gateway, world
    gateway.close()
    world.close()


class TestSelling(erp_suite.Selling):
    """They order from us."""


class TestPostingMany(erp_batch_suite.PostingMany):
    """They order from us, many at once."""


class TestPostingManyInTrouble(erp_batch_suite.PostingManyInTrouble):
    """Answers of many are lost, somebody else is at the same."""


class TestConfirmingMany(erp_batch_suite.ConfirmingMany):
    """Many are confirmed at once."""


class TestQuotingMany(erp_batch_suite.QuotingMany):
    """Many are asked for our prices at once."""


class TestRevising(erp_revising_suite.Revising):
    """They change what they ordered."""


class TestWatching(erp_watching_suite.Watching):
    """The hub hears of what people do."""


class TestSending(erp_buying_suite.Sending):
    """We order from them."""


class TestAcknowledging(erp_buying_suite.Acknowledging):
    """They answer our order."""


class TestAnnouncing(erp_buying_suite.Announcing):
    """They ship."""


class TestBeingBilled(erp_billing_suite.BeingBilled):
    """They bill."""


class TestTellingItems(erp_supplying_suite.TellingItems):
    """A seller's item is one of ours."""


class TestTakingPrices(erp_supplying_suite.TakingPrices):
    """They tell their prices."""


class TestTellingStock(erp_supplying_suite.TellingStock):
    """They tell their stock, and we ours."""


class TestTellingPrices(erp_supplying_suite.TellingPrices):
    """We tell our prices."""


class TestOrderingFromWarehouse(erp_warehouse_suite.Ordering):
    """Somebody keeps our goods: what they are told."""


class TestAdvisedByWarehouse(erp_warehouse_suite.Advising):
    """Somebody keeps our goods: what they say."""


class TestStoring(erp_storing_suite.Storing):
    """We keep somebody's goods."""


class TestLabelling(erp_storing_suite.Labelling):
    """What is packed has labels."""


class TestActing(erp_storing_suite.Acting):
    """One company of several."""


class TestSellingInDozens(erp_units_suite.SellingInDozens):
    """They order in another unit than the product's."""


class TestBuyingInDozens(erp_units_suite.BuyingInDozens):
    """We order in another unit than the product's."""


class TestProving(erp_proving_suite.Proving):
    """Is each key there, once?"""


class TestOnceOnly(erp_proving_suite.OnceOnly):
    """Do ledger and Odoo agree?"""


class TestListing(erp_listing_suite.Listing):
    """They order by numbers that Odoo lists for them."""
