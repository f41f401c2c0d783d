"""Faults planted in valid sets, each with the exact AK3, AK4 and AK5 segments that must answer it.

A row: set, the line that is changed, what stands in its place (lines divided by "~", nothing: it is taken out),
and the segments. The places follow from the samples in tests/support/x12_samples.py, ST = 1.
"""

from __future__ import annotations

import re

import pytest

from tests.support.x12_samples import SETS, acknowledged, findings, segments

R5 = "AK5*R*5"

FAULTS = [
    # --- elements of an 850
    ("850", "BEG*00*SA*4711**20250110", "BEG**SA*4711**20250110", ["AK3*BEG*2**8", "AK4*1*353*1", R5]),
    ("850", "BEG*00*SA*4711**20250110", "BEG*00*SA***20250110", ["AK3*BEG*2**8", "AK4*3*324*1", R5]),
    ("850", "BEG*00*SA*4711**20250110", "BEG*00*SA*4711", ["AK3*BEG*2**8", "AK4*5*373*1", R5]),
    ("850", "BEG*00*SA*4711**20250110", "BEG*0*SA*4711**20250110", ["AK3*BEG*2**8", "AK4*1*353*4*0", R5]),
    (
        "850",
        "BEG*00*SA*4711**20250110",
        "BEG*00*SA*12345678901234567890123**20250110",
        ["AK3*BEG*2**8", "AK4*3*324*5*12345678901234567890123", R5],
    ),
    ("850", "BEG*00*SA*4711**20250110", "BEG*00*SA*4711**20250230", ["AK3*BEG*2**8", "AK4*5*373*8*20250230", R5]),
    ("850", "BEG*00*SA*4711**20250110", "BEG*00*SA*4711**250110", ["AK3*BEG*2**8", "AK4*5*373*4*250110", R5]),
    ("850", "CUR*BY*USD", "CUR*BY", ["AK3*CUR*3**8", "AK4*2*100*1", R5]),
    ("850", "CUR*BY*USD", "CUR*BY*US", ["AK3*CUR*3**8", "AK4*2*100*4*US", R5]),
    ("850", "REF*DP*042", "REF*DP", ["AK3*REF*4**8", "AK4*2*127*2", R5]),
    ("850", "REF*DP*042", "REF*DP*042*A**B", ["AK3*REF*4**8", "AK4*5**3*B", R5]),
    ("850", "REF*DP*042", "REF*DP*042**BM", ["AK3*REF*4**8", "AK4*4>2*127*1", R5]),
    ("850", "REF*DP*042", "REF*DP*042**BMXX>1", ["AK3*REF*4**8", "AK4*4>1*128*5*BMXX", R5]),
    (
        "850",
        "REF*DP*042",
        "REF*DP*042**BM>1>CN>2>VN>3>9",
        ["AK3*REF*4**8", "AK4*4**3*BM>1>CN>2>VN>3>9", R5],
    ),
    ("850", "PER*BD*PURCHASING*TE*5550100", "PER*BD*PURCHASING*TE", ["AK3*PER*5**8", "AK4*4*364*2", R5]),
    ("850", "FOB*PP*OR*PLANT 2", "FOB*PP**PLANT 2", ["AK3*FOB*6**8", "AK4*2*309*2", R5]),
    ("850", "ITD*01*3*2**10**30", "ITD*01*3*2****30", ["AK3*ITD*7**8", "AK4*4*370*2", R5]),
    ("850", "ITD*01*3*2**10**30", "ITD*01*3*2**1X**30", ["AK3*ITD*7**8", "AK4*5*351*6*1X", R5]),
    ("850", "DTM*002*20250120", "DTM*002", ["AK3*DTM*8**8", "AK4*2*373*2", R5]),
    ("850", "DTM*002*20250120", "DTM*002*20250120*2560", ["AK3*DTM*8**8", "AK4*3*337*9*2560", R5]),
    ("850", "TD5**2*UPSN*M*GROUND", "TD5**2**M*GROUND", ["AK3*TD5*9**8", "AK4*3*67*2", R5]),
    ("850", "N1*ST*STORE 42*92*0042", "N1*ST", ["AK3*N1*12*N1*8", "AK4*2*93*2", R5]),
    ("850", "N1*ST*STORE 42*92*0042", "N1*ST*STORE 42*92", ["AK3*N1*12*N1*8", "AK4*4*67*2", R5]),
    ("850", "PO1*1*12*EA*10.50**UP*012345678905*VP*SKU1", "PO1*1*1O*EA*10.50**UP*012345678905",
     ["AK3*PO1*15*PO1*8", "AK4*2*330*6*1O", R5]),
    ("850", "PO1*1*12*EA*10.50**UP*012345678905*VP*SKU1", "PO1*1**EA*10.50**UP*012345678905",
     ["AK3*PO1*15*PO1*8", "AK4*2*330*2", R5]),
    ("850", "PO1*1*12*EA*10.50**UP*012345678905*VP*SKU1", "PO1*1*12*EA*10.50**UP",
     ["AK3*PO1*15*PO1*8", "AK4*7*234*2", R5]),
    ("850", "PO1*1*12*EA*10.50**UP*012345678905*VP*SKU1", "PO1*1*12*EA*10,50",
     ["AK3*PO1*15*PO1*8", "AK4*4*212*6*10,50", R5]),
    ("850", "CTP**RES*19.99", "CTP**RES*19.99***DIS", ["AK3*CTP*16*CTP*8", "AK4*7*649*2", R5]),
    ("850", "SAC*A*C310***500", "SAC*B*C310***500", ["AK3*SAC*19*SAC*8", "AK4*1*248*7*B", R5]),
    ("850", "SAC*A*C310***500", "SAC*A****500", ["AK3*SAC*19*SAC*8", "AK4*2*1300*2", R5]),
    ("850", "SAC*A*C310***500", "SAC*A*C310***5.00", ["AK3*SAC*19*SAC*8", "AK4*5*610*6*5.00", R5]),
    ("850", "MEA**WT*5*LB", "MEA**WT*5*LB****01", ["AK3*MEA*21*PO1*8", "AK4*8*936*10*01", R5]),
    ("850", "CTT*2", "CTT*2*****X", ["AK3*CTT*23*CTT*8", "AK4*5*183*2", "AK4*6*355*4*X", R5]),
    # --- segments and loops
    ("850", "BEG*00*SA*4711**20250110", "", ["AK3*BEG*2**3", R5]),
    ("850", "CUR*BY*USD", "CUR*BY*USD~CUR*SE*EUR", ["AK3*CUR*4**5", R5]),
    ("850", "DTM*002*20250120", "DTM*002*20250120~CUR*BY*USD", ["AK3*CUR*9**7", R5]),
    ("850", "N1*ST*STORE 42*92*0042", "", ["AK3*N3*12*N9*2", "AK3*N4*13*N9*2", R5]),
    ("850", "CTT*2", "QQ9*1~CTT*2", ["AK3*QQ9*23*PO1*1", R5]),
    ("850", "CTT*2", "CTT*2~CTT*2", ["AK3*CTT*24*CTT*4", R5]),
    ("850", "PO4*12*1*EA", "~PO4*12*1*EA", [R5]),
    # --- 856
    ("856", "BSN*00*SHIP1*20250115*1200*0001", "BSN*00*SHIP1*20250115*1260*0001",
     ["AK3*BSN*2**8", "AK4*4*337*9*1260", R5]),
    ("856", "BSN*00*SHIP1*20250115*1200*0001", "BSN*00*SHIP1*20250115*1200**AS*A20*",
     ["AK3*BSN*2**8", "AK4*8**3", R5]),
    ("856", "HL*2*1*O", "HL*2*7*O", ["AK3*HL*9*HL*8", "AK4*2*734*7*7", R5]),
    ("856", "HL*3*2*P", "HL*2*1*P", ["AK3*HL*11*HL*8", "AK4*1*628*7*2", "AK3*HL*13*HL*8", "AK4*2*734*7*3", R5]),
    ("856", "HL*1**S", "HL*1**S*2", ["AK3*HL*3*HL*8", "AK4*4*736*7*2", R5]),
    ("856", "MAN*GM*000123456789012345", "MAN*GM", ["AK3*MAN*12*HL*8", "AK4*2*87*1", R5]),
    ("856", "SN1**12*EA", "SN1**12", ["AK3*SN1*15*HL*8", "AK4*3*355*1", R5]),
    ("856", "SN1**12*EA", "SN1**12*EA~LIN*1*UP*012345678905", ["AK3*LIN*16*HL*7", R5]),
    # --- 810
    ("810", "BIG*20250116*INV1*20250110*4711***DI", "BIG*20251316*INV1", ["AK3*BIG*2**8", "AK4*1*373*8*20251316", R5]),
    ("810", "IT1*1*12*EA*10.50**UP*012345678905", "IT1*1*12*EA***UP*012345678905",
     ["AK3*IT1*8*IT1*8", "AK4*4*212*2", R5]),
    ("810", "TXI*ST*5.00*6.25", "TXI*ST", ["AK3*TXI*9*IT1*8", "AK4*2*782*2", R5]),
    ("810", "TDS*12600", "", ["AK3*TDS*12**3", R5]),
    ("810", "TDS*12600", "TDS*126.00", ["AK3*TDS*12**8", "AK4*1*610*6*126.00", R5]),
    ("810", "ISS*2*CA*40*LB", "ISS*2", ["AK3*ISS*14*ISS*8", "AK4*2*355*2", R5]),
]  # fmt: skip


