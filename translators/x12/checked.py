"""Checks a stream of events on its way: every set against its dictionary and a guideline, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from hub.model.envelope import Envelope
from translators.x12.events import Event, SetBegins, SetEnds, SetText
from translators.x12.rules.check import SetCheck
from translators.x12.rules.guideline import Guideline
from translators.x12.rules.source import SHIPPED, Library
from translators.x12.tokens import decode

#: Says which guideline a set is held against, by its envelope.
Choose = Callable[[Envelope], Guideline | None]


def checked(
    events: Iterable[Event], guideline: Guideline | Choose | None = None, library: Library = SHIPPED
) -> Iterator[Event]:
    """Pass events on; each SetEnds carries all that is wrong with its set, faults of ST and SE first.

    Of a segment that is longer than a run (SetText.whole) only the beginning and the end are looked at.
    """
    check: _Check | None = None
    for event in events:
        if isinstance(event, SetBegins):
            wanted = guideline(event.envelope) if callable(guideline) else guideline
            check = _Check(event, wanted, library)
        elif isinstance(event, SetText) and check:
            check.take(event)
        elif isinstance(event, SetEnds) and check:
            yield check.end(event)
            check = None
            continue
        yield event


class _Check:
    """The set that is open."""

    def __init__(self, begun: SetBegins, guideline: Guideline | None, library: Library) -> None:
        self.findings = begun.findings
        self.delimiters = begun.envelope.delimiters
        self.check = SetCheck.of(begun.envelope, guideline, library)
        self.beginning = b""  # of a segment that goes on

    def take(self, run: SetText) -> None:
        if not run.whole:
            self.beginning = self.beginning or run.data
            return
        self.check.feed_text(decode(self.beginning + run.data, self.delimiters))
        self.beginning = b""

    def end(self, event: SetEnds) -> SetEnds:
        return replace(event, findings=(*self.findings, *event.findings, *self.check.finish()))
