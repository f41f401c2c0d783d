"""Write a supplier's ship notice on the open receipts of our purchase orders.

Announced is not received: quantities, lots and packages are written on the moves as expected, never marked as
picked, and nothing is validated. What is announced is the sum of ALL ship notices of an order (they are kept
on it, see ledger.py), less what was received already: two notices for one receipt add up, and writing the
same notice again comes to the same.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.purchase_lines import PurchaseLine, PurchaseLines, match, unknown_line
from hub.erp.odoo.purchases import Purchases
from hub.erp.odoo.reading import noon, number, ref_id, text
from hub.erp.odoo.refusals import refused
from hub.erp.port import PostResult
from hub.model import problems
from hub.model.documents import ShipNotice, ShippedItem, ShippedOrder
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

CLOSED = ("done", "cancel")


class Parcel(Struct, frozen=True):
    """A part of an announced quantity: what of it is in one package and of one lot."""

    line: PurchaseLine
    quantity: Decimal
    lot: str = ""
    sscc: str = ""


class Plan(Struct, frozen=True):
    """What one ship notice means for one purchase order."""

    order: ErpRecord
    parcels: tuple[Parcel, ...]  # of all notices, oldest first, less what was received
    moves: tuple[Values, ...]


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

    def announce(self, key: str, notice: ShipNotice, orders: Mapping[str, ErpRecord]) -> PostResult:
        """Write a ship notice, once; unknown orders or lines and too much of a line hold all of it."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            if found:
                return PostResult(record=found)
            findings: list[Finding] = []
            plans = [
                plan
                for index, shipped in enumerate(notice.orders)
                if (plan := self._plan(f"orders[{index}]", shipped, notice, orders, findings))
            ]
            if findings or not plans:
                return PostResult(findings=tuple(findings) or (_nothing(notice),))
            try:
                for plan in plans:
                    self._write(plan, notice)
            except Refused as e:
                return PostResult(findings=(refused(e, f"ship notice {notice.number}"),))
            for ordinal, plan in reversed(list(enumerate(plans))):
                name = f"{key}_{ordinal + 1}" if ordinal else key
                created = self._ledger.mark(name, plan.order, notice)
            if created:
                self._tell(key, notice, plans)
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
    ) -> Plan | None:
        order = orders.get(shipped.order_number)
        if order is None:
            findings.append(_no_order(shipped.order_number, where))
            return None
        if notice.purpose == "cancel":
            findings.append(_cancels(notice))
            return None
        head = self._purchases.head(order.id)
        lines = self._lines.read(order.id, ref_id(head["partner_id"]))
        before = self._announced(order, notice, lines, text(head["name"]))
        now = _parcels(shipped, lines, text(head["name"]), where, findings)
        moves = self._open_moves(lines)
        findings += _too_much(lines, [*before, *now], now)
        findings += _not_open(now, moves)
        return Plan(order, tuple(_outstanding([*before, *now])), tuple(moves))

    def _announced(
        self, order: ErpRecord, notice: ShipNotice, lines: Sequence[PurchaseLine], name: str
    ) -> list[Parcel]:
        """Return what earlier ship notices announced, but for the one that this replaces."""
        domain: list[Any] = [
            ["res_model", "=", "purchase.order"],
            ["res_id", "=", order.id],
            ["name", "=ilike", "ship_notice %"],
        ]
        parcels: list[Parcel] = []
        for row in self._session.search_read("ir.attachment", domain, ["datas"]):
            earlier = msgspec.json.decode(base64.b64decode(row["datas"]), type=ShipNotice)
            if earlier.number != notice.number:
                for shipped in earlier.orders:
                    if shipped.order_number in (name, order.name):
                        parcels += _parcels(shipped, lines, name, "", [])
        return parcels

    def _open_moves(self, lines: Sequence[PurchaseLine]) -> list[Values]:
        """Return the moves that are still to come in, each with its picking's name and its move lines."""
        fields = ["picking_id", "product_id", "product_uom_qty", "purchase_line_id", "move_line_ids"]
        domain: list[Any] = [
            ["purchase_line_id", "in", [line.id for line in lines]],
            ["state", "not in", list(CLOSED)],
            ["picking_id", "!=", False],
        ]
        moves = self._session.search_read("stock.move", domain, fields)
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
        left = list(plan.parcels)
        for move in plan.moves:
            mine, left = _fill(move, left)
            lines = self._move_lines(move, mine, packages)
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
        if reference and notice.carriage and notice.carriage.tracking:
            values[reference] = notice.carriage.tracking
        return values

    def _move_lines(self, move: Values, parcels: Sequence[Parcel], packages: Mapping[str, int]) -> list[Any]:
        """Return the commands that replace a move's expected lines; none when nothing is announced for it."""
        if not parcels:
            return []
        quantity = self._names.field("stock.move.line", "quantity")
        base = {"product_id": ref_id(move["product_id"]), "picking_id": ref_id(move["picking_id"])}
        made: list[Any] = []
        for parcel in parcels:
            values: Values = {**base, quantity: float(parcel.quantity)}
            if parcel.lot and parcel.line.product.tracked:
                values["lot_name"] = parcel.lot
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
        parts = [f"Ship notice {notice.number} of the supplier came in by EDI"]
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
            self._session.call("stock.picking", "message_post", [picking], body=body)


