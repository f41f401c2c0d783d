"""Every code of X12's lists is either said for a finding of ours, or not used for a reason that is written here."""

from __future__ import annotations

import pytest

from hub.model import problems as p
from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.finding import Finding, Severity, Where
from tests.support.x12_samples import envelope
from translators.x12.acks import words
from translators.x12.acks.codes import INTERCHANGE_UNUSED, Kind, code_lists
from translators.x12.acks.verdicts import Body, group_acknowledgment, technical_acknowledgment
from translators.x12.envelopes import unwrap

SECURITY = "we take no secured sets (S3, S4 segments), so nothing of theirs can fail"
DEPENDENT = "no rule of a profile depends on other data: each asks always, or forbids always"

#: Problem, kind and release that give a code.
Source = tuple[str, Kind, str]

SEGMENT: dict[str, Source] = {
    "1": (p.SEGMENT_UNKNOWN, "997", "004010"),
    "2": (p.SEGMENT_UNEXPECTED, "997", "004010"),
    "3": (p.SEGMENT_MISSING, "997", "004010"),
    "4": (p.LOOP_OVER_MAX, "997", "004010"),
    "5": (p.SEGMENT_OVER_MAX, "997", "004010"),
    "6": (p.SEGMENT_NOT_IN_SET, "997", "004010"),
    "7": (p.SEGMENT_SEQUENCE, "997", "004010"),
    "8": (p.ELEMENT_MISSING, "997", "004010"),
    "I4": (p.GUIDE_SEGMENT_FORBIDDEN, "999", "005010"),
    "I8": (p.GUIDE_SEGMENT_MISSING, "999", "005010"),
}
SEGMENT_UNUSED = {
    "I6": DEPENDENT,
    "I7": "a loop that a profile wants and that is missing is told by its first segment, I8",
    "I9": DEPENDENT,
}
ELEMENT: dict[str, Source] = {
    "1": (p.ELEMENT_MISSING, "997", "004010"),
    "2": (p.ELEMENT_CONDITION, "997", "004010"),
    "3": (p.ELEMENT_TOO_MANY, "997", "004010"),
    "4": (p.ELEMENT_SHORT, "997", "004010"),
    "5": (p.ELEMENT_LONG, "997", "004010"),
    "6": (p.ELEMENT_CHARACTER, "997", "004010"),
    "7": (p.ELEMENT_CODE, "997", "004010"),
    "8": (p.ELEMENT_DATE, "997", "004010"),
    "9": (p.ELEMENT_TIME, "997", "004010"),
    "10": (p.ELEMENT_EXCLUSION, "997", "004010"),
    "12": (p.ELEMENT_REPEATS, "997", "004020"),
    "13": (p.COMPONENT_TOO_MANY, "997", "004020"),
    "I6": (p.GUIDE_CODE, "999", "005010"),
    "I10": (p.GUIDE_ELEMENT_FORBIDDEN, "999", "005010"),
}
ELEMENT_UNUSED = {
    "I9": f"{DEPENDENT}; what is always wanted is 1",
    "I11": "a profile sets no least number of repetitions",
    "I12": "a profile has no patterns",
    "I13": f"{DEPENDENT}; what is always forbidden is I10",
}
SET: dict[str, Source] = {
    "1": (p.SET_UNSUPPORTED, "997", "004010"),
    "2": (p.SE_MISSING, "997", "004010"),
    "3": (p.SE_CONTROL, "997", "004010"),
    "4": (p.SE_COUNT, "997", "004010"),
    "5": (p.SET_SEGMENTS, "997", "004010"),
    "6": (p.SET_ID, "997", "004010"),
    "7": (p.ST_CONTROL, "997", "004010"),
    "18": (p.SET_NOT_IN_GROUP, "997", "005010"),
    "23": (p.ST_REPEATED, "997", "005010"),
    "I5": (p.GUIDE_CODE, "999", "005010"),
}
SET_UNUSED = {
    **dict.fromkeys(("8", "9", "10", "11", "12", "13"), SECURITY),
    "19": "ST03 is read and never judged: the document is held against GS08",
    "I6": "ST03 is read and never judged: the document is held against GS08",
}
GROUP: dict[str, Source] = {
    "1": (p.GROUP_UNSUPPORTED, "997", "004010"),
    "2": (p.GROUP_VERSION, "997", "004010"),
    "3": (p.GE_MISSING, "997", "004010"),
    "4": (p.GE_CONTROL, "997", "004010"),
    "5": (p.GE_COUNT, "997", "004010"),
    "6": (p.GS_CONTROL, "997", "004010"),
    "19": (p.GS_REPEATED, "997", "005010"),
}
GROUP_UNUSED = dict.fromkeys(("10", "11", "12", "13", "18"), SECURITY)


