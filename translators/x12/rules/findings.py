"""Where a finding of the X12 engine stands, how it is worded, and how many of them one set may have."""

from __future__ import annotations

from hub.model.finding import Finding, Severity, Where
from translators.x12.rules.dictionary import Element

#: A partner's file with a fault in every segment must not fill the disk: so much is kept of what is wrong with one set.
MOST_FINDINGS = 1000


class Budget:
    """How many findings a set may still have. The first one that rejects it is kept in any case."""

    def __init__(self) -> None:
        self.left = MOST_FINDINGS
        self.fatal = False  # one that rejects was kept

    def spend(self, finding: Finding) -> bool:
        """Say whether a finding is to be kept."""
        if self.left <= 0 and (self.fatal or not finding.fatal):
            return False
        self.left -= 1
        self.fatal = self.fatal or finding.fatal
        return True

    @property
    def spent(self) -> bool:
        """Say whether nothing more is to be looked for."""
        return self.left <= 0 and self.fatal


def element_finding(
    place: Where,
    problem: str,
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
