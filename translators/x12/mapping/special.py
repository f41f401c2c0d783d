"""What a table can't say: small named functions that the maps call by name.

- `READ_SEGMENT`: after a segment's rules: (segment, where it stands, notebook)
- `READ_SECTION`: the part of the document as it is to be, of the part as the rules made it
- `WRITE_SEGMENT`: (part of the document, the segments that the rules made) -> the segments to write
- `WRITE_SECTION`: the part as it is to be written
- `ONLY`: which parts a section writes
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hub.model.documents import Lot, Split
from translators.x12.mapping import grocery, money_and_receipts, stock, warehouse
from translators.x12.mapping.findings import Reading, Spot
from translators.x12.mapping.values import DECIMALS, read_date, read_decimal, write_decimal

#: Any part of a canonical document: an OrderLine, a Party, the document itself.
Part: TypeAlias = Any
Segments = list[list[str]]

_STORES_IN_ONE_SDQ = 10  # SDQ03 to SDQ22
_PLACES = 9  # of a price that was for many units: 12.34567 per thousand is 0.01234567
_BUYERS_CODE = "92"  # SDQ02: assigned by the buyer, as nearly all store numbers are


# --- reading
def _read_stores(segment: list[str], spot: Spot, book: Reading) -> list[Split]:
    """Read an SDQ: SDQ01 unit, SDQ02 kind of location code, then pairs of location and quantity."""
    splits: list[Split] = []
    unit = segment[1].strip() if len(segment) > 1 else ""
    kind = segment[2].strip() if len(segment) > 2 else ""
    kind = "" if kind == _BUYERS_CODE else kind
    for at in range(4, len(segment), 2):
        location, quantity = segment[at - 1].strip(), segment[at].strip()
        if not (location or quantity):
            continue
        try:
            amount = DECIMALS[quantity]
            splits.append(Split(quantity=amount, unit=unit, location=location, location_kind=kind))
        except ValueError as error:
            book.invalid(spot, segment, at, "splits", str(error), must=True)
    return splits


def _read_lot(segment: list[str], spot: Spot, book: Reading) -> list[Lot]:  # noqa: ARG001 - a reader's signature
    """Read a REF LT of an HL I."""
    found = len(segment) > 2 and segment[1].strip() == "LT" and segment[2].strip()
    return [Lot(number=found)] if found else []


def _read_expiry(segment: list[str], spot: Spot, book: Reading) -> None:
    """Read a DTM 036 of an HL I: when its lots expire."""
    if len(segment) > 2 and segment[1].strip() == "036":
        try:
            book.levels[-1].expires = read_date(segment[2])
        except ValueError as error:
            book.invalid(spot, segment, 2, "lots[0].expires", str(error))


def _read_packed_quantity(segment: list[str], spot: Spot, book: Reading) -> None:
    """Read an SN1 of an HL P: in S-O-I-P it says how many of the item above are in this package."""
    if len(segment) > 2 and segment[2].strip():
        try:
            book.levels[-1].packed = read_decimal(segment[2])
        except ValueError as error:
            book.invalid(spot, segment, 2, "items", str(error), must=True)


def _read_acknowledged_line(line: Part) -> Part:
    """Give the PO104 of a line with ACK01 = IP to that decision: it is the price that they ask."""
    if line.price is None or "price_changed" not in [status.code for status in line.statuses]:
        return line
    asked = (replace(s, price=line.price) if s.code == "price_changed" else s for s in line.statuses)
    return replace(line, statuses=tuple(asked))


# --- writing
def _write_notes(part: Part, made: Segments) -> Segments:
    """Open the N9 loop that MSG segments stand in (N901 L1 = letters or notes)."""
    return [*made, ["N9", "L1", "", "NOTES"]] if part.notes else made


def _write_line_count(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
    return [["CTT", str(len(part.lines))]]


def _write_stores(part: Part, made: Segments) -> Segments:
    """Write splits by store as SDQ, ten to a segment."""
    by_kind: dict[tuple[str, str], list[str]] = {}
    for split in part.splits:
        if split.date is None and split.location:
            kind = split.unit or part.unit, split.location_kind or _BUYERS_CODE
            by_kind.setdefault(kind, []).extend((split.location, write_decimal(split.quantity)))
    size = 2 * _STORES_IN_ONE_SDQ
    return made + [
        ["SDQ", *kind, *pairs[at : at + size]]
        for kind, pairs in by_kind.items()
        for at in range(0, len(pairs), size)
    ]


def _write_shipped(part: Part, made: Segments) -> Segments:
    """Give SN105 (ordered) its unit in SN106: the two come together."""
    return [[*segment, part.unit] if len(segment) == 6 else segment for segment in made]


def _write_lots(part: Part, made: Segments) -> Segments:
    return made + [["REF", "LT", lot.number] for lot in part.lots]


def _write_expiry(part: Part, made: Segments) -> Segments:
    return made + [["DTM", "036", f"{lot.expires:%Y%m%d}"] for lot in part.lots if lot.expires][:1]


def _view_priced_line(line: Part) -> Part:
    """Tell the price of one unit where no code says what the price is for: X12 has no other way to say it."""
    if line.price is None or line.price_basis or not line.base_quantity:
        return line
    return replace(line, price=round(line.per_one(line.price), _PLACES), base_quantity=None)


def _view_acknowledged_line(line: Part) -> Part:
    """Put the price of a decision into PO104, and the line's unit to a quantity without one (ACK02/03)."""
    price = next((s.price for s in line.statuses if s.price is not None), line.price)
    statuses = tuple(s if s.unit or s.quantity is None else replace(s, unit=line.unit) for s in line.statuses)
    return _view_priced_line(replace(line, price=price, statuses=statuses))


