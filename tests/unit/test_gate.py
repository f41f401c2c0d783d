"""The gate before sending: each way in which an 856 or 810 can disagree with its order."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec import structs

from hub.model import problems
from hub.model.documents import (
    Charge,
    Invoice,
    InvoiceLine,
    OrderLine,
    Package,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    Tax,
)
from hub.model.finding import Severity
from hub.stages.gate import gate_invoice, gate_ship_notice, totals

ORDER = PurchaseOrder(
    number="4500",
    lines=(
        OrderLine(number="1", quantity=Decimal(24), unit="EA", price=Decimal("9.99")),
        OrderLine(
            number="2",
            quantity=Decimal(2),
            unit="DZ",
            price=Decimal("239.76"),
            our_quantity=Decimal(24),
            our_unit="Units",
        ),
    ),
)


def shipped(*items: tuple[str, str], sscc: str = "") -> ShipNotice:
    units = {"1": "EA", "2": "DZ"}
    made = tuple(
        ShippedItem(line_number=number, quantity=Decimal(quantity), unit=units.get(number, "EA"))
        for number, quantity in items
    )
    if sscc:
        order = ShippedOrder(order_number="4500", packages=(Package(sscc=sscc, items=made),))
    else:
        order = ShippedOrder(order_number="4500", items=made)
    return ShipNotice(number="OUT/1", orders=(order,))


def billed(*lines: tuple[str, str, str], total: str | None = None, **more: object) -> Invoice:
    made = tuple(InvoiceLine(number=n, quantity=Decimal(q), unit="EA", price=Decimal(p)) for n, q, p in lines)
    due = sum((line.quantity * line.price for line in made), Decimal(0))
    return Invoice(number="INV/1", lines=made, total=Decimal(total) if total else due, **more)  # type: ignore[arg-type]


def test_an_agreeing_ship_notice_passes() -> None:
    assert gate_ship_notice(ORDER, shipped(("1", "24"), ("2", "2")), ()) == ()


@pytest.mark.parametrize(
    ("notice", "earlier", "problem", "says"),
    [
        (shipped(), (), problems.GATE_DISAGREES, "ships nothing"),
        (shipped(("9", "1")), (), problems.LINE_UNKNOWN, "line 9"),
        (shipped(("", "1")), (), problems.LINE_UNKNOWN, "without number"),
        (shipped(("1", "25")), (), problems.GATE_DISAGREES, "25 shipped in all, 24 ordered"),
        (shipped(("1", "20")), (shipped(("1", "5")),), problems.GATE_DISAGREES, "25 shipped in all"),
        (shipped(("2", "1.5")), (), problems.GATE_DISAGREES, "no whole number of DZ"),
    ],
)
def test_a_disagreeing_ship_notice_is_held(
    notice: ShipNotice, earlier: tuple[ShipNotice, ...], problem: str, says: str
) -> None:
    findings = gate_ship_notice(ORDER, notice, earlier)
    assert [f.problem for f in findings] == [problem]
    assert says in findings[0].message
    assert findings[0].severity is Severity.HOLD


def test_a_label_names_one_package_for_life() -> None:
    before = shipped(("1", "1"), sscc="136000200000000011")
    again = gate_ship_notice(ORDER, shipped(("1", "1"), sscc="136000200000000011"), (before,))
    assert [f.value for f in again] == ["136000200000000011"]
    bare = structs.replace(before, orders=(structs.replace(before.orders[0], packages=(Package(),)),))
    assert "a package has no SSCC" in [f.message for f in gate_ship_notice(ORDER, bare, ())]


def test_an_agreeing_invoice_passes() -> None:
    invoice = billed(("1", "24", "9.99"), ("2", "2", "239.76"))
    assert gate_invoice(ORDER, invoice, [shipped(("1", "24"), ("2", "2"))], ()) == ()


@pytest.mark.parametrize(
    ("invoice", "says"),
    [
        (billed(("1", "10", "10.49")), "10.49 invoiced, 9.99 ordered"),
        (billed(("1", "11", "9.99")), "11 invoiced in all, 10 shipped"),
        (billed(("7", "1", "9.99")), "line 7"),
        (billed(("1", "10", "9.99"), total="99.91"), "do not make the total 99.91"),
    ],
)
def test_a_disagreeing_invoice_is_held(invoice: Invoice, says: str) -> None:
    findings = gate_invoice(ORDER, invoice, [shipped(("1", "10"))], ())
    assert len(findings) == 1
    assert says in findings[0].line()
    assert findings[0].severity is Severity.HOLD


def test_what_was_billed_before_counts() -> None:
    first = billed(("1", "6", "9.99"))
    findings = gate_invoice(ORDER, billed(("1", "6", "9.99")), [shipped(("1", "10"))], [first])
    assert [f.message for f in findings] == ["12 invoiced in all, 10 shipped"]
    credit = structs.replace(first, kind="credit")
    assert gate_invoice(ORDER, billed(("1", "6", "9.99")), [shipped(("1", "10"))], [credit]) == ()


def test_without_ship_notices_the_order_is_the_limit() -> None:
    assert gate_invoice(ORDER, billed(("1", "24", "9.99")), None, ()) == ()
    assert gate_invoice(ORDER, billed(("1", "25", "9.99")), None, ()) != ()


@pytest.mark.parametrize(("total", "agrees"), [("104.94", True), ("104.95", False), ("104.93", False)])
def test_totals_to_the_cent(total: str, agrees: bool) -> None:
    invoice = billed(
        ("1", "10", "9.99"),
        total=total,
        charges=(
            Charge(kind="charge", amount=Decimal("5.00")),
            Charge(kind="allowance", amount=Decimal("9.95")),
        ),
        taxes=(Tax(amount=Decimal("9.99")),),
    )
    assert (totals(invoice) == ()) is agrees
