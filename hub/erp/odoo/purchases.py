"""Read our purchase orders, and write what a supplier acknowledges on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.parties import Parties
from hub.erp.odoo.purchase_lines import PurchaseLine, PurchaseLines, match, unknown_line
from hub.erp.odoo.reading import day, noon, plain, ref_id, ref_name, text
from hub.erp.odoo.refusals import refused
from hub.erp.port import PostResult
from hub.model import problems
from hub.model.documents import AckLine, OrderAcknowledgment, OrderLine, PurchaseOrder, Terms
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

OPEN = ("purchase", "done")
NOT_TAKEN = frozenset({"rejected", "deleted", "held"})  # ACK01 IR, ID, IH: nothing will come of these

HEAD = (
    "name",
    "state",
    "partner_id",
    "partner_ref",
    "currency_id",
    "date_approve",
    "date_planned",
    "company_id",
    "payment_term_id",
    "note",
)


class Decision(Struct, frozen=True):
    """What a supplier decided about one of our lines."""

    line: PurchaseLine
    quantity: Decimal
    price: Decimal | None
    date: date | None
    substitute: str = ""


class Purchases:
    """The purchase orders of one Odoo."""

    def __init__(
        self, session: Session, names: Names, parties: Parties, ledger: Ledger, lines: PurchaseLines
    ) -> None:
        self._session = session
        self._names = names
        self._parties = parties
        self._ledger = ledger
        self._lines = lines

    def find(self, number: str, vendor_ref: str = "") -> ErpRecord | None:
        """Return the purchase order with that name, or None; with a vendor, only when it is theirs."""
        fields = ["name", "state", "partner_id"]
        rows = self._session.search_read("purchase.order", [["name", "=", number]], fields, limit=1)
        if not rows or (vendor_ref and vendor_ref not in self._called(ref_id(rows[0]["partner_id"]))):
            return None
        return ErpRecord("purchase.order", rows[0]["id"], rows[0]["name"], rows[0]["state"])

    def _called(self, partner: int) -> set[str]:
        """Return reference and name of a partner and of the company that it belongs to."""
        fields = ["ref", "name", "commercial_partner_id"]
        rows = self._session.read("res.partner", [partner], fields)
        tops = [ref_id(row["commercial_partner_id"]) for row in rows.values()]
        rows |= self._session.read("res.partner", tops, fields)
        return {text(row[name]) for row in rows.values() for name in ("ref", "name")} - {""}

    def head(self, order: int) -> Values:
        """Return the header fields of an order."""
        optional = self._names.present(
            "purchase.order", "dest_address_id", "picking_type_id", "acknowledged", "note"
        )
        fields = [f for f in HEAD if f != "note"]
        return self._session.one("purchase.order", order, [*fields, *optional])

    # --- out
    def read(self, order: ErpRecord) -> PurchaseOrder:
        """Return a confirmed purchase order (or a cancelled one, by its purpose) as we send it.

        Line numbers are the lines' ids.
        """
        head = self.head(order.id)
        if head["state"] not in (*OPEN, "cancel"):
            raise Undeliverable(f"purchase order {head['name']} is {head['state']}, not confirmed")
        vendor = ref_id(head["partner_id"])
        wanted = day(head["date_planned"], self._session.zone())
        note = plain(head.get(self._names.field("purchase.order", "note")))
        return PurchaseOrder(
            number=text(head["name"]),
            date=day(head["date_approve"], self._session.zone()),
            purpose="cancel" if head["state"] == "cancel" else "original",
            kind="dropship" if head.get("dest_address_id") else "standalone",
            currency=ref_name(head["currency_id"]),
            terms=Terms(description=ref_name(head["payment_term_id"])) if head["payment_term_id"] else None,
            dates={"delivery_requested": wanted} if wanted else {},
            refs={"vendor_order": text(head["partner_ref"])} if head["partner_ref"] else {},
            notes=tuple(line for line in note.splitlines() if line.strip()),
            parties=self.roles(head, vendor),
            lines=tuple(_order_line(line) for line in self._lines.read(order.id, vendor)),
        )

    def roles(self, head: Values, vendor: int) -> dict[str, Any]:
        """Return the parties of an order."""
        company = self._parties.company_partner(ref_id(head["company_id"]))
        ship_to = ref_id(head.get("dest_address_id")) or self._warehouse(head) or company
        return self._parties.of({"buyer": company, "seller": vendor, "ship_to": ship_to, "bill_to": company})

    def _warehouse(self, head: Values) -> int:
        """Return the address of the warehouse that receives an order, 0 when it has none."""
        kind = ref_id(head.get("picking_type_id"))
        types = self._session.read("stock.picking.type", [kind] if kind else [], ["warehouse_id"])
        house = ref_id(types[kind]["warehouse_id"]) if kind in types else 0
        houses = self._session.read("stock.warehouse", [house] if house else [], ["partner_id"])
        return ref_id(houses[house]["partner_id"]) if house in houses else 0

    # --- in
    def acknowledge(
        self, key: str, ack: OrderAcknowledgment, order: ErpRecord, *, released: bool
    ) -> PostResult:
        """Write a supplier's acknowledgment on its order; differences hold it until they are released.

        Held, nothing is written but a note and the acknowledgment itself as an attachment (both once).
        """
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            if found:
                return PostResult(record=found)
            head = self.head(order.id)
            decisions, findings = self._decisions(ack, head, order)
            if not released:
                findings += differences(decisions, ack, text(head["name"]))
            if findings:
                self._note_held(key, ack, order, findings)
                return PostResult(findings=tuple(findings))
            try:
                self._write(head, ack, decisions)
            except Refused as e:
                return PostResult(findings=(refused(e, f"acknowledgment {ack.number}"),))
            created = self._ledger.mark(key, order, ack)
            if created:
                self._session.call(
                    "purchase.order",
                    "message_post",
                    [order.id],
                    body=f"Acknowledgment {ack.number} of the supplier came in by EDI: {ack.status}. Key {key}.",
                )
            return PostResult(record=self._ledger.record("purchase.order", order.id), created=created)

    def _decisions(
        self, ack: OrderAcknowledgment, head: Values, order: ErpRecord
    ) -> tuple[list[Decision], list[Finding]]:
        if head["state"] not in OPEN:
            return [], [
                hold(
                    problems.ERP_REFUSED,
                    f"{head['name']} is {head['state']} in Odoo; the supplier acknowledges it as {ack.status}",
                    hint="Tell the supplier, or confirm the order again in Odoo and release.",
                )
            ]
        lines = self._lines.read(order.id, ref_id(head["partner_id"]))
        decisions: list[Decision] = []
        findings: list[Finding] = []
        for index, said in enumerate(ack.lines):
            line = match(lines, said.number, said.ids, said.sku)
            if line:
                decisions.append(_decision(line, said))
            else:
                findings.append(unknown_line(head["name"], said.number, said.ids, f"lines[{index}]"))
        return decisions, findings

    def _write(self, head: Values, ack: OrderAcknowledgment, decisions: Sequence[Decision]) -> None:
        """Write reference, acknowledged flag and lines in one transaction; again it writes the same."""
        values: Values = {}
        reference = ack.refs.get("vendor_order") or ack.refs.get("vendor_number") or ack.number
        if reference and not head["partner_ref"]:
            values["partner_ref"] = reference
        flag = self._names.field("purchase.order", "acknowledged")
        if flag:
            values[flag] = True
        commands = [[1, d.line.id, changed] for d in decisions if (changed := _changed(d))]
        if commands:
            values["order_line"] = commands
        if values:
            self._session.write("purchase.order", [head["id"]], values)

    def _note_held(
        self, key: str, ack: OrderAcknowledgment, order: ErpRecord, findings: Sequence[Finding]
    ) -> None:
        """Keep what is held on the order, once: the note, and the acknowledgment as an attachment."""
        name = f"{key}_held"
        if self._ledger.find(name, ["ir.attachment"]):
            return
        told = "; ".join(f.message for f in findings)
        body = f"Acknowledgment {ack.number} of the supplier is held: {told}. Nothing was changed."
        self._session.call("purchase.order", "message_post", [order.id], body=body)
        self._ledger.mark(name, order, ack)


def differences(decisions: Sequence[Decision], ack: OrderAcknowledgment, order: str) -> list[Finding]:
    """Return a finding for each way in which an acknowledgment departs from the order."""
    findings = []
    hint = "Release it to write the supplier's answer on the order, or settle it with them first."
    if ack.status == "rejected":
        message = f"the supplier rejects {order}"
        findings.append(hold(problems.QUANTITY_DIFFERS, message, where="status", value=ack.status, hint=hint))
    for d in decisions:
        line = d.line
        if d.quantity != line.quantity:
            message = f"{line.label}: ordered {line.quantity} {line.unit}, the supplier confirms {d.quantity}"
            findings.append(hold(problems.QUANTITY_DIFFERS, message, value=str(d.quantity), hint=hint))
        if d.price is not None and d.price != line.price:
            message = f"{line.label}: ordered at {line.price}, the supplier confirms {d.price}"
            findings.append(hold(problems.PRICE_DIFFERS, message, value=str(d.price), hint=hint))
        if d.substitute:
            message = f"{line.label}: the supplier will send {d.substitute} instead"
            findings.append(hold(problems.CODE_UNKNOWN, message, value=d.substitute, hint=hint))
    return findings


def _decision(line: PurchaseLine, said: AckLine) -> Decision:
    """Return what one PO1 loop with its ACK segments comes to; no ACK means as ordered."""
    if not said.statuses:
        return Decision(line, said.quantity, said.price, None)
    taken = [s for s in said.statuses if s.code not in NOT_TAKEN]
    quantity = sum(((said.quantity if s.quantity is None else s.quantity) for s in taken), Decimal(0))
    prices = [s.price for s in taken if s.price is not None]
    dates = [s.date for s in taken if s.date]
    substitutes = [", ".join(s.ids.values()) for s in taken if s.code == "substituted"]
    return Decision(
        line=line,
        quantity=quantity,
        price=prices[0] if prices else said.price,
        date=max(dates, default=None),
        substitute=substitutes[0] if substitutes else "",
    )


def _changed(decision: Decision) -> Values:
    """Return the fields of a line that a decision changes."""
    line = decision.line
    values: Values = {}
    if decision.date and decision.date != line.planned:
        values["date_planned"] = noon(decision.date)
    if decision.quantity != line.quantity:
        values["product_qty"] = float(decision.quantity)
    if decision.price is not None and decision.price != line.price:
        values["price_unit"] = float(decision.price)
    return values


def _order_line(line: PurchaseLine) -> OrderLine:
    return OrderLine(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        ids=line.ids,
        description=line.name.partition("\n")[0],
        dates={"delivery_requested": line.planned} if line.planned else {},
        sku=line.product.code,
        our_quantity=line.quantity,
        our_unit=line.unit,
    )
