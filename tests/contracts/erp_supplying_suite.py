"""What every ERP gateway must do with stock and prices, both roles. See erp_suite.py for how it is used."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from hub.erp.odoo import OdooGateway
from hub.erp.port.supplying import Assortment, CatalogPolicy, CatalogResult, Named
from hub.model.documents import CatalogLine, CatalogPrice, PriceCatalog
from hub.model.errors import Undeliverable
from hub.model.finding import Severity
from hub.model.stock import VendorStock
from tests.contracts.erp_suite import Erp, a_number, d
from tests.support.erp_world import World
from tests.support.own_odoo import Wire

TODAY = date(2026, 11, 22)
FIELDS = [
    "product_code",
    "product_name",
    "price",
    "min_qty",
    "delay",
    "date_start",
    "date_end",
    "currency_id",
]


def line(vendor_part: str, *prices: CatalogPrice, **more: Any) -> CatalogLine:
    return CatalogLine(number="1", ids={"vendor_part": vendor_part}, prices=prices, **more)


def cost(amount: str, minimum: str = "", **more: Any) -> CatalogPrice:
    return CatalogPrice(
        amount=Decimal(amount), kind="unit_cost", minimum=Decimal(minimum) if minimum else None, **more
    )


class TellingItems:
    """A seller's item is one of our products."""

    def test_items_are_found_by_code_vendor_s_number_and_barcode(self, erp: Erp) -> None:
        gateway, world = erp
        wanted = [
            Named(sku=world.gadget),
            Named(ids={"vendor_part": "BOLT-W"}),
            Named(ids={"vendor_part": "NEVER", "upc": world.upc}),
            Named(ids={"vendor_part": "NEVER"}),
            Named(),
        ]
        found = gateway.supplying.find_items(world.vendor_ref, wanted)
        assert found == [world.gadget, world.widget, world.widget, "", ""]

    def test_a_vendor_s_number_is_his_own(self, erp: Erp) -> None:
        gateway, world = erp
        wanted = [Named(ids={"vendor_part": "BOLT-W"}), Named(ids={"upc": world.upc})]
        assert gateway.supplying.find_items(world.customer_ref, wanted) == ["", world.widget]
        assert gateway.supplying.find_items("NOBODY", wanted) == ["", world.widget]

    def test_thousands_of_items_are_few_questions(self, erp: Erp) -> None:
        gateway, world = erp
        wanted = [Named(ids={"vendor_part": f"NO-{at}"}) for at in range(1_200)] + [Named(sku=world.widget)]
        found = gateway.supplying.find_items(world.vendor_ref, wanted)
        assert (found.count(""), found[-1]) == (1_200, world.widget)


