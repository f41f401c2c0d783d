"""The HL levels of an 856, written: S-O-P-I, S-O-T-P-I, S-O-I-P or S-O-I (`STRUCTURES` of the model).

What a structure has no level for stands where it can: without T the packages of a pallet stand in their order, with
items above packages a package stands below each of its items, with the item's quantity in it (SN102). Source: X12
004010, 856, HL and BSN05 (data element 1005).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from hub.model.documents import Package, ShipNotice, ShippedItem, ShippedOrder
from translators.x12.mapping.emit import Segments, Writing
from translators.x12.mapping.values import write_decimal
from translators.x12.mapping.write import Writer

#: A package, and where in the document it stands.
_Placed: TypeAlias = tuple[Package, str]


def write_levels(notice: ShipNotice, writers: dict[str, Writer], notes: Writing, structure: str) -> Segments:
    """Return the HL levels and the CTT that counts them; `structure` is a key of `STRUCTURES`."""
    return _Levels(writers, notes).notice(notice, structure)


class _Levels:
    """The levels written so far."""

    def __init__(self, writers: dict[str, Writer], notes: Writing) -> None:
        self._writers = writers
        self._notes = notes
        self._made: Segments = []
        self._count = 0

    def notice(self, notice: ShipNotice, structure: str) -> Segments:
        body = self._writers["shipment"].write(notice, self._notes)
        top = self._level(0, "S", body, inner=bool(notice.orders))
        for at, order in enumerate(notice.orders):
            prefix = f"orders[{at}]"
            self._notes.prefix = prefix + "."
            body = self._writers["order"].write(order, self._notes)
            up = self._level(top, "O", body, inner=bool(order.packages or order.items))
            if structure == "SOIP":
                self._packages_below(up, order, prefix)
            else:
                self._packages_above(up, order, prefix, structure)
        self._notes.prefix = ""
        return [*self._made, ["CTT", str(self._count)]]

    def _packages_above(self, up: int, order: ShippedOrder, prefix: str, structure: str) -> None:
        """Write packages with their items in them, on their pallets where the structure has these."""
        order = _unpacked(order) if structure == "SOI" else order
        placed = [(package, f"{prefix}.packages[{at}]") for at, package in enumerate(order.packages)]
        stacked: dict[str, list[_Placed]] = {}  # by the label of the pallet that they stand on
        for package, where in placed:
            if _stands(package):
                stacked.setdefault(package.on, []).append((package, where))
        if structure == "SOTPI":
            self._stacks(up, placed, stacked)
        else:
            for package, where in placed:
                if package.items or package.kind != "pallet" or package.sscc not in stacked:
                    self._package(up, package, where)
        self._items(up, order.items, prefix)

    def _stacks(self, up: int, placed: list[_Placed], stacked: dict[str, list[_Placed]]) -> None:
        """Write packages in their order, each pallet with its stack; also one that is known by its stack only."""
        labelled = {package.sscc for package, _ in placed if package.kind == "pallet"}
        for package, where in placed:
            if not _stands(package):
                stack = stacked.pop(package.sscc, []) if package.kind == "pallet" else []
                self._stack(up, package, where, stack)
            elif package.on not in labelled and package.on in stacked:
                self._stack(up, Package(sscc=package.on, kind="pallet"), where, stacked.pop(package.on))

    def _stack(self, up: int, package: Package, where: str, stack: list[_Placed]) -> None:
        home = self._package(up, package, where, inner=bool(stack))
        for above, at in stack:
            self._package(home, above, at)

    def _package(self, up: int, package: Package, prefix: str, *, inner: bool = False) -> int:
        self._notes.prefix = prefix + "."
        body = self._writers["package"].write(package, self._notes)
        code = "T" if package.kind == "pallet" else "P"
        at = self._level(up, code, body, inner=inner or bool(package.items))
        self._items(at, package.items, prefix)
        return at

    def _packages_below(self, up: int, order: ShippedOrder, prefix: str) -> None:
        """Write each item once with all of its packages below it; one for each lot, as everywhere."""
        packed: dict[bytes, tuple[ShippedItem, str, list[tuple[int, Decimal]]]] = {}
        for at, package in enumerate(order.packages):
            for i, whole in enumerate(package.items):
                for item in _by_lot(whole):
                    same = msgspec.msgpack.encode(_of_quantity(item, Decimal(0)))
                    known = packed.setdefault(same, (item, f"{prefix}.packages[{at}].items[{i}]", []))
                    known[2].append((at, item.quantity))
        for item, where, packages in packed.values():
            total = sum((quantity for _, quantity in packages), Decimal(0))
            up_to = self._item(up, _of_quantity(item, total), where, inner=True)
            for at, quantity in packages:
                self._notes.prefix = f"{prefix}.packages[{at}]."
                body = self._writers["package"].write(order.packages[at], self._notes)
                self._level(up_to, "P", _with_quantity(body, quantity, item.unit), inner=False)
        self._items(up, order.items, prefix)

    def _items(self, up: int, items: Iterable[ShippedItem], prefix: str) -> None:
        for at, item in enumerate(items):
            for one in _by_lot(item):
                self._item(up, one, f"{prefix}.items[{at}]")

    def _item(self, up: int, item: ShippedItem, prefix: str, *, inner: bool = False) -> int:
        self._notes.prefix = prefix + "."
        return self._level(up, "I", self._writers["item"].write(item, self._notes), inner=inner)

    def _level(self, up: int, code: str, body: Segments, *, inner: bool) -> int:
        self._count += 1
        self._made.append(["HL", str(self._count), str(up) if up else "", code, "1" if inner else "0"])
        self._made.extend(body)
        return self._count


def _stands(package: Package) -> bool:
    """Say whether a package is written on a pallet; pallets are not."""
    return bool(package.on) and package.kind != "pallet"


def _unpacked(order: ShippedOrder) -> ShippedOrder:
    loose = tuple(item for package in order.packages for item in package.items)
    return replace(order, packages=(), items=order.items + loose)


def _by_lot(item: ShippedItem) -> list[ShippedItem]:
    """Return one item for each lot whose quantity is known; a lone lot has the item's quantity."""
    if len(item.lots) < 2 or any(lot.quantity is None for lot in item.lots):
        return [item]
    return [replace(item, quantity=lot.quantity, lots=(lot,)) for lot in item.lots]


def _of_quantity(item: ShippedItem, quantity: Decimal) -> ShippedItem:
    lots = tuple(replace(lot, quantity=quantity) for lot in item.lots) if len(item.lots) == 1 else item.lots
    return replace(item, quantity=quantity, lots=lots)


def _with_quantity(body: Segments, quantity: Decimal, unit: str) -> Segments:
    """Put the SN1 of a package, which says how many of the item above are in it, where the standard wants it."""
    at = 1 if body and body[0][0] == "LIN" else 0
    return [*body[:at], ["SN1", "", write_decimal(quantity), unit], *body[at:]]
