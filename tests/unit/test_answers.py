"""Answers to an order: Odoo's facts in the order's own words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.documents import (
    AckLine,
    Lot,
    OrderAcknowledgment,
    OrderLine,
    Package,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.stages.answers import answer_order, complete_ship_notice, in_their_unit, plain, price_per_their_unit

TODAY = dt.date(2026, 11, 22)
LINE = OrderLine(number="1", quantity=Decimal(10), unit="EA", price=Decimal("9.99"), ids={"buyer_part": "A1"})
DOZENS = OrderLine(
    number="2",
    quantity=Decimal(2),
    unit="DZ",
    price=Decimal("119.88"),
    our_quantity=Decimal(24),
    our_unit="Units",
    ids={"buyer_part": "A2"},
)
ORDER = PurchaseOrder(number="4500", date=dt.date(2026, 1, 13), lines=(LINE, DOZENS))


def decision(**quantities: tuple[str, str]) -> OrderAcknowledgment:
    lines = tuple(
        AckLine(number=number.removeprefix("l"), quantity=Decimal(q), unit="Units", price=Decimal(p))
        for number, (q, p) in quantities.items()
    )
    return OrderAcknowledgment(number="S00042", status="accepted", lines=lines)


@pytest.mark.parametrize(
    ("decided", "codes", "status"),
    [
        (decision(l1=("10", "9.99"), l2=("24", "9.99")), [["accepted"], ["accepted"]], "accepted_no_change"),
        (
            decision(l1=("6", "9.99"), l2=("24", "9.99")),
            [["accepted", "rejected"], ["accepted"]],
            "accepted_with_change",
        ),
        (
            decision(l1=("10", "10.49"), l2=("24", "9.99")),
            [["price_changed"], ["accepted"]],
            "accepted_with_change",
        ),
        (
            decision(l1=("12", "9.99"), l2=("24", "9.99")),
            [["quantity_changed"], ["accepted"]],
            "accepted_with_change",
        ),
        (decision(l2=("24", "9.99")), [["rejected"], ["accepted"]], "accepted_with_change"),
        (OrderAcknowledgment(number="S00042", status="rejected"), [["rejected"], ["rejected"]], "rejected"),
    ],
)
def test_each_line_says_what_was_decided(
    decided: OrderAcknowledgment, codes: list[list[str]], status: str
) -> None:
    answer = answer_order(ORDER, decided, TODAY)
    assert [[s.code for s in line.statuses] for line in answer.lines] == codes
    assert answer.status == status
    assert (answer.order_number, answer.number, answer.date) == ("4500", "S00042", TODAY)


def test_quantities_of_a_short_line_add_up_to_what_was_ordered() -> None:
    line = answer_order(ORDER, decision(l1=("6", "9.99")), TODAY).lines[0]
    assert [s.quantity for s in line.statuses] == [Decimal(6), Decimal(4)]
    assert {s.unit for s in line.statuses} == {"EA"}


def test_a_shipment_speaks_in_the_units_and_numbers_of_the_order() -> None:
    items = (
        ShippedItem(
            line_number="2", quantity=Decimal(12), unit="Units", lots=(Lot(number="L", quantity=Decimal(12)),)
        ),
    )
    notice = ShipNotice(number="OUT/1", orders=(ShippedOrder(order_number="S00042", items=items),))
    done = complete_ship_notice(ORDER, notice, "")
    item = done.orders[0].items[0]
    assert (item.quantity, item.unit, item.ordered, item.ids) == (
        Decimal(1),
        "DZ",
        Decimal(2),
        {"buyer_part": "A2"},
    )
    assert item.lots[0].quantity == Decimal(1)
    assert (done.structure, done.orders[0].order_number) == ("0004", "4500")


def test_packed_goods_make_the_packed_structure_unless_the_profile_says_flat() -> None:
    item = ShippedItem(line_number="1", quantity=Decimal(5), unit="Units")
    packages = (Package(sscc="1", items=(item,)), Package(sscc="2", items=(item,)))
    notice = ShipNotice(number="OUT/1", orders=(ShippedOrder(order_number="S00042", packages=packages),))
    assert complete_ship_notice(ORDER, notice, "").structure == "0001"
    flat = complete_ship_notice(ORDER, notice, "SOI")
    assert flat.structure == "0004"
    assert [i.quantity for i in flat.orders[0].items] == [Decimal(10)]
    assert flat.orders[0].packages == ()


@given(
    st.decimals(min_value="0.01", max_value=100_000, places=2),
    st.integers(1, 144),
    st.decimals(min_value="0.01", max_value=10_000, places=2),
)
def test_going_to_our_unit_and_back_changes_nothing(quantity: Decimal, factor: int, price: Decimal) -> None:
    line = OrderLine(number="1", quantity=quantity, unit="CA", our_quantity=quantity * factor)
    assert in_their_unit(line, quantity * factor) == quantity
    assert price_per_their_unit(line, price) == plain(price * factor)
