"""Shipments as lines: formats that name the order and the package of each line, where ours puts lines in them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from hub.model.documents import Package, ShipNotice, ShippedOrder
from hub.model.finding import Finding


def shipped_lines(notice: ShipNotice) -> tuple[ShipNotice, tuple[Finding, ...]]:
    """Return the notice with an order for each of its lines, for formats whose lines name their order."""
    orders = tuple(
        replace(order, packages=packages, items=items)
        for order in notice.orders
        for packages, items in (
            *(((package,), ()) for package in _parted(order)),
            *(((), (item,)) for item in order.items),
        )
    )
    return replace(notice, orders=orders), ()


def packed_lines(notice: ShipNotice) -> tuple[ShipNotice, tuple[Finding, ...]]:
    """Return the notice with a package for each packed line, for formats whose lines name their package."""
    orders = tuple(replace(order, packages=tuple(_parted(order))) for order in notice.orders)
    return replace(notice, orders=orders), ()


def merged_lines(notice: ShipNotice) -> ShipNotice:
    """Return the notice with its lines put back into their orders and packages: both ways undone."""
    orders: dict[str, ShippedOrder] = {}
    for order in notice.orders:
        known = orders.get(order.order_number)
        orders[order.order_number] = order if known is None else _joined(known, order)
    return replace(notice, orders=tuple(replace(o, packages=_merged(o.packages)) for o in orders.values()))


def shipment_identifier(notice: ShipNotice, _: object) -> str | None:
    """Return what stands for the carrier's number where only the carrier is known; None where it is not needed."""
    carriage = notice.carriage
    needed = carriage is not None and not carriage.tracking and (carriage.scac or carriage.routing)
    return notice.number if needed else None


def _parted(order: ShippedOrder) -> Iterator[Package]:
    for package in order.packages:
        yield from (replace(package, items=(item,)) for item in package.items)


def _joined(first: ShippedOrder, second: ShippedOrder) -> ShippedOrder:
    packages, items = (*first.packages, *second.packages), (*first.items, *second.items)
    return replace(first, packages=packages, items=items)


def _merged(packages: tuple[Package, ...]) -> tuple[Package, ...]:
    """Put what stands under one label into one package; one without a label is one by itself."""
    known: dict[str, Package] = {}
    for ordinal, package in enumerate(packages):
        label = package.sscc or f"#{ordinal}"
        first = known.get(label)
        known[label] = replace(first, items=(*first.items, *package.items)) if first else package
    return tuple(known.values())
