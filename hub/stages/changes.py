"""What a customer's change (860) may do to their order, line by line: the usual rules of the trade.

Pure. Nothing goes below what is shipped, no shipped line is deleted, no shipped order is cancelled, and nothing
changes once it is invoiced. A line that may not change keeps its old values; the answer (865) says which and why.
What only a person can decide is a finding of severity HOLD, and what was decided is written as what is to be,
never as a difference: applied a second time, a change finds everything as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct, structs

from hub.erp.port.revising import LineEdit, LineStanding, OrderEdit, OrderStanding
from hub.model import problems
from hub.model.documents import ChangeLine, OrderChange, OrderLine, PurchaseOrder
from hub.model.finding import Finding, Severity, Where
from hub.stages.targets import ChangeTerms, before_of, target_of, wants_date
from hub.stages.their_units import price_in_words, price_per_our_unit


class Verdict(Struct, frozen=True, kw_only=True):
    """What was decided about one line of a change."""

    asked: ChangeLine
    before: OrderLine | None  # the order's line until now; None for one that is added
    after: OrderLine | None  # as it is to be; None for one that goes
    reason: str = ""  # why it is refused; empty: accepted

    @property
    def stays(self) -> OrderLine | None:
        """Return the line as it stands after the decision."""
        return self.before if self.reason else self.after


class Decision(Struct, frozen=True, kw_only=True):
    """What was decided about a change: the edit of Odoo's order, the lines, and what a person has to decide."""

    edit: OrderEdit
    verdicts: tuple[Verdict, ...] = ()
    refused: str = ""  # why the whole change is refused
    findings: tuple[Finding, ...] = ()

    @property
    def status(self) -> str:
        """Return what to tell of the whole: accepted | accepted_with_change | rejected."""
        reasons = [v.reason for v in self.verdicts]
        if self.refused or (reasons and all(reasons)):
            return "rejected"
        return "accepted_with_change" if any(reasons) else "accepted"

    @property
    def told(self) -> tuple[str, ...]:
        """Return what was refused, a sentence each; a line says which values it keeps."""
        lines = tuple(_refusal(v) for v in self.verdicts if v.reason)
        return ((self.refused,) if self.refused else ()) + lines


def decide(
    order: PurchaseOrder, change: OrderChange, standing: OrderStanding, order_key: str, terms: ChangeTerms
) -> Decision:
    """Decide about a change of an order, which is as it was last agreed on, in the customer's words."""
    edit = OrderEdit(order=standing.order, order_key=order_key)
    if change.purpose == "cancel":
        return _cancelled(change, standing, edit, terms)
    if refused := closed(standing):
        return Decision(edit=edit, refused=refused, verdicts=tuple(all_refused(order, change, refused)))
    verdicts = tuple(
        _judged(line, order, standing, terms, f"lines[{index}]")
        for index, line in enumerate(effective_lines(order, change))
    )
    findings = tuple(finding for _, found in verdicts for finding in found)
    decided = tuple(verdict for verdict, _ in verdicts)
    after = after_change(order, decided)
    delivery, unplaced = _delivery(order, change, after, terms)
    edit = structs.replace(
        edit,
        lines=tuple(_edits(decided, standing)),
        added=tuple(v.after for v in decided if _is_new(v, standing) and v.after is not None),
        delivery=delivery,
    )
    return Decision(edit=edit, verdicts=decided, findings=findings + unplaced)


def closed(standing: OrderStanding) -> str:
    """Return why an order takes no change at all: it is cancelled, or something of it is invoiced."""
    if standing.state == "cancelled":
        return f"{standing.order.name} is cancelled"
    if any(line.invoiced > 0 for line in standing.lines):
        return f"{standing.order.name} is invoiced"
    return ""


def effective_lines(order: PurchaseOrder, change: OrderChange) -> tuple[ChangeLine, ...]:
    """Return the lines of a change; a replacement also deletes every line that it does not name."""
    if change.purpose != "replace":
        return change.lines
    named = {found.number for line in change.lines if (found := before_of(order, line)) is not None}
    gone = (line for line in order.lines if line.number not in named)
    restated = tuple(
        structs.replace(line, action="add" if before_of(order, line) is None else "replace")
        if line.action == "change"
        else line
        for line in change.lines
    )
    return (*restated, *(_deletion(line) for line in gone))


def after_change(order: PurchaseOrder, verdicts: Sequence[Verdict]) -> PurchaseOrder:
    """Return the order as it stands after a decision, its new lines last."""
    touched = {v.before.number: v for v in verdicts if v.before is not None}
    kept = (touched[line.number].stays if line.number in touched else line for line in order.lines)
    added = (v.stays for v in verdicts if v.before is None)
    lines = tuple(line for line in (*kept, *added) if line is not None)
    return structs.replace(order, lines=lines, line_count=len(lines))


def _deletion(line: OrderLine) -> ChangeLine:
    return ChangeLine(
        number=line.number,
        quantity=line.quantity,
        unit=line.unit,
        ids=line.ids,
        action="delete",
        sku=line.sku,
    )


def all_refused(order: PurchaseOrder, change: OrderChange, reason: str) -> Iterable[Verdict]:
    """Yield the verdicts on a change of which no line is accepted: each stays as the order has it."""
    for line in change.lines:
        before = before_of(order, line)
        yield Verdict(asked=line, before=before, after=before, reason=reason)


