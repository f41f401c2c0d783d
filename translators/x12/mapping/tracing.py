"""The map's reader beside the quick one: compiled from the same rules, it notes which element went to which field."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from hub.model.documents import AnyDocument, DocType
from hub.model.envelope import Envelope
from hub.model.finding import Finding
from hub.model.partner import Partner
from translators.x12.mapping.documents import lines_of, read_with
from translators.x12.mapping.fields import Lines
from translators.x12.mapping.findings import Reading, Spot, prefix_of
from translators.x12.mapping.paths import hints, is_model, item_of, origin
from translators.x12.mapping.place import ANY
from translators.x12.mapping.read import Reader, compile_reader
from translators.x12.mapping.spec import Overrides, Rule, load_map, overridden_map
from translators.x12.mapping.special import Special
from translators.x12.mapping.takes import SegmentWriter


class Note(Struct, frozen=True):
    """One element that was read. `segment` counts from 0 as in the file, element 0 means the whole segment."""

    segment: int
    element: int
    path: str
    qualifiers: tuple[int, ...] = ()  # elements of the segment that say what it is


class TracedReading(Reading):
    """A reading that notes whence each field came."""

    __slots__ = ("notes",)

    def __init__(self, component: str) -> None:
        super().__init__(component)
        self.notes: list[Note] = []

    def took(self, spot: Spot, element: int, path: str, qualifiers: tuple[int, ...]) -> None:
        """Note an element that goes to a field of the section at `spot`."""
        self.notes.append(Note(spot[0], element, prefix_of(spot[1]) + path, qualifiers))


class TracedSegments(SegmentWriter, frozen=True):
    """Writes what is done with a segment, and that it is noted."""

    def noted(self, rule: Rule, element: str, path: str, free: str) -> Lines:
        """Return the line that notes an element, on the condition that its field is still free."""
        hint = hints(self.section.model)[rule.field]
        if not free and not rule.many and origin(hint) is dict and not is_model(item_of(hint)):
            free = f"{rule.name!r} not in {rule.field}"
        line = f"book.took((at, {self.here}), {element}, {path}, {_qualifiers(rule, str(element))})"
        return [f"if {free}: {line}" if free else line]

    def noted_whole(self, special: Special) -> Lines:
        """Return the line that notes a segment that a function reads."""
        return [f"book.took((at, {self.here}), 0, {special.fills!r}, ())"]


def _qualifiers(rule: Rule, element: str) -> str:
    """Return the expression for the elements that say what a rule's element is."""
    if any(place.pair for place in rule.places):
        return "(i - 1,)" if element == "i" else "()"  # a pair, or the fixed place beside pairs
    if rule.path.endswith("*"):
        return "(1,)"
    return repr(tuple(sorted({place.qualifier_at for place in rule.places if not place.accepts(ANY)})))


def trace_document(
    segments: list[list[str]], document: DocType, envelope: Envelope, partner: Partner | None
) -> tuple[AnyDocument | None, tuple[Finding, ...], tuple[Note, ...]]:
    """Read a set as `read_document` does, and return what was noted as well."""
    set_id, lines = lines_of(document, envelope, partner)
    book = TracedReading(envelope.delimiters.component)
    made, findings, places = read_with(_traced(set_id, lines), book, segments, set_id)
    notes = tuple(
        Note(places[note.segment], note.element, note.path, note.qualifiers)
        for note in book.notes
        if note.segment < len(places)
    )
    return made, findings, notes


@lru_cache(maxsize=64)
def _traced(set_id: str, lines: Overrides) -> Reader:
    found = overridden_map(set_id, lines) if lines else load_map(set_id)
    return compile_reader(found, TracedSegments)
