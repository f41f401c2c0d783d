"""Which price of one product and quantity counts on which day. Asks nothing.

Of several rows that count on a day Odoo takes the cheapest (`product.product._select_seller`: by price, then
sequence, then id). So a promotion that is cheaper lies over the price that stands, and that one is left alone. One
that is dearer needs its days free: what stands is parted, ends the day before and goes on the day after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from hub.erp.odoo.supply_rows import PriceRow
from hub.erp.odoo.supply_spans import DAY, EVER, NEVER, Known, Span, day_after


class Days:
    """The prices of one product and quantity as a list changes them."""

    def __init__(self, known: Iterable[Known], today: dt.date) -> None:
        self._today = today
        self.spans = [
            Span(one.start, one.end, known=one)
            for one in sorted(known, key=lambda k: (k.start or EVER, k.id))
        ]

    def with_(self, rows: Sequence[PriceRow]) -> list[Span]:
        """Return all prices as they are once a list's are among them, but for those that are over."""
        standing = [row for row in rows if row.end is None]
        ending = [row for row in rows if row.end is not None and row.end >= self._today]
        passing = self._passing([row for row in ending if not _nothing_new(row, standing, self._today)])
        self._stand(standing, passing)
        for row in passing:
            self._lay(row)
        return self.spans

    # --- prices that stand
    def _stand(self, rows: Sequence[PriceRow], passing: Sequence[PriceRow]) -> None:
        """Put in the prices without a last day. One without a day gives way to one that has begun."""
        theirs = {(row.start, row.end) for row in passing}
        others = [span for span in self.spans if (span.start, span.end) not in theirs]
        base = [span for span in others if not span.passes(others)]
        begun = any(row.start is not None and row.start <= self._today for row in rows)
        rows = [row for row in rows if row.start is not None or not begun]
        rows = sorted(
            rows, key=lambda row: row.start or EVER
        )  # of two for one day the one that tells it counts
        by_day: dict[dt.date | None, PriceRow] = {}
        for one, following in zip(rows, [*rows[1:], None], strict=False):
            row = self._dated(one, base, passing)
            if row is not None and not _over_before(one, row, following):
                by_day[row.start] = row
        dated = sorted(by_day.values(), key=lambda row: row.start or EVER)
        again = _interrupted(base)
        asked = [self._standing(row, base) for row in dated]
        starts = sorted({span.start for span in (*asked, *base) if span.start})
        for span in asked:
            later = next((first for first in starts if first > span.first), None)
            span.end = later - DAY if later else span.end
        for span in base:
            if span.row is None:
                _supersede(span, [one.start for one in asked if one.start])
        for before, between, after in again:
            if between.row is None and after.row is None:
                _go_on(before, after, asked)

    def _standing(self, row: PriceRow, base: Sequence[Span]) -> Span:
        """Return the span of a row: the one that begins on its day, or a new one."""
        same = next((span for span in base if span.start == row.start), None)
        if same is None:
            same = Span(row.start, None)
            self.spans.append(same)
        same.row = row
        return same

    def _dated(self, row: PriceRow, base: Sequence[Span], passing: Sequence[PriceRow]) -> PriceRow | None:
        """Return a row with its first day: of the price that stands where it is the same, else today."""
        if row.start is not None or not self.spans:
            return _after(row, passing)
        counting = [span for span in base if span.first <= self._today <= span.last]
        latest = max(counting, key=lambda span: span.first, default=None)
        if latest is not None and _same(latest, row):
            return replace(row, start=latest.start)
        return self._waiting(row, base, passing)

    def _waiting(self, row: PriceRow, base: Sequence[Span], passing: Sequence[PriceRow]) -> PriceRow | None:
        """Return a price that stands from today on, or after a dearer one of the same list; None: another follows."""
        theirs = {(one.start, one.end) for one in passing}
        for before, between, after in _interrupted(self.spans):
            asked = (between.start, between.end) in theirs
            if asked and before.last < self._today < after.first:
                return replace(row, start=after.start)
        begun = _after(replace(row, start=self._today), passing)
        following = [
            span for span in base if span.start and self._today < span.start <= (begun.start or NEVER)
        ]
        if not following:
            return begun
        return replace(row, start=following[0].start) if _same(following[0], row) else None

    # --- prices for some days
    def _passing(self, rows: Sequence[PriceRow]) -> list[PriceRow]:
        """Return the prices with a last day, each with a first one, the longest of one day first.

        One without a first day gives way to one that counts today; of several the last one counts.
        """
        counting = any(row.start and row.end and row.start <= self._today <= row.end for row in rows)
        undated = [] if counting else [row for row in rows if row.start is None][-1:]
        dated = [self._begun(row) for row in (*undated, *(row for row in rows if row.start is not None))]
        dated.sort(key=lambda row: row.end or NEVER)
        parted: list[PriceRow] = []
        for row in dated:  # of two of one first day the one that ends later waits for a dearer one
            parted.append(
                _after(row, [one for one in parted if one.start == row.start and one.end != row.end])
            )
        return sorted(parted, key=lambda row: (row.start or EVER, -(row.end or NEVER).toordinal()))

    def _begun(self, row: PriceRow) -> PriceRow:
        if row.start is not None or not self.spans:
            return row
        counting = [span for span in self.spans if span.first <= self._today <= span.last]
        same = [span for span in counting if _same(span, row)]
        found = next((span for span in same if span.end == row.end), None) or next(iter(same), None)
        return replace(row, start=found.start if found else self._today)

    def _lay(self, row: PriceRow) -> None:
        """Put in a price for some days."""
        span = self._found(row)
        if span is None:
            return
        for other in [one for one in self.spans if one.resumed and one.gives_way_to(span)]:
            if span.first <= other.first and other.last <= span.last:
                self.spans.remove(other)  # it has no day left
            elif span.first < other.first <= span.last:
                other.start = span.next
        going_on = {one.start for one in self.spans}  # before several rest, of which each goes on for itself
        for other in [one for one in self.spans if one is not span and one.first <= span.first <= one.last]:
            if not other.gives_way_to(span):
                continue
            if other.last > span.last:
                self._part(other, span, goes_on=span.next in going_on)
            elif other.first < span.first:
                other.end = span.first - DAY

    def _found(self, row: PriceRow) -> Span | None:
        """Return the span of a price for some days; None where the price that stands is the same anyway."""
        begun = [span for span in self.spans if span.start == row.start]
        there = [span for span in begun if span.row is None and span.end is not None]
        same = next((span for span in there if span.end == row.end), None)
        same = same or next((span for span in there if span.passes(self.spans)), None)
        same = same or next((span for span in there if row.end and span.last < row.end), None)
        if same is not None:
            same.row, same.end = row, row.end
            return same
        if any(row.end and span.last > row.end and _same(span, row) for span in begun):
            return None
        span = Span(row.start, row.end, row=row)
        self.spans.append(span)
        return span

    def _part(self, whole: Span, inner: Span, *, goes_on: bool) -> None:
        """Let a price rest on the days of another; `goes_on`: after it, it or another one begins already."""
        assert inner.row is not None
        after = inner.next
        if whole.first == inner.first:  # it has no days before
            whole.start = after
            return
        if not goes_on:
            self.spans.append(Span(after, whole.end, row=_copy(whole, inner.row), resumed=True))
        whole.end = inner.first - DAY


