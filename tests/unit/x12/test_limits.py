"""What a set may cost however broken it is, and what may not depend on what stands beside it."""

from __future__ import annotations

import pytest

from hub.model.finding import Finding
from tests.support.x12_samples import acknowledged, envelope, findings, segments
from translators.x12.rules.check import MOST_FINDINGS, check_set
from translators.x12.rules.guideline import Guideline, guideline

ORDER = segments("850")
HEAD, LINE, TAIL = ORDER[:14], ORDER[14], [*ORDER[-3:-1], "SE*0*0001"]


def checked(body: list[str], wanted: Guideline | None = None, set_id: str = "850") -> tuple[Finding, ...]:
    return check_set("~".join([*body, ""]).encode(), envelope(set_id), wanted)


@pytest.mark.parametrize(
    ("body", "set_id", "wanted"),
    [
        (["ST*856*0001", "BSN*00*1*20250101*1200", *["HL*1**S"] * 5000, "SE*1*0001"], "856", None),
        ([*HEAD, LINE, *["CTT*99"] * 5000, "SE*1*0001"], "850", None),
        ([*HEAD, *["PO1*X*1O*EA"] * 5000, *TAIL], "850", None),
        ([*HEAD, *["G05*1"] * 5000, LINE, *TAIL], "850", None),
        ([*HEAD, *[LINE] * 5000, *TAIL], "850", guideline({"PO1/PID05": "", "PO1/SAC": ""})),
        (["ST*199*0001", *["ABC*1"] * 5000, "SE*1*0001"], "199", guideline({"ABC02": ""})),
    ],
)
def test_no_set_has_more_findings_than_the_limit(
    body: list[str], set_id: str, wanted: Guideline | None
) -> None:
    found = checked(body, wanted, set_id)
    assert MOST_FINDINGS <= len(found) <= MOST_FINDINGS + 1


def test_warnings_beyond_number_hide_no_rejection() -> None:
    found = checked([*HEAD, *["G05*1"] * (MOST_FINDINGS + 50), "PO1*1*1O*EA", *TAIL])
    assert [f.problem for f in found if f.fatal] == ["element.invalid_character"]


def test_a_sign_beside_it_changes_no_verdict() -> None:
    """Empty repetitions keep the place of the next one; a set with a control character is judged no other way."""
    plain = [
        "ST*999*0001",
        "AK1*PO*1",
        "AK2*850*0001",
        "IK3*BEG*2**8",
        "CTX*BEG03>4711^^X>B",
        "IK5*R",
        "AK9*R*1*1*0",
        "SE*8*0001",
    ]
    assert findings(plain, "999", release="005010") == ()
    odd = [line.replace("IK3*BEG*2**8", "IK3*BEG*2**8~IK4*3*324*7*A\u00a0B") for line in plain]
    assert findings([part for line in odd for part in line.split("~")], "999", release="005010") == ()


@pytest.mark.parametrize("number", ["1.05E1", "1E1", "12E-1", "12345678901234E3", "-1.5E-12"])
def test_a_number_with_an_exponent_is_one(number: str) -> None:
    assert acknowledged([line.replace("PO1*1*12*", f"PO1*1*{number}*") for line in ORDER], "850") == ["AK5*A"]


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("MSG*HANDLE WITH CARE", "MSG*WIDTH > 5", "MSG01 (Message text)"),
        ("REF*DP*042", "REF*DP*1>2", "REF02 (Reference)"),
    ],
)  # fmt: skip
def test_a_separator_in_the_data_is_a_warning_that_no_997_carries(line: str, instead: str, told: str) -> None:
    lines = [instead if one == line else one for one in ORDER]
    assert [(f.message, str(f.severity)) for f in findings(lines, "850")] == [
        (f"{told} holds '>', which divides components in this interchange", "warning")
    ]
    assert acknowledged(lines, "850") == ["AK5*A"]


def test_a_loop_that_is_opened_is_closed() -> None:
    advice = [
        "ST*846*0001",
        "BIA*00*DD*A1*20250101",
        "LIN**UP*012345678905",
        "QTY*33*1*EA",
        "LS*REF",
        "REF*DP*1",
        "LE*REF",
        "CTT*1",
        "SE*9*0001",
    ]
    without_end = [line for line in advice if line != "LE*REF"]
    without_begin = [line for line in advice if line != "LS*REF"]
    assert acknowledged(advice, "846") == ["AK5*A"]
    assert acknowledged(without_end, "846") == ["AK3*LE*8**3", "AK5*R*5"]
    assert acknowledged(without_begin, "846")[-2:] == ["AK3*LS*6**3", "AK5*R*5"]
    bare = [line if line != "LE*REF" else "LE" for line in without_begin]
    assert "LE closes nothing" in [f.message for f in checked(bare, set_id="846")]


def test_a_sum_beyond_all_measure_is_no_total() -> None:
    lines = [line.replace("PO1*1*12*", "PO1*1*9E99999999*").replace("CTT*2", "CTT*2*18") for line in ORDER]
    assert not [f for f in findings(lines, "850") if f.problem == "total.mismatch"]
