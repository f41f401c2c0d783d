"""Reads the 997, 999 and TA1 that partners send us.

Never raises: what cannot be understood becomes a finding. A 997 with AK1 and AK9 but no AK2 speaks for
the whole group (Microsoft, Oracle and others send it so).
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.model import problems
from hub.model.acks import ReceivedGroupAck, ReceivedSetAck, ReceivedTechnicalAck
from hub.model.envelope import Envelope
from hub.model.finding import Finding, Where
from translators.x12.acks.codes import (
    ELEMENT_CODES,
    ELEMENT_WORDS,
    GROUP_CODES,
    GROUP_WORDS,
    INTERCHANGE_WORDS,
    SEGMENT_CODES,
    SEGMENT_WORDS,
    SET_CODES,
    SET_WORDS,
    VERDICT_WORDS,
    problem_of,
)
from translators.x12.tokens import decode, segments

#: 999 segments by their 997 names: the same elements in the same places.
_TWINS = {"IK3": "AK3", "IK4": "AK4", "IK5": "AK5"}


def read_functional_ack(
    payload: bytes, envelope: Envelope
) -> tuple[tuple[ReceivedGroupAck, ...], tuple[Finding, ...]]:
    """Return what a 997 or 999 (ST through SE) says of our groups, and what is wrong with it itself."""
    delimiters = envelope.delimiters
    reader = _Reader(delimiters.component)
    for number, text in enumerate(segments(decode(payload, delimiters), delimiters), start=1):
        elements = [e.strip(" ") for e in text.split(delimiters.element)]
        reader.take(number, [*elements, *[""] * 10])
    reader.finish()
    return tuple(reader.groups), tuple(reader.findings)


def read_technical_ack(elements: Sequence[str]) -> ReceivedTechnicalAck:
    """Return what a TA1 segment (elements with their "TA1") says of one of our interchanges."""
    padded = [e.strip(" ") for e in elements] + [""] * 6
    control, verdict, code = padded[1], padded[4], padded[5]
    words = INTERCHANGE_WORDS.get(code, "a code that X12 does not define")
    message = f"interchange {control} {VERDICT_WORDS.get(verdict, 'has no known verdict')}"
    return ReceivedTechnicalAck(
        control=control,
        verdict=verdict,
        code=code,
        message=message if code in {"", "000"} else f"{message}: {words} (TA105 {code})",
    )


class _Reader:
    """Collects one acknowledgment; the state is which group (AK1) and which set (AK2) is open."""

    def __init__(self, component: str) -> None:
        self.component = component
        self.groups: list[ReceivedGroupAck] = []
        self.findings: list[Finding] = []
        self.group: list[str] | None = None
        self.sets: list[ReceivedSetAck] = []
        self.set: list[str] | None = None
        self.faults: list[Finding] = []
        self.place = Where()

    def take(self, number: int, elements: list[str]) -> None:
        """Take the next segment, padded with empty elements."""
        tag = _TWINS.get(elements[0], elements[0])
        if tag == "AK1":
            self.finish()
            self.group = elements
        elif tag == "AK2":
            self._end_set(None)
            self.set = elements
        elif tag == "AK3":
            self._segment(elements)
        elif tag == "AK4":
            self._element(elements)
        elif tag == "AK5":
            self._end_set(elements)
        elif tag == "AK9":
            self._end_group(number, elements)

    def finish(self) -> None:
        """Close a group that has no AK9."""
        if self.group is not None:
            group = self.group[2]
            where = Where(segment="AK9")
            hint = "ask the partner for a complete acknowledgment"
            message = f"the acknowledgment of group {group} has no AK9"
            self.findings.append(Finding(problems.SEGMENT_MISSING, message, where=where, hint=hint))
            self._end_set(None)
        self.group, self.sets = None, []

    def _segment(self, ak3: list[str]) -> None:
        position = int(ak3[2]) if ak3[2].isascii() and ak3[2].isdecimal() else None
        self.place = Where(segment_number=position, segment=ak3[1], loop=ak3[3])
        for code in filter(None, ak3[4:9]):
            if code != "8":  # its AK4 tell
                problem = problem_of(SEGMENT_CODES, code, problems.ACK_REJECTED)
                words = SEGMENT_WORDS.get(code, "error")
                self.faults.append(Finding(problem, f"{ak3[1]}: {words} (AK304 {code})", where=self.place))

    def _element(self, ak4: list[str]) -> None:
        position, component, repeat = (_number(p) for p in [*ak4[1].split(self.component), "", ""][:3])
        where = Where(
            segment_number=self.place.segment_number,
            segment=self.place.segment,
            loop=self.place.loop,
            element=position,
            component=component,
            repeat=repeat,
            element_ref=ak4[2],
        )
        problem = problem_of(ELEMENT_CODES, ak4[3], problems.ACK_REJECTED)
        name = f"{where.segment}{position or 0:02d}"
        shown = f" {ak4[4]!r}" if ak4[4] else ""
        words = ELEMENT_WORDS.get(ak4[3], "error")
        self.faults.append(
            Finding(problem, f"{name}{shown}: {words} (AK403 {ak4[3]})", where=where, value=ak4[4])
        )

    def _end_set(self, ak5: list[str] | None) -> None:
        if self.set is None:
            return
        for code in filter(None, ak5[2:7] if ak5 else []):
            if code != "5" or not self.faults:
                problem = problem_of(SET_CODES, code, problems.ACK_REJECTED)
                words = SET_WORDS.get(code, "error")
                self.faults.append(Finding(problem, f"{words} (AK502 {code})", where=Where(segment="ST")))
        verdict = ak5[1] if ak5 else ""
        self.sets.append(
            ReceivedSetAck(
                set_id=self.set[1], control=self.set[2], verdict=verdict, findings=tuple(self.faults)
            )
        )
        self.set, self.faults, self.place = None, [], Where()

    def _end_group(self, number: int, ak9: list[str]) -> None:
        self._end_set(None)
        if self.group is None:
            where = Where(segment_number=number, segment="AK9")
            self.findings.append(Finding(problems.SEGMENT_UNEXPECTED, "an AK9 without its AK1", where=where))
            return
        faults = tuple(
            Finding(
                problem_of(GROUP_CODES, code, problems.ACK_REJECTED),
                f"{GROUP_WORDS.get(code, 'error')} (AK905 {code})",
                where=Where(segment="GS"),
            )
            for code in filter(None, ak9[5:10])
        )
        self.groups.append(
            ReceivedGroupAck(
                functional_id=self.group[1],
                control=self.group[2],
                verdict=ak9[1],
                sets=tuple(self.sets),
                findings=faults,
            )
        )
        self.group, self.sets = None, []


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None