def answer(finding: Finding, kind: Kind, release: str, *, of_group: bool = False) -> Body:
    """Return the body of the acknowledgment for one finding."""
    one = SetVerdict(envelope=envelope("850"), findings=() if of_group else (finding,))
    group = GroupVerdict(
        envelope=envelope("850", release),
        declared_count="1",
        sets=(one,),
        findings=(finding,) if of_group else (),
    )
    return group_acknowledgment(group, "all", kind, release)


def found(problem: str) -> Finding:
    place = Where(segment="REF", segment_number=4, element=2, element_ref="127")
    return Finding(problem, "", where=place, value="X")


@pytest.mark.parametrize(
    ("known", "used", "unused"),
    [
        (words.SEGMENT_WORDS, SEGMENT, SEGMENT_UNUSED),
        (words.ELEMENT_WORDS, ELEMENT, ELEMENT_UNUSED),
        (words.SET_WORDS, SET, SET_UNUSED),
        (words.GROUP_WORDS, GROUP, GROUP_UNUSED),
    ],
    ids=["AK304", "AK403", "AK502", "AK905"],
)
def test_each_code_is_used_or_has_its_reason(
    known: dict[str, str], used: dict[str, Source], unused: dict[str, str]
) -> None:
    assert sorted(known) == sorted([*used, *unused])
    assert all(unused.values())


@pytest.mark.parametrize(("code", "source"), SEGMENT.items())
def test_segment_codes(code: str, source: Source) -> None:
    body = answer(found(source[0]), source[1], source[2])
    tag = "IK3" if source[1] == "999" else "AK3"
    assert [row[4] for row in body if row[0] == tag] == [code]


@pytest.mark.parametrize(("code", "source"), ELEMENT.items())
def test_element_codes(code: str, source: Source) -> None:
    body = answer(found(source[0]), source[1], source[2])
    tag = "IK4" if source[1] == "999" else "AK4"
    assert [row[1:] for row in body if row[0] == tag] == [["2", "127", code, "X"]]


@pytest.mark.parametrize(("code", "source"), SET.items())
def test_set_codes(code: str, source: Source) -> None:
    body = answer(found(source[0]), source[1], source[2])
    assert body[-2][1:] == ["R", code]


@pytest.mark.parametrize(("code", "source"), GROUP.items())
def test_group_codes(code: str, source: Source) -> None:
    body = answer(found(source[0]), source[1], source[2], of_group=True)
    assert body[-1] == ["AK9", "R", "1", "1", "0", code]


@pytest.mark.parametrize("unused", [SEGMENT_UNUSED, ELEMENT_UNUSED, SET_UNUSED, GROUP_UNUSED])
@pytest.mark.parametrize("kind", ["997", "999"])
def test_what_is_not_used_is_in_no_list(unused: dict[str, str], kind: Kind) -> None:
    lists = code_lists(kind, "007040")
    table = {0: lists.segment, 1: lists.element, 2: lists.set, 3: lists.group}
    at = [SEGMENT_UNUSED, ELEMENT_UNUSED, SET_UNUSED, GROUP_UNUSED].index(unused)
    assert not set(table[at].values()) & set(unused)


@pytest.mark.parametrize(
    ("problem", "before", "since"),
    [
        (p.ELEMENT_REPEATS, ("004010", "3"), ("004020", "12")),
        (p.COMPONENT_TOO_MANY, ("004010", "3"), ("004020", "13")),
    ],
)
def test_element_codes_that_came_with_repetition(
    problem: str, before: tuple[str, str], since: tuple[str, str]
) -> None:
    for release, code in (before, since):
        (row,) = (r for r in answer(found(problem), "997", release) if r[0] == "AK4")
        assert row[3] == code


@pytest.mark.parametrize(
    ("problem", "old", "new"), [(p.ST_REPEATED, "7", "23"), (p.SET_NOT_IN_GROUP, "6", "18")]
)
def test_set_codes_that_came_with_005010(problem: str, old: str, new: str) -> None:
    assert answer(found(problem), "997", "004060")[-2][2:] == [old]
    assert answer(found(problem), "997", "005010")[-2][2:] == [new]


def test_a_group_number_used_twice_before_and_since_005010() -> None:
    codes = [answer(found(p.GS_REPEATED), "997", r, of_group=True)[-1][5] for r in ("004010", "005010")]
    assert codes == ["6", "19"]


