"""Goods of a depositor that we keep: their orders become draft transfers, and what was done of them is told.

A transfer made for a depositor has their number as its origin, them as its owner, and the external id of its key; the
moves have those of their lines (see line_keys.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.customer_items import CustomerItems
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import external_id, line_ids
from hub.erp.odoo.lookups import EACH, Codes, Product, hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import instant, noon, plain_number, ref_id, text
from hub.erp.odoo.refusals import refused
from hub.erp.odoo.transfers import DIRECTIONS, Move, Transfers
from hub.erp.port import PostResult
from hub.erp.port.warehousing import StoragePolicy
from hub.model import problems
from hub.model.documents import AdvisedLine, Carriage, Party, WarehouseAdvice, WarehouseLine, WarehouseOrder
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

_ADVISED = {"outgoing": "shipped", "incoming": "received"}


class Kept(Struct, frozen=True):
    """A line of a depositor's order in Odoo's terms."""

    line: WarehouseLine
    product: Product
    quantity: Decimal
    unit: int


class Storage:
    """The depositors' side of the warehouses of one Odoo."""

    def __init__(
        self, session: Session, names: Names, ledger: Ledger, codes: Codes, transfers: Transfers
    ) -> None:
        self._session = session
        self._names = names
        self._ledger = ledger
        self._codes = codes
        self._items = CustomerItems(session, codes)
        self._transfers = transfers

    def post_order(self, key: str, order: WarehouseOrder, policy: StoragePolicy) -> PostResult:
        """Make a draft transfer of a depositor's order, once."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["stock.picking"])
            if found:
                self._tell_order(key, found, order, policy)
                return PostResult(record=found)
            findings: list[Finding] = []
            depositor = self._codes.partner(policy.depositor_ref)
            header = self._header(order, policy, depositor, findings)
            kept = self._kept(order.lines, depositor, findings)
            if findings:
                return PostResult(findings=tuple(findings))
            owned = self._names.present("stock.move", "restrict_partner_id")
            fields, rows = _rows(key, header, kept, owned)
            try:
                record_id, created = self._ledger.create(key, "stock.picking", fields, rows)
            except Refused as e:
                return PostResult(findings=(refused(e, f"warehouse order {order.number}"),))
            record = self._ledger.record("stock.picking", record_id)
            self._tell_order(key, record, order, policy)
            return PostResult(record=record, created=created)

    def _tell_order(self, key: str, record: ErpRecord, order: WarehouseOrder, policy: StoragePolicy) -> None:
        body = f"Warehouse order {order.number} came in by EDI: {policy.origin}. Key {key}."
        self._ledger.tell(key, record, body)

    def cancel(self, key: str, order: WarehouseOrder, transfer: ErpRecord) -> PostResult:
        """Cancel a depositor's transfer, once."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            if found:
                return PostResult(record=found)
            now = self._ledger.record("stock.picking", transfer.id)
            if now.state == "done":
                return PostResult(findings=(_shipped_already(order, now),))
            if now.state != "cancel":
                try:
                    self._session.call("stock.picking", "action_cancel", [transfer.id])
                except Refused as e:
                    return PostResult(findings=(refused(e, f"cancellation of {now.name}"),))
            created = self._ledger.mark(key, now, order)
            return PostResult(record=self._ledger.record("stock.picking", transfer.id), created=created)

    def read_done(self, transfer: ErpRecord) -> WarehouseAdvice:
        """Return what was shipped or received of a depositor's order."""
        head = self._transfers.head(transfer.id)
        if head["state"] != "done":
            raise Undeliverable(f"{head['name']} is not done: there is nothing to tell")
        later: list[Any] = [["backorder_id", "=", transfer.id]]
        rest = [row["id"] for row in self._session.search_read("stock.picking", later, ["id"])]
        moves = self._transfers.moves([transfer.id, *rest])
        lines = _advised(moves, transfer.id)
        day_done = instant(head["date_done"]).astimezone(self._session.zone()).date()
        kind = _ADVISED.get(text(head["picking_type_code"]), "shipped")
        tracking = text(head.get("carrier_tracking_ref"))
        labels = {label for line in lines for label in line.labels}
        return WarehouseAdvice(
            number=text(head["name"]),
            date=day_done,
            kind=kind,
            completeness="full",
            warehouse_order=text(head["origin"]),
            dates={"shipped" if kind == "shipped" else "delivered": day_done},
            carriage=Carriage(tracking=tracking) if tracking else None,
            parties={
                "warehouse": Party(
                    name=text(self._transfers.warehouse(ref_id(head["picking_type_id"]))["code"])
                )
            },
            lines=lines,
            quantity=sum((line.quantity for line in lines), Decimal(0)),
            package_count=len(labels) or None,
        )

    # --- a depositor's order in Odoo's terms
    def _header(
        self,
        order: WarehouseOrder,
        policy: StoragePolicy,
        depositor: Values | Finding,
        findings: list[Finding],
    ) -> dict[str, str]:
        kind = self._operation(order, policy)
        if isinstance(depositor, Finding) or isinstance(kind, Finding):
            findings += [found for found in (depositor, kind) if isinstance(found, Finding)]
            return {}
        place = order.parties.get("ship_to" if order.kind == "ship" else "ship_from")
        partner = self._codes.ship_to(place, depositor) if place else None
        wanted = order.dates.get("ship_requested" if order.kind == "ship" else "delivery_estimated")
        return {
            "picking_type_id/.id": str(kind["id"]),
            "partner_id/.id": str(partner if isinstance(partner, int) else depositor["id"]),
            "owner_id/.id": str(depositor["id"]),
            "location_id/.id": str(ref_id(kind["default_location_src_id"])),
            "location_dest_id/.id": str(ref_id(kind["default_location_dest_id"])),
            "origin": order.number,
            "scheduled_date": noon(wanted or order.date),
            "note": "\n".join([*(_address(place) if place else ()), *order.notes]),
        }

    def _operation(self, order: WarehouseOrder, policy: StoragePolicy) -> Values | Finding:
        """Return the operation type by which goods leave or enter the agreed warehouse."""
        domain: list[Any] = [
            ["warehouse_id.code", "=", policy.warehouse],
            ["code", "=", DIRECTIONS.get(order.kind, "outgoing")],
        ]
        fields = ["default_location_src_id", "default_location_dest_id"]
        rows = self._session.search_read("stock.picking.type", domain, fields, order="id", limit=1)
        if rows:
            return rows[0]
        return hold(
            problems.ERP_MISSING,
            f"no warehouse in Odoo has the short name {policy.warehouse!r}",
            value=policy.warehouse,
            hint="Correct `warehouse` in the profile, or the short name in Odoo; then release.",
        )

    def _kept(
        self, lines: Sequence[WarehouseLine], depositor: Values | Finding, findings: list[Finding]
    ) -> list[Kept]:
        """Return the lines in Odoo's terms; a line that has none leaves findings."""
        if not lines:
            findings.append(hold(problems.FIELD_MISSING, "the warehouse order has no lines", where="lines"))
        products = self._items.products(lines, depositor)
        units = self._codes.units(line.our_unit or line.unit for line in lines)
        kept = []
        for index, (line, item) in enumerate(zip(lines, products, strict=True)):
            if isinstance(item, Finding):
                findings.append(item)
                continue
            wanted = line.our_unit or line.unit
            plain = not line.our_unit and line.unit.upper() in EACH
            unit = item.unit_id if plain else units.get(wanted)
            if unit is None:
                where, said = f"lines[{index}].our_unit", f"line {line.number}: no unit is called {wanted!r}"
                findings.append(self._codes.unknown("unit", wanted, said, where))
                continue
            kept.append(
                Kept(line, item, line.quantity if line.our_quantity is None else line.our_quantity, unit)
            )
        return kept


