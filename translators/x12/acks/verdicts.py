"""Writes acknowledgments: the verdicts on sets and groups, the body of a 997 or 999, and the TA1 segment.

What is written follows from the stored findings alone, so the same verdict gives the same bytes at any time.

- Set (AK5): R when a finding is an error, E when one is a warning that X12 has a code for, else A.
- Group (AK9): R on a group fault or when no set is accepted, P when some are, E when all are but some with errors,
  A when all are clean. With `hold_all` one rejected set rejects all: never P while everything is held.
- A set that AK2 cannot name has no AK2 through AK5, and a group's name may be another: `echo` says when.
- AK902 is GE01 as sent, AK903 the sets received, AK904 the sets accepted (A and E).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Literal

from msgspec import Struct

from hub.model.acks import GroupVerdict, SetVerdict, Verdict
from hub.model.envelope import UnwrappedInterchange
from hub.model.finding import Finding, Severity
from hub.model.problems import SEGMENT_ELEMENTS
from translators.x12.acks.codes import (
    ELEMENT_CODES,
    GROUP_CODES,
    GUIDE_PROBLEMS,
    REPEATS_FROM,
    SEGMENT_CODES,
    SET_CODES,
    CodeLists,
    Codes,
    code_lists,
    interchange_code,
)
from translators.x12.acks.echo import copied, group_header, number_as_sent, set_header
from translators.x12.isa import WIDTHS
from translators.x12.sets import number_at
from translators.x12.signs import COMPONENT, trimmed
from translators.x12.tokens import decode

Body = list[list[str]]

LONGEST_CONTEXT = 35  # CTX01-2
MOST_ERRORS = 5  # AK502-06, AK905-09
MOST_POSITION = 999_999  # AK302, element 719
COMPOSITES_FROM = "004010"  # AK401 has components from here on
_CODED = frozenset({*SEGMENT_CODES, *ELEMENT_CODES, *SET_CODES})
_SEGMENT_ID = re.compile(r"[A-Z0-9]{2,3}")


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
    return finding.severity is Severity.WARNING and finding.problem in _CODED


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
    verdict: GroupVerdict,
    detail: Literal["all", "rejected"] = "all",
    set_id: Literal["997", "999"] = "997",
    release: str = "",
) -> Body:
    """Return the segments between ST and SE of a 997 or 999 on one group (AK1 through AK9).

    `detail`: AK2 for all the sets of the group, or only for those with something to say. `release`: GS08 of the
    acknowledgment, whose code lists count; empty: that of the group.
    """
    header = verdict.envelope
    style = _Style(set_id, code_lists(set_id, release or header.release), release or header.release)
    body: Body = [group_header(verdict, set_id)]
    verdicts = set_verdicts(verdict)
    for one, letter in zip(verdict.sets, verdicts, strict=True):
        if detail == "all" or letter is not Verdict.ACCEPTED:
            body += _set(one, letter, style)
    accepted = sum(v is not Verdict.REJECTED for v in verdicts)
    received = str(len(verdict.sets))
    sent = number_as_sent(verdict.declared_count, received, 6)
    codes = _codes(verdict.findings, style.codes.group)
    body.append(["AK9", group_verdict(verdict), sent, received, str(accepted), *codes])
    return body


class _Style(Struct, frozen=True):
    """How an acknowledgment is written: its kind, its code lists and its release."""

    kind: Literal["997", "999"]
    codes: CodeLists
    release: str

    def name(self, tag: str) -> str:
        """Return the segment's id: AK3, AK4 and AK5 have twins in the 999."""
        return f"I{tag[1:]}" if self.kind == "999" else tag


def _codes(findings: Iterable[Finding], table: Codes) -> list[str]:
    """Return the distinct codes of findings in the order of the list, at most five."""
    return sorted({table[f.problem] for f in findings if f.problem in table}, key=_rank)[:MOST_ERRORS]


def _rank(code: str) -> tuple[bool, int]:
    """Return the place of a code in its list: 1, 2 ... 23, then those of guides, I4 ..."""
    return code.startswith("I"), int(code.removeprefix("I"))


def _set(one: SetVerdict, letter: Verdict, style: _Style) -> Body:
    """Return AK2 through AK5 of one set; nothing for one that cannot be named (see `echo`), which only AK9 counts."""
    header = set_header(one.envelope, style.kind, style.release)
    if not header:
        return []
    spoken = [f for f in one.findings if _speaks(f)]
    if not spoken:
        return [header, [style.name("AK5"), letter]]
    body = [header]
    details = sorted((f for f in spoken if _has_place(f)), key=_place_key)
    for _, group in groupby(details, key=lambda f: _place_key(f)[:3]):
        body += _segment(list(group), one, style)
    codes = _codes(spoken, style.codes.set)
    wordless = any(
        not _has_place(f) and f.problem not in style.codes.set for f in spoken
    )  # X12 has no code for it
    summary = _summary(details, style.kind, wordless=wordless)
    codes = [*(c for c in codes if c not in summary), *summary][-MOST_ERRORS:]
    return [*body, [style.name("AK5"), letter, *codes]]


