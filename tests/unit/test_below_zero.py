"""Less than nothing is told of by its place, in every document that tells of goods."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub.model import problems
from hub.model.documents import (
    AdvisedLine,
    AnyDocument,
    InventoryAdvice,
    OrderLine,
    Package,
    PurchaseOrder,
    ReceivedItem,
    ReceivingAdvice,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    StockLine,
    StockQuantity,
    WarehouseAdvice,
)
from hub.stages.below_zero import below_zero

MINUS = Decimal(-2)
GOOD = AdvisedLine(number="1", quantity=Decimal(5), unit="EA", difference=MINUS)
CARTON = Package(sscc="1", items=(ShippedItem(line_number="1", quantity=MINUS, unit="EA"),))


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (
            WarehouseAdvice(number="1", lines=(GOOD, AdvisedLine(number="2", quantity=MINUS, unit="EA"))),
            "lines[1].quantity",
        ),
        (
            WarehouseAdvice(
                number="1", lines=(AdvisedLine(number="1", quantity=Decimal(5), unit="EA", damaged=MINUS),)
            ),
            "lines[0].damaged",
        ),
        (ReceivingAdvice(number="1", items=(ReceivedItem(received=MINUS),)), "items[0].received"),
        (ReceivingAdvice(number="1", items=(ReceivedItem(returned=MINUS),)), "items[0].returned"),
        (
            ShipNotice(number="1", orders=(ShippedOrder(order_number="P", packages=(CARTON,)),)),
            "orders[0].packages[0].items[0].quantity",
        ),
        (
            InventoryAdvice(number="1", lines=(StockLine(quantities=(StockQuantity(quantity=MINUS),)),)),
            "lines[0].quantities[0].quantity",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_held_with_its_place(document: AnyDocument, where: str) -> None:
    (finding,) = below_zero(document)
    assert (finding.problem, finding.where.path, finding.value) == (problems.QUANTITY_NEGATIVE, where, "-2")


def test_a_difference_or_a_return_in_an_order_may_be_below_zero() -> None:
    assert below_zero(WarehouseAdvice(number="1", lines=(GOOD,))) == ()
    line = OrderLine(number="1", quantity=MINUS, unit="EA")
    assert below_zero(PurchaseOrder(number="1", lines=(line,))) == ()
