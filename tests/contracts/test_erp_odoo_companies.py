"""Two companies in one real Odoo: what is done for a partner is done for the company that trades with them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.port.supplying import Assortment, CatalogPolicy, CatalogResult
from hub.erp.port.warehousing import StoragePolicy
from hub.model.documents import CatalogLine, CatalogPrice, PriceCatalog
from hub.model.errors import Undeliverable
from tests.contracts.erp_storing_suite import deposited
from tests.contracts.erp_suite import Erp, an_order, key_of, policy
from tests.support.erp_world import World

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module", params=["json2", "xmlrpc"])
def erp(request: pytest.FixtureRequest) -> Iterator[Erp]:
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


@pytest.fixture(scope="module")
def second(erp: Erp) -> str:
    """Return the name of a second company, for which the service user may act."""
    _, world = erp
    name = f"Second {world.tag}"
    company = world.session.create("res.company", [{"name": name}])[0]
    house = {"name": name, "code": world.tag[:5], "company_id": company}
    with world.session.acting_for(name):
        world.session.create("stock.warehouse", [house])
    return name


def test_what_is_posted_belongs_to_the_partners_company(erp: Erp, second: str) -> None:
    gateway, world = erp
    order = an_order(world)
    with gateway.acting_for(second):
        result = gateway.post_order(key_of(order), order, policy(world))
        assert result.record is not None, result.findings
        gateway.confirm_order(result.record)
        told = gateway.read_order_decision(result.record)
        assert gateway.find(key_of(order)) is not None
    assert told.status == "accepted"
    assert world.look("sale.order", result.record.id, "company_id")["company_id"][1] == second
    (picking,) = world.session.search_read(
        "stock.picking", [["sale_id", "=", result.record.id]], ["company_id"]
    )
    assert picking["company_id"][1] == second


def test_one_company_does_not_see_the_others_orders(erp: Erp, second: str) -> None:
    gateway, world = erp
    order = an_order(world)
    result = gateway.post_order(key_of(order), order, policy(world))
    assert result.record is not None
    first = world.look("sale.order", result.record.id, "company_id")["company_id"][1]
    assert first != second
    with gateway.acting_for(second), pytest.raises(Undeliverable):
        gateway.read_order_decision(result.record)
    with gateway.acting_for(first):
        assert gateway.read_order_decision(result.record).lines


def test_goods_are_kept_in_the_companys_own_warehouse(erp: Erp, second: str) -> None:
    gateway, world = erp
    house = world.session.search_read("stock.warehouse", [["company_id.name", "=", second]], ["code"])[0]
    storage = StoragePolicy(depositor_ref=world.customer_ref, warehouse=house["code"])
    order = deposited(world)
    with gateway.acting_for(second):
        result = gateway.warehousing.post_order(f"dep_{order.number}", order, storage)
    assert result.record is not None, result.findings
    assert world.look("stock.picking", result.record.id, "company_id")["company_id"][1] == second


def test_each_company_has_prices_of_its_own_with_a_vendor_of_both(erp: Erp, second: str) -> None:
    gateway, world = erp
    (euro,) = world.session.search_read(
        "res.currency", [["name", "=", "EUR"], ["active", "in", [True, False]]], ["active"]
    )
    if not euro["active"]:
        world.session.write("res.currency", [euro["id"]], {"active": True})
    (other,) = world.session.search_read("res.company", [["name", "=", second]], ["currency_id"])
    world.session.write("res.company", [other["id"]], {"currency_id": euro["id"]})
    catalogs = CatalogPolicy(vendor_ref=world.vendor_ref, today=date(2026, 11, 22))

    def tell(amount: str) -> CatalogResult:
        price = CatalogPrice(amount=Decimal(amount), kind="unit_cost", start=date(2026, 12, 1))
        line = CatalogLine(number="1", sku=world.gadget, ids={"vendor_part": "BOTH"}, prices=(price,))
        return gateway.supplying.post_catalog(PriceCatalog(number="B", lines=(line,)), catalogs)

    first = str(world.session.search_read("res.company", [["name", "!=", second]], ["name"])[0]["name"])
    for name, amount in ((first, "5"), (second, "6")):
        with gateway.acting_for(name):
            assert [tell(amount).added, tell(amount).added] == [1, 0]
    rows = world.session.search_read(
        "product.supplierinfo",
        [["product_code", "=", "BOTH"], ["partner_id", "=", world.vendor]],
        ["price", "company_id", "currency_id"],
    )
    seen = {(row["company_id"][1], row["price"], row["currency_id"][1]) for row in rows}
    assert {one for one in seen if one[0] in (first, second)} == {(first, 5, "USD"), (second, 6, "EUR")}


def test_a_customer_is_told_the_stock_of_the_company_that_trades_with_them(erp: Erp, second: str) -> None:
    gateway, world = erp
    asked = Assortment(listing="skus", skus=(world.widget,))
    with gateway.acting_for(second):
        (theirs,) = gateway.supplying.read_stock(asked)
    (ours,) = gateway.supplying.read_stock(asked)  # the service user may act for both
    assert not set(theirs.free) & set(ours.free)
    assert (sum(theirs.free.values()), sum(ours.free.values()) > 0) == (0, True)


def test_a_company_that_is_not_there_is_told(erp: Erp) -> None:
    gateway, _ = erp
    with pytest.raises(Undeliverable, match="No Such"), gateway.acting_for("No Such"):
        pass
