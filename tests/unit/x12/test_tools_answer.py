"""What `check` lists of a file, and what would be answered to it: the same bytes on any day."""

from __future__ import annotations

from pathlib import Path

from hub.model.documents import DocType
from hub.model.partner import Partner, Receive, X12Settings
from tests.support.x12_files import ORDER, checked, interchange, order, source
from translators.x12.rules.source import FOLDER, Library
from translators.x12.tools.answer import Answer, answers
from translators.x12.tools.reading import BY_THE_FILE, Rules
from translators.x12.tools.verdict import Counts, check_file

BAD = interchange(order(ORDER.replace("*12*EA", "*1O*EA")), order(control="0002"))


def answered(data: bytes, partner: Partner | None = None, **x12: object) -> list[Answer]:
    settings = X12Settings(**x12)
    return list(
        answers(source(data), "", BY_THE_FILE, partner or Partner(key="x12", name="X12", x12=settings))
    )


def body(answer: Answer) -> list[str]:
    return [
        line for line in answer.data.decode().replace("~", "").splitlines() if line[:3] not in {"ISA", "IEA"}
    ]


def test_findings_are_listed_with_the_set_that_they_stand_in() -> None:
    counts = Counts()
    found = list(check_file(source(BAD), "a.edi", BY_THE_FILE, counts))
    assert [placed.line() for placed in found] == [
        "a.edi: 850 0001: segment 8: PO102 (Quantity ordered) '1O' is not a number",
        "a.edi: 850 0001: segment 11: CTT02 says 18; PO102 add up to 6",
    ]
    assert (counts.files, counts.sets, counts.segments, counts.errors) == (1, 2, 26, 1)


def test_strict_makes_an_error_of_what_the_dictionary_lacks() -> None:
    lacking = interchange(order(ORDER.replace("REF*DP*042", "REF*DP*042\nACT*1")))
    assert [p.finding.problem for p in checked(lacking)] == ["dictionary.gap"]
    assert [p.finding.fatal for p in checked(lacking, Rules(strict=True))] == [True]


def test_the_release_that_is_given_counts_instead_of_gs08() -> None:
    dated = interchange(order(ORDER.replace("20250110", "250110")))
    assert [p.finding.where.name for p in checked(dated)] == ["BEG05"]
    assert "BEG05" not in [p.finding.where.name for p in checked(dated, Rules(release="003010"))]
    guided = dated.replace(
        b"ST*850*0001", b"ST*850*0001*004010"
    )  # ST03 counts before GS08, not before what is given
    assert "BEG05" not in [p.finding.where.name for p in checked(guided, Rules(release="003010"))]


def test_a_partners_guideline_counts() -> None:
    receive = {DocType.PURCHASE_ORDER: Receive(must={"N1[BY]04": ""})}
    partner = Partner(key="acme", name="ACME", receive=receive)
    found = checked(interchange(order()), Rules(partner=partner))
    assert [p.finding.problem for p in found] == ["guide.segment_missing"]


def test_a_997_answers_each_group_and_rejects_what_is_wrong() -> None:
    (answer,) = answered(BAD)
    assert (answer.kind, answer.verdict) == ("997", "RA")
    assert [line for line in body(answer) if line[:2] == "AK"] == [
        "AK1*PO*101",
        "AK2*850*0001",
        "AK3*PO1*8*PO1*8",
        "AK4*2*330*6*1O",
        "AK5*R*5",
        "AK2*850*0002",
        "AK5*A",
        "AK9*P*2*2*1",
    ]
    assert answer.data == answered(BAD)[0].data


def test_a_999_names_the_document_behind_each_fault_and_the_guide_of_the_set() -> None:
    (answer,) = answered(BAD.replace(b"ST*850*0001", b"ST*850*0001*005010"), functional_ack="999")
    said = body(answer)
    at = said.index("AK2*850*0001*005010")
    assert said[at + 1 : at + 4] == ["IK3*PO1*8*PO1*8", "CTX*BEG03>4711", "IK4*2*330*6*1O"]


def test_a_ta1_goes_back_for_acknowledgments_only_when_they_are_in_groups() -> None:
    ack = ["ST*997*0001", "AK1*IN*1", "AK9*A*1*1*1", "SE*4*0001"]
    ta1 = b"TA1*000000001*250110*1159*A*000~\n"
    data = interchange(ack, group="FA").replace(b"GS*", ta1 + b"GS*")
    assert [a.kind for a in answered(data, technical_ack="always")] == ["TA1"]
    alone = data[: data.index(b"GS*")] + b"IEA*0*000000101~\n"
    assert answered(alone, technical_ack="always") == []


def test_what_the_partner_agreed_on_decides_what_goes_back() -> None:
    (long,) = answered(BAD, functional_ack="999")
    assert "IK5*R*5" in body(long)
    assert "AK5*R*5" in body(answered(BAD, ack_detail="rejected")[0])
    assert body(answered(BAD, ack_detail="rejected")[0]).count("AK2*850*0002") == 0
    assert answered(BAD, partial="hold_all")[0].verdict == "RR"
    assert [a.kind for a in answered(BAD, technical_ack="always")] == ["TA1", "997"]
    assert answered(BAD, functional_ack="none") == []


def test_a_broken_envelope_gets_a_ta1_and_no_997() -> None:
    broken = BAD.replace(b"*T*>", b"*X*>")
    (answer,) = answered(broken)
    assert (answer.kind, answer.verdict) == ("TA1", "R")


def test_acknowledgments_are_never_answered() -> None:
    ack = ["ST*997*0001", "AK1*IN*1", "AK9*A*1*1*1", "SE*4*0001"]
    assert answered(interchange(ack, group="FA")) == []


def test_a_set_that_we_do_not_know_is_unsupported() -> None:
    (answer,) = answered(interchange(["ST*199*0001", "QQ*1", "SE*3*0001"]))
    assert "AK5*R*1" in body(answer)


def test_a_set_that_only_the_guide_of_its_st03_describes_is_known(tmp_path: Path) -> None:
    guide = tmp_path / "005010X1"
    guide.mkdir()
    (guide / "release.toml").write_text('base = "005010"\n')
    lines = [
        'id = "899"',
        'group = "ZZ"',
        'name = "Ours"',
        'structure = """',
        "ST M 1",
        "N1 M 1",
        "SE M 1",
        '"""',
    ]
    (guide / "899.toml").write_text("\n".join(lines) + "\n")
    rules = Rules(library=Library((FOLDER, tmp_path)))
    partner = Partner(key="x12", name="X12")
    for st03, verdict in (("005010X1", "A"), ("", "R")):
        one = [f"ST*899*0001*{st03}", "N1*ST*STORE", "SE*3*0001"]
        data = interchange(one, release="005010", group="ZZ")
        (answer,) = answers(source(data), "", rules, partner)
        assert answer.verdict == verdict


def test_two_interchanges_take_two_control_numbers() -> None:
    found = answered(interchange(order()) + interchange(order()))
    assert [a.data.split(b"*")[13] for a in found] == [b"000000001", b"000000002"]
