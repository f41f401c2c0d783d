"""Items and units of single lines: the partner's codes into ours, and a finding for each that nothing translates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import CustomerReference, ItemIds, Party
from hub.model.finding import Finding, Severity, Where
from translators.crosswalk_tables import Crosswalk, Entry, default_units

#: Numbers that the ERP looks up as barcodes; they need no row in a table.
_BARCODES = frozenset({"upc", "ean", "gtin"})


#: The word of `item_trust` for the ERP's own list of what a customer calls our items.
CUSTOMER_REFERENCE = "customer_reference"


def our_item(
    ids: ItemIds, table: Crosswalk, trust: Iterable[str], on: dt.date | None
) -> tuple[str, Decimal] | None:
    """Return our SKU (empty: look the barcode up) and how many of it one of theirs is; None for a miss."""
    for way in trust:
        if way == "crosswalk":
            entry = in_table(ids, table, on)
            if entry is not None:
                return entry.ours, entry.factor
        elif ids.get(way):
            return ("" if way in _BARCODES else ids[way]), Decimal(1)
    return None


def listed_item(
    ids: ItemIds, table: Crosswalk, trust: Sequence[str], on: dt.date | None
) -> CustomerReference | None:
    """Return their number where only the ERP's customer references can say whose it is; None where that is settled.

    The crosswalk goes before, wherever it stands: its factor is settled here. What is trusted less is kept beside.
    """
    number = ids.get("buyer_part", "")
    if not number or CUSTOMER_REFERENCE not in trust:
        return None
    ahead = trust[: trust.index(CUSTOMER_REFERENCE)]
    if our_item(ids, table, ("crosswalk", *ahead) if "crosswalk" in trust else ahead, on):
        return None
    found = our_item(ids, table, trust, on)
    if found is None:
        return CustomerReference(number=number, near=_nearest(ids, table))
    return CustomerReference(number=number, otherwise=found[0])


def in_table(ids: ItemIds, table: Crosswalk, on: dt.date | None) -> Entry | None:
    found = (table.to_ours(code, kind, on) for kind, code in ids.items())
    return next((entry for entry in found if entry is not None), None)


def unknown_item(ids: ItemIds, number: str, where: str, table: Crosswalk) -> Finding:
    if not ids:
        return miss(f"line {number} names no item", f"{where}.ids", "", "ask the partner which item is meant")
    kind, code = next(iter(ids.items()))
    near = _nearest(ids, table)
    meant = f'did they mean "{near}"? ' if near else ""
    return miss(
        f'line {number}: no item of ours for {kind} "{code}"',
        f"{where}.ids.{kind}",
        code,
        f"{meant}add a row to the item crosswalk (theirs = {code}), then release",
    )


def _nearest(ids: ItemIds, table: Crosswalk) -> str:
    return next((name for code in ids.values() for name in table.nearest(code, 1)), "")


def our_unit(
    unit: str, pack: Decimal | None, number: str, table: Crosswalk, on: dt.date | None
) -> tuple[str, Decimal] | Finding:
    """Return our unit's name and how many of it one of theirs is.

    The partner's table first, then the pack size on the line (PO401), then the units everyone shares.
    """
    defaults = default_units()
    code = unit.strip()
    entry = table.to_ours(code, on=on)
    packed = code.upper() in defaults.packs
    size = pack if packed and pack is not None and pack > 0 else None
    if entry is not None:
        if size is not None and size not in (1, entry.factor):
            return _pack_differs(number, unit, size, entry)
        return entry.ours, entry.factor
    if size is not None:
        return defaults.piece, size
    if code.upper() in defaults.ours:
        return defaults.ours[code.upper()], Decimal(1)
    near = next(iter(table.nearest(code, 1)), "")
    meant = f'did they mean "{near}"? ' if near else ""
    said = "a pack, and nothing says how many are in it" if packed else "no unit that we know"
    return miss(
        f'line {number}: "{code}" is {said}',
        "",
        code,
        f"{meant}add a row to the unit crosswalk (theirs = {code}, factor = pieces in one), then release",
    )


def _pack_differs(number: str, unit: str, pack: Decimal, entry: Entry) -> Finding:
    message = f"line {number}: the line says {pack:f} in one {unit} and the unit crosswalk {entry.factor:f}"
    hint = "ask the partner which holds; correct the table, then release"
    return Finding(problems.QUANTITY_DIFFERS, message, Severity.HOLD, value=f"{pack:f}", hint=hint)


def our_parties(
    parties: dict[str, Party], table: Crosswalk, on: dt.date | None
) -> tuple[dict[str, Party], list[Finding]]:
    """Fill our reference of each party that the table knows; a place to ship to must be in it.

    A party without an id (cXML: addressID) is looked up by its name.
    """
    found: dict[str, Party] = {}
    findings: list[Finding] = []
    for role, party in parties.items():
        named = (party.id, party.id_kind) if party.id else (party.name, "")
        entry = table.to_ours(*named, on) if named[0] else None
        found[role] = party if entry is None else replace(party, ours=entry.ours)
        if entry is None and role == "ship_to" and table and party.id:
            near = next(iter(table.nearest(party.id, 1)), "")
            meant = f'did they mean "{near}"? ' if near else ""
            findings.append(
                miss(
                    f'no address of ours for ship-to "{party.id}"'
                    + (f" ({party.name})" if party.name else ""),
                    "parties.ship_to.id",
                    party.id,
                    f"{meant}add a row to the ship-to crosswalk (theirs = {party.id}), then release",
                )
            )
    return found, findings


def miss(message: str, path: str, value: str, hint: str) -> Finding:
    """Hold a document for a code that nothing translates."""
    return Finding(problems.CODE_UNKNOWN, message, Severity.HOLD, Where(path=path), value, hint)
