"""Points at what an acknowledgment means: the segment of our original, and in it the element."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.envelope import Delimiters, UnwrappedSet
from hub.model.finding import Finding, Where
from translators.x12.acks.explanation import Mark
from translators.x12.annotate import AnnotatedSegment, annotate
from translators.x12.sets import peek_number

#: Where the fault of a whole set or group stands: the envelope's segment and element.
_ENVELOPE_PLACES = {
    problems.SET_UNSUPPORTED: ("ST", 1),
    problems.SET_ID: ("ST", 1),
    problems.SET_NOT_IN_GROUP: ("ST", 1),
    problems.ST_CONTROL: ("ST", 2),
    problems.ST_REPEATED: ("ST", 2),
    problems.SE_COUNT: ("SE", 1),
    problems.SE_CONTROL: ("SE", 2),
    problems.GROUP_UNSUPPORTED: ("GS", 1),
    problems.GROUP_VERSION: ("GS", 8),
    problems.GS_CONTROL: ("GS", 6),
    problems.GS_REPEATED: ("GS", 6),
    problems.GE_COUNT: ("GE", 1),
    problems.GE_CONTROL: ("GE", 2),
}
_MISSED = frozenset({problems.SEGMENT_MISSING, problems.GUIDE_SEGMENT_MISSING})


class Original(Struct, frozen=True):
    """A set that we sent, with its segments."""

    found: UnwrappedSet
    segments: Sequence[AnnotatedSegment]

    @property
    def delimiters(self) -> Delimiters:
        """Return the separators that it is written with."""
        return self.found.envelope.delimiters


def original(found: UnwrappedSet) -> Original:
    """Open a set of ours."""
    return Original(found, annotate(found.payload, found.envelope))


def own_number(found: UnwrappedSet) -> str:
    """Return a document's own number (BIG02, BAK08 ...), empty when it has none."""
    return peek_number(found.payload, found.envelope)


def point(finding: Finding, ours: Original | None) -> Mark:
    """Return a fault beside the segment of ours that it means."""
    if ours is None:
        return Mark(finding=finding)
    if finding.problem in _ENVELOPE_PLACES:
        return point_at_envelope(finding, ours.segments, ours.delimiters)
    where, rows = finding.where, ours.segments
    number = where.segment_number
    if number is None or not where.segment:
        return Mark(finding=finding)
    if not 1 <= number <= len(rows):
        return Mark(finding=finding, remark=f"the set has only {len(rows)} segments")
    row = rows[number - 1]
    tag = row.text.split(ours.delimiters.element)[0]
    if finding.problem in _MISSED:  # the number is the place where they missed it
        return Mark(finding=finding, text=row.text)
    if tag != where.segment:
        remark = _elsewhere(where.segment, tag, rows, ours.delimiters.element)
        return Mark(finding=finding, text=row.text, remark=remark)
    begin, end = span(row.text, where, ours.delimiters)
    named = {e.position: e.name for e in row.elements}
    return Mark(
        finding=finding,
        text=row.text,
        begin=begin,
        end=end,
        name=named.get(where.element, "") if where.element else row.name,
        remark=_quoted(finding.value, row.text[begin:end]) if finding.value and where.element else "",
    )


def point_at_envelope(finding: Finding, rows: Sequence[AnnotatedSegment], delimiters: Delimiters) -> Mark:
    """Return a fault of a whole set or group beside the segment of the envelope that it means."""
    segment, element = _ENVELOPE_PLACES.get(finding.problem, (finding.where.segment, 0))
    for row in rows:
        if row.text.split(delimiters.element)[0] == segment:
            where = Where(segment_number=row.number or None, segment=segment, element=element or None)
            begin, end = span(row.text, where, delimiters)
            return Mark(finding=replace(finding, where=where), text=row.text, begin=begin, end=end)
    return Mark(finding=finding)


def span(text: str, where: Where, delimiters: Delimiters) -> tuple[int, int]:
    """Return where an element, repeat and component stand in a segment; (0, 0) for the whole segment."""
    if not where.element:
        return 0, 0
    begin, end = _cut(text, 0, len(text), delimiters.element, where.element)
    if where.repeat and delimiters.repetition:
        begin, end = _cut(text, begin, end, delimiters.repetition, where.repeat - 1)
    if where.component:
        begin, end = _cut(text, begin, end, delimiters.component, where.component - 1)
    return begin, end


def _cut(text: str, begin: int, end: int, sign: str, at: int) -> tuple[int, int]:
    """Return where the part with that ordinal (from 0) stands; the very end when there are fewer."""
    parts = text[begin:end].split(sign) if sign else [text[begin:end]]
    if at >= len(parts):
        return end, end
    start = begin + sum(len(p) + len(sign) for p in parts[:at])
    return start, start + len(parts[at])


def _elsewhere(named: str, tag: str, rows: Sequence[AnnotatedSegment], sign: str) -> str:
    """Say that another segment stands there than they name, and where the one that they name is."""
    places = [str(r.number) for r in rows if r.text.split(sign)[0] == named]
    more = ", ..." if len(places) > 5 else ""
    at = f"{named} stands at {', '.join(places[:5])}{more}" if places else f"there is no {named} in the set"
    return f"they say {named}, and {tag[:20]} stands there; {at}"


def _quoted(value: str, ours: str) -> str:
    """Say that what they quote is not what we sent; they may cut it, and leave signs out of it."""
    left = iter(ours)
    if all(sign in left for sign in value):  # in this order, with others between them
        return ""
    return f"they quote {value!r}, and we sent {ours[:99]!r}"
