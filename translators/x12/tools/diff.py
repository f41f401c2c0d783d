"""What differs between two files, by meaning: sets by number, segments by place and qualifier, element by element.

Separators, line ends, control numbers and the clock of envelopes are no difference, nor is the order of lines or of
segments with different qualifiers. Both files are held in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import zip_longest

from msgspec import Struct

from translators.x12.rules.dictionary import Segment, Use
from translators.x12.rules.values import is_real
from translators.x12.tools.diff_keys import LINE_NUMBER, Node, Text, line_number, nodes, renumbered, texts

#: Elements that number or count, and say nothing of their own: by segment, the positions.
BOOKKEEPING = {"ST": {2}, "SE": {1, 2}, "HL": {1, 2, 4}, "GS": {4, 5, 6}, "ISA": {2, 4, 9, 10, 11, 13, 16}}
_LONGEST = 200  # segments of one key that are aligned by content; more are paired in order


class Difference(Struct, frozen=True):
    """One difference. `old` and `new` are the values, or whole segments when one side has none."""

    kind: str  # changed | removed | added
    set: str  # "850 4711", empty for envelopes and whole sets
    place: str  # "PO1 2 / SCH / SCH01", or of what is only on one side its segment
    name: str = ""  # of the element or segment
    old: str = ""
    new: str = ""
    old_number: int = 0  # of the segment, ST = 1; 0: not there
    new_number: int = 0
    size: int = 1  # segments, where a whole loop or set is only on one side


def differences(
    old: Iterable[Text], new: Iterable[Text], *, everything: bool = False
) -> Iterator[Difference]:
    """Yield what differs between the texts of two files (`diff_keys.texts`). `everything`: numbers and clocks too."""
    for one, other in _matched(list(old), list(new)):
        if one and other:
            yield from _Comparison(one, other, everything=everything).all()
        elif one:
            yield _whole(one, "removed")
        elif other:
            yield _whole(other, "added")


def _matched(old: list[Text], new: list[Text]) -> Iterator[tuple[Text | None, Text | None]]:
    """Pair texts of the same set id and number; then what is left of a set id, in order."""
    rest = dict(enumerate(new))
    partners: dict[int, Text] = {}
    for same_number in (True, False):
        for at, one in enumerate(old):
            if at in partners:
                continue
            for place, other in rest.items():
                if one.set_id == other.set_id and (not same_number or one.number == other.number):
                    partners[at] = rest.pop(place)
                    break
    for at, one in enumerate(old):
        yield one, partners.get(at)
    for other in rest.values():
        yield None, other


def _whole(text: Text, kind: str) -> Difference:
    size = len(text.rows)
    first = text.delimiters.element.join(text.rows[0].elements) if text.rows else ""
    old, new = (first, "") if kind == "removed" else ("", first)
    return Difference(kind, "", text.name, "the whole set", old, new, size=size)


class _Comparison:
    """Compares two texts with the same number."""

    def __init__(self, old: Text, new: Text, *, everything: bool) -> None:
        self.name = old.name
        self.delimiters = old.delimiters, new.delimiters
        self.everything = everything
        self.old, self.new = nodes(old), nodes(new, renumbered(old, new))

    def all(self) -> Iterator[Difference]:
        """Yield the differences in the order of the old text, what is new at the end."""
        groups: dict[tuple[str, ...], tuple[list[Node], list[Node]]] = {}
        for side, found in enumerate((self.old, self.new)):
            for node in found:
                groups.setdefault(node.key, ([], []))[side].append(node)
        gone: set[tuple[str, ...]] = set()  # keys of loops that only one side has
        for key, (old, new) in groups.items():
            if any(key[: len(loop)] == loop for loop in _outer(key, gone)):
                continue
            for one, other in _paired(old, new):
                if one and other:
                    yield from self._pair(one, other)
                for lonely in (one, other) if not (one and other) else ():
                    if lonely:
                        gone.update({lonely.opens} - {()})
                        yield self._lonely(lonely, old=lonely is one)

    def _lonely(self, node: Node, *, old: bool) -> Difference:
        """Return a segment, or a loop by its head, that only one side has."""
        inside = self.old if old else self.new
        loop = node.opens
        size = sum(1 for n in inside if loop and n.key[: len(loop)] == loop) or 1
        delimiters = self.delimiters[0 if old else 1]
        text = delimiters.element.join(node.elements)
        described = node.described.name if node.described else ""
        return Difference(
            "removed" if old else "added",
            self.name,
            node.place,
            described,
            text if old else "",
            "" if old else text,
            node.number if old else 0,
            0 if old else node.number,
            size,
        )

    def _pair(self, old: Node, new: Node) -> Iterator[Difference]:
        """Yield what differs between two segments."""
        ignored = set() if self.everything else BOOKKEEPING.get(old.elements[0], set())
        pairs = zip_longest(old.elements[1:], new.elements[1:], fillvalue="")
        for at, (one, other) in enumerate(pairs, start=1):
            if at in ignored or (one == other and self.delimiters[0] == self.delimiters[1]):
                continue
            use = _use(old.described, at)
            for part, name, left, right in self._parts(use, one, other):
                place = f"{old.place}{'' if old.place.endswith(old.elements[0]) else ' / ' + old.elements[0]}{at:02d}"
                if not self._same(use, left, right):
                    yield Difference(
                        "changed", self.name, place + part, name, left, right, old.number, new.number
                    )

    def _parts(self, use: Use | None, one: str, other: str) -> Iterator[tuple[str, str, str, str]]:
        """Yield an element, or each component of a composite, with its name."""
        if use is None or not use.parts:
            yield "", use.element.name if use else "", one, other
            return
        sides = [
            v.split(d.component) if d.component else [v]
            for v, d in zip((one, other), self.delimiters, strict=True)
        ]
        for at, (left, right) in enumerate(zip_longest(*sides, fillvalue=""), start=1):
            name = use.parts[at - 1].element.name if at <= len(use.parts) else ""
            yield f"-{at}", name, left, right

    def _same(self, use: Use | None, one: str, other: str) -> bool:
        """Say whether two values mean the same: decimal numbers and numbers of lines by their value."""
        if one == other:
            return True
        if use is None or self.everything:
            return False
        if use.element.number == LINE_NUMBER:
            return line_number(one) == line_number(other)
        return use.element.kind == "R" and is_real(one) and is_real(other) and _number(one) == _number(other)


def _number(text: str) -> Decimal:
    return Decimal(text[:60])


def _outer(key: tuple[str, ...], gone: set[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the loops around a key that are known to be on one side only."""
    return (key[:size] for size in range(1, len(key)) if key[:size] in gone)


def _use(described: Segment | None, at: int) -> Use | None:
    return described.uses[at - 1] if described and at <= len(described.uses) else None


def _paired(old: Sequence[Node], new: Sequence[Node]) -> Iterator[tuple[Node | None, Node | None]]:
    """Pair segments of one key: equal ones first where there are several, the others in order."""
    if min(len(old), len(new)) == 0 or len(old) == len(new) == 1 or max(len(old), len(new)) > _LONGEST:
        yield from zip_longest(old, new)
        return
    matcher = SequenceMatcher(
        None, [tuple(n.elements) for n in old], [tuple(n.elements) for n in new], autojunk=False
    )
    for _tag, a, b, c, d in matcher.get_opcodes():
        yield from zip_longest(old[a:b], new[c:d])


__all__ = ["Difference", "Text", "differences", "texts"]
