"""The sums of one order over all its documents, by line. Pure; quantities in the order's own units.

The ledger of an order and the gate before sending stand on the same sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeAlias

from msgspec.structs import replace

from hub.model.documents import (
    AckLine,
    AnyDocument,
    Invoice,
    InvoiceLine,
    ItemIds,
    LineStatus,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    OwnUnit,
    PurchaseOrder,
    ReceivedItem,
    ReceivingAdvice,
    Remittance,
    ShipNotice,
    ShippedItem,
)
from hub.stages.amended import amended
from hub.stages.line_units import ROUNDING, ByLine, of_line, sums
from hub.stages.order_shares import lines_of
from hub.stages.their_units import plain

_ZERO = Decimal(0)

_Answer: TypeAlias = OrderAcknowledgment | OrderChangeAcknowledgment


def standing(notices: Iterable[ShipNotice]) -> list[ShipNotice]:
    """Return the ship notices that count, oldest first: not those that a later one replaces or cancels."""
    count: list[ShipNotice] = []
    for notice in notices:
        if notice.purpose in {"replace", "cancel"}:
            count = [earlier for earlier in count if earlier.number != notice.number]
        if notice.purpose != "cancel":
            count.append(notice)
    return count


def shipped_items(notice: ShipNotice, order_number: str = "") -> Iterable[ShippedItem]:
    """Yield the items of a ship notice, packed and loose: all, or those for one order."""
    for order in notice.orders:
        if order_number and order.order_number not in {"", order_number}:
            continue
        yield from order.items
        for package in order.packages:
            yield from package.items


class Sums:
    """The sums of one order, by line number.

    A document of several orders counts with its lines of this one: `shipped`, `received`, `invoiced` and `credited`
    add those up, and of an invoice's amounts and payments the order has its share (`hub.stages.order_shares`).
    """

    def __init__(self, number: str, first: PurchaseOrder | None, counted: Sequence[AnyDocument]) -> None:
        changes = [d for d in counted if isinstance(d, OrderChange)]
        answers = [d for d in counted if isinstance(d, OrderChangeAcknowledgment)]
        self.number = number
        self.first = {line.number: line for line in first.lines} if first else {}
        now = amended(first, changes, answers) if first else None
        self.now = {line.number: line for line in now.lines} if now else {}
        self.invoices = [d for d in counted if isinstance(d, Invoice)]
        self._own = self._own_units(counted)
        self.acks = self._acknowledged(
            [d for d in counted if isinstance(d, OrderAcknowledgment | OrderChangeAcknowledgment)],
            by_store=any(isinstance(d, PurchaseOrder) and d.store for d in counted),
        )
        notices = [d for d in counted if isinstance(d, ShipNotice)]
        self.shipped, self.rounded = self._shipped(notices), self._rounded(notices)
        self.received = self._received([d for d in counted if isinstance(d, ReceivingAdvice)])
        self.paid = _paid(self.invoices, [d for d in counted if isinstance(d, Remittance)])
        self.invoiced = self._billed([i for i in self.invoices if i.kind != "credit"])
        self.credited = self._billed([i for i in self.invoices if i.kind == "credit"])
        settled = [
            i for i in self.invoices if i.kind != "credit" and self.paid.get(i.number, _ZERO) >= i.total
        ]
        self.settled = self._billed([i for i in settled if i.number in self.paid])

    def _key(self, number: str, sku: str, ids: ItemIds) -> str:
        """Return which line is meant: by its number, else by an item that only one line has."""
        if number in self.now or not self.now:
            return number or sku or next(iter(ids.values()), "?")
        fits = [
            n
            for n, line in self.now.items()
            if (sku and line.sku == sku) or set(line.ids.items()) & set(ids.items())
        ]
        return fits[0] if len(fits) == 1 else number or sku or next(iter(ids.values()), "?")

    def _own_units(self, counted: Sequence[AnyDocument]) -> dict[str, OwnUnit]:
        """Return what Odoo has said of lines that count in another unit than their product, by line number."""
        found = {number: line.own for number, line in self.now.items() if line.own}
        for document in counted:
            items: Iterable[ShippedItem | ReceivedItem] = ()
            if isinstance(document, ShipNotice):
                items = shipped_items(document)
            elif isinstance(document, ReceivingAdvice):
                items = document.items
            for item in items:
                number = item.line_number if isinstance(item, ShippedItem) else item.order_line
                if item.own:
                    found.setdefault(self._key(number, item.sku, item.ids), item.own)
        return found

    def _of_line(self, number: str, said: InvoiceLine | ReceivedItem | ShippedItem) -> tuple[str, Decimal]:
        """Return which line is meant, and how much is said of it in its unit."""
        key = self._key(number, said.sku, said.ids)
        return key, of_line(said, self._own.get(key))

    def _acknowledged(self, answers: Sequence[_Answer], *, by_store: bool) -> dict[str, AckLine]:
        """Return what was said of each line; of an order by store, what was said to all of its stores together."""
        places: dict[str, list[_Answer]] = {}
        for answer in answers:
            places.setdefault(_place(answer) if by_store else "", []).append(answer)
        said: dict[str, AckLine] = {}
        for told in places.values():
            for number, line in self._last_word(told).items():
                said[number] = _together(said[number], line) if number in said else line
        return said

    def _last_word(self, answers: Sequence[_Answer]) -> dict[str, AckLine]:
        """Return the last word on each line; a word on the whole order counts for the lines it does not name."""
        said: dict[str, AckLine] = {}
        for answer in answers:
            for line in answer.lines:
                key = self._key(line.number, line.sku, line.ids)
                said[key] = _in_line_unit(line, self._own.get(key))
            if not answer.lines and isinstance(answer, OrderAcknowledgment) and answer.status != "held":
                none = answer.status == "rejected"
                said |= {
                    n: AckLine(number=n, quantity=_ZERO if none else line.quantity, unit=line.unit)
                    for n, line in self.now.items()
                }
        return said

    def _shipped(self, notices: Sequence[ShipNotice]) -> ByLine:
        return sums(
            self._of_line(i.line_number, i)
            for notice in standing(notices)
            for i in shipped_items(notice, self.number)
        )

    def _rounded(self, notices: Sequence[ShipNotice]) -> ByLine:
        """Return how far Odoo's own sum of what was shipped may be off, of lines told in another unit than ordered."""
        return sums(
            (self._key(i.line_number, i.sku, i.ids), ROUNDING)
            for notice in standing(notices)
            for i in shipped_items(notice, self.number)
            if i.own
        )

    def _received(self, advices: Sequence[ReceivingAdvice]) -> ByLine:
        return sums(
            self._of_line(i.order_line, i)
            for advice in advices
            for i in advice.items
            if (i.order_number or advice.order_number or self.number) == self.number
        )

    def _billed(self, invoices: Sequence[Invoice]) -> ByLine:
        return sums(
            self._of_line(i.order_line or i.number, replace(i, quantity=abs(i.quantity)))
            for invoice in invoices
            for i in lines_of(invoice, self.number)
        )

    def invoiced_price(self, number: str) -> Decimal | None:
        """Return the price at which a line was billed last."""
        for invoice in reversed(self.invoices):
            for line in lines_of(invoice, self.number):
                if self._key(line.order_line or line.number, line.sku, line.ids) == number:
                    counted = of_line(line, self._own.get(number))
                    same = counted in {line.quantity, _ZERO}
                    return line.unit_price if same else plain(line.unit_price * line.quantity / counted)
        return None


