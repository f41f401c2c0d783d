"""Which price was agreed on with the partner: what an invoice must say.

The last word counts, and it differs by agreement: our 855 told a price per line; without one the order's own
price stands, and where our pricelist was agreed on (or the order named no price) that of Odoo's order. A change of
the order that we took has its own.
"""

from __future__ import annotations

from decimal import Decimal

from hub.model.documents import OrderAcknowledgment, OrderChangeAcknowledgment, PurchaseOrder
from hub.stages.answers import lines_by_number
from hub.stages.their_units import price_per_their_unit

#: Prices of one of the partner's unit, by the buyer's line number.
Prices = dict[str, Decimal]


def prices_told(answer: OrderAcknowledgment) -> Prices:
    """Return the prices that our 855 told: the decision's, else the line's as ordered."""
    told = {line.number: line.told_price for line in answer.lines}
    return {number: price for number, price in told.items() if price is not None}


def prices_changed(answer: OrderChangeAcknowledgment) -> Prices:
    """Return the prices that a change of the order agreed on: the decision's, else those asked for and not refused."""
    told = {}
    for line in answer.lines:
        codes = {status.code for status in line.statuses}
        decided = any(status.price is not None for status in line.statuses)
        refused = bool(codes & {"rejected", "deleted"})
        told[line.number] = line.told_price if decided or not refused else None
    return {number: price for number, price in told.items() if price is not None}


def prices_ordered(order: PurchaseOrder) -> Prices:
    """Return the prices that the order named."""
    return {line.number: line.unit_price for line in order.lines if line.unit_price is not None}


def prices_in_odoo(order: PurchaseOrder, decision: OrderAcknowledgment) -> Prices:
    """Return the prices that Odoo's order has; lines that the partner did not order are left out."""
    lines = lines_by_number(order)
    return {
        line.number: price_per_their_unit(lines[line.number], line.price)
        for line in decision.lines
        if line.number in lines and line.price is not None
    }
