"""Reads the 824 (application advice) that partners send us: what their system says of our document itself.

It comes after the 997 said that the document is well formed. One OTI loop speaks of one document of ours, its TED
segments say what is wrong. Never raises: what cannot be understood becomes a finding.
"""

from __future__ import annotations

from itertools import pairwise

from hub.model import problems
from hub.model.acks import ReceivedAdvice, Verdict
from hub.model.envelope import Envelope
from hub.model.finding import Finding, Severity, Where
from translators.x12.acks.reader import Row, rows_of
from translators.x12.acks.words import ADVICE_ERROR_WORDS

#: By the second letter of OTI01; the first says of what: T transaction set, I item, G group.
_VERDICTS = {
    "A": Verdict.ACCEPTED,
    "C": Verdict.ACCEPTED_WITH_ERRORS,
    "E": Verdict.ACCEPTED_WITH_ERRORS,
    "P": Verdict.PARTLY,
    "R": Verdict.REJECTED,
}
_HINT = "mend it in Odoo and write it anew, or call them"


def read_application_advice(
    payload: bytes, envelope: Envelope
) -> tuple[tuple[ReceivedAdvice, ...], tuple[Finding, ...]]:
    """Return what an 824 (ST through SE) says of our documents, and what is wrong with it itself."""
    rows = list(rows_of(payload, envelope.delimiters))
    starts = [at for at, row in enumerate(rows) if row[0] == "OTI"]
    if not starts:
        hint = "ask the partner for a complete application advice"
        where = Where(segment="OTI")
        return (), (
            Finding(problems.SEGMENT_MISSING, "the application advice has no OTI", where=where, hint=hint),
        )
    component = envelope.delimiters.component
    advices = [_advice(rows[a:b], component) for a, b in pairwise([*starts, len(rows)])]
    findings = tuple(
        Finding(
            problems.ACK_UNCLEAR,
            f"{code!r} is no verdict that X12 knows; it is taken as a rejection",
            Severity.WARNING,
            Where(segment_number=at + 1, segment="OTI", element=1),
            code,
            "ask the partner what they mean",
        )
        for at in starts
        if (code := rows[at][1])[1:2] not in _VERDICTS
    )
    return tuple(advices), findings


def _advice(rows: list[Row], component: str) -> ReceivedAdvice:
    """Read an OTI with its TED and their notes."""
    oti = [*rows[0], *[""] * 12]
    verdict = _VERDICTS.get(oti[1][1:2], Verdict.REJECTED)
    starts = [at for at, row in enumerate(rows) if row[0] == "TED"]
    severity = Severity.WARNING if verdict in {"A", "E"} else Severity.ERROR
    return ReceivedAdvice(
        code=oti[1],
        verdict=verdict,
        number_kind=oti[2],
        number=oti[3],
        group_control=oti[8],
        set_control=oti[9],
        set_id=oti[10],
        findings=tuple(_fault(rows[a:b], component, severity) for a, b in pairwise([*starts, len(rows)])),
    )


def _fault(rows: list[Row], component: str, severity: Severity) -> Finding:
    """Read a TED with the NTE that go on with its text."""
    ted = rows[0]
    notes = [row[2] for row in rows if row[0] == "NTE"]
    text = " ".join(part for part in (ted[2], *notes) if part)
    meaning = ADVICE_ERROR_WORDS.get(ted[1], "")
    shown = f" {ted[7]!r}" if ted[7] else ""
    message = ": ".join(part for part in (meaning, text) if part) or "something is wrong"
    position = ted[5].split(component)[0]
    return Finding(
        problems.ACK_REJECTED,
        f"{message}{shown} (TED01 {ted[1]})",
        severity,
        Where(
            segment_number=int(ted[4]) if _is_number(ted[4]) else None,
            segment=ted[3],
            element=int(position) if _is_number(position) else None,
            element_ref=ted[6],
        ),
        ted[7],
        _HINT,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) < 7
