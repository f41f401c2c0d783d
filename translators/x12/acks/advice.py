"""The 824 (application advice), both ways: what the receiver's system says of a document itself.

It comes after the 997 said that the document is well formed. One OTI loop speaks of one document, its TED segments
say what is wrong. Reading never raises: what cannot be understood becomes a finding. What is written names the
document by its own number and by the control numbers of its group and set, and says why in plain words.
"""

from __future__ import annotations

import textwrap
from itertools import pairwise

from hub.model import problems
from hub.model.acks import DocumentVerdict, ReceivedAdvice, Verdict
from hub.model.documents import DocType
from hub.model.envelope import Address, Envelope
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

#: OTI02 (data element 128) for a document's own number; TN, a transaction's reference, for the others.
_NUMBER_KINDS = {
    DocType.PURCHASE_ORDER: "PO",
    DocType.ORDER_CHANGE: "PO",
    DocType.SHIP_NOTICE: "SI",
    DocType.INVOICE: "IV",
}
#: TED01 (data element 647) and words for the partner by what we found; what is not here is our own affair.
_TOLD = {
    problems.CODE_UNKNOWN: ("011", "a code that we do not know"),
    problems.PRICE_DIFFERS: ("011", "the price is not the agreed one"),
    problems.QUANTITY_DIFFERS: ("011", "the quantity is not the expected one"),
    problems.ORDER_UNKNOWN: ("011", "an order that we do not know"),
    problems.LINE_UNKNOWN: ("011", "a line that the order does not have"),
    problems.LOOKS_LIKE_CHANGE: ("006", "a document with this number came before, with other content"),
    problems.ALREADY_POSTED: ("006", "this document came before"),
    problems.TOTAL_MISMATCH: ("010", "the total does not agree with the lines"),
    problems.FIELD_MISSING: ("007", "a value is missing"),
    problems.FIELD_INVALID: ("848", "a value cannot be used"),
}
_OTHER = "024"  # a reason that the list does not have: the words say it
_REFERENCE, _TEXT, _NOTE, _COPY = 30, 60, 80, 99  # longest element 127, TED02, NTE02, TED07
_MOST_TOLD = 50  # a document with more faults than that is wrong as a whole
_MOST_NOTES = 20  # a reason is no letter
_CENTURY_FROM = "004010"  # dates have eight digits from here on


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


# --- writing
def application_advice(advice: DocumentVerdict, envelope: Envelope, their_name: str) -> list[list[str]]:
    """Return the segments between ST and SE of an 824 on one received document.

    `envelope` is that of the 824, numbered and dated; its control number makes the advice's own number (BGN02).
    """
    at = envelope.prepared_at
    day, time = (at.strftime("%Y%m%d"), at.strftime("%H%M")) if at else ("", "")
    if envelope.release < _CENTURY_FROM:
        day = day[2:]
    more = advice.order_number and advice.order_number != advice.number
    return [
        ["BGN", "11", envelope.interchange_control, day, time],
        _party("FR", advice.our_name, envelope.sender),
        _party("TO", their_name, envelope.receiver),
        _identification(advice, envelope.release),
        *([["REF", "PO", advice.order_number[:_REFERENCE]]] if more else []),
        *_errors(advice),
    ]


def _party(role: str, name: str, address: Address) -> list[str]:
    """Return an N1; the qualifier of an ISA address means a DUNS number where it is 01, else it is agreed."""
    return ["N1", role, name[:_TEXT], "1" if address.qualifier == "01" else "ZZ", address.id]


def _identification(advice: DocumentVerdict, release: str) -> list[str]:
    """Return the OTI: the document's number, then what its group and set said of themselves.

    OTI06 and OTI07 are the group's date and time, which are written in the same moment as the interchange's.
    """
    received = advice.envelope
    at = received.prepared_at
    century = "%Y%m%d" if release >= _CENTURY_FROM else "%y%m%d"
    number = advice.number[:_REFERENCE]
    kind = _NUMBER_KINDS.get(advice.document, "TN") if number else "TN"
    group = _fitting(received.group_control, 1, 9) if received.group_control.isdecimal() else ""
    return [
        "OTI", advice.code, kind, number or "NA",
        _fitting(received.group_sender, 2, 15), _fitting(received.group_receiver, 2, 15),
        at.strftime(century) if at else "", at.strftime("%H%M") if at else "",
        group, _fitting(received.set_control, 4, 9) if group else "", _fitting(received.set_id, 3, 3),
        _fitting(received.release, 1, 12),
    ]  # fmt: skip


def _fitting(value: str, least: int, most: int) -> str:
    """Return a value of theirs if it fits into its element, else nothing: an 824 must be well formed itself."""
    return value if least <= len(value) <= most else ""


def _errors(advice: DocumentVerdict) -> list[list[str]]:
    """Return the TED with their notes: an operator's words first, then what we found that is theirs to mend."""
    rows = _error(_OTHER, advice.reason, Where(), "") if advice.reason.strip() else []
    told = [f for f in advice.findings if f.problem in _TOLD]
    told.sort(key=lambda f: (f.where.segment_number or 0, f.where.path, f.problem, f.value))
    for finding in told[:_MOST_TOLD]:
        code, text = _TOLD[finding.problem]
        place = f" ({finding.where.path})" if finding.where.path else ""
        rows += _error(code, f"{text}{place}", finding.where, finding.value)
    return rows or _error(_OTHER, "call us for the reason", Where(), "")


def _error(code: str, text: str, where: Where, value: str) -> list[list[str]]:
    """Return a TED and, where the text is longer than it may be, NTE that go on with it."""
    first, *rest = textwrap.wrap(text, _TEXT) or [""]
    notes = textwrap.wrap(" ".join(rest), _NOTE)[:_MOST_NOTES]
    number = str(where.segment_number) if where.segment and where.segment_number else ""
    element = str(where.element) if where.segment and where.element else ""
    reference = where.element_ref if where.segment else ""
    ted = ["TED", code, first, where.segment[:3], number, element, reference, value[:_COPY]]
    return [ted, *(["NTE", "ADD", note] for note in notes)]
