"""The query language of `hub x12 grep`, and what it finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.x12_files import ORDER, interchange, order, source
from translators.x12.rules.guideline import parse_spot
from translators.x12.tools.grep import hits, matching_sets
from translators.x12.tools.query import parse_query
from translators.x12.tools.reading import BY_THE_FILE

SECOND = (
    ORDER.replace("*4711*", "*4712*")
    .replace("STORE 42", "STORE 43")
    .replace("UP*012345678905", "EN*4006381333931")
)
DATA = interchange(order(), order(SECOND, "0002"), ["ST*997*0003", "AK1*IN*7", "AK9*A*1*1*1", "SE*4*0003"])


def found(query: str, data: bytes = DATA) -> list[tuple[int, int, str, str]]:
    """Return what a query finds: set, segment number, place, value."""
    return [(h.set, h.number, h.at, h.value) for h in hits(source(data), "", parse_query(query), BY_THE_FILE)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("BEG03", [(1, 2, "BEG03", "4711"), (2, 2, "BEG03", "4712")]),
        ("BEG03=4711", [(1, 2, "BEG03", "4711")]),
        ("BEG03=*12", [(2, 2, "BEG03", "4712")]),
        ("BEG03=4711|4712", [(1, 2, "BEG03", "4711"), (2, 2, "BEG03", "4712")]),
        ("BEG03!=4711", [(2, 2, "BEG03", "4712")]),
        ("N102~4[3-9]$", [(2, 5, "N102", "STORE 43")]),
        ("REF[DP]02~^04", [(1, 3, "REF02", "042"), (2, 3, "REF02", "042")]),
        ("REF[BM]", []),
        ("850/PO1[EN]/02", [(2, 8, "PO102", "12")]),
        ("810/PO102", []),
        ("997/AK102", [(3, 2, "AK102", "7")]),
        ("PO1/PID05", [(1, 9, "PID05", "BLUE WIDGET"), (2, 9, "PID05", "BLUE WIDGET")]),
        ("N1[ST]/N401", [(1, 7, "N401", "SPRINGFIELD"), (2, 7, "N401", "SPRINGFIELD")]),
        ("N1[BY]/N401", []),
        ("PO1[VP]/PID05", [(1, 9, "PID05", "BLUE WIDGET"), (2, 9, "PID05", "BLUE WIDGET")]),
        ("BEG04=", [(1, 2, "BEG04", ""), (2, 2, "BEG04", "")]),
        ("*=4712", [(2, 2, "BEG03", "4712")]),
        ("GS08", [(0, 0, "GS08", "004010")]),
        ("ISA06=ACME", [(0, 0, "ISA06", "ACME")]),
    ],
)
def test_a_query_finds_places_and_values(query: str, expected: list[tuple[int, int, str, str]]) -> None:
    assert found(query) == expected


def test_a_segment_is_found_whole() -> None:
    assert found("N1[ST]")[0] == (1, 5, "", "N1*ST*STORE 42*92*0042")


def test_a_component_is_found_in_its_composite() -> None:
    data = DATA.replace(b"REF*DP*042", b"REF*DP*042**BM>77")
    assert [value for *_place, value in found("REF04-2", data)] == ["77", "77"]


def test_a_level_of_a_ship_notice_is_told_by_hl03() -> None:
    notice = ["HL*1**S", "REF*BM*1", "HL*2*1*I", "REF*LT*2"]
    data = interchange(["ST*856*0001", "BSN*00*1*20250110*1200", *notice, "SE*7*0001"], group="SH")
    assert [value for *_place, value in found("HL[I]/REF02", data)] == ["2"]


def test_loops_are_told_apart_though_their_names_are_the_same_outside_and_inside() -> None:
    item = ORDER.replace("PID*F****BLUE WIDGET", "N1*MA**92*7")
    data = interchange(order(item))
    assert [value for *_place, value in found("PO1/N1[MA]04", data)] == ["7"]
    assert found("PO1/N1[ST]04", data) == []
    assert len(found("N104", data)) == 2


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("ISA02", "never shown"),
        ("ISA", "one element"),
        ("PO1=3", "asked of an element"),
        ("lower", "names no X12 segment"),
        ("BEG03~(", "no regular expression"),
        ("po1/N104", "no loop"),
        ("", "no query"),
    ],
)
def test_a_query_that_cannot_be_asked_says_why(query: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_query(query)


def test_passwords_are_never_found() -> None:
    assert found("*~LOGIN|SECRET") == []


@given(st.from_regex(r"[A-Z][A-Z0-9]{1,2}(\[[A-Z0-9]{1,3}\])?(\d\d(-\d)?)?", fullmatch=True))
def test_the_places_of_profiles_are_queries(place: str) -> None:
    try:
        spot = parse_spot(place)
    except ValueError:
        return
    if spot.segment != "ISA":
        assert parse_query(place).spot == spot


def test_whole_sets_are_printed_when_something_in_them_fits() -> None:
    text = list(matching_sets(source(DATA), "", parse_query("PO1[EN]"), BY_THE_FILE))
    assert [segment.split("*")[0] for segment in text[:2]] == ["ST", "BEG"]
    assert text[0] == "ST*850*0002~"
    assert text[-1].startswith("SE*")
