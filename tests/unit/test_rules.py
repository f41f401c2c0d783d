"""The rules of a profile for what may be ordered, as tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.finding import Finding, Severity, Where
from hub.model.leeway import parse_leeway
from hub.model.partner import OrderRules
from hub.stages.rules import confirmable, judge, softened

TODAY = dt.date(2026, 11, 20)


def day(number: int) -> dict[str, dt.date]:
    return {"delivery_requested": dt.date(2026, 11, number)}


def line(quantity: int = 24, sku: str = "A", number: str = "1", **more: Any) -> OrderLine:
    return OrderLine(number=number, quantity=Decimal(quantity), unit="EA", sku=sku, price=Decimal(10), **more)


def order(*lines: OrderLine, **more: Any) -> PurchaseOrder:
    return PurchaseOrder(number="PO1", lines=lines or (line(),), **more)


@pytest.mark.parametrize(
    ("rules", "asked", "found"),
    [
        ({}, order(), []),
        ({"minimum": {"A": 24}}, order(), []),
        ({"minimum": {"A": 25}}, order(), ["lines[0].quantity"]),
        ({"minimum": {"*": 25}}, order(), ["lines[0].quantity"]),
        ({"minimum": {"*": 25, "A": 1}}, order(), []),
        ({"multiple": {"A": 12}}, order(), []),
        ({"multiple": {"A": 10}}, order(), ["lines[0].quantity"]),
        ({"multiple": {"B": 10}}, order(), []),
        ({"multiple": {"A": 10}, "minimum": {"A": 30}}, order(), ["lines[0].quantity"] * 2),
        ({"multiple": {"A": 12}}, order(line(1, our_quantity=Decimal(12))), []),
        ({"minimum": {"A": 3}}, order(line(2, our_quantity=Decimal(24))), []),
        ({"lead_days": 5}, order(dates=day(25)), []),
        ({"lead_days": 5}, order(dates=day(24)), ["dates.delivery_requested"]),
        ({"lead_days": 5}, order(line(dates=day(24))), ["lines[0].dates.delivery_requested"]),
        ({}, order(dates=day(1)), []),
        ({}, order(dates={"cancel_after": TODAY}), []),
        ({}, order(dates={"cancel_after": dt.date(2026, 11, 19)}), ["dates.cancel_after"]),
        ({"cancel_after": "ignore"}, order(dates={"cancel_after": dt.date(2026, 11, 19)}), []),
    ],
)
def test_what_breaks_a_rule_is_held_with_its_place(
    rules: dict[str, Any], asked: PurchaseOrder, found: list[str]
) -> None:
    judged = judge(asked, OrderRules(**rules), TODAY, released=False)
    assert [f.where.path for f in judged.findings] == found
    assert all(f.severity is Severity.HOLD and f.hint and f.value for f in judged.findings)
    assert judged.held is bool(found)
    assert judged.order == asked
    assert judge(asked, OrderRules(**rules), TODAY, released=True).findings == ()


def test_where_agreed_on_the_rest_goes_on_without_the_line() -> None:
    rules = OrderRules(multiple={"A": 10}, breach="refuse")
    judged = judge(order(line(), line(10, "B", "2")), rules, TODAY, released=False)
    assert [li.number for li in judged.order.lines] == ["2"]
    assert [f.severity for f in judged.findings] == [Severity.WARNING]
    assert not judged.held
    nothing_left = judge(order(line()), rules, TODAY, released=False)
    assert (nothing_left.held, len(nothing_left.order.lines)) == (True, 1)
    whole = judge(
        order(line(), dates=day(20)), OrderRules(lead_days=3, breach="refuse"), TODAY, released=False
    )
    assert whole.held, "a date of the whole order is no line's"


@pytest.mark.parametrize(("limit", "may"), [(0, True), (240, True), (239, False)])
def test_what_is_worth_more_a_person_confirms(limit: int, may: bool) -> None:
    assert confirmable(order(), OrderRules(confirm_up_to=limit)) is may


def test_an_order_without_prices_has_no_size() -> None:
    bare = OrderLine(number="1", quantity=Decimal(1), unit="EA")
    assert not confirmable(order(bare), OrderRules(confirm_up_to=9999))


def test_an_unknown_item_is_a_warning_where_it_becomes_a_note() -> None:
    item = Finding(problems.CODE_UNKNOWN, "?", Severity.HOLD, Where(path="lines[2].ids.buyer_part"))
    unit = Finding(problems.CODE_UNKNOWN, "?", Severity.HOLD, Where(path="lines[2].unit"))
    assert softened((item, unit), OrderRules()) == (item, unit)
    soft = softened((item, unit), OrderRules(unknown_item="note"))
    assert [f.severity for f in soft] == [Severity.WARNING, Severity.HOLD]


@pytest.mark.parametrize(
    ("text", "ours", "theirs", "allowed"),
    [
        ("", "10", "10", True),
        ("", "10", "10.01", False),
        ("2%", "10", "10.20", True),
        ("2%", "10", "10.21", False),
        ("2 %", "10", "9.80", True),
        ("0.05", "10", "10.05", True),
        ("0.05", "10", "9.94", False),
        ("100%", "10", "0", True),
    ],
)
def test_leeway(text: str, ours: str, theirs: str, allowed: bool) -> None:
    found = parse_leeway(text)
    assert found is not None
    assert found.allows(Decimal(ours), Decimal(theirs)) is allowed


@pytest.mark.parametrize("text", ["-1", "2%%", "two", "1e5", "%"])
def test_no_leeway(text: str) -> None:
    assert parse_leeway(text) is None
