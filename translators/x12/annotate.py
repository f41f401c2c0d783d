"""A set as a person reads it: segment by segment, with its name, so that a finding can be pointed at."""

from __future__ import annotations

from msgspec import Struct

from hub.model.envelope import Envelope
from translators.x12.rules.source import load, nearest_release
from translators.x12.tokens import decode, segments


class AnnotatedElement(Struct, frozen=True):
    """One element of a shown segment."""

    position: int  # 1-based
    value: str
    name: str = ""  # empty when the dictionary does not describe it


class AnnotatedSegment(Struct, frozen=True):
    """One shown segment. `number` counts from ST = 1, as findings do."""

    number: int
    text: str  # as received, without terminator
    name: str = ""
    elements: tuple[AnnotatedElement, ...] = ()


def annotate(payload: bytes, envelope: Envelope) -> list[AnnotatedSegment]:
    """Return the segments of a set with the names that the dictionary knows. Never raises."""
    dictionary = load(nearest_release(envelope.guide))
    shown = []
    for number, text in enumerate(
        segments(decode(payload, envelope.delimiters), envelope.delimiters), start=1
    ):
        tag, *values = text.split(envelope.delimiters.element)
        segment = dictionary.segments.get(tag)
        names = [use.element.name for use in segment.uses] if segment else []
        elements = tuple(
            AnnotatedElement(at, value, names[at - 1] if at <= len(names) else "")
            for at, value in enumerate(values, start=1)
        )
        shown.append(AnnotatedSegment(number, text, segment.name if segment else "", elements))
    return shown
