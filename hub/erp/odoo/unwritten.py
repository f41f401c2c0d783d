"""Say in words what an order asks for that no field of a sale order takes, for the note on the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from hub.model.documents import Charge, OrderLine, PurchaseOrder, Terms

_ONE = Decimal(1)

#: dates that the hub writes in a field of the order
WRITTEN_DATES = frozenset({"delivery_requested"})


def unwritten(order: PurchaseOrder) -> Iterator[str]:
    """Return one sentence per request that a salesperson has to see to."""
    for name, day in order.dates.items():
        if name not in WRITTEN_DATES:
            yield f"{name.replace('_', ' ')} {day.isoformat()}"
    if order.terms:
        told = order.terms.description or _terms(order.terms)
        if told:
            yield f"terms {told}"
    if order.carriage and (order.carriage.scac or order.carriage.routing):
        yield f"carrier {order.carriage.scac or order.carriage.routing}"
    yield from map(_charge, _unplaced(order.charges))
    for line in order.lines:
        yield from (f"line {line.number}: {said}" for said in _of_line(line))


def _of_line(line: OrderLine) -> Iterator[str]:
    yield from map(_charge, _unplaced(line.charges))
    yield from line.notes
    shares = [f"{split.quantity} for {split.location}" for split in line.splits if split.location]
    if shares:
        yield ", ".join(shares)


def _unplaced(charges: Sequence[Charge]) -> Iterator[Charge]:
    """Yield the charges that are no lines of the order: those that come to nothing."""
    return (charge for charge in charges if not charge.worth(_ONE, _ONE))


def _charge(charge: Charge) -> str:
    """Return a charge in words: its kind, what it is, and how much."""
    how_much = charge.amount if charge.amount is not None else charge.rate
    size = f"{charge.percent}%" if how_much is None and charge.percent is not None else str(how_much or "")
    return " ".join(word for word in (charge.kind, charge.code, charge.description, size) if word)


def _terms(terms: Terms) -> str:
    """Return terms of payment as people write them: 2% 10 days, net 30 days."""
    parts = []
    if terms.discount_percent:
        within = f" {terms.discount_days} days" if terms.discount_days else ""
        parts.append(f"{terms.discount_percent}%{within}")
    if terms.net_days:
        parts.append(f"net {terms.net_days} days")
    return ", ".join(parts)
