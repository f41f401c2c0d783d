"""The crosswalk at work: codes of a partner's document into ours, and ours into the partner's.

Pure functions over canonical documents. A code that nothing translates is a finding of severity HOLD which
names the code, its line and the nearest code that is known: an operator adds a row and releases. Units are
never guessed: a case is not a piece.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import (
    AnyDocument,
    Invoice,
    ItemIds,
    OrderAcknowledgment,
    OrderLine,
    Party,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Receive
from translators.crosswalk_send import to_partner
from translators.crosswalk_tables import Crosswalk, Entry, Tables, default_units, load_tables

__all__ = [
    "Crosswalk",
    "Entry",
    "Tables",
    "load_tables",
    "to_partner",
    "translate_ack",
    "translate_document",
    "translate_invoice",
    "translate_order",
    "translate_ship_notice",
]

#: Numbers that the ERP looks up as barcodes; they need no row in a table.
_BARCODES = frozenset({"upc", "ean", "gtin"})


def translate_document(
    document: AnyDocument, tables: Tables, receive: Receive
) -> tuple[AnyDocument, tuple[Finding, ...]]:
    """Fill our codes into a document that a partner sent."""
    match document:
        case PurchaseOrder():
            return translate_order(document, tables, receive)
        case OrderAcknowledgment():
            return translate_ack(document, tables)
        case ShipNotice():
            return translate_ship_notice(document, tables)
        case Invoice():
            return translate_invoice(document, tables)
        case _:
            return document, ()


# --- orders: what a customer calls our goods
def translate_order(
    order: PurchaseOrder, tables: Tables, receive: Receive
) -> tuple[PurchaseOrder, tuple[Finding, ...]]:
    """Fill the sku, quantity and unit of each line and our reference of each party."""
    read = [
        _order_line(line, f"lines[{index}]", tables, receive.item_trust, order.date)
        for index, line in enumerate(order.lines)
    ]
    parties, misses = _parties(order.parties, tables.ship_to, order.date)
    findings = [finding for _, found in read for finding in found]
    return replace(order, lines=tuple(line for line, _ in read), parties=parties), (*findings, *misses)


def _order_line(
    line: OrderLine, where: str, tables: Tables, trust: Iterable[str], on: dt.date | None
) -> tuple[OrderLine, list[Finding]]:
    findings: list[Finding] = []
    item = _item(line.ids, tables.item, trust, on)
    if item is None:
        findings.append(_unknown_item(line.ids, line.number, where, tables.item))
    sku, items_in_one = item or ("", Decimal(1))
    unit = _unit(line, tables.unit, on)
    if isinstance(unit, Finding):
        findings.append(replace(unit, where=Where(path=f"{where}.unit")))
        return replace(line, sku=sku), findings
    name, units_in_one = unit
    ours = line.quantity * units_in_one * items_in_one
    return replace(line, sku=sku, our_unit=name, our_quantity=ours), findings


def _item(
    ids: ItemIds, table: Crosswalk, trust: Iterable[str], on: dt.date | None
) -> tuple[str, Decimal] | None:
    """Return our SKU (empty: look the barcode up) and how many of it one of theirs is; None for a miss."""
    for way in trust:
        if way == "crosswalk":
            entry = _in_table(ids, table, on)
            if entry is not None:
                return entry.ours, entry.factor
        elif ids.get(way):
            return ("" if way in _BARCODES else ids[way]), Decimal(1)
    return None


def _in_table(ids: ItemIds, table: Crosswalk, on: dt.date | None) -> Entry | None:
    found = (table.to_ours(code, kind, on) for kind, code in ids.items())
    return next((entry for entry in found if entry is not None), None)


def _unknown_item(ids: ItemIds, number: str, where: str, table: Crosswalk) -> Finding:
    if not ids:
        return _miss(
            f"line {number} names no item", f"{where}.ids", "", "ask the partner which item is meant"
        )
    kind, code = next(iter(ids.items()))
    near = next((name for code in ids.values() for name in table.nearest(code, 1)), "")
    meant = f'did they mean "{near}"? ' if near else ""
    return _miss(
        f'line {number}: no item of ours for {kind} "{code}"',
        f"{where}.ids.{kind}",
        code,
        f"{meant}add a row to the item crosswalk (theirs = {code}), then release",
    )


def _unit(line: OrderLine, table: Crosswalk, on: dt.date | None) -> tuple[str, Decimal] | Finding:
    """Return our unit's name and how many of it one of theirs is.

    The partner's table first, then the pack size on the line (PO401), then the units everyone shares.
    """
    defaults = default_units()
    code = line.unit.strip()
    entry = table.to_ours(code, on=on)
    packed = code.upper() in defaults.packs
    pack = line.pack if packed and line.pack is not None and line.pack > 0 else None
    if entry is not None:
        if pack is not None and pack not in (1, entry.factor):
            return _pack_differs(line, pack, entry)
        return entry.ours, entry.factor
    if pack is not None:
        return defaults.piece, pack
    if code.upper() in defaults.ours:
        return defaults.ours[code.upper()], Decimal(1)
    near = next(iter(table.nearest(code, 1)), "")
    meant = f'did they mean "{near}"? ' if near else ""
    said = "a pack, and nothing says how many are in it" if packed else "no unit that we know"
    return _miss(
        f'line {line.number}: "{code}" is {said}',
        "",
        code,
        f"{meant}add a row to the unit crosswalk (theirs = {code}, factor = pieces in one), then release",
    )


def _pack_differs(line: OrderLine, pack: Decimal, entry: Entry) -> Finding:
    message = f"line {line.number}: the line says {pack:f} in one {line.unit} and the unit crosswalk {entry.factor:f}"
    hint = "ask the partner which holds; correct the table, then release"
    return Finding(problems.QUANTITY_DIFFERS, message, Severity.HOLD, value=f"{pack:f}", hint=hint)


def _parties(
    parties: dict[str, Party], table: Crosswalk, on: dt.date | None
) -> tuple[dict[str, Party], list[Finding]]:
    """Fill our reference of each party that the table knows; a place to ship to must be in it."""
    found: dict[str, Party] = {}
    findings: list[Finding] = []
    for role, party in parties.items():
        entry = table.to_ours(party.id, party.id_kind, on) if party.id else None
        found[role] = party if entry is None else replace(party, ours=entry.ours)
        if entry is None and role == "ship_to" and table and party.id:
            near = next(iter(table.nearest(party.id, 1)), "")
            meant = f'did they mean "{near}"? ' if near else ""
            findings.append(
                _miss(
                    f'no address of ours for ship-to "{party.id}"'
                    + (f" ({party.name})" if party.name else ""),
                    "parties.ship_to.id",
                    party.id,
                    f"{meant}add a row to the ship-to crosswalk (theirs = {party.id}), then release",
                )
            )
    return found, findings


def _miss(message: str, path: str, value: str, hint: str) -> Finding:
    return Finding(problems.CODE_UNKNOWN, message, Severity.HOLD, Where(path=path), value, hint)


# --- what a supplier sends: its lines are found by our line number first, so a missing sku holds nothing
def translate_ack(
    ack: OrderAcknowledgment, tables: Tables
) -> tuple[OrderAcknowledgment, tuple[Finding, ...]]:
    """Fill the sku of each line: the buyer's number is our own, as we are the buyer."""
    lines = tuple(replace(line, sku=_our_item(line.ids, tables, ack.date)) for line in ack.lines)
    return replace(ack, lines=lines), ()


