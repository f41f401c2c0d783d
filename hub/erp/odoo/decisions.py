"""Confirm a sale order, and read what was decided about it as an order acknowledgment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hub.erp.odoo.batches import settle, slices
from hub.erp.odoo.client import Session
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.flow import BatchSize
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.line_keys import line_number
from hub.erp.odoo.lookups import Codes
from hub.erp.odoo.names import Names
from hub.erp.odoo.reading import PRICE_PLACES, day, number, ref_id, ref_name, text
from hub.erp.odoo.shortages import Shortage, Shortages
from hub.erp.port import Fault
from hub.model.documents import AckLine, LineStatus, OrderAcknowledgment
from hub.model.exchange import ErpRecord

#: So many orders are confirmed in one call at most: each locks the stock of its products until the call ends.
MOST_CONFIRMED = 10

#: state of a sale order -> status of the order and code of its lines; any other state is undecided
DECIDED = {"sale": "accepted", "done": "accepted", "cancel": "rejected"}


class Decisions:
    """What people decide about the sale orders of one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes, ledger: Ledger) -> None:
        self._session = session
        self._names = names
        self._codes = codes
        self._ledger = ledger
        self._shortages = Shortages(session, names)
        self._sizes = BatchSize(MOST_CONFIRMED, soon_seconds=session.settings.read_seconds / 8)

    def confirm(self, records: Sequence[ErpRecord]) -> list[ErpRecord | Fault]:
        """Confirm the sale orders that are not; Odoo 19 refuses to confirm twice, so the state is looked at."""
        return settle(records, self._confirm)

    def _confirm(self, records: Sequence[ErpRecord]) -> list[ErpRecord | Fault]:
        current = self._ledger.records("sale.order", [record.id for record in records])
        undecided = [i for i, record in current.items() if record.state in ("draft", "sent")]
        groups = slices(len(undecided), self._sizes.size)
        faults = dict(zip(undecided, settle(undecided, self._press, groups), strict=True))
        answers: dict[int, ErpRecord | Fault] = {
            **current,
            **{i: f for i, f in faults.items() if f is not None},
        }
        looked = [i for i, fault in faults.items() if fault is None or isinstance(fault, Refused)]
        for record, after in zip(looked, settle(looked, self._look), strict=True):
            refused_in_vain = isinstance(after, ErpRecord) and after.state in DECIDED
            if faults[record] is None or refused_in_vain:
                answers[record] = after
        return [answers[record.id] for record in records]

    def _look(self, ids: Sequence[int]) -> list[ErpRecord]:
        return list(self._ledger.records("sale.order", ids).values())

    def _press(self, ids: Sequence[int]) -> list[None]:
        with self._sizes.learning(len(ids)):
            self._session.call("sale.order", "action_confirm", ids)
        return [None] * len(ids)

    def read(self, order: ErpRecord, *, by_stock: bool = False) -> OrderAcknowledgment:
        """Return the order as Odoo has it now, in the words of an acknowledgment.

        `order_date` stays empty: Odoo moves `date_order` to the moment of confirmation.
        """
        fields = ["name", "state", "client_order_ref", "commitment_date", "currency_id"]
        head = self._session.one("sale.order", order.id, fields)
        status = DECIDED.get(head["state"], "held")
        promised = day(head["commitment_date"], self._session.zone())
        return OrderAcknowledgment(
            number=text(head["name"]),
            status=status,
            order_number=text(head["client_order_ref"]),
            currency=ref_name(head["currency_id"]),
            refs={"vendor_order": text(head["name"])},
            dates={"delivery_estimated": promised} if promised else {},
            lines=tuple(self._ack_lines(order.id, status, promised, by_stock=by_stock)),
        )

    def _ack_lines(
        self, order_id: int, status: str, promised: date | None, *, by_stock: bool
    ) -> list[AckLine]:
        unit = self._names.field("sale.order.line", "product_uom_id")
        fields = ["name", "product_id", "product_uom_qty", unit, "price_unit", "sequence"]
        domain: list[Any] = [["order_id", "=", order_id], ["display_type", "=", False]]
        rows = self._session.search_read("sale.order.line", domain, fields, order="sequence, id")
        keys = self._session.external_ids("sale.order.line", [r["id"] for r in rows])
        products = self._codes.products_by_id(ref_id(r["product_id"]) for r in rows)
        later = self._shortages.of(rows) if by_stock and status == "accepted" else {}
        lines = []
        for row in rows:
            item = products.get(ref_id(row["product_id"]))
            quantity, price = number(row["product_uom_qty"]), number(row["price_unit"], PRICE_PLACES)
            decision = LineStatus(
                code=status,
                quantity=quantity - sum((s.quantity for s in later.get(row["id"], ())), Decimal(0)),
                unit=ref_name(row[unit]),
                date=promised,
                date_kind="delivery_estimated" if promised else "",
                price=price,
            )
            lines.append(
                AckLine(
                    number=line_number(keys.get(row["id"], "")),
                    quantity=quantity,
                    unit=ref_name(row[unit]),
                    price=price,
                    ids=item.ids if item else {},
                    description=text(row["name"]).partition("\n")[0],
                    statuses=(decision, *(_later(s, ref_name(row[unit])) for s in later.get(row["id"], ()))),
                    sku=item.code if item else "",
                )
            )
        return lines


def _later(short: Shortage, unit: str) -> LineStatus:
    kind = "delivery_estimated" if short.expected else ""
    return LineStatus(
        code="backordered", quantity=short.quantity, unit=unit, date=short.expected, date_kind=kind
    )
