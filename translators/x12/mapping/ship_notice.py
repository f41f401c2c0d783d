"""The tree of an 856: HL levels to orders, packages and items, and back.

Read: any nesting of S (shipment), O (order), T (tare), P (pack) and I (item). An item belongs to the nearest
order and the nearest package above it; in S-O-I-P, where packages stand below the item, to the package
below it. A tare with a label of its own becomes a package (kind pallet), and the packages in it stand on it.
Written: see mapping/ship_levels.py. Source: X12 004010, 856, BSN05 (data element 1005) and HL03 (data element 735).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import Package, ShipNotice, ShippedItem, ShippedOrder
from hub.model.finding import Finding, Severity, Where
from translators.x12.mapping.findings import Level, Reading

_KINDS = {"T": "pallet", "P": "carton"}
_PACKS = ("T", "P")
_RANK = {"S": 0, "O": 1, "T": 2, "P": 3, "I": 4}


# --- reading
class _Home(Struct, frozen=True):
    """What a level stands in, by position; -1 for nothing."""

    order: int = -1
    package: int = -1


class _Tree(Struct, frozen=True):
    """The levels, by position."""

    levels: list[Level]
    homes: list[_Home]  # of each level: the nearest order and the nearest package above it
    members: dict[int, list[int]]  # of each order, and of none: its packages and items
    below: dict[int, list[int]]  # of each level: the packages that stand in it


def assemble(notice: ShipNotice, book: Reading) -> ShipNotice:
    """Return the ship notice with the levels that were read, as `orders`."""
    tree = _tree(book)
    for stray in (tree.levels[at] for at in tree.members.get(-1, ()) if tree.levels[at].code == "I"):
        _note_level(book, stray, "an item stands below no order", Severity.ERROR)
        book.missing = True
    if book.missing:
        return notice
    orders = (at for at, level in enumerate(tree.levels) if level.code == "O")
    return replace(notice, orders=tuple(_order(tree, at) for at in orders))


def _tree(book: Reading) -> _Tree:
    """Return where each level stands.

    A parent always stands before its child, so the levels are a tree whatever the file says. Where the package
    stands above the order (S-P-O-I), the package belongs to the order of its item.
    """
    tree = _Tree(book.levels, [], defaultdict(list), defaultdict(list))
    nowhere = _Home()
    inside: list[_Home] = []  # of each level: the home of what stands in it
    for at, (level, parent) in enumerate(zip(book.levels, _parents(book), strict=True)):
        code = level.code
        home = inside[parent] if parent >= 0 else nowhere
        tree.homes.append(home)
        if code == "I":
            tree.members[home.order].append(at)
        elif code == "O":
            home = _Home(at, home.package)
        elif code in _PACKS:
            tree.members[home.order].append(at)
            tree.below[parent].append(at)
            home = _Home(home.order, at)
        inside.append(home)
    return tree


def _parents(book: Reading) -> list[int]:
    """Return each level's parent by position; -1 for none. A wrong HL02 is mended by their order."""
    by_id: dict[str, int] = {}
    latest = [-1] * len(
        _RANK
    )  # the last level of each rank; a kind that we do not know is as deep as an item
    above: list[int] = []
    for at, level in enumerate(book.levels):
        rank = _RANK.get(level.code, _RANK["I"])
        parent = by_id.get(level.parent, -1)
        if parent == -1 and level.code != "S":
            parent = max(latest[:rank], default=-1)
            _note_level(book, level, f'HL02 "{level.parent}" names no level before it', Severity.WARNING)
        above.append(parent)
        by_id[level.id] = latest[rank] = at
    return above


def _note_level(book: Reading, level: Level, message: str, severity: Severity) -> None:
    book.findings.append(
        Finding(
            problem=problems.FIELD_INVALID,
            message=message,
            severity=severity,
            where=Where(segment_number=level.number, segment="HL", element=2, path="orders"),
            value=level.parent,
            hint="each HL02 is the HL01 of the level that this one stands in",
        )
    )


def _order(tree: _Tree, order: int) -> ShippedOrder:
    """Make one order of all that belongs to it, in the order of the file."""
    packed: defaultdict[int, list[ShippedItem]] = defaultdict(list)
    loose: list[ShippedItem] = []
    by_lot = False
    levels, homes = tree.levels, tree.homes
    for at in tree.members.get(order, ()):
        level = levels[at]
        if level.code != "I":
            packed.setdefault(at, [])  # a package without items is one too
            continue
        item: ShippedItem = level.part
        if item.lots:
            by_lot, item = True, _with_lots(item, level.expires)
        package = homes[at].package
        if package >= 0:
            packed[package].append(item)
        elif not _spread(item, tree.below.get(at, []), levels, packed):
            loose.append(item)
    whole = _merged if by_lot else tuple
    packages = [_package(tree, at, whole(items)) for at, items in packed.items()]
    if any(levels[at].code == "I" and tree.below.get(at) for at in tree.members.get(order, ())):
        packages = _joined(packages)
    kept = tuple(p for p in packages if p.items or p.sscc or p.weight is not None)
    found: ShippedOrder = replace(levels[order].part, packages=kept, items=whole(loose))
    return found


def _joined(packages: list[Package]) -> list[Package]:
    """Return each package once: in S-O-I-P one with several items stands below each of them."""
    by_label: dict[str, Package] = {}
    for ordinal, package in enumerate(packages):
        known = by_label.get(package.sscc) if package.sscc else None
        name = package.sscc or f"#{ordinal}"
        by_label[name] = replace(known, items=known.items + package.items) if known else package
    return list(by_label.values())


def _spread(
    item: ShippedItem, below: list[int], levels: list[Level], packed: defaultdict[int, list[ShippedItem]]
) -> bool:
    """Put an item into the packages below it (S-O-I-P); say whether its quantities are known."""
    amounts = [levels[at].packed for at in below]
    if len(below) == 1 and amounts[0] is None:
        amounts = [item.quantity]
    if not below or any(amount is None for amount in amounts):
        return False
    for at, amount in zip(below, amounts, strict=True):
        packed[at].append(replace(item, quantity=amount))
    return True


def _with_lots(item: ShippedItem, expires: dt.date | None) -> ShippedItem:
    """Return an item with what is known of its lots: a lone one has all of it."""
    if len(item.lots) != 1:
        return item
    return replace(item, lots=(replace(item.lots[0], quantity=item.quantity, expires=expires),))


def _package(tree: _Tree, at: int, items: tuple[ShippedItem, ...]) -> Package:
    level, around = tree.levels[at], tree.homes[at].package
    below = tree.levels[around] if around >= 0 else None
    on = below.part.sscc if below is not None and below.code == "T" else ""
    package: Package = replace(level.part, kind=_KINDS[level.code], on=on, items=items)
    return package


def _merged(items: list[ShippedItem]) -> tuple[ShippedItem, ...]:
    """Join neighbours that differ in their lot only: one HL I is written for each lot of an item."""
    merged: list[ShippedItem] = []
    begin = 0
    for end in range(1, len(items) + 1):
        if end < len(items) and _same_but_lot(items[begin], items[end]):
            continue
        same = items[begin:end]
        begin = end
        if len(same) == 1:
            merged += same
            continue
        quantity = sum((one.quantity for one in same), Decimal(0))
        merged.append(
            replace(same[0], quantity=quantity, lots=tuple(lot for one in same for lot in one.lots))
        )
    return tuple(merged)


def _same_but_lot(one: ShippedItem, other: ShippedItem) -> bool:
    if one.ids != other.ids or not (one.lots and other.lots):
        return False
    return replace(one, quantity=other.quantity, lots=other.lots) == other
