"""Examples made from dictionaries: valid for every set, the same for the same seed, and as a guideline wants them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.envelope import Delimiters
from hub.model.finding import Finding
from translators.x12.rules.check import SetCheck
from translators.x12.rules.compiled import Checker, checker_for
from translators.x12.rules.guideline import guideline
from translators.x12.rules.source import SHIPPED, load
from translators.x12.tools.example import example

SEPARATORS = Delimiters(component=">", repetition="^")
EVERY = [(release, set_id) for release in SHIPPED.releases() for set_id in sorted(load(release).sets)]


def checker(release: str, set_id: str) -> Checker:
    found = checker_for(release, set_id)
    assert found is not None
    return found


def faults(checker: Checker, segments: list[list[str]]) -> tuple[Finding, ...]:
    check = SetCheck(checker, SEPARATORS, checker.guideline)
    check.feed(segments)
    return check.finish()


@pytest.mark.parametrize("set_id", sorted(load("004010").sets))
def test_each_set_has_a_bare_and_a_full_example_without_findings(set_id: str) -> None:
    rules = checker("004010", set_id)
    for fullness in (0.0, 1.0):
        made = example(rules, random.Random(1), fullness)
        assert made[0][:2] == ["ST", set_id]
        assert made[-1] == ["SE", str(len(made)), made[0][2]]
        assert faults(rules, made) == ()


@settings(max_examples=80, deadline=None)
@given(
    place=st.sampled_from(EVERY),
    seed=st.integers(0, 10_000),
    fullness=st.sampled_from((0.0, 0.1, 0.3, 0.5, 0.8, 1.0)),
    repeat=st.sampled_from((0.0, 0.3, 0.6)),
)
def test_any_example_is_without_findings(
    place: tuple[str, str], seed: int, fullness: float, repeat: float
) -> None:
    rules = checker(*place)
    made = example(rules, random.Random(seed), fullness, repeat=repeat)
    assert faults(rules, made) == ()
    assert made == example(rules, random.Random(seed), fullness, repeat=repeat)


def test_a_full_example_has_every_described_segment_of_the_set() -> None:
    rules = checker("004010", "810")
    there = {segment[0] for segment in example(rules, random.Random(1), 1.0)}
    described = {s.segment for s in rules.grammar.states if s.subject.segment.described}
    assert there == described


def test_a_ship_notice_goes_from_the_shipment_down_to_the_item() -> None:
    made = example(checker("004010", "856"), random.Random(3), 1.0)
    levels = [segment[1:5] for segment in made if segment[0] == "HL"]
    assert levels == [["1", "", "S", "1"], ["2", "1", "O", "1"], ["3", "2", "P", "1"], ["4", "3", "I", "0"]]


def test_totals_count_the_lines_and_add_up_their_quantities() -> None:
    made = example(checker("004010", "850"), random.Random(5), 1.0, repeat=0.9)
    lines = [segment for segment in made if segment[0] == "PO1"]
    ctt = next(segment for segment in made if segment[0] == "CTT")
    assert len(lines) > 1
    assert [line[1] for line in lines] == [str(n) for n in range(1, len(lines) + 1)]
    assert ctt[1] == str(len(lines))
    assert float(ctt[2]) == sum(float(line[2]) for line in lines)


@pytest.mark.parametrize("seed", range(5))
def test_no_date_is_before_the_documents_own(seed: int) -> None:
    made = example(checker("004010", "850"), random.Random(seed), 1.0)
    own = next(segment[5] for segment in made if segment[0] == "BEG")
    dates = [segment[2] for segment in made if segment[0] == "DTM" and len(segment) > 2 and segment[2]]
    assert dates
    assert [date for date in dates if date < own] == []


def test_what_a_guideline_demands_is_there_and_what_it_forbids_is_not() -> None:
    demands = guideline(
        {"REF[DP]02": "", "N1[ST]04": "", "N1[BY]04": "0042", "PO106": "UP", "PO1/PID05": "", "BEG01": "00"},
        codes={"CUR02": "USD"},
        most={"REF[DP]02": 3, "N1": 2},
        forbid=("PO1/SAC", "BEG06"),
    )
    rules = checker_for("004010", "850", demands)
    assert rules is not None
    for seed, fullness in ((1, 0.0), (2, 0.5), (3, 1.0)):
        made = example(rules, random.Random(seed), fullness)
        assert faults(rules, made) == ()
        parties = {segment[1] for segment in made if segment[0] == "N1"}
        assert {"ST", "BY"} <= parties
