"""Which code of TA1, 997 and 999 says what is wrong: problem codes to X12's lists, by kind and release.

720 segment (AK304, IK304), 723 element (AK403, IK403), 718 set (AK502, IK502), 716 group (AK905), I18 interchange
(TA105). Lists grow with the releases, and the release that counts is that of the acknowledgment (its GS08). A 999 has
codes of its own for what a partner's guideline wants beyond X12; a 997 says the nearest code of X12 for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from hub.model import problems as p
from hub.model.finding import Finding

Kind = Literal["997", "999"]
Codes = Mapping[str, str]  # problem code -> X12 code

REPEATS_FROM = "004020"  # elements repeat from here on, and 723 has codes for it
LONG_LISTS_FROM = "005010"  # 716 and 718 tell what was used twice from what is malformed

SEGMENT_CODES = {
    p.SEGMENT_UNKNOWN: "1",
    p.SEGMENT_UNEXPECTED: "2",
    p.SEGMENT_MISSING: "3",
    p.LOOP_OVER_MAX: "4",
    p.SEGMENT_OVER_MAX: "5",
    p.SEGMENT_NOT_IN_SET: "6",
    p.SEGMENT_SEQUENCE: "7",
    p.SEGMENT_ELEMENTS: "8",
    p.GUIDE_SEGMENT_MISSING: "3",
    p.GUIDE_SEGMENT_FORBIDDEN: "2",
    p.GUIDE_SEGMENT_OVER_MAX: "5",
}
_SEGMENT_999 = {
    p.GUIDE_SEGMENT_MISSING: "I8",
    p.GUIDE_SEGMENT_FORBIDDEN: "I4",
}

ELEMENT_CODES = {
    p.ELEMENT_MISSING: "1",
    p.ELEMENT_CONDITION: "2",
    p.ELEMENT_TOO_MANY: "3",
    p.ELEMENT_SHORT: "4",
    p.ELEMENT_LONG: "5",
    p.ELEMENT_CHARACTER: "6",
    p.ELEMENT_CODE: "7",
    p.ELEMENT_DATE: "8",
    p.ELEMENT_TIME: "9",
    p.ELEMENT_EXCLUSION: "10",
    p.ELEMENT_REPEATS: "12",
    p.COMPONENT_TOO_MANY: "13",
    p.HIERARCHY: "7",  # the value does not fit the other HL segments
    p.GUIDE_ELEMENT_MISSING: "1",
    p.GUIDE_ELEMENT_FORBIDDEN: "10",
    p.GUIDE_ELEMENT_LONG: "5",
    p.GUIDE_CODE: "7",
}
_ELEMENT_BEFORE_REPEATS = {p.ELEMENT_REPEATS: "3", p.COMPONENT_TOO_MANY: "3"}
#: A `must` of a profile asks without condition, which is 1 here too: I9 is for what depends on other data.
_ELEMENT_999 = {
    p.GUIDE_ELEMENT_FORBIDDEN: "I10",
    p.GUIDE_CODE: "I6",
}

SET_CODES = {
    p.SET_UNSUPPORTED: "1",
    p.SE_MISSING: "2",
    p.SE_CONTROL: "3",
    p.SE_COUNT: "4",
    p.SET_SEGMENTS: "5",
    p.SET_ID: "6",
    p.ST_CONTROL: "7",
    p.SET_NOT_IN_GROUP: "18",
    p.ST_REPEATED: "23",
}
_SET_BEFORE_LONG_LISTS = {p.SET_NOT_IN_GROUP: "6", p.ST_REPEATED: "7"}

GROUP_CODES = {
    p.GROUP_UNSUPPORTED: "1",
    p.GROUP_VERSION: "2",
    p.GE_MISSING: "3",
    p.GE_CONTROL: "4",
    p.GE_COUNT: "5",
    p.GS_CONTROL: "6",
    p.GS_REPEATED: "19",
}
_GROUP_BEFORE_LONG_LISTS = {p.GS_REPEATED: "6"}

_INTERCHANGE_CODES = {
    p.IEA_CONTROL: "001",
    p.SENDER_UNKNOWN: "006",
    p.RECEIVER_NOT_US: "009",
    p.USAGE_MISMATCH: "020",
    p.USAGE_TEST: "020",
    p.IEA_COUNT: "021",
    p.ENVELOPE_STRUCTURE: "022",
    p.ISA_TRUNCATED: "023",
    p.IEA_MISSING: "023",
    p.ISA_DUPLICATE: "025",
}

#: TA105 by the position of the ISA element that is not valid.
_ISA_ELEMENTS = {
    1: "010", 2: "011", 3: "012", 4: "013", 5: "005", 6: "006", 7: "007", 8: "008", 9: "014", 10: "015",
    11: "002", 12: "017", 13: "018", 14: "019", 15: "020", 16: "027",
}  # fmt: skip

#: TA105 codes that no finding of ours means, and why; partners may send them all the same.
INTERCHANGE_UNUSED = {
    "003": "every version is read: the documents are held against GS08, not ISA12",
    "016": "ISA11 is U before 00402 and else a separator, whose fault is 002",
    **dict.fromkeys(("028", "029", "030", "031"), "nobody asks us for deferred delivery"),
}

_SEPARATORS = {"element": "026", "component": "027", "repetition": "002", "segment": "004"}

#: Problems of a partner's guideline, which a 999 tells from those of X12 itself (IK502 I5 instead of 5).
GUIDE_PROBLEMS = frozenset(
    {
        p.GUIDE_SEGMENT_MISSING,
        p.GUIDE_SEGMENT_FORBIDDEN,
        p.GUIDE_SEGMENT_OVER_MAX,
        p.GUIDE_ELEMENT_MISSING,
        p.GUIDE_ELEMENT_FORBIDDEN,
        p.GUIDE_ELEMENT_LONG,
        p.GUIDE_CODE,
    }
)


class CodeLists(Struct, frozen=True):
    """The codes that an acknowledgment of one kind and release may use."""

    segment: Codes
    element: Codes
    set: Codes
    group: Codes


def code_lists(kind: Kind, release: str) -> CodeLists:
    """Return the codes for a 997 or 999 whose own GS08 is `release`."""
    repeats, long_lists, guide = release >= REPEATS_FROM, release >= LONG_LISTS_FROM, kind == "999"
    return CodeLists(
        segment=SEGMENT_CODES | (_SEGMENT_999 if guide else {}),
        element=ELEMENT_CODES
        | ({} if repeats else _ELEMENT_BEFORE_REPEATS)
        | (_ELEMENT_999 if guide else {}),
        set=SET_CODES | ({} if long_lists else _SET_BEFORE_LONG_LISTS),
        group=GROUP_CODES | ({} if long_lists else _GROUP_BEFORE_LONG_LISTS),
    )


def interchange_code(finding: Finding) -> str:
    """Return the TA105 code of an envelope finding, "" when TA1 has no word for it (bytes left out, ...)."""
    if finding.problem in {p.ISA_INVALID, p.ISA_WIDTH}:
        return _ISA_ELEMENTS.get(finding.where.element or 0, "024")
    if finding.problem == p.ENVELOPE_DELIMITERS:
        return _SEPARATORS.get(finding.where.path, "022")
    return _INTERCHANGE_CODES.get(finding.problem, "024" if finding.fatal else "")


def isa_element(code: str) -> int | None:
    """Return which element of the ISA a TA105 code is about; None for the interchange as a whole."""
    if code in _BY_CONTROL:
        return _BY_CONTROL[code]
    return next((position for position, known in _ISA_ELEMENTS.items() if known == code), None)


#: TA105 codes that are about an element, and that we write for other reasons than its form.
_BY_CONTROL = {"001": 13, "003": 12, "009": 8, "025": 13, "016": 11}


def _problems(*tables: Codes) -> Codes:
    """Return problem codes by X12 code; where several problems share a code, the first, which is X12's own."""
    found: dict[str, str] = {}
    for table in tables:
        for problem, code in table.items():
            found.setdefault(code, problem)
    return found


#: The other way, for what partners answer us: X12 code -> problem code.
SEGMENT_PROBLEMS = _problems(SEGMENT_CODES, _SEGMENT_999)
ELEMENT_PROBLEMS = _problems(ELEMENT_CODES, _ELEMENT_999)
SET_PROBLEMS = _problems(SET_CODES)
GROUP_PROBLEMS = _problems(GROUP_CODES)
