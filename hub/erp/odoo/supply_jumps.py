"""Prices of a list that are too far from what we pay now: the list waits for people. Asks nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.lookups import hold
from hub.erp.odoo.supply_rows import PriceRow
from hub.erp.odoo.supply_spans import Known
from hub.model import problems
from hub.model.finding import Finding

#: How many single lines are told of one kind of trouble; a list may have thousands.
TOLD = 20


class Jump(Struct, frozen=True):
    """A price that is far from the one that counts, or that nothing is there to compare with in its currency."""

    row: PriceRow
    before: Known

    @property
    def percent(self) -> Decimal | None:
        """Return by how much it rises, in percent of the price before; negative where it falls; None: other money."""
        if self.row.currency not in ("", self.before.currency):
            return None
        return (self.row.price - self.before.cost) / self.before.cost * 100

    @property
    def far(self) -> Decimal:
        """Return what jumps are ordered by: other money first."""
        return Decimal("Infinity") if self.percent is None else abs(self.percent)


def jumps(
    rows: Sequence[PriceRow], known: Sequence[Known], today: dt.date, percent: Decimal
) -> tuple[Jump, ...]:
    """Return prices more than so many percent from what is paid for that quantity, or for the nearest one."""
    of_product = _by_product(known)
    found: list[Jump] = []
    for row in rows:
        before = nearest(row, of_product.get(row.product, ()), today)
        if before is not None:
            jump = Jump(row, before)
            if jump.percent is None or abs(jump.percent) > percent:
                found.append(jump)
    return tuple(found)


def nearest(row: PriceRow, known: Sequence[Known], today: dt.date) -> Known | None:
    """Return the price of the same product to compare with: one in the same money, that counts today, for the same
    or the next smaller quantity, else the next larger one; of several the one that is nearest in price."""
    paid = [one for one in known if one.cost]
    paid = [one for one in paid if row.currency in ("", one.currency)] or paid
    paid = [one for one in paid if one.counts(today)] or paid
    if not paid:
        return None
    below = [one.minimum for one in paid if one.minimum <= row.minimum]
    tier = max(below) if below else min(one.minimum for one in paid)
    return min(
        (one for one in paid if one.minimum == tier), key=lambda one: (abs(one.cost - row.price), one.id)
    )


def in_money(
    rows: Sequence[PriceRow], known: Sequence[Known], today: dt.date, currency: str
) -> list[PriceRow]:
    """Return rows with a currency each: where the list names none, that of the prices before, else `currency`."""
    of_product = _by_product(known)
    before = [row.currency or nearest(row, of_product.get(row.product, ()), today) for row in rows]
    return [
        replace(row, currency=one.currency if isinstance(one, Known) else one or currency)
        for row, one in zip(rows, before, strict=True)
    ]


def told_jumps(found: Sequence[Jump], most: Decimal | None) -> list[Finding]:
    """Hold a list for its jumps: the furthest are told one by one, the others by their count."""
    told = [_told(jump, most) for jump in sorted(found, key=lambda jump: -jump.far)[:TOLD]]
    if len(found) > TOLD:
        message = f"{len(found) - TOLD} more prices change by more than {most}%"
        told.append(hold(problems.PRICE_DIFFERS, message, hint="see the document for all of them"))
    return told


def _told(jump: Jump, most: Decimal | None) -> Finding:
    row, before = jump.row, jump.before
    if jump.percent is None:
        message = (
            f"{row.sku}: {row.price.normalize():f} {row.currency}, and what we pay is in {before.currency} "
            f"({before.cost.normalize():f}): there is nothing to compare with in this currency"
        )
    else:
        tier = "" if before.minimum == row.minimum else f" from {before.minimum.normalize():f} on"
        message = (
            f"{row.sku}: {before.cost.normalize():f}{tier} becomes {row.price.normalize():f} "
            f"({jump.percent:+.0f}%, at most {most}% goes by itself)"
        )
    return hold(
        problems.PRICE_DIFFERS,
        message,
        where=f"lines[{row.line}].prices",
        value=f"{row.price.normalize():f}",
        hint="ask the vendor; release to take the whole list as it is, or reject it",
    )


def _by_product(known: Sequence[Known]) -> Mapping[int, list[Known]]:
    found: dict[int, list[Known]] = {}
    for one in known:
        found.setdefault(one.product, []).append(one)
    return found
