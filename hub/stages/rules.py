"""What a customer may order, by the profile's rules: quantities, dates, items, and up to which total we confirm.

Pure. A line that breaks a rule holds the order until a person decides; or, where the profile says `breach = "refuse"`,
the line is left off the order and the rest goes on, and our acknowledgment (855) rejects that line. What an
operator releases is taken as it came.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, structs

from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import OrderRules
from hub.stages.order_totals import wrong_total

#: For every item that has no line of its own in a table of the profile.
EVERY = "*"
_ITEM_OF_LINE = re.compile(r"lines\[\d+\]\.ids")
_WANTED = ("delivery_requested", "ship_requested")


class Judged(Struct, frozen=True):
    """An order as it may go on: without the lines that are refused, and what was found."""

    order: PurchaseOrder
    findings: tuple[Finding, ...] = ()

    @property
    def held(self) -> bool:
        """Say whether a person has to decide."""
        return any(finding.severity is Severity.HOLD for finding in self.findings)


def judge(order: PurchaseOrder, rules: OrderRules, today: dt.date, *, released: bool) -> Judged:
    """Hold an order against the rules; released, it goes on as it is."""
    if released:
        return Judged(order)
    whole = (*_dates(order, rules, today), *wrong_total(order, (order,), rules.total))
    found = [tuple(_line(line, rules, today, f"lines[{at}]")) for at, line in enumerate(order.lines)]
    if rules.breach == "hold" or whole:
        return Judged(order, whole + tuple(finding for several in found for finding in several))
    kept = tuple(line for line, several in zip(order.lines, found, strict=True) if not several)
    refused = tuple(_refused(finding) for several in found for finding in several)
    if order.lines and not kept:
        return Judged(order, tuple(structs.replace(f, severity=Severity.HOLD) for f in refused))
    return Judged(structs.replace(order, lines=kept), refused)


def softened(findings: Sequence[Finding], rules: OrderRules) -> tuple[Finding, ...]:
    """Return what the crosswalk missed, with items as warnings where such a line becomes a note on the order."""
    if rules.unknown_item != "note":
        return tuple(findings)
    return tuple(
        structs.replace(finding, severity=Severity.WARNING, hint=_NOTED) if _is_item(finding) else finding
        for finding in findings
    )


def confirmable(order: PurchaseOrder, rules: OrderRules) -> bool:
    """Say whether the hub may confirm an order of that size by itself; one without prices has no size."""
    if not rules.confirm_up_to:
        return True
    if any(line.price is None for line in order.lines):
        return False
    total = sum((line.quantity * (line.unit_price or 0) for line in order.lines), Decimal(0))
    return total <= rules.confirm_up_to


_NOTED = (
    "the line is a note on the order, and our acknowledgment rejects it; "
    "add the item to the crosswalk for the next one"
)


def _is_item(finding: Finding) -> bool:
    return finding.problem == problems.CODE_UNKNOWN and bool(_ITEM_OF_LINE.match(finding.where.path))


def _dates(order: PurchaseOrder, rules: OrderRules, today: dt.date) -> Iterator[Finding]:
    """Yield what is wrong with the dates of the whole order."""
    last = order.dates.get("cancel_after")
    if last is not None and last < today and rules.cancel_after == "hold":
        message = f"they do not want order {order.number} after {last}, and today is {today}"
        yield _broken(
            problems.RULE_DATE, message, "dates.cancel_after", str(last), "ask them whether it still stands"
        )
    yield from _too_soon(order.dates, rules, today, "dates", "the order")


def _line(line: OrderLine, rules: OrderRules, today: dt.date, path: str) -> Iterator[Finding]:
    """Yield the rules that a line breaks; its quantity counts in our unit."""
    quantity = line.quantity if line.our_quantity is None else line.our_quantity
    called = f"line {line.number} {line.sku}".strip()
    least, multiple = _of_item(rules.minimum, line.sku), _of_item(rules.multiple, line.sku)
    if quantity < least:
        message = f"{called}: {quantity} ordered, we sell {least} or more"
        yield _broken(problems.RULE_QUANTITY, message, f"{path}.quantity", str(quantity), _ASK)
    if multiple and quantity % multiple:
        message = f"{called}: {quantity} ordered, we sell in multiples of {multiple}"
        yield _broken(problems.RULE_QUANTITY, message, f"{path}.quantity", str(quantity), _ASK)
    yield from _too_soon(line.dates, rules, today, f"{path}.dates", called)


def _too_soon(
    dates: Mapping[str, dt.date], rules: OrderRules, today: dt.date, path: str, called: str
) -> Iterator[Finding]:
    earliest = today + dt.timedelta(days=rules.lead_days)
    for name in _WANTED:
        wanted = dates.get(name)
        if rules.lead_days and wanted is not None and wanted < earliest:
            message = (
                f"{called} is asked for by {wanted}; with {rules.lead_days} days of notice it is {earliest}"
            )
            yield _broken(problems.RULE_DATE, message, f"{path}.{name}", str(wanted), _ASK)


_ASK = "agree on it with the partner; then release it as it is, or reject it"


def _of_item(table: Mapping[str, int], sku: str) -> int:
    return table.get(sku, table.get(EVERY, 0))


def _broken(problem: str, message: str, path: str, value: str, hint: str) -> Finding:
    return Finding(problem, message, Severity.HOLD, Where(path=path), value, hint)


def _refused(finding: Finding) -> Finding:
    hint = "the line is left off the order, and our acknowledgment rejects it"
    return structs.replace(finding, severity=Severity.WARNING, hint=hint)
