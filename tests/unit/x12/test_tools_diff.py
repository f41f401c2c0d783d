"""What counts as a difference between two files, and what does not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.x12_files import ORDER, interchange, order, source
from translators.x12.rules.compiled import checker_for
from translators.x12.tools.diff import Difference, differences, texts
from translators.x12.tools.example import example
from translators.x12.tools.reading import BY_THE_FILE


def compared(old: bytes, new: bytes, *, everything: bool = False) -> list[Difference]:
    sides = [texts(source(data), "", BY_THE_FILE) for data in (old, new)]
    return list(differences(*sides, everything=everything))


def told(old: str, new: str) -> list[tuple[str, str, str, str]]:
    """Return the differences between two orders: kind, place, old, new."""
    found = compared(interchange(order(old)), interchange(order(new)))
    return [(d.kind, d.place, d.old, d.new) for d in found]


def test_a_value_that_differs_is_told_with_its_place_and_name() -> None:
    (only,) = compared(
        interchange(order()), interchange(order(ORDER.replace("*12*EA", "*15*EA"))), everything=False
    )
    assert only == Difference(
        "changed", "850 4711", "PO1 1 / PO102", "Quantity ordered", "12", "15", old_number=8, new_number=8
    )


@pytest.mark.parametrize(
    ("change", "other", "expected"),
    [
        ("REF*DP*042", "REF*DP*043", [("changed", "REF DP / REF02", "042", "043")]),
        ("REF*DP*042\n", "", [("removed", "REF DP", "REF*DP*042", "")]),
        ("CTT*2", "REF*IA*9\nCTT*2", [("added", "PO1 2 / REF IA", "", "REF*IA*9")]),
        ("10.50", "10.5", []),
        ("BEG*00*SA", "BEG*05*SA", [("changed", "BEG01", "00", "05")]),
        (
            "PO1*2*6*CA*3**UP*012345678912\n",
            "",
            [("removed", "PO1 2", "PO1*2*6*CA*3**UP*012345678912", "")],
        ),
    ],
)
def test_differences_are_by_meaning(
    change: str, other: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert told(ORDER, ORDER.replace(change, other)) == expected


def test_lines_and_parties_are_paired_by_their_identity_not_their_order() -> None:
    first = "PO1*1*12*EA*10.50**UP*012345678905*VP*SKU1\nPID*F****BLUE WIDGET\n"
    second = "PO1*2*6*CA*3**UP*012345678912\n"
    assert told(ORDER, ORDER.replace(first + second, second + first)) == []


def test_line_numbers_are_numbers() -> None:
    padded = ORDER.replace("PO1*1*", "PO1*001*").replace("PO1*2*6", "PO1*002*7")
    assert told(ORDER, padded) == [("changed", "PO1 2 / PO102", "6", "7")]


def test_lines_with_other_numbers_are_paired_by_their_item() -> None:
    tens = ORDER.replace("PO1*1*", "PO1*10*").replace("PO1*2*", "PO1*20*")
    assert told(ORDER, tens) == [
        ("changed", "PO1 1 / PO101", "1", "10"),
        ("changed", "PO1 2 / PO101", "2", "20"),
    ]
    new = "PO1*1*5*EA*2**UP*400638133393\n"
    pushed = ORDER.replace("PO1*2*", "PO1*3*").replace("PO1*1*", new + "PO1*2*")
    assert told(ORDER, pushed) == [
        ("changed", "PO1 1 / PO101", "1", "2"),
        ("changed", "PO1 2 / PO101", "2", "3"),
        ("added", "PO1 1 (new)", "", new.strip()),
    ]
    other_item = ORDER.replace("012345678912", "012345678929")
    assert told(ORDER, other_item) == [("changed", "PO1 2 / PO107", "012345678912", "012345678929")]


def test_a_loop_that_is_gone_is_told_once_with_its_size() -> None:
    whole = "N1*ST*STORE 42*92*0042\nN3*1 MAIN ST\nN4*SPRINGFIELD*IL*62701*US\n"
    found = compared(interchange(order()), interchange(order(ORDER.replace(whole, ""))))
    assert [(d.kind, d.place, d.size) for d in found] == [("removed", "N1 ST", 3)]


def test_separators_line_ends_control_numbers_and_clocks_do_not_count() -> None:
    data = interchange(order(ORDER.replace("REF*DP*042", "REF*DP*042**BM>77")))
    other = data.replace(b"~\n", b"'").replace(b">", b"|").replace(b"*", b"+")
    other = other.replace(b"000000101", b"000000555").replace(b"1159", b"2001").replace(b"+0001'", b"+0077'")
    assert compared(data, other) == []
    counted = {d.place for d in compared(data, other, everything=True)}
    assert counted == {"ISA10", "ISA13", "ISA16", "ST02", "SE02"}


def test_sets_are_paired_by_number_whatever_their_order() -> None:
    one, two = order(), order(ORDER.replace("4711", "4712").replace("*12*EA", "*13*EA"), "0002")
    assert compared(interchange(one, two), interchange(two, one)) == []
    assert [(d.kind, d.place, d.size) for d in compared(interchange(one, two), interchange(one))] == [
        ("removed", "850 4712", 13)
    ]


def test_documents_of_other_numbers_are_compared_all_the_same() -> None:
    assert told(ORDER, ORDER.replace("4711", "4712")) == [("changed", "BEG03", "4711", "4712")]


@settings(max_examples=25, deadline=None)
@given(set_id=st.sampled_from(["850", "856", "810", "855", "940"]), seed=st.integers(0, 999))
def test_a_file_does_not_differ_from_itself_and_differs_from_one_with_a_segment_less(
    set_id: str, seed: int
) -> None:
    checker = checker_for("004010", set_id)
    assert checker is not None
    chance = random.Random(seed)
    made = ["*".join(segment) for segment in example(checker, chance, 0.2, repeat=0.4)]
    data = interchange(made)
    assert compared(data, data, everything=True) == []
    at = chance.randrange(1, len(made) - 1)
    assert compared(data, interchange(made[:at] + made[at + 1 :])) != []
