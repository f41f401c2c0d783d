"""The arithmetic of AK5, AK9 and TA1 as a table, and the bodies of 997 and 999."""

from __future__ import annotations

import pytest

from hub.model import problems
from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.finding import Finding, Severity, Where
from tests.support.x12_samples import envelope
from translators.x12.acks.verdicts import group_acknowledgment, set_verdict, technical_acknowledgment
from translators.x12.envelopes import unwrap

ERROR = Finding(problems.SE_COUNT, "SE01 says 9", where=Where(segment="SE", segment_number=5, element=1))
NOTED = Finding(problems.SE_CONTROL, "zeros differ", Severity.WARNING)
OURS = Finding(problems.DICTIONARY_GAP, "not described", Severity.WARNING)
TOTAL = Finding(problems.TOTAL_MISMATCH, "CTT01 says 3", Severity.WARNING)
GROUP_FAULT = Finding(problems.GE_COUNT, "GE01 says 9")
GROUP_NOTE = Finding(problems.GE_CONTROL, "zeros differ", Severity.WARNING)

CLEAN, BAD, WARNED = (), (ERROR,), (NOTED,)


def group(
    *sets: tuple[Finding, ...], declared: str = "", faults: tuple[Finding, ...] = (), hold_all: bool = False
) -> GroupVerdict:
    one = [
        SetVerdict(envelope=envelope("850", set_control=f"{n:04d}"), findings=f)
        for n, f in enumerate(sets, 1)
    ]
    return GroupVerdict(
        envelope=envelope("850"), declared_count=declared or str(len(sets)), findings=faults, sets=tuple(one),
        hold_all=hold_all,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), "A"),
        ((ERROR,), "R"),
        ((NOTED,), "E"),
        ((OURS,), "A"),
        ((TOTAL,), "A"),
        ((NOTED, ERROR), "R"),
        ((OURS, NOTED), "E"),
    ],
)
def test_the_verdict_on_a_set(findings: tuple[Finding, ...], verdict: str) -> None:
    assert set_verdict(findings) == verdict


@pytest.mark.parametrize(
    ("verdict", "ak5", "ak9"),
    [
        (group(CLEAN), "A", "AK9*A*1*1*1"),
        (group(CLEAN, CLEAN), "AA", "AK9*A*2*2*2"),
        (group(CLEAN, WARNED), "AE", "AK9*E*2*2*2"),
        (group(CLEAN, BAD), "AR", "AK9*P*2*2*1"),
        (group(WARNED, BAD), "ER", "AK9*P*2*2*1"),
        (group(BAD, BAD), "RR", "AK9*R*2*2*0"),
        (group(BAD), "R", "AK9*R*1*1*0"),
        (group(CLEAN, BAD, hold_all=True), "RR", "AK9*R*2*2*0"),
        (group(CLEAN, WARNED, hold_all=True), "AE", "AK9*E*2*2*2"),
        (group(CLEAN, CLEAN, declared="3", faults=(GROUP_FAULT,)), "RR", "AK9*R*3*2*0*5"),
        (group(CLEAN, faults=(GROUP_NOTE,)), "A", "AK9*E*1*1*1*4"),
        (group(CLEAN, declared="x"), "A", "AK9*A*1*1*1"),
        (group(declared="0"), "", "AK9*R*0*0*0"),
    ],
)
def test_the_verdict_on_a_group(verdict: GroupVerdict, ak5: str, ak9: str) -> None:
    body = group_acknowledgment(verdict)
    assert "".join(s[1] for s in body if s[0] == "AK5") == ak5
    assert "*".join(body[-1]) == ak9
    assert body[0] == ["AK1", "PO", "101"]


def test_only_rejected_sets_are_named_when_the_partner_wants_it_so() -> None:
    body = group_acknowledgment(group(CLEAN, BAD, CLEAN), "rejected")
    assert ["*".join(s) for s in body] == ["AK1*PO*101", "AK2*850*0002", "AK5*R*4", "AK9*P*3*3*2"]


