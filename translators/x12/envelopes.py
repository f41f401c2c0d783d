"""Opens a whole X12 file in memory: the events of `stream`, collected into one value.

`unwrap` never raises and never loses a document that can be told apart: a fault of one interchange, group or set
stays with it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from hub.model.envelope import (
    Unwrapped,
    UnwrappedGroup,
    UnwrappedInterchange,
    UnwrappedSet,
)
from hub.model.finding import Finding
from translators.x12.characters import AS_IT_COMES, Reading
from translators.x12.events import (
    Event,
    GroupBegins,
    GroupEnds,
    InterchangeBegins,
    InterchangeEnds,
    Loose,
    SetBegins,
    SetEnds,
    SetText,
    TechnicalAck,
)
from translators.x12.stream import events


def unwrap(data: bytes, file: str, reading: Reading = AS_IT_COMES) -> Unwrapped:
    """Open every interchange of a file; `file` is its name for the findings."""
    return collect(events(io.BytesIO(data), file, reading))


def collect(stream: Iterator[Event]) -> Unwrapped:
    """Put the events of one file together."""
    interchanges: list[UnwrappedInterchange] = []
    loose: list[Finding] = []
    for event in stream:
        if isinstance(event, InterchangeBegins):
            interchanges.append(_interchange(event, stream))
        elif isinstance(event, Loose):
            loose.append(event.finding)
    return Unwrapped(interchanges=tuple(interchanges), findings=tuple(loose))


def _interchange(begins: InterchangeBegins, stream: Iterator[Event]) -> UnwrappedInterchange:
    groups: list[UnwrappedGroup] = []
    acks: list[tuple[str, ...]] = []
    findings = begins.findings
    for event in stream:
        if isinstance(event, GroupBegins):
            groups.append(_group(event, stream))
        elif isinstance(event, TechnicalAck):
            acks.append(event.elements)
        elif isinstance(event, InterchangeEnds):
            findings += event.findings
            break
    return UnwrappedInterchange(
        envelope=begins.envelope,
        groups=tuple(groups),
        findings=findings,
        technical_acks=tuple(acks),
        offset=begins.offset,
        isa=begins.isa,
    )


def _group(begins: GroupBegins, stream: Iterator[Event]) -> UnwrappedGroup:
    sets: list[UnwrappedSet] = []
    findings, declared = begins.findings, ""
    for event in stream:
        if isinstance(event, SetBegins):
            sets.append(_set(event, stream))
        elif isinstance(event, GroupEnds):
            findings += event.findings
            declared = event.declared_count
            break
    return UnwrappedGroup(
        envelope=begins.envelope, declared_count=declared, sets=tuple(sets), findings=findings
    )


def _set(begins: SetBegins, stream: Iterator[Event]) -> UnwrappedSet:
    texts: list[bytes] = []
    findings = begins.findings
    for event in stream:
        if isinstance(event, SetText):
            texts.append(event.data)
        elif isinstance(event, SetEnds):
            findings += event.findings
            break
    return UnwrappedSet(
        document=begins.document,
        envelope=begins.envelope,
        payload=texts[0] if len(texts) == 1 else b"".join(texts),
        offset=begins.offset,
        findings=findings,
    )
