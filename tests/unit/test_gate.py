"""The gate before sending: each way in which an 855, 856 or 810 can disagree with its order."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec import structs

from hub.model import problems
from hub.model.documents import (
    Charge,
    Invoice,
    InvoiceLine,
    OrderAcknowledgment,
    OrderLine,
    Package,
    Party,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
    Tax,
)
from hub.model.finding import Severity
from hub.model.leeway import Leeway
from hub.stages.gate import (
    gate_billed,
    gate_decision,
    gate_invoice,
    gate_ship_notice,
    gate_source,
    totals,
)
from hub.stages.prices import prices_ordered

ORDER = PurchaseOrder(
    number="4500",
    currency="USD",
    parties={"ship_to": Party(id="0042", id_kind="92", ours="ST042")},
    lines=(
        OrderLine(number="1", quantity=Decimal(24), unit="EA", price=Decimal("9.99"), sku="LAMP"),
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


AGREED = prices_ordered(ORDER)


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
    made = tuple(
        InvoiceLine(number=n, quantity=Decimal(q), unit="EA", price=Decimal(p), order_number="4500")
        for n, q, p in lines
    )
    due = sum((line.quantity * line.price for line in made), Decimal(0))
    return Invoice(number="INV/1", lines=made, total=Decimal(total) if total else due, **more)


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


def test_what_is_shipped_or_billed_beyond_the_order_stays_within_what_was_agreed_on() -> None:
    notice, percent = shipped(("1", "25"), ("2", "2")), Leeway(Decimal(5), percent=True)
    assert gate_ship_notice(ORDER, notice, (), percent) == ()
    assert gate_ship_notice(ORDER, shipped(("1", "26")), (), Leeway(Decimal(1))) != ()
    invoice = billed(("1", "25", "9.99"))
    assert gate_billed(ORDER, invoice, None, (), percent) == ()
    assert gate_billed(ORDER, invoice, None, ()) != ()
    assert gate_billed(ORDER, invoice, [shipped(("1", "24"))], (), percent) != (), (
        "never beyond what was shipped"
    )


def test_a_label_names_one_package_for_life() -> None:
    before = shipped(("1", "1"), sscc="136000200000000011")
    again = gate_ship_notice(ORDER, shipped(("1", "1"), sscc="136000200000000011"), (before,))
    assert [f.value for f in again] == ["136000200000000011"]
    bare = structs.replace(before, orders=(structs.replace(before.orders[0], packages=(Package(),)),))
    assert "a package has no SSCC" in [f.message for f in gate_ship_notice(ORDER, bare, ())]


def test_an_agreeing_invoice_passes() -> None:
    invoice = billed(("1", "24", "9.99"), ("2", "2", "239.76"), currency="USD")
    assert gate_invoice(ORDER, invoice, AGREED) == ()
    assert gate_billed(ORDER, invoice, [shipped(("1", "24"), ("2", "2"))], ()) == ()


@pytest.mark.parametrize(
    ("invoice", "says"),
    [
        (billed(("1", "10", "10.49")), "10.49 invoiced, 9.99 agreed"),
        (billed(("1", "10", "9.994")), "9.994 invoiced, 9.99 agreed"),
        (billed(("2", "1", "239.77")), "239.77 invoiced, 239.76 agreed"),
        (billed(("7", "1", "9.99")), "line 7"),
        (billed(("1", "10", "9.99"), total="99.91"), "do not make the total 99.91"),
        (billed(("1", "10", "9.99"), currency="EUR"), "the invoice is in EUR, the order in USD"),
    ],
)
def test_a_disagreeing_invoice_is_held(invoice: Invoice, says: str) -> None:
    findings = gate_invoice(ORDER, invoice, AGREED)
    assert len(findings) == 1
    assert says in findings[0].line()
    assert findings[0].severity is Severity.HOLD


def test_the_last_price_agreed_counts_and_none_is_no_agreement() -> None:
    told = {**AGREED, "1": Decimal("10.49")}
    assert gate_invoice(ORDER, billed(("1", "10", "10.49")), told) == ()
    assert "9.99 invoiced, 10.49 agreed" in gate_invoice(ORDER, billed(("1", "10", "9.99")), told)[0].message
    (unknown,) = gate_invoice(ORDER, billed(("1", "10", "9.99")), {})
    assert "no price was agreed on" in unknown.message


def test_a_pack_price_may_be_what_conversion_made_of_it() -> None:
    assert gate_invoice(ORDER, billed(("2", "1", "239.760008")), AGREED) == ()


def test_more_billed_than_shipped_is_held() -> None:
    (finding,) = gate_billed(ORDER, billed(("1", "11", "9.99")), [shipped(("1", "10"))], ())
    assert finding.message == "11 invoiced in all, 10 shipped"


def test_what_was_billed_before_counts() -> None:
    first = billed(("1", "6", "9.99"))
    findings = gate_billed(ORDER, billed(("1", "6", "9.99")), [shipped(("1", "10"))], [first])
    assert [f.message for f in findings] == ["12 invoiced in all, 10 shipped"]
    credit = structs.replace(first, kind="credit")
    assert gate_billed(ORDER, billed(("1", "6", "9.99")), [shipped(("1", "10"))], [credit]) == ()
    assert gate_billed(ORDER, structs.replace(first, kind="credit"), [], ()) == ()


def test_without_ship_notices_the_order_is_the_limit() -> None:
    assert gate_billed(ORDER, billed(("1", "24", "9.99")), None, ()) == ()
    (finding,) = gate_billed(ORDER, billed(("1", "25", "9.99")), None, ())
    assert finding.message == "25 invoiced in all, 24 ordered"


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (OrderAcknowledgment(number="S1", currency="USD"), []),
        (OrderAcknowledgment(number="S1", currency="EUR"), ["Odoo's order is in EUR, the order in USD"]),
        (OrderAcknowledgment(number="S1", status="held"), ["S1 is a quotation again: nothing is decided"]),
    ],
)
def test_a_decision_that_cannot_be_told_is_held(decision: OrderAcknowledgment, says: list[str]) -> None:
    assert [f.message for f in gate_decision(ORDER, decision)] == says


def test_lines_of_another_order_are_not_taken_for_this_ones() -> None:
    mine = billed(("1", "1", "9.99"))
    assert gate_source(ORDER, mine) == ()
    other = structs.replace(mine.lines[0], order_number="4501")
    (finding,) = gate_source(ORDER, structs.replace(mine, lines=(*mine.lines, other)))
    assert "'4501'" in finding.message
    release = structs.replace(ORDER, release="7")
    assert len(gate_source(release, mine)) == 1
    theirs = structs.replace(mine, lines=(structs.replace(other, order_number="4500-7"),))
    assert gate_source(release, theirs) == ()


def test_a_delivery_is_of_the_goods_the_order_and_the_place_that_were_ordered() -> None:
    notice = structs.replace(shipped(("1", "24")), parties={"ship_to": Party(name="Store 42", ours="ST042")})
    assert gate_source(ORDER, notice) == ()
    elsewhere = structs.replace(notice, parties={"ship_to": Party(name="Depot", ours="DC01")})
    assert [f.value for f in gate_source(ORDER, elsewhere)] == ["DC01"]
    item = ShippedItem(line_number="1", quantity=Decimal(24), sku="CANDLE", ids={"vendor_part": "CANDLE"})
    loose = (structs.replace(notice.orders[0], items=(item,)),)
    assert [f.message for f in gate_source(ORDER, structs.replace(notice, orders=loose))] == [
        "it is CANDLE, ordered was LAMP"
    ]
    stray = (structs.replace(notice.orders[0], order_number="4501"),)
    assert [f.value for f in gate_source(ORDER, structs.replace(notice, orders=stray))] == ["4501"]


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


@pytest.mark.parametrize(
    ("currency", "price", "total", "agrees"),
    [
        ("KWD", "1.2345", "12.345", True),
        ("KWD", "1.2345", "12.346", False),
        ("KWD", "1.2345", "12.35", False),
        ("JPY", "9.94", "99", True),
        ("JPY", "9.94", "100", False),
        ("USD", "9.994", "99.94", True),
        ("USD", "9.994", "99.95", False),
    ],
)
def test_totals_are_held_to_the_smallest_unit_of_their_currency(
    currency: str, price: str, total: str, agrees: bool
) -> None:
    invoice = billed(("1", "10", price), total=total, currency=currency)
    assert (totals(invoice) == ()) is agrees


def test_of_an_earlier_invoice_of_several_orders_only_this_ones_lines_count() -> None:
    first = billed(("1", "6", "9.99"))
    other = structs.replace(first.lines[0], order_number="4501", quantity=Decimal(20))
    joint = structs.replace(first, order_number="", lines=(*first.lines, other))
    assert gate_billed(ORDER, billed(("1", "4", "9.99")), [shipped(("1", "10"))], [joint]) == ()
    (finding,) = gate_billed(ORDER, billed(("1", "5", "9.99")), [shipped(("1", "10"))], [joint])
    assert finding.message == "11 invoiced in all, 10 shipped"


def test_a_shipment_that_was_replaced_or_cancelled_does_not_count() -> None:
    first = shipped(("1", "24"))
    gone = structs.replace(first, purpose="cancel")
    again = structs.replace(first, number="OUT/2")
    assert gate_ship_notice(ORDER, again, (first, gone)) == ()
    assert [f.message for f in gate_ship_notice(ORDER, again, (first,))] == ["48 shipped in all, 24 ordered"]
    assert "0 shipped" in gate_billed(ORDER, billed(("1", "1", "9.99")), [first, gone], ())[0].message
