"""Faults of a group's envelope, from the bytes to AK5 and AK9."""

from __future__ import annotations

import pytest

from hub.model.acks import GroupVerdict, SetVerdict
from translators.x12.acks.verdicts import group_acknowledgment
from translators.x12.envelopes import unwrap

ISA = "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*{}*{}*000000007*0*P*>~\n"


def answered(text: str, release: str = "004010") -> list[str]:
    """Return AK5 and AK9 of the first group between ISA and IEA; `{r}` in the text is the release."""
    isa = ISA.format("U", "00401") if release < "004020" else ISA.format("^", "00501")
    data = (isa + text.replace("{r}", release) + "IEA*1*000000007~\n").encode()
    group = unwrap(data, "x.edi").interchanges[0].groups[0]
    verdict = GroupVerdict(
        envelope=group.envelope,
        declared_count=group.declared_count,
        findings=group.findings,
        sets=tuple(SetVerdict(envelope=s.envelope, findings=s.findings) for s in group.sets),
    )
    return ["*".join(row) for row in group_acknowledgment(verdict) if row[0] in {"AK5", "AK9"}]


ONE = "ST*850*0001~\nBEG*00*SA*1**20250110~\nSE*3*0001~\n"
TWO = ONE + ONE


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*1*5~\n", ["AK5*A", "AK9*A*1*1*1"]),
        # GS01: no group at all; another set's group is noted, and the set is read by its ST01
        ("GS*QQ*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*1*5~\n", ["AK5*R", "AK9*R*1*1*0*1"]),
        ("GS**A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*1*5~\n", ["AK5*R", "AK9*R*1*1*0*1"]),
        ("GS*IN*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*1*5~\n", ["AK5*E*6", "AK9*E*1*1*1"]),
        # what we do not know may stand in groups that we do not know
        (
            "GS*MG*A*B*20250110*1200*5*X*{r}~\n" + ONE.replace("850", "200") + "GE*1*5~\n",
            ["AK5*A", "AK9*A*1*1*1"],
        ),
        # GS08
        ("GS*PO*A*B*20250110*1200*5*X*ABC~\n" + ONE + "GE*1*5~\n", ["AK5*R", "AK9*R*1*1*0*2"]),
        ("GS*PO*A*B*20250110*1200*5*X~\n" + ONE + "GE*1*5~\n", ["AK5*R", "AK9*R*1*1*0*2"]),
        ("GS*PO*A*B*20250110*1200*5*X*004010VICS~\n" + ONE + "GE*1*5~\n", ["AK5*A", "AK9*A*1*1*1"]),
        # GE
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\n" + ONE, ["AK5*R", "AK9*R*1*1*0*3"]),
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*1*6~\n", ["AK5*R", "AK9*R*1*1*0*4"]),
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*1*05~\n", ["AK5*A", "AK9*E*1*1*1*4"]),
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*3*5~\n", ["AK5*R", "AK9*R*3*1*0*5"]),
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*3*6~\n", ["AK5*R", "AK9*R*3*1*0*4*5"]),
        # GS06
        ("GS*PO*A*B*20250110*1200*A5*X*{r}~\n" + ONE + "GE*1*A5~\n", ["AK5*R", "AK9*R*1*1*0*6"]),
        # sets
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\n" + TWO + "GE*2*5~\n", ["AK5*A", "AK5*R*7", "AK9*P*2*2*1"]),
        ("GS*PO*A*B*20250110*1200*5*X*{r}~\nGE*0*5~\n", ["AK9*R*0*0*0"]),
    ],
)
def test_a_fault_of_the_group_is_answered(text: str, rows: list[str]) -> None:
    assert answered(text) == rows


def test_the_longer_lists_of_005010() -> None:
    other = "GS*IN*A*B*20250110*1200*5*X*{r}~\n" + ONE + "GE*1*5~\n"
    assert answered(other, "005010") == ["AK5*E*18", "AK9*E*1*1*1"]
    twice = "GS*PO*A*B*20250110*1200*5*X*{r}~\n" + TWO + "GE*2*5~\n"
    assert answered(twice, "005010") == ["AK5*A", "AK5*R*23", "AK9*P*2*2*1"]
