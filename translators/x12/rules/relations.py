"""What segments of a set say about each other: HL levels, and the number of lines in CTT01.

HL (X12 856): each HL01 is unique in the set and each HL02 names an HL01 that came before. CTT01 counts lines
(856: HL segments). X12 has no error code for a wrong CTT01, so it is a warning that no 997 carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.model import problems
from hub.model.finding import Finding, Severity, Where

#: The segments that CTT01 counts. Of an 856 X12 counts HL; some guides count the items instead, which we let pass.
COUNTED = {
    "850": ("PO1",),
    "855": ("PO1",),
    "860": ("POC",),
    "865": ("POC",),
    "810": ("IT1",),
    "856": ("HL", "SN1"),
    "846": ("LIN",),
    "832": ("LIN",),
}
_REFS = {1: "628", 2: "734"}  # data element numbers of HL01, HL02


def relation_findings(set_id: str, parts: Sequence[Sequence[str]]) -> Iterator[Finding]:
    """Check the segments of a set against each other."""
    if set_id == "856":
        yield from _levels(parts)
    counted = COUNTED.get(set_id)
    if counted and len(parts) > 1:
        yield from _line_count(parts, counted)


def _levels(parts: Sequence[Sequence[str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, elements in enumerate(parts, start=1):
        if elements[0] != "HL" or len(elements) < 2:
            continue
        own, parent = elements[1], elements[2] if len(elements) > 2 else ""
        if own in seen:
            message, hint = f"HL01 {own!r} stands twice", "number the HL segments 1, 2, 3 ..."
            yield _level(number, element=1, value=own, message=message, hint=hint)
        if parent and (parent not in seen or parent == own):
            message = f"HL02 {parent!r} names no level that came before"
            hint = "HL02 repeats the HL01 of the level above"
            yield _level(number, element=2, value=parent, message=message, hint=hint)
        seen.add(own)


def _level(number: int, *, element: int, value: str, message: str, hint: str) -> Finding:
    where = Where(segment_number=number, segment="HL", loop="HL", element=element, element_ref=_REFS[element])
    return Finding(problems.HIERARCHY, message, where=where, value=value, hint=hint)


def _line_count(parts: Sequence[Sequence[str]], counted: tuple[str, ...]) -> Iterator[Finding]:
    for number in range(len(parts), max(0, len(parts) - 12), -1):
        elements = parts[number - 1]
        if (
            elements[0] != "CTT"
            or len(elements) < 2
            or not (elements[1].isascii() and elements[1].isdecimal())
        ):
            continue
        counts = [sum(1 for part in parts if part[0] == segment) for segment in counted]
        if int(elements[1][:12]) not in counts:
            yield Finding(
                problems.TOTAL_MISMATCH,
                f"CTT01 says {elements[1]}; there are {counts[0]} {counted[0]}",
                Severity.WARNING,
                Where(segment_number=number, segment="CTT", element=1, element_ref="354"),
                elements[1],
                "a line may be lost: compare with the sender",
            )
        return
