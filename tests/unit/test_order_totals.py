"""The total that an order tells, against what its lines, allowances and charges come to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from hub.model import problems
from hub.model.documents import Charge, OrderLine, PurchaseOrder
from hub.model.finding import Severity
from hub.model.partner import OrderRules
from hub.stages.rules import judge

TODAY = dt.date(2026, 11, 20)
FREIGHT = Charge(kind="charge", code="D240", amount=Decimal(12))
REBATE = Charge(kind="allowance", code="C310", percent=Decimal(10))
EACH = Charge(kind="charge", code="F050", rate=Decimal("0.05"))


def line(price: str | None = "12.50", quantity: str = "200", **more: Any) -> OrderLine:
    amount = None if price is None else Decimal(price)
    return OrderLine(number="1", quantity=Decimal(quantity), unit="EA", price=amount, **more)


def order(total: str, *lines: OrderLine, **more: Any) -> PurchaseOrder:
    return PurchaseOrder(number="PO1", lines=lines or (line(),), total=Decimal(total), **more)


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        (order("2500.00"), True),
        (order("2501.00"), True),  # a thousandth
        (order("2600.00"), False),
        (order("25.00"), False),
        (order("25.00", line(base_quantity=Decimal(100))), True),
        (order("2500.00", line(base_quantity=Decimal(100))), False),  # told per hundred, meant apiece
        (order("2512.00", charges=(FREIGHT,)), True),
        (order("2500.00", charges=(FREIGHT,)), True),  # some tell it without
        (order("2488.00", charges=(FREIGHT,)), False),
        (order("2250.00", charges=(REBATE,)), True),
        (order("2260.00", line(charges=(EACH, REBATE))), True),
        (order("2975.00", tax=Decimal(475)), True),
        (order("2975.00"), False),
        (order("99.99", *[line("0.333", "100")] * 3), True),
        (order("99.90", line("33.333", "1"), line("33.333", "1"), line("33.333", "1")), True),
        (order("77", line(None)), True),  # nothing to compare with
        (order("0", line("0")), True),
    ],
)
def test_a_total_is_held_against_the_lines(asked: PurchaseOrder, right: bool) -> None:
    judged = judge(asked, OrderRules(), TODAY, released=False)
    assert [(f.problem, f.severity) for f in judged.findings] == (
        [] if right else [(problems.TOTAL_MISMATCH, Severity.HOLD)]
    )
    assert not judge(asked, OrderRules(), TODAY, released=True).held
    assert not judge(asked, OrderRules(total=""), TODAY, released=False).held


def test_both_sums_are_told() -> None:
    (finding,) = judge(order("2600", charges=(FREIGHT,)), OrderRules(), TODAY, released=False).findings
    assert finding.message == (
        "the lines come to 2500.00, with allowances and charges 2512.00, the total is told as 2600.00"
    )
    assert finding.where.path == "total"


def test_the_leeway_is_the_profile_s() -> None:
    assert not judge(order("2600"), OrderRules(total="5%"), TODAY, released=False).held
    assert not judge(order("2600"), OrderRules(total="100"), TODAY, released=False).held
    assert judge(order("2600"), OrderRules(total="99.99"), TODAY, released=False).held
