"""What a document says of an order line, counted in the line's own unit. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from hub.model.documents import AckLine, InvoiceLine, OwnUnit, ReceivedItem, ShippedItem
from hub.stages.their_units import plain

#: Quantities by the buyer's line number, in the unit of the order.
ByLine: TypeAlias = dict[str, Decimal]

#: Odoo keeps what was delivered in hundredths of the order line's unit: 7 of a dozen are 0.58 billed.
ROUNDING = Decimal("0.005")


def of_line(said: AckLine | InvoiceLine | ReceivedItem | ShippedItem, own: OwnUnit | None = None) -> Decimal:
    """Return the quantity of a document's line in the unit of the order line, not rounded: add up first.

    `own`: what is known of the order line's own unit beside our product's (see `OwnUnit`), for a line of the
    partner's that counts in the product's.
    """
    mine = said.own if isinstance(said, ReceivedItem | ShippedItem) else None
    if mine is not None:
        return mine.of_line
    if own is not None and said.our_quantity is not None and said.our_unit == own.unit:
        return abs(said.our_quantity) / own.contained
    return said.received if isinstance(said, ReceivedItem) else said.quantity


def sums(parts: Iterable[tuple[str, Decimal]]) -> ByLine:
    """Return quantities added up by line, then rounded to six places: three times 4 of a dozen are one."""
    total: defaultdict[str, Decimal] = defaultdict(Decimal)
    for number, quantity in parts:
        total[number] += quantity
    return {number: plain(quantity) for number, quantity in total.items()}
