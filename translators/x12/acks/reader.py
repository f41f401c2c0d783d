"""Reads the 997, 999 and TA1 that partners send us.

Never raises: what cannot be understood becomes a finding. A 997 with AK1 and AK9 but no AK2 speaks for
the whole group (Microsoft, Oracle and others send it so).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.acks import ReceivedGroupAck, ReceivedSetAck, ReceivedTechnicalAck
from hub.model.envelope import Delimiters, Envelope
from hub.model.finding import Finding, Severity, Where
from translators.x12.acks import words
from translators.x12.acks.codes import ELEMENT_PROBLEMS, GROUP_PROBLEMS, SEGMENT_PROBLEMS, SET_PROBLEMS
from translators.x12.tokens import decode, segments

Row = list[str]  # a segment's elements with its id, padded with empty ones

#: 999 segments by their 997 names: the same elements in the same places.
_TWINS = {"IK3": "AK3", "IK4": "AK4", "IK5": "AK5"}
_UNLISTED = "a code that X12 does not list"
_PADDING = [""] * 10


class _List(Struct, frozen=True):
    """A list of codes: the element that carries them, and what they mean."""

    element: str
    problems: Mapping[str, str]
    words: Mapping[str, str]
    hints: Mapping[str, str]


_SEGMENTS = _List("AK304", SEGMENT_PROBLEMS, words.SEGMENT_WORDS, words.SEGMENT_HINTS)
_SETS = _List("AK502", SET_PROBLEMS, words.SET_WORDS, words.SET_HINTS)
_GROUPS = _List("AK905", GROUP_PROBLEMS, words.GROUP_WORDS, words.GROUP_HINTS)


def read_functional_ack(
    payload: bytes, envelope: Envelope
) -> tuple[tuple[ReceivedGroupAck, ...], tuple[Finding, ...]]:
    """Return what a 997 or 999 (ST through SE) says of our groups, and what is wrong with it itself."""
    rows = list(rows_of(payload, envelope.delimiters))
    starts = [at for at, row in enumerate(rows) if row[0] == "AK1"]
    groups: list[ReceivedGroupAck] = []
    findings = _strays(rows[: starts[0]] if starts else rows)
    for begin, end in pairwise([*starts, len(rows)]):
        group, faults = _group(rows[begin:end], begin, envelope.delimiters.component)
        groups += [group] if group else []
        findings += faults
    return tuple(groups), tuple(findings)


def read_technical_ack(elements: Sequence[str]) -> ReceivedTechnicalAck:
    """Return what a TA1 segment (elements with their "TA1") says of one of our interchanges."""
    padded = [e.strip(" ") for e in elements] + _PADDING
    control, verdict, code = padded[1], padded[4], padded[5]
    meaning = words.INTERCHANGE_WORDS.get(code, _UNLISTED)
    message = f"interchange {control} {words.VERDICT_WORDS.get(verdict, 'has no known verdict')}"
    return ReceivedTechnicalAck(
        control=control,
        verdict=verdict,
        code=code,
        message=message if code in {"", "000"} else f"{message}: {meaning} (TA105 {code})",
        hint=words.INTERCHANGE_HINTS.get(code, ""),
    )


def rows_of(payload: bytes, delimiters: Delimiters) -> Iterator[Row]:
    """Return the segments of a set as trimmed elements, each padded so that none is missing."""
    for text in segments(decode(payload, delimiters), delimiters):
        yield [*(e.strip(" ") for e in text.split(delimiters.element)), *_PADDING]


def _group(rows: list[Row], begin: int, component: str) -> tuple[ReceivedGroupAck | None, list[Finding]]:
    """Read from AK1 to before the next one; `begin` segments stand before it."""
    ak1 = rows[0]
    end = next((at for at, row in enumerate(rows) if row[0] == "AK9"), None)
    if end is None:
        message = f"the acknowledgment of group {ak1[2]} has no AK9"
        hint = "ask the partner for a complete acknowledgment"
        return None, [
            Finding(problems.SEGMENT_MISSING, message, where=Where(segment="AK9"), hint=hint),
        ]
    ak9 = rows[end]
    starts = [at for at, row in enumerate(rows[:end]) if row[0] == "AK2"]
    sets = [_set(rows[a:b], component) for a, b in pairwise([*starts, end])]
    told = _coded(ak9[5:10], _GROUPS, Where(segment="GS"))
    group = ReceivedGroupAck(
        functional_id=ak1[1],
        control=ak1[2],
        verdict=ak9[1],
        received=ak9[3],
        accepted=ak9[4],
        sets=tuple(sets),
        findings=_weighed(told, ak9[1]),
    )
    return group, _strays(rows[end + 1 :], begin + end + 1)


def _strays(rows: list[Row], before: int = 0) -> list[Finding]:
    """Return what stands outside of any AK1 to AK9."""
    return [
        Finding(
            problems.SEGMENT_UNEXPECTED,
            f"the acknowledgment has an {row[0]} without its AK1",
            where=Where(segment_number=before + at, segment=row[0]),
        )
        for at, row in enumerate(rows, start=1)
        if row[0] in {"AK2", "AK9"}
    ]


def _set(rows: list[Row], component: str) -> ReceivedSetAck:
    """Read from AK2 to before the next one."""
    ak2 = rows[0]
    ak5 = next((row for row in rows if _TWINS.get(row[0], row[0]) == "AK5"), _PADDING)
    starts = [at for at, row in enumerate(rows) if _TWINS.get(row[0], row[0]) == "AK3"]
    faults = [f for a, b in pairwise([*starts, len(rows)]) for f in _segment(rows[a:b], component)]
    codes = [
        code for code in ak5[2:7] if not (code in {"5", "I5"} and faults)
    ]  # the faults themselves say more
    where = Where(segment="ST")
    faults += _coded(codes, _SETS, where)
    return ReceivedSetAck(set_id=ak2[1], control=ak2[2], verdict=ak5[1], findings=_weighed(faults, ak5[1]))


def _segment(rows: list[Row], component: str) -> list[Finding]:
    """Read an AK3 (IK3) with its AK4 (IK4) and what the CTX say of it all."""
    ak3 = rows[0]
    place = Where(segment_number=_number(ak3[2]), segment=ak3[1], loop=ak3[3])
    elements = [_element(row, place, component) for row in rows if _TWINS.get(row[0], row[0]) == "AK4"]
    codes = [code for code in ak3[4:9] if not (code == "8" and elements)]  # its AK4 tell more
    faults = _coded(codes, _SEGMENTS, place)
    if not (faults or elements):
        faults = [Finding(problems.SEGMENT_ELEMENTS, "something is wrong with it", where=place)]
    context = "; ".join(_context(row, component) for row in rows if row[0] == "CTX")
    told = [*faults, *elements]
    return [replace(f, message=f"{f.message}, {context}") for f in told] if context else told


def _element(ak4: Row, place: Where, component: str) -> Finding:
    position, part, repeat = (_number(p) for p in [*ak4[1].split(component), "", ""][:3])
    where = replace(place, element=position, component=part, repeat=repeat, element_ref=ak4[2])
    code, value = ak4[3], ak4[4]
    shown = f" {value!r}" if value else ""
    return Finding(
        ELEMENT_PROBLEMS.get(code, problems.ACK_REJECTED),
        f"{words.ELEMENT_WORDS.get(code, _UNLISTED)}{shown} (AK403 {code})",
        where=where,
        value=value,
        hint=words.ELEMENT_HINTS.get(code, ""),
    )


def _context(ctx: Row, component: str) -> str:
    """Return a CTX in words: the document's own number, or the place that called for the rule."""
    name, _, value = ctx[1].partition(component)
    if not ctx[2]:
        return f"in {name} {value}".rstrip()
    position = ctx[5].split(component)[0]
    element = f"{int(position):02d}" if _number(position) else ""
    return f"because of segment {ctx[3]} {ctx[2]}{element}"


def _coded(codes: Sequence[str], known: _List, where: Where) -> list[Finding]:
    """Return a finding for each code."""
    return [
        Finding(
            known.problems.get(code, problems.ACK_REJECTED),
            f"{known.words.get(code, _UNLISTED)} ({known.element} {code})",
            where=where,
            hint=known.hints.get(code, ""),
        )
        for code in codes
        if code
    ]


def _weighed(findings: Sequence[Finding], verdict: str) -> tuple[Finding, ...]:
    """Return findings as notes to what was accepted all the same, or as errors."""
    severity = Severity.WARNING if verdict in {"A", "E"} else Severity.ERROR
    return tuple(replace(f, severity=severity) for f in findings)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None
