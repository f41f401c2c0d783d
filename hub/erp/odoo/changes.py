"""Watch Odoo by polling `write_date`.

`write_date` is the START of the transaction, stored with microseconds and read back cut to the second: the
caller polls with `>=`, overlaps by at least the longest transaction, and drops what it has seen. It moves
when a sale order is confirmed, a delivery is done, an invoice is posted, a purchase order is confirmed.

A bulk change gives any number of records one `write_date`, and what is cut to the second cannot be told
apart by it. So pages go on by time up to the second in which one is full; that second is read by id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from hub.erp.odoo.carried_orders import deliveries_with, orders_of_deliveries
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.paid_bills import MADE
from hub.erp.odoo.reading import instant, ref_id, stamp, text
from hub.erp.port import ErpChange, Topic
from hub.model.exchange import ErpRecord


class Watched(Struct, frozen=True):
    """Where a topic is seen: a model, the domain of what counts, and what leads to the order."""

    model: str
    domain: tuple[Any, ...]
    order_model: str
    order_field: str  # "" the record itself is the order; "lines" through the invoice lines;
    #                   "backorder_id" the first transfer of which it is the rest, or itself
    order_path: str  # the same as a path in a domain; "moves": the orders whose goods a delivery carries


TOPICS: Mapping[Topic, Watched] = {
    Topic.ORDER_DECIDED: Watched(
        "sale.order", (["state", "in", ["sale", "done", "cancel"]],), "sale.order", "", "id"
    ),
    Topic.DELIVERY_DONE: Watched(
        "stock.picking",
        (["state", "=", "done"], ["picking_type_code", "=", "outgoing"], ["sale_id", "!=", False]),
        "sale.order",
        "sale_id",
        "moves",
    ),
    Topic.INVOICE_POSTED: Watched(
        "account.move",
        (
            ["state", "=", "posted"],
            ["move_type", "in", ["out_invoice", "out_refund"]],
            ["invoice_line_ids.sale_line_ids", "!=", False],
        ),
        "sale.order",
        "lines",
        "invoice_line_ids.sale_line_ids.order_id",
    ),
    Topic.PURCHASE_CONFIRMED: Watched(
        "purchase.order", (["state", "in", ["purchase", "done"]],), "purchase.order", "", "id"
    ),
    Topic.PURCHASE_CHANGED: Watched(
        "purchase.order", (["state", "in", ["purchase", "done", "cancel"]],), "purchase.order", "", "id"
    ),
    Topic.RECEIPT_DONE: Watched(
        "stock.picking",
        (["state", "=", "done"], ["picking_type_code", "=", "incoming"], ["purchase_id", "!=", False]),
        "purchase.order",
        "purchase_id",
        "purchase_id",
    ),
    Topic.TRANSFER_READY: Watched(
        "stock.picking",
        (
            ["state", "=", "assigned"],
            ["picking_type_code", "in", ["outgoing", "incoming"]],
            ["backorder_id", "=", False],  # what is left of an order stays with whom it was told to
        ),
        "stock.picking",
        "",
        "id",
    ),
    Topic.TRANSFER_CANCELLED: Watched(
        "stock.picking",
        (["state", "=", "cancel"], ["picking_type_code", "in", ["outgoing", "incoming"]]),
        "stock.picking",
        "",
        "id",
    ),
    Topic.TRANSFER_DONE: Watched(
        "stock.picking",
        (["state", "=", "done"], ["owner_id", "!=", False]),
        "stock.picking",
        "backorder_id",
        "id",
    ),
    Topic.PAYMENT_POSTED: Watched(
        "account.payment",
        (
            ["state", "in", list(MADE)],
            ["payment_type", "=", "outbound"],
            ["partner_type", "=", "supplier"],
            ["partner_id", "!=", False],
        ),
        "account.payment",
        "",
        "id",
    ),
}


#: Topics of a warehouse's transfers, which belong to whoever keeps the warehouse or owns the goods.
TRANSFERS = frozenset({Topic.TRANSFER_READY, Topic.TRANSFER_CANCELLED, Topic.TRANSFER_DONE})


_LONGEST_CHAIN = 50  # backorders of one transfer


class Changes:
    """What happened in one Odoo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def since(self, topic: Topic, since: datetime | None, size: int) -> Iterator[list[ErpChange]]:
        """Yield what changed at or after an instant, in pages, oldest first; six calls a page at most."""
        for rows in self._pages(TOPICS[topic], since, size):
            yield self._changes(topic, rows)

    def of(self, order: ErpRecord) -> list[ErpChange]:
        """Return what has happened to one order, whenever it was."""
        found: list[ErpChange] = []
        for topic, watched in TOPICS.items():
            if watched.order_model == order.model:
                rows = self._rows(watched, self._about(watched, order.id), "write_date, id")
                found += (c for c in self._changes(topic, rows) if c.order.id == order.id)
        return found

    def _about(self, watched: Watched, order: int) -> list[list[Any]]:
        """Return the domain of what belongs to one order."""
        if watched.order_path == "moves":
            return [["id", "in", deliveries_with(self._session, order)]]
        return [[watched.order_path, "=", order]]

    def _changes(self, topic: Topic, rows: Sequence[Values]) -> list[ErpChange]:
        watched = TOPICS[topic]
        orders = self._orders(watched, rows)
        partners = self._partner_refs([order for several in orders.values() for order in several])
        places = self._warehouses(rows) if topic in TRANSFERS else {}
        return [
            ErpChange(
                topic=topic,
                record=_record(watched.model, row),
                order=_record(watched.order_model, order),
                partner_ref=partners.get(ref_id(order["partner_id"]), ""),
                changed_at=instant(row["write_date"]),
                warehouse=places.get(row["id"], ("", ""))[0],
                kind=places.get(row["id"], ("", ""))[1],
                further=place > 0,
            )
            for row in rows
            for place, order in enumerate(orders.get(row["id"], ()))
        ]

    def _warehouses(self, transfers: Sequence[Values]) -> dict[int, tuple[str, str]]:
        """Return the short name of each transfer's warehouse, and whether goods ship or are received."""
        rows = self._session.read("stock.picking", [t["id"] for t in transfers], ["picking_type_id"])
        kinds = self._session.read(
            "stock.picking.type",
            [ref_id(r["picking_type_id"]) for r in rows.values()],
            ["warehouse_id", "code"],
        )
        codes = self._session.read(
            "stock.warehouse", [ref_id(k["warehouse_id"]) for k in kinds.values()], ["code"]
        )
        found = {}
        for transfer, row in rows.items():
            kind = kinds[ref_id(row["picking_type_id"])]
            code = codes.get(ref_id(kind["warehouse_id"]), {}).get("code")
            found[transfer] = (text(code), "receive" if kind["code"] == "incoming" else "ship")
        return found

    def _pages(self, watched: Watched, since: datetime | None, size: int) -> Iterator[list[Values]]:
        """Yield rows by time. The last second of a full page may go on in the next: it is read by itself."""
        while True:
            recent = [["write_date", ">=", stamp(since)]] if since else []
            rows = self._rows(watched, recent, "write_date, id", size)
            if len(rows) < size:
                yield rows
                return
            last = instant(rows[-1]["write_date"])
            if whole := [row for row in rows if instant(row["write_date"]) < last]:
                yield whole
            yield from self._second(watched, last, size)
            since = last + timedelta(seconds=1)

    def _second(self, watched: Watched, second: datetime, size: int) -> Iterator[list[Values]]:
        """Yield the rows of one second by id: who leaves it meanwhile is met again in a later one."""
        end, after = second + timedelta(seconds=1), 0
        within = [["write_date", ">=", stamp(second)], ["write_date", "<", stamp(end)]]
        while rows := self._rows(watched, [*within, ["id", ">", after]], "id", size):
            yield rows
            if len(rows) < size:
                return
            after = rows[-1]["id"]

    def _rows(
        self, watched: Watched, narrowed: Sequence[list[Any]], order: str, limit: int = 0
    ) -> list[Values]:
        fields = ["name", "state", "write_date", "partner_id"]
        if watched.order_field not in ("", "lines"):
            fields.append(watched.order_field)
        domain = [*watched.domain, *narrowed]
        return self._session.search_read(watched.model, domain, fields, order=order, limit=limit)

    def _orders(self, watched: Watched, rows: Sequence[Values]) -> dict[int, list[Values]]:
        """Return the values of its orders by the changed record's id; an invoice or a delivery may have several."""
        if not watched.order_field:
            return {row["id"]: [row] for row in rows}
        if watched.order_field == "backorder_id":
            order_of = self._firsts(rows)
        elif watched.order_field == "lines":
            order_of = self._orders_of_invoices([row["id"] for row in rows])
        elif watched.order_path == "moves":
            named = {row["id"]: ref_id(row[watched.order_field]) for row in rows}
            order_of = orders_of_deliveries(self._session, named)
        else:
            order_of = {row["id"]: [ref_id(row[watched.order_field])] for row in rows}
        fields = ["name", "state", "partner_id"]
        wanted = [order for several in order_of.values() for order in several]
        orders = self._session.read(watched.order_model, wanted, fields)
        return {
            record: [orders[order] for order in several if order in orders]
            for record, several in order_of.items()
        }

    def _firsts(self, transfers: Sequence[Values]) -> dict[int, list[int]]:
        """Return the first transfer of the chain of backorders that each one ends."""
        first = {t["id"]: ref_id(t["backorder_id"]) or t["id"] for t in transfers}
        for _ in range(_LONGEST_CHAIN):
            rows = self._session.read("stock.picking", list(first.values()), ["backorder_id"])
            before = {i: ref_id(row["backorder_id"]) for i, row in rows.items() if row["backorder_id"]}
            if not before:
                break
            first = {transfer: before.get(head, head) for transfer, head in first.items()}
        return {transfer: [head] for transfer, head in first.items()}

    def _orders_of_invoices(self, invoices: Sequence[int]) -> dict[int, list[int]]:
        """Return the sale orders of each invoice, in the order of its lines."""
        if not invoices:
            return {}
        domain: list[Any] = [["move_id", "in", list(invoices)], ["sale_line_ids", "!=", False]]
        lines = self._session.search_read(
            "account.move.line", domain, ["move_id", "sale_line_ids"], order="sequence, id"
        )
        sale_lines = self._session.read(
            "sale.order.line", [i for line in lines for i in line["sale_line_ids"]], ["order_id"]
        )
        order_of: dict[int, list[int]] = {}
        for line in lines:
            for sale_line in line["sale_line_ids"]:
                if sale_line in sale_lines:
                    several = order_of.setdefault(ref_id(line["move_id"]), [])
                    order = ref_id(sale_lines[sale_line]["order_id"])
                    several += [order] if order not in several else []
        return order_of

    def _partner_refs(self, orders: Collection[Values]) -> dict[int, str]:
        """Return the commercial partner's reference, or else its name, by partner id."""
        partners = self._session.read(
            "res.partner", [ref_id(o["partner_id"]) for o in orders], ["commercial_partner_id"]
        )
        tops = {i: ref_id(row["commercial_partner_id"]) or i for i, row in partners.items()}
        heads = self._session.read("res.partner", list(tops.values()), ["ref", "name"])
        return {i: text(heads[t]["ref"]) or text(heads[t]["name"]) for i, t in tops.items() if t in heads}


def _record(model: str, row: Values) -> ErpRecord:
    return ErpRecord(model, row["id"], text(row["name"]), text(row["state"]))
