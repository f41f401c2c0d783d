"""What a price list changes on supplier prices: units, days, history, jumps; nothing is asked of Odoo."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.erp.odoo.lookups import Product
from hub.erp.odoo.supply_items import Goods
from hub.erp.odoo.supply_plan import Known, Plan, plan
from hub.erp.odoo.supply_rows import PriceRow, rows_of
from hub.model.documents import CatalogLine, CatalogPrice, PriceCatalog

TODAY = date(2026, 11, 22)
GOODS = Goods(Product(7, "SKU", "Thing", unit_id=1, unit="Units"), template=70)


def price(amount: str = "12", **more: Any) -> CatalogPrice:
    return CatalogPrice(**{"amount": Decimal(amount), "kind": "unit_cost", **more})


def rows(*prices: CatalogPrice, **more: Any) -> tuple[list[PriceRow], list[int], list[str]]:
    """Return what one line with these prices asks for, what leaves, and what is said."""
    head = {name: more.pop(name) for name in ("dates", "currency") if name in more}
    catalog = PriceCatalog(number="C", lines=(CatalogLine(number="1", prices=prices, **more),), **head)
    found, leaving, findings = rows_of(catalog, {0: GOODS}, 4)
    return found, leaving, [finding.message for finding in findings]


class TestRows:
    @pytest.mark.parametrize(
        ("told", "amount", "minimum"),
        [
            (price(unit="EA", minimum=Decimal(5)), "12", "5"),
            (price(unit="CA", our_unit="Units", unit_factor=Decimal(12), minimum=Decimal(2)), "1", "24"),
            (price(per=Decimal(100)), "0.12", "0"),
            (price("10", per=Decimal(3)), "3.3333", "0"),
        ],
    )
    def test_prices_are_per_our_unit(self, told: CatalogPrice, amount: str, minimum: str) -> None:
        ((row,), _, said) = rows(told)
        assert (row.price, row.minimum, said) == (Decimal(amount), Decimal(minimum), [])

    @pytest.mark.parametrize(
        "told",
        [
            price(unit="CA"),
            price(our_unit="kg", unit_factor=Decimal(1)),
            price(per=Decimal(0)),
            price(kind="retail"),
        ],
    )
    def test_what_cannot_be_written_is_left_out_and_told(self, told: CatalogPrice) -> None:
        found, _, (said,) = rows(told, ids={"vendor_part": "W-1"})
        assert found == []
        assert said.startswith("line 1 W-1 has ")
        assert said.endswith(": left out")

    def test_the_first_sort_that_we_pay_counts(self) -> None:
        (found, _, _) = rows(price("9", kind="retail"), price("5", kind="wholesale"), price("4", kind="net"))
        assert [row.price for row in found] == [Decimal(4)]

    def test_days_of_the_price_the_line_and_the_list(self) -> None:
        first, second = date(2026, 1, 1), date(2026, 2, 1)
        ((row,), _, _) = rows(price(), dates={"effective": first, "expires": second})
        assert (row.start, row.end) == (first, second)
        ((row,), _, _) = rows(price(start=second), dates={"effective": first})
        assert row.start == second

    def test_of_two_prices_of_one_day_the_later_counts(self) -> None:
        ((row,), _, _) = rows(price("1"), price("2"))
        assert row.price == 2

    def test_an_item_that_leaves(self) -> None:
        assert rows(action="delete") == ([], [7], [])


def row(amount: str, start: date | None = None, **more: Any) -> PriceRow:
    values = {
        "product": 7,
        "template": 70,
        "sku": "SKU",
        "minimum": Decimal(0),
        "end": None,
        "currency": "USD",
    }
    values |= {"code": "", "name": "", "delay": None, "line": 0, **more}
    return PriceRow(price=Decimal(amount), start=start, **values)


def known(amount: str, start: date | None = None, end: date | None = None, **more: Any) -> Known:
    values = {
        "id": 1,
        "product": 7,
        "minimum": Decimal(0),
        "currency": "USD",
        "code": "",
        "name": "",
        "delay": 1,
    }
    return Known(price=Decimal(amount), start=start, end=end, **(values | more))


def planned(asked: list[PriceRow], there: list[Known], leaving: tuple[int, ...] = (), jump: str = "") -> Plan:
    return plan(asked, leaving, there, TODAY, Decimal(jump) if jump else None)


class TestPlan:
    def test_what_is_as_it_is_to_be_is_left_alone(self) -> None:
        assert planned([row("5")], [known("5")]).empty
        assert planned([row("5", currency="")], [known("5", date(2026, 1, 1))]).empty

    def test_only_what_differs_is_written(self) -> None:
        made = planned([row("5", code="W-1", delay=9)], [known("5", code="W-1")])
        assert (made.creates, made.writes, made.closed) == ((), {1: {"delay": 9}}, {})

    def test_a_price_before_one_that_is_to_come_ends_where_that_begins(self) -> None:
        made = planned([row("5", date(2026, 6, 1))], [known("6", date(2027, 1, 1))])
        assert [(str(r.price), r.end) for r in made.creates] == [("5", date(2026, 12, 31))]
        assert made.closed == {}

    def test_two_prices_of_one_list_follow_each_other(self) -> None:
        made = planned([row("6", date(2027, 1, 1)), row("5", date(2026, 6, 1))], [known("4")])
        assert [(str(r.price), r.end) for r in made.creates] == [("5", date(2026, 12, 31)), ("6", None)]
        assert made.closed == {1: date(2026, 5, 31)}

    def test_a_price_without_a_day_gives_way_to_one_that_has_begun(self) -> None:
        made = planned([row("5"), row("6", date(2026, 1, 1))], [])
        assert [(str(r.price), r.start) for r in made.creates] == [("6", date(2026, 1, 1))]

    def test_a_price_that_has_ended_is_history(self) -> None:
        made = planned([row("5", date(2026, 12, 1))], [known("4", date(2026, 1, 1), date(2026, 6, 30))])
        assert made.closed == {}

    def test_other_quantities_are_other_prices(self) -> None:
        made = planned([row("5", date(2026, 12, 1), minimum=Decimal(100))], [known("6")])
        assert (len(made.creates), made.closed) == (1, {})

    def test_what_leaves_ends_yesterday_and_never_before_it_began(self) -> None:
        there = [known("4"), known("5", date(2027, 1, 1), id=2), known("6", None, date(2020, 1, 1), id=3)]
        assert planned([], there, leaving=(7,)).closed == {1: TODAY - timedelta(days=1), 2: date(2027, 1, 1)}

    @pytest.mark.parametrize(
        ("amount", "jumps"), [("12", []), ("12.01", ["12.01"]), ("7.9", ["7.9"]), ("8", [])]
    )
    def test_a_jump_is_further_than_so_many_percent_up_or_down(self, amount: str, jumps: list[str]) -> None:
        made = planned([row(amount)], [known("10")], jump="20")
        assert [str(jump.row.price) for jump in made.jumps] == jumps

    def test_a_new_quantity_is_held_against_the_next_smaller_one(self) -> None:
        made = planned([row("2", minimum=Decimal(100))], [known("10")], jump="50")
        assert [str(jump.before) for jump in made.jumps] == ["10"]

    def test_what_was_free_or_in_other_money_is_no_jump(self) -> None:
        there = [known("0"), known("10", id=2, currency="EUR")]
        assert planned([row("9")], there, jump="20").jumps == ()


_DAYS = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
_AMOUNTS = st.sampled_from(["1", "2", "3"])


@given(
    st.lists(st.builds(row, _AMOUNTS, _DAYS), max_size=4, unique_by=lambda one: one.start),
    st.lists(st.builds(known, _AMOUNTS, _DAYS), max_size=4, unique_by=lambda one: one.start),
)
def test_a_list_that_was_written_changes_nothing_again(asked: list[PriceRow], there: list[Known]) -> None:
    numbered = [replace(one, id=at) for at, one in enumerate(there)]
    made = planned(asked, numbered)
    after = [written(one, made) for one in numbered]
    after += [known(str(one.price), one.start, one.end, id=100 + at) for at, one in enumerate(made.creates)]
    again = planned(asked, after)
    assert (again.creates, again.closed, again.writes) == ((), {}, {})


_OWN_NAMES = {"date_end": "end", "product_code": "code", "product_name": "name"}


def written(one: Known, made: Plan) -> Known:
    """Return a price as it stands once a plan was written."""
    values = {_OWN_NAMES.get(name, name): value for name, value in made.writes.get(one.id, {}).items()}
    if one.id in made.closed:
        values["end"] = made.closed[one.id]
    return replace(one, **values)
