"""What customers are told of our stock and prices, worked out of Odoo's facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hub.erp.port.supplying import OurPrice, OurProduct, OurStock
from hub.model.documents import InventoryAdvice, StockLine, StockQuantity
from hub.model.partner import Assortment
from hub.stages.composing.supply import catalog_line, changes, offered, stock_line


@pytest.mark.parametrize(
    ("free", "safety", "allocation", "told"),
    [
        ("7", 0, "80%", "5"),
        ("7", 0, "100%", "7"),
        ("7", 5, "100%", "2"),
        ("7", 9, "100%", "0"),
        ("-3", 0, "100%", "0"),
        ("7.5", 0, "50%", "3.750"),
        ("10", 2, "33.3 %", "2"),
    ],
)
def test_a_customer_s_part_of_what_is_free(free: str, safety: int, allocation: str, told: str) -> None:
    agreed = Assortment(safety_stock=safety, allocation=allocation)
    assert str(offered(Decimal(free), agreed)) == told


STOCK = OurStock(
    sku="W",
    ids={"upc": "012345678905"},
    name="Widget" * 20,
    unit="Units",
    free={"EAST": Decimal(6), "WEST": Decimal(4)},
)


class TestStockLine:
    def test_all_warehouses_together(self) -> None:
        line = stock_line(STOCK, "1", Assortment())
        assert line.quantities == (StockQuantity(quantity=Decimal(10), unit="Units"),)
        assert (line.sku, line.ids, len(line.description)) == ("W", {"upc": "012345678905"}, 80)

    def test_each_warehouse_apart(self) -> None:
        told = stock_line(STOCK, "1", Assortment(by_warehouse=True, allocation="50%")).quantities
        assert [(q.location, q.quantity) for q in told] == [("EAST", Decimal(3)), ("WEST", Decimal(2))]

    def test_what_is_no_longer_sold_is_nothing(self) -> None:
        line = stock_line(replace(STOCK, gone=True), "1", Assortment())
        assert line.discontinued
        assert [q.quantity for q in line.quantities] == [Decimal(0)]


def advice(**amounts: int) -> InventoryAdvice:
    lines = (
        StockLine(number=str(at), sku=sku, quantities=(StockQuantity(quantity=Decimal(amount)),))
        for at, (sku, amount) in enumerate(amounts.items(), 1)
    )
    return InventoryAdvice(number="N", lines=tuple(lines))


class TestChanges:
    def test_only_what_differs_is_told(self) -> None:
        made = changes(advice(a=1, b=2, c=3), advice(b=2, c=4, d=5))
        told = [
            (line.number, line.sku, str(line.quantities[0].quantity), line.discontinued)
            for line in made.lines
        ]
        assert told == [("1", "c", "4", False), ("2", "d", "5", False), ("3", "a", "0", True)]
        assert (made.scope, made.line_count) == ("delta", 3)

    def test_another_order_of_lines_is_no_change(self) -> None:
        assert changes(advice(a=1, b=2), advice(b=2, a=1)).lines == ()


def test_a_product_as_a_line_of_a_price_list() -> None:
    one = OurProduct(
        sku="W",
        name="Widget",
        description="A blue\n  widget",
        unit="Units",
        weight=Decimal("1.5"),
        prices=(
            OurPrice(amount=Decimal(9)),
            OurPrice(amount=Decimal(8), minimum=Decimal(100), end=date(2027, 1, 1)),
        ),
    )
    line = catalog_line(one, "3", ("KG", "CR"))
    assert (line.number, line.description, line.weight_unit, line.volume_unit) == (
        "3",
        "A blue widget",
        "KG",
        "",
    )
    assert [(p.amount, p.minimum, p.unit, p.end) for p in line.prices] == [
        (9, 1, "Units", None),
        (8, 100, "Units", date(2027, 1, 1)),
    ]
