"""By what two texts are laid side by side: a document's number, the identity of a loop, the qualifier of a segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import BinaryIO

from msgspec import Struct, field

from hub.model.envelope import Delimiters, Envelope
from translators.x12.events import GroupBegins, InterchangeBegins, SetBegins, SetEnds
from translators.x12.rules.dictionary import Segment
from translators.x12.tools.reading import Row, Rules, rows

#: Where a document has its own number: the segment that begins it, and the element.
NUMBER_AT = {
    "BEG": 3, "BAK": 3, "BCH": 3, "BCA": 3, "BSN": 2, "BIG": 2, "BIA": 3, "BGN": 2, "BRA": 1, "BFR": 2, "BSS": 2,
    "BSR": 3, "BCD": 2, "BCT": 2, "BTP": 3, "B2": 4, "B3": 2, "B10": 2, "B1": 2, "W05": 2, "W06": 2, "W17": 3,
    "W15": 2, "G50": 3, "G01": 2, "AK1": 2, "BPT": 2, "XQ": 2,
}  # fmt: skip
LINE_NUMBER, _ITEM_QUALIFIER = "350", "235"
_QUALIFIED_BY_LEVEL = "HL"
_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


class Text(Struct):
    """A set, or an envelope (set id ISA or GS), with its segments."""

    set_id: str
    number: str
    delimiters: Delimiters
    rows: list[Row] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return what it is called: 850 4711; of envelopes ISA or GS."""
        return f"{self.set_id} {self.number}".strip()


class Node(Struct, frozen=True):
    """One segment with its key: the loops that it stands in, its id, its qualifier."""

    key: tuple[str, ...]
    place: str  # the same for people: PO1 2 / SCH
    number: int
    elements: list[str]
    described: Segment | None
    opens: tuple[str, ...] = ()  # the key of the loop that it opens


def texts(source: BinaryIO, file: str, rules: Rules) -> Iterator[Text]:
    """Yield the sets of a file, and its envelopes as texts of one segment."""
    current: Text | None = None
    for event in rows(source, file, rules, checked=False):
        if isinstance(event, InterchangeBegins):
            yield _envelope("ISA", _isa(event.envelope), event.envelope)
        elif isinstance(event, GroupBegins):
            yield _envelope("GS", _gs(event.envelope), event.envelope)
        elif isinstance(event, SetBegins):
            current = Text(event.envelope.set_id, "", event.envelope.delimiters)
        elif isinstance(event, Row) and current:
            current.rows.append(event)
            if event.number == 2:
                at = NUMBER_AT.get(event.elements[0], 0)
                current.number = event.elements[at] if 0 < at < len(event.elements) else ""
        elif isinstance(event, SetEnds) and current:
            yield current
            current = None


def _envelope(tag: str, elements: list[str], envelope: Envelope) -> Text:
    return Text(tag, "", envelope.delimiters, [Row(0, elements)])


def _isa(envelope: Envelope) -> list[str]:
    sender, receiver, at = envelope.sender, envelope.receiver, envelope.prepared_at
    clock = [f"{at:%y%m%d}", f"{at:%H%M}"] if at else ["", ""]
    ends = [sender.qualifier, sender.id, receiver.qualifier, receiver.id]
    rest = [envelope.delimiters.repetition, envelope.version, envelope.interchange_control]
    asked = "1" if envelope.ack_requested else "0"
    return ["ISA", "", "", "", "", *ends, *clock, *rest, asked, envelope.usage, envelope.delimiters.component]


def _gs(envelope: Envelope) -> list[str]:
    ends = [envelope.functional_id, envelope.group_sender, envelope.group_receiver]
    return ["GS", *ends, "", "", envelope.group_control, "X", envelope.release]


def nodes(text: Text, numbers: Mapping[str, str] = _AS_THEY_ARE) -> list[Node]:
    """Return the segments of a text with their keys; `numbers` gives lines another number (`renumbered`)."""
    keys = _Keys(numbers)
    return [keys.node(row) for row in text.rows]