def translate_invoice(invoice: Invoice, tables: Tables) -> tuple[Invoice, tuple[Finding, ...]]:
    """Fill the sku of each line of a supplier's invoice."""
    lines = tuple(replace(line, sku=_our_item(line.ids, tables, invoice.date)) for line in invoice.lines)
    return replace(invoice, lines=lines), ()


def translate_ship_notice(notice: ShipNotice, tables: Tables) -> tuple[ShipNotice, tuple[Finding, ...]]:
    """Fill the sku of each item of a supplier's shipment."""
    orders = tuple(_shipped_order(order, tables, notice.date) for order in notice.orders)
    return replace(notice, orders=orders), ()


def _shipped_order(order: ShippedOrder, tables: Tables, on: dt.date | None) -> ShippedOrder:
    packages = tuple(
        replace(package, items=_shipped_items(package.items, tables, on)) for package in order.packages
    )
    return replace(order, packages=packages, items=_shipped_items(order.items, tables, on))


def _shipped_items(
    items: tuple[ShippedItem, ...], tables: Tables, on: dt.date | None
) -> tuple[ShippedItem, ...]:
    return tuple(replace(item, sku=_our_item(item.ids, tables, on)) for item in items)


def _our_item(ids: ItemIds, tables: Tables, on: dt.date | None) -> str:
    """Return our SKU: by the table, else the buyer's number."""
    entry = _in_table(ids, tables.item, on)
    return entry.ours if entry is not None else ids.get("buyer_part", "")
