"""Writes acknowledgments: the verdicts on sets and groups, the body of a 997 or 999, and the TA1 segment.

What is written follows from the stored findings alone, so the same verdict gives the same bytes at any time.

- Set (AK5): R when a finding is an error, E when one is a warning that X12 has a code for, else A.
- Group (AK9): R on a group fault or when no set is accepted, P when some are, E when all are but some with errors,
  A when all are clean. With `hold_all` one rejected set rejects all: never P while everything is held.
- AK902 is GE01 as sent, AK903 the sets received, AK904 the sets accepted (A and E).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Literal

from hub.model.acks import GroupVerdict, SetVerdict, Verdict
from hub.model.envelope import UnwrappedInterchange
from hub.model.finding import Finding, Severity
from translators.x12.acks.codes import ELEMENT_CODES, GROUP_CODES, SEGMENT_CODES, SET_CODES, interchange_code
from translators.x12.isa import WIDTHS

Body = list[list[str]]

LONGEST_COPY = 99  # AK404, element 724
MOST_ERRORS = 5  # AK502-06, AK905-09
_SEGMENT_ID = re.compile(r"[A-Z0-9]{2,3}")
_NOT_BASIC = re.compile(r"[^A-Z0-9a-z!\"&'()+,\-./;?= %@\[\]_{}\\<>#$*:|^~`]")


def set_verdict(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict on one set by its findings alone."""
    spoken = [f for f in findings if _speaks(f)]
    if any(f.fatal for f in spoken):
        return Verdict.REJECTED
    return Verdict.ACCEPTED_WITH_ERRORS if spoken else Verdict.ACCEPTED


def _speaks(finding: Finding) -> bool:
    """Say whether a finding counts for the partner: every error, and warnings that X12 has a code for."""
    if finding.fatal:
        return True
    coded = finding.problem in SEGMENT_CODES | ELEMENT_CODES | SET_CODES
    return coded and finding.severity is Severity.WARNING


def set_verdicts(group: GroupVerdict) -> tuple[Verdict, ...]:
    """Return the verdict on each set of a group, as AK501 says it.

    A fault of the group, or one rejected set under `hold_all`, rejects every set.
    """
    verdicts = tuple(set_verdict(s.findings) for s in group.sets)
    refused = any(f.fatal for f in group.findings)
    if refused or (group.hold_all and Verdict.REJECTED in verdicts):
        return tuple(Verdict.REJECTED for _ in verdicts)
    return verdicts


def group_verdict(group: GroupVerdict) -> Verdict:
    """Return the verdict on a group (AK901)."""
    verdicts = set_verdicts(group)
    if all(v is Verdict.REJECTED for v in verdicts):  # also a group without sets
        return Verdict.REJECTED
    if Verdict.REJECTED in verdicts:
        return Verdict.PARTLY
    noted = any(f.severity is Severity.WARNING and f.problem in GROUP_CODES for f in group.findings)
    return (
        Verdict.ACCEPTED_WITH_ERRORS
        if noted or Verdict.ACCEPTED_WITH_ERRORS in verdicts
        else Verdict.ACCEPTED
    )


def group_acknowledgment(
    verdict: GroupVerdict, detail: Literal["all", "rejected"] = "all", set_id: Literal["997", "999"] = "997"
) -> Body:
    """Return the segments between ST and SE of a 997 or 999 on one group (AK1 through AK9).

    `detail`: AK2 for all the sets of the group, or only for those with something to say.
    """
    header = verdict.envelope
    body: Body = [["AK1", header.functional_id, _number(header.group_control, "0")]]
    if set_id == "999" and header.release:
        body[0].append(header.release[:12])
    verdicts = set_verdicts(verdict)
    for one, letter in zip(verdict.sets, verdicts, strict=True):
        if detail == "all" or letter is not Verdict.ACCEPTED:
            body += _set(one, letter, set_id)
    accepted = sum(v is not Verdict.REJECTED for v in verdicts)
    received = str(len(verdict.sets))
    sent = _number(verdict.declared_count, received)
    codes = _codes(verdict.findings, GROUP_CODES)
    body.append(["AK9", group_verdict(verdict), sent, received, str(accepted), *codes])
    return body


def _number(value: str, otherwise: str) -> str:
    """Return a count or group number as sent, when it can stand in a number element."""
    return value if value.isascii() and value.isdecimal() and len(value) <= 9 else otherwise


def _codes(findings: Iterable[Finding], table: dict[str, str]) -> list[str]:
    """Return the distinct codes of findings in their order, at most five."""
    found = dict.fromkeys(table[f.problem] for f in findings if f.problem in table)
    return list(found)[:MOST_ERRORS]