def _cancelled(change: OrderChange, standing: OrderStanding, edit: OrderEdit, terms: ChangeTerms) -> Decision:
    """Decide about the wish to cancel an order: never one of which something is shipped or invoiced."""
    if standing.state == "cancelled":
        return Decision(edit=edit)
    shipped = any(line.shipped > 0 for line in standing.lines)
    if refused := closed(standing) or (f"goods of {standing.order.name} are shipped" if shipped else ""):
        return Decision(edit=edit, refused=refused)
    if terms.cancel == "when_unshipped" or terms.released:
        return Decision(edit=structs.replace(edit, cancel=True))
    finding = _hold(
        problems.CANCEL_ASKED,
        f"they cancel order {change.order_number}; {standing.order.name} is {standing.state}, nothing is shipped",
        "purpose",
        change.purpose,
        "release to cancel it in Odoo and to tell them so, or reject it",
    )
    return Decision(edit=edit, findings=(finding,))


def _judged(
    asked: ChangeLine, order: PurchaseOrder, standing: OrderStanding, terms: ChangeTerms, path: str
) -> tuple[Verdict, tuple[Finding, ...]]:
    """Decide about one line; what has its new values already is accepted as it is."""
    before = before_of(order, asked)
    target = target_of(asked, before, terms)
    if target.unclear:
        finding = _hold(problems.CHANGE_UNCLEAR, target.unclear, path, asked.action, target.hint)
        return Verdict(asked=asked, before=before, after=before), () if terms.released else (finding,)
    stand = _standing(standing, asked.number if before is None else before.number)
    reason = target.refused or ("" if before is None else _forbidden(before, target.after, stand))
    verdict = Verdict(asked=asked, before=before, after=target.after, reason=reason)
    if reason or stand is None or not target.delta or terms.released or _in_step(verdict, stand):
        return verdict, ()
    message = f"line {asked.number}: they count from {_ours(before)} ordered, Odoo has {stand.quantity}"
    hint = "release to make it what they count with, or settle it with them and reject this"
    return verdict, (_hold(problems.QUANTITY_DIFFERS, message, path, str(stand.quantity), hint),)


def _in_step(verdict: Verdict, stand: LineStanding) -> bool:
    """Say whether Odoo has the quantity that the customer counts from, or the new one already."""
    return stand.quantity in {_ours(verdict.before), _ours(verdict.after)}


def _forbidden(before: OrderLine, after: OrderLine | None, stand: LineStanding | None) -> str:
    """Return why a line of the order may not become that; empty when it may."""
    if stand is None:
        return "the line is on our order no more"
    wanted = _ours(after)
    if wanted >= stand.shipped or wanted in {stand.quantity, _ours(before)}:
        return ""
    return f"{stand.shipped} shipped already" + ("" if after is None else f", {wanted} is less")


def _edits(verdicts: Iterable[Verdict], standing: OrderStanding) -> Iterable[LineEdit]:
    """Yield what changes on lines that Odoo's order has."""
    for verdict in verdicts:
        before, after = verdict.before or verdict.after, verdict.after
        stand = _standing(standing, before.number) if before is not None else None
        if verdict.reason or before is None or stand is None:
            continue
        quantity = _new_quantity(verdict, stand)
        price = (
            None if after is None or after.unit_price in {None, _price(verdict.before)} else after.unit_price
        )
        if quantity is None and price is None:
            continue
        yield LineEdit(
            number=before.number,
            line=after or before,
            quantity=quantity,
            price=None if price is None or after is None else price_per_our_unit(after, price),
        )


def _new_quantity(verdict: Verdict, stand: LineStanding) -> Decimal | None:
    """Return the quantity to write; None where they ask for no other one, whatever people made of it in Odoo."""
    wanted = _ours(verdict.after)
    asked = verdict.before is None or verdict.after is None or wanted != _ours(verdict.before)
    return wanted if asked and wanted != stand.quantity else None


def _is_new(verdict: Verdict, standing: OrderStanding) -> bool:
    return not verdict.reason and verdict.before is None and _standing(standing, verdict.asked.number) is None


def _delivery(
    order: PurchaseOrder, change: OrderChange, after: PurchaseOrder, terms: ChangeTerms
) -> tuple[dt.date | None, tuple[Finding, ...]]:
    """Return the order's new delivery date; Odoo keeps one for all lines, so others are a person's business."""
    asked = change.dates.get("delivery_requested")
    lines = {line.dates.get("delivery_requested") for line in after.lines}
    dated = [line for line in change.lines if wants_date(line, before_of(order, line))]
    if dated and len(lines) == 1:
        return lines.pop(), ()
    if not dated or terms.released:
        return asked, ()
    numbers = ", ".join(line.number for line in dated)
    finding = _hold(
        problems.DATE_DIFFERS,
        f"new dates for line {numbers} only: Odoo keeps one delivery date for an order",
        "lines",
        numbers,
        "set the dates of the deliveries in Odoo and release; or reject it",
    )
    return asked, (finding,)


def _standing(standing: OrderStanding, number: str) -> LineStanding | None:
    return next((line for line in standing.lines if line.number == number), None)


def _ours(line: OrderLine | None) -> Decimal:
    """Return a line's quantity in our unit; 0 for none."""
    if line is None:
        return Decimal(0)
    return line.quantity if line.our_quantity is None else line.our_quantity


def _price(line: OrderLine | None) -> Decimal | None:
    return None if line is None else line.unit_price


def _refusal(verdict: Verdict) -> str:
    kept = verdict.before
    stays = "" if kept is None else f"; it stays at {kept.quantity} {kept.unit}"
    stays += "" if kept is None or kept.price is None else f" at {price_in_words(kept)}"
    return f"line {verdict.asked.number}: {verdict.reason}{stays}"


def _hold(problem: str, message: str, path: str, value: str, hint: str) -> Finding:
    return Finding(problem, message, Severity.HOLD, Where(path=path), value, hint)
