"""Stock and prices on a real Odoo 19: what the practice one does not have, as fields of people's own and formulas."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.odoo.supply_stock import OWN_DATE, OWN_QUANTITY
from hub.erp.port.supplying import Assortment, CatalogPolicy
from hub.model.documents import CatalogLine, CatalogPrice, PriceCatalog
from hub.model.stock import VendorStock
from tests.contracts.erp_suite import Erp
from tests.contracts.erp_supplying_suite import TellingPrices
from tests.support.erp_world import World

pytestmark = pytest.mark.odoo
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def erp() -> Iterator[Erp]:
    settings = OdooSettings(
        url=os.environ["HUB_TEST_ODOO_URL"],
        database=os.environ["HUB_TEST_ODOO_DB"],
        key=os.environ["HUB_TEST_ODOO_KEY"],
        login=os.environ.get("HUB_TEST_ODOO_LOGIN", "admin"),
    )
    gateway, world = OdooGateway(settings), World(settings)
    yield gateway, world
    gateway.close()
    world.close()


@pytest.fixture
def own_fields(erp: Erp) -> Iterator[None]:
    """Somebody adds the two fields to supplier prices, and takes them away again."""
    _, world = erp
    (model,) = world.session.search_read("ir.model", [["model", "=", "product.supplierinfo"]], ["id"])
    kinds = {OWN_QUANTITY: "float", OWN_DATE: "date"}
    made = world.session.create(
        "ir.model.fields",
        [
            {
                "model_id": model["id"],
                "name": name,
                "field_description": name,
                "ttype": kind,
                "state": "manual",
            }
            for name, kind in kinds.items()
        ],
    )
    yield
    world.session.call("ir.model.fields", "unlink", made)


@pytest.mark.usefixtures("own_fields")
def test_what_a_vendor_has_stands_in_fields_of_our_own(erp: Erp) -> None:
    gateway, world = erp
    rows = (
        VendorStock(sku=world.widget, quantity=Decimal(30)),
        VendorStock(sku=world.widget, quantity=Decimal("12.5"), location="WEST"),
        VendorStock(sku=world.widget, quantity=Decimal(99), kind="on_hand"),
        VendorStock(sku=world.widget, quantity=Decimal(50), kind="on_order", available=date(2026, 12, 9)),
    )
    assert gateway.supplying.tell_stock(world.vendor_ref, rows, TODAY) == ()
    domain = [["partner_id", "=", world.vendor], ["product_code", "=", "BOLT-W"]]
    (seen,) = world.session.search_read("product.supplierinfo", domain, [OWN_QUANTITY, OWN_DATE, "delay"])
    assert (seen[OWN_QUANTITY], seen[OWN_DATE], seen["delay"]) == (42.5, "2026-12-09", 1)


def test_only_stock_on_the_shelves_of_a_warehouse_is_free(erp: Erp) -> None:
    gateway, world = erp
    (warehouse,) = world.session.search_read(
        "stock.warehouse", [["code", "=", "WH"]], ["lot_stock_id", "wh_input_stock_loc_id"]
    )
    shelf = world.session.create(
        "stock.location", [{"name": f"Shelf {world.tag}", "location_id": warehouse["lot_stock_id"][0]}]
    )[0]
    asked = Assortment(listing="skus", skus=(world.gadget,), warehouses=("WH",))
    before = gateway.supplying.read_stock(asked)[0].free["WH"]
    for location, quantity in ((shelf, 7), (warehouse["wh_input_stock_loc_id"][0], 100)):
        values = {
            "product_id": world.products[world.gadget],
            "location_id": location,
            "inventory_quantity": quantity,
        }
        quants = world.session.call("stock.quant", "create", vals_list=[values])
        world.session.call("stock.quant", "action_apply_inventory", quants)
    assert gateway.supplying.read_stock(asked)[0].free["WH"] - before == 7


def test_a_formula_is_worked_out_by_odoo(erp: Erp) -> None:
    gateway, world = erp
    customer, pricelist = TellingPrices().listed(world)
    (row,) = world.session.read(
        "product.product", [world.products[world.gadget]], ["product_tmpl_id"]
    ).values()
    rule = {
        "pricelist_id": pricelist,
        "applied_on": "1_product",
        "product_tmpl_id": row["product_tmpl_id"][0],
    }
    rule |= {
        "min_quantity": 50,
        "compute_price": "formula",
        "base": "list_price",
        "price_discount": 25.0,
        "price_surcharge": 0.5,
    }
    world.session.create("product.pricelist.item", [rule])
    asked = Assortment(customer_ref=customer, listing="skus", skus=(world.gadget,))
    (told,) = gateway.supplying.read_prices(asked, TODAY).products
    assert [(p.minimum, p.amount) for p in told.prices] == [(0, 18), (50, Decimal("15.5"))]


def test_what_odoo_rounds_away_is_no_change_the_next_time(erp: Erp) -> None:
    gateway, world = erp
    cost = CatalogPrice(amount=Decimal(1), kind="unit_cost", per=Decimal(3))
    lines = (CatalogLine(number="1", sku=world.gadget, ids={"vendor_part": "ROUND"}, prices=(cost,)),)
    policy = CatalogPolicy(vendor_ref=world.vendor_ref, today=TODAY)
    first = gateway.supplying.post_catalog(PriceCatalog(number="R", lines=lines), policy)
    again = gateway.supplying.post_catalog(PriceCatalog(number="R", lines=lines), policy)
    assert (first.added, again.added, again.changed) == (1, 0, 0)