def planted(set_id: str, line: str, instead: str) -> list[str]:
    lines = segments(set_id)
    at = lines.index(line)
    lines[at : at + 1] = instead.split("~") if instead else []
    return lines


@pytest.mark.parametrize(("set_id", "line", "instead", "expected"), FAULTS, ids=lambda v: str(v)[:40])
def test_a_planted_fault_is_answered_exactly(
    set_id: str, line: str, instead: str, expected: list[str]
) -> None:
    assert acknowledged(planted(set_id, line, instead), set_id) == expected


def test_there_are_many_planted_faults() -> None:
    assert len(FAULTS) >= 50


@pytest.mark.parametrize("release", ["004010", "005010", "004030", "004010VICS", "006020"])
@pytest.mark.parametrize("set_id", sorted(SETS))
def test_the_samples_are_valid(set_id: str, release: str) -> None:
    assert findings(segments(set_id), set_id, release=release) == ()


@pytest.mark.parametrize("release", ["002001", "003010", "003060"])
@pytest.mark.parametrize("set_id", sorted(SETS))
def test_before_004010_dates_have_no_century(set_id: str, release: str) -> None:
    old = [re.sub(r"\*20(\d{6})(?=\*|$)", r"*\1", line) for line in segments(set_id)]
    assert findings(old, set_id, release=release) == ()
    assert {f.problem for f in findings(segments(set_id), set_id, release=release)} == {"element.too_long"}


