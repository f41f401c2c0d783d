"""Counts and control references of envelopes: SE against ST, GE against GS, IEA against ISA.

Each function takes an `At`, which knows the place in the file, and returns findings. Control numbers are
compared as strings, as X12 demands; where only leading zeros differ the finding is a warning.
"""

from __future__ import annotations

from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.tokens import BINARY

_COUNT_GROUPS = "number the groups upwards from 1"


class At(Struct, frozen=True):
    """The place of an envelope segment: `number` counts from ST = 1 in sets, else from ISA = 1."""

    file: str
    offset: int
    number: int
    segment: str

    def fault(
        self,
        problem: str,
        message: str,
        *,
        element: int | None = None,
        value: str = "",
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        """Make a finding at this place."""
        where = Where(
            file=self.file,
            offset=self.offset,
            segment_number=self.number,
            segment=self.segment,
            element=element,
        )
        return Finding(problem, message, severity, where, value, hint)


def trailer_count(
    at: At, problem: str, declared: str, found: int, what: str, *, severity: Severity = Severity.ERROR
) -> list[Finding]:
    """Compare a trailer's count (its element 01) with what was received."""
    if declared.isascii() and declared.isdecimal() and int(declared[:12]) == found:
        return []
    message = f"{at.segment}01 says {declared!r} {what}; the count is {found}"
    hint = "a part may be lost; send it again, complete"
    return [at.fault(problem, message, element=1, value=declared, hint=hint, severity=severity)]


def same_control(
    at: At, problem: str, value: str, header: str, expected: str, *, severity: Severity = Severity.ERROR
) -> list[Finding]:
    """Compare a trailer's control number (its element 02) with its header's."""
    if value == expected:
        return []
    zeros = bool(value) and value.lstrip("0") == expected.lstrip("0")
    name = f"{at.segment}02"
    return [
        at.fault(
            problem,
            f"{name} is {value!r}, but {header} is {expected!r}",
            element=2,
            value=value,
            hint=f"{name} must repeat {header}, leading zeros included",
            severity=Severity.WARNING if zeros else severity,
        )
    ]


def group_control(at: At, control: str) -> list[Finding]:
    """Check GS06: one to nine digits (AK905 6). Whether it was used before is `repeated_group`'s matter."""
    if control.isascii() and control.isdecimal() and len(control) <= 9:
        return []
    message = f"the group control number GS06 {control!r} is not a number of one to nine digits"
    return [at.fault(problems.GS_CONTROL, message, element=6, value=control, hint=_COUNT_GROUPS)]


def repeated_group(at: At, control: str, *, copy: bool) -> Finding:
    """Say that a GS06 was used before in the interchange (AK905 19): an error only for a copy of the earlier."""
    message = f"the group control number GS06 {control!r} was already used in this interchange"
    if copy:
        message += ", by a group with the same sets: this one is its copy"
    severity = Severity.ERROR if copy else Severity.WARNING
    return at.fault(
        problems.GS_REPEATED, message, element=6, value=control, hint=_COUNT_GROUPS, severity=severity
    )


def binary_length(at: At, fault: str) -> Finding:
    """Say that a binary segment's content is shorter or longer than its length says (AK403 4 or 5)."""
    problem = problems.ELEMENT_SHORT if fault == "short" else problems.ELEMENT_LONG
    element = BINARY.get(at.segment, 1)
    message = f"the binary content is {fault}er than the length in {at.segment}{element:02d} says"
    hint = "count the bytes of the content as they are sent"
    return at.fault(problem, message, element=element + 1, hint=hint)


def over_long(at: At) -> Finding:
    """Say that a segment goes on and on (AK304 8)."""
    message = "the segment is more than two million characters long"
    hint = "look for a lost terminator, or another one than the ISA says"
    return at.fault(problems.SEGMENT_ELEMENTS, message, hint=hint)


def set_header(at: At, set_id: str, control: str, *, used: bool) -> list[Finding]:
    """Check ST01 (AK502 6) and ST02: four to nine characters (AK502 7), used once in a group (AK502 23)."""
    faults = []
    if not (len(set_id) == 3 and set_id.isascii() and set_id.isalnum()):
        message = f"ST01 {set_id!r} is not a transaction set identifier"
        faults.append(
            at.fault(problems.SET_ID, message, element=1, value=set_id, hint="write 850, 856, 810 ...")
        )
    problem = reason = ""
    if not 4 <= len(control) <= 9:
        problem, reason = problems.ST_CONTROL, "has not four to nine characters"
    elif used:
        problem, reason = problems.ST_REPEATED, "was already used in this group"
    if problem:
        message = f"the set control number ST02 {control!r} {reason}"
        hint = "number the sets of a group upwards from 0001"
        faults.append(at.fault(problem, message, element=2, value=control, hint=hint))
    return faults
