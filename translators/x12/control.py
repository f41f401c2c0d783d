"""Counts and control references of envelopes: SE against ST, GE against GS, IEA against ISA.

Each function takes an `At`, which knows the place in the file, and returns findings. Control numbers are
compared as strings, as X12 demands; where only leading zeros differ the finding is a warning.
"""

from __future__ import annotations

from collections.abc import Container

from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Severity, Where


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


def trailer_count(at: At, problem: str, declared: str, found: int, what: str) -> list[Finding]:
    """Compare a trailer's count (its element 01) with what was received."""
    if declared.isascii() and declared.isdecimal() and int(declared[:12]) == found:
        return []
    message = f"{at.segment}01 says {declared!r} {what}; there are {found}"
    return [
        at.fault(
            problem, message, element=1, value=declared, hint="a part may be lost; send it again, complete"
        )
    ]


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


def group_control(at: At, control: str, used: Container[str]) -> list[Finding]:
    """Check GS06: one to nine digits, used once in an interchange (AK905 6)."""
    if control in used:
        reason = "was already used in this interchange"
    elif not (control.isascii() and control.isdecimal() and len(control) <= 9):
        reason = "is not a number of one to nine digits"
    else:
        return []
    message = f"the group control number GS06 {control!r} {reason}"
    return [
        at.fault(
            problems.GS_CONTROL, message, element=6, value=control, hint="number the groups upwards from 1"
        )
    ]


def set_header(at: At, set_id: str, control: str, used: Container[str]) -> list[Finding]:
    """Check ST01 (AK502 6) and ST02 (AK502 7: four to nine characters, used once in a group)."""
    faults = []
    if not (len(set_id) == 3 and set_id.isascii() and set_id.isalnum()):
        message = f"ST01 {set_id!r} is not a transaction set identifier"
        faults.append(
            at.fault(problems.SET_ID, message, element=1, value=set_id, hint="write 850, 856, 810 ...")
        )
    reason = ""
    if not 4 <= len(control) <= 9:
        reason = "has not four to nine characters"
    elif control in used:
        reason = "was already used in this group"
    if reason:
        message = f"the set control number ST02 {control!r} {reason}"
        hint = "number the sets of a group upwards from 0001"
        faults.append(at.fault(problems.ST_CONTROL, message, element=2, value=control, hint=hint))
    return faults
