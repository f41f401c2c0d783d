"""What a price list changes on supplier prices: units, days, history, jumps; nothing is asked of Odoo."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.erp.odoo.lookups import Product
from hub.erp.odoo.supply_items import Goods
from hub.erp.odoo.supply_jumps import Jump, in_money, jumps, told_jumps
from hub.erp.odoo.supply_plan import Plan, plan
from hub.erp.odoo.supply_rows import PriceRow, rows_of
from hub.erp.odoo.supply_spans import Known
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

    @pytest.mark.parametrize(
        "told", [price("0.4", per=Decimal(100)), price("0.014"), price("0"), price("-1")]
    )
    def test_a_price_that_rounding_would_make_another_is_left_out_and_told(self, told: CatalogPrice) -> None:
        catalog = PriceCatalog(number="C", lines=(CatalogLine(number="1", prices=(told,)),))
        found, _, (said,) = rows_of(catalog, {0: GOODS}, 2)
        assert found == []
        assert said.message.endswith("left out")

    def test_days_that_end_before_they_begin_are_left_out_and_told(self) -> None:
        found, _, (said,) = rows(price(start=date(2026, 2, 1), end=date(2026, 1, 1)))
        assert (found, "before it begins" in said) == ([], True)

    def test_the_last_of_all_days_is_none(self) -> None:
        ((row,), _, _) = rows(price(start=date(2026, 2, 1), end=date.max))
        assert row.end is None

    def test_a_price_for_some_days_stands_beside_one_that_begins_with_it(self) -> None:
        (found, _, _) = rows(price(start=TODAY), price("9", start=TODAY, end=TODAY))
        assert [(row.price, row.end) for row in found] == [(12, None), (9, TODAY)]

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


def planned(asked: list[PriceRow], there: list[Known], leaving: tuple[int, ...] = ()) -> Plan:
    return plan(asked, leaving, there, TODAY)


def jumped(asked: list[PriceRow], there: list[Known], percent: str) -> tuple[Jump, ...]:
    return jumps(asked, there, TODAY, Decimal(percent))


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


class TestPromotions:
    """A price with a last day is for its days; what stood before stands again after them."""

    DECEMBER = (date(2026, 12, 1), date(2026, 12, 31))

    def test_a_cheaper_one_leaves_the_standing_price_alone(self) -> None:
        first, last = self.DECEMBER
        made = planned([row("4", first, end=last)], [known("5")])
        assert [(str(r.price), r.start, r.end) for r in made.creates] == [("4", first, last)]
        assert (made.closed, made.writes) == ({}, {})

    def test_a_dearer_one_parts_it(self) -> None:
        first, last = self.DECEMBER
        there = [known("5", date(2026, 1, 1), code="W-1", delay=9, discount=Decimal(2))]
        made = planned([row("6", first, end=last)], there)
        seen = sorted(
            (r.start or first, r.end, str(r.price), r.code, r.delay, r.discount) for r in made.creates
        )
        assert seen == [
            (first, last, "6", "", None, 0),
            (date(2027, 1, 1), None, "5", "W-1", 9, 2),
        ]
        assert made.closed == {1: date(2026, 11, 30)}

    def test_one_beside_its_standing_price_in_one_list(self) -> None:
        first, last = self.DECEMBER
        made = planned([row("5", first), row("4", first, end=last)], [])
        assert [(str(r.price), r.start, r.end) for r in made.creates] == [
            ("5", first, None),
            ("4", first, last),
        ]

    def test_a_list_without_days_does_not_end_a_promotion_that_runs(self) -> None:
        there = [known("5"), known("4", date(2026, 11, 1), date(2026, 12, 31), id=2)]
        assert planned([row("5")], there).empty
        made = planned([row("5.50")], there)
        assert (made.closed, made.writes) == ({1: TODAY - timedelta(days=1)}, {})

    def test_what_takes_the_place_of_an_interrupted_price_does_so_after_the_interruption(self) -> None:
        there = [
            known("5", None, date(2026, 11, 30)),
            known("6", *self.DECEMBER, id=2),
            known("5", date(2027, 1, 1), id=3),
        ]
        made = planned([row("5.50", date(2026, 11, 25))], there)
        assert [(r.start, r.end) for r in made.creates] == [(date(2026, 11, 25), date(2026, 11, 30))]
        assert (made.closed, made.writes) == (
            {1: date(2026, 11, 24)},
            {3: {"price": Decimal("5.50")}},
        )

    def test_a_longer_promotion_is_the_same_one(self) -> None:
        first, last = self.DECEMBER
        made = planned(
            [row("4", first, end=last + timedelta(days=7))], [known("5"), known("4", first, last, id=2)]
        )
        assert (made.creates, made.writes, made.closed) == ((), {}, {2: last + timedelta(days=7)}) or (
            made.writes == {2: {"date_end": last + timedelta(days=7)}}
        )


class TestJumps:
    @pytest.mark.parametrize(
        ("amount", "found"), [("12", []), ("12.01", ["12.01"]), ("7.9", ["7.9"]), ("8", [])]
    )
    def test_a_jump_is_further_than_so_many_percent_up_or_down(self, amount: str, found: list[str]) -> None:
        assert [str(jump.row.price) for jump in jumped([row(amount)], [known("10")], "20")] == found

    @pytest.mark.parametrize(("there", "asked"), [("1", "100"), ("100", "1"), ("100", "0")])
    def test_another_quantity_is_held_against_the_nearest_one(self, there: str, asked: str) -> None:
        made = jumped([row("2", minimum=Decimal(asked))], [known("10", minimum=Decimal(there))], "50")
        assert [str(jump.before.price) for jump in made] == ["10"]

    def test_what_was_free_is_no_jump(self) -> None:
        assert jumped([row("9")], [known("0")], "20") == ()
        assert jumped([row("9")], [], "20") == ()

    def test_other_money_cannot_be_compared_and_waits(self) -> None:
        found = jumped([row("9")], [known("10", currency="EUR")], "20")
        (told,) = told_jumps(found, Decimal(20))
        assert "nothing to compare with in this currency" in told.message
        assert jumped([row("9")], [known("100", currency="EUR"), known("9.5", id=2)], "20") == ()

    def test_a_price_that_has_ended_is_still_compared_with(self) -> None:
        assert jumped([row("9")], [known("3", None, date(2026, 10, 1))], "20") != ()

    def test_a_list_without_a_currency_is_in_that_of_the_price_before(self) -> None:
        ours = [known("10", currency="EUR")]
        assert [one.currency for one in in_money([row("9", currency="")], ours, TODAY, "USD")] == ["EUR"]
        assert [one.currency for one in in_money([row("9", currency="")], [], TODAY, "USD")] == ["USD"]


_DAYS = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
_AMOUNTS = st.sampled_from(["1", "2", "3"])


@st.composite
def _asked(draw: st.DrawFn) -> PriceRow:
    start, days = draw(_DAYS), draw(st.none() | st.integers(0, 400))
    end = None if days is None or start is None else start + timedelta(days=days)
    return row(draw(_AMOUNTS), start, end=end)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_asked(), max_size=4, unique_by=lambda one: (one.start, one.end)),
    st.lists(st.builds(known, _AMOUNTS, _DAYS), max_size=4, unique_by=lambda one: one.start),
)
def test_a_list_that_was_written_changes_nothing_again(asked: list[PriceRow], there: list[Known]) -> None:
    ending = sorted((one.start, one.end) for one in asked if one.start and one.end)
    assume(all(end < start for (_, end), (start, _) in pairwise(ending)))
    numbered = in_turn(there)
    made = planned(asked, numbered)
    after = [written(one, made) for one in numbered]
    after += [known(str(one.price), one.start, one.end, id=100 + at) for at, one in enumerate(made.creates)]
    again = planned(asked, after)
    assert (again.creates, again.closed, again.writes) == ((), {}, {})


_INNER = [
    ("1", date(2026, 5, 1), date(2026, 11, 23)),
    ("3", date(2026, 11, 1), date(2026, 11, 22)),  # dearer, within the days of the cheaper one
]


_OVER = [
    ("2", date(2026, 7, 1), date(2027, 1, 1)),
    ("1", date(2026, 7, 2), None),  # cheaper, and the next one stands when the dearer one ends
    ("2", date(2027, 1, 1), None),
]


@example([row(price, start, end=end) for price, start, end in _INNER], 1)
@example([row(price, start, end=end) for price, start, end in _OVER], 41)
@settings(max_examples=200, deadline=None)
@given(st.lists(_asked(), min_size=1, max_size=4, unique_by=lambda one: one.start), st.integers(0, 500))
def test_odoo_takes_the_price_that_the_list_means(asked: list[PriceRow], later: int) -> None:
    """Of the rows that count on a day Odoo takes the cheapest; a list means the last one that has begun, if it is
    for some days one of those, and else what stood before."""
    asked = [one for one in asked if one.start is not None and (one.end is None or one.end >= TODAY)]
    there, on = [known("2", None, id=1)], TODAY + timedelta(days=later)
    made = planned(asked, there)
    rows_then = [written(there[0], made), *(known(str(r.price), r.start, r.end) for r in made.creates)]
    ending = [one for one in asked if one.end and one.start and one.start <= on <= one.end]
    standing = [one for one in asked if not one.end and one.start and one.start <= on]
    for those in (ending, standing):
        if those:
            first = max(one.start or date.min for one in those)
            meant = {one.price for one in those if one.start == first}
            break
    else:
        meant = {Decimal(2)}
    if len(ending) < 2:  # of two promotions for one day the cheaper one counts
        assert min(one.price for one in rows_then if one.counts(on)) in meant


def in_turn(there: list[Known]) -> list[Known]:
    """Return prices of which each ends where the next one begins."""
    ordered = sorted(there, key=lambda one: one.start or date.min)
    ends = [one.start - timedelta(days=1) for one in ordered[1:] if one.start] + [None]
    return [replace(one, id=at, end=end) for at, (one, end) in enumerate(zip(ordered, ends, strict=False))]


_OWN_NAMES = {"date_start": "start", "date_end": "end", "product_code": "code", "product_name": "name"}


def written(one: Known, made: Plan) -> Known:
    """Return a price as it stands once a plan was written."""
    values = {_OWN_NAMES.get(name, name): value for name, value in made.writes.get(one.id, {}).items()}
    if one.id in made.closed:
        values["end"] = made.closed[one.id]
    return replace(one, **values)
