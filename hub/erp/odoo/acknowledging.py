"""Write what a supplier answers to our order, or to a change of it, on the purchase order.

Held, nothing is written but a note, an activity of the buyer, and the answer itself as an attachment (each once).
An order is never cancelled because its supplier rejects it: that is the buyer's to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.erp.odoo.answered import Answer, Decided, decided, differences
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.purchase_lines import PurchaseLines
from hub.erp.odoo.purchases import OPEN, Purchases
from hub.erp.odoo.reading import noon, ref_id, text
from hub.erp.odoo.refusals import refused
from hub.erp.odoo.telling import Asked
from hub.erp.port import AnswerPolicy, PostResult
from hub.model import problems
from hub.model.documents import OrderChangeAcknowledgment
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding


class Acknowledgments:
    """Writes suppliers' answers into one Odoo."""

    def __init__(
        self, session: Session, names: Names, ledger: Ledger, purchases: Purchases, lines: PurchaseLines
    ) -> None:
        self._session = session
        self._names = names
        self._ledger = ledger
        self._purchases = purchases
        self._lines = lines

    def post(self, key: str, answer: Answer, order: ErpRecord, policy: AnswerPolicy) -> PostResult:
        """Write an answer on its order; what differs too much holds it until it is released."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            if found:
                return PostResult(record=found)
            head = self._purchases.head(order.id)
            taken, findings = self._taken(answer, head, order)
            if not policy.released:
                findings += differences(taken, answer, text(head["name"]), policy)
            if findings:
                self._note_held(key, answer, order, findings)
                return PostResult(findings=tuple(findings))
            try:
                self._write(head, answer, taken)
            except Refused as e:
                return PostResult(findings=(refused(e, f"acknowledgment {answer.number}"),))
            told = f"{_called(answer)} of the supplier came in by EDI: {answer.status}. Key {key}."
            self._ledger.tell(key, order, told)
            created = self._ledger.mark(key, order, answer)
            return PostResult(record=self._ledger.record("purchase.order", order.id), created=created)

    def _taken(self, answer: Answer, head: Values, order: ErpRecord) -> tuple[list[Decided], list[Finding]]:
        """Return what is said of each line; an order that is not open takes only the answer to its cancellation."""
        if head["state"] in OPEN:
            lines = self._lines.read(order.id, ref_id(head["partner_id"]))
            return decided(answer, lines, text(head["name"]))
        if (
            isinstance(answer, OrderChangeAcknowledgment)
            and head["state"] == "cancel"
            and answer.purpose == "cancel"
        ):
            return [], []
        message = (
            f"{head['name']} is {head['state']} in Odoo; the supplier acknowledges it as {answer.status}"
        )
        hint = "Tell the supplier, or confirm the order again in Odoo and release."
        return [], [hold(problems.ERP_REFUSED, message, hint=hint)]

    def _write(self, head: Values, answer: Answer, taken: Sequence[Decided]) -> None:
        """Write reference, acknowledged flag and lines in one transaction; again it writes the same."""
        values: Values = {}
        reference = answer.refs.get("vendor_order") or answer.refs.get("vendor_number") or answer.number
        if reference and not head["partner_ref"]:
            values["partner_ref"] = reference
        flag = self._names.field("purchase.order", "acknowledged")
        if flag:
            values[flag] = True
        commands = [[1, one.line.id, changed] for one in taken if (changed := _changed(one))]
        if commands:
            values["order_line"] = commands
        if values:
            self._session.write("purchase.order", [head["id"]], values)

    def _note_held(self, key: str, answer: Answer, order: ErpRecord, findings: Sequence[Finding]) -> None:
        """Keep what is held on the order, once: the note, the buyer's activity, and the answer as an attachment."""
        name = f"{key}_held"
        if self._ledger.find(name, ["ir.attachment"]):
            return
        told = tuple(f.message for f in findings)
        buyer = ref_id(self._session.one("purchase.order", order.id, ["user_id"])["user_id"])
        held = f"{_called(answer)} of the supplier is held"
        asked = Asked(summary=held, note=told, user=buyer)
        self._ledger.tell(name, order, f"{held}: {'; '.join(told)}. Nothing was changed.", asked)
        self._ledger.mark(name, order, answer)


def _called(answer: Answer) -> str:
    if isinstance(answer, OrderChangeAcknowledgment):
        return f"Acknowledgment {answer.number} of change {answer.change_number}".rstrip()
    return f"Acknowledgment {answer.number}"


def _changed(one: Decided) -> Values:
    """Return the fields of a line that an answer changes."""
    line = one.line
    values: Values = {}
    if one.date and one.date != line.planned:
        values["date_planned"] = noon(one.date)
    if one.quantity != line.quantity:
        values["product_qty"] = float(one.quantity)
    if one.price is not None and one.price != line.price:
        values["price_unit"] = float(one.price)
    return values
