"""Our engine against pyx12 as oracle: the same verdicts and codes on generated documents with planted faults.

A fixed slice of what `make differential` runs by the thousand. Every difference has a row that says who is right.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.x12_differential import Case, compare, health_subjects, judge, own_subjects, rare
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


def run(folder: Path) -> list[Case]:
    """Return the cases of the slice."""
    health, own = health_subjects(folder / "health"), own_subjects(folder / "own", "004010", SETS)
    own += own_subjects(folder / "own", "005010", ("832",))
    found = [case for subject in health for case in compare(subject, range(HEALTH))]
    found += [case for subject in own for case in compare(subject, range(OWN))]
    return found + [case for subject in health + own for case in judge(subject, rare(subject))]


def test_every_difference_has_a_row(tmp_path: Path) -> None:
    """One test, as its cases take seconds and workers share nothing."""
    cases = run(tmp_path)
    used: dict[str, int] = {}
    faults = [f"{case}\n" + "\n".join(left) for case in cases if (left := unexcused(case, used))]
    assert not faults, f"{len(faults)} differ, the first:\n{faults[0]}"
    assert len(used) > len(ROWS) * 0.8, "a row that excuses nothing is stale; make differential names it"
    assert len(cases) > 250
    assert {case.mutation for case in cases} == set(MUTATIONS)
    refused = sum(not case.ours.accepted for case in cases)
    assert len(cases) / 2 < refused < len(cases), "most documents have a fault, and some have none"
    valid = [case for case in cases if case.mutation == "nothing" and case.seed >= 0]
    assert all(case.ours.accepted for case in valid), "what we generate from a dictionary we accept"
    same = sum(case.ours.accepted == case.theirs.accepted for case in cases)
    assert same > len(cases) * 0.85
