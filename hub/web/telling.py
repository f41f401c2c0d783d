"""From a story to what stands on a page: bounded lists, places pointed at, repeated tries as one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct, structs

from hub.model.envelope import Envelope
from hub.model.finding import Finding, Severity
from hub.store import Event
from hub.story import Line

MOST_FINDINGS = 100
MOST_EVENTS = 100
MOST_ROWS = 200
MOST_CANONICAL_BYTES = 100_000

_WEIGHT = {severity: at for at, severity in enumerate(Severity)}


class Told(Struct, frozen=True):
    """One line of what happened. The same thing again and again is told once, with how often."""

    event: Event
    times: int = 1
    until: datetime | None = None


def told(events: Iterable[Event]) -> tuple[Told, ...]:
    """Return the lines of what happened; in a long story, its beginning and its end."""
    lines: list[Told] = []
    for event in events:
        if lines and _same(lines[-1].event, event):
            lines[-1] = structs.replace(lines[-1], times=lines[-1].times + 1, until=event.at)
        else:
            lines.append(Told(event))
    if len(lines) > MOST_EVENTS:
        half = MOST_EVENTS // 2
        lines = lines[:half] + lines[-half:]
    return tuple(lines)


def _same(one: Event, other: Event) -> bool:
    return one.what == "stayed" and (one.what, one.to_state, one.actor, one.why) == (
        other.what,
        other.to_state,
        other.actor,
        other.why,
    )


def weightiest(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the heaviest first, as many as a page takes."""
    return tuple(sorted(findings, key=lambda f: _WEIGHT[f.severity])[:MOST_FINDINGS])


def pieces(line: Line, envelope: Envelope) -> tuple[tuple[str, bool], ...]:
    """Return a line in pieces, each with whether a finding points at it; together they are the line.

    In an X12 segment that is an element, or the segment's id when the finding is about the whole segment.
    """
    if not line.findings:
        return ((line.text, False),)
    separator = envelope.delimiters.element
    if envelope.format != "x12" or not separator:
        return ((line.text, True),)
    marked = {finding.where.element or 0 for finding in line.findings}
    values = line.text.split(separator)
    out: list[tuple[str, bool]] = []
    for at, value in enumerate(values):
        if at:
            out.append((separator, at in marked and not value))
        out.append((value, at in marked))
    return tuple(piece for piece in out if piece[0])


def shown_numbers(lines: Iterable[Line]) -> frozenset[int]:
    """Return the numbers of the lines that are on the page, which a finding may link to."""
    return frozenset(line.number for line in lines)
