"""Whether a functional group is one: GS01 against the sets that it holds, GS08 as a release.

Each function takes an `At`, which knows the place in the file, and returns findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hub.model import problems
from hub.model.finding import Finding, Severity
from translators.x12.control import At
from translators.x12.sets import GROUPS

_TWO_LETTERS = re.compile(r"[A-Za-z0-9]{2}")  # element 479


def group_release(at: At, release: str) -> list[Finding]:
    """Check GS08: version, release and sub-release as six digits, by which every set of the group is read (AK905 2)."""
    if re.match(r"[0-9]{6}", release):
        return []
    message = f"GS08 {release!r} names no release of X12"
    hint = "write the release as six digits, such as 004010"
    return [at.fault(problems.GROUP_VERSION, message, element=8, value=release, hint=hint)]


def group_holds(at: At, functional_id: str, set_ids: Iterable[str]) -> list[Finding]:
    """Check that GS01 is a functional group, known or not for the sets that it holds (AK905 1).

    Sets that we do not know may stand in groups that we do not know, but every group has a name of two letters; a known
    set in another known group is noted at the set.
    """
    wanted = {GROUPS[set_id] for set_id in set_ids if set_id in GROUPS}
    if functional_id in GROUPS.values() or (not wanted and _TWO_LETTERS.fullmatch(functional_id)):
        return []
    message = f"GS01 {functional_id!r} is no functional group for what it holds"
    hint = f"write {' or '.join(sorted(wanted)) or 'the two letters of the group that its sets belong to'}"
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
