"""An 856 in any structure says of each order and package what the document says, and counts its levels."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from hub.model.documents import STRUCTURES, DocType, Package, ShipNotice, ShippedItem, ShippedOrder
from hub.model.envelope import Envelope
from hub.model.partner import Partner, Send
from tests.support.x12_drawn import documents_of
from translators.x12.mapping import read_document, write_document

ENVELOPE = Envelope(format="x12", release="004010", set_id="856")
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def _again(notice: ShipNotice, structure: str) -> tuple[list[list[str]], ShipNotice]:
    agreed = Send(structure=structure)  # type: ignore[arg-type]  # a key of STRUCTURES
    partner = Partner(key="acme", name="Acme", send={DocType.SHIP_NOTICE: agreed})
    body = write_document(notice, ENVELOPE, partner)
    read, findings = read_document([["ST"], *body, ["SE"]], DocType.SHIP_NOTICE, ENVELOPE, None)
    assert isinstance(read, ShipNotice)
    assert findings == ()
    return body, read


def _shipped(order: ShippedOrder) -> Counter[str]:
    """Return how much of each line was shipped for an order, in whatever package."""
    total: Counter[str] = Counter()
    for item in (*order.items, *(item for package in order.packages for item in package.items)):
        total[item.line_number] += item.quantity  # type: ignore[assignment]  # decimals add up as well
    return total


def _contents(package: Package) -> list[ShippedItem]:
    return sorted((replace(item, lots=()) for item in package.items), key=lambda item: item.line_number)


@pytest.mark.parametrize("structure", list(STRUCTURES))
@QUICK
@given(notice=documents_of("856"))
def test_quantities_and_counts_hold_in_any_structure(structure: str, notice: ShipNotice) -> None:
    body, read = _again(notice, structure)
    assert body[-1] == ["CTT", str(sum(row[0] == "HL" for row in body))]
    assert body[0][5] == STRUCTURES[structure]
    assert [_shipped(order) for order in read.orders] == [_shipped(order) for order in notice.orders]


@QUICK
@given(notice=documents_of("856"))
def test_packages_below_items_keep_what_is_in_them(notice: ShipNotice) -> None:
    without_lots = _unlotted(notice)
    _, read = _again(without_lots, "SOIP")
    for order, sent in zip(read.orders, without_lots.orders, strict=True):
        expected = {package.sscc: _contents(package) for package in sent.packages if package.items}
        assert {package.sscc: _contents(package) for package in order.packages} == expected


def _unlotted(notice: ShipNotice) -> ShipNotice:
    def bare(items: tuple[ShippedItem, ...]) -> tuple[ShippedItem, ...]:
        return tuple(replace(item, lots=(), quantity=item.quantity + Decimal(1)) for item in items)

    return replace(
        notice,
        orders=tuple(
            replace(
                order,
                items=bare(order.items),
                packages=tuple(replace(package, items=bare(package.items)) for package in order.packages),
            )
            for order in notice.orders
        ),
    )


def test_pallets_are_written_with_what_stands_on_them() -> None:
    item = ShippedItem(line_number="1", ids={"vendor_part": "A"}, quantity=Decimal(4), unit="EA")
    carton = Package(sscc="006141411234567890", kind="carton", on="106141411234567897", items=(item,))
    pallet = Package(sscc="106141411234567897", kind="pallet")
    order = ShippedOrder(order_number="4711", packages=(carton, pallet))
    notice = ShipNotice(number="S1", date=dt.date(2026, 11, 20), time=dt.time(9), orders=(order,))
    for packages in ((carton, pallet), (carton,)):  # a pallet that only the carton names has a level too
        body, read = _again(replace(notice, orders=(replace(order, packages=packages),)), "")
        assert [row[1:4] for row in body if row[0] == "HL"] == [
            ["1", "", "S"],
            ["2", "1", "O"],
            ["3", "2", "T"],
            ["4", "3", "P"],
            ["5", "4", "I"],
        ]
        assert [row[1:3] for row in body if row[0] == "MAN"] == [
            ["GM", "00106141411234567897"],
            ["GM", "00006141411234567890"],
        ]
        assert read.orders[0].packages == (pallet, carton)
    flat, _ = _again(notice, "SOPI")
    assert [row[3] for row in flat if row[0] == "HL"] == ["S", "O", "P", "I"]


def test_packages_keep_their_order_around_pallets() -> None:
    item = ShippedItem(line_number="1", ids={"vendor_part": "A"}, quantity=Decimal(4), unit="EA")
    loose = Package(sscc="006141411234567890", kind="carton", items=(item,))
    pallet = Package(sscc="106141411234567897", kind="pallet")
    upon = Package(sscc="006141411234567906", kind="carton", on=pallet.sscc, items=(item,))
    last = Package(sscc="006141411234567913", kind="carton", items=(item,))
    order = ShippedOrder(order_number="4711", packages=(loose, pallet, upon, last))
    notice = ShipNotice(number="S1", date=dt.date(2026, 11, 20), time=dt.time(9), orders=(order,))
    assert _again(notice, "")[1].orders[0].packages == (loose, pallet, upon, last)
    flat = _again(notice, "SOPI")[1].orders[0].packages
    assert [package.sscc for package in flat] == [loose.sscc, upon.sscc, last.sscc]
