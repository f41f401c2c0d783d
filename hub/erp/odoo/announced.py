"""What ship notices announce of an order's lines, and what is wrong with it. Nothing here asks Odoo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct, structs

from hub.erp.odoo.client import Values
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.measures import Measure, measure, uneven, unlike_units
from hub.erp.odoo.purchase_lines import PurchaseLine, match, unknown_line
from hub.erp.odoo.reading import number, ref_id
from hub.model import problems
from hub.model.documents import ShipNotice, ShippedItem, ShippedOrder
from hub.model.finding import Finding
from hub.model.leeway import Leeway


class Parcel(Struct, frozen=True):
    """A part of an announced quantity: what of it is in one package and of one lot."""

    line: PurchaseLine
    quantity: Decimal  # in the product's own unit
    lot: str = ""
    sscc: str = ""
    expires: dt.date | None = None  # of the lot


def parcels_of(
    shipped: ShippedOrder, lines: Sequence[PurchaseLine], order: str, where: str, findings: list[Finding]
) -> list[Parcel]:
    """Return the parcels of a shipped order; items of no line leave findings."""
    parcels: list[Parcel] = []
    placed = [(item, "") for item in shipped.items]
    placed += [(item, label(package.sscc)) for package in shipped.packages for item in package.items]
    for item, sscc in placed:
        line = match(lines, item.line_number, item.ids, item.sku)
        if line is None:
            findings.append(unknown_line(order, item.line_number, item.ids, where))
            continue
        counted = measure(line.units, item, item.quantity)
        if counted is None:
            findings.append(unlike_units(line.label, line.units, item, where))
        elif not counted.exact(item.quantity):
            findings.append(uneven(line.label, line.units.own, item.quantity, item.unit, where))
        else:
            parcels += _by_lot(line, item, counted, sscc)
    return parcels


def label(sscc: str) -> str:
    """Return an SSCC without its application identifier 00: so Odoo's scanner names a package."""
    return sscc[2:] if len(sscc) == 20 and sscc.startswith("00") else sscc


def _by_lot(line: PurchaseLine, item: ShippedItem, counted: Measure, sscc: str) -> list[Parcel]:
    """Return one parcel a lot, and one for what the lots do not account for, in the product's own unit."""
    parcels = []
    rest = counted.own(item.quantity)
    for lot in item.lots:
        quantity = rest if lot.quantity is None else min(counted.own(lot.quantity), rest)
        if quantity:
            parcels.append(Parcel(line, quantity, lot.number, sscc, lot.expires))
            rest -= quantity
    return [*parcels, Parcel(line, rest, "", sscc)] if rest else parcels


def outstanding(parcels: Iterable[Parcel]) -> list[Parcel]:
    """Return parcels less what was received: the oldest are taken to have come first."""
    received: dict[int, Decimal] = {}
    left = []
    for parcel in parcels:
        gone = received.setdefault(parcel.line.id, parcel.line.received)
        taken = min(gone, parcel.quantity)
        received[parcel.line.id] = gone - taken
        if parcel.quantity > taken:
            left.append(structs.replace(parcel, quantity=parcel.quantity - taken))
    return left


def spread(moves: Sequence[Values], parcels: Sequence[Parcel]) -> dict[int, list[Parcel]]:
    """Return the parcels that go on each move, up to its demand; what is too much goes on the line's last move."""
    left = list(parcels)
    found: dict[int, list[Parcel]] = {}
    last: dict[int, int] = {}
    for move in moves:
        found[move["id"]], left = _fill(move, left)
        last[ref_id(move["purchase_line_id"])] = move["id"]
    for parcel in left:
        if parcel.line.id in last:
            found[last[parcel.line.id]].append(parcel)
    return found


def _fill(move: Values, parcels: Sequence[Parcel]) -> tuple[list[Parcel], list[Parcel]]:
    """Return the parcels that go on a move, up to its demand, and those that are left."""
    room = number(move["product_uom_qty"])
    mine, left = [], []
    for parcel in parcels:
        if parcel.line.id != ref_id(move["purchase_line_id"]):
            left.append(parcel)
            continue
        taken = min(room, parcel.quantity)
        room -= taken
        if taken:
            mine.append(structs.replace(parcel, quantity=taken))
        if parcel.quantity > taken:
            left.append(structs.replace(parcel, quantity=parcel.quantity - taken))
    return mine, left


def too_much(
    lines: Sequence[PurchaseLine], announced: Sequence[Parcel], now: Sequence[Parcel], leeway: Leeway
) -> list[Finding]:
    """Return a finding for each line of which more is announced than was ordered and the leeway allows."""
    findings = []
    for line in lines:
        total = sum((p.quantity for p in announced if p.line.id == line.id), Decimal(0))
        told = line.units.own.into(line.units.line, total)
        over = total > line.ordered and not leeway.allows(line.quantity, told)
        if over and any(p.line.id == line.id for p in now):
            findings.append(
                hold(
                    problems.QUANTITY_DIFFERS,
                    f"{line.label}: ordered {line.quantity} {line.unit}, announced {line.units.words(total)} in all",
                    value=str(told),
                    hint="Settle it with the supplier, or raise the order's quantity in Odoo; then release.",
                )
            )
    return findings


def not_open(now: Sequence[Parcel], moves: Sequence[Values]) -> list[Finding]:
    """Return a finding for each announced line that has nothing left to receive."""
    waiting = {ref_id(move["purchase_line_id"]) for move in moves}
    closed = dict.fromkeys(p.line.label for p in now if p.line.id not in waiting)
    return [
        hold(
            problems.QUANTITY_DIFFERS,
            f"{label}: announced, but nothing of it is left to receive",
            hint="Was it received before the ship notice came? Then cancel this exchange.",
        )
        for label in closed
    ]


def no_order(said: str, where: str) -> Finding:
    return hold(
        problems.ORDER_UNKNOWN,
        f"no purchase order {said!r} in Odoo",
        where=f"{where}.order_number",
        value=said,
        hint="Ask the supplier which order they shipped.",
    )


def never_announced(notice: ShipNotice, order: str) -> Finding:
    return hold(
        problems.ORDER_UNKNOWN,
        f"the supplier cancels ship notice {notice.number}, which announced nothing of {order}",
        where="number",
        value=notice.number,
        hint="Ask the supplier which shipment they mean, then cancel this exchange.",
    )


def nothing(notice: ShipNotice) -> Finding:
    return hold(
        problems.ORDER_UNKNOWN,
        f"ship notice {notice.number} names no order",
        where="orders",
        hint="Ask the supplier which order they shipped.",
    )