class TakingPrices:
    """A seller's 832 becomes supplier prices."""

    def post(self, erp: Erp, *lines: CatalogLine, today: date = TODAY, **more: Any) -> CatalogResult:
        gateway, world = erp
        policy = CatalogPolicy(
            vendor_ref=world.vendor_ref,
            today=today,
            price_jump=more.pop("jump", None),
            released=more.pop("released", False),
        )
        return gateway.supplying.post_catalog(
            PriceCatalog(number=a_number("CAT"), lines=lines, **more), policy
        )

    def prices(self, world: World, sku: str = "") -> list[dict[str, Any]]:
        """Return the vendor's prices of a product, oldest first."""
        product = world.session.read(
            "product.product", [world.products[sku or world.gadget]], ["product_tmpl_id"]
        )
        template = next(iter(product.values()))["product_tmpl_id"][0]
        domain = [["partner_id", "=", world.vendor], ["product_tmpl_id", "=", template]]
        return world.session.search_read(
            "product.supplierinfo", domain, FIELDS, order="date_start, min_qty, id"
        )

    @pytest.fixture(autouse=True)
    def prices_of_its_own(self, erp: Erp) -> Iterator[None]:
        """The vendor is everybody's: prices that a test brings go with it."""
        self.clear(erp[1])
        yield
        self.clear(erp[1])

    def clear(self, world: World) -> None:
        domain = [["partner_id", "=", world.vendor], ["product_code", "!=", "BOLT-W"]]
        rows = world.session.search_read("product.supplierinfo", domain, ["id"])
        world.session.call("product.supplierinfo", "unlink", [row["id"] for row in rows])

    def test_new_prices_are_added_with_all_that_is_told(self, erp: Erp) -> None:
        _, world = erp
        told = line(
            "BOLT-G",
            cost("6.50", "1"),
            cost("6.25", "100"),
            sku=world.gadget,
            name="Gadget, blue",
            lead_days=9,
        )
        result = self.post(erp, told, dates={"effective": date(2026, 12, 1)}, currency="USD")
        assert (result.added, result.changed, result.closed, result.unknown) == (2, 0, 0, ())
        assert result.result.record is not None
        assert result.result.record.id == world.vendor
        seen = [(p["price"], p["min_qty"], p["date_start"], p["date_end"]) for p in self.prices(world)]
        assert seen == [(6.5, 1.0, "2026-12-01", False), (6.25, 100.0, "2026-12-01", False)]
        first = self.prices(world)[0]
        assert (first["product_code"], first["product_name"], first["delay"]) == ("BOLT-G", "Gadget, blue", 9)
        assert first["currency_id"][1] == "USD"

    def test_the_same_list_again_changes_nothing(self, erp: Erp) -> None:
        _, world = erp
        told = line("BOLT-G", cost("6.50", "1"), cost("6.2575", "100"), sku=world.gadget, pack=d(12))
        self.post(erp, told)
        before = self.prices(world)
        for day in (TODAY, TODAY + timedelta(days=30)):
            again = self.post(erp, told, today=day)
            assert (again.added, again.changed, again.closed) == (0, 0, 0)
            assert again.result.record is not None
            assert not again.result.created
        assert self.prices(world) == before

    def test_a_new_price_ends_the_old_one_the_day_before(self, erp: Erp) -> None:
        _, world = erp
        self.post(erp, line("BOLT-G", cost("6.50", start=date(2026, 1, 1)), sku=world.gadget))
        result = self.post(erp, line("BOLT-G", cost("6.75", start=date(2026, 12, 1)), sku=world.gadget))
        assert (result.added, result.closed) == (1, 1)
        seen = [(p["price"], p["date_start"], p["date_end"]) for p in self.prices(world)]
        assert seen == [(6.5, "2026-01-01", "2026-11-30"), (6.75, "2026-12-01", False)]

    def charged(self, world: World, day: date, quantity: float = 1) -> float:
        """Return what Odoo takes for a piece of the gadget ordered on a day."""
        line = {"product_id": world.products[world.gadget], "product_qty": quantity}
        values = {"partner_id": world.vendor, "date_order": f"{day} 12:00:00", "order_line": [[0, 0, line]]}
        order = world.session.create("purchase.order", [values])[0]
        (row,) = world.session.search_read("purchase.order.line", [["order_id", "=", order]], ["price_unit"])
        return float(row["price_unit"])

    @pytest.mark.parametrize(("standing", "passing"), [("10", "8"), ("10", "12")])
    def test_after_a_promotion_the_standing_price_counts_again(
        self, erp: Erp, standing: str, passing: str
    ) -> None:
        _, world = erp
        first, last = date(2026, 12, 1), date(2026, 12, 31)
        stands = line("BOLT-G", cost(standing), sku=world.gadget)
        promotion = line("BOLT-G", cost(passing, start=first, end=last), sku=world.gadget)
        self.post(erp, stands)
        self.post(erp, promotion)
        day = timedelta(days=1)
        days = (TODAY, first - day, first, date(2026, 12, 15), last, last + day, date(2027, 6, 1))
        seen = [self.charged(world, one) for one in days]
        assert seen == [float(amount) for amount in (standing, standing, *[passing] * 3, standing, standing)]
        before = self.prices(world)
        for today in (TODAY, date(2026, 12, 15), date(2027, 2, 1)):
            again = self.post(erp, promotion, today=today)
            assert (again.added, again.changed, again.closed) == (0, 0, 0)
            again = self.post(
                erp, line("BOLT-G", *stands.prices, *promotion.prices, sku=world.gadget), today=today
            )
            assert (again.added, again.changed, again.closed) == (0, 0, 0)
        assert self.prices(world) == before

    def test_a_price_that_people_made_into_another_stays_theirs(self, erp: Erp) -> None:
        _, world = erp
        told = line("BOLT-G", cost("6.50", "10", start=date(2026, 12, 1)), sku=world.gadget)
        self.post(erp, told)
        domain = [["partner_id", "=", world.vendor], ["product_code", "=", "BOLT-G"]]
        (row,) = world.session.search_read("product.supplierinfo", domain, ["id"])
        world.session.write("product.supplierinfo", [row["id"]], {"min_qty": 50, "price": 5})
        for added in (1, 0):
            assert self.post(erp, told).added == added
            assert [(p["min_qty"], p["price"]) for p in self.prices(world)] == [(10, 6.5), (50, 5)]

    def test_thousands_of_prices_are_few_calls(self, erp: Erp) -> None:
        _, world = erp
        day = date(2026, 12, 1)
        lists = [[cost(str(start + at), str(at), start=day) for at in range(1, 601)] for start in (100, 900)]
        calls: list[str] = []
        with Wire(world.session.settings.url).up() as wire:
            wire.lose = lambda path, _: bool(calls.append(path))
            counted = OdooGateway(replace(world.session.settings, url=wire.url))
            for prices, expected in ((lists[0], (600, 0)), (lists[1], (0, 600)), (lists[1], (0, 0))):
                calls.clear()
                done = self.post((counted, world), line("BOLT-G", *prices, sku=world.gadget))
                assert (done.added, done.changed) == expected
                assert len(calls) <= 20
            counted.close()

    def test_a_price_in_other_money_waits_for_a_release(self, erp: Erp) -> None:
        _, world = erp
        self.post(erp, line("BOLT-G", cost("10", "10"), sku=world.gadget), currency="USD")
        far = line("BOLT-G", cost("13", "1"), sku=world.gadget)
        held = self.post(erp, far, jump=d(20), currency="USD")
        assert held.result.record is None
        assert "10 from 10 on becomes 13" in held.result.findings[0].message

    def test_a_price_of_one_variant_is_of_that_one(self, erp: Erp) -> None:
        _, world = erp
        blue, red = self.variants(world)
        codes = {name: f"{name}-{world.tag}" for name in ("BLUE", "RED")}
        told = [
            line(f"V-{one}", cost(amount), sku=codes[one]) for one, amount in (("BLUE", "5"), ("RED", "6"))
        ]
        assert self.post(erp, *told).added == 2
        domain = [["partner_id", "=", world.vendor], ["product_code", "in", ["V-BLUE", "V-RED"]]]
        rows = world.session.search_read("product.supplierinfo", domain, ["product_id", "price"])
        assert {(row["product_id"][0], row["price"]) for row in rows} == {(blue, 5), (red, 6)}
        changed = self.post(erp, line("V-RED", cost("7")), dates={"effective": TODAY})
        assert (changed.added, changed.closed, changed.unknown) == (1, 1, ())
        rows = world.session.search_read(
            "product.supplierinfo", [*domain, ["date_end", "=", False]], ["product_id", "price"]
        )
        assert {(row["product_id"][0], row["price"]) for row in rows} == {(blue, 5), (red, 7)}
        general = {"partner_id": world.vendor, "product_tmpl_id": self.template(world, blue), "price": 4}
        world.session.create("product.supplierinfo", [general | {"product_code": "V-ALL"}])
        told_again = self.post(erp, line("V-RED", cost("7")))
        assert any("for all variants" in finding.message for finding in told_again.result.findings)

    def template(self, world: World, product: int) -> int:
        return int(world.look("product.product", product, "product_tmpl_id")["product_tmpl_id"][0])

    def variants(self, world: World) -> tuple[int, int]:
        """Make a product of two colours; return both variants."""
        session = world.session
        try:
            attribute = session.create("product.attribute", [{"name": f"Colour {world.tag}"}])[0]
        except (
            Undeliverable
        ):  # the practice Odoo has no attributes: a second product of a template is a variant
            template = session.create("product.template", [{"name": "Shirt"}])[0]
            (first,) = session.search_read("product.product", [["product_tmpl_id", "=", template]], ["id"])
            second = session.create("product.product", [{"product_tmpl_id": template}])[0]
            made = [first["id"], second]
        else:
            values = session.create(
                "product.attribute.value",
                [{"name": name, "attribute_id": attribute} for name in ("Blue", "Red")],
            )
            lines = [[0, 0, {"attribute_id": attribute, "value_ids": [[6, 0, values]]}]]
            template = session.create("product.template", [{"name": "Shirt", "attribute_line_ids": lines}])[0]
            rows = session.search_read("product.product", [["product_tmpl_id", "=", template]], ["id"])
            made = [row["id"] for row in rows]
        for name, product in zip(("BLUE", "RED"), made, strict=True):
            session.write("product.product", [product], {"default_code": f"{name}-{world.tag}"})
        return made[0], made[1]

    def test_a_price_without_a_day_begins_today_where_it_differs(self, erp: Erp) -> None:
        _, world = erp
        self.post(erp, line("BOLT-G", cost("6.50"), sku=world.gadget))
        assert [(p["price"], p["date_start"]) for p in self.prices(world)] == [(6.5, False)]
        self.post(erp, line("BOLT-G", cost("6.60"), sku=world.gadget))
        seen = {p["price"]: (p["date_start"], p["date_end"]) for p in self.prices(world)}
        assert seen == {6.5: (False, "2026-11-21"), 6.6: ("2026-11-22", False)}

    def test_a_jump_waits_for_a_release(self, erp: Erp) -> None:
        _, world = erp
        self.post(erp, line("BOLT-G", cost("10"), sku=world.gadget))
        far = line("BOLT-G", cost("12.50"), sku=world.gadget)
        held = self.post(erp, far, jump=d(20))
        assert held.result.record is None
        (finding,) = [f for f in held.result.findings if f.severity is Severity.HOLD]
        assert f"{world.gadget}: 10 becomes 12.5 (+25%" in finding.message
        assert [p["price"] for p in self.prices(world)] == [10.0]
        assert self.post(erp, far, jump=d(20), released=True).added == 1
        assert (
            self.post(erp, line("BOLT-G", cost("11"), sku=world.gadget), jump=d(20)).result.record is not None
        )

    def test_packs_are_listed_where_odoo_has_such_a_unit(self, erp: Erp) -> None:
        _, world = erp
        told = line("BOLT-G", cost("6.50"), sku=world.gadget, pack=d(12))
        result = self.post(erp, told)
        assert result.result.record is not None
        product = world.look("product.product", world.products[world.gadget], "uom_ids", "uom_id")
        domain = [["relative_uom_id", "=", product["uom_id"][0]], ["relative_factor", "=", 12]]
        dozens = {row["id"] for row in world.session.search_read("uom.uom", domain, ["id"])}
        listed = bool(dozens & set(product["uom_ids"]))
        assert listed or any("pack" in finding.message for finding in result.result.findings)
        odd = self.post(erp, line("BOLT-G", cost("6.50"), sku=world.gadget, pack=d(37)))
        assert any("37 Units" in finding.message for finding in odd.result.findings)

    def test_an_item_that_leaves_the_list_ends(self, erp: Erp) -> None:
        _, world = erp
        self.post(erp, line("BOLT-G", cost("6.50"), sku=world.gadget))
        result = self.post(erp, line("BOLT-G", sku=world.gadget, action="delete"))
        assert (result.closed, self.prices(world)[0]["date_end"]) == (1, "2026-11-21")
        assert self.post(erp, line("BOLT-G", sku=world.gadget, action="delete")).closed == 0

    def test_unknown_items_and_units_hold_nothing_up(self, erp: Erp) -> None:
        _, world = erp
        result = self.post(
            erp,
            line("NEW-1", cost("3")),
            line("BOLT-G", cost("48", unit="CA"), sku=world.gadget),
            line("BOLT-W", cost("54", unit="CA", our_unit="Units", unit_factor=d(12))),
        )
        assert result.unknown == (0,)
        assert any('per "CA"' in finding.message for finding in result.result.findings)
        assert self.prices(world) == []
        assert [p["price"] for p in self.prices(world, world.widget)] == [4.5]  # 54 for twelve
        assert result.result.record is not None

    def test_a_currency_that_odoo_does_not_use_holds(self, erp: Erp) -> None:
        _, world = erp
        result = self.post(erp, line("BOLT-G", cost("6.50"), sku=world.gadget), currency="XXQ")
        assert result.result.record is None
        assert any("XXQ" in finding.message for finding in result.result.findings)
        assert self.prices(world) == []