def renumbered(old: Text, new: Text) -> dict[str, str]:
    """Return which line of the old text each line of the new one is, by line number, where the numbers differ.

    A line of another item, while that item stands once in both texts under other numbers, is the line of its item.
    """
    before, after = _lines(old), _lines(new)
    numbers = {item: number for number, item in before.items() if item}
    once = [{i for i, times in Counter(lines.values()).items() if times == 1} for lines in (before, after)]
    moved = {
        number: numbers[item]
        for number, item in after.items()
        if item and before.get(number) != item and item in once[0] & once[1]
    }
    taken = set(moved.values())
    for number in after:
        if number not in moved and number in taken:
            moved[number] = f"{number} (new)"
    return moved


def _lines(text: Text) -> dict[str, str]:
    """Return the item of each line number of the outermost loops that have one."""
    return {line_number(_at(row.elements, 1)): _item(row) for row in text.rows if _is_line(row)}


def _is_line(row: Row) -> bool:
    uses = row.described.uses if row.described else ()
    head = row.head and len(row.loops) == 1 and bool(uses) and uses[0].element.number == LINE_NUMBER
    return head and bool(_at(row.elements, 1))


def line_number(text: str) -> str:
    """Return a line number by which 001 and 1 are one."""
    return (text.lstrip("0") or "0") if text.isascii() and text.isdecimal() else text


class _Keys:
    """Makes keys row after row: the loops that are open, how often each stood, and the levels of HL."""

    def __init__(self, numbers: Mapping[str, str]) -> None:
        self.numbers = numbers
        self.open: list[tuple[str, ...]] = []  # the key of each open loop
        self.times: dict[tuple[str, ...], int] = {}
        self.levels: dict[str, tuple[str, ...]] = {}  # HL01 -> key of its loop

    def node(self, row: Row) -> Node:
        """Return the node of the next row."""
        del self.open[len(row.loops) - row.head :]
        if row.head:
            self.open.append(self._loop(row))
        inside = self.open[-1] if self.open else ()
        tag = row.elements[0]
        own = tag if row.head else f"{tag} {_qualifier(row)}".strip()
        place = " / ".join([*inside, *([] if row.head else [own])]) or own
        return Node(
            (*inside, own + " "), place, row.number, row.elements, row.described, inside if row.head else ()
        )

    def _loop(self, row: Row) -> tuple[str, ...]:
        """Return the key of the loop that a row opens; one that stands again with the same identity is counted."""
        name, outer = row.loops[-1], self.open[-1] if self.open else ()
        if row.elements[0] == _QUALIFIED_BY_LEVEL:
            outer = self.levels.get(_at(row.elements, 2), ())
            key = self._counted((*outer, f"HL {_at(row.elements, 3)}"))
            self.levels[_at(row.elements, 1)] = key
            return key
        own = _identity(row)
        own = self.numbers.get(own, own) if _is_line(row) else own
        return self._counted((*outer, f"{name} {own}".strip()))

    def _counted(self, key: tuple[str, ...]) -> tuple[str, ...]:
        self.times[key] = times = self.times.get(key, 0) + 1
        return key if times == 1 else (*key[:-1], f"{key[-1]} #{times}")


def _at(elements: Sequence[str], at: int) -> str:
    return elements[at] if at < len(elements) else ""


def _identity(row: Row) -> str:
    """Return what a loop is known by: its line number, else the ids of its item, else its head's qualifier."""
    uses = row.described.uses if row.described else ()
    if not uses or uses[0].element.number != LINE_NUMBER:
        return _qualifier(row)
    if _at(row.elements, 1):
        return line_number(row.elements[1])
    return _item(row)


def _item(row: Row) -> str:
    """Return the first two ids of an item line."""
    uses = row.described.uses if row.described else ()
    ids = [
        _at(row.elements, at + 1)
        for at, use in enumerate(uses, start=1)
        if use.element.number == _ITEM_QUALIFIER
    ]
    return " ".join(filter(None, ids[:2]))


def _qualifier(row: Row) -> str:
    """Return element 01 where it tells several such segments apart: a code of a segment that may repeat."""
    first = row.described.uses[0].element if row.described and row.described.uses else None
    if row.once or first is None or first.kind != "ID":
        return ""
    return _at(row.elements, 1)