@pytest.mark.parametrize("release", ["", "4010", "004\n010", "VICS"])
def test_without_a_release_the_usual_one_holds(release: str) -> None:
    assert findings(segments("850"), "850", release=release) == ()


def test_from_004020_on_notes_may_stand_in_mtx() -> None:
    lines = planted("850", "MSG*HANDLE WITH CARE", "MTX**HANDLE WITH CARE")
    assert findings(lines, "850", release="004030") == ()
    assert [f.problem for f in findings(lines, "850")] == ["segment.unexpected"]


def test_a_torn_segment_is_told_in_one_short_line() -> None:
    (found,) = findings(planted("850", "CUR*BY*USD", "C\nUR" + "X" * 5000), "850")
    assert found.line() == f"segment 3: {('C' + chr(10) + 'UR' + 'X' * 16)!r} is not an X12 segment"


def test_every_finding_tells_what_to_do_and_where() -> None:
    for set_id, line, instead, _ in FAULTS:
        for finding in findings(planted(set_id, line, instead), set_id):
            assert finding.where.segment_number is not None
            assert finding.message


def test_all_faults_of_a_set_are_found_at_once() -> None:
    lines = segments("850")
    lines[1] = "BEG*0*SA*4711**20250230"
    lines[7] = "DTM*002"
    assert acknowledged(lines, "850") == [
        "AK3*BEG*2**8", "AK4*1*353*4*0", "AK4*5*373*8*20250230", "AK3*DTM*8**8", "AK4*2*373*2", R5,
    ]  # fmt: skip


def test_what_the_dictionary_lacks_is_a_warning_that_the_partner_does_not_see() -> None:
    lines = segments("850")
    lines.insert(2, "G05*1*CA")  # X12 has G05, but not our 850
    assert [str(f.severity) for f in findings(lines, "850")] == ["warning"]
    assert acknowledged(lines, "850") == ["AK5*A"]


def test_a_set_without_dictionary_is_not_judged() -> None:
    assert findings(["ST*940*0001", "W05*N*1", "SE*3*0001"], "940") == ()


def test_a_control_character_is_an_invalid_character() -> None:
    lines = segments("850")
    lines[3] = "REF*DP*04\x002"
    assert acknowledged(lines, "850") == ["AK3*REF*4**8", "AK4*2**6*042", R5]


@pytest.mark.parametrize(
    ("must", "problem", "place"),
    [
        ({"PO106": "UP"}, "", ""),
        ({"PO108": ""}, "guide.element_missing", "segment 20 PO108"),
        ({"PO103": "EA"}, "guide.invalid_code", "segment 20 PO103"),
        ({"PO103": "EA|CA"}, "", ""),
        ({"CSH01": ""}, "guide.segment_missing", "segment 25 CSH"),
    ],
)
def test_a_partners_demands_are_held(must: dict[str, str], problem: str, place: str) -> None:
    from tests.support.x12_samples import envelope
    from translators.x12.rules.check import check_set
    from translators.x12.rules.guideline import guideline

    payload = "".join(f"{line}~\n" for line in segments("850")).encode()
    found = check_set(payload, envelope("850"), guideline(must))
    assert [(f.problem, str(f.where)) for f in found] == ([(problem, place)] if problem else [])
    assert all(f.fatal for f in found)
