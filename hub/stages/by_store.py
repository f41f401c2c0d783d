"""An order by store (X12 850 with SDQ) cut into one order a store, and those put together again. Pure.

A buyer orders for many stores at once: a line says how much in all (PO102), and each of its splits how much of that
goes to which place. A store's order has the buyer's line numbers, that store's quantities, and the store as the place
to ship to, whatever place the whole order named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import Charge, OrderLine, Party, PurchaseOrder, Split
from hub.model.finding import Finding, Severity, Where

#: N103 of a code that the buyer assigned: what SDQ02 is, where it says nothing else.
_THEIR_CODE = "92"
_HINT = (
    "ask them for an order whose stores add up and reject this one, or enter it by hand and cancel this one"
)


def by_store(order: PurchaseOrder) -> tuple[PurchaseOrder, ...]:
    """Return the order of each store, in the order of their first mention; none where no line names a store."""
    places: dict[str, str] = {}
    shares: dict[str, list[OrderLine]] = {}
    for line in order.lines:
        for store, own in _own(line).items():
            places.setdefault(store, own[0].location_kind or _THEIR_CODE)
            if any(split.quantity for split in own):
                shares.setdefault(store, []).append(_share(line, own))
    return tuple(_of_store(order, store, places[store], lines) for store, lines in shares.items())


def _own(line: OrderLine) -> dict[str, list[Split]]:
    """Return what of a line goes to each store."""
    own: dict[str, list[Split]] = {}
    for split in line.splits:
        if split.location:
            own.setdefault(split.location, []).append(split)
    return own


def _of_store(order: PurchaseOrder, store: str, kind: str, lines: Sequence[OrderLine]) -> PurchaseOrder:
    return replace(
        order,
        store=store,
        parties={**order.parties, "ship_to": Party(id=store, id_kind=kind)},
        charges=tuple(_of_the_whole(charge) for charge in order.charges),
        lines=tuple(lines),
        line_count=len(lines),
        total=None,  # as sent it is of all stores
        tax=None,
    )


def _share(line: OrderLine, own: Sequence[Split]) -> OrderLine:
    """Return what one store gets of a line; dates of its splits stay with them."""
    return replace(
        line,
        quantity=sum((split.quantity for split in own), Decimal(0)),
        splits=tuple(replace(split, location="", location_kind="") for split in own if split.date),
        charges=tuple(_of_the_whole(charge) for charge in line.charges),
    )


def _of_the_whole(charge: Charge) -> Charge:
    """Return a charge that says that its amount is not this store's alone."""
    if charge.amount is None:
        return charge
    return replace(charge, description=f"{charge.description} (for all stores together)".strip())


def disagreements(order: PurchaseOrder) -> tuple[Finding, ...]:
    """Return where the stores of an order do not make its lines: then no store gets anything."""
    return tuple(_hold(*fault) for fault in _faults(order))


def _faults(order: PurchaseOrder) -> Iterator[tuple[int, str, str]]:
    for at, line in enumerate(order.lines):
        named = [split for split in line.splits if split.location]
        made = sum((split.quantity for split in named), Decimal(0))
        units = sorted({split.unit for split in named if split.unit not in {"", line.unit}})
        if not named:
            yield at, f"line {line.number} names no store, other lines do", ""
        elif units:
            yield at, f"line {line.number} is in {line.unit}, and its stores' parts in {units[0]}", units[0]
        elif any(split.quantity < 0 for split in named):
            yield at, f"line {line.number} has less than nothing for a store", ""
        elif made != line.quantity:
            text = f"line {line.number} orders {line.quantity} {line.unit}, and its stores make {made}"
            yield at, text, str(made)


def _hold(at: int, message: str, value: str) -> Finding:
    where = Where(path=f"lines[{at}].splits")
    return Finding(problems.QUANTITY_DIFFERS, message, Severity.HOLD, where, value, _HINT)


def unplaced(part: PurchaseOrder) -> tuple[Finding, ...]:
    """Return a hold for a store that the crosswalk gives no address of ours: no store may be left out."""
    if part.parties["ship_to"].ours:
        return ()
    return (
        Finding(
            problem=problems.CODE_UNKNOWN,
            severity=Severity.HOLD,
            message=f'no address of ours for store "{part.store}"',
            where=Where(path="parties.ship_to.id"),
            value=part.store,
            hint=f"add a row to the ship-to crosswalk (theirs = {part.store}), then release",
        ),
    )


def whole(orders: Iterable[PurchaseOrder]) -> PurchaseOrder | None:
    """Return the order that the orders of its stores make together; the first of them where it is one already."""
    found = list(orders)
    if not found or not found[0].store:
        return found[0] if found else None
    parts = {order.store: order for order in reversed(found) if order.store}
    lines: dict[str, OrderLine] = {}
    for part in reversed(parts.values()):
        for line in part.lines:
            before = lines.get(line.number)
            lines[line.number] = line if before is None else _added(before, line)
    return replace(found[0], store="", lines=tuple(lines.values()), line_count=len(lines))


def _added(line: OrderLine, other: OrderLine) -> OrderLine:
    ours = (
        None
        if None in (line.our_quantity, other.our_quantity)
        else _sum(line.our_quantity, other.our_quantity)
    )
    return replace(line, quantity=line.quantity + other.quantity, our_quantity=ours)


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal:
    return (one or Decimal(0)) + (other or Decimal(0))