def _rows(
    key: str, header: dict[str, str], kept: Sequence[Kept], owned: Sequence[str]
) -> tuple[list[str], list[list[str]]]:
    """Return the columns and rows of `load`: the header stands in the first line's row.

    `owned`: the fields of a move that say whose goods may be taken.
    """
    head = {"id": external_id(key), **{k: v for k, v in header.items() if v}}
    places = {name: header[name] for name in ("location_id/.id", "location_dest_id/.id")}
    places |= {f"{name}/.id": header["owner_id/.id"] for name in owned}
    columns = ["id", "product_id/.id", "product_uom_qty", "product_uom/.id", *places]
    rows = []
    for at, (line_id, one) in enumerate(zip(line_ids(key, (k.line.number for k in kept)), kept, strict=True)):
        cells = [line_id, str(one.product.id), plain_number(one.quantity), str(one.unit), *places.values()]
        rows.append([*(head.values() if at == 0 else [""] * len(head)), *cells])
    return [*head, *(f"move_ids/{column}" for column in columns)], rows


def _address(place: Party) -> list[str]:
    """Return where goods go, as people write it: consignees are rarely partners in our books."""
    town = " ".join(part for part in (place.postal_code, place.city, place.region, place.country) if part)
    reach = " ".join(part for part in (place.contact, place.phone) if part)
    return [part for part in (place.name, place.id, *place.address, town, reach) if part]


def _advised(moves: Sequence[Move], transfer: int) -> tuple[AdvisedLine, ...]:
    """Return one line for each product line of a finished transfer: done, and what is left or was dropped."""
    by_line: dict[tuple[int, str], list[Move]] = {}
    for move in moves:
        by_line.setdefault((move.product.id, move.line if move.transfer == transfer else ""), []).append(move)
    lines: list[AdvisedLine] = []
    for (product, _), group in by_line.items():
        here = [move for move in group if move.transfer == transfer]
        if here:
            waiting = [m for m in moves if m.transfer != transfer and m.product.id == product]
            lines.append(_advised_line(len(lines) + 1, here, waiting))
    return tuple(lines)


def _advised_line(at: int, here: Sequence[Move], waiting: Sequence[Move]) -> AdvisedLine:
    first = here[0]
    done = sum((move.done for move in here if move.state == "done"), Decimal(0))
    dropped = sum((move.demand for move in here if move.state == "cancel"), Decimal(0))
    left = sum((move.demand for move in waiting if move.state != "cancel"), Decimal(0))
    ordered = done + dropped + left
    product = first.product
    return AdvisedLine(
        number=str(at),
        order_line=next((move.line for move in here if move.line), ""),
        quantity=done,
        unit=first.unit,
        ids={kind: value for kind, value in {"vendor_part": product.code, **product.ids}.items() if value},
        description=product.name,
        status="backordered" if left else "cancelled" if dropped else "complete",
        ordered=ordered,
        difference=done - ordered if done != ordered else None,
        lots=tuple(lot for move in here if move.state == "done" for lot in move.lots),
        labels=tuple(dict.fromkeys(label for move in here for label in move.packages)),
        sku=product.code,
        our_quantity=done,
        our_unit=first.unit,
    )


def _shipped_already(order: WarehouseOrder, now: ErpRecord) -> Finding:
    return hold(
        problems.ERP_REFUSED,
        f"{order.number} is to be cancelled, and {now.name} is done",
        where="purpose",
        value=order.number,
        hint="Tell the depositor that it left already; then cancel this exchange.",
    )
