"""Where a finding of the X12 engine stands, and the few shapes in which they are made."""

from __future__ import annotations

from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.dictionary import Element


def element_finding(
    problem: str,
    place: Where,
    element: Element | None,
    message: str,
    *,
    value: str = "",
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Finding:
    """Make a finding about an element; `place` names segment, element, component and repeat.

    The element's name stands in brackets after its position, e.g. `PO102 (Quantity ordered) is missing`.
    """
    position = f"{place.segment}{place.element:02d}" + (f"-{place.component}" if place.component else "")
    simple = element is not None and element.kind != "composite"
    name = f" ({element.name})" if element is not None and simple else ""
    where = Where(
        segment_number=place.segment_number,
        segment=place.segment,
        loop=place.loop,
        element=place.element,
        component=place.component,
        repeat=place.repeat,
        element_ref=element.number if element is not None else "",
    )
    return Finding(problem, f"{position}{name} {message}", severity, where, value, hint)