def _together(*positions: int) -> Callable[[Part, Segments], Segments]:
    """Return a writer that leaves elements out unless all of them are there (X12 syntax note P).

    A weight without its unit says nothing, and the set would be refused for it.
    """

    def write(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
        return [left for segment in made if len(left := _only_together(segment, positions)) > 1]

    return write


def _only_together(segment: list[str], positions: tuple[int, ...]) -> list[str]:
    if all(at < len(segment) and segment[at] for at in positions):
        return segment
    kept = ["" if at in positions else text for at, text in enumerate(segment)]
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    return kept


def _write_shipped_totals(part: Part, made: Segments) -> Segments:
    """Write ISS with its pairs complete: units shipped, weight."""
    return _together(3, 4)(part, _together(1, 2)(part, made))


def _write_shipped_weights(part: Part, made: Segments) -> Segments:
    """Write W03 with its pairs complete: weight, lading quantity."""
    return _together(6, 7)(part, _together(2, 3)(part, made))


def _write_carrier(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
    """Write a CAD only when it names the carrier: CAD04 or CAD05 (syntax note R)."""
    return [segment for segment in made if len(segment) > 4]


def _basis_with_price(basis: int) -> Callable[[Part, Segments], Segments]:
    """Return a writer that leaves the basis of a price out where there is no price, in the element before it."""

    def write(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
        return [
            [*segment[:basis], "", *segment[basis + 1 :]]
            if len(segment) > basis and not segment[basis - 1]
            else segment
            for segment in made
        ]

    return write


def _view_changed_line(line: Part) -> Part:
    """Leave out the quantity of a changed line that has none: the unit says so (POC03 wants POC05)."""
    line = _view_priced_line(line)
    return line if line.unit else replace(line, quantity=None)


def _view_acknowledged_change(line: Part) -> Part:
    return _view_changed_line(_view_acknowledged_line(line))


class Special(Struct, frozen=True):
    """A function that reads a segment after its rules: what it returns is added to the field that it fills."""

    read: Callable[[list[str], Spot, Reading], Any]
    fills: str = ""
    takes: tuple[str, ...] = ()  # qualifiers that it reads whole: they are no names of a dictionary's entries


READ_SEGMENT: dict[str, Special] = {
    "stores": Special(_read_stores, fills="splits"),
    "lots": Special(_read_lot, fills="lots"),
    "expiry": Special(_read_expiry),
    "packed_quantity": Special(_read_packed_quantity),
    "adjusted": Special(money_and_receipts.read_adjusted, fills="adjustments"),
    "places": Special(stock.read_places, fills="quantities"),
    "questioned": Special(money_and_receipts.read_questioned, fills="others"),
    "warehouse_lots": Special(warehouse.read_lot, fills="lots", takes=warehouse.LOTS),
    "order_lot": Special(warehouse.lot_at(13), fills="lots"),
    "shipped_lot": Special(warehouse.lot_at(9), fills="lots"),
    "exceptions": Special(warehouse.read_exception, fills="questioned"),
    "received_lot": Special(warehouse.lot_at(8), fills="lots"),
}
READ_SECTION: dict[str, Callable[[Part], Part]] = {
    "acknowledged_line": _read_acknowledged_line,
    "warehouse_line": warehouse.read_line,
    "advised_line": warehouse.read_advised,
    "grocery_charge": grocery.read_charge,
}
WRITE_SEGMENT: dict[str, Callable[[Part, Segments], Segments]] = {
    "notes": _write_notes,
    "line_count": _write_line_count,
    "places": stock.write_places,
    "stores": _write_stores,
    "shipped": _write_shipped,
    "lots": _write_lots,
    "expiry": _write_expiry,
    "weighed": _together(6, 7, 8),
    "shipped_totals": _write_shipped_totals,
    "carrier": _write_carrier,
    "ordered": _basis_with_price(5),
    "changed": _basis_with_price(7),
    "entity": money_and_receipts.write_entity,
    "adjustment": money_and_receipts.write_adjustment,
    "questioned": money_and_receipts.write_questioned,
    "announced": money_and_receipts.write_announced,
    "item_count": money_and_receipts.write_item_count,
    "grocery_total": grocery.write_total,
    "grocery_shipped": grocery.write_shipped,
    "totals": _together(2, 3),
    "shipped_weights": _write_shipped_weights,
    "line_weight": _together(4, 5, 6),
    "description": warehouse.write_description,
    "warehouse_lots": warehouse.write_lots,
    "exceptions": warehouse.write_exceptions,
    "warehouse_carrier": warehouse.write_carrier,
}
WRITE_SECTION: dict[str, Callable[[Part], Any]] = {
    "priced_line": _view_priced_line,
    "acknowledged_line": _view_acknowledged_line,
    "acknowledged_change": _view_acknowledged_change,
    "changed_line": _view_changed_line,
    "warehouse_document": warehouse.view_document,
    "advice": warehouse.view_advice,
    "transfer": warehouse.view_transfer,
    "advised_line": warehouse.view_advised,
    "received_line": warehouse.view_received,
}
ONLY: dict[str, Callable[[Part], bool]] = {
    "dated": lambda split: split.date is not None or not split.location,
    "in_qty": stock.in_qty,
}
