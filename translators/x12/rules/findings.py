"""Where a finding of the X12 engine stands, and how it is worded."""

from __future__ import annotations

from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.dictionary import Element


def element_finding(
    problem: str,
    place: Where,
    at: int,
    element: Element | None,
    message: str,
    *,
    component: int | None = None,
    repeat: int | None = None,
    value: str = "",
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Finding:
    """Make a finding about an element; `place` names number, id and loop of the segment, `at` the position in it.

    The element's name stands in brackets after its position, e.g. `PO102 (Quantity ordered) is missing`.
    """
    part = f"-{component}" if component else ""
    name, number = "", ""
    if element is not None:
        number = element.number
        name = f" ({element.name})" if element.kind != "composite" else ""
    where = Where(
        segment_number=place.segment_number,
        segment=place.segment,
        loop=place.loop,
        element=at,
        component=component,
        repeat=repeat,
        element_ref=number,
    )
    return Finding(problem, f"{place.segment}{at:02d}{part}{name} {message}", severity, where, value, hint)
