"""What segments of a set say about each other: HL levels, LS and LE, and totals.

HL (X12 856, 837): each HL01 is unique in the set and each HL02 names an HL01 that came before. LE01 repeats LS01.

`Relations` is told of them one by one and keeps no segment, so that a set of any size is checked in constant memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from hub.model import problems
from hub.model.finding import Finding, Where
from translators.x12.rules.compiled import Checker
from translators.x12.rules.findings import Budget
from translators.x12.rules.totals import Tally

_REFS = {"HL01": "628", "HL02": "734", "LE01": "447"}  # data element numbers


#: Takes a segment that says something of others: its number from ST = 1, and its elements.
Watch = Callable[[int, Sequence[str]], None]


class Relations:
    """The state of one set's relations: totals, levels seen, the LS that are open."""

    def __init__(self, checker: Checker, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self.tally = Tally(checker.definition.totals, checker.dictionary.segments)
        self.levels = _Levels()
        self.opened: list[str] = []  # LS01 of the loops that are open
        self.found: list[Finding] = []

    def watches(self) -> dict[str, list[Watch]]:
        """Return who is to be told of the segments of which id."""
        told: dict[str, list[Watch]] = {"HL": [self._hl], "LS": [self._ls], "LE": [self._le]}
        for tag, counter in self.tally.running:
            told.setdefault(tag, []).append(counter.take)
        for tag in self.tally.totalled:
            told.setdefault(tag, []).insert(0, self._total)
        return told

    def finish(self, last: int, told: Collection[str] = ()) -> list[Finding]:
        """Return all that was found, with what is still open at the end.

        `last` is the number of the set's last segment; `told` are segments known to be missing.
        """
        for value in self.opened if "LE" not in told else ():
            self._missing(
                last,
                "LE",
                f"the loop {_named('LS', value)} has no LE",
                f"close it with {_named('LE', value)}",
            )
        self.opened.clear()
        return self.found

    def _total(self, number: int, elements: Sequence[str]) -> None:
        self.found += filter(self.budget.spend, self.tally.check(number, elements))

    def _hl(self, number: int, elements: Sequence[str]) -> None:
        if not self.levels.follows(elements) and len(elements) > 1 and elements[1]:
            self._level(number, elements[1], elements[2] if len(elements) > 2 else "")

    def _ls(self, _number: int, elements: Sequence[str]) -> None:
        self.opened.append(elements[1] if len(elements) > 1 else "")

    def _le(self, number: int, elements: Sequence[str]) -> None:
        value = elements[1] if len(elements) > 1 else ""
        if not self.opened:
            self._missing(number, "LS", f"{_named('LE', value)} closes nothing", "open the loop with LS")
            return
        begun = self.opened.pop()
        if value and begun != value:
            message = f"LE01 is {value!r}, but LS01 is {begun!r}"
            self._fault(number, "LE01", value, message, "LE01 repeats LS01")

    def _missing(self, number: int, segment: str, message: str, hint: str) -> None:
        where = Where(segment_number=number, segment=segment)
        self._keep(Finding(problems.SEGMENT_MISSING, message, where=where, hint=hint))

    def _keep(self, finding: Finding) -> None:
        if self.budget.spend(finding):
            self.found.append(finding)

    def _level(self, number: int, own: str, parent: str) -> None:
        found = not parent or self.levels.known(parent)
        if not self.levels.add(own):
            hint = "number the HL segments 1, 2, 3 ..."
            self._fault(number, "HL01", own, f"HL01 {own!r} stands twice", hint)
        if not found or (parent and parent == own):
            message = f"HL02 {parent!r} names no level that came before"
            self._fault(number, "HL02", parent, message, "HL02 repeats the HL01 of the level above")

    def _fault(self, number: int, place: str, value: str, message: str, hint: str) -> None:
        tag = place[:2]
        where = Where(
            segment_number=number,
            segment=tag,
            loop="HL" if tag == "HL" else "",
            element=int(place[2:]),
            element_ref=_REFS[place],
        )
        self._keep(Finding(problems.HIERARCHY, message, where=where, value=value, hint=hint))


def _named(segment: str, value: str) -> str:
    """Return an LS or LE with the loop that it names, if it names one."""
    return f"{segment} {value}" if value else segment


class _Levels:
    """The HL01 seen so far. Those that count 1, 2, 3 ... are one number, whatever the size of the set."""

    def __init__(self) -> None:
        self.last = 0
        self.next = "1"
        self.parent = ""  # the last one asked for and found
        self.others: set[str] = set()

    def follows(self, elements: Sequence[str]) -> bool:
        """Note an HL that counts on, below the same level as the one before; say False of any other segment."""
        if self.others or len(elements) < 3 or elements[1] != self.next or elements[2] != self.parent:
            return False
        self.last += 1
        self.next = str(self.last + 1)
        return True

    def known(self, level: str) -> bool:
        """Say whether a level came before."""
        if level == self.parent:
            return True
        plain = level.isascii() and level.isdecimal() and len(level) < 13 and level[0] != "0"
        if level not in self.others and not (plain and int(level) <= self.last):
            return False
        self.parent = level
        return True

    def add(self, level: str) -> bool:
        """Note a level; say whether it is new."""
        if level == self.next:
            self.last += 1
            self.next = str(self.last + 1)
            return level not in self.others
        if self.known(level):
            return False
        self.others.add(level)
        return True
