"""Find partners, products and units by the codes that documents carry; say what is near when there is none.

Every look-up is one call for all codes of a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeAlias

from msgspec import Struct, field, structs

from hub.erp.odoo import partners
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.partners import Partners
from hub.erp.odoo.reading import ref_id, ref_name, text
from hub.model import problems
from hub.model.documents import ItemIds, Party
from hub.model.finding import Finding, Severity, Where

PRODUCT_FIELDS = ("default_code", "barcode", "name", "display_name", "uom_id", "product_tmpl_id", "tracking")

#: Units of data element 355 that mean "one of it": the product's own unit when the crosswalk says nothing.
EACH = frozenset({"", "EA", "PC", "PCE", "PCS", "C62", "H87", "UN"})

#: Item numbers that are barcodes, most trusted first, then the one that is our own code.
BARCODE_KINDS = ("gtin", "ean", "upc")
OUR_CODE_KINDS = ("sku", "vendor_part")

#: The lines of a document: our item number, and theirs by kind.
Wanted: TypeAlias = Sequence[tuple[str, ItemIds]]

_NEAR = {"item": ("product.product", "default_code"), "unit": ("uom.uom", "name")}


class Product(Struct, frozen=True):
    """A product variant as the hub needs it."""

    id: int
    code: str
    name: str  # display name, e.g. [W1] Widget
    barcode: str = ""
    unit_id: int = 0
    unit: str = ""
    tracked: bool = False
    ids: ItemIds = field(default_factory=dict)


def hold(problem: str, message: str, *, where: str = "", value: str = "", hint: str = "") -> Finding:
    """Return a finding that waits for an operator."""
    return Finding(problem, message, Severity.HOLD, Where(path=where), value, hint)


def product(values: Values) -> Product:
    """Return a product of a record read with PRODUCT_FIELDS."""
    code, barcode = text(values["default_code"]), text(values["barcode"])
    return Product(
        id=values["id"],
        code=code,
        name=text(values["display_name"]) or text(values["name"]),
        barcode=barcode,
        unit_id=ref_id(values["uom_id"]),
        unit=ref_name(values["uom_id"]),
        tracked=values.get("tracking") in ("lot", "serial"),
        ids=item_ids(barcode),
    )


def item_ids(barcode: str) -> ItemIds:
    """Return a barcode by its kind: 12 digits upc, 8 or 13 ean, 14 gtin; anything else is none of these."""
    kinds = {12: "upc", 13: "ean", 8: "ean", 14: "gtin"}
    kind = kinds.get(len(barcode)) if barcode.isdigit() else None
    return {kind: barcode} if kind else {}


def barcode_forms(code: str) -> tuple[str, ...]:
    """Return the ways in which one GTIN is written: 12, 13 or 14 digits, zeros in front."""
    if not code.isdigit():
        return (code,)
    bare = code.lstrip("0")
    return tuple(dict.fromkeys([code, *(bare.zfill(n) for n in (12, 13, 14) if len(bare) <= n)]))


class Codes:
    """The look-ups of one Odoo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- products
    def products(self, wanted: Wanted) -> list[Product | Finding]:
        """Return, for each line's (sku, ids), its product, or the finding that says why there is none."""
        return self.products_of([wanted])[0]

    def products_of(self, documents: Sequence[Wanted]) -> list[list[Product | Finding]]:
        """Return the same for the lines of many documents: one call."""
        lines = [line for wanted in documents for line in wanted]
        codes = {c for sku, ids in lines for c in (sku, *(ids.get(k, "") for k in OUR_CODE_KINDS)) if c}
        bars = {f for _, ids in lines for k in BARCODE_KINDS if k in ids for f in barcode_forms(ids[k])}
        domain: list[Any] = ["|", ["default_code", "in", sorted(codes)], ["barcode", "in", sorted(bars)]]
        asked = codes or bars
        rows = self._session.search_read("product.product", domain, PRODUCT_FIELDS) if asked else []
        known = _Known([product(row) for row in rows])
        return [
            [self._choose(i, sku, ids, known) for i, (sku, ids) in enumerate(wanted)] for wanted in documents
        ]

    def _choose(self, index: int, sku: str, ids: ItemIds, known: _Known) -> Product | Finding:
        where = f"lines[{index}].sku"
        for value, found in known.ways(sku, ids):
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(f"{p.name} (id {p.id})" for p in found)
                return hold(
                    problems.CODE_UNKNOWN,
                    f"{len(found)} products have the code {value!r}: {names}",
                    where=where,
                    value=value,
                    hint="Archive one of them or change its code in Odoo.",
                )
        code = sku or next(iter(ids.values()), "")
        if not code:
            return _no_code(index)
        if code not in known.missing:
            message = f"no product has the code {code!r}"
            known.missing[code] = self._archived(code, where) or self.unknown("item", code, message, where)
        return structs.replace(known.missing[code], where=Where(path=where))

    def _archived(self, code: str, where: str) -> Finding | None:
        """Return the finding for a code whose only product is archived: Odoo shows it to no search."""
        domain: list[Any] = ["|", ["default_code", "=", code], ["barcode", "=", code], ["active", "=", False]]
        rows = self._session.search_read("product.product", domain, ["display_name"], limit=1)
        if not rows:
            return None
        message = f"{text(rows[0]['display_name'])} is archived in Odoo"
        hint = "Unarchive it, or map the partner's item to its successor; then release."
        return hold(problems.ERP_MISSING, message, where=where, value=code, hint=hint)

    def products_by_id(self, ids: Iterable[int]) -> dict[int, Product]:
        """Return products by database id, archived ones too."""
        wanted = sorted({i for i in ids if i})
        domain: list[Any] = [["id", "in", wanted], ["active", "in", [True, False]]]
        if not wanted:
            return {}
        rows = self._session.search_read("product.product", domain, PRODUCT_FIELDS)
        return {row["id"]: product(row) for row in rows}

    # --- partners
    def partners(self, refs: Iterable[str], parties: Iterable[Party] = ()) -> Partners:
        """Return what there is by references (or names) of companies and by parties of documents: one call."""
        return partners.find(self._session, refs, parties)

    def partner(self, ref: str) -> Values | Finding:
        """Return the company with this `ref`, or else with exactly this name, or why there is not one."""
        return self.partners([ref]).company(ref)

    def ship_to(self, party: Party, customer: Values, known: Partners | None = None) -> int | Finding | None:
        """Return the delivery address that a document names; None when it leaves that to Odoo.

        `known`: what `partners` found by this party; asked for when it is not given.
        """
        code = party.ours or party.id
        if not code and not party.name:
            return None
        if partners.is_itself(party, customer):
            return int(customer["id"])
        found = (known or self.partners((), [party])).address(party, customer)
        if isinstance(found, Finding):
            return found
        if found is not None:
            return int(found["id"])
        if code:
            message = f"{customer['name']} has no delivery address {code!r}"
            return self.unknown("ship_to", code, message, "parties.ship_to")
        return partners.no_address(party, customer)

    # --- units
    def units(self, wanted: Iterable[str]) -> dict[str, int]:
        """Return unit ids by name as asked for, upper and lower case alike."""
        names = sorted({w for w in wanted if w})
        if not names:
            return {}
        domain: list[Any] = ["|"] * (len(names) - 1) + [["name", "=ilike", _literal(n)] for n in names]
        rows = self._session.search_read("uom.uom", domain, ["name"])
        by_name = {row["name"].lower(): row["id"] for row in reversed(rows)}
        return {n: by_name[n.lower()] for n in names if n.lower() in by_name}

    # --- what is near
    def near(self, kind: str, code: str) -> tuple[str, ...]:
        """Return at most 3 known codes nearest to an unknown one, best first."""
        if kind == "ship_to":
            rows = self._near_rows("res.partner", "ref", code) or self._near_rows("res.partner", "name", code)
        else:
            rows = self._near_rows(*_NEAR.get(kind, _NEAR["item"]), code)
        by_fold = {row.lower(): row for row in rows}
        return tuple(by_fold[m] for m in get_close_matches(code.lower(), list(by_fold), 3, 0.6))

    def _near_rows(self, model: str, name: str, code: str) -> list[str]:
        """Return codes that share a beginning or an end with an unknown one; few enough to compare."""
        ends = {_literal(code[:2]) + "%", "%" + _literal(code[-3:])} if len(code) > 2 else {"%"}
        domain: list[Any] = ["|"] * (len(ends) - 1) + [[name, "=ilike", e] for e in sorted(ends)]
        rows = self._session.search_read(model, domain, [name], limit=500)
        return [text(row[name]) for row in rows if row[name]]

    def unknown(self, kind: str, code: str, message: str, where: str) -> Finding:
        """Return the finding for a code that Odoo does not know, naming the nearest that it does."""
        near = self.near(kind, code)
        meant = f"Did you mean {', '.join(near)}? " if near else ""
        fix = "Add it to the partner's crosswalk, or correct it in Odoo; then release."
        return hold(problems.CODE_UNKNOWN, f"{message} in Odoo", where=where, value=code, hint=meant + fix)


