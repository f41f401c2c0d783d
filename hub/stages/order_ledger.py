"""The ledger of one order: what was ordered, acknowledged, shipped, received, invoiced and paid, line by line.

Pure: it is worked out from the documents of both directions each time it is asked for, so it can't go stale.
Quantities are in the order's own units. The gate before sending stands on the same sums (`hub.stages.order_sums`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from hub.model import problems
from hub.model.documents import AckLine, AnyDocument, Invoice, ItemIds, OrderLine, PurchaseOrder
from hub.model.exchange import Direction, State
from hub.model.finding import Finding, Severity, Where
from hub.stages.by_store import whole
from hub.stages.order_shares import share_of
from hub.stages.order_sums import Sums

#: In these states a document counts: it is in Odoo, or on its way to the partner.
STANDS = frozenset(
    {
        State.POSTED,
        State.MATCHED,
        State.COMPOSED,
        State.SENT,
        State.DELIVERED,
        State.ACKNOWLEDGED,
        State.OVERDUE,
    }
)

#: The quantities of a line in the order of the trade: fields of `LedgerLine`.
LEDGER_COLUMNS = (
    "ordered",
    "agreed",
    "acknowledged",
    "shipped",
    "received",
    "invoiced",
    "credited",
    "paid",
)

_NOT_AGREED = frozenset({"rejected", "deleted"})
_ZERO = Decimal(0)


class Told(Struct, frozen=True):
    """One document of an order, as the log has it. `at` is UTC."""

    exchange_id: int
    direction: Direction
    state: State
    at: datetime
    document: AnyDocument

    @property
    def stands(self) -> bool:
        """Say whether it counts: nobody refused, held or cancelled it."""
        return self.state in STANDS


class LedgerLine(Struct, frozen=True, kw_only=True):
    """One line of an order over all documents. None: no document said anything of it."""

    number: str
    sku: str = ""
    ids: ItemIds = {}
    description: str = ""
    unit: str = ""
    price: Decimal | None = None  # of one unit, as agreed on: the acknowledgment's, else the order's
    ordered: Decimal = _ZERO  # as first ordered
    agreed: Decimal = _ZERO  # ordered, with the changes that were accepted
    acknowledged: Decimal | None = None
    shipped: Decimal | None = None
    received: Decimal | None = None
    invoiced: Decimal | None = None
    credited: Decimal | None = None
    paid: Decimal | None = None  # on invoices that are paid in full
    invoiced_price: Decimal | None = None


class OrderLedger(Struct, frozen=True, kw_only=True):
    """All that is known of one order. Amounts in `currency`."""

    number: str
    partner: str
    role: str  # buyer | seller: what we are; empty where the order itself is not in the log
    currency: str = ""
    lines: tuple[LedgerLine, ...] = ()
    invoiced: Decimal = (
        _ZERO  # invoices less credit notes, with charges and taxes; of one of several orders its share
    )
    paid: Decimal = _ZERO  # of these
    disagreements: tuple[Finding, ...] = ()


def ledger_of(number: str, partner: str, told: Sequence[Told]) -> OrderLedger:
    """Return the ledger of an order from all its documents, oldest first."""
    counted = [one.document for one in told if one.stands]
    first = whole(d for d in counted if isinstance(d, PurchaseOrder))
    sums = Sums(number, first, counted)
    lines = _lines(sums)
    invoiced = sum((share_of(i, number, _signed(i)) for i in sums.invoices), _ZERO)
    paid = sum(
        (share_of(i, number, sums.paid[i.number]) for i in sums.invoices if i.number in sums.paid), _ZERO
    )
    return OrderLedger(
        number=number,
        partner=partner,
        role=_role(told),
        currency=first.currency if first else next((i.currency for i in sums.invoices), ""),
        lines=lines,
        invoiced=invoiced,
        paid=paid,
        disagreements=tuple(_disagreements(lines)) + tuple(_short_paid(sums)),
    )


def _role(told: Sequence[Told]) -> str:
    order = next((one for one in told if isinstance(one.document, PurchaseOrder)), None)
    if order is None:
        return ""
    return "seller" if order.direction is Direction.IN else "buyer"


def _signed(invoice: Invoice) -> Decimal:
    return -abs(invoice.total) if invoice.kind == "credit" else invoice.total


def _lines(sums: Sums) -> tuple[LedgerLine, ...]:
    """Return a line for each that any document names, the order's own first."""
    found = (sums.acks, sums.shipped, sums.received, sums.invoiced, sums.credited)
    numbers = dict.fromkeys((*sums.now, *(number for named in found for number in named)))
    return tuple(_line(sums, number) for number in numbers)


