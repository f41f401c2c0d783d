"""Answers to an order: Odoo's facts in the order's own words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hub.model.documents import (
    AckLine,
    Invoice,
    InvoiceLine,
    LineStatus,
    Lot,
    OrderAcknowledgment,
    OrderLine,
    Package,
    Party,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.stages.answers import answer_order, billing, complete_invoice
from hub.stages.gate import gate_invoice
from hub.stages.order_sums import billed_shipment
from hub.stages.prices import prices_in_odoo, prices_ordered, prices_told
from hub.stages.ship_notices import complete_ship_notice
from hub.stages.their_units import in_their_unit, plain, price_per_their_unit, same_price

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
            [["quantity_changed", "rejected"], ["accepted"]],
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


def test_what_is_not_in_stock_is_told_as_backordered_with_its_day() -> None:
    soon, later = dt.date(2026, 12, 1), dt.date(2026, 12, 20)
    statuses = (
        LineStatus(code="accepted", quantity=Decimal(12), date=soon, date_kind="delivery_estimated"),
        LineStatus(code="backordered", quantity=Decimal(12), date=later, date_kind="delivery_estimated"),
    )
    said = AckLine(number="2", quantity=Decimal(24), unit="Units", price=Decimal("9.99"), statuses=statuses)
    none = AckLine(
        number="1",
        quantity=Decimal(8),
        unit="Units",
        price=Decimal("9.99"),
        statuses=(LineStatus(code="accepted"), LineStatus(code="backordered", quantity=Decimal(8))),
    )
    decided = OrderAcknowledgment(number="S00042", status="accepted", lines=(none, said))
    one, two = answer_order(ORDER, decided, TODAY).lines
    assert [(s.code, s.quantity) for s in one.statuses] == [
        ("backordered", Decimal(8)),
        ("rejected", Decimal(2)),
    ]
    assert [(s.code, s.quantity, s.unit, s.date) for s in two.statuses] == [
        ("accepted", Decimal(1), "DZ", soon),
        ("backordered", Decimal(1), "DZ", later),
    ]


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


#: 2 cases of 24 at 100.00: 4.166667 a piece in Odoo, which is 100.000008 a case.
CASES = OrderLine(
    number="1",
    quantity=Decimal(2),
    unit="CA",
    price=Decimal("100.00"),
    our_quantity=Decimal(48),
    our_unit="Units",
    sku="LAMP",
    ids={"buyer_part": "A1"},
)
PACKED = PurchaseOrder(number="4500", currency="USD", lines=(CASES,))


def bill(*lines: tuple[str, str, str], number: str = "INV/1") -> Invoice:
    made = tuple(
        InvoiceLine(
            number=n,
            quantity=Decimal(q),
            unit="Units",
            price=Decimal(p),
            order_number="4500",
            sku="LAMP",
        )
        for n, q, p in lines
    )
    total = sum((round(i.quantity * i.price, 2) for i in made), Decimal(0))
    return Invoice(number=number, lines=made, total=total, currency="USD")


@pytest.mark.parametrize(
    ("line", "price", "agreed", "same"),
    [
        (CASES, "100.000008", "100.00", True),
        (CASES, "100.000008", "100", True),
        (CASES, "100.0008", "100.00", True),  # an Odoo that keeps four places
        (CASES, "100.08", "100.00", False),  # one that keeps two has really another price
        (CASES, "100.123464", "100.123456", True),  # more places than the way back keeps
        (LINE, "9.990", "9.99", True),
        (LINE, "9.994", "9.99", False),  # nothing was converted: nothing was rounded
    ],
)
def test_a_price_is_the_same_but_for_the_rounding_of_the_way_back(
    line: OrderLine, price: str, agreed: str, same: bool
) -> None:
    assert same_price(line, Decimal(price), Decimal(agreed)) is same


@given(
    st.decimals(min_value="0.01", max_value=100_000, places=2),
    st.integers(2, 144),
    st.integers(1, 1000),
)
def test_every_pack_price_survives_six_places_in_odoo(price: Decimal, factor: int, quantity: int) -> None:
    line = OrderLine(
        number="1",
        quantity=Decimal(quantity),
        unit="CA",
        price=price,
        our_quantity=Decimal(quantity * factor),
    )
    kept = round(price / factor, 6)
    order = PurchaseOrder(number="4500", lines=(line,))
    decided = OrderAcknowledgment(
        number="S1", lines=(AckLine(number="1", quantity=Decimal(quantity * factor), unit="U", price=kept),)
    )
    assert answer_order(order, decided, TODAY).status == "accepted_no_change"
    done = complete_invoice(order, bill(("1", str(quantity * factor), str(kept))), prices_ordered(order))
    assert gate_invoice(order, done, prices_ordered(order)) == ()


def test_a_pack_price_is_billed_as_ordered_while_the_amount_stays() -> None:
    done = complete_invoice(PACKED, bill(("1", "48", "4.166667")), prices_ordered(PACKED))
    assert (done.lines[0].price, done.lines[0].quantity, done.total) == (Decimal("100.00"), 2, 200)
    many = structs.replace(CASES, quantity=Decimal(1000), our_quantity=Decimal(24000))
    order = structs.replace(PACKED, lines=(many,))
    done = complete_invoice(order, bill(("1", "24000", "4.166667")), prices_ordered(order))
    assert (done.lines[0].price, done.total) == (Decimal("100.000008"), Decimal("100000.01"))
    assert gate_invoice(order, done, prices_ordered(order)) == ()


def test_the_agreed_price_is_what_our_answer_told() -> None:
    answer = answer_order(ORDER, decision(l1=("10", "10.49"), l2=("24", "9.99")), TODAY)
    assert prices_told(answer) == {"1": Decimal("10.49"), "2": Decimal("119.88")}


def test_a_line_ordered_without_a_price_is_told_ours() -> None:
    order = structs.replace(ORDER, lines=(LINE, structs.replace(DOZENS, price=None)))
    decided = decision(l1=("10", "9.99"), l2=("24", "9.99"))
    answer = answer_order(order, decided, TODAY)
    assert answer.status == "accepted_no_change"
    assert prices_told(answer)["2"] == Decimal("119.88")
    assert "2" not in prices_ordered(order)
    assert prices_in_odoo(order, decided) == {"1": Decimal("9.99"), "2": Decimal("119.88")}


def test_a_promised_day_is_told_as_what_it_is() -> None:
    day = LineStatus(code="accepted", date=dt.date(2026, 1, 27), date_kind="delivery_estimated")
    line = AckLine(number="1", quantity=Decimal(10), unit="Units", price=Decimal("9.99"), statuses=(day,))
    answer = answer_order(ORDER, OrderAcknowledgment(number="S1", lines=(line,)), TODAY)
    status = answer.lines[0].statuses[0]
    assert (status.date, status.date_kind) == (dt.date(2026, 1, 27), "delivery_estimated")


def test_another_product_on_the_line_is_a_substitution() -> None:
    other = AckLine(
        number="1", quantity=Decimal(48), unit="Units", sku="CANDLE", ids={"vendor_part": "CANDLE"}
    )
    answer = answer_order(PACKED, OrderAcknowledgment(number="S1", lines=(other,)), TODAY)
    status = answer.lines[0].statuses[0]
    assert (status.code, status.ids) == ("substituted", {"vendor_part": "CANDLE"})
    assert answer.status == "accepted_with_change"
    same = structs.replace(other, ids={"vendor_part": "CANDLE", "upc": "A1"})
    answer = answer_order(PACKED, OrderAcknowledgment(number="S1", lines=(same,)), TODAY)
    assert answer.lines[0].statuses[0].code == "accepted"


def test_places_keep_the_codes_of_the_order_and_get_our_address_where_it_has_none() -> None:
    coded = Party(id="0042", id_kind="92", ours="ST042")
    known = {
        "ship_to": Party(name="Store 42", address=("1 Main St",), city="Springfield", ours="ST042"),
        "remit_to": Party(name="Our Company"),
    }
    order = structs.replace(PACKED, parties={"ship_to": coded, "seller": Party(id="77", id_kind="92")})
    done = complete_invoice(order, structs.replace(bill(), parties=known), {})
    assert set(done.parties) == {"ship_to", "seller", "remit_to"}
    place = done.parties["ship_to"]
    assert (place.id, place.id_kind, place.name, place.city) == ("0042", "92", "Store 42", "Springfield")


def test_an_invoice_names_the_shipment_that_it_bills() -> None:
    shipped = [
        ShipNotice(
            number=number,
            dates={"shipped": dt.date(2026, 1, day)},
            orders=(
                ShippedOrder(
                    order_number="4500", items=(ShippedItem(line_number="1", quantity=Decimal(quantity)),)
                ),
            ),
        )
        for number, day, quantity in (("OUT/1", 20, 1), ("OUT/2", 21, 1), ("OUT/3", 22, 3))
    ]
    order = structs.replace(PACKED, number="4500")
    one = bill(("1", "1", "100"))
    first = billing(one, billed_shipment(order, one, shipped, ()))
    assert (first.shipment, first.dates) == ("OUT/1", {"shipped": dt.date(2026, 1, 20)})
    assert billing(one, billed_shipment(order, one, shipped, [first])).shipment == "OUT/2"
    rest = bill(("1", "5", "100"))
    assert billing(rest, billed_shipment(order, rest, shipped, ())).shipment == "OUT/3"
    assert billing(rest, billed_shipment(order, rest, [], ())) == rest
