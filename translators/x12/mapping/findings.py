"""The findings of the X12 maps, and the notebook of one reading."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.mapping.place import Place

_LONGEST_VALUE = 80

#: Where in the document a section stands: nothing for the document itself, else where the section around it
#: does, its field there, and which one it is: a party's role, the list that it will be added to, or its HL
#: level. It is written out, as `lines[2].charges[0].`, only when something is noted.
Here: TypeAlias = tuple[Any, ...]

#: A segment of the file, counted from 0 (in findings from ST = 1), and where in the document it is read.
Spot: TypeAlias = tuple[int, Here]


class Level(Struct, gc=False):  # nothing in it leads back to it, so the collector need not look
    """One HL of an 856, not yet put into the tree."""

    id: str  # HL01
    parent: str  # HL02
    code: str  # HL03
    number: int  # of its HL segment, ST = 1
    ordinal: int  # among the levels of its code, from 0
    part: Any = None  # a ShippedOrder, Package or ShippedItem, still without its inside
    packed: Decimal | None = None  # SN102 of a package: how many of the item above are in it
    expires: dt.date | None = None  # DTM 036 of an item


class Reading:
    """What one reading of one set notes down: findings, and the HL levels of an 856."""

    __slots__ = ("bad", "component", "counts", "findings", "levels", "missing", "roles")

    def __init__(self, component: str) -> None:
        self.component = component  # the component separator
        self.findings: list[Finding] = []
        self.levels: list[Level] = []
        self.counts: dict[str, int] = {}  # the ordinal of the last level of each code
        self.missing = False  # a mandatory field could not be read: there is no document
        self.roles: set[str] = set()  # parties whose loop was read
        self.bad: set[str] = set()  # canonical paths that could not be read

    def level(self, segment: list[str], at: int) -> Level:
        """Note an HL and return it."""
        if len(segment) < 4:
            segment = [*segment, "", "", ""]
        code = segment[3].strip()
        self.counts[code] = ordinal = self.counts.get(code, -1) + 1
        found = Level(segment[1].strip(), segment[2].strip(), code, at + 1, ordinal)
        self.levels.append(found)
        return found

    def unreadable(
        self, spot: Spot, segment: list[str], element: int, path: str, error: ValueError, *, must: bool
    ) -> None:
        """Note an element that cannot be read; a blank one is as good as empty."""
        if not segment[element].isspace():
            self.invalid(spot, segment, element, path, str(error), must=must)

    def invalid(
        self, spot: Spot, segment: list[str], element: int, path: str, reason: str, *, must: bool = False
    ) -> None:
        """Note an element that cannot be read."""
        value = segment[element]
        shown = value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "..."
        whole = prefix_of(spot[1]) + path
        self.missing = self.missing or must
        self.bad.add(whole)
        self.findings.append(
            Finding(
                problem=problems.FIELD_INVALID,
                message=f'"{shown}" {reason}',
                where=Where(segment_number=spot[0] + 1, segment=segment[0], element=element, path=whole),
                value=shown,
                hint="correct the value and send the document again",
            )
        )

    def absent(self, spot: Spot, place: Place, path: str) -> None:
        """Note a mandatory element that is not there. The spot is the segment it should stand in or after."""
        self.missing = True
        whole = prefix_of(spot[1]) + path
        if whole in self.bad:
            return
        self.findings.append(
            Finding(
                problem=problems.FIELD_MISSING,
                message=f"{whole} is missing",
                where=Where(
                    segment_number=spot[0] + 1,
                    segment=place.segment,
                    element=place.element or None,
                    path=whole,
                ),
                hint=f"it stands in {place}; fill it and send the document again",
            )
        )

    def left_out(self, spot: Spot, segment: str, path: str, what: str) -> None:
        """Note the second of something (a role; the segment's qualifier) that a document has one place for."""
        self.findings.append(
            Finding(
                problem=problems.FIELD_UNMAPPED,
                message=f"a second {what} was left out",
                severity=Severity.NOTE,
                where=Where(segment_number=spot[0] + 1, segment=segment, path=prefix_of(spot[1]) + path),
                hint="the file keeps it; give it a field of its own in the profile's map when it is needed",
            )
        )

    def mismatch(self, message: str, segment: str, path: str) -> None:
        """Note a total that does not agree with what it sums up."""
        self.findings.append(
            Finding(
                problem=problems.TOTAL_MISMATCH,
                message=message,
                severity=Severity.WARNING,
                where=Where(segment=segment, element=1, path=path),
                hint="the lines count; ask the partner whether some got lost",
            )
        )


def prefix_of(here: Here) -> str:
    """Return the canonical path of a section with the dot behind it: `lines[2].`, `parties.buyer.`"""
    if not here:
        return ""
    outer, field, which = here
    if isinstance(which, str):
        return f"{prefix_of(outer)}{field}.{which}."
    return f"{prefix_of(outer)}{field}[{which.ordinal if isinstance(which, Level) else len(which)}]."


def unwritable(problem: str, message: str, place: Place, path: str, value: str = "") -> Finding:
    """Return the finding for a field of ours that cannot be written."""
    return Finding(
        problem=problem,
        message=message,
        where=Where(segment=place.segment, element=place.element or None, path=path),
        value=value,
        hint=f"it is needed in {place}; fill it in the ERP or override the map in the profile",
    )
