"""Our engine against pyx12 as oracle: the same verdicts and codes on generated documents with planted faults.

A fixed slice of what `make differential` runs by the thousand. Every difference has a row that says who is right.
"""

from __future__ import annotations

import pytest

from tests.support.x12_differential import Case, Document, compare, health_subjects, judge, own_subjects
from tests.support.x12_excuses import ROWS, unexcused
from tests.support.x12_mutations import MUTATIONS

HEALTH, OWN = 13, 4  # documents a set
SETS = (
    "850",
    "855",
    "856",
    "810",
    "846",
    "860",
    "820",
    "940",
    "945",
    "204",
    "214",
)  # make differential takes all

#: Differences that chance finds only in thousands of documents: release, set, body.
RARE = (
    ("004010", "850", "BEG*00*SA*PO1 **20250110|PO1*1*5*EA*9."),
    ("004010", "214", "B10*1*2*ABCD|LX*1|EFI*00|BIN*1*ABC"),
    ("005010", "832", "BCT*PS|LIN**VP*W1|CTP**PUR|LS*L1|LE*L1|LS*L1|LE*L1"),
    (
        "004010X095A1",
        "834",
        "BGN*00*R1*20250106*1415****4|N1*IN**FI*7001|N1*P5**ZZ*42|INS*Y*18*021**A***FT|REF*0F*1|NM1*IL*1*SMITH",
    ),
    (
        "004010X092A1",
        "270",
        "BHT*0022*01**20250103*0930|HL*1**20*1|NM1*GP*2*S*****NI*42|HL*2*1*21*0|NM1*2B*2*S*****34*42|REF*EO*R1**1",
    ),
    (
        "004010X098A1",
        "837",
        "HL*1**20*1|NM1*85*1*SMITH*****24*1|N3*X|N4*Y*ON*62701|HL*2*1*22*0|SBR*T|NM1*IL*1*SMITH",
    ),
)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    folder = tmp_path_factory.mktemp("differential")
    health, own = health_subjects(folder / "health"), own_subjects(folder / "own", "004010", SETS)
    own += own_subjects(folder / "own", "005010", ("832",))
    found = [case for subject in health for case in compare(subject, range(HEALTH))]
    found += [case for subject in health + own for case in judge(subject, rare(*subject[:2]))]
    return found + [case for subject in own for case in compare(subject, range(OWN))]


def rare(release: str, set_id: str) -> list[Document]:
    """Return the rare documents of a set."""
    found = []
    for of, kind, body in RARE:
        if (of, kind) == (release, set_id):
            inside = [line.split("*") for line in body.split("|")]
            ends = ["ST", set_id, "9001"], ["SE", str(len(inside) + 2), "9001"]
            found.append(Document("nothing", -1, [ends[0], *inside, ends[1]]))
    return found


def test_every_difference_has_a_row(cases: list[Case]) -> None:
    faults = [f"{case}\n" + "\n".join(left) for case in cases if (left := unexcused(case, {}))]
    assert not faults, f"{len(faults)} differ, the first:\n{faults[0]}"


def test_no_row_is_stale(cases: list[Case]) -> None:
    used: dict[str, int] = {}
    for case in cases:
        unexcused(case, used)
    assert {row.name for row in ROWS} == set(used)


def test_the_slice_is_worth_something(cases: list[Case]) -> None:
    assert len(cases) > 250
    assert {case.mutation for case in cases} == set(MUTATIONS)
    refused = sum(not case.ours.accepted for case in cases)
    assert len(cases) / 2 < refused < len(cases)
    valid = [case for case in cases if case.mutation == "nothing" and case.seed >= 0]
    assert all(case.ours.accepted for case in valid)
    same = sum(case.ours.accepted == case.theirs.accepted for case in cases)
    assert same > len(cases) * 0.85