class TellingStock:
    """What vendors have, and what we have."""

    def test_what_will_be_there_one_day_is_the_lead_time(self, erp: Erp) -> None:
        gateway, world = erp
        rows = (
            VendorStock(sku=world.widget, quantity=d(0)),
            VendorStock(
                sku=world.widget, quantity=d(50), kind="on_order", available=TODAY + timedelta(days=17)
            ),
        )
        findings = gateway.supplying.tell_stock(world.vendor_ref, rows, TODAY)
        assert [finding.severity for finding in findings] == [Severity.NOTE]
        domain = [["partner_id", "=", world.vendor], ["product_code", "=", "BOLT-W"]]
        (seen,) = world.session.search_read("product.supplierinfo", domain, ["delay"])
        assert seen["delay"] == 17
        gateway.supplying.tell_stock(world.vendor_ref, rows, TODAY)

    def test_when_stock_returns_the_ordinary_lead_time_does(self, erp: Erp) -> None:
        gateway, world = erp
        domain = [["partner_id", "=", world.vendor], ["product_code", "=", "BOLT-W"]]
        (price,) = world.session.search_read("product.supplierinfo", domain, ["delay"])

        def told(quantity: int, days: int = 0) -> int:
            rows = [VendorStock(sku=world.widget, quantity=d(quantity))]
            if days:
                later = TODAY + timedelta(days=days)
                rows.append(VendorStock(sku=world.widget, quantity=d(5), kind="on_order", available=later))
            gateway.supplying.tell_stock(world.vendor_ref, rows, TODAY)
            return int(world.look("product.supplierinfo", price["id"], "delay")["delay"])

        told(1)
        world.session.write("product.supplierinfo", [price["id"]], {"delay": 4})
        assert [told(0, 17), told(0, 12), told(30), told(20)] == [17, 12, 4, 4]
        assert told(0, 9) == 9
        world.session.write("product.supplierinfo", [price["id"]], {"delay": 6})  # people know better
        assert [told(8), told(0, 3), told(8)] == [6, 3, 6]

    def test_our_stock_is_what_is_free_by_warehouse(self, erp: Erp) -> None:
        gateway, world = erp
        asked = Assortment(listing="skus", skus=(world.widget, world.gadget, "NEVER"))
        before = {one.sku: sum(one.free.values()) for one in gateway.supplying.read_stock(asked)}
        assert set(before) == {world.widget, world.gadget}
        order = world.type_order(a_number("SO"))
        world.confirm(order)
        after = {one.sku: one for one in gateway.supplying.read_stock(asked)}
        assert before[world.widget] - sum(after[world.widget].free.values()) == 1
        assert after[world.widget].ids == {"upc": world.upc}
        assert (after[world.widget].unit, after[world.widget].gone) == ("Units", False)
        assert set(after[world.widget].free) == set(after[world.gadget].free)

    def test_a_product_that_is_no_longer_sold_is_gone(self, erp: Erp) -> None:
        gateway, world = erp
        code = f"OLD-{world.tag}"
        world.session.create("product.product", [{"name": "Old", "default_code": code, "sale_ok": False}])
        (one,) = gateway.supplying.read_stock(Assortment(listing="skus", skus=(code,)))
        assert one.gone
        assert all(amount == 0 for amount in one.free.values())

    def test_one_warehouse_is_asked_for_by_its_short_name(self, erp: Erp) -> None:
        gateway, world = erp
        asked = Assortment(listing="skus", skus=(world.widget,), warehouses=("WH",))
        (one,) = gateway.supplying.read_stock(asked)
        assert set(one.free) == {"WH"}
        (none,) = gateway.supplying.read_stock(
            Assortment(listing="skus", skus=(world.widget,), warehouses=("??",))
        )
        assert none.free == {}


