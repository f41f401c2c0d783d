"""Prices that Odoo rounds: told where the line's amount stays, held where it does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hub.erp.odoo.lookups import Product
from hub.erp.odoo.pricing import rounded
from hub.erp.odoo.quoting import Goods
from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.finding import Severity

WIDGET = Product(id=1, code="HUB-1001", name="Lamp", unit_id=1)
LINE = OrderLine(number="1", quantity=Decimal(200), unit="EA", price=Decimal("12.50"))
ORDER = PurchaseOrder(number="1", lines=(LINE,))


@pytest.mark.parametrize(
    ("quantity", "price", "kept", "severity"),
    [
        ("200", "0.125", "0.125", None),
        ("200", "0.8333333333333333333333333333", "0.833333333", None),
        ("1", "0.124", "0.12", Severity.WARNING),
        ("200", "0.125", "0.13", Severity.HOLD),  # 26.00 instead of 25.00
        ("1", "9" * 40 + ".125", "1", Severity.HOLD),
    ],
)
def test_a_price_that_odoo_rounded(quantity: str, price: str, kept: str, severity: Severity | None) -> None:
    goods = [Goods(WIDGET, Decimal(quantity), 1, Decimal(price), "Lamp")]
    found = list(rounded(ORDER, goods, [Decimal(kept)]))
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all((f.problem, f.where.path) == (problems.PRICE_DIFFERS, "lines[0].price") for f in found)
    if severity is Severity.HOLD and quantity == "200":
        assert "25.00 became 26.00" in found[0].message
        assert "Product Price" in found[0].hint