def _summary(details: Iterable[Finding], kind: str, *, wordless: bool) -> list[str]:
    """Return what AK5 says of all segments together: 5, and in a 999 I5 where only the guideline is hurt."""
    by_guide = {kind == "999" and f.problem in GUIDE_PROBLEMS for f in details}
    return ["5"] * (wordless or False in by_guide) + ["I5"] * (True in by_guide)


def _has_place(finding: Finding) -> bool:
    return finding.problem in SEGMENT_CODES or finding.problem in ELEMENT_CODES


def _place_key(finding: Finding) -> tuple[int, str, str, int, int, int, str, str, str]:
    """Return what orders findings whatever order they were stored in: by place, then by what is wrong there."""
    at = finding.where
    return (
        at.segment_number or 0, at.segment, at.loop, at.element or 0, at.repeat or 0, at.component or 0,
        finding.problem, finding.value, at.element_ref,
    )  # fmt: skip


def _segment(findings: list[Finding], one: SetVerdict, style: _Style) -> Body:
    """Return AK3 and AK4 for the faults of one segment, each fault once.

    Nothing when the segment's id cannot stand in AK301: AK5 then says 5 alone. A 999 names the business document behind
    each AK3; a situational trigger it never has, as no rule of a profile depends on another segment.
    """
    where = findings[0].where
    if not _SEGMENT_ID.fullmatch(where.segment):
        return []
    number = min(where.segment_number or 1, MOST_POSITION)
    head = [style.name("AK3"), where.segment, str(number), copied(where.loop)[:4]]
    context = _context(one) if style.kind == "999" else []
    elements = [_element(f, style) for f in findings if f.problem in ELEMENT_CODES]
    codes = {style.codes.segment[f.problem] for f in findings if f.problem in SEGMENT_CODES}
    in_error = style.codes.segment[SEGMENT_ELEMENTS]  # 8: its AK4, where there are any, stand behind it
    body: Body = []
    for code in sorted(codes | ({in_error} if elements else set()), key=_rank):
        body += [[*head, code], *context, *(_once(elements) if code == in_error else [])]
    return body


def _once(rows: Body) -> Body:
    return [row for at, row in enumerate(rows) if row not in rows[:at]]


def _context(one: SetVerdict) -> Body:
    """Return the CTX that names the business document: where its number stands, and the number."""
    segment, element = number_at(one.envelope.set_id)
    number = copied(one.number)[:LONGEST_CONTEXT].rstrip()
    return [["CTX", f"{segment}{element:02d}{COMPONENT}{number}"]] if segment and number else []


def _element(finding: Finding, style: _Style) -> list[str]:
    """Return an AK4. Components are divided by a sign of ours here; the writer puts the interchange's own.

    Before 004010 AK401 is a plain number, before 004020 nothing repeats.
    """
    where = finding.where
    position = [str(min(where.element or 1, 99))]
    repeat = where.repeat if style.release >= REPEATS_FROM else None
    if (where.component or repeat) and style.release >= COMPOSITES_FROM:
        position.append(str(min(where.component, 99)) if where.component else "")
    if repeat:
        position.append(str(min(repeat, 9999)))
    reference = where.element_ref if where.element_ref.isdecimal() else ""
    code = style.codes.element[finding.problem]
    return trimmed([style.name("AK4"), COMPONENT.join(position), reference, code, copied(finding.value)])


def technical_acknowledgment(interchange: UnwrappedInterchange, extra: tuple[Finding, ...] = ()) -> list[str]:
    """Return the TA1 segment on one interchange; `extra` are findings that only the hub can make (duplicates ...)."""
    findings = (*interchange.findings, *extra)
    coded = [(f, interchange_code(f)) for f in findings]
    fatal = [code for f, code in coded if f.fatal]
    noted = [code for f, code in coded if code and f.severity is Severity.WARNING]
    verdict, code = (Verdict.REJECTED, fatal[0]) if fatal else (Verdict.ACCEPTED, "000")
    if noted and not fatal:
        verdict, code = Verdict.ACCEPTED_WITH_ERRORS, noted[0]
    delimiters = interchange.envelope.delimiters
    isa = decode(interchange.isa, delimiters)
    elements = [e.strip(" ") for e in isa.split(delimiters.element)] + [""] * 17
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