def _line(sums: Sums, number: str) -> LedgerLine:
    line = sums.now.get(number) or OrderLine(number=number, quantity=_ZERO, unit="")
    ack = sums.acks.get(number)
    first = sums.first.get(number)
    return LedgerLine(
        number=number,
        sku=line.sku,
        ids=line.ids,
        description=line.description,
        unit=line.unit,
        price=_agreed_price(ack, line),
        ordered=first.quantity if first else _ZERO,
        agreed=line.quantity,
        acknowledged=None if ack is None else _accepted(ack),
        shipped=sums.shipped.get(number),
        received=sums.received.get(number),
        invoiced=sums.invoiced.get(number),
        credited=sums.credited.get(number),
        paid=sums.settled.get(number),
        invoiced_price=sums.invoiced_price(number),
    )


def _agreed_price(ack: AckLine | None, line: OrderLine) -> Decimal | None:
    if ack is None:
        return line.unit_price
    return line.unit_price if ack.told_price is None else ack.told_price


def _accepted(ack: AckLine) -> Decimal:
    """Return how much of a line the seller will deliver, now or later."""
    if not ack.statuses:
        return ack.quantity
    said = (
        s.quantity if s.quantity is not None else ack.quantity
        for s in ack.statuses
        if s.code not in _NOT_AGREED
    )
    return sum(said, _ZERO)


def _disagreements(lines: Sequence[LedgerLine]) -> Iterator[Finding]:
    """Yield where two documents of the order contradict each other, a sentence each."""
    for line in lines:
        where, unit = f"line {line.number}", line.unit or "unit"
        if line.ordered == line.agreed == _ZERO:
            yield _finding(where, "no order names it, other documents do")
            continue
        for said, verb, other, verb_other in _contradictions(line):
            yield _finding(where, f"{_plain(said)} {unit} {verb}, {_plain(other)} {verb_other}")
        if line.price is not None and line.invoiced_price not in {None, line.price}:
            yield _finding(where, f"{line.invoiced_price} invoiced, {line.price} agreed, per {unit}")


def _contradictions(line: LedgerLine) -> Iterator[tuple[Decimal, str, Decimal, str]]:
    """Yield pairs of quantities that can't both be right. Less shipped or invoiced so far is no contradiction."""
    if line.acknowledged is not None and line.acknowledged != line.agreed:
        yield line.acknowledged, "acknowledged", line.agreed, "ordered"
    if line.shipped is not None and line.shipped > line.agreed:
        yield line.shipped, "shipped", line.agreed, "ordered"
    if None not in (line.received, line.shipped) and line.received != line.shipped:
        yield line.received or _ZERO, "received", line.shipped or _ZERO, "announced"
    limit, verb = (line.agreed, "ordered") if line.shipped is None else (line.shipped, "shipped")
    if line.invoiced is not None and line.invoiced > limit:
        yield line.invoiced, "invoiced", limit, verb


def _short_paid(sums: Sums) -> Iterator[Finding]:
    """Yield the invoices of which more or less is paid than they are, each as a whole."""
    for invoice in sums.invoices:
        paid, due = sums.paid.get(invoice.number), _signed(invoice)
        if paid is None or paid == due:
            continue
        less, verb = abs(paid) < abs(due), "paid" if due > 0 else "taken"
        said = f"{abs(paid)} {verb}, {abs(due - paid)} {'less' if less else 'more'} than the {abs(due)}"
        yield _finding(f"invoice {invoice.number}", f"{said} {'invoiced' if due > 0 else 'credited'}")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _finding(where: str, message: str) -> Finding:
    return Finding(problems.ORDER_DISAGREES, message, Severity.WARNING, Where(path=where))
