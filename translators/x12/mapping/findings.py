"""The findings of the X12 maps, and the notebook of one reading."""

from __future__ import annotations

from typing import Any

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.mapping.place import Place

_LONGEST_VALUE = 80


class Reading:
    """What one reading of one set notes down: findings, and where in the document it stands."""

    __slots__ = ("bad", "component", "counts", "findings", "levels", "missing", "number", "prefix", "roles")

    def __init__(self, component: str) -> None:
        self.component = component  # the component separator
        self.findings: list[Finding] = []
        self.prefix = ""  # canonical path of the open loop, e.g. lines[2].
        self.number = 0  # of the segment at hand, ST = 1
        self.levels: list[Any] = []  # the HL levels of an 856
        self.counts: dict[str, int] = {}  # how many of each kind of level
        self.missing = False  # a mandatory field could not be read: there is no document
        self.roles: set[str] = set()  # parties whose loop was read
        self.bad: set[str] = set()  # canonical paths that could not be read

    def invalid(
        self, segment: list[str], element: int, path: str, reason: str, *, must: bool = False
    ) -> None:
        """Note an element that cannot be read."""
        value = segment[element]
        shown = value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "..."
        self.missing = self.missing or must
        self.bad.add(self.prefix + path)
        self.findings.append(
            Finding(
                problem=problems.FIELD_INVALID,
                message=f'"{shown}" {reason}',
                where=Where(
                    segment_number=self.number, segment=segment[0], element=element, path=self.prefix + path
                ),
                value=shown,
                hint="correct the value and send the document again",
            )
        )

    def absent(self, place: Place, path: str, number: int | None) -> None:
        """Note a mandatory element that is not there. `number`: the segment it should stand in or after."""
        self.missing = True
        if self.prefix + path in self.bad:
            return
        self.findings.append(
            Finding(
                problem=problems.FIELD_MISSING,
                message=f"{self.prefix}{path} is missing",
                where=Where(
                    segment_number=number,
                    segment=place.segment,
                    element=place.element or None,
                    path=self.prefix + path,
                ),
                hint=f"it stands in {place}; fill it and send the document again",
            )
        )

    def left_out(self, segment: list[str], path: str, reason: str) -> None:
        """Note something that the canonical document has no second place for."""
        self.findings.append(
            Finding(
                problem=problems.FIELD_UNMAPPED,
                message=reason,
                severity=Severity.NOTE,
                where=Where(
                    segment_number=self.number, segment=segment[0], path=(self.prefix + path).rstrip(".")
                ),
                hint="the file keeps it; give it a field of its own in the profile's map when it is needed",
            )
        )

    def mismatch(self, message: str, segment: str, path: str) -> None:
        """Note a total that does not agree with what it counts."""
        self.findings.append(
            Finding(
                problem=problems.TOTAL_MISMATCH,
                message=message,
                severity=Severity.WARNING,
                where=Where(segment=segment, element=1, path=path),
                hint="the lines count; ask the partner whether some got lost",
            )
        )


def unwritable(problem: str, message: str, place: Place, path: str, value: str = "") -> Finding:
    """Return the finding for a field of ours that cannot be written."""
    return Finding(
        problem=problem,
        message=message,
        where=Where(segment=place.segment, element=place.element or None, path=path),
        value=value,
        hint=f"it is needed in {place}; fill it in the ERP or override the map in the profile",
    )
