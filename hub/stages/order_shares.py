"""What one order has of an invoice that bills several: its lines, and its share of what is of the whole. Pure."""

from __future__ import annotations

from decimal import Decimal

from hub.model.currencies import rounded
from hub.model.documents import Invoice, InvoiceLine
from hub.model.signs import worth_of

_ZERO = Decimal(0)


def lines_of(invoice: Invoice, order_number: str) -> tuple[InvoiceLine, ...]:
    """Return the lines of an invoice that bill an order; one that names no order is of the invoice's own."""
    return tuple(
        line
        for line in invoice.lines
        if (line.order_number or invoice.order_number or order_number) == order_number
    )


def share_of(invoice: Invoice, order_number: str, amount: Decimal) -> Decimal:
    """Return an order's share of an amount of an invoice (its total, what was paid of it), by what its lines come to.

    The shares of all orders add up to the amount: what rounding leaves of one goes to the next.
    """
    orders = _orders(invoice)
    if orders in ([], [order_number]):
        return amount
    worth = {number: sum(map(worth_of, lines_of(invoice, number)), _ZERO) for number in orders}
    whole = sum(worth.values(), _ZERO)
    if order_number not in worth:
        return _ZERO
    if not whole:
        return amount if order_number == orders[0] else _ZERO
    before = sum((worth[number] for number in orders[: orders.index(order_number)]), _ZERO)
    upto = before + worth[order_number]
    return _part(invoice, amount, upto / whole) - _part(invoice, amount, before / whole)


def _orders(invoice: Invoice) -> list[str]:
    """Return the orders that the lines of an invoice bill, in their order."""
    named = (line.order_number or invoice.order_number for line in invoice.lines)
    return list(dict.fromkeys(number for number in named if number))


def _part(invoice: Invoice, amount: Decimal, fraction: Decimal) -> Decimal:
    return rounded(amount * fraction, invoice.currency)
