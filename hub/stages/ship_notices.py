"""What we tell of a shipment: the facts of Odoo put into the words of the order that it is for.

Pure functions. The order as received gives line numbers, item numbers, units and addresses; Odoo gives packages,
lots and quantities. What is no even part of the order line's unit is told in the product's own.
"""

from __future__ import annotations

from msgspec import structs

from hub.model.documents import (
    STRUCTURES,
    OrderLine,
    OwnUnit,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.stages.answers import lines_by_number, parties_as_ordered, same_item
from hub.stages.their_units import in_their_unit, own_of_theirs


def complete_ship_notice(order: PurchaseOrder, notice: ShipNotice, structure: str) -> ShipNotice:
    """Return the ship notice (856) in the order's words; `structure`: as of the profile, "" for what it is."""
    lines = lines_by_number(order)
    shape = notice.shape(structure)
    orders = tuple(_shipped_order(order, shipped, lines, flat=shape == "SOI") for shipped in notice.orders)
    return structs.replace(
        notice,
        structure=STRUCTURES[shape],
        parties=parties_as_ordered(order, notice.parties),
        orders=orders,
        package_count=notice.package_count or sum(len(o.packages) for o in orders) or None,
    )


def _shipped_order(
    order: PurchaseOrder, shipped: ShippedOrder, lines: dict[str, OrderLine], *, flat: bool
) -> ShippedOrder:
    packages = tuple(
        structs.replace(package, items=tuple(_shipped_item(item, lines) for item in package.items))
        for package in shipped.packages
    )
    items = tuple(_shipped_item(item, lines) for item in shipped.items)
    if flat:
        items = merge_items(items + tuple(item for package in packages for item in package.items))
        packages = ()
    return structs.replace(
        shipped,
        order_number=order.number,
        order_date=order.date,
        release=order.release,
        refs={**order.refs, **shipped.refs},
        packages=packages,
        items=items,
    )


def merge_items(items: tuple[ShippedItem, ...]) -> tuple[ShippedItem, ...]:
    """Return the items with those of one order line added up, in order of first mention."""
    merged: dict[str, ShippedItem] = {}
    for ordinal, item in enumerate(items):
        key = item.line_number or f"?{ordinal}"
        before = merged.get(key)
        merged[key] = (
            item
            if before is None
            else structs.replace(
                before,
                quantity=before.quantity + item.quantity,
                lots=before.lots + item.lots,
                own=_together(before.own, item.own),
            )
        )
    return tuple(merged.values())


def _together(one: OwnUnit | None, other: OwnUnit | None) -> OwnUnit | None:
    return one and other and structs.replace(one, quantity=one.quantity + other.quantity)


def _shipped_item(item: ShippedItem, lines: dict[str, OrderLine]) -> ShippedItem:
    line = lines.get(item.line_number)
    if line is None:
        return item
    same = same_item(line, item.sku, item.ids)
    item = structs.replace(
        item,
        ids=line.ids if same else item.ids,
        description=(line.description if same else "") or item.description,
        sku=line.sku if same else item.sku,
        own=own_of_theirs(line, item.own),
    )
    return item if told_in_own_unit(item) else _in_words_of(line, item)


def told_in_own_unit(item: ShippedItem) -> bool:
    """Say whether Odoo tells an item in the product's own unit, for it is no even part of the order line's."""
    return item.own is not None and item.unit == item.own.unit


def _in_words_of(line: OrderLine, item: ShippedItem) -> ShippedItem:
    lots = tuple(
        lot if lot.quantity is None else structs.replace(lot, quantity=in_their_unit(line, lot.quantity))
        for lot in item.lots
    )
    return structs.replace(
        item, quantity=in_their_unit(line, item.quantity), unit=line.unit, ordered=line.quantity, lots=lots
    )