def _copy(span: Span, beside: PriceRow) -> PriceRow:
    """Return a row with the values of a price, for the product of another row."""
    if span.row is not None:
        return span.row
    assert span.known is not None
    one = span.known
    return replace(
        beside,
        price=one.price,
        currency=one.currency,
        code=one.code,
        name=one.name,
        delay=one.delay,
        discount=one.discount,
    )


def _same(span: Span, row: PriceRow) -> bool:
    """Say whether a price is the one that a row tells."""
    price = span.row.price if span.row else span.known.price if span.known else None
    return price == row.price and row.currency in ("", span.money[1])


def _nothing_new(row: PriceRow, standing: Sequence[PriceRow], today: dt.date) -> bool:
    """Say whether a price for some days is the one that stands on them by the same list."""
    begun = [one for one in standing if (one.start or EVER) <= (row.end or NEVER)]
    last = max(begun, key=lambda one: one.start or EVER, default=None)
    if last is None or (last.start or EVER) > (row.start or today):
        return False
    return (last.price, last.currency) == (row.price, row.currency)


def _after(row: PriceRow, passing: Sequence[PriceRow]) -> PriceRow:
    """Return a price that stands, without days on which the same list tells a dearer one from its first day on."""
    for one in passing:
        dearer = one.currency != row.currency or one.price > row.price
        if one.end and dearer and (one.start or EVER) <= (row.start or EVER) <= one.end:
            row = replace(row, start=day_after(one.end))
    return row


def _over_before(told: PriceRow, waiting: PriceRow, following: PriceRow | None) -> bool:
    """Say whether a price that waits for a dearer one would begin when the next one of its list stands already."""
    if told.start is None or waiting.start is None or following is None or following.start is None:
        return False
    return told.start < waiting.start and following.start <= waiting.start


def _interrupted(base: Sequence[Span]) -> list[tuple[Span, Span, Span]]:
    """Return what is one price that a dearer one interrupts: the same before it, the dearer one, the same after it."""
    by_start = {span.start: span for span in base}
    found: list[tuple[Span, Span, Span]] = []
    for before in base:
        between = by_start.get(before.next) if before.end else None
        after = by_start.get(between.next) if between and between.end else None
        if between and after and before.money == after.money and before.gives_way_to(between):
            found.append((before, between, after))
    return found


def _supersede(span: Span, starts: Sequence[dt.date]) -> None:
    """End a price on the day before the next one begins, where it would go on."""
    following = next((first for first in starts if first > span.first), None)
    if following is not None and span.last >= following:
        span.end = following - DAY


def _go_on(before: Span, after: Span, asked: Sequence[Span]) -> None:
    """Let what takes the place of an interrupted price take it after the interruption as well."""
    newer = [span for span in asked if before.first <= span.first < after.first and span.row]
    if newer and (row := newer[-1].row) is not None:
        after.row = replace(row, start=after.start)
