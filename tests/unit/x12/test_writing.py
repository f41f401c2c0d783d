"""Writing interchanges, and reading the acknowledgments that come back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.envelope import Address, Delimiters
from hub.model.errors import Undeliverable
from hub.model.partner import Partner, X12Settings
from tests.support.x12_samples import envelope, findings, segments
from translators.errors import Unwritable
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.reader import read_functional_ack, read_technical_ack
from translators.x12.annotate import annotate
from translators.x12.characters import Reading
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set, split
from translators.x12.rules.source import load
from translators.x12.tokens import decode
from translators.x12.writer import Group, can_separate, write_groups, write_interchange, write_stream

BODY = [["BEG", "00", "SA", "4711", "", "20250110", "", ""], ["PO1", "1", "2", "EA"]]


def test_an_interchange_to_the_byte() -> None:
    assert write_interchange(envelope("850"), [BODY]).decode() == (
        "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*U*00401*000000101*0*P*>~\n"
        "GS*PO*ACME*OURCO*20250110*1200*101*X*004010~\n"
        "ST*850*0001~\nBEG*00*SA*4711**20250110~\nPO1*1*2*EA~\nSE*4*0001~\n"
        "GE*1*101~\nIEA*1*000000101~\n"
    )


@pytest.mark.parametrize(
    ("release", "isa11", "isa12", "gs04"),
    [
        ("003060", "U", "00306", "250110"),
        ("004010VICS", "U", "00401", "20250110"),
        ("005010", "^", "00501", "20250110"),
    ],
)
def test_releases_differ(release: str, isa11: str, isa12: str, gs04: str) -> None:
    data = write_interchange(envelope("850", release), [BODY])
    isa, gs = (line.split("*") for line in data.decode().split("~\n")[:2])
    assert (isa[11], isa[12], gs[4], gs[8]) == (isa11, isa12, gs04, release)


def test_several_sets_are_numbered_and_counted() -> None:
    group = unwrap(write_interchange(envelope("850"), [BODY, BODY, BODY]), "").interchanges[0].groups[0]
    assert [s.envelope.set_control for s in group.sets] == ["0001", "0002", "0003"]
    assert (group.declared_count, group.findings) == ("3", ())


@pytest.mark.parametrize("value", ["A*B", "A~B", "A>B", "A\nB", "A\x00B"])
def test_a_separator_in_the_data_is_refused_by_name_or_replaced(value: str) -> None:
    body = [["BEG", "00", "SA", value, "", "20250110"]]
    with pytest.raises(Unwritable, match="BEG03 holds") as caught:
        write_interchange(envelope("850"), [body])
    assert caught.value.findings[0].where.segment_number == 2
    assert b"SA*A B*" in write_interchange(envelope("850"), [body], replace_separators=True)


def test_components_are_written_where_the_dictionary_has_them() -> None:
    assert b"MEA**WT*5*LB>1~" in write_interchange(envelope("850"), [[["MEA", "", "WT", "5", "LB>1"]]])


@pytest.mark.parametrize(
    "delimiters",
    [Delimiters("*", "*"), Delimiters("*", ">", "", ">"), Delimiters("A"), Delimiters("*", ">", "", "")],
)
def test_separators_that_clash_are_refused(delimiters: Delimiters) -> None:
    with pytest.raises(Unwritable, match="separators"):
        write_interchange(envelope("850", delimiters=delimiters), [BODY])


def test_an_address_that_is_too_long_is_refused() -> None:
    with pytest.raises(Unwritable, match="ISA06"):
        write_interchange(envelope("850", sender=Address("ZZ", "X" * 16)), [BODY])
    with pytest.raises(Undeliverable):
        write_interchange(envelope("850", prepared_at=None), [BODY])


@pytest.mark.parametrize(
    ("value", "used"),
    [
        ("A*B", Delimiters("|", ">", "", "~", "\n")),
        ("50 > 40 ~ 45", Delimiters("*", ":", "", "!", "\n")),
        ("*|+!~>:<\\'", Delimiters("\x1d", "\x1f", "", "\x1c", "\n")),
    ],
)
def test_separators_give_way_to_the_data_where_they_may(value: str, used: Delimiters) -> None:
    body = [["BEG", "00", "SA", value, "", "20250110"], ["MEA", "", "WT", "5", "LB>1"]]
    data = write_interchange(envelope("850"), [body], choose_separators=True)
    (interchange,) = unwrap(data, "").interchanges
    assert interchange.envelope.delimiters == used
    one = interchange.groups[0].sets[0]
    lines = split(decode(one.payload, used), used)
    assert (lines[1][3], lines[2][4], one.findings) == (value, f"LB{used.component}1", ())


def test_separators_that_are_free_stay() -> None:
    assert write_interchange(envelope("850"), [BODY], choose_separators=True) == write_interchange(
        envelope("850"), [BODY]
    )
    doubled = envelope("850", delimiters=Delimiters("*", "*"))
    assert (
        unwrap(write_interchange(doubled, [BODY], choose_separators=True), "").interchanges[0].findings == ()
    )


def test_a_repetition_needs_a_version_that_knows_it() -> None:
    repeated = envelope("850", "005010")
    where = next(
        (tag, at)
        for tag, segment in load("005010").segments.items()
        for at, use in enumerate(segment.uses, start=1)
        if use.repeats > 1 and tag.isalnum()
    )
    body = [[where[0], *[""] * (where[1] - 1), "A^B"]]
    assert b"A^B~" in write_interchange(repeated, [body])
    with pytest.raises(Unwritable, match="holds '\\^'"):
        write_interchange(replace(repeated, version="00401"), [body])


@pytest.mark.parametrize(
    ("encoding", "value"), [("cp037", "MÜLLER"), ("latin-1", "MÜLLER"), ("cp1252", "5 €"), ("utf-16", "Łódź")]
)
def test_a_partners_encoding_is_written_and_read(encoding: str, value: str) -> None:
    data = write_interchange(envelope("850"), [[["BEG", "00", "SA", value]]], encoding=encoding)
    assert value in data.decode(encoding)
    (interchange,) = unwrap(data, "", Reading(encoding=encoding)).interchanges
    assert value.encode() in interchange.groups[0].sets[0].payload
    assert (interchange.findings, interchange.groups[0].sets[0].findings) == ((), ())


def test_a_character_that_the_encoding_lacks_is_named() -> None:
    body = [["BEG", "00", "SA", "Łódź €"]]
    with pytest.raises(Unwritable, match=r"BEG03 holds 'Ł' .*, which the encoding cp037 does not have"):
        write_interchange(envelope("850"), [body], encoding="cp037")
    machine = envelope("850", delimiters=Delimiters("*", ">", "", "\x85"))
    with pytest.raises(Unwritable, match="latin-1 does not have"):
        write_interchange(machine, [body])
    assert "Łódź €".encode() in write_interchange(machine, [body], encoding="utf-8")
    assert not can_separate(envelope("850", delimiters=Delimiters("*", "→", "", "~")), "cp037")


@pytest.mark.parametrize(
    ("given_one", "written"), [("1E+2", "100"), ("-1.5E-3", "-0.0015"), ("1E2", "100"), ("12.50", "12.50")]
)
def test_a_number_is_written_without_exponent(given_one: str, written: str) -> None:
    data = write_interchange(envelope("850"), [[["PO1", "1", given_one, "EA"]]])
    assert f"PO1*1*{written}*EA~".encode() in data
    with pytest.raises(Unwritable, match="PO102 is a number of more digits"):
        write_interchange(envelope("850"), [[["PO1", "1", "1E999999999", "EA"]]])
    assert b"PO1*1E3*5" in write_interchange(envelope("850"), [[["PO1", "1E3", "5"]]])  # an id, no number


def test_groups_of_different_kinds_stand_in_one_interchange() -> None:
    base = envelope("855", group_control="7", functional_id="PR")
    notice = envelope("856", group_control="8", functional_id="SH", set_control="0100")
    shipped = [["BSN", "00", "S1", "20250110", "1200"]]
    groups = [
        Group(base, [[["BAK", "00", "AC", "4711", "20250110"]]]),
        Group(replace(base, group_control="9"), []),
        Group(notice, [shipped, [["ST", "856", "0400"], *shipped, ["SE", "99", "1"]]]),
    ]
    data = b"".join(write_groups(base, groups, [["TA1", "1"], ["ISB", "1"], ["TA1", "2"]])).decode()
    lines = [line.split("*") for line in data.split("~\n")]
    assert [line[0] for line in lines[:5]] == ["ISA", "ISB", "TA1", "TA1", "GS"]
    assert [(line[1], line[6]) for line in lines if line[0] == "GS"] == [("PR", "7"), ("SH", "8")]
    assert [line[1:] for line in lines if line[0] == "ST"] == [
        ["855", "0001"],
        ["856", "0100"],
        ["856", "0400"],
    ]
    assert [line[1:] for line in lines if line[0] in {"GE", "IEA"}] == [
        ["1", "7"],
        ["2", "8"],
        ["2", "000000101"],
    ]
    (interchange,) = unwrap(data.encode(), "").interchanges
    assert (interchange.findings, [g.findings for g in interchange.groups]) == ((), [(), ()])


@pytest.mark.parametrize(
    ("changes", "body", "complaint"),
    [
        ({"interchange_control": "0"}, BODY, "ISA13"),
        ({"interchange_control": "1*1"}, BODY, r"ISA13 holds '\*'"),
        ({"sender": Address("ZZ", "")}, BODY, "ISA06"),
        ({"group_control": "X1"}, BODY, "GS06 'X1'"),
        ({"release": "4010"}, BODY, "GS08 '4010'"),
        ({"group_sender": "A>B"}, BODY, "GS02 holds '>'"),
        ({"set_control": "1234567890"}, BODY, "ST02 '1234567890'"),
        ({"set_control": "A001"}, BODY, "ST02 'A001' was already used"),
        ({}, [["ISA", "00"]], "'ISA' is no segment"),
        ({}, [["po1", "1"]], "'po1' is no segment"),
        ({}, [[]], "'' is no segment"),
        ({}, [["ST", "850", "0001"], ["SE"], ["SE"]], "'SE' is no segment"),
        ({}, [["BEG", "00", "SA", "A\x85B"]], r"BEG03 holds '\\x85'"),
        ({}, [["BEG", "00", "SA", "A\ud800B"]], r"BEG03 holds '\\ud800'"),
        ({}, [["BIN", "5", "abc"]], "BIN02 is 3 long"),
        ({"delimiters": Delimiters(suffix="--")}, BODY, "no line end"),
    ],
)
def test_no_file_goes_out_that_our_own_reader_would_refuse(
    changes: dict[str, object], body: list[list[str]], complaint: str
) -> None:
    with pytest.raises(Unwritable, match=complaint):
        write_interchange(envelope("850", **changes), [body, body])
    with pytest.raises(Unwritable, match=complaint):
        b"".join(write_stream(envelope("850", **changes), [body, body]))


def test_group_numbers_may_not_repeat() -> None:
    group = Group(envelope("850"), [BODY])
    with pytest.raises(Unwritable, match="GS06 '101' was already used"):
        list(write_groups(envelope("850"), [group, group]))


def test_binary_content_may_hold_what_separates() -> None:
    body = [["BIN", "9", "A*B~C>\nü"]]
    one = unwrap(write_interchange(envelope("850"), [body]), "").interchanges[0].groups[0].sets[0]
    assert one.findings == ()
    assert "BIN*9*A*B~C>\nü~\n".encode() in one.payload


def test_set_numbers_begin_again_behind_the_last() -> None:
    group = unwrap(write_interchange(envelope("850", set_control="999999998"), [BODY] * 3), "")
    controls = [s.envelope.set_control for s in group.interchanges[0].groups[0].sets]
    assert controls == ["999999998", "999999999", "000000001"]


def group_of(lines: list[str]) -> GroupVerdict:
    one = SetVerdict(envelope=envelope("850"), findings=findings(lines, "850"))
    return GroupVerdict(envelope=envelope("850"), declared_count="1", sets=(one,))


@pytest.mark.parametrize("kind", ["997", "999"])
def test_an_acknowledgment_is_valid_and_comes_back_as_it_was_meant(kind: str) -> None:
    lines = segments("850")
    lines[3] = "REF*DP*042**BM>" + "9" * 40
    lines[7] = "DTM*002*2025~"  # the separator is data of ours: it must not tear the acknowledgment
    partner = Partner(key="acme", name="ACME", x12=X12Settings(functional_ack=kind))
    data = X12Acknowledger().write_functional_ack(group_of(lines), envelope(kind, "005010"), partner)
    one = unwrap(data, "").interchanges[0].groups[0].sets[0]
    assert (one.envelope.functional_id, one.envelope.set_id, one.findings) == ("FA", kind, ())
    assert check_set(one.payload, one.envelope) == ()
    (group,), faults = read_functional_ack(one.payload, one.envelope)
    assert (group.functional_id, group.control, group.verdict, faults) == ("PO", "101", "R", ())
    told = {(f.problem, str(f.where)) for f in group.sets[0].findings}
    assert ("element.too_long", "segment 4 REF04-2") in told
    assert ("element.too_short", "segment 8 DTM02") in told


def test_a_997_may_speak_of_the_group_alone() -> None:
    payload = b"ST*997*0001~AK1*IN*55~AK9*A*3*3*3~SE*4*0001~"
    (group,), faults = read_functional_ack(payload, envelope("997"))
    assert (group.functional_id, group.control, group.verdict, group.sets, faults) == (
        "IN",
        "55",
        "A",
        (),
        (),
    )


def test_a_997_of_another_world() -> None:
    payload = (
        b"ST*997*0001~AK1*IN*55~AK2*810*0001~AK3*IT1*x**8*1~AK4*a>b*355*99*Q~AK5*R*5*77~AK9*P*1~SE*9*0001~"
    )
    (group,), faults = read_functional_ack(payload, envelope("997"))
    assert group.sets[0].verdict == "R"
    assert len(group.sets[0].findings) == 3
    assert faults == ()
    cut = read_functional_ack(b"ST*997*0001~AK1*IN*55~AK2*810*0001~", envelope("997"))
    assert cut[0] == ()
    assert cut[1][0].message == "the acknowledgment of group 55 has no AK9"


def test_a_technical_acknowledgment_is_read_in_words() -> None:
    ack = read_technical_ack(["TA1", "000000101", "250110", "1200", "R", "025"])
    assert (ack.control, ack.verdict, ack.code) == ("000000101", "R", "025")
    assert ack.message == "interchange 000000101 rejected: control number used twice (TA105 025)"
    assert read_technical_ack(["TA1"]).verdict == ""


def test_even_a_wrecked_isa_is_answered() -> None:
    broken = unwrap(b"ISA*00*          *00*   \n", "x").interchanges[0]
    data = X12Acknowledger().write_technical_ack(
        broken, broken.findings, replace(envelope(""), sender=Address("ZZZ", "X" * 20))
    )
    answer = unwrap(data, "").interchanges[0]
    assert answer.findings == ()
    assert answer.technical_acks == (("TA1", "000000000", "000000", "0000", "R", "023"),)


def test_segments_are_shown_with_names() -> None:
    shown = annotate(b"ST*850*0001~\nPO1*1*2~\nQQ9*1~\nSE*4*0001~\n", envelope("850"))
    assert [(s.number, s.text, s.name) for s in shown[:3]] == [
        (1, "ST*850*0001", "Transaction set header"),
        (2, "PO1*1*2", "Ordered item"),
        (3, "QQ9*1", ""),
    ]
    assert [e.name for e in shown[1].elements] == ["Assigned identification", "Quantity ordered"]
