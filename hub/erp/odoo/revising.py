"""Change sale orders that are there: quantities, prices, dates, lines that come and go, a cancellation.

Everything is written as what is to be, so that a run that broke off is simply run again: changed lines in one
`write` of the order, added lines by one `load` with external ids of their own, and the mark of the key last. A
line that goes keeps its row with a quantity of 0: Odoo refuses to delete lines of a confirmed order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.decisions import DECIDED
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import line_ids, line_number
from hub.erp.odoo.names import Names
from hub.erp.odoo.orders import Orders
from hub.erp.odoo.pricing import rounded
from hub.erp.odoo.quoting import Goods
from hub.erp.odoo.reading import PRICE_PLACES, noon, number, plain_number, ref_id, text
from hub.erp.odoo.refusals import refused
from hub.erp.port import OrderPolicy, PostResult
from hub.erp.port.revising import LineEdit, LineStanding, OrderEdit, OrderStanding
from hub.model.documents import OrderChange, OrderLine, PurchaseOrder
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

#: What Odoo's states of a sale order mean for a change of it; any other is a draft.
STATES = {"accepted": "confirmed", "rejected": "cancelled"}


class Revisions:
    """Changes the sale orders of one Odoo."""

    def __init__(self, session: Session, names: Names, ledger: Ledger, orders: Orders) -> None:
        self._session = session
        self._names = names
        self._ledger = ledger
        self._orders = orders

    def standing(self, order: ErpRecord) -> OrderStanding:
        """Return an order's lines with what was shipped and invoiced of them."""
        record = self._ledger.record("sale.order", order.id)
        rows = self._rows(order.id)
        keys = self._session.external_ids("sale.order.line", list(rows))
        return OrderStanding(
            order=record,
            state=STATES.get(DECIDED.get(record.state, ""), "draft"),
            lines=tuple(
                LineStanding(
                    number=line_number(keys.get(line, "")),
                    quantity=number(row["product_uom_qty"]),
                    shipped=number(row["qty_delivered"]),
                    invoiced=number(row["qty_invoiced"]),
                    price=number(row["price_unit"], PRICE_PLACES),
                )
                for line, row in rows.items()
            ),
        )

    def post(self, key: str, change: OrderChange, edit: OrderEdit, policy: OrderPolicy) -> PostResult:
        """Write an edit on a sale order, once, with a note."""
        order = edit.order
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            if found:
                return PostResult(record=found)
            goods, held = self._priced(change, edit, policy)
            if held:
                return PostResult(findings=tuple(held))
            try:
                self._write(edit, goods)
            except Refused as e:
                return PostResult(findings=(refused(e, f"change {change.number} of {order.name}"),))
            body = f"Change {change.number} of order {change.order_number} came in by EDI: {policy.origin}. "
            self._ledger.tell(key, order, f"{body}{edit.told} Key {key}.")
            created = self._ledger.mark(key, order, change)
            record = self._ledger.record("sale.order", order.id)
            return PostResult(record=record, created=created, findings=self._rounded(edit, goods))

    def _rounded(self, edit: OrderEdit, goods: Mapping[str, Goods]) -> tuple[Finding, ...]:
        """Return a finding for each new price that Odoo rounded."""
        if not goods:
            return ()
        rows = self._rows(edit.order.id)
        keys = self._session.external_ids("sale.order.line", list(rows))
        kept = {
            line_number(keys.get(i, "")): number(row["price_unit"], PRICE_PLACES) for i, row in rows.items()
        }
        lines = [
            line
            for line in (*(e.line for e in edit.lines), *edit.added)
            if line.number in goods.keys() & kept
        ]
        order = PurchaseOrder(number=edit.order.name, lines=tuple(lines))
        return tuple(
            rounded(order, [goods[line.number] for line in lines], [kept[line.number] for line in lines])
        )

    def _priced(
        self, change: OrderChange, edit: OrderEdit, policy: OrderPolicy
    ) -> tuple[dict[str, Goods], list[Finding]]:
        """Return what is added or gets a new price, in Odoo's terms by line number, or what holds it."""
        lines = (*(e.line for e in edit.lines if e.price is not None), *edit.added)
        if not lines:
            return {}, []
        order = PurchaseOrder(number=change.order_number, currency=change.currency, lines=lines)
        goods, findings = self._orders.goods(order, policy)
        return {line.number: g for line, g in zip(lines, goods, strict=False)}, findings

    def _write(self, edit: OrderEdit, goods: Mapping[str, Goods]) -> None:
        order = edit.order
        if edit.cancel:
            self._cancel(order)
            return
        rows = self._rows(order.id)
        keys = self._session.external_ids("sale.order.line", list(rows))
        at = {line_number(keys.get(line, "")): line for line in rows}
        values: Values = {"commitment_date": noon(edit.delivery)} if edit.delivery else {}
        commands = [
            [1, at[e.number], changed]
            for e in edit.lines
            if e.number in at and (changed := self._changed(e, rows[at[e.number]], goods.get(e.number)))
        ]
        if commands:
            values["order_line"] = commands
        if values:
            self._session.write("sale.order", [order.id], values)
        self._add(edit, [line for line in edit.added if line.number not in at], goods, len(rows))

    def _changed(self, edit: LineEdit, row: Values, goods: Goods | None) -> Values:
        """Return the fields of a line to write; only what differs, so that a repeat writes nothing."""
        values: Values = {}
        if edit.quantity is not None and edit.quantity != number(row["product_uom_qty"]):
            values["product_uom_qty"] = float(edit.quantity)
        if (
            goods is not None
            and goods.price is not None
            and goods.price != number(row["price_unit"], PRICE_PLACES)
        ):
            values["price_unit"] = float(goods.price)
            # Odoo keeps its own price beside an agreed one: see Orders._rows
            values |= dict.fromkeys(self._names.present("sale.order.line", "technical_price_unit"), 0.0)
        return values

    def _add(
        self, edit: OrderEdit, lines: Sequence[OrderLine], goods: Mapping[str, Goods], after: int
    ) -> None:
        """Add lines under the order's key, behind the ones that it has."""
        unit = self._names.field("sale.order.line", "product_uom_id")
        agreed = self._names.present("sale.order.line", "technical_price_unit")
        ids = line_ids(edit.order_key, (line.number for line in lines))
        for position, (line_id, line) in enumerate(zip(ids, lines, strict=True), start=after + 1):
            g = goods[line.number]
            row = {
                "id": line_id,
                "order_id/.id": str(edit.order.id),
                "product_id/.id": str(g.product.id),
                "name": g.name,
                "product_uom_qty": plain_number(g.quantity),
                f"{unit}/.id": str(g.unit_id),
                "sequence": str(10 * position),
            }
            if g.price is not None:
                row |= {"price_unit": plain_number(g.price), **dict.fromkeys(agreed, "0")}
            self._session.load_once("sale.order.line", list(row), [list(row.values())])

    def _cancel(self, order: ErpRecord) -> None:
        if self._ledger.record("sale.order", order.id).state != "cancel":
            context = {"disable_cancel_warning": True}  # until 17 Odoo asks first, in a window
            self._session.call("sale.order", "action_cancel", [order.id], context=context)

    def _rows(self, order: int) -> dict[int, Values]:
        """Return the product lines of an order by id, as they stand on it."""
        fields = ["product_uom_qty", "qty_delivered", "qty_invoiced", "price_unit", "name", "product_id"]
        domain: list[Any] = [["order_id", "=", order], ["display_type", "=", False]]
        rows = self._session.search_read("sale.order.line", domain, fields, order="sequence, id")
        return {row["id"]: row for row in rows if ref_id(row["product_id"]) or text(row["name"])}
