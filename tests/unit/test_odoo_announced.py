"""What ship notices announce, added up and put on the open moves, without an Odoo."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo.announced import Parcel, label, outstanding, parcels_of, spread, too_much
from hub.erp.odoo.lookups import Product
from hub.erp.odoo.purchase_lines import PurchaseLine, match
from hub.erp.odoo.units import LineUnits, Unit
from hub.model.documents import Lot, Package, ShippedItem, ShippedOrder
from hub.model.finding import Finding, Severity
from hub.model.leeway import Leeway

UNIT = Unit(1, "Units", 1)
WIDGET = Product(id=1, code="W1", name="Widget", barcode="012345678905")
GADGET = Product(id=2, code="G1", name="Gadget")


def line(number: int, item: Product = WIDGET, quantity: int = 10, received: int = 0) -> PurchaseLine:
    vendor = {"vendor_part": f"V-{item.code}"}
    return PurchaseLine(
        id=number,
        product=item,
        name=item.name,
        quantity=Decimal(quantity),
        received=Decimal(received),
        invoiced=Decimal(0),
        units=LineUnits(UNIT, UNIT),
        price=Decimal(1),
        planned=None,
        tax_ids=(),
        ids=vendor,
    )


def test_item_numbers_decide_and_the_line_number_settles() -> None:
    lines = [line(11), line(12, GADGET), line(13)]
    assert match(lines, "12", {"vendor_part": "V-G1"}) == lines[1]
    assert match(lines, "13", {"buyer_part": "W1"}) == lines[2], "two lines of one item: the number settles"
    assert match(lines, "1", {"vendor_part": "V-G1"}) == lines[1], "they number anew: the item decides"
    assert match(lines, "11", {"vendor_part": "V-G1"}) == lines[1], "a number may meet one of ours by chance"
    assert match(lines, "0011", {}) == lines[0]
    assert match(lines, "1", {"upc": "00012345678905"}) is None, "two lines of one item, and no number"
    assert match(lines, "99", {"vendor_part": "NO"}) is None


def test_lots_and_packages_make_parcels_and_the_rest_has_no_lot() -> None:
    lots = (Lot(number="A", quantity=Decimal(2)), Lot(number="B", quantity=Decimal(3)))
    item = ShippedItem(line_number="11", quantity=Decimal(6), lots=lots)
    shipped = ShippedOrder(order_number="P1", packages=(Package(sscc="1" * 18, items=(item,)),))
    made = parcels_of(shipped, [line(11)], "P1", "", [])
    assert [(p.quantity, p.lot, p.sscc[:1]) for p in made] == [(2, "A", "1"), (3, "B", "1"), (1, "", "1")]


def test_single_lot_without_quantity_takes_all() -> None:
    item = ShippedItem(line_number="11", quantity=Decimal(6), lots=(Lot(number="A"),))
    (made,) = parcels_of(ShippedOrder(order_number="P1", items=(item,)), [line(11)], "P1", "", [])
    assert (made.quantity, made.lot) == (6, "A")


@given(st.lists(st.integers(1, 9), max_size=8), st.integers(0, 40), st.lists(st.integers(1, 20), max_size=4))
def test_nothing_is_lost_between_notice_receipt_and_moves(
    announced: list[int], received: int, demands: list[int]
) -> None:
    of = line(11, received=received)
    left = outstanding(Parcel(of, Decimal(q)) for q in announced)
    assert sum(p.quantity for p in left) == max(0, sum(announced) - received)
    moves = [
        {"id": at, "product_uom_qty": float(demand), "purchase_line_id": [11, "x"]}
        for at, demand in enumerate(demands)
    ]
    placed = [sum(p.quantity for p in parcels) for parcels in spread(moves, left).values()]
    assert all(mine <= demand for mine, demand in zip(placed[:-1], demands, strict=False))
    assert sum(placed) == (sum(p.quantity for p in left) if demands else 0), "too much goes on the last move"


def test_too_much_counts_all_notices_but_blames_only_the_new_one() -> None:
    of, other = line(11, quantity=5), line(12, GADGET, quantity=1)
    before = [Parcel(of, Decimal(3)), Parcel(other, Decimal(2))]
    now = [Parcel(of, Decimal(3))]
    (finding,) = too_much([of, other], [*before, *now], now, Leeway())
    assert too_much([of, other], [*before, *now], now, Leeway(Decimal(20), percent=True)) == []
    assert "ordered 5" in finding.message
    assert "announced 6" in finding.message


def test_a_package_is_called_as_a_scanner_reads_it() -> None:
    assert label("00" + "1" * 18) == label("1" * 18) == "1" * 18
    assert label("00123") == "00123"


@pytest.mark.parametrize(
    ("unit", "our_unit", "ours", "counted"),
    [
        ("EA", "Units", 6, 6),
        ("CA", "Units", 72, 72),
        ("EA", "", None, 6),  # nothing translated it: each is each
        ("CA", "", None, None),
        ("DZ", "Dozens", 6, None),
    ],
)
def test_a_quantity_is_counted_in_the_unit_of_the_order_or_held(
    unit: str, our_unit: str, ours: int | None, counted: int | None
) -> None:
    """A case is not a piece: what nothing compares is nobody's guess."""
    ours_counted = None if ours is None else Decimal(ours)
    item = ShippedItem(
        line_number="11", quantity=Decimal(6), unit=unit, our_unit=our_unit, our_quantity=ours_counted
    )
    findings: list[Finding] = []
    made = parcels_of(ShippedOrder(order_number="P1", items=(item,)), [line(11)], "P1", "orders[0]", findings)
    assert [p.quantity for p in made] == ([] if counted is None else [counted])
    assert [f.value for f in findings] == ([unit] if counted is None else [])
    assert all("unit crosswalk" in f.hint and f.severity is Severity.HOLD for f in findings)


def test_lots_are_counted_in_the_unit_of_the_order_too() -> None:
    lots = (Lot(number="A", quantity=Decimal(2)),)
    item = ShippedItem(
        line_number="11",
        quantity=Decimal(3),
        unit="CA",
        our_unit="Units",
        our_quantity=Decimal(36),
        lots=lots,
    )
    made = parcels_of(ShippedOrder(order_number="P1", items=(item,)), [line(11)], "P1", "", [])
    assert [(p.quantity, p.lot) for p in made] == [(24, "A"), (12, "")]
