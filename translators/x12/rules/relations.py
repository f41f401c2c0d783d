"""What segments of a set say about each other: HL levels, LS and LE, and the numbers in CTT.

HL (X12 856, 837): each HL01 is unique in the set and each HL02 names an HL01 that came before. CTT01 counts lines
(856: HL segments), CTT02 sums a quantity of each line. LE01 repeats LS01. X12 has no error code for wrong totals, so
they are warnings that no 997 carries.

`Relations` takes a set in runs of segments, so that one of any size is checked in constant memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.values import is_real

#: The segments that CTT01 counts. Of an 856 X12 counts HL; some guides count the items instead, which we let pass.
COUNTED = {
    "850": ("PO1",),
    "855": ("PO1",),
    "860": ("POC",),
    "865": ("POC",),
    "810": ("IT1",),
    "856": ("HL", "SN1"),
    "846": ("LIN",),
    "832": ("LIN",),
}
#: Where the quantity stands that CTT02 sums (its hash total): segment and element.
SUMMED = {"850": ("PO1", 2), "855": ("PO1", 2), "860": ("POC", 3), "865": ("POC", 3), "810": ("IT1", 2)}
SUMMED |= {"856": ("SN1", 2), "846": ("QTY", 2)}
MOST_AMOUNTS = 4096
_ROUGH = Context(prec=60, traps=[])  # 1E999999 is a number, and may not raise
LONGEST = 40  # characters of a number that are looked at
_LEVELLED = frozenset({"856", "857", "861", "869", "870", "866"}) | {
    "270", "271", "276", "277", "278", "837", "841",
}  # fmt: skip
_WATCHED = frozenset({"LS", "LE", "CTT"})
_WATCHED_LEVELS = _WATCHED | {"HL"}
_REFS = {"HL01": "628", "HL02": "734", "LE01": "447"}  # data element numbers


class Relations:
    """The state of one set's relations: counts, levels seen, the LS that is open."""

    def __init__(self, set_id: str) -> None:
        self.counted = COUNTED.get(set_id, ())
        self.summed = SUMMED.get(set_id, ("", 0))
        self.counts = dict.fromkeys(self.counted, 0)
        self.total = Decimal(0)
        self.amounts: list[str] = []  # quantities that are not in the total yet
        self.number = 0  # of the last segment taken, ST = 1
        self.levels = _Levels()
        self.opened: list[str] = []  # LS01 of the loops that are open
        self.found: list[Finding] = []
        self.watched = _WATCHED_LEVELS if set_id in _LEVELLED else _WATCHED

    def feed(self, parts: Sequence[Sequence[str]]) -> None:
        """Take the next segments of the set."""
        tags = [elements[0] for elements in parts]
        for tag in self.counted:
            self.counts[tag] += tags.count(tag)
        tag, at = self.summed
        if at:
            self.amounts += [e[at] for e in parts if e[0] == tag and len(e) > at]
            if len(self.amounts) > MOST_AMOUNTS:
                self._add_up()
        if not self.watched.isdisjoint(tags):
            watched, first = self.watched, self.number + 1
            for at in [n for n, tag in enumerate(tags) if tag in watched]:
                if not self.levels.follows(parts[at]):
                    self._take(first + at, parts[at])
        self.number += len(parts)

    def _take(self, number: int, elements: Sequence[str]) -> None:
        tag = elements[0]
        value = elements[1] if len(elements) > 1 else ""
        if tag == "HL" and value:
            self._level(number, value, elements[2] if len(elements) > 2 else "")
        elif tag == "LS":
            self.opened.append(value)
        elif tag == "LE":
            begun = self.opened.pop() if self.opened else value
            if begun != value:
                message = f"LE01 is {value!r}, but LS01 is {begun!r}"
                self._fault(number, "LE01", value, message, "LE01 repeats LS01")
        elif tag == "CTT":
            self.found += self._totals(number, elements)

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
        self.found.append(Finding(problems.HIERARCHY, message, where=where, value=value, hint=hint))

    def _totals(self, number: int, elements: Sequence[str]) -> list[Finding]:
        declared = elements[1] if len(elements) > 1 else ""
        found = []
        counted = self.counts and declared.isascii() and declared.isdecimal()
        if counted and int(declared[:12]) not in self.counts.values():
            tag, count = next(iter(self.counts.items()))
            found.append(_total(number, 1, declared, f"there are {count} {tag}"))
        hashed = elements[2] if len(elements) > 2 else ""
        if hashed:
            self._add_up()
        if self.summed[0] and is_real(hashed[:LONGEST]) and not _same_hash(hashed[:LONGEST], self.total):
            tag, at = self.summed
            found.append(_total(number, 2, hashed, f"{tag}{at:02d} add up to {self.total}"))
        return found

    def _add_up(self) -> None:
        for amount in self.amounts:
            if is_real(amount[:LONGEST]):
                self.total = _ROUGH.add(self.total, Decimal(amount[:LONGEST]))
        self.amounts.clear()


def _same_hash(declared: str, total: Decimal) -> bool:
    """Say whether a hash total is the sum; senders may cut what is too long for it from the left (X12 element 347)."""
    value = Decimal(declared)
    if value == total:
        return True
    digits = len(declared.replace(".", "").replace("-", ""))
    return digits >= 10 and str(total).replace(".", "").endswith(declared.replace(".", ""))


def _total(number: int, element: int, value: str, truth: str) -> Finding:
    place = f"CTT{element:02d}"
    return Finding(
        problems.TOTAL_MISMATCH,
        f"{place} says {value}; {truth}",
        Severity.WARNING,
        Where(
            segment_number=number,
            segment="CTT",
            element=element,
            element_ref="354" if element == 1 else "347",
        ),
        value,
        "a line may be lost: compare with the sender",
    )


class _Levels:
    """The HL01 seen so far. Those that count 1, 2, 3 ... are one number, whatever the size of the set."""

    def __init__(self) -> None:
        self.last = 0
        self.next = "1"
        self.parent = ""  # the last one asked for and found
        self.others: set[str] = set()

    def follows(self, elements: Sequence[str]) -> bool:
        """Note an HL that counts on, below the same level as the one before; say False of any other segment."""
        plain = len(elements) > 2 and elements[1] == self.next and elements[2] == self.parent
        if not plain or elements[0] != "HL" or self.others:
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
