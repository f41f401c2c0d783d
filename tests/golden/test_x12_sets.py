"""Each transaction set that we describe: a valid sample, and faults with the exact answer that each must get.

tests/golden/x12_sets/NNN/valid.edi holds ST to SE, one segment a line, `*` and `>` as separators;
valid_RRRRRR.edi, where there is one, takes its place for that release.
faults.toml beside it: `line` is a line of the sample, `instead` what stands in its place (lines divided by "~";
nothing: it is taken out), `answer` the AK3, AK4 and AK5 segments, `release` the release when it is not 004010.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.support.x12_samples import acknowledged, findings
from translators.x12.rules.source import load, nearest_release

CASES = sorted((Path(__file__).parent / "x12_sets").iterdir())
USUAL = ("004010", "005010")


def lines(case: Path, release: str = "") -> list[str]:
    own = case / f"valid_{release}.edi"
    file = own if own.exists() else case / "valid.edi"
    return [line.removesuffix("~") for line in file.read_text("utf-8").splitlines()]


def faults() -> list[tuple[str, str, str, str, list[str]]]:
    return [
        (case.name, fault.get("release", USUAL[0]), fault["line"], fault["instead"], fault["answer"])
        for case in CASES
        for fault in tomllib.loads((case / "faults.toml").read_text("utf-8"))["fault"]
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_valid_sample_has_no_finding(case: Path) -> None:
    set_id = lines(case)[0].split("*")[1]
    own = {file.stem.removeprefix("valid_") for file in case.glob("valid_*.edi")}
    described = own | {r for r in USUAL if set_id in load(nearest_release(r)).sets}
    assert described, f"no dictionary describes {set_id}"
    for release in sorted(described):
        assert findings(lines(case, release), set_id, release=release) == (), release


@pytest.mark.parametrize(
    ("name", "release", "line", "instead", "answer"), faults(), ids=lambda value: str(value)[:40]
)
def test_a_fault_gets_its_exact_answer(
    name: str, release: str, line: str, instead: str, answer: list[str]
) -> None:
    sample = lines(Path(__file__).parent / "x12_sets" / name, release)
    at = sample.index(line)
    sample[at : at + 1] = instead.split("~") if instead else []
    assert acknowledged(sample, sample[0].split("*")[1], release=release) == answer
