"""Counts and control references of envelopes: SE against ST, GE against GS, IEA against ISA.

Each function takes an `At`, which knows the place in the file, and returns findings. Control numbers are
compared as strings, as X12 demands; where only leading zeros differ the finding is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.sets import GROUPS


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
    """Check GS06: one to nine digits (AK905 6), used once in an interchange (AK905 19)."""
    if control in used:
        problem, reason = problems.GS_REPEATED, "was already used in this interchange"
    elif not (control.isascii() and control.isdecimal() and len(control) <= 9):
        problem, reason = problems.GS_CONTROL, "is not a number of one to nine digits"
    else:
        return []
    message = f"the group control number GS06 {control!r} {reason}"
    return [at.fault(problem, message, element=6, value=control, hint="number the groups upwards from 1")]


def group_release(at: At, release: str) -> list[Finding]:
    """Check GS08: version, release and sub-release as six digits, by which every set of the group is read (AK905 2)."""
    if re.match(r"[0-9]{6}", release):
        return []
    message = f"GS08 {release!r} names no release of X12"
    hint = "write the release as six digits, such as 004010"
    return [at.fault(problems.GROUP_VERSION, message, element=8, value=release, hint=hint)]


def group_holds(at: At, functional_id: str, set_ids: Iterable[str]) -> list[Finding]:
    """Check that GS01 is a functional group, known or not for the sets that it holds (AK905 1).

    Sets that we do not know may stand in groups that we do not know; a known set in another known group is noted at
    the set.
    """
    wanted = {GROUPS[set_id] for set_id in set_ids if set_id in GROUPS}
    if not wanted or functional_id in GROUPS.values():
        return []
    message = f"GS01 {functional_id!r} is no functional group for what it holds"
    hint = f"write {' or '.join(sorted(wanted))}"
    return [at.fault(problems.GROUP_UNSUPPORTED, message, element=1, value=functional_id, hint=hint)]


def set_in_group(at: At, set_id: str, functional_id: str) -> list[Finding]:
    """Note a set in another group's envelope (AK502 18): it is read by its ST01 all the same, as partners rely on."""
    wanted = GROUPS.get(set_id, functional_id)
    if wanted == functional_id or functional_id not in GROUPS.values():
        return []
    message = f"the set {set_id} stands in a group {functional_id}"
    hint = f"GS01 of a group with {set_id} is {wanted}"
    return [
        at.fault(
            problems.SET_NOT_IN_GROUP, message, element=1, value=set_id, hint=hint, severity=Severity.WARNING
        )
    ]


def set_header(at: At, set_id: str, control: str, used: Container[str]) -> list[Finding]:
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
    elif control in used:
        problem, reason = problems.ST_REPEATED, "was already used in this group"
    if problem:
        message = f"the set control number ST02 {control!r} {reason}"
        hint = "number the sets of a group upwards from 0001"
        faults.append(at.fault(problem, message, element=2, value=control, hint=hint))
    return faults
