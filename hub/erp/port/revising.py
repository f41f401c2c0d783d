"""The port's part for changes of orders that customers placed: what stands in the ERP, and the edit of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from hub.erp.port.results import OrderPolicy, PostResult
from hub.model.documents import OrderChange, OrderLine
from hub.model.exchange import ErpRecord


class LineStanding(Struct, frozen=True, kw_only=True):
    """One line of an order as it stands; quantities in its (our) unit, price per that unit."""

    number: str  # the buyer's line number; "" for a line that people added
    quantity: Decimal
    shipped: Decimal
    invoiced: Decimal
    price: Decimal


class OrderStanding(Struct, frozen=True, kw_only=True):
    """An order as it stands in the ERP."""

    order: ErpRecord
    state: str  # draft | confirmed | cancelled
    lines: tuple[LineStanding, ...] = ()


class LineEdit(Struct, frozen=True, kw_only=True):
    """What one line that is there becomes; None leaves a value as it is. A quantity of 0 takes the line off."""

    number: str  # the buyer's line number
    line: OrderLine  # as it is to be, in the buyer's words with our codes
    quantity: Decimal | None = None  # in our unit
    price: Decimal | None = None  # per our unit, in the order's currency


class OrderEdit(Struct, frozen=True, kw_only=True):
    """What an order becomes. All values are what is to be, never a difference: written again they change nothing."""

    order: ErpRecord
    order_key: str  # the order's own key: lines that are added are named under it
    lines: tuple[LineEdit, ...] = ()
    added: tuple[OrderLine, ...] = ()
    delivery: dt.date | None = None  # the delivery date asked for
    cancel: bool = False
    told: str = ""  # what was decided, in words, for the order's chatter

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to write on the order."""
        return not (self.lines or self.added or self.delivery or self.cancel)


class Revising(Protocol):
    """What the hub asks of an ERP about changes of sale orders."""

    def standing(self, order: ErpRecord) -> OrderStanding:
        """Return an order's lines with what was shipped and invoiced of them."""

    def post(self, key: str, change: OrderChange, edit: OrderEdit, policy: OrderPolicy) -> PostResult:
        """Write an edit on its sale order, once, with a note; an empty edit leaves the note alone.

        Added lines and new prices follow the price policy as those of an order do. HOLD findings: nothing was
        written.
        """