@pytest.mark.parametrize(
    ("problem", "in_997", "in_999"),
    [
        (p.GUIDE_SEGMENT_MISSING, ("3", "", "5"), ("I8", "", "I5")),
        (p.GUIDE_SEGMENT_FORBIDDEN, ("2", "", "5"), ("I4", "", "I5")),
        (p.GUIDE_SEGMENT_OVER_MAX, ("5", "", "5"), ("5", "", "I5")),
        (p.GUIDE_ELEMENT_MISSING, ("8", "1", "5"), ("8", "1", "I5")),
        (p.GUIDE_ELEMENT_FORBIDDEN, ("8", "10", "5"), ("8", "I10", "I5")),
        (p.GUIDE_ELEMENT_LONG, ("8", "5", "5"), ("8", "5", "I5")),
        (p.GUIDE_CODE, ("8", "7", "5"), ("8", "I6", "I5")),
    ],
)
def test_what_only_the_guideline_wants_has_codes_of_its_own_in_a_999(
    problem: str, in_997: tuple[str, str, str], in_999: tuple[str, str, str]
) -> None:
    for kind, expected in (("997", in_997), ("999", in_999)):
        body = answer(found(problem), kind, "005010")
        codes = {row[0][1:]: row for row in body if row[0][1:] in {"K3", "K4", "K5"}}
        element = codes["K4"][3] if "K4" in codes else ""
        assert (codes["K3"][4], element, codes["K5"][2]) == expected


def test_a_999_tells_faults_of_x12_and_of_the_guideline_together() -> None:
    both = (found(p.GUIDE_CODE), found(p.SE_COUNT), found(p.SEGMENT_MISSING))
    one = SetVerdict(envelope=envelope("850"), findings=both)
    body = group_acknowledgment(GroupVerdict(envelope=envelope("850", "005010"), sets=(one,)), "all", "999")
    assert body[-2] == ["IK5", "R", "4", "5", "I5"]


ISA = "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*U*00401*000000007*1*P*>~"
END = "IEA*0*000000007~"
NEW = ISA.replace("*U*00401*", "*^*00501*")

#: What gives a TA105 code: the text of an interchange, or a finding that only the hub can make.
INTERCHANGE: dict[str, str | Finding] = {
    "000": ISA + END,
    "001": ISA + END.replace("7", "8"),
    "002": NEW.replace("*^*", "*A*") + END,
    "004": ISA.replace(">~", ">A") + "IEA*0*000000007A",
    "005": ISA.replace("*ZZ*ACME", "*Z *ACME") + END,
    "006": Finding(p.SENDER_UNKNOWN, ""),
    "007": ISA.replace("*ZZ*OURCO", "*Z *OURCO") + END,
    "008": ISA.replace("OURCO", "     ") + END,
    "009": Finding(p.RECEIVER_NOT_US, ""),
    "010": ISA.replace("ISA*00*", "ISA*XX*") + END,
    "011": ISA.replace("ISA*00*          *", "ISA*00**") + END,
    "012": ISA.replace("*00*          *ZZ", "*YY*          *ZZ") + END,
    "013": Finding(p.ISA_WIDTH, "", where=Where(segment="ISA", element=4)),
    "014": ISA.replace("250110", "251310") + END,
    "015": ISA.replace("1200", "2560") + END,
    "017": ISA.replace("00401", "4010 ") + END,
    "018": ISA.replace("000000007", "00000000A") + "IEA*0*00000000A~",
    "019": ISA.replace("*1*P*", "*7*P*") + END,
    "020": Finding(p.USAGE_MISMATCH, ""),
    "021": ISA + END.replace("*0*", "*2*"),
    "022": ISA + "ST*850*0001~SE*2*0001~" + END,
    "023": ISA,
    "024": Finding("envelope.something_new", ""),
    "025": Finding(p.ISA_DUPLICATE, ""),
    "026": Finding(p.ENVELOPE_DELIMITERS, "", where=Where(segment="ISA", path="element")),
    "027": ISA.replace(">~", "*~") + END,
}


def test_each_interchange_code_is_used_or_has_its_reason() -> None:
    assert sorted(words.INTERCHANGE_WORDS) == sorted([*INTERCHANGE, *INTERCHANGE_UNUSED])


@pytest.mark.parametrize(("code", "source"), INTERCHANGE.items())
def test_interchange_codes(code: str, source: str | Finding) -> None:
    text = source if isinstance(source, str) else ISA + END
    interchange = unwrap(text.encode(), "x.edi").interchanges[0]
    extra = () if isinstance(source, str) else (source,)
    assert technical_acknowledgment(interchange, extra)[5] == code


def test_a_finding_without_a_code_of_its_own_still_rejects() -> None:
    body = answer(Finding("something.new", ""), "997", "004010")
    assert body[1:] == [["AK2", "850", "0001"], ["AK5", "R", "5"], ["AK9", "R", "1", "1", "0"]]
    noted = answer(Finding("something.new", "", Severity.WARNING), "997", "004010")
    assert noted[2] == ["AK5", "A"]
