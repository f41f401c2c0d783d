"""Watch Odoo by polling `write_date`.

`write_date` is the START of the transaction, stored with microseconds and read back cut to the second: the
caller polls with `>=`, overlaps by at least the longest transaction, and drops what it has seen. It moves
when a sale order is confirmed, a delivery is done, an invoice is posted, a purchase order is confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.reading import instant, ref_id, stamp, text
from hub.erp.port import ErpChange, Topic
from hub.model.exchange import ErpRecord


class Watched(Struct, frozen=True):
    """Where a topic is seen: a model, the domain of what counts, and the field that leads to the order."""

    model: str
    domain: tuple[Any, ...]
    order_model: str
    order_field: str  # "" the record itself is the order; "lines" through the invoice lines


TOPICS: Mapping[Topic, Watched] = {
    Topic.ORDER_DECIDED: Watched(
        "sale.order", (["state", "in", ["sale", "done", "cancel"]],), "sale.order", ""
    ),
    Topic.DELIVERY_DONE: Watched(
        "stock.picking",
        (["state", "=", "done"], ["picking_type_code", "=", "outgoing"], ["sale_id", "!=", False]),
        "sale.order",
        "sale_id",
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
    ),
    Topic.PURCHASE_CONFIRMED: Watched(
        "purchase.order", (["state", "in", ["purchase", "done"]],), "purchase.order", ""
    ),
}


class Changes:
    """What happened in one Odoo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def since(self, topic: Topic, since: datetime | None, limit: int) -> list[ErpChange]:
        """Return what changed at or after an instant, oldest first, in six calls at most.

        A full page is rounded up to all of its last second: records of one transaction share their
        `write_date`, and a cursor that stands still inside a second would never leave it.
        """
        watched = TOPICS[topic]
        rows = self._page(watched, since, limit)
        orders = self._orders(watched, rows)
        partners = self._partner_refs(orders.values())
        return [
            ErpChange(
                topic=topic,
                record=_record(watched.model, row),
                order=_record(watched.order_model, orders[row["id"]]),
                partner_ref=partners.get(ref_id(orders[row["id"]]["partner_id"]), ""),
                changed_at=instant(row["write_date"]),
            )
            for row in rows
            if row["id"] in orders
        ]

    def _page(self, watched: Watched, since: datetime | None, limit: int) -> list[Values]:
        fields = ["name", "state", "write_date", "partner_id"]
        if watched.order_field == "sale_id":
            fields.append("sale_id")
        domain = list(watched.domain)
        recent = [["write_date", ">=", stamp(since)]] if since else []
        rows = self._session.search_read(
            watched.model, domain + recent, fields, order="write_date, id", limit=limit
        )
        if len(rows) < limit:
            return rows
        last = instant(rows[-1]["write_date"])
        second = [["write_date", ">=", stamp(last)], ["write_date", "<", stamp(last + timedelta(seconds=1))]]
        rest = self._session.search_read(watched.model, domain + second, fields, order="write_date, id")
        return list({row["id"]: row for row in [*rows, *rest]}.values())

    def _orders(self, watched: Watched, rows: Sequence[Values]) -> dict[int, Values]:
        """Return the order's values by the id of the changed record."""
        if not watched.order_field:
            return {row["id"]: row for row in rows}
        if watched.order_field == "lines":
            order_of = self._orders_of_invoices([row["id"] for row in rows])
        else:
            order_of = {row["id"]: ref_id(row[watched.order_field]) for row in rows}
        fields = ["name", "state", "partner_id"]
        orders = self._session.read(watched.order_model, list(order_of.values()), fields)
        return {record: orders[order] for record, order in order_of.items() if order in orders}

    def _orders_of_invoices(self, invoices: Sequence[int]) -> dict[int, int]:
        """Return the sale order of each invoice: that of its first line that has one."""
        if not invoices:
            return {}
        domain: list[Any] = [["move_id", "in", list(invoices)], ["sale_line_ids", "!=", False]]
        lines = self._session.search_read(
            "account.move.line", domain, ["move_id", "sale_line_ids"], order="sequence, id"
        )
        sale_lines = self._session.read(
            "sale.order.line", [i for line in lines for i in line["sale_line_ids"]], ["order_id"]
        )
        order_of: dict[int, int] = {}
        for line in lines:
            for sale_line in line["sale_line_ids"]:
                if sale_line in sale_lines:
                    order_of.setdefault(ref_id(line["move_id"]), ref_id(sale_lines[sale_line]["order_id"]))
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