def our_quantity(
    quantity: Decimal, price: Decimal | None, ours: Decimal | None
) -> tuple[Decimal, Decimal | None]:
    """Return quantity and price in our unit: 2 cases at 12.00 that are 24 pieces cost 0.50 each."""
    if ours is None or ours == quantity or not ours:
        return quantity, price
    return ours, None if price is None else price * quantity / ours


class _Known:
    """Products by their codes and barcodes."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._codes: dict[str, list[Product]] = {}
        self._bars: dict[str, list[Product]] = {}
        self.missing: dict[str, Finding] = {}  # by code: what is new to us is new on many lines
        for one in products:
            self._codes.setdefault(one.code, []).append(one)
            self._bars.setdefault(one.barcode, []).append(one)

    def ways(self, sku: str, ids: ItemIds) -> Iterator[tuple[str, list[Product]]]:
        """Yield the ways to a product in the order of trust: our code, barcodes, their idea of our code."""
        if sku:
            yield sku, self._codes.get(sku, [])
        for value in filter(None, (ids.get(kind, "") for kind in BARCODE_KINDS)):
            found = {p.id: p for form in barcode_forms(value) for p in self._bars.get(form, ())}
            yield value, sorted(found.values(), key=lambda p: p.id)
        for value in filter(None, (ids.get(kind, "") for kind in OUR_CODE_KINDS)):
            yield value, self._codes.get(value, [])


def _no_code(index: int) -> Finding:
    return hold(
        problems.ERP_MISSING,
        "the line names no item",
        where=f"lines[{index}].sku",
        hint="Ask the partner for the item, or reject the order.",
    )


def _literal(value: str) -> str:
    """Return a value for =ilike that means itself."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
