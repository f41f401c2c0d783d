"""Which control numbers were used before, in little memory: numbers that count upwards are kept as one run."""

from __future__ import annotations

from bisect import bisect_right

#: So many runs and odd values are kept. A file with more gaps than that is not looked through for repeated numbers.
MOST = 20_000


class Numbers:
    """A growing set of control numbers, compared as strings: 1 and 0001 are two."""

    def __init__(self) -> None:
        self._runs: dict[int, tuple[list[int], list[int]]] = {}  # by width: first and last number of each run
        self._odd: set[str] = set()  # what is no number
        self._room = MOST

    def add(self, value: str) -> bool:
        """Note a value; say whether it is new."""
        if not (value.isascii() and value.isdecimal() and len(value) <= 9):
            return self._add_odd(value[:80])
        number = int(value)
        firsts, lasts = self._runs.setdefault(len(value), ([], []))
        if lasts and number == lasts[-1] + 1:  # the usual case
            lasts[-1] = number
            return True
        at = bisect_right(firsts, number)
        if at and number <= lasts[at - 1]:
            return False
        self._insert(firsts, lasts, at, number)
        return True

    def _add_odd(self, value: str) -> bool:
        if value in self._odd:
            return False
        if self._room:
            self._room -= 1
            self._odd.add(value)
        return True

    def _insert(self, firsts: list[int], lasts: list[int], at: int, number: int) -> None:
        """Put a new number in before run `at`, joined to the runs that it touches."""
        follows = at > 0 and lasts[at - 1] == number - 1
        precedes = at < len(firsts) and firsts[at] == number + 1
        if follows and precedes:
            lasts[at - 1] = lasts.pop(at)
            firsts.pop(at)
            self._room += 1
        elif follows:
            lasts[at - 1] = number
        elif precedes:
            firsts[at] = number
        elif self._room:
            self._room -= 1
            firsts.insert(at, number)
            lasts.insert(at, number)
