"""A file as its segments: the events of `stream`, with each set's text cut into rows that know their place.

A row knows the loops that it stands in and what is wrong with it. However large the file, about a chunk of it is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import takewhile
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Delimiters, Envelope
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.x12.agreement import guideline_of
from translators.x12.characters import Reading
from translators.x12.checked import checked as checked_events
from translators.x12.events import Event, InterchangeBegins, Loose, SetBegins, SetEnds, SetText
from translators.x12.rules.check import SetCheck, split
from translators.x12.rules.compiled import Checker, checker_of
from translators.x12.rules.dictionary import Segment
from translators.x12.rules.grammar import State
from translators.x12.rules.guideline import Guideline
from translators.x12.rules.source import SHIPPED, Library, load, nearest_release
from translators.x12.rules.walk import Walk
from translators.x12.sets import doctype
from translators.x12.stream import events
from translators.x12.tokens import decode, divided, plain


class Rules(Struct, frozen=True):
    """By what a file is read and held: a release instead of GS08, a partner's agreements, our own dictionaries."""

    release: str = ""
    strict: bool = False  # what a dictionary lacks is an error
    partner: Partner | None = None
    library: Library = SHIPPED
    reading: Reading = Reading()

    def envelope(self, envelope: Envelope) -> Envelope:
        """Return an envelope with the release by which it is to be read; ST03 does not count against it."""
        return replace(envelope, release=self.release, set_guide="") if self.release else envelope

    def guideline(self, document: DocType) -> Guideline | None:
        """Return what is demanded of a kind of document beyond X12.

        Raises ConfigError when the partner's profile cannot be held.
        """
        found = None
        if self.partner:
            found = guideline_of(self.partner.receive.get(document) or self.partner.send.get(document))
        if not self.strict:
            return found
        return replace(found, strict=True) if found else Guideline(strict=True)


#: By the dictionaries that are shipped, GS08 and no partner.
BY_THE_FILE = Rules()


class Row(Struct, frozen=True):
    """One segment of a set. `number` counts from ST = 1; `elements` begin with the segment's id."""

    number: int
    elements: list[str]
    loops: tuple[str, ...] = ()  # that are open, outermost first
    head: bool = False  # it opens the innermost of them
    once: bool = False  # it may stand once at its place
    described: Segment | None = None  # None: no dictionary knows it
    findings: tuple[Finding, ...] = ()


def rows(
    source: BinaryIO, file: str, rules: Rules = BY_THE_FILE, *, checked: bool = True
) -> Iterator[Event | Row]:
    """Yield the events of a file with rows in the place of the texts of its sets.

    What is wrong with a segment comes with its row, what is wrong with the whole set with its end. `checked` false: the
    content is not checked.
    """
    view: _SetView | None = None
    for event in events(source, file, rules.reading):
        if isinstance(event, SetBegins):
            view = _SetView(event, rules, checked=checked)
            yield event
        elif isinstance(event, SetText) and view:
            yield from view.take(event)
        elif isinstance(event, SetEnds) and view:
            yield replace(event, findings=event.findings + view.rest())
        else:
            yield event


def unreadable(head: bytes, reading: Reading) -> Finding | None:
    """Return why what stands in a file cannot be found by its place, by its first bytes; None when it can.

    It is in EBCDIC, wrapped into lines, or its ISA cannot be read.
    """
    for event in events(BytesIO(head), "", reading):
        if isinstance(event, Loose) and event.finding.problem in _UNREADABLE:
            return event.finding
        if isinstance(event, InterchangeBegins):
            return next((finding for finding in event.findings if finding.fatal), None)
    return None


_UNREADABLE = {problems.FILE_UNREADABLE, problems.ENVELOPE_WRAPPED}


def judged(source: BinaryIO, file: str, rules: Rules) -> Iterator[Event]:
    """Yield the events of a file; the end of each set has all that is wrong with it."""
    stream = _by_release(events(source, file, rules.reading), rules)
    return checked_events(stream, lambda envelope: rules.guideline(doctype(envelope.set_id)), rules.library)


