"""What the maps of 940, 943, 944 and 945 can't say: lines that share a carton, lots, what was short or too much.

The functions are called by name (see mapping/special.py); `unfolded` puts a set into the shape that its map reads.
Source: X12 004010, sets 940, 943, 944, 945; data elements 368, 412.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeAlias

from msgspec.structs import replace

from hub.model.documents import Carriage, Lot, Questioned
from translators.x12.mapping.findings import Reading, Spot
from translators.x12.mapping.money_and_receipts import conditions
from translators.x12.mapping.values import read_date, read_decimal, write_decimal

Part: TypeAlias = Any
Segments = list[list[str]]

#: N901 of a lot and of a serial number, which is a lot of one.
LOTS = _LOT, _SERIAL = "LT", "SE"
#: Element 91: motor; and what stands for a carrier that nobody has chosen.
_BY_ROAD, _UNNAMED = "M", "CARRIER NOT KNOWN"
#: Element 412 in our words: what a line has a field of its own for, and what is as it should be.
_SUMMED = _DAMAGED, _SHORT, _OVER = "damaged", "short", "over"
_GOOD = "good"
#: G69 has room for so many characters.
_LONGEST_DESCRIPTION = 45


# --- reading
def unfolded(segments: Segments, opener: str, line: str) -> tuple[Segments, list[int]]:
    """Return a set in which each opener (LX) holds one line (W01, W12), and where each segment stood, from 0.

    An LX may hold several lines, as a carton holds several items: what stands between it and its first line (marks,
    references) is repeated for each, and LX01 is left empty everywhere, for then it numbers cartons. Serial numbers
    are taken out of the frame LS..LE in which they stand below a line. No segment may be an empty list.
    """
    rows = _unframed(segments, opener)
    begins = [at for at, (row, _) in enumerate(rows) if row[0] == opener]
    made: list[tuple[list[str], int]] = []
    cartons = False
    for begin, end in pairwise([0, *begins, len(rows)]):
        loop = rows[begin:end]
        lines = [at for at, (row, _) in enumerate(loop) if row[0] == line]
        head = loop[: lines[0]] if lines else loop
        if not lines or head[0][0][0] != opener:  # before the first LX
            made += head
            head = [([opener], head[-1][1])] if head else [([opener], 0)]
        for at, until in pairwise([*lines, len(loop)]):
            made += head + loop[at:until]
        cartons = cartons or len(lines) > 1
    return [[opener] if cartons and row[0] == opener else row for row, _ in made], [at for _, at in made]


def _unframed(segments: Segments, opener: str) -> list[tuple[list[str], int]]:
    """Return the segments with their places, without the frames LS..LE and the openers inside them."""
    kept: list[tuple[list[str], int]] = []
    inside = False
    for at, row in enumerate(segments):
        if row[0] in ("LS", "LE"):
            inside = row[0] == "LS"
        elif not (inside and row[0] == opener):
            kept.append((row, at))
    return kept


def read_lot(segment: list[str], spot: Spot, book: Reading) -> list[Lot]:  # noqa: ARG001 - a reader's signature
    """Read an N9 LT: the lot, and as we and some guides write it, how much of it (N903) and its expiry (N904)."""
    found = [text.strip() for text in (*segment[1:5], "", "", "", "")]
    if found[0] not in LOTS or not found[1]:
        return []
    quantity = Decimal(1) if found[0] == _SERIAL else _quantity(found[2])
    return [Lot(number=found[1], quantity=quantity, expires=_date(found[3]))]


def lot_at(element: int) -> Callable[[list[str], Spot, Reading], list[Lot]]:
    """Return the reader of a warehouse lot number (element 451) that stands in the line's own segment."""

    def read_line_lot(segment: list[str], spot: Spot, book: Reading) -> list[Lot]:  # noqa: ARG001 - as above
        number = segment[element].strip() if len(segment) > element else ""
        return [Lot(number=number)] if number else []

    return read_line_lot


def _quantity(text: str) -> Decimal | None:
    """Return the quantity in an element that may hold any text."""
    try:
        return read_decimal(text) if text else None
    except ValueError:
        return None


def _date(text: str) -> dt.date | None:
    try:
        return read_date(text) if text else None
    except ValueError:
        return None


def read_line(line: Part) -> Part:
    """Return a line with each lot once, and its G62 36 (expiry) given to the lots that have none of their own."""
    refs = dict(line.refs)
    expires = _date(refs.get("expires", "")) if line.lots else None
    if expires:
        del refs["expires"]
    lots: dict[str, Lot] = {}
    for lot in line.lots:
        known = lots.get(lot.number)
        if known is None or (known.quantity is None and known.expires is None):
            lots[lot.number] = lot
    given = tuple(replace(lot, expires=lot.expires or expires) for lot in lots.values())
    return replace(line, lots=given, refs=refs)


