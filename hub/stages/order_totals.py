"""Does an order (850), or a change of it (860), come to the total that it tells? Pure.

The total (X12 AMT TT, UBL PayableAmount, cXML Total) is told with or without allowances, charges and taxes, as
formats and partners have it; the goods at their prices are in it always. A wrong basis of a price shows here first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from hub.model import problems
from hub.model.currencies import smallest
from hub.model.documents import Charge, OrderChange, OrderLine, PurchaseOrder
from hub.model.finding import Finding, Severity, Where
from hub.model.leeway import leeway

_ZERO = Decimal(0)
_HINT = "ask them which is right: a price, a quantity, or what a price is for; release to take the lines as they are"

Order = PurchaseOrder | OrderChange


def wrong_total(told: Order, sums: Sequence[Order], allowed: str) -> Iterator[Finding]:
    """Yield a finding where what is told as the total is none of the sums, but for the leeway and rounded lines.

    `sums`: what the total may be of: the order; of a change, the order as it becomes, or the changed lines.
    """
    if told.total is None or not allowed:
        return
    found = [worth for order in sums if (worth := _worth(order)) is not None]
    rounding = smallest(told.currency) * (max(len(order.lines) for order in sums) + 1) / 2
    tax = told.tax or _ZERO
    meant = {total for goods, charges in found for total in (goods, goods + charges, goods + charges + tax)}
    near = leeway(allowed)
    if not found or any(near.allows(m, told.total) or abs(m - told.total) <= rounding for m in meant):
        return
    goods, charges = found[0]
    with_charges = f", with allowances and charges {_plain(goods + charges)}" if charges else ""
    yield Finding(
        problem=problems.TOTAL_MISMATCH,
        message=f"the lines come to {_plain(goods)}{with_charges}, the total is told as {_plain(told.total)}",
        severity=Severity.HOLD,
        where=Where(path="total"),
        value=str(told.total),
        hint=_HINT,
    )


def _worth(order: Order) -> tuple[Decimal, Decimal] | None:
    """Return what the goods come to, and their charges less allowances; None where a line names no price."""
    goods = charges = _ZERO
    for line in order.lines:
        gross = _gross(line)
        if gross is None:
            return None
        goods += gross
        charges += _sum(line.charges, gross, line.quantity)
    return goods, charges + _sum(order.charges, goods, Decimal(1))


def _gross(line: OrderLine) -> Decimal | None:
    if not line.quantity:
        return _ZERO
    return None if line.unit_price is None else line.quantity * line.unit_price


def _sum(charges: Sequence[Charge], gross: Decimal, quantity: Decimal) -> Decimal:
    return sum((charge.worth(gross, quantity) for charge in charges), _ZERO)


def _plain(amount: Decimal) -> str:
    return f"{amount:.2f}"
