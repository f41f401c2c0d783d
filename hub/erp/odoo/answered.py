"""What a supplier's answer (855, 865) says of our order, line by line. Nothing here asks Odoo.

An answer to a change names the lines that changed; what it accepts is what the order has by now, and what it
refuses stays with the supplier as it was: that is for a person to settle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.lookups import hold
from hub.erp.odoo.measures import Measure, measure, uneven, unlike_units
from hub.erp.odoo.purchase_lines import PurchaseLine, match, unknown_line
from hub.erp.port import AnswerPolicy
from hub.model import problems
from hub.model.documents import AckLine, ChangeAckLine, OrderAcknowledgment, OrderChangeAcknowledgment
from hub.model.finding import Finding

Answer = OrderAcknowledgment | OrderChangeAcknowledgment

NOT_TAKEN = frozenset({"rejected", "deleted", "held"})  # ACK01 IR, ID, IH: nothing will come of these
HINT = "Release it to write the supplier's answer on the order, or settle it with them first."
REFUSED_HINT = "Settle it with them, or set the line back in Odoo; then release."


class Decided(Struct, frozen=True):
    """What a supplier decided about one of our lines; quantity and price in the line's own unit."""

    line: PurchaseLine
    quantity: Decimal
    price: Decimal | None
    date: date | None
    substitute: str = ""
    refused: str = ""  # what they refuse to change


def decided(answer: Answer, lines: Sequence[PurchaseLine], order: str) -> tuple[list[Decided], list[Finding]]:
    """Return what an answer says of each line that it names, and a finding for each that the order does not have."""
    found: list[Decided] = []
    findings: list[Finding] = []
    for index, said in enumerate(answer.lines):
        line = match(lines, said.number, said.ids, said.sku)
        if line is None:
            if not _is_gone(said):
                findings.append(unknown_line(order, said.number, said.ids, f"lines[{index}]"))
            continue
        counted = measure(line.units, said, said.quantity)
        if counted is None:
            findings.append(unlike_units(line.label, line.units, said, f"lines[{index}].unit"))
            continue
        one = _read(line, said, counted)
        if not line.units.alike and not line.units.line.keeps(one.quantity):
            findings.append(uneven(line.label, line.units.line, said.quantity, said.unit, f"lines[{index}]"))
            continue
        found.append(one)
    return found, findings


def differences(found: Sequence[Decided], answer: Answer, order: str, policy: AnswerPolicy) -> list[Finding]:
    """Return a finding for each way in which an answer departs from the order by more than the policy lets pass."""
    findings = []
    if answer.status == "rejected":
        what = "the change of " if isinstance(answer, OrderChangeAcknowledgment) else ""
        message = f"the supplier rejects {what}{order}"
        findings.append(
            hold(problems.ANSWER_REJECTS, message, where="status", value=answer.status, hint=HINT)
        )
    for one in found:
        findings += _line_differences(one, policy)
    return findings


def _line_differences(one: Decided, policy: AnswerPolicy) -> list[Finding]:
    line, findings = one.line, []
    if one.refused:
        message = (
            f"{line.label}: the supplier refuses the change ({one.refused}); the order has {line.quantity}"
        )
        findings.append(hold(problems.ANSWER_REJECTS, message, value=one.refused, hint=REFUSED_HINT))
    if not policy.quantity.allows(line.quantity, one.quantity) or (not one.quantity and line.quantity):
        message = f"{line.label}: ordered {line.quantity} {line.unit}, the supplier confirms {one.quantity}"
        findings.append(hold(problems.QUANTITY_DIFFERS, message, value=str(one.quantity), hint=HINT))
    if one.price is not None and not policy.price.allows(line.price, one.price):
        message = f"{line.label}: ordered at {line.price}, the supplier confirms {one.price}"
        findings.append(hold(problems.PRICE_DIFFERS, message, value=str(one.price), hint=HINT))
    late = (one.date - line.planned).days if one.date and line.planned else 0
    if policy.days >= 0 and late > policy.days:
        message = (
            f"{line.label}: asked for by {line.planned}, the supplier promises {one.date}, {late} days later"
        )
        findings.append(hold(problems.DATE_DIFFERS, message, value=str(one.date), hint=HINT))
    if one.substitute:
        message = f"{line.label}: the supplier will send {one.substitute} instead"
        findings.append(hold(problems.CODE_UNKNOWN, message, value=one.substitute, hint=HINT))
    return findings


def _is_gone(said: AckLine) -> bool:
    """Say whether a line is one that we took off the order and that they took off too."""
    refused = any(status.code == "rejected" for status in said.statuses)
    return isinstance(said, ChangeAckLine) and said.action == "delete" and not refused


def _read(line: PurchaseLine, said: AckLine, counted: Measure) -> Decided:
    """Return what one line says; `counted`: what they count in."""
    return _change(line, said, counted) if isinstance(said, ChangeAckLine) else _decided(line, said, counted)


def _decided(line: PurchaseLine, said: AckLine, counted: Measure) -> Decided:
    """Return what one PO1 loop with its ACK segments comes to; no ACK means as ordered."""
    told = _per_unit(said, said.price, line, counted)
    if not said.statuses:
        return Decided(line, counted.line(said.quantity), told, None)
    taken = [s for s in said.statuses if s.code not in NOT_TAKEN]
    quantities = (said.quantity if s.quantity is None else s.quantity for s in taken)
    prices = [s.price for s in taken if s.price is not None]
    dates = [s.date for s in taken if s.date]
    substitutes = [", ".join(s.ids.values()) for s in taken if s.code == "substituted"]
    return Decided(
        line=line,
        quantity=counted.line(sum(quantities, Decimal(0))),
        price=_per_unit(said, prices[0], line, counted) if prices else told,
        date=max(dates, default=None),
        substitute=substitutes[0] if substitutes else "",
    )


def _change(line: PurchaseLine, said: ChangeAckLine, counted: Measure) -> Decided:
    """Return what a POC loop with its ACK segments comes to: the order has by now what we asked for."""
    if any(s.code == "rejected" for s in said.statuses):
        return Decided(line, line.quantity, None, None, refused=f"{said.action} {said.quantity}".strip())
    if said.action == "delete" or not said.statuses or not said.unit:
        dates = [s.date for s in said.statuses if s.date]
        return Decided(line, line.quantity, None, max(dates, default=None))
    heard = _decided(line, said, counted)
    as_asked = sum((s.quantity or Decimal(0) for s in said.statuses), Decimal(0)) in {
        said.quantity,
        Decimal(0),
    }
    return Decided(
        line, line.quantity if as_asked else heard.quantity, heard.price, heard.date, heard.substitute
    )


def _per_unit(said: AckLine, price: Decimal | None, line: PurchaseLine, counted: Measure) -> Decimal | None:
    """Return a price of theirs per unit of the line."""
    return None if price is None else counted.line_price(said.per_one(price), line.price)
