"""A file as a person reads it: envelopes, loops and segments as indented lines, names beside values, findings in place.

`lines` makes them one by one, so a file of any size can be shown. Colours and markup are the callers'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from hub.model.envelope import Delimiters, Envelope
from hub.model.finding import Finding
from translators.x12.events import (
    Event,
    GroupBegins,
    GroupEnds,
    InterchangeBegins,
    InterchangeEnds,
    Loose,
    SetBegins,
    SetEnds,
    TechnicalAck,
)
from translators.x12.rules.dictionary import Segment, Use
from translators.x12.rules.source import SHIPPED, Library, load, nearest_release
from translators.x12.tools.reading import BY_THE_FILE, Row, Rules
from translators.x12.tools.words import meaning

MOST_LEVELS = 20  # HL levels that are indented
USAGE = {"P": "production", "T": "test", "I": "information"}


class ShownElement(Struct, frozen=True, omit_defaults=True):
    """One element or component that has a value."""

    at: str  # BEG03, REF04-2
    value: str
    name: str = ""  # empty when the dictionary does not describe it
    meaning: str = ""  # of a code, where we have words for it


class ShownLine(Struct, frozen=True, omit_defaults=True):
    """One line: an envelope, a set, a segment, or findings that belong to none of these."""

    kind: Literal["interchange", "group", "set", "segment", "end", "file"]
    depth: int  # how far it is indented
    title: str = ""  # the segment's id and name, or what an envelope says
    set: int = 0  # ordinal of the set in the file, from 1
    number: int = 0  # of the segment, ST = 1
    loop: str = ""  # the loop that the segment opens
    segment: str = ""
    elements: tuple[ShownElement, ...] = ()
    findings: tuple[Finding, ...] = ()


class Choice(Struct, frozen=True):
    """Which sets are shown; envelopes always are."""

    ordinal: int = 0  # only the set of this number in the file, from 1; 0: all
    set_ids: frozenset[str] = frozenset()  # only these; empty: all

    def takes(self, ordinal: int, set_id: str) -> bool:
        """Say whether a set is shown."""
        return self.ordinal in {0, ordinal} and (not self.set_ids or set_id in self.set_ids)


ALL = Choice()


def lines(
    stream: Iterable[Event | Row], rules: Rules = BY_THE_FILE, choice: Choice = ALL
) -> Iterator[ShownLine]:
    """Yield the lines of a file from its rows (`reading.rows`)."""
    ordinal, shown, delimiters, levels = 0, False, Delimiters(), _Levels()
    for event in stream:
        if isinstance(event, SetBegins):
            ordinal += 1
            shown = choice.takes(ordinal, event.envelope.set_id)
            delimiters, levels = event.envelope.delimiters, _Levels()
            if shown:
                yield _set(event, rules, ordinal)
        elif isinstance(event, Row):
            if shown:
                yield _segment(event, delimiters, ordinal, levels.depth(event))
        elif isinstance(event, SetEnds):
            if shown and event.findings:
                yield ShownLine("end", 3, set=ordinal, findings=event.findings)
        else:
            yield from _envelope(event)


def _envelope(event: Event) -> Iterator[ShownLine]:
    """Yield the line of what stands around sets; the end of an envelope only when something was found there."""
    match event:
        case Loose():
            yield ShownLine("file", 0, findings=(event.finding,))
        case InterchangeBegins():
            yield ShownLine(
                "interchange", 0, _interchange(event.envelope), segment="ISA", findings=event.findings
            )
        case GroupBegins():
            yield ShownLine("group", 1, _group(event.envelope), segment="GS", findings=event.findings)
        case TechnicalAck():
            yield ShownLine(
                "segment", 1, "TA1 Interchange acknowledgment", segment="TA1", elements=_ta1(event)
            )
        case GroupEnds() | InterchangeEnds() if event.findings:
            yield ShownLine("end", 2 if isinstance(event, GroupEnds) else 1, findings=event.findings)


def _interchange(envelope: Envelope) -> str:
    at = f", {envelope.prepared_at:%Y-%m-%d %H:%M}" if envelope.prepared_at else ""
    usage = f", {USAGE.get(envelope.usage, envelope.usage)}" if envelope.usage else ""
    asked = ", wants a TA1" if envelope.ack_requested else ""
    return f"interchange {envelope.interchange_control} from {envelope.sender} to {envelope.receiver}{at}{usage}{asked}"


def _group(envelope: Envelope) -> str:
    what = meaning("479", envelope.functional_id)
    named = f"{envelope.functional_id} ({what})" if what else envelope.functional_id
    ends = f"from {envelope.group_sender} to {envelope.group_receiver}"
    return f"group {envelope.group_control} {named} {ends}, release {envelope.release}"


def _ta1(event: TechnicalAck) -> tuple[ShownElement, ...]:
    names = ("Interchange control number", "Date", "Time", "Verdict", "Note")
    pairs = zip(event.elements[1:], names, strict=False)
    return tuple(ShownElement(f"TA1{at:02d}", value, name) for at, (value, name) in enumerate(pairs, start=1))


def _set(event: SetBegins, rules: Rules, ordinal: int) -> ShownLine:
    envelope = rules.envelope(event.envelope)
    name = set_name(envelope.guide, envelope.set_id, rules.library)
    title = f"{envelope.set_id} {name or 'set without a dictionary: elements have no names'}, {envelope.set_control}"
    return ShownLine("set", 2, title, set=ordinal, segment="ST", findings=event.findings)


def set_name(release: str, set_id: str, library: Library = SHIPPED) -> str:
    """Return what a set is called, "" when it is not described."""
    found = load(nearest_release(release, library), library).sets.get(set_id)
    return found.name if found else ""


class _Levels:
    """How deep the HL levels of a set go, where one loop HL is all of them; their numbers tell (HL01, HL02)."""

    def __init__(self) -> None:
        self._above: list[str] = []  # HL01 of the open levels, outermost first

    def depth(self, row: Row) -> int:
        """Return by how much a segment is indented for its level, beyond what its loops ask for."""
        if "HL" not in row.loops:
            return 0
        if row.head and row.elements[0] == "HL":
            own, parent = [*row.elements, "", ""][1:3]
            while self._above and self._above[-1] != parent:
                self._above.pop()
            if len(self._above) < MOST_LEVELS:
                self._above.append(own)
        return max(0, len(self._above) - 1)


def _segment(row: Row, delimiters: Delimiters, ordinal: int, level: int) -> ShownLine:
    tag = row.elements[0]
    name = row.described.name if row.described else ""
    return ShownLine(
        "segment",
        3 + level + len(row.loops) - row.head,
        f"{tag} {name}".strip(),
        set=ordinal,
        number=row.number,
        loop=row.loops[-1] if row.head else "",
        segment=tag,
        elements=tuple(elements(row.elements, row.described, delimiters)),
        findings=row.findings,
    )


def elements(values: list[str], described: Segment | None, delimiters: Delimiters) -> Iterator[ShownElement]:
    """Yield what has a value in a segment; composites by component, repeated elements by repetition."""
    uses = described.uses if described else ()
    for at, value in enumerate(values[1:], start=1):
        if not value:
            continue
        use = uses[at - 1] if at <= len(uses) else None
        place = f"{values[0]}{at:02d}"
        rounds = (
            value.split(delimiters.repetition)
            if use and use.repeats > 1 and delimiters.repetition
            else [value]
        )
        for one in rounds:
            yield from _element(place, one, use, delimiters.component)


def _element(place: str, value: str, use: Use | None, component: str) -> Iterator[ShownElement]:
    if use is None or not use.parts:
        name, number = (use.element.name, use.element.number) if use else ("", "")
        yield ShownElement(place, value, name, meaning(number, value))
        return
    parts = value.split(component) if component else [value]
    for at, part in enumerate(parts, start=1):
        if part:
            inner = use.parts[at - 1] if at <= len(use.parts) else None
            yield from _element(f"{place}-{at}", part, inner, component)
