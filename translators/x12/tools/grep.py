"""Searches files for a query, set by set, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from hub.model.envelope import Delimiters, Envelope
from translators.x12.events import GroupBegins, InterchangeBegins, SetBegins, SetEnds
from translators.x12.isa import mask_isa
from translators.x12.tools.query import Found, Query, Search
from translators.x12.tools.reading import Row, Rules, rows


class Hit(Struct, frozen=True):
    """One place that a query found. `set` counts the sets of the file from 1; 0 in envelopes."""

    file: str
    set: int
    set_id: str
    set_control: str
    number: int  # of the segment, ST = 1; 0 in envelopes
    at: str  # PO102; empty: the segment is meant
    value: str

    def line(self) -> str:
        """Return it as one line: file, set, segment, value."""
        inside = f" {self.set_id} {self.set_control}:" if self.set else ""
        place = f" segment {self.number}" if self.number else ""
        return f"{self.file}:{inside}{place}{' ' * bool(self.at)}{self.at}: {self.value}"


def hits(source: BinaryIO, file: str, query: Query, rules: Rules) -> Iterator[Hit]:
    """Yield what a query finds in a file, in order."""
    search = Search(query)
    ordinal, envelope = 0, Envelope(format="x12")
    for event in rows(source, file, rules, checked=False):
        if isinstance(event, SetBegins):
            ordinal, envelope = ordinal + 1, event.envelope
            search.heads.clear()
        elif isinstance(event, Row):
            if not query.set_ids or envelope.set_id in query.set_ids:
                for found in _look(search, event, envelope.delimiters):
                    place = (ordinal, envelope.set_id, envelope.set_control, event.number)
                    yield Hit(file, *place, found.at, found.value)
        elif isinstance(event, InterchangeBegins | GroupBegins) and not query.set_ids:
            row = Row(0, _isa(event) if isinstance(event, InterchangeBegins) else _gs(event.envelope))
            for found in _look(search, row, event.envelope.delimiters):
                yield Hit(file, 0, "", "", 0, found.at, found.value)


def matching_sets(source: BinaryIO, file: str, query: Query, rules: Rules) -> Iterator[str]:
    """Yield the segments, each with its terminator, of every set in which a query finds something.

    Of a set only what comes before the first hit is held.
    """
    search = Search(query)
    delimiters, held, wanted, found = Delimiters(), list[str](), False, False
    for event in rows(source, file, rules, checked=False):
        if isinstance(event, SetBegins):
            search.heads.clear()
            delimiters, held, found = event.envelope.delimiters, [], False
            wanted = not query.set_ids or event.envelope.set_id in query.set_ids
        elif isinstance(event, Row) and wanted:
            held.append(delimiters.element.join(event.elements) + delimiters.segment)
            found = found or any(True for _ in _look(search, event, delimiters))
        elif isinstance(event, SetEnds):
            wanted = False
        if found:
            yield from held
            held = []


def _look(search: Search, row: Row, delimiters: Delimiters) -> Iterator[Found]:
    return search.look(row.elements, row.loops, row.described, delimiters, head=row.head)


def _isa(event: InterchangeBegins) -> list[str]:
    """Return the elements of an ISA, the secret ones unreadable."""
    delimiters = event.envelope.delimiters
    text = mask_isa(event.isa.decode("latin-1")).rstrip("\r\n").removesuffix(delimiters.segment)
    return [value.strip(" ") for value in text.split(delimiters.element)]


def _gs(envelope: Envelope) -> list[str]:
    """Return the elements of a GS that an envelope keeps."""
    ends = (envelope.functional_id, envelope.group_sender, envelope.group_receiver)
    return ["GS", *ends, "", "", envelope.group_control, "X", envelope.release]
