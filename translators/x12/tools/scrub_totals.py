"""Totals of a scrubbed set: those that were right in the file are right in the sample, and only those.

What a dictionary calls a total (CTT02 sums the quantities) is summed as it says. TDS01 of an invoice and AMT02 of an
order (qualifier TT) are the sum of quantity times price, with allowances, charges and taxes or without them as in the
file. They are put right at the end of the run of segments that they stand in; what of the set comes later does not
count. No other sums are known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from msgspec import Struct

from translators.x12.rules.dictionary import Total, Way
from translators.x12.rules.values import is_real

#: Quantity and price of a line.
_LINES = {"IT1": (2, 4), "PO1": (2, 4)}
_AMOUNTS = {"TDS": 1, "AMT": 2}  # segment -> where its amount stands
_ROUGH = Context(prec=60, traps=[])
_LONGEST = 40  # characters of a number that are looked at


class _Waiting(Struct, frozen=True):
    """A total of the run, to be put right at its end."""

    place: int  # of its segment in the run
    element: int
    value: str  # in the file
    total: Total | None  # None: an amount


class Totals:
    """The sums of one set, of the file and of the sample."""

    def __init__(self, totals: Sequence[Total]) -> None:
        self._totals = totals
        self._old, self._new = _Sums(totals), _Sums(totals)
        self._waiting: list[_Waiting] = []
        ways = {way.segment for total in totals for way in total.ways}
        self._watched = (
            ways | {total.segment for total in totals} | _LINES.keys() | _AMOUNTS.keys() | {"SAC", "TXI"}
        )

    def take(self, place: int, old: Sequence[str], new: Sequence[str]) -> None:
        """Count one segment of the file and of the sample; `place` is where it stands in the run."""
        tag = old[0]
        if tag not in self._watched:
            return
        self._old.take(old)
        self._new.take(new)
        for total in self._totals:
            if total.segment == tag and _filled(old, total.element):
                self._waiting.append(_Waiting(place, total.element, old[total.element], total))
        at = _AMOUNTS.get(tag, 0)
        if at and _filled(old, at) and (tag == "TDS" or old[1] == "TT"):
            self._waiting.append(_Waiting(place, at, old[at], None))

    def end_run(self) -> list[tuple[int, int, str]]:
        """Return the totals of the run that need another value: place, element, value."""
        found = []
        for one in self._waiting:
            value = self._summed(one) if one.total else self._amount(one)
            if value is not None:
                found.append((one.place, one.element, value))
        self._waiting.clear()
        return found

    def _summed(self, one: _Waiting) -> str | None:
        """Return a total by the dictionary: a count stays, a sum that was right is that of the sample."""
        assert one.total is not None
        if any(not way.element for way in one.total.ways):
            return one.value
        if not is_real(one.value):
            return None
        value = _decimal(one.value)
        for way in one.total.ways:
            if self._old.sums[way] == value:
                return format(self._new.sums[way], "f")
        sums = {self._new.sums[way] for way in one.total.ways}
        return next(str(n) for n in range(1, len(sums) + 2) if n not in sums) if value in sums else None

    def _amount(self, one: _Waiting) -> str | None:
        if not is_real(one.value):
            return None
        cents = one.element == 1
        for old, new in zip(self._old.amounts(), self._new.amounts(), strict=True):
            if _money(old, cents=cents) == _decimal(one.value):
                return format(_money(new, cents=cents), "f")
        return None


class _Sums:
    """What the lines of a set add up to: by the dictionary, and as an amount of money."""

    def __init__(self, totals: Sequence[Total]) -> None:
        ways = [way for total in totals for way in total.ways if way.element]
        self.sums: dict[Way, Decimal] = dict.fromkeys(ways, Decimal(0))
        self.goods = self.extra = Decimal(0)  # the lines; allowances, charges and taxes

    def amounts(self) -> tuple[Decimal, Decimal]:
        """Return the amount with allowances, charges and taxes, and that of the lines alone."""
        return _ROUGH.add(self.goods, self.extra), self.goods

    def take(self, elements: Sequence[str]) -> None:
        """Count one segment."""
        tag = elements[0]
        for way in self.sums:
            if way.segment == tag:
                self.sums[way] = _ROUGH.add(self.sums[way], _at(elements, way.element))
        if tag in _LINES:
            quantity, price = (_at(elements, at) for at in _LINES[tag])
            self.goods = _ROUGH.add(self.goods, _ROUGH.multiply(quantity, price))
        elif tag == "SAC":
            sign = {"A": -1, "C": 1}.get(elements[1] if len(elements) > 1 else "", 0)
            self.extra = _ROUGH.add(self.extra, sign * _at(elements, 5).scaleb(-2, _ROUGH))
        elif tag == "TXI":
            self.extra = _ROUGH.add(self.extra, _at(elements, 2))


def _filled(elements: Sequence[str], at: int) -> bool:
    return at < len(elements) and bool(elements[at])


def _at(elements: Sequence[str], at: int) -> Decimal:
    return _decimal(elements[at]) if at < len(elements) else Decimal(0)


def _decimal(text: str) -> Decimal:
    return Decimal(text[:_LONGEST]) if is_real(text[:_LONGEST]) else Decimal(0)


def _money(amount: Decimal, *, cents: bool) -> Decimal:
    """Return an amount as its element writes it: in whole cents, or with decimals as few as will do."""
    if cents:
        return amount.scaleb(2, _ROUGH).to_integral_value(ROUND_HALF_UP, _ROUGH)
    return amount.normalize(_ROUGH)