def _by_release(stream: Iterator[Event], rules: Rules) -> Iterator[Event]:
    """Let sets be read by the release that the rules name."""
    for event in stream:
        yield (
            replace(event, envelope=rules.envelope(event.envelope)) if isinstance(event, SetBegins) else event
        )


class _Runs:
    """Cuts the runs of a set's text into segments. Of one that is longer than any may be the middle is left out."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self.careful = False  # the last run may hold control characters
        self.dividing = False  # and separators of components or repetitions
        self._beginning = b""  # of a segment that goes on

    def take(self, event: SetText) -> list[list[str]]:
        """Return the segments of the next run, each a list of its elements."""
        if not event.whole:
            self._beginning = self._beginning or event.data
            return []
        text = decode(self._beginning + event.data, self.delimiters)
        self._beginning = b""
        self.careful = not plain(text, self.delimiters)
        self.dividing = divided(text, self.delimiters)
        return split(text, self.delimiters)


class _SetView:
    """The set that is open: its check, and a second walk that tells where each segment stands."""

    def __init__(self, begins: SetBegins, rules: Rules, *, checked: bool) -> None:
        envelope = rules.envelope(begins.envelope)
        delimiters = envelope.delimiters
        demands = rules.guideline(begins.document)
        checker = checker_of(envelope, demands, rules.library)
        self.runs = _Runs(delimiters)
        self.check = SetCheck(checker, delimiters, demands) if checked else None
        self.places = _Places(checker, delimiters)
        self.segments = load(nearest_release(envelope.guide, rules.library), rules.library).segments
        self.number = 0
        self.given: dict[int, Finding] = {}  # findings that went out with a row, by identity

    def take(self, event: SetText) -> Iterator[Row]:
        """Yield the rows of the next run."""
        parts = self.runs.take(event)
        found = self._found(parts)
        states = self.places.take(parts)
        for elements, state in zip(parts, states, strict=True):
            self.number += 1
            yield self._row(elements, state, tuple(found.get(self.number, ())))

    def rest(self) -> tuple[Finding, ...]:
        """Return what only the end of the set shows."""
        return tuple(f for f in self.check.finish() if id(f) not in self.given) if self.check else ()

    def _row(self, elements: list[str], state: State | None, findings: tuple[Finding, ...]) -> Row:
        described = self.segments.get(elements[0])
        if state is None:
            return Row(self.number, elements, described=described, findings=findings)
        placed = state.segment == elements[0]
        described = state.subject.segment if placed else described
        once = placed and not state.head and state.entry.most == 1
        return Row(self.number, elements, state.path, placed and state.head, once, described, findings)

    def _found(self, parts: list[list[str]]) -> dict[int, list[Finding]]:
        """Check the next segments; return what is new by segment number."""
        if not self.check:
            return {}
        first = self.number + 1
        self.check.feed(parts, careful=self.runs.careful, dividing=self.runs.dividing)
        by_number: dict[int, list[Finding]] = {}
        for finding in _latest(self.check, first):
            self.given[id(finding)] = finding
            by_number.setdefault(finding.where.segment_number or first, []).append(finding)
        return by_number


class _Places:
    """Where each segment stands: the state after it, None where no dictionary tells."""

    def __init__(self, checker: Checker | None, delimiters: Delimiters) -> None:
        self.trail: list[State] = []
        self.walk = (
            Walk(checker, delimiters.component, delimiters.repetition, self.trail) if checker else None
        )

    def take(self, parts: list[list[str]]) -> list[State | None]:
        """Return the states of the next segments."""
        if self.walk is None:
            return [None] * len(parts)
        self.trail.clear()
        self.walk.feed(parts)
        return list(self.trail)


def _latest(check: SetCheck, first: int) -> Iterator[Finding]:
    """Yield what was found at the segments from a number on; lists grow at their end."""
    lists = [
        check.loose,
        check.walk.found if check.walk else [],
        check.relations.found if check.relations else [],
    ]
    for found in lists:
        new = takewhile(lambda f: (f.where.segment_number or 0) >= first, reversed(found))
        yield from reversed(list(new))
