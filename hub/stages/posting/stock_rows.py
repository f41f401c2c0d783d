"""The rows of a seller's stock that an advice tells, each once.

An item that stands twice, of one sort, place and day: lots of their own add up; the same quantity counts once; of two
quantities nobody knows which is right, so nothing of that item is taken and what was told before stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import InventoryAdvice, StockLine
from hub.model.finding import Finding, Severity, Where
from hub.model.stock import VendorStock

#: How many items that stand twice are told one by one.
TOLD = 20


class StockRows(Struct, frozen=True):
    """What is to be kept. `held`: our items that stay as they were."""

    rows: tuple[VendorStock, ...]
    held: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class _Told(Struct, frozen=True):
    """A quantity and the line that tells it."""

    row: VendorStock
    line: StockLine
    at: int  # ordinal of the line, from 0


def stock_rows(document: InventoryAdvice, skus: Sequence[str]) -> StockRows:
    """Return the rows of an advice; `skus`: our item of each line, "" for one that we do not have."""
    alike: dict[VendorStock, list[_Told]] = {}
    for at, (line, sku) in enumerate(zip(document.lines, skus, strict=True)):
        for row in _rows(line, sku) if sku else ():
            nameless = replace(row, quantity=Decimal(0), discontinued=False)
            alike.setdefault(nameless, []).append(_Told(row, line, at))
    rows: list[VendorStock] = []
    held: dict[str, None] = {}
    findings: list[Finding] = []
    for told in alike.values():
        quantities = [one.row.quantity for one in told]
        kept = told[0].row
        if len(told) > 1 and _lots_apart(told):
            kept = replace(kept, quantity=sum(quantities, Decimal(0)))
        elif len(set(quantities)) > 1:
            held[kept.sku] = None
        if len(told) > 1 and not _lots_apart(told):
            findings.append(_twice(told, held=kept.sku in held))
        rows.append(kept)
    return StockRows(tuple(row for row in rows if row.sku not in held), tuple(held), _some(findings))


def _rows(line: StockLine, sku: str) -> Iterator[VendorStock]:
    """Yield the quantities of a line in our unit; one that only says that an item is gone has none of it."""
    item = line.ids.get("vendor_part") or next(iter(line.ids.values()), "")
    if line.discontinued and not line.quantities:
        yield VendorStock(sku=sku, quantity=Decimal(0), item=item, discontinued=True)
    for told in line.quantities:
        known = bool(line.our_unit) and line.unit_factor is not None
        yield VendorStock(
            sku=sku,
            quantity=told.quantity * (line.unit_factor or 1) if known else told.quantity,
            unit=line.our_unit if known else told.unit,
            kind=told.kind,
            location=told.location,
            available=told.date,
            item=item,
            discontinued=line.discontinued,
        )


def _lots_apart(told: Sequence[_Told]) -> bool:
    lots = [one.line.lots for one in told]
    return all(lots) and len(set(lots)) == len(lots)


def _twice(told: Sequence[_Told], *, held: bool) -> Finding:
    first, last = told[0], told[-1]
    place = f" at {first.row.location}" if first.row.location else ""
    seen = ", ".join(dict.fromkeys(f"{one.row.quantity.normalize():f}" for one in told))
    lines = ", ".join(one.line.number for one in told)
    what = f"lines {lines} tell {seen} of {first.row.item or first.row.sku}{place}"
    return Finding(
        problem=problems.STOCK_TWICE,
        severity=Severity.WARNING if held else Severity.NOTE,
        message=f"{what}: left out, what was known of it stays" if held else f"{what}: counted once",
        where=Where(path=f"lines[{last.at}].quantities"),
        value=first.row.item,
        hint="ask the partner which one is right, or what tells the lines apart (lot, place)" if held else "",
    )


def _some(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the first ones, held items before others, and how many more there are."""
    ordered = sorted(findings, key=lambda finding: finding.severity is not Severity.WARNING)
    if len(ordered) <= TOLD:
        return tuple(ordered)
    message = f"{len(ordered) - TOLD} more items stand twice"
    more = Finding(problem=problems.STOCK_TWICE, severity=ordered[TOLD].severity, message=message)
    return (*ordered[:TOLD], more)