def test_a_set_has_at_most_five_codes_and_an_ak404_at_most_99_characters() -> None:
    many = tuple(
        Finding(p, "", where=Where(segment="ST", segment_number=1))
        for p in (
            problems.SET_UNSUPPORTED,
            problems.SE_MISSING,
            problems.SE_CONTROL,
            problems.SE_COUNT,
            problems.SET_ID,
        )
    )
    long = Finding(
        problems.ELEMENT_LONG, "", where=Where(segment="BEG", segment_number=2, element=3, element_ref="324"),
        value="\x07" + "x" * 300,
    )  # fmt: skip
    body = group_acknowledgment(group((*many, long)))
    assert body[3] == ["AK4", "3", "324", "5", "x" * 99]
    assert body[4] == ["AK5", "R", "2", "3", "4", "6", "5"]


def test_a_999_says_the_same_in_its_own_segments() -> None:
    fault = Finding(
        problems.ELEMENT_CODE, "",
        where=Where(segment="REF", segment_number=4, element=4, component=2, element_ref="128"),
        value="QQ",
    )  # fmt: skip
    body = ["*".join(s) for s in group_acknowledgment(group((fault,)), "all", "999")]
    assert body == [
        "AK1*PO*101*004010", "AK2*850*0001", "IK3*REF*4**8", "IK4*4\ue0002*128*7*QQ", "IK5*R*5", "AK9*R*1*1*0",
    ]  # fmt: skip


ISA = "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*U*00401*000000007*1*P*>~"


@pytest.mark.parametrize(
    ("text", "ta1"),
    [
        (ISA + "IEA*0*000000007~", "TA1*000000007*250110*1200*A*000"),
        (ISA + "IEA*0*000000008~", "TA1*000000007*250110*1200*E*001"),
        (ISA + "IEA*0*7~", "TA1*000000007*250110*1200*E*001"),
        (ISA + "IEA*2*000000007~", "TA1*000000007*250110*1200*R*021"),
        (ISA, "TA1*000000007*250110*1200*R*023"),
        (ISA[:60], "TA1*000000000*000000*0000*R*023"),
        (ISA.replace("*P*", "*X*") + "IEA*0*000000007~", "TA1*000000007*250110*1200*R*020"),
        (ISA.replace("250110", "251310") + "IEA*0*000000007~", "TA1*000000007*251310*1200*E*014"),
        (ISA.replace("1200", "2560") + "IEA*0*000000007~", "TA1*000000007*250110*2560*E*015"),
        (ISA.replace("00401", "4010 ") + "IEA*0*000000007~", "TA1*000000007*250110*1200*E*017"),
        (ISA.replace("000000007", "00000000A") + "IEA*0*00000000A~", "TA1*000000000*250110*1200*R*018"),
        (ISA.replace("ACME ", "     ") + "IEA*0*000000007~", "TA1*000000007*250110*1200*R*006"),
        (ISA.replace(">~", "*~") + "IEA*0*000000007~", "TA1*000000007*250110*1200*R*027"),
        (ISA.replace(">~", ">A") + "IEA*0*000000007A", "TA1*000000007*250110*1200*R*004"),
        (ISA + "ST*850*0001~SE*2*0001~IEA*0*000000007~", "TA1*000000007*250110*1200*R*022"),
    ],
)
def test_the_technical_acknowledgment(text: str, ta1: str) -> None:
    interchange = unwrap(text.encode(), "x.edi").interchanges[0]
    assert "*".join(technical_acknowledgment(interchange)) == ta1


def test_what_only_the_hub_knows_is_answered_too() -> None:
    interchange = unwrap((ISA + "IEA*0*000000007~").encode(), "x.edi").interchanges[0]
    twice = Finding(problems.ISA_DUPLICATE, "came before")
    assert technical_acknowledgment(interchange, (twice,))[4:] == ["R", "025"]