def _parcels(
    shipped: ShippedOrder, lines: Sequence[PurchaseLine], order: str, where: str, findings: list[Finding]
) -> list[Parcel]:
    """Return the parcels of a shipped order; items of no line leave findings."""
    parcels: list[Parcel] = []
    placed = [(item, "") for item in shipped.items]
    placed += [(item, package.sscc) for package in shipped.packages for item in package.items]
    for item, sscc in placed:
        line = match(lines, item.line_number, item.ids, item.sku)
        if line is None:
            findings.append(unknown_line(order, item.line_number, item.ids, where))
        else:
            parcels += _by_lot(line, item, sscc)
    return parcels


def _by_lot(line: PurchaseLine, item: ShippedItem, sscc: str) -> list[Parcel]:
    """Return one parcel a lot, and one for what the lots do not account for."""
    parcels = []
    rest = item.quantity
    for lot in item.lots:
        quantity = rest if lot.quantity is None else min(lot.quantity, rest)
        if quantity:
            parcels.append(Parcel(line, quantity, lot.number, sscc))
            rest -= quantity
    return [*parcels, Parcel(line, rest, "", sscc)] if rest else parcels


def _outstanding(parcels: Iterable[Parcel]) -> list[Parcel]:
    """Return parcels less what was received: the oldest are taken to have come first."""
    received: dict[int, Decimal] = {}
    left = []
    for parcel in parcels:
        gone = received.setdefault(parcel.line.id, parcel.line.received)
        taken = min(gone, parcel.quantity)
        received[parcel.line.id] = gone - taken
        if parcel.quantity > taken:
            left.append(Parcel(parcel.line, parcel.quantity - taken, parcel.lot, parcel.sscc))
    return left


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
            mine.append(Parcel(parcel.line, taken, parcel.lot, parcel.sscc))
        if parcel.quantity > taken:
            left.append(Parcel(parcel.line, parcel.quantity - taken, parcel.lot, parcel.sscc))
    return mine, left


def _too_much(
    lines: Sequence[PurchaseLine], announced: Sequence[Parcel], now: Sequence[Parcel]
) -> list[Finding]:
    """Return a finding for each line of which more is announced than was ordered."""
    findings = []
    for line in lines:
        total = sum((p.quantity for p in announced if p.line.id == line.id), Decimal(0))
        if total > line.quantity and any(p.line.id == line.id for p in now):
            findings.append(
                hold(
                    problems.QUANTITY_DIFFERS,
                    f"{line.label}: ordered {line.quantity} {line.unit}, announced {total} in all",
                    value=str(total),
                    hint="Settle it with the supplier, or raise the order's quantity in Odoo; then release.",
                )
            )
    return findings


def _not_open(now: Sequence[Parcel], moves: Sequence[Values]) -> list[Finding]:
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


def _no_order(said: str, where: str) -> Finding:
    return hold(
        problems.ORDER_UNKNOWN,
        f"no purchase order {said!r} in Odoo",
        where=f"{where}.order_number",
        value=said,
        hint="Ask the supplier which order they shipped.",
    )


def _cancels(notice: ShipNotice) -> Finding:
    return hold(
        problems.ERP_REFUSED,
        f"the supplier cancels ship notice {notice.number}",
        where="purpose",
        value=notice.purpose,
        hint="Take the announced quantities off the receipt in Odoo, then cancel this exchange.",
    )


def _nothing(notice: ShipNotice) -> Finding:
    return hold(
        problems.ORDER_UNKNOWN,
        f"ship notice {notice.number} names no order",
        where="orders",
        hint="Ask the supplier which order they shipped.",
    )