class TellingPrices:
    """What a customer pays, by his pricelist."""

    def listed(self, world: World) -> tuple[str, int]:
        """Make a customer with a pricelist; return both. The widget has tiers of fixed prices, the gadget 10 % off."""
        with suppress(
            Undeliverable
        ):  # a real Odoo has them switched off at first; the practice one, always on
            made = world.session.create("res.config.settings", [{"group_product_pricelist": True}])
            world.session.call("res.config.settings", "execute", made)
        products = world.session.read("product.product", list(world.products.values()), ["product_tmpl_id"])
        templates = {id_: row["product_tmpl_id"][0] for id_, row in products.items()}
        widget, gadget = world.products[world.widget], world.products[world.gadget]
        agreed = world.session.create("product.pricelist", [{"name": f"Agreed {world.tag}"}])[0]
        base = {"pricelist_id": agreed}
        world.session.create(
            "product.pricelist.item",
            [
                base | {"applied_on": "1_product", "product_tmpl_id": templates[widget], "fixed_price": 9.5},
                base
                | {"applied_on": "1_product", "product_tmpl_id": templates[widget], "fixed_price": 9.0}
                | {"min_quantity": 100, "date_end": "2027-06-30 12:00:00"},
                base
                | {"applied_on": "1_product", "product_tmpl_id": templates[gadget]}
                | {"compute_price": "percentage", "percent_price": 10.0},
            ],
        )
        ref = f"PRICED-{uuid.uuid4().hex[:8]}"
        values = {"name": ref, "ref": ref, "is_company": True, "property_product_pricelist": agreed}
        world.session.create("res.partner", [values])
        return ref, agreed

    def test_the_pricelist_s_own_products_and_tiers_are_told(self, erp: Erp) -> None:
        gateway, world = erp
        priced, _ = self.listed(world)
        asked = Assortment(customer_ref=priced, listing="pricelist")
        told = gateway.supplying.read_prices(asked, TODAY)
        assert told.currency == "USD"
        by_sku = {one.sku: one for one in told.products}
        assert set(by_sku) == {world.widget, world.gadget}
        widget = by_sku[world.widget]
        assert [(p.minimum, p.amount, p.end) for p in widget.prices] == [
            (0, d("9.5"), None),
            (100, d(9), date(2027, 6, 30)),
        ]
        assert (widget.name, widget.unit, widget.ids) == ("Widget", "Units", {"upc": world.upc})
        assert [p.amount for p in by_sku[world.gadget].prices] == [d(18)]
        assert {p.sku for p in self.named(erp, priced)} == {world.gadget}

    def test_a_customer_without_a_pricelist_pays_list_prices(self, erp: Erp) -> None:
        gateway, world = erp
        asked = Assortment(customer_ref=world.vendor_ref, listing="skus", skus=(world.widget,))
        told = gateway.supplying.read_prices(asked, TODAY)
        assert [[p.amount for p in one.prices] for one in told.products] == [[d(10)]]
        assert told.currency == "USD"

    def named(self, erp: Erp, customer: str) -> tuple[Any, ...]:
        gateway, world = erp
        asked = Assortment(customer_ref=customer, listing="skus", skus=(world.gadget,))
        return gateway.supplying.read_prices(asked, TODAY).products