def _set(one: SetVerdict, letter: Verdict, set_id: str) -> Body:
    """Return AK2 through AK5 of one set."""
    segment, element, trailer = ("IK3", "IK4", "IK5") if set_id == "999" else ("AK3", "AK4", "AK5")
    body = [["AK2", _copy(one.envelope.set_id)[:3], _copy(one.envelope.set_control)[:9]]]
    spoken = [f for f in one.findings if _speaks(f)]
    details = [f for f in spoken if f.problem in SEGMENT_CODES or f.problem in ELEMENT_CODES]
    details.sort(key=lambda f: f.where.segment_number or 0)
    for _, group in groupby(details, key=lambda f: f.where.segment_number):
        body += _segment(list(group), segment, element)
    codes = _codes(spoken, SET_CODES)
    wordless = not codes and any(f.fatal for f in spoken)  # refused for what X12 has no code for
    if (details or wordless) and "5" not in codes:
        codes = [*codes, "5"][-MOST_ERRORS:]
    return [*body, [trailer, letter, *codes]]


def _segment(findings: list[Finding], segment: str, element: str) -> Body:
    """Return AK3 and AK4 for the faults at one segment's place."""
    body: Body = []
    for finding in findings:
        if finding.problem in SEGMENT_CODES:
            body += _place(finding, segment, SEGMENT_CODES[finding.problem])
    faults = [f for f in findings if f.problem in ELEMENT_CODES]
    if faults:
        head = _place(faults[0], segment, SEGMENT_CODES["segment.element_errors"])
        body += [*head, *(_element(f, element) for f in faults)] if head else []
    return body


def _place(finding: Finding, segment: str, code: str) -> Body:
    """Return an AK3; none when the id cannot stand in AK301 (AK5 then says 5 alone)."""
    where = finding.where
    if not _SEGMENT_ID.fullmatch(where.segment):
        return []
    return [[segment, where.segment, str(where.segment_number or 1), where.loop[:4], code]]


def _element(finding: Finding, element: str) -> list[str]:
    """Return an AK4. Components are divided by ">" here; the writer puts the interchange's own sign."""
    where = finding.where
    position = [str(where.element or 1)]
    if where.component or where.repeat:
        position.append(str(where.component or ""))
    if where.repeat:
        position.append(str(where.repeat))
    reference = where.element_ref if where.element_ref.isdecimal() else ""
    parts = [
        element,
        COMPONENT.join(position),
        reference,
        ELEMENT_CODES[finding.problem],
        _copy(finding.value),
    ]
    return trimmed(parts)


#: Stands between the components of AK401 in a body; `writer` replaces it with the interchange's component separator.
#: A private-use character, so that it is no separator of anybody.
COMPONENT = "\ue000"


def _copy(value: str) -> str:
    """Return a bad value as AK404 may carry it: at most 99 characters, none that is not basic, no blanks at the end.

    Separators are the writer's matter, which knows them.
    """
    return _NOT_BASIC.sub("", value)[:LONGEST_COPY].rstrip()


def trimmed(elements: list[str]) -> list[str]:
    """Return a segment without empty elements at its end."""
    end = len(elements)
    while end > 1 and not elements[end - 1]:
        end -= 1
    return elements[:end]


def technical_acknowledgment(interchange: UnwrappedInterchange, extra: tuple[Finding, ...] = ()) -> list[str]:
    """Return the TA1 segment on one interchange; `extra` are findings that only the hub can make (duplicates ...)."""
    findings = (*interchange.findings, *extra)
    coded = [(f, interchange_code(f)) for f in findings]
    fatal = [code for f, code in coded if f.fatal]
    noted = [code for f, code in coded if code and f.severity is Severity.WARNING]
    verdict, code = (Verdict.REJECTED, fatal[0]) if fatal else (Verdict.ACCEPTED, "000")
    if noted and not fatal:
        verdict, code = Verdict.ACCEPTED_WITH_ERRORS, noted[0]
    isa = interchange.isa.decode("latin-1")
    elements = [e.strip(" ") for e in isa.split(isa[3:4] or "*")] + [""] * 17
    control = elements[13] if elements[13].isdecimal() else ""
    return [
        "TA1",
        control.zfill(WIDTHS[12])[:9],
        _digits(elements[9], 6),
        _digits(elements[10], 4),
        verdict,
        code or "024",
    ]


def _digits(value: str, width: int) -> str:
    """Return ISA09 or ISA10 as received, zeros when it is no number of that width."""
    return value if len(value) == width and value.isascii() and value.isdecimal() else "0" * width