def billed_shipment(
    order: PurchaseOrder, invoice: Invoice, shipped: Sequence[ShipNotice], earlier: Sequence[Invoice]
) -> ShipNotice | None:
    """Return the shipment of an order that an invoice bills: of those not billed yet the one that fits, else the last.

    `shipped` and `earlier` (invoices) are oldest first, quantities in the unit of the order.
    """
    billed = {i.shipment for i in earlier if i.kind == "invoice"}
    wanted = Sums(order.number, order, [invoice]).invoiced
    open_ = (n for n in shipped if n.number not in billed)
    fits = (n for n in open_ if _alike(Sums(order.number, order, [n]).shipped, wanted))
    return next(fits, shipped[-1] if shipped else None)


def _alike(one: ByLine, other: ByLine) -> bool:
    return one.keys() == other.keys() and all(abs(one[n] - other[n]) <= ROUNDING for n in one)


def _in_line_unit(line: AckLine, own: OwnUnit | None) -> AckLine:
    """Return what was said of a line counted in the line's own unit."""
    quantity = of_line(line, own)
    if quantity == line.quantity or not line.quantity:
        return line
    factor = quantity / line.quantity
    statuses = tuple(
        replace(
            s,
            quantity=None if s.quantity is None else plain(s.quantity * factor),
            price=None if s.price is None else plain(s.price / factor),
        )
        for s in line.statuses
    )
    price = None if line.price is None else plain(line.price / factor)
    return replace(line, quantity=plain(quantity), statuses=statuses, price=price)


def _place(answer: _Answer) -> str:
    place = answer.parties.get("ship_to")
    return place.id if place else ""


def _together(one: AckLine, other: AckLine) -> AckLine:
    """Return what was said of one line to two stores."""
    statuses = (*_counted(one), *_counted(other))
    return replace(one, quantity=one.quantity + other.quantity, statuses=statuses)


def _counted(line: AckLine) -> tuple[LineStatus, ...]:
    """Return a line's statuses, each with its quantity; without any, all of it is accepted."""
    statuses = line.statuses or (LineStatus(code="accepted", unit=line.unit),)
    return tuple(replace(s, quantity=line.quantity if s.quantity is None else s.quantity) for s in statuses)


def _paid(invoices: Sequence[Invoice], remittances: Sequence[Remittance]) -> dict[str, Decimal]:
    """Return what was paid on each invoice, discounts taken counted in, by the invoice's number."""
    known = {invoice.number for invoice in invoices}
    return sums(
        (item.number, item.settled + (item.discount or _ZERO))
        for remittance in remittances
        for item in remittance.items
        if item.number in known
    )