def read_exception(segment: list[str], spot: Spot, book: Reading) -> list[Questioned]:
    """Read a W13: how much of a line is not as it should be (W1301, in W1302), and how (W1303)."""
    quantity, unit, code = (text.strip() for text in (*segment[1:4], "", "", "")[:3])
    try:
        condition = conditions().ours.get(code, code)
        return [Questioned(quantity=read_decimal(quantity), unit=unit, condition=condition)]
    except ValueError as error:
        book.invalid(spot, segment, 1, "lines[0].questioned", str(error), must=True)
        return []


def read_advised(line: Part) -> Part:
    """Return an advised line: a lone lot has all of it; its W13 are told apart.

    What was over or short is its difference, what was damaged is summed up; what is in question otherwise, or is
    counted in another unit than the line, is kept as it is.
    """
    line = read_line(line)
    refs = {name: value for name, value in line.refs.items() if name not in (_OVER, _SHORT)}
    same = [one for one in line.questioned if one.unit in ("", line.unit)]
    sums = {word: sum(one.quantity for one in same if one.condition == word) for word in _SUMMED}
    told = {one.condition for one in same}
    lots = line.lots
    if len(lots) == 1 and lots[0].quantity is None:
        lots = (replace(lots[0], quantity=line.quantity),)
    return replace(
        line,
        lots=lots,
        refs=refs,
        damaged=Decimal(sums[_DAMAGED]) if _DAMAGED in told else None,
        difference=Decimal(sums[_OVER] - sums[_SHORT]) if told & {_OVER, _SHORT} else line.difference,
        questioned=tuple(_rest(line, same)),
    )


def _rest(line: Part, same: Sequence[Questioned]) -> Iterator[Questioned]:
    """Yield what neither the damaged quantity nor the difference of a line tells."""
    for one in line.questioned:
        if one not in same:
            yield one
        elif one.condition not in (*_SUMMED, _GOOD):
            yield replace(one, unit="")


# --- writing
def write_lots(part: Part, made: Segments) -> Segments:
    """Write N9 LT for each lot, with how much of it in N903 and its expiry in N904."""
    rows = [
        [
            "N9",
            _LOT,
            lot.number,
            "" if lot.quantity is None else write_decimal(lot.quantity),
            f"{lot.expires:%Y%m%d}" if lot.expires else "",
        ]
        for lot in part.lots
    ]
    return made + [_trimmed(row) for row in rows]


def _trimmed(row: list[str]) -> list[str]:
    while not row[-1]:
        row = row[:-1]
    return row


def write_description(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
    """Write as much of a description as a G69 holds."""
    return [["G69", row[1][:_LONGEST_DESCRIPTION].strip()] for row in made]


def write_exceptions(part: Part, made: Segments) -> Segments:
    """Give each W13 its unit, W1302, and write what else is in question."""
    theirs = conditions().theirs
    more = [
        ["W13", write_decimal(one.quantity), one.unit or part.unit, theirs.get(one.condition, one.condition)]
        for one in part.questioned
    ]
    return [[row[0], row[1], part.unit, *row[3:]] for row in made] + more


def write_carrier(part: Part, made: Segments) -> Segments:  # noqa: ARG001 - a writer's signature
    """Write a W27 or W08 only when it names the carrier: SCAC or routing (syntax note R)."""
    return [row for row in made if any(row[2:4])]


def view_advised(line: Part) -> Part:
    """Return a shipped line with its status, which W12 wants: what was not shipped follows, unless it is said."""
    short = line.ordered is not None and line.quantity < line.ordered
    return replace(line, status=line.status or ("backordered" if short else "complete"))


def view_received(line: Part) -> Part:
    """Return a received line whose difference is what was over or short, one W13 each."""
    difference = line.difference
    if not difference:
        return line
    name = "over" if difference > 0 else "short"
    return replace(line, refs={**line.refs, name: write_decimal(abs(difference))})


def view_document(document: Part) -> Part:
    """Return a warehouse document with its total quantity and numbered lines (LX01 is a number)."""
    numbers = [line.number for line in document.lines]
    if len(set(numbers)) < len(numbers) or not all(n.isascii() and n.isdecimal() for n in numbers):
        lines = tuple(replace(line, number=str(at)) for at, line in enumerate(document.lines, 1))
        document = replace(document, lines=lines)
    if document.quantity is None:
        document = replace(document, quantity=sum((line.quantity for line in document.lines), Decimal(0)))
    return document


def view_advice(document: Part) -> Part:
    """Return an advice with its reporting code: it says all, unless something else was set."""
    return replace(view_document(document), completeness=document.completeness or "full")


def view_transfer(document: Part) -> Part:
    """Return a 943 with the carrier that it may not do without (W27): by road, and not known yet."""
    carriage = document.carriage or Carriage()
    named = carriage.scac or carriage.routing
    known = replace(carriage, mode=carriage.mode or _BY_ROAD, routing=carriage.routing if named else _UNNAMED)
    return replace(view_document(document), carriage=known)
