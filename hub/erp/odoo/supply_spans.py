"""A supplier price and its days: as it stands in Odoo, and as a list changes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.supply_rows import PriceRow

EVER, NEVER = dt.date.min, dt.date.max
DAY = dt.timedelta(days=1)


class Known(Struct, frozen=True, kw_only=True):
    """A supplier price as it stands in Odoo."""

    id: int
    product: int
    minimum: Decimal
    start: dt.date | None
    end: dt.date | None
    price: Decimal
    currency: str
    code: str
    name: str
    delay: int
    discount: Decimal = Decimal(0)  # percent

    @property
    def cost(self) -> Decimal:
        """Return the price less its discount."""
        return self.price * (100 - self.discount) / 100

    def counts(self, on: dt.date) -> bool:
        """Say whether it counts on a day."""
        return (self.start or on) <= on <= (self.end or on)


class Span(Struct):
    """A price and its days, first to last; one without a day has no bound. `row`: what the list tells of it.

    `resumed`: it goes on after a dearer price.
    """

    start: dt.date | None
    end: dt.date | None
    known: Known | None = None
    row: PriceRow | None = None
    resumed: bool = False

    @property
    def first(self) -> dt.date:
        """Return the first day."""
        return self.start or EVER

    @property
    def last(self) -> dt.date:
        """Return the last day."""
        return self.end or NEVER

    @property
    def next(self) -> dt.date | None:
        """Return the day after the last one."""
        return day_after(self.end)

    def told(self) -> PriceRow:
        """Return it as a row to make."""
        assert self.row is not None
        return replace(self.row, start=self.start, end=self.end)

    @property
    def money(self) -> tuple[Decimal, str]:
        """Return what it costs, and in which currency."""
        if self.row is None:
            assert self.known is not None
            return self.known.cost, self.known.currency
        discount = self.known.discount if self.known else self.row.discount
        currency = self.row.currency or (self.known.currency if self.known else "")
        return self.row.price * (100 - discount) / 100, currency

    def passes(self, others: Iterable[Span]) -> bool:
        """Say whether it lies over other prices: one counts when it begins, and one goes on when it ends."""
        apart = [one for one in others if (one.start, one.end) != (self.start, self.end)]
        begun = any(one.first <= self.first <= one.last for one in apart)
        return begun and any(one.first <= self.last < one.last for one in apart)

    def gives_way_to(self, other: Span) -> bool:
        """Say whether Odoo would take it though another is meant."""
        (mine, own), (theirs, other_s) = self.money, other.money
        return own != other_s or mine < theirs


def day_after(day: dt.date | None) -> dt.date | None:
    """Return the next day; None after none, and after the last of all."""
    return None if day is None or day == NEVER else day + DAY
