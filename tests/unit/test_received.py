"""How a customer's receiving advice differs from what was told as shipped."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub.model.documents import (
    Package,
    Questioned,
    ReceivedItem,
    ReceivingAdvice,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.finding import Severity
from hub.stages.received import differences

D = Decimal
ONE = ShippedItem(line_number="1", ids={"buyer_part": "B-1"}, quantity=D(10), unit="EA")
TWO = ShippedItem(line_number="2", ids={"buyer_part": "B-2"}, quantity=D(4), unit="EA")


def told(number: str, *items: ShippedItem, sscc: str = "") -> ShipNotice:
    packages = (Package(sscc=sscc, items=items),) if sscc else ()
    order = ShippedOrder(order_number="PO-1", items=() if sscc else items, packages=packages)
    return ShipNotice(number=number, orders=(order,))


def item(line: str = "1", received: int = 10, **more: object) -> ReceivedItem:
    values: dict[str, object] = {
        "number": line,
        "order_line": line,
        "received": D(received),
        "unit": "EA",
        **more,
    }
    return ReceivedItem(**values)  # type: ignore[arg-type]  # a test's item is told in words


def messages(advice: ReceivingAdvice, *notices: ShipNotice) -> list[str]:
    return [f.message for f in differences(advice, "PO-1", notices, Severity.WARNING)]


def advice(*items: ReceivedItem, **more: object) -> ReceivingAdvice:
    return ReceivingAdvice(number="R-1", order_number="PO-1", items=items, **more)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ([item()], []),
        ([item(order_line="", ids={"buyer_part": "B-1"})], []),
        ([item(condition="good", questioned=D(10))], []),
        ([item(received=4), item(received=6)], []),
        ([item(received=7)], ["line 1: shipped 10, received 7"]),
        (
            [
                item(
                    received=7,
                    questioned=D(2),
                    condition="damaged",
                    others=(Questioned(quantity=D(1), condition="short"),),
                )
            ],
            ["line 1: shipped 10, received 7 (2 damaged, 1 short)"],
        ),
        ([item(received=9, returned=D(1))], ["line 1: shipped 10, received 9 (1 returned)"]),
        ([item(unit="CA")], ["line 1: shipped 10, received 10 (counted in CA, shipped in EA)"]),
        ([], ["line 1: shipped 10, received 0 (not in the advice)"]),
        ([item(), item("7", 3)], ["line 7: shipped 0, received 3"]),
    ],
)
def test_lines_are_compared(came: list[ReceivedItem], said: list[str]) -> None:
    assert messages(advice(*came), told("ASN-1", ONE)) == said


def test_the_named_notice_is_compared() -> None:
    both = (told("ASN-1", ONE), told("ASN-2", TWO))
    assert messages(advice(item("2", 4), shipment="ASN-2"), *both) == []
    assert messages(advice(item("2", 3), shipment="ASN-2"), *both) == ["line 2: shipped 4, received 3"]


def test_a_label_names_its_notice() -> None:
    both = (told("ASN-1", ONE), told("ASN-2", ONE, sscc="003600020000000018"))
    came = item(received=9, labels=("003600020000000018",))
    assert messages(advice(came), *both) == ["line 1: shipped 10, received 9"]


def test_the_notice_that_fits_is_compared_and_else_all() -> None:
    both = (told("ASN-1", ONE), told("ASN-2", TWO))
    assert messages(advice(item("2", 4)), *both) == []
    assert messages(advice(item("1", 10), item("2", 4)), *both) == []


def test_without_a_notice_there_is_nothing_to_compare_with() -> None:
    (message,) = messages(advice(item()))
    assert "no shipment" in message


SAME = tuple(
    ShippedItem(line_number=line, ids={"buyer_part": "B-1"}, quantity=D(quantity), unit="EA")
    for line, quantity in (("1", 10), ("2", 4))
)


def test_of_two_lines_with_one_item_the_number_of_the_item_says_which() -> None:
    """RCD01 is our line number where the item is on that line."""
    ids = {"buyer_part": "B-1"}
    came = item("2", 4, order_line="", ids=ids), item("1", 10, order_line="", ids=ids)
    assert messages(advice(*came), told("ASN-1", *SAME)) == []
    bare = item("2", 3, order_line=""), item("1", 10, order_line="")
    assert messages(advice(*bare), told("ASN-1", *SAME)) == ["line 2: shipped 4, received 3"]


def test_a_number_that_contradicts_the_item_is_only_counted_up() -> None:
    came = item("1", 4, order_line="", ids=TWO.ids), item("2", 10, order_line="", ids=ONE.ids)
    assert messages(advice(*came), told("ASN-1", ONE, TWO)) == []


def test_an_item_of_which_nothing_says_the_line_is_asked_about() -> None:
    came = item("7", 14, order_line="", ids={"buyer_part": "B-1"})
    (unclear,) = differences(advice(came), "PO-1", [told("ASN-1", *SAME)], Severity.WARNING)
    assert unclear.severity is Severity.HOLD
    assert "lines 1, 2 have that item" in unclear.message
    (released,) = differences(
        advice(came), "PO-1", [told("ASN-1", *SAME)], Severity.WARNING, Severity.WARNING
    )
    assert released.severity is Severity.WARNING
