"""Write a supplier's ship notice on the open receipts of our purchase orders.

Announced is not received: quantities, lots and packages are written on the moves as expected, never marked as
picked, and nothing is validated. What is announced is the sum of ALL ship notices of an order (they are kept
on it, see ledger.py), less what was received already: two notices for one receipt add up, and writing the
same notice again comes to the same. Of notices with one number the last counts: it replaces what the earlier
announced, or cancels it, and a move of which nothing is announced any more expects all that was ordered again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from hub.erp.odoo.announced import (
    Parcel,
    never_announced,
    no_order,
    not_open,
    nothing,
    outstanding,
    parcels_of,
    spread,
    too_much,
)
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.names import Names
from hub.erp.odoo.purchase_lines import PurchaseLine, PurchaseLines
from hub.erp.odoo.purchases import Purchases
from hub.erp.odoo.reading import noon, number, ref_id, text
from hub.erp.odoo.refusals import refused
from hub.erp.odoo.units import LineUnits
from hub.erp.port import NoticePolicy, PostResult
from hub.model.documents import DocType, ShipNotice, ShippedOrder
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

CLOSED = ("done", "cancel")


class Plan(Struct, frozen=True):
    """What one ship notice means for one purchase order."""

    order: ErpRecord
    parcels: tuple[Parcel, ...]  # of all notices, oldest first, less what was received
    moves: tuple[Values, ...]
    again: frozenset[int] = frozenset()  # purchase lines that an earlier notice of this number spoke of


class Receipts:
    """The incoming deliveries of one Odoo."""

    def __init__(
        self, session: Session, names: Names, ledger: Ledger, purchases: Purchases, lines: PurchaseLines
    ) -> None:
        self._session = session
        self._names = names
        self._ledger = ledger
        self._purchases = purchases
        self._lines = lines

    def announce(
        self, key: str, notice: ShipNotice, orders: Mapping[str, ErpRecord], policy: NoticePolicy
    ) -> PostResult:
        """Write a ship notice, once; unknown orders or lines and too much of a line hold all of it."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            if found:
                return PostResult(record=found)
            findings: list[Finding] = []
            plans = [
                plan
                for index, shipped in enumerate(notice.orders)
                if (plan := self._plan(f"orders[{index}]", shipped, notice, orders, findings, policy=policy))
            ]
            if findings or not plans:
                return PostResult(findings=tuple(findings) or (nothing(notice),))
            try:
                for plan in plans:
                    self._write(plan, notice)
            except Refused as e:
                return PostResult(findings=(refused(e, f"ship notice {notice.number}"),))
            self._tell(key, notice, plans)
            for ordinal, plan in reversed(list(enumerate(plans))):
                name = f"{key}_{ordinal + 1}" if ordinal else key
                created = self._ledger.mark(name, plan.order, notice)
            return PostResult(
                record=self._ledger.record("purchase.order", plans[0].order.id), created=created
            )

    # --- what it means
    def _plan(
        self,
        where: str,
        shipped: ShippedOrder,
        notice: ShipNotice,
        orders: Mapping[str, ErpRecord],
        findings: list[Finding],
        *,
        policy: NoticePolicy,
    ) -> Plan | None:
        order = orders.get(shipped.order_number)
        if order is None:
            findings.append(no_order(shipped.order_number, where))
            return None
        head = self._purchases.head(order.id)
        name, lines = text(head["name"]), self._lines.read(order.id, ref_id(head["partner_id"]))
        announced = self._announced(order, lines, name)
        replaced = announced.pop(notice.number, [])
        before = [parcel for parcels in announced.values() for parcel in parcels]
        again = frozenset(parcel.line.id for parcel in replaced)
        moves = tuple(self._open_moves(lines))
        if notice.purpose == "cancel":
            findings += [] if replaced else [never_announced(notice, name)]
            return Plan(order, tuple(outstanding(before)), moves, again)
        now = parcels_of(shipped, lines, name, where, findings)
        if not policy.released:
            findings += too_much(lines, [*before, *now], now, policy.quantity)
        findings += not_open(now, moves)
        return Plan(order, tuple(outstanding([*before, *now])), moves, again)

    def _announced(
        self, order: ErpRecord, lines: Sequence[PurchaseLine], name: str
    ) -> dict[str, list[Parcel]]:
        """Return what earlier ship notices announced, by their number; of several with one, the last counts."""
        found: dict[str, list[Parcel]] = {}
        for earlier in self._ledger.kept(order, DocType.SHIP_NOTICE):
            assert isinstance(earlier, ShipNotice)
            mine = [shipped for shipped in earlier.orders if shipped.order_number in (name, order.name)]
            found[earlier.number] = [
                parcel
                for shipped in (() if earlier.purpose == "cancel" else mine)
                for parcel in parcels_of(shipped, lines, name, "", [])
            ]
        return found

    def _open_moves(self, lines: Sequence[PurchaseLine]) -> list[Values]:
        """Return the moves that are still to come in, their demand in the product's own unit (`unit`)."""
        fields = ["picking_id", "product_id", "product_uom_qty", "product_uom", "purchase_line_id"]
        domain: list[Any] = [
            ["purchase_line_id", "in", [line.id for line in lines]],
            ["state", "not in", list(CLOSED)],
            ["picking_id", "!=", False],
        ]
        rows = self._session.search_read("stock.move", domain, [*fields, "move_line_ids"])
        units = {line.id: line.units for line in lines}
        moves = [_in_own_unit(row, units[ref_id(row["purchase_line_id"])]) for row in rows]
        pickings = self._session.read(
            "stock.picking", [ref_id(m["picking_id"]) for m in moves], ["picking_type_code"]
        )
        return [
            m
            for m in moves
            if pickings.get(ref_id(m["picking_id"]), {}).get("picking_type_code") == "incoming"
        ]

    # --- writing
    def _write(self, plan: Plan, notice: ShipNotice) -> None:
        """Write dates, reference and expected move lines: one transaction a receipt."""
        packages = self._packages(plan.parcels)
        commands: dict[int, list[Any]] = {}
        parcels = spread(plan.moves, plan.parcels)
        for move in plan.moves:
            mine = parcels[move["id"]]
            anew = not mine and ref_id(move["purchase_line_id"]) in plan.again
            lines = self._expected_anew(move) if anew else self._move_lines(move, mine, packages)
            receipt = commands.setdefault(ref_id(move["picking_id"]), [])
            if lines and self._names.field("stock.move.line", "picked"):
                receipt.append([1, move["id"], {"move_line_ids": lines}])
        header = self._header(notice)
        for picking, moves in commands.items():
            field = self._names.field("stock.picking", "move_ids")
            self._session.write("stock.picking", [picking], {**header, **({field: moves} if moves else {})})

    def _header(self, notice: ShipNotice) -> Values:
        values: Values = {}
        expected = notice.dates.get("delivery_estimated")
        if expected:
            values["scheduled_date"] = noon(expected)
        reference = self._names.field("stock.picking", "carrier_tracking_ref")
        carriage = notice.carriage
        told = (carriage.tracking or carriage.bill_of_lading) if carriage else ""
        if reference and told and notice.purpose != "cancel":
            values[reference] = told
        return values

    def _expected_anew(self, move: Values) -> list[Any]:
        """Return the commands that take back what was announced of a move: all of it is expected, as at first."""
        quantity = self._names.field("stock.move.line", "quantity")
        values = {**_of_move(move), quantity: float(move["product_uom_qty"])}
        return [*([2, old, 0] for old in move["move_line_ids"]), [0, 0, values]]

    def _move_lines(self, move: Values, parcels: Sequence[Parcel], packages: Mapping[str, int]) -> list[Any]:
        """Return the commands that replace a move's expected lines; none when nothing is announced for it."""
        if not parcels:
            return []
        quantity = self._names.field("stock.move.line", "quantity")
        made: list[Any] = []
        for parcel in parcels:
            values = {**_of_move(move), quantity: float(parcel.quantity)}
            if parcel.lot and parcel.line.product.tracked:
                values["lot_name"] = parcel.lot
                expiry = self._names.field("stock.move.line", "expiration_date")
                if expiry and parcel.expires:
                    values[expiry] = noon(parcel.expires)
            if parcel.sscc:
                values["result_package_id"] = packages[parcel.sscc]
            made.append([0, 0, values])
        return [*([2, old, 0] for old in move["move_line_ids"]), *made]

    def _packages(self, parcels: Iterable[Parcel]) -> dict[str, int]:
        """Return package ids by SSCC; those that are not there are made."""
        wanted = list(dict.fromkeys(p.sscc for p in parcels if p.sscc))
        if not wanted:
            return {}
        model = self._names.model("stock.package")
        rows = self._session.search_read(model, [["name", "in", wanted]], ["name"])
        known = {text(row["name"]): int(row["id"]) for row in reversed(rows)}
        new = [sscc for sscc in wanted if sscc not in known]
        made = self._session.create(model, [{"name": sscc} for sscc in new]) if new else []
        return known | dict(zip(new, made, strict=True))

    def _tell(self, key: str, notice: ShipNotice, plans: Sequence[Plan]) -> None:
        """Write a note on each receipt that the notice touches."""
        carriage = notice.carriage
        done = {"cancel": "was cancelled", "replace": "was replaced"}.get(notice.purpose, "came in")
        parts = [f"Ship notice {notice.number} of the supplier {done} by EDI"]
        if carriage:
            named = (
                ("carrier", carriage.scac or carriage.routing),
                ("tracking", carriage.tracking),
                ("bill of lading", carriage.bill_of_lading),
            )
            parts += [f"{name} {value}" for name, value in named if value]
        pickings = {ref_id(move["picking_id"]) for plan in plans for move in plan.moves}
        body = ", ".join(parts) + f". Quantities are announced, not received. Key {key}."
        for picking in sorted(pickings):
            self._ledger.tell(f"{key}_{picking}", ErpRecord("stock.picking", picking), body)


def _in_own_unit(move: Values, units: LineUnits) -> Values:
    """Return a move with its demand counted in the product's own unit."""
    demand = units.numbered(ref_id(move["product_uom"])).into(units.own, number(move["product_uom_qty"]))
    return {**move, "product_uom_qty": demand, "unit": units.own.id}


def _of_move(move: Values) -> Values:
    """Return what a new line of a move begins with; it counts in the product's own unit, whatever the move does."""
    return {
        "product_id": ref_id(move["product_id"]),
        "picking_id": ref_id(move["picking_id"]),
        "product_uom_id": move["unit"],
    }
