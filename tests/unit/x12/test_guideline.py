"""A partner's guideline over X12: places, and what each kind of demand finds."""

from __future__ import annotations

import pytest

from tests.support.x12_samples import envelope, segments
from translators.x12.rules.check import SetCheck, check_set, split
from translators.x12.rules.guideline import Guideline, guideline, parse_spot

ORDER = segments("850")


def payload(lines: list[str]) -> bytes:
    return "".join(f"{line}~\n" for line in lines).encode()


def told(wanted: Guideline, lines: list[str] = ORDER, set_id: str = "850") -> list[tuple[str, str]]:
    found = check_set(payload(lines), envelope(set_id), wanted)
    assert all(f.fatal and f.hint for f in found)
    return [(f.problem.removeprefix("guide."), str(f.where)) for f in found]


@pytest.mark.parametrize(
    "text", ["PO106", "REF04-2", "N1[ST]04", "N1[BT|ST]", "REF", "PO1/PID05", "HL/N1/N4", "W0501"]
)
def test_a_place_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_spot(text)) == text


@pytest.mark.parametrize(
    "text", ["", "po106", "BEG3", "BEG00", "BEG03-", "N1[]04", "/PID05", "ORDER06", "PO1-2", "N1[ST"]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no X12|count from 01"):
        parse_spot(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("BEG3", "BEG03"), ("po106", "PO106"), ("n1[ST]4", "N1[ST]04"), ("REF4-2", "REF04-2"),
        ("PO1/pid5", "PO1/PID05"), ("BEG123", ""), ("ORDER06", ""), ("BEG0", ""),
    ],
)  # fmt: skip
def test_what_is_nearly_a_place_is_answered_with_the_place(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match="names no X12 segment or element") as refused:
        parse_spot(text)
    assert str(refused.value).partition("; ")[2] == (f"did you mean {meant}?" if meant else "")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (guideline({"PO106": "UP"}), []),
        (guideline({"PO108": ""}), [("element_missing", "segment 20 PO108")]),
        (guideline({"N1[ST]04": "0042|0043"}), []),
        (guideline({"N1[ST]04": "0043"}), [("invalid_code", "segment 12 N104")]),
        (guideline({"N1[BT]04": ""}), [("segment_missing", "segment 25 N1")]),
        (guideline({"REF[DP]": ""}), []),
        (guideline({"REF[IA]": ""}), [("segment_missing", "segment 25 REF")]),
        (guideline({"PO1/PID": ""}), [("segment_missing", "segment 20 PID")]),  # the second line has none
        (guideline({"PO1/PID05": "BLUE WIDGET"}), [("segment_missing", "segment 20 PID")]),
        (guideline({"N1/N4": ""}), []),
        (guideline({}, {"PO103": "EA|CA"}), []),
        (guideline({}, {"PO103": "EA"}), [("invalid_code", "segment 20 PO103")]),
        (guideline({}, {"PO1/MEA04": "LB"}), []),
        (guideline({}, {}, {"BEG03": 3}), [("element_too_long", "segment 2 BEG03")]),
        (guideline({}, {}, {"PO1": 1}), [("segment_over_max", "segment 20 PO1")]),
        (guideline({}, {}, {"PO1/PO4": 1}), []),
        (guideline({}, {}, {}, ["SAC"]), [("segment_forbidden", "segment 19 SAC")]),
        (guideline({}, {}, {}, ["PO1/SAC"]), [("segment_forbidden", "segment 19 SAC")]),
        (guideline({}, {}, {}, ["N1/SAC"]), []),
        (guideline({}, {}, {}, ["PO108"]), [("element_forbidden", "segment 15 PO108")]),
        (guideline({}, {}, {}, ["PO110"]), []),
        (guideline({}, {}, {}, ["DTM[010]"]), []),
        (guideline({}, {}, {}, ["N1[ST]02"]), [("element_forbidden", "segment 12 N102")]),
    ],
)  # fmt: skip
def test_each_demand_is_held(wanted: Guideline, expected: list[tuple[str, str]]) -> None:
    assert told(wanted) == expected


def test_gaps_are_errors_where_the_partner_says_so() -> None:
    lines = [*ORDER[:2], "G05*1*CA", *ORDER[2:]]
    lines[-1] = f"SE*{len(lines)}*0001"
    assert [str(f.severity) for f in check_set(payload(lines), envelope("850"))] == ["warning"]
    strict = check_set(payload(lines), envelope("850"), guideline({}, strict=True))
    assert [(f.problem, str(f.severity)) for f in strict] == [("segment.not_in_set", "error")]


def test_a_guide_without_dictionary_holds_a_set_all_the_same() -> None:
    lines = ["ST*199*0001", "ABC*1", "SE*3*0001"]
    wanted = guideline({"ABC01": "2", "DEF01": ""}, {}, {}, ["ABC02"])
    assert told(wanted, lines, "199") == [
        ("invalid_code", "segment 2 ABC01"),
        ("segment_missing", "segment 3 DEF"),
    ]


def test_two_guidelines_of_one_set_do_not_mix() -> None:
    strict, loose = guideline({"PO107": "1"}), guideline({"PO107": ""})
    assert [len(told(g)) for g in (strict, loose, strict)] == [2, 0, 2]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_runs_of_any_size_find_the_same(size: int) -> None:
    wanted = guideline({"PO1/PID": "", "PO108": "", "REF[IA]": ""}, {}, {"PO1": 1}, ["SAC"])
    lines = [line.replace("CTT*2", "CTT*3") for line in ORDER]
    whole = check_set(payload(lines), envelope("850"), wanted)
    parts = split("".join(f"{line}~\n" for line in lines), envelope("850").delimiters)
    check = SetCheck.of(envelope("850"), wanted)
    for at in range(0, len(parts), size):
        check.feed(parts[at : at + size])
    assert check.finish() == whole
    assert len(whole) == 6


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: guideline({"REF": "DP"}), r"write REF\[DP\]"),
        (lambda: guideline({}, {"REF": "DP"}), "codes are for elements"),
        (lambda: guideline({}, {}, {"N1": 0}), "1 or more"),
    ],
)
def test_a_demand_that_cannot_be_held_says_what_to_write(make: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
