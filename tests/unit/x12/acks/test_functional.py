"""Bodies of 997 and 999: the arithmetic over every combination, byte-stability, what is copied, and the context."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model import problems as p
from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.documents import DocType
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Partner, X12Settings
from tests.support.wire import find, segment
from tests.support.x12_samples import envelope
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.codes import ELEMENT_CODES, GROUP_CODES, SEGMENT_CODES, SET_CODES, Kind
from translators.x12.acks.verdicts import Body, group_acknowledgment
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set

ERROR = Finding(p.SE_COUNT, "", where=Where(segment="SE", segment_number=5, element=1))
NOTED = Finding(p.SE_CONTROL, "", Severity.WARNING)
FAULT = Finding(p.GE_COUNT, "")
REMARK = Finding(p.GE_CONTROL, "", Severity.WARNING)
SETS: dict[str, tuple[Finding, ...]] = {"A": (), "E": (NOTED,), "R": (ERROR,)}


def group(
    sets: list[tuple[Finding, ...]],
    faults: tuple[Finding, ...] = (),
    *,
    hold_all: bool = False,
    declared: str = "",
) -> GroupVerdict:
    return GroupVerdict(
        envelope=envelope("850"),
        declared_count=declared or str(len(sets)),
        findings=faults,
        sets=tuple(
            SetVerdict(
                envelope=envelope("850", set_control=f"{n:04d}"),
                findings=f,
                document=DocType.PURCHASE_ORDER,
                number="4711",
            )
            for n, f in enumerate(sets, 1)
        ),
        hold_all=hold_all,
    )


# --- the arithmetic, as a table of all combinations
@pytest.mark.parametrize("letters", ["".join(c) for n in range(4) for c in product("AER", repeat=n)])
@pytest.mark.parametrize("fault", ["none", "noted", "fatal"])
@pytest.mark.parametrize("hold_all", [False, True])
def test_the_arithmetic(letters: str, fault: str, hold_all: bool) -> None:
    faults = {"none": (), "noted": (REMARK,), "fatal": (FAULT,)}[fault]
    body = group_acknowledgment(group([SETS[c] for c in letters], faults, hold_all=hold_all, declared="7"))
    said = "".join(row[1] for row in body if row[0] == "AK5")
    ak9 = body[-1]
    refused = fault == "fatal" or (hold_all and "R" in letters)
    assert said == ("R" * len(letters) if refused else letters)
    if set(said) <= {"R"}:  # nothing was taken, or nothing was there
        expected = "R"
    elif "R" in said:
        expected = "P"
    else:
        expected = "E" if "E" in said or fault == "noted" else "A"
    assert ak9[1] == expected
    assert ak9[2:5] == ["7", str(len(letters)), str(len(letters) - said.count("R"))]
    assert ak9[5:] == {"none": [], "noted": ["4"], "fatal": ["5"]}[fault]
    assert not (hold_all and expected == "P")  # never P while everything is held


@pytest.mark.parametrize(
    ("declared", "ak902"), [("2", "2"), ("", "1"), ("x", "1"), ("0000002", "1"), ("-1", "1"), ("²", "1")]
)
def test_ak902_is_ge01_as_sent_where_it_is_a_number(declared: str, ak902: str) -> None:
    given_count = replace(group([()]), declared_count=declared)
    assert group_acknowledgment(given_count)[-1][2] == ak902


# --- the same verdict gives the same bytes
_PROBLEMS = sorted(
    {*SEGMENT_CODES, *ELEMENT_CODES, *SET_CODES, p.TOTAL_MISMATCH, p.DICTIONARY_GAP, "something.new"}
)
_findings = st.builds(
    Finding,
    problem=st.sampled_from(_PROBLEMS),
    message=st.just(""),
    severity=st.sampled_from([Severity.ERROR, Severity.WARNING, Severity.NOTE]),
    where=st.builds(
        Where,
        segment_number=st.none() | st.integers(1, 4),
        segment=st.sampled_from(["", "REF", "PO1", "no id"]),
        loop=st.sampled_from(["", "PO1", "LONGER"]),
        element=st.none() | st.integers(1, 120),
        component=st.none() | st.integers(1, 3),
        repeat=st.none() | st.integers(1, 3),
        element_ref=st.sampled_from(["", "128", "C040"]),
    ),
    value=st.text("aB*~>^\x07é 9", max_size=6),
)


@given(st.data())
def test_the_order_in_which_findings_are_stored_changes_no_byte(data: st.DataObject) -> None:
    found = data.draw(st.lists(_findings, max_size=8))
    faults = data.draw(
        st.lists(
            st.builds(Finding, problem=st.sampled_from(sorted(GROUP_CODES)), message=st.just("")), max_size=4
        )
    )
    kind: Kind = data.draw(st.sampled_from(["997", "999"]))
    release = data.draw(st.sampled_from(["003040", "004010", "004020", "005010"]))
    detail: Any = data.draw(st.sampled_from(["all", "rejected"]))
    bodies: list[Body] = []
    for _ in range(2):
        mixed, shuffled = data.draw(st.permutations(found)), data.draw(st.permutations(faults))
        bodies.append(group_acknowledgment(group([tuple(mixed)], tuple(shuffled)), detail, kind, release))
    assert bodies[0] == bodies[1]


@given(
    st.lists(_findings, max_size=6), st.sampled_from(["997", "999"]), st.sampled_from(["004010", "005010"])
)
def test_what_is_written_is_valid_itself_and_holds_no_sign_of_the_envelope(
    found: list[Finding], kind: str, release: str
) -> None:
    partner = Partner(key="acme", name="ACME", x12=X12Settings(functional_ack=kind))
    numbered = envelope(kind, "005010" if kind == "999" else release)
    data = X12Acknowledger().write_functional_ack(group([tuple(found)]), numbered, partner)
    (interchange,) = unwrap(data, "").interchanges
    (one,) = interchange.groups[0].sets
    assert (interchange.findings, interchange.groups[0].findings, one.findings) == ((), (), ())
    assert [f.line() for f in check_set(one.payload, one.envelope)] == []


# --- what is copied
@pytest.mark.parametrize(
    ("value", "copied"),
    [
        ("x" * 300, "x" * 99),
        ("A\x07B", "AB"),
        ("Müller", "Mller"),
        ("  blanks  ", "  blanks"),
        ("\x00", ""),
    ],
)
def test_a_copy_has_99_characters_at_most_and_none_that_is_invalid(value: str, copied: str) -> None:
    fault = Finding(
        p.ELEMENT_CHARACTER, "", where=Where(segment="REF", segment_number=4, element=2), value=value
    )
    (row,) = (r for r in group_acknowledgment(group([(fault,)])) if r[0] == "AK4")
    assert row[4:] == ([copied] if copied else [])


def test_no_separator_of_the_envelope_is_copied() -> None:
    fault = Finding(
        p.ELEMENT_CODE, "", where=Where(segment="REF", segment_number=4, element=2), value="A*B~C>D"
    )
    data = X12Acknowledger().write_functional_ack(
        group([(fault,)]), envelope("997"), Partner(key="a", name="A")
    )
    assert segment(data, "AK4")[4] == "A B C D"


def test_places_that_no_element_can_hold_are_cut_to_what_it_can() -> None:
    far = Finding(
        p.ELEMENT_TOO_MANY,
        "",
        where=Where(segment="REF", segment_number=12_345_678, element=4321, element_ref="C040"),
    )
    body = group_acknowledgment(group([(far,)]))
    assert body[2:4] == [["AK3", "REF", "999999", "", "8"], ["AK4", "99", "", "3"]]


@pytest.mark.parametrize(
    ("release", "ak401"), [("003040", "4"), ("004010", "4>2"), ("004020", "4>2>3"), ("005010", "4>2>3")]
)
def test_ak401_is_as_deep_as_the_release_knows(release: str, ak401: str) -> None:
    place = Where(segment="REF", segment_number=4, element=4, component=2, repeat=3)
    fault = Finding(p.ELEMENT_LONG, "", where=place)
    settings = X12Settings(ack_release=release)
    partner = Partner(key="acme", name="ACME", x12=settings)
    data = X12Acknowledger().write_functional_ack(group([(fault,)]), envelope("997"), partner)
    assert segment(data, "AK4")[1] == ak401
    assert segment(data, "GS")[8] == release


# --- releases and details by profile
@pytest.mark.parametrize(
    ("kind", "inbound", "agreed", "gs08"),
    [
        ("997", "004010", "", "004010"),
        ("997", "004010VICS", "", "004010VICS"),
        ("997", "004010VICS", "004010", "004010"),
        ("997", "ABC", "", "004010"),
        ("999", "004010", "", "005010"),
        ("999", "005010X222A1", "", "005010X231A1"),
        ("999", "006020", "", "006020"),
        ("999", "004010", "005010X231A1", "005010X231A1"),
    ],
)
def test_the_release_of_an_acknowledgment(kind: str, inbound: str, agreed: str, gs08: str) -> None:
    partner = Partner(key="a", name="A", x12=X12Settings(functional_ack=kind, ack_release=agreed))
    data = X12Acknowledger().write_functional_ack(group([()]), envelope(kind, inbound), partner)
    assert segment(data, "GS")[8] == gs08
    assert segment(data, "ST")[3:] == ([gs08] if kind == "999" else [])


@pytest.mark.parametrize(
    ("detail", "named"), [("all", ["0001", "0002", "0003"]), ("rejected", ["0002", "0003"])]
)
def test_ak2_for_all_or_for_those_with_something_to_say(detail: str, named: list[str]) -> None:
    partner = Partner(key="a", name="A", x12=X12Settings(ack_detail=detail))
    data = X12Acknowledger().write_functional_ack(
        group([SETS["A"], SETS["E"], SETS["R"]]), envelope("997"), partner
    )
    assert [row[2] for row in find(data, "AK2")] == named
    assert segment(data, "AK9")[1:5] == ["P", "3", "3", "2"]


# --- the context in a 999
def test_a_999_names_the_business_document_behind_each_segment() -> None:
    faults = (
        Finding(p.ELEMENT_CODE, "", where=Where(segment="REF", segment_number=4, element=1), value="Q"),
        Finding(p.SEGMENT_MISSING, "", where=Where(segment="PO1", segment_number=6)),
    )
    body = group_acknowledgment(group([faults]), "all", "999", "005010")
    assert [row for row in body if row[0] in {"IK3", "CTX", "IK4"}] == [
        ["IK3", "REF", "4", "", "8"],
        ["CTX", "BEG03\ue0004711"],
        ["IK4", "1", "", "7", "Q"],
        ["IK3", "PO1", "6", "", "3"],
        ["CTX", "BEG03\ue0004711"],
    ]
    assert "CTX" not in {row[0] for row in group_acknowledgment(group([faults]))}


def test_no_context_without_a_number() -> None:
    fault = Finding(p.SEGMENT_MISSING, "", where=Where(segment="PO1", segment_number=6))
    nameless = replace(group([]), sets=(SetVerdict(envelope=envelope("850"), findings=(fault,)),))
    assert "CTX" not in {row[0] for row in group_acknowledgment(nameless, "all", "999")}
