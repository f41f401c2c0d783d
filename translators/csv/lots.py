"""What the ship notice's table cannot say with columns: an item from several lots.

A row has room for one lot. An item whose lots say their quantities becomes one item per lot, which announces
the same goods; any other item with several lots is left as it is, and the writer refuses it by name.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from hub.model.documents import AnyDocument, ShipNotice, ShippedItem, ShippedOrder


def one_lot_a_row(document: AnyDocument) -> AnyDocument:
    """Return the document with the items of a ship notice parted by lot; other documents unchanged."""
    if not isinstance(document, ShipNotice):
        return document
    return replace(document, orders=tuple(_order(order) for order in document.orders))


def _order(order: ShippedOrder) -> ShippedOrder:
    packages = tuple(replace(package, items=_items(package.items)) for package in order.packages)
    return replace(order, packages=packages, items=_items(order.items))


def _items(items: tuple[ShippedItem, ...]) -> tuple[ShippedItem, ...]:
    return tuple(part for item in items for part in _parted(item))


def _parted(item: ShippedItem) -> Iterator[ShippedItem]:
    """Yield one item per lot when their quantities add up. `ordered` stays on the first, to count once."""
    quantities = [lot.quantity for lot in item.lots if lot.quantity is not None]
    if len(item.lots) < 2 or len(quantities) < len(item.lots) or sum(quantities) != item.quantity:
        yield item
        return
    for at, (lot, quantity) in enumerate(zip(item.lots, quantities, strict=True)):
        yield replace(item, lots=(lot,), quantity=quantity, ordered=None if at else item.ordered)
