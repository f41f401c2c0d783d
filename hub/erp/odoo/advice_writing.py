"""Write on a transfer's moves what a warehouse did: quantities, lots, packages, where damaged goods lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from hub.erp.odoo.advised import Done, Plan
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import ref_id, text
from hub.erp.port.warehousing import AdvicePolicy
from hub.model import problems
from hub.model.documents import WarehouseAdvice
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding


class Targets(Struct, frozen=True, kw_only=True):
    """Records of Odoo that an advice is written with, by id."""

    lots: Mapping[tuple[int, str], int]  # by product and number
    damaged: int = 0  # the location of damaged goods; 0: they stay with the others
    packages: Mapping[str, int] = field(default_factory=dict)  # by label


class AdviceWriting:
    """The moves of one Odoo, as advices are written on them."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def targets(
        self, plan: Plan, advice: WarehouseAdvice, policy: AdvicePolicy, findings: list[Finding]
    ) -> Targets:
        """Return the records that a plan names; what Odoo lacks leaves findings."""
        lots = self._lots(plan, findings) if advice.kind == "shipped" else {}
        return Targets(lots=lots, damaged=self._place(plan, policy, findings))

    def write(
        self, transfer: ErpRecord, told: Sequence[WarehouseAdvice], plan: Plan, targets: Targets
    ) -> None:
        """Write what the last advice adds to: quantities, lots, packages and tracking numbers, in one transaction."""
        labels = [part.package for one in plan.done if one.now for part in one.parts if part.package]
        targets = replace(targets, packages=self._packages(labels))
        commands = [[1, one.move.id, self._values(one, transfer, targets)] for one in plan.done if one.now]
        values: Values = {self._names.field("stock.picking", "move_ids"): commands}
        tracking = dict.fromkeys(one.carriage.tracking for one in told if one.carriage)
        reference = self._names.field("stock.picking", "carrier_tracking_ref")
        if reference and any(tracking):
            values[reference] = ",".join(number for number in tracking if number)
        self._session.write("stock.picking", [transfer.id], values)

    def _values(self, done: Done, transfer: ErpRecord, targets: Targets) -> Values:
        """Return what to write on a move; where neither lots nor packages are told, Odoo keeps what it reserved."""
        marks: Values = {"picked": True} if self._names.field("stock.move", "picked") else {}
        move, quantity = done.move, self._names.field("stock.move.line", "quantity")
        if not any(part.lot or part.package or (part.damaged and targets.damaged) for part in done.parts):
            return {self._names.field("stock.move", "quantity"): float(done.quantity), **marks}
        lines: list[Any] = [[2, old, 0] for old in move.line_ids]
        for part in done.parts:
            values: Values = {
                "product_id": move.product.id,
                "picking_id": transfer.id,
                quantity: float(part.quantity),
            }
            if part.lot:
                known = targets.lots.get((move.product.id, part.lot))
                values |= {"lot_id": known} if known else {"lot_name": part.lot}
            if part.package:
                values["result_package_id"] = targets.packages[part.package]
            if part.damaged and targets.damaged:
                values["location_dest_id"] = targets.damaged
            lines.append([0, 0, {**values, **marks}])
        return {"move_line_ids": lines, **marks}

    def _packages(self, labels: Sequence[str]) -> dict[str, int]:
        """Return package ids by label; those that are not there are made."""
        wanted = list(dict.fromkeys(labels))
        if not wanted:
            return {}
        model = self._names.model("stock.package")
        rows = self._session.search_read(model, [["name", "in", wanted]], ["name"])
        known = {text(row["name"]): int(row["id"]) for row in reversed(rows)}
        new = [name for name in wanted if name not in known]
        made = self._session.create(model, [{"name": name} for name in new]) if new else []
        return known | dict(zip(new, made, strict=True))

    def _lots(self, plan: Plan, findings: list[Finding]) -> dict[tuple[int, str], int]:
        """Return lot ids by product and number; a lot that we do not have cannot have been shipped."""
        wanted = {(one.move.product.id, part.lot) for one in plan.done for part in one.parts if part.lot}
        if not wanted:
            return {}
        domain: list[Any] = [
            ["product_id", "in", sorted({product for product, _ in wanted})],
            ["name", "in", sorted({lot for _, lot in wanted})],
        ]
        rows = self._session.search_read(self._names.model("stock.lot"), domain, ["name", "product_id"])
        known = {(ref_id(row["product_id"]), text(row["name"])): int(row["id"]) for row in rows}
        labels = {one.move.product.id: one.move.label for one in plan.done}
        findings += [_no_lot(labels[product], lot) for product, lot in sorted(wanted - known.keys())]
        return known

    def _place(self, plan: Plan, policy: AdvicePolicy, findings: list[Finding]) -> int:
        """Return the location of damaged goods; it must not be one from which goods are sold."""
        if not plan.damaged or not policy.damaged:
            return 0
        named: list[Any] = [["complete_name", "=", policy.damaged]]
        found = self._session.search_read("stock.location", named, ["usage"], limit=1)
        domain: list[Any] = [["code", "=", policy.warehouse]]
        shelf = self._session.search_read("stock.warehouse", domain, ["lot_stock_id"], limit=1)
        sold = [*named, ["id", "child_of", [ref_id(row["lot_stock_id"]) for row in shelf]]]
        if not found or self._session.search_read("stock.location", sold, ["usage"], limit=1):
            findings.append(_no_place(policy.damaged, missing=not found))
            return 0
        return int(found[0]["id"])


def _no_place(name: str, *, missing: bool) -> Finding:
    why = (
        "is no location of Odoo"
        if missing
        else "is a part of the warehouse's stock, from which goods are sold"
    )
    return hold(
        problems.ERP_MISSING,
        f"damaged goods are to go to {name!r}, which {why}",
        value=name,
        hint="Correct `damaged` in the profile, or the location in Odoo; then release.",
    )


def _no_lot(product: str, lot: str) -> Finding:
    return hold(
        problems.CODE_UNKNOWN,
        f"{product} has no lot {lot!r} in Odoo",
        where="lines",
        value=lot,
        hint="Ask the warehouse, or make the lot in Odoo; then release.",
    )
