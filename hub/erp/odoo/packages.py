"""The packages of a delivery: their labels, pallets, types and weights.

A package whose name is an SSCC (18 digits, or 20 with the application identifier 00) has that label. Any other gets
one of our GS1 prefix and its database id, where that is agreed: an id is never used again, so neither is the label, and
whoever asks twice is told the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct, structs

from hub.erp.odoo.announced import label
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import Plain, number, ref_id, ref_name, text
from hub.model.documents import Package, ShippedItem
from hub.model.gs1 import SSCC, sscc

#: How Odoo names units of weight, and their codes (data element 355).
WEIGHT_UNITS = {"kg": "KG", "lb": "LB", "lbs": "LB"}


class Packed(Struct, frozen=True):
    """One package of Odoo."""

    id: int
    name: str
    label: str  # SSCC-18, or empty
    kind: str
    on: int  # id of the pallet that it stands on, 0: none
    weight: Decimal | None
    weight_unit: str

    def holding(self, items: tuple[ShippedItem, ...], on: str) -> Package:
        """Return it as a part of a ship notice."""
        unit = self.weight_unit if self.weight is not None else ""
        return Package(
            sscc=self.label, kind=self.kind, on=on, weight=self.weight, weight_unit=unit, items=items
        )


class Packages:
    """The packages of one Odoo."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def read(self, ids: Iterable[int], prefix: str) -> dict[int, Packed]:
        """Return packages by id, and the pallets that they stand on; `prefix`: GS1 prefix to label with, or none."""
        rows = self._rows(ids)
        parents = {ref_id(row[self._parent]) for row in rows.values()} - {0} if self._parent else set()
        pallets = self._rows(parents - rows.keys())
        found = {i: self._packed(row, prefix) for i, row in {**rows, **pallets}.items()}
        on_top = parents & found.keys()
        return {i: structs.replace(p, kind="pallet") if i in on_top else p for i, p in found.items()}

    def name_by_label(self, ids: Iterable[int], prefix: str) -> None:
        """Give packages that have no label one as their name; what has one stays."""
        model = self._names.model("stock.package")
        for package in self.read(ids, prefix).values():
            if package.label and not SSCC.fullmatch(package.name):
                self._session.write(model, [package.id], {"name": package.label})

    @property
    def _parent(self) -> str:
        return self._names.field("stock.package", "parent_package_id")

    def _rows(self, ids: Iterable[int]) -> dict[int, Values]:
        wanted: Sequence[int] = sorted({i for i in ids if i})
        if not wanted:
            return {}
        optional = ("shipping_weight", "weight", "weight_uom_name", "parent_package_id", "package_type_id")
        fields = ["name", *self._names.present("stock.package", *optional)]
        return self._session.read(self._names.model("stock.package"), wanted, fields)

    def _packed(self, row: Values, prefix: str) -> Packed:
        name = text(row["name"])
        own = label(name) if SSCC.fullmatch(name) else sscc(prefix, row["id"]) if prefix else ""
        weight = row.get("shipping_weight") or row.get("weight")
        kind = ref_name(row.get("package_type_id"))
        return Packed(
            id=row["id"],
            name=name,
            label=own,
            kind="pallet" if "pallet" in kind.casefold() else "carton",
            on=ref_id(row.get(self._parent)) if self._parent else 0,
            weight=number(weight) if weight else None,
            weight_unit=weight_unit(row.get("weight_uom_name")),
        )


def weight_unit(name: Plain) -> str:
    """Return the code of Odoo's unit of weight; kilograms where it does not say."""
    return WEIGHT_UNITS.get(text(name).casefold(), "KG")
